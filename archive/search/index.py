"""Keeping the search index: it follows every write, in the same transaction, and can be made anew from the versions.

The index holds no texts (it is contentless), so a document is taken out by giving FTS5 the very tokens that were put
in: they are worked out again from the version, which never changes. A change to `archive.search.text` or
`archive.search.forms` therefore comes with a migration that calls `rebuild`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count

from sqlite_utils import Database

from archive.rows import listed
from archive.search.text import BOUNDARY, HIJACKED, SOUND, About, about, phrase, spread

# Ids of documents that were published in one minute. The fewer, the smaller the index, which stores distances between
# them; what is more than that in a minute gets those of the minutes before.
PER_MINUTE = 16

BEGINNING = 100  # characters of a headline; an article must be found by its first words

_MINUTE = timedelta(minutes=1)
_INSERTION = "INSERT INTO search_index (rowid, text) VALUES (?, ?)"


def follow(db: Database, article_ids: Iterable[int]) -> None:
    """Let the index say of articles what their present versions say; at the end of the transaction that changed them.

    At the end, because SQLite makes a savepoint for a statement that may have to be taken back by itself (one that
    writes a foreign key), and FTS5 writes out what it gathered at each savepoint, as it does whenever an id is not
    higher than the last one. So it did for each of a transaction's articles, at the cost of all else that is written.
    """
    entered = []
    for article_id in article_ids:
        indexed = db.execute(
            "SELECT id, version_id FROM search_documents WHERE article_id = ?", (article_id,)
        ).fetchone()
        present = db.execute("SELECT version_id FROM articles WHERE id = ?", (article_id,)).fetchone()
        old, new = indexed and indexed[1], present and present[0]
        if old == new:
            continue
        if indexed:
            _remove(db, *indexed)
        if new:
            entered.append(_enter(db, article_id, new))
    db.conn.executemany(_INSERTION, sorted(entered))


def rebuild(db: Database) -> int:
    """Make the index anew, and tell how many articles it holds; inside a transaction."""
    db.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    db.execute("DELETE FROM search_documents")
    # From the newest to the oldest: FTS5 writes out what it gathered whenever an id is not higher than the last one.
    found = db.execute(
        """
        SELECT articles.id, version_id FROM articles JOIN versions ON versions.id = version_id
        ORDER BY coalesce(published_at, versions.fetched_at) DESC, articles.id
        """
    )
    articles = found.fetchall()
    for article_id, version_id in articles:
        db.execute(_INSERTION, _enter(db, article_id, version_id))
    # In one piece a search walks one list for a word, not a dozen: half the time of the median, a tenth of this one's.
    db.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
    return len(articles)


def strays(db: Database) -> Iterator[tuple[int, str]]:
    """The articles that the index has wrong, each with what is wrong."""
    yield from db.execute(
        """
        SELECT articles.id, 'is not in the search index'
        FROM articles LEFT JOIN search_documents ON article_id = articles.id
        WHERE articles.version_id IS NOT NULL AND search_documents.id IS NULL
        UNION ALL
        SELECT article_id, 'is in the search index with another version than it shows'
        FROM search_documents JOIN articles ON articles.id = article_id
        WHERE articles.version_id IS NOT search_documents.version_id
        UNION ALL
        SELECT article_id, 'is not in the search index, which thinks it is'
        FROM search_documents WHERE id NOT IN (SELECT id FROM search_index_docsize)
        """
    )
    headlines = db.execute(
        """
        SELECT documents.id, documents.article_id, headline FROM search_documents AS documents
        JOIN versions ON versions.id = version_id JOIN search_index_docsize AS held ON held.id = documents.id
        """
    )
    for document, article_id, headline in headlines:
        if (words := _beginning(headline)) and not db.execute(
            "SELECT 1 FROM search_index WHERE search_index MATCH ? AND rowid = ?", (f'"{words}"', document)
        ).fetchone():
            yield article_id, "is not found in the search index by its own headline"


def _beginning(headline: str) -> str:
    """The first words of a headline, as a phrase."""
    first = phrase(headline[:BEGINNING]).partition(BOUNDARY)[0].split()
    if len(headline) > BEGINNING:
        del first[-1:]  # it may have been cut within a word
    return " ".join(first[:8])


def first_id(published: str | None, fetched: str) -> int:
    """The first id for documents of the minute in which one was published; fetched, where it does not say.

    The newer, the lower, counted back from the end of all dates: FTS5 walks its lists upwards a third faster than
    downwards, and newest first is what most searches ask for. A minute is that of the page's own clock: what it prints
    is not moved between zones.
    """
    for text in filter(None, (published, fetched)):
        try:
            return _first_id(datetime.fromisoformat(text).replace(tzinfo=None))
        except ValueError:  # an archive that others wrote
            continue
    return _first_id(datetime.min)  # noqa: DTZ901 - as above


def _first_id(moment: datetime) -> int:
    return (datetime.max - moment) // _MINUTE * PER_MINUTE  # noqa: DTZ901 - as above


def _enter(db: Database, article_id: int, version_id: int) -> tuple[int, str]:
    """Give a version an id; with its tokens, to be put into the index."""
    first, text = _document(db, version_id)
    document = _free_id(db, first, article_id)
    row = (document, article_id, version_id)
    db.execute("INSERT INTO search_documents (id, article_id, version_id) VALUES (?, ?, ?)", row)
    return document, text


def _remove(db: Database, document: int, version_id: int) -> None:
    _, text = _document(db, version_id)
    db.execute("INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', ?, ?)", (document, text))
    db.execute("DELETE FROM search_documents WHERE id = ?", (document,))


def _free_id(db: Database, first: int, article_id: int) -> int:
    """An id for a document of the minute whose first id is given; the more it has, the further from it.

    Where a site prints only days, or one day on all its pages, thousands have the same minute: twice as many ids are
    tried each time, so that the search for a free one does not grow with them. Once there are more of them than
    articles the next id is tried each time: those of other minutes may stand there.
    """
    ids = (first + (article_id + tries) % (PER_MINUTE << tries) for tries in count())
    taken = "SELECT 1 FROM search_documents WHERE id = ?"
    return next(document for document in ids if db.execute(taken, (document,)).fetchone() is None)


def _document(db: Database, version_id: int) -> tuple[int, str]:
    """The first id of a version's minute, and its tokens: texts first, then what it can be filtered by."""
    headline, kicker, subtitle, published_at, fetched_at, source, authors, body, hijacked, site = db.execute(
        """
        SELECT headline, kicker, subtitle, published_at, fetched_at, source, authors, body, hijacked, articles.site
        FROM versions JOIN articles ON articles.id = article_id WHERE versions.id = ?
        """,
        (version_id,),
    ).fetchone()
    captions = db.execute(
        "SELECT caption FROM images WHERE version_id = ? AND caption IS NOT NULL ORDER BY number", (version_id,)
    ).fetchall()
    texts = filter(None, (headline, kicker, subtitle, *listed(body), *(caption for (caption,) in captions)))
    columns = (
        spread("\n".join(texts)),
        about(About.SOURCE, source or ""),
        about(About.AUTHOR, "\n".join(listed(authors))),
        about(About.SITE, site),
        about(About.STATE, HIJACKED if hijacked else SOUND),
    )
    return first_id(published_at, fetched_at), " ".join(columns)

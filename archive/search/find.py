"""Searching the archive: what is asked (`Query`), what comes of it (`Found`), and the SQL in between.

The index is kept by `archive.search.index`; how a query's words are understood says `archive.search.query`. Newest
first is the order of the index itself, so it costs no sorting; ranking looks at the newest `RANKED` hits only.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import fmean

from sqlite_utils import Database

from archive.families.read import present_id
from archive.read import site_key
from archive.rows import Row, listed
from archive.search.index import first_id
from archive.search.marks import Part, excerpt, pattern_of
from archive.search.query import Phrase, QueryError, match_of, parse, wanted
from archive.search.text import HIJACKED, SOUND, About, about

# How far a document's id may be from its day: so far that 700,000 articles of one minute do not get there.
BEFORE = timedelta(days=31)
RANKED = 300  # hits that are ranked, the newest: each costs 0.06 ms, and a common word has 150,000
HEADLINE_WEIGHT = 10  # a word in the headline counts like so many in the body
HEADLINE_WIDTH = 200  # characters of a headline that are shown: a hostile one has a million
# BM25 with its usual constants: how soon more of the same word stops counting, and how much a long text is held back.
_SATURATION, _LENGTH = 1.2, 0.75

_COLUMNS = (
    "documents.article_id, documents.version_id, articles.site, versions.site_name, versions.url, versions.headline, "
    "versions.published_at, versions.source, versions.hijacked"
)


class Order(StrEnum):
    """How hits are sorted."""

    NEWEST = "newest"  # by publication, the newest first; by when it was fetched, where the page does not say
    RANK = "rank"  # by BM25, the best first


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for: words, filters, order.

    Attributes:
        text: words as `archive.search.query` describes; None: all articles that pass the filters.
        site: the site's name, exactly.
        source: a 来源, whole; script, width and case do not count. So for an author.
        since, until: the first and the last day of publication, as the pages print it; an article without a date of
            its own is left out where either is given.
        hijacked: only articles whose present version stands on a hijacked page, or on a sound one.
        family: the id of a family, by its present name or an older one.
        limit, offset: which hits to give; None for all.
    """

    text: str | None = None
    site: str | None = None
    source: str | None = None
    author: str | None = None
    since: date | None = None
    until: date | None = None
    hijacked: bool | None = None
    family: int | None = None
    order: Order = Order.NEWEST
    limit: int | None = 20
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article that was found, as its present version stands.

    Attributes:
        published_at, source, site_name: as in `Record`.
        headline_parts: the headline, shortened where it is very long, with what was searched for marked.
        snippet: the place of the body that shows the most of it; its beginning where only the headline has it.
        score: BM25, the higher the better; None where hits are not ranked.
    """

    article_id: int
    version_id: int
    site: str
    site_name: str | None
    url: str
    headline: str
    published_at: str | None
    source: str | None
    hijacked: bool
    headline_parts: tuple[Part, ...] = field(repr=False)
    snippet: tuple[Part, ...] = field(repr=False)
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search gives.

    Attributes:
        hits: one by one, as they are read.
        ranked: how many hits were ranked, None where none were.
        bounded: there are more, older ones, which were not.
    """

    hits: Iterator[Hit]
    ranked: int | None = None
    bounded: bool = False


def search(db: Database, query: Query) -> Found:
    """Search the archive.

    Raises:
        QueryError: the query cannot be understood.
        ArchiveError: there is no such family, or no such site.
    """
    phrases = () if query.text is None else tuple(dict.fromkeys(wanted(parse(query.text))))
    pattern = pattern_of(phrases) if phrases else None
    if query.order is Order.NEWEST or pattern is None:
        sql, parameters = sql_of(db, query)
        return Found(hits=(_hit(db, row, pattern) for row in db.query(sql, parameters)))
    candidates, bounded = _ranked(db, query, phrases)
    shown = candidates[query.offset : None if query.limit is None else query.offset + query.limit]
    hits = (_hit(db, _row(db, article_id), pattern, score=score) for score, article_id in shown)
    return Found(hits=hits, ranked=len(candidates), bounded=bounded)


def article_ids(db: Database, query: Query) -> Iterator[int]:
    """The articles that a query finds, the newest first, all of them unless the query has a limit.

    Raises:
        QueryError, ArchiveError: as `search`.
    """
    sql, parameters = _statement(db, query, "documents.article_id")
    for (article_id,) in db.execute(sql, parameters):
        yield article_id


def count(db: Database, query: Query, *, at_most: int = 1_000) -> int:
    """How many articles a query finds, whatever its limit; not counted any further than `at_most`.

    Raises:
        QueryError, ArchiveError: as `search`.
    """
    sql, parameters = _statement(db, replace(query, limit=at_most, offset=0), "documents.id")
    (found,) = db.execute(f"SELECT count(*) FROM ({sql})", parameters).fetchone()  # noqa: S608 - as `_statement` made it
    return int(found)


def sql_of(db: Database, query: Query) -> tuple[str, dict[str, object]]:
    """The SQL statement that finds a query's articles, with its parameters; `article_id` is its first column.

    In the order of rank it gives the candidates, the newest first: the program ranks them.

    Raises:
        QueryError, ArchiveError: as `search`.
    """
    if query.order is Order.RANK and query.text is not None:
        query = replace(query, limit=RANKED, offset=0)
    return _statement(db, query, _COLUMNS)


def literal_sql(sql: str, parameters: dict[str, object]) -> str:
    """A statement with its parameters written into it, for people to run elsewhere."""
    return re.sub(r":([a-z]+)\b", lambda name: _literal(parameters[name[1]]), sql) + ";"


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _statement(db: Database, query: Query, columns: str) -> tuple[str, dict[str, object]]:
    """The statement that gives some columns of what a query finds, the newest first, and its parameters.

    CROSS JOIN keeps the tables in this order: the index leads, in its own order, so that nothing is sorted.
    """
    match, conditions, parameters = _conditions(db, query)
    document = "search_index.rowid" if match else "documents.id"
    lines = [f"SELECT {columns}", "FROM search_documents AS documents"]
    if match:
        lines[1:] = ["FROM search_index", f"CROSS JOIN search_documents AS documents ON documents.id = {document}"]
    asked = " ".join((columns, *conditions))
    if "articles." in asked:
        lines.append("CROSS JOIN articles ON articles.id = documents.article_id")
    if "versions." in asked:
        lines.append("CROSS JOIN versions ON versions.id = documents.version_id")
    if conditions:
        lines.append(f"WHERE {' AND '.join(conditions)}")
    lines.append(f"ORDER BY {document} LIMIT :limit OFFSET :offset")
    limit = -1 if query.limit is None else query.limit
    return "\n".join(lines), {**parameters, "limit": limit, "offset": query.offset}


def _conditions(db: Database, query: Query) -> tuple[str | None, list[str], dict[str, object]]:
    """What FTS5 is to match, the conditions (that one included), and their parameters."""
    match = _match(query)
    document = "search_index.rowid" if match else "documents.id"
    conditions = ["search_index MATCH :match"] if match else []
    parameters: dict[str, object] = {"match": match} if match else {}
    if query.since:
        conditions.append(f"{document} < :end AND substr(versions.published_at, 1, 10) >= :since")
        end = query.since - min(BEFORE, query.since - date.min)
        parameters |= {"end": _first_document(end), "since": query.since.isoformat()}
    if query.until:
        conditions.append(f"{document} >= :first AND substr(versions.published_at, 1, 10) <= :until")
        parameters |= {"first": _first_document(query.until, time.max), "until": query.until.isoformat()}
    if query.site is not None:  # the index knows a site's words, not where its name ends
        conditions.append("articles.site = :site")
        parameters["site"] = site_key(db, query.site)
    if query.family is not None:
        conditions.append("documents.article_id IN (SELECT article_id FROM family_members WHERE family_id = :family)")
        parameters["family"] = present_id(db, query.family)
    return match, conditions, parameters


def _first_document(day: date, at: time = time.min) -> int:
    moment = datetime.combine(day, at).isoformat()
    return first_id(moment, moment)


def _match(query: Query) -> str | None:
    """What FTS5 is to find: the words, then what it is about."""
    parts = [] if query.text is None else [match_of(parse(query.text))]
    state = None if query.hijacked is None else HIJACKED if query.hijacked else SOUND
    for what, value in (
        (About.SOURCE, query.source),
        (About.AUTHOR, query.author),
        (About.SITE, query.site),
        (About.STATE, state),
    ):
        if value is not None:
            if not (tokens := about(what, value)):
                raise QueryError(f"there is nothing to search for in {value!r}")
            parts.append(f'"{tokens}"')
    return " AND ".join(parts) or None


def _hit(db: Database, row: Row, pattern: re.Pattern[str] | None, *, score: float | None = None) -> Hit:
    return Hit(
        **{**row, "hijacked": bool(row["hijacked"])},
        headline_parts=excerpt((row["headline"],), pattern, width=HEADLINE_WIDTH),
        snippet=excerpt(_paragraphs(db, row["version_id"]), pattern),
        score=score,
    )


def _paragraphs(db: Database, version_id: int) -> tuple[str, ...]:
    """What the index has as a version's body: its paragraphs, and the captions of its pictures."""
    (body,) = db.execute("SELECT body FROM versions WHERE id = ?", (version_id,)).fetchone()
    captions = db.execute(
        "SELECT caption FROM images WHERE version_id = ? AND caption IS NOT NULL ORDER BY number", (version_id,)
    )
    return (*listed(body), *(caption for (caption,) in captions))


def _row(db: Database, article_id: int) -> Row:
    """What a hit shows of an article."""
    return next(
        db.query(
            f"SELECT {_COLUMNS} FROM search_documents AS documents "  # noqa: S608 - a constant
            "JOIN articles ON articles.id = documents.article_id JOIN versions ON versions.id = documents.version_id "
            "WHERE documents.article_id = ?",
            (article_id,),
        )
    )


def _ranked(db: Database, query: Query, phrases: Sequence[Phrase]) -> tuple[list[tuple[float, int]], bool]:
    """The newest hits as (BM25, article), the best first and of equals the newer; and whether there are more hits.

    The statistics are those of the hits that are ranked: what is rare among them counts more, their mean length is the
    measure of length.
    """
    newest = replace(query, limit=RANKED + 1, offset=0)
    rows = db.execute(*_statement(db, newest, "documents.article_id, versions.headline, versions.body")).fetchall()
    bounded = len(rows) > RANKED
    del rows[RANKED:]
    patterns = [pattern_of((phrase,)) for phrase in phrases]
    weights = [[_weight(pattern, headline, body) for pattern in patterns] for _, headline, body in rows]
    lengths = [len(body) for _, _, body in rows]
    mean = fmean(lengths) if lengths else 1.0
    holding = [sum(map(bool, column)) for column in zip(*weights, strict=True)]
    rarity = [math.log(1 + (len(rows) - n + 0.5) / (n + 0.5)) for n in holding]
    scores = [
        sum(
            rare * weight * (_SATURATION + 1) / (weight + _SATURATION * (1 - _LENGTH + _LENGTH * length / mean))
            for rare, weight in zip(rarity, of_article, strict=True)
        )
        for of_article, length in zip(weights, lengths, strict=True)
    ]
    ranked = [(score, article_id) for score, (article_id, _, _) in zip(scores, rows, strict=True)]
    return sorted(ranked, key=lambda scored: -scored[0]), bounded


def _weight(pattern: re.Pattern[str], headline: str, body: str) -> int:
    """How much a phrase weighs in an article."""
    return len(pattern.findall(body)) + HEADLINE_WEIGHT * len(pattern.findall(headline))

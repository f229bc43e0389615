"""What searching costs: an archive with the index and without, its answers against LIKE's and trigrams', in one run.

    .venv/bin/python bench/bench_search.py                      5,000 articles, a minute
    .venv/bin/python bench/bench_search.py --articles 200000    the size that the bars are meant for, half an hour

Articles are made of words of pypinyin's list, the commoner the more often (Zipf), and of names of two words each (an
office, a campaign), 1,500 characters with punctuation and paragraphs. What is searched for are words that the articles
hold, drawn as often as they occur: whoever searches has met the word somewhere. Names are searched for as phrases. Two
words that stand side by side somewhere by chance are a case of their own: most do so in one article of all, so that the
whole index has to be gone through. Every answer is compared with what LIKE finds in the same texts.

Times are of the whole search: the query understood, hits found, texts read, snippets cut and marked; 20 hits each. They
are this process's CPU time, so that others on the machine do not count.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.util import find_spec
from itertools import accumulate, islice, pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Final
from unittest.mock import patch

from sqlite_utils import Database

from archive.connect import transaction, writing
from archive.rows import as_json, timestamp
from archive.search import index as search_index
from archive.search.find import Order, Query, search, sql_of
from archive.search.text import tokens
from archive.write import keep_article, keep_capture
from crawler.items import Article, Capture, Record

CHARACTERS: Final = 1_500  # of an article
PARAGRAPH: Final = 150
CLAUSE: Final = 12
FIRST_DAY: Final = datetime(2016, 1, 1, tzinfo=UTC)
DAYS: Final = 3_650
NAMES: Final = 10_000
NAME_EVERY: Final = 30  # words
ONCE: Final = "by chance"
HITS: Final = 20
PATIENCE: Final = 15  # queries of a kind by LIKE, which takes seconds at full size

# The bars, at 200,000 articles.
INSERT_BAR: Final = 0.5
NEWEST_BAR: Final = 10.0  # milliseconds, 95 of 100 searches
RANK_BAR: Final = 50.0

_VERSION: Final = """
INSERT INTO versions (
    id, article_id, version, capture_id, digest, cleaner, cleaned_at, url, fetched_at, headline, headline_raw,
    published_at, source, breadcrumb, authors, credits_raw, body, notices, hijacked, spam_link_count, encoding, script,
    damage, repairs
) VALUES (:id, :id, 1, :id, :digest, 'bench', :at, :url, :at, :headline, :headline, :published, :source, '[]',
    '["王五"]', '[]', :body, '[]', 0, 0, 'utf-8', 'hans', 'clean', '{}')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One generated article."""

    headline: str
    paragraphs: tuple[str, ...]
    published_at: str
    words: tuple[str, ...]
    names: tuple[str, ...]


class Writer:
    """Writes articles by chance, the same ones every time."""

    def __init__(self, seed: int = 6) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - the same articles every time
        spec = find_spec("pypinyin")
        if spec is None or spec.origin is None:
            raise SystemExit("pypinyin is not installed")
        phrases = json.loads(Path(spec.origin).with_name("phrases_dict.json").read_text("utf-8"))
        words = [word for word in phrases if 2 <= len(word) <= 4 and all("一" <= char <= "龥" for char in word)]
        self._chance.shuffle(words)
        words.sort(key=len)  # short words are the common ones …
        pairs, longer = words[:20_000], words[20_000:]
        self._chance.shuffle(longer)
        single = (
            "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方"
        )
        # … and single characters, particles and such, commoner than any word
        self._words = [*single, *pairs, *longer]
        self._weights = list(accumulate(1 / (rank + 8) for rank in range(len(self._words))))
        # names: one in thirty words, the commonest in every sixth article, the rarest in one of ten thousand
        self._names = ["".join(self._chance.sample(pairs, 2)) for _ in range(NAMES)]
        self._name_weights = list(accumulate(1 / (rank + 8) for rank in range(NAMES)))

    def texts(self, count: int) -> Iterator[Text]:
        """So many articles, published at chance times over ten years."""
        for _ in range(count):
            yield self._text()

    def _text(self) -> Text:
        words = self._chance.choices(self._words, cum_weights=self._weights, k=CHARACTERS)
        names = self._chance.choices(self._names, cum_weights=self._name_weights, k=CHARACTERS // NAME_EVERY)
        words[::NAME_EVERY] = names
        paragraphs, paragraph, clause, length = [], "", 0, 0
        used = 0
        for word in words:
            used += 1
            paragraph += word
            clause += len(word)
            length += len(word)
            if clause >= CLAUSE:
                paragraph += "，" if len(paragraph) < PARAGRAPH else "。"
                clause = 0
            if len(paragraph) > PARAGRAPH:
                paragraphs.append(paragraph)
                paragraph = ""
            if length >= CHARACTERS:
                break
        published = FIRST_DAY + timedelta(days=DAYS * self._chance.random())
        return Text(
            headline="".join(words[10:18]),
            paragraphs=(*paragraphs, paragraph),
            published_at=published.isoformat(timespec="seconds"),
            words=tuple(words[:used]),
            names=tuple(names[: used // NAME_EVERY]),
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument(
        "--trigram", type=int, default=20_000, help="articles in the trigram index, which is slow to make"
    )
    parser.add_argument("--queries", type=int, default=200, help="of each kind")
    parser.add_argument("--folder", type=Path, default=None, help="where the archive is made, and deleted again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, writing(Path(folder) / "bench.db") as db:
        queries = _fill(db, options.articles, options.queries)
        _index(db, options.articles)
        ratio = _insert(db, min(1_000, options.articles // 5))
        _trigram(db, min(options.trigram, options.articles))
        newest, ranked = _search(db, queries)
    missed = ratio < INSERT_BAR or newest > NEWEST_BAR or ranked > RANK_BAR
    sys.exit("a bar is missed" if missed else 0)


def _fill(db: Database, articles: int, queries: int) -> dict[str, list[str]]:
    """The archive's own tables without the index; and what will be searched for."""
    chance = random.Random(7)  # noqa: S311 - the same queries every time
    of_kind: dict[str, list[str]] = {"1 character": [], "2 characters": [], "4 characters": [], "phrase": [], ONCE: []}
    at = timestamp(FIRST_DAY)
    begun = time.process_time()
    texts = Writer().texts(articles)
    db.execute("INSERT INTO sites (site, first_seen) VALUES ('bench', ?)", (at,))
    db.execute("INSERT INTO bodies (sha256, size, packed) VALUES ('bench', 0, x'')")
    first = 0
    while batch := list(islice(texts, 1_000)):
        with transaction(db):
            for number, text in enumerate(batch, first + 1):
                _fill_one(db, number, text, at)
        first += len(batch)
        for text in chance.sample(batch, max(1, len(batch) * queries // articles + 1)):
            _draw(text, chance, of_kind)
    seconds = time.process_time() - begun
    print(f"{articles:,} articles of {CHARACTERS:,} characters made and stored in {seconds:.0f} s, without index")
    return {kind: chance.sample(found, min(queries, len(found))) for kind, found in of_kind.items()}


def _fill_one(db: Database, number: int, text: Text, at: str) -> None:
    url = f"http://bench.example/{number}.html"
    row = {
        "id": number,
        "url": url,
        "at": at,
        "digest": sha256(text.headline.encode()).hexdigest(),
        "headline": text.headline,
        "published": text.published_at,
        "source": "甲乙丙丁戊"[number % 5] + "城日报",
        "body": as_json(text.paragraphs),
    }
    run = db.conn.execute
    run(
        "INSERT INTO urls (id, url, site, state, first_seen, last_seen) "
        "VALUES (:id, :url, 'bench', 'pending', :at, :at)",
        row,
    )
    run(
        "INSERT INTO captures (id, url, site, status, headers, fetched_at, body_sha256) "
        "VALUES (:id, :url, 'bench', 200, '[]', :at, 'bench')",
        row,
    )
    run(
        "INSERT INTO articles (id, url_key, site, first_seen, last_seen) VALUES (:id, :url, 'bench', :at, :at)",
        row,
    )
    run(_VERSION, row)
    run("UPDATE articles SET version_id = :id WHERE id = :id", row)
    run("UPDATE captures SET outcome = 'article', version_id = :id WHERE id = :id", row)


def _draw(text: Text, chance: random.Random, of_kind: dict[str, list[str]]) -> None:
    """One query of each kind, from one article."""
    for kind, length in (("1 character", 1), ("2 characters", 2), ("4 characters", 4)):
        words = [word for word in text.words if len(word) == length and word not in text.names]
        if words:
            of_kind[kind].append(chance.choice(words))
    whole = "\n".join(text.paragraphs)
    pairs = [one + two for one, two in pairwise(text.words) if min(len(one), len(two)) >= 2 and one + two in whole]
    of_kind["phrase"].append(f'"{chance.choice(text.names)}"')
    of_kind[ONCE].append(f'"{chance.choice(pairs)}"')


def _index(db: Database, articles: int) -> None:
    begun = time.process_time()
    with transaction(db):
        search_index.rebuild(db)
    seconds = time.process_time() - begun
    index = _bytes(db, "search_index%", "search_documents%")
    texts, table = _bytes_of_texts(db), _bytes(db, "versions")
    print(f"reindex: {articles / seconds:,.0f} articles/s, {seconds:.0f} s")
    print(
        f"index size: {index / 1e6:,.0f} MB; {index / texts:.2f} of the texts in UTF-8, "
        f"{index / table:.2f} of the table without it"
    )


def _bytes(db: Database, *names: str) -> int:
    """What tables and their own indexes take in the file."""
    condition = " OR ".join("tbl_name LIKE ?" for _ in names)
    query = f"SELECT sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) WHERE {condition}"  # noqa: S608 - placeholders
    return int(db.execute(query, names).fetchone()[0])


def _bytes_of_texts(db: Database) -> int:
    return int(
        db.execute("SELECT sum(length(CAST(headline AS BLOB)) + length(CAST(body AS BLOB))) FROM versions").fetchone()[
            0
        ]
    )


def _insert(db: Database, count: int) -> float:
    """Articles written as a crawl writes them, by turns with the index and without."""
    took = {"with": 0.0, "without": 0.0}
    for number, text in enumerate(Writer(seed=8).texts(2 * count)):
        how = "with" if number % 2 else "without"
        capture = Capture(
            url=f"http://new.example/{number}.html",
            body="".join(f"<p>{paragraph}</p>" for paragraph in text.paragraphs).encode(),
            fetched_at=FIRST_DAY,
            site="new.example",
        )
        record = Record(
            url=capture.url,
            fetched_at=FIRST_DAY,
            headline=text.headline,
            headline_raw=text.headline,
            published_at=text.published_at,
            body=text.paragraphs,
            body_raw=text.paragraphs,
        )
        article = Article(record=record, url_key=capture.url, digest=sha256(text.headline.encode()).hexdigest())
        begun = time.process_time()
        if how == "with":
            keep_article(db, keep_capture(db, capture), article)
        else:
            with patch.object(search_index, "follow"):
                keep_article(db, keep_capture(db, capture), article)
        took[how] += time.process_time() - begun
    ratio = took["without"] / took["with"]
    print(
        f"written as a crawl writes: {count / took['with']:,.0f} articles/s with the index, "
        f"{count / took['without']:,.0f} without: {ratio:.2f} (bar {INSERT_BAR})"
    )
    missing = "SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM search_documents)"
    with transaction(db):
        for (article_id,) in db.execute(missing).fetchall():
            search_index.follow(db, article_id)
    return ratio


def _trigram(db: Database, count: int) -> None:
    """SQLite's own tokenizer for texts without spaces, over the newest articles."""
    db.execute("CREATE VIRTUAL TABLE trigram USING fts5 (headline, body, content = '', tokenize = 'trigram')")
    newest = "SELECT id, version_id FROM search_documents ORDER BY id LIMIT ?"
    documents = sorted(db.execute(newest, (count,)).fetchall())
    begun = time.process_time()
    with transaction(db):
        for document, version in documents:
            db.execute(
                "INSERT INTO trigram (rowid, headline, body) SELECT ?, headline, body FROM versions WHERE id = ?",
                (document, version),
            )
    seconds = time.process_time() - begun
    ours = _seconds(lambda: _again(db, documents))
    print(
        f"trigram tokenizer, the newest {count:,} articles: {count / seconds:,.0f} articles/s (single characters "
        f"{count / ours:,.0f}), {_bytes(db, 'trigram%') / count:,.0f} bytes an article"
    )


def _again(db: Database, documents: Sequence[tuple[int, int]]) -> None:
    """The same articles into an index of single characters of their own, for comparison."""
    db.execute("CREATE VIRTUAL TABLE singles USING fts5 (headline, body, content = '', tokenize = 'ascii')")
    with transaction(db):
        for document, version in documents:
            headline, body = db.execute("SELECT headline, body FROM versions WHERE id = ?", (version,)).fetchone()
            paragraphs = "\n".join(json.loads(body))
            row = (document, tokens(headline), tokens(paragraphs))
            db.execute("INSERT INTO singles (rowid, headline, body) VALUES (?, ?, ?)", row)
    db.execute("DROP TABLE singles")


def _search(db: Database, queries: Mapping[str, Sequence[str]]) -> tuple[float, float]:
    """Every query in every way; the worst 95th percentile of ours, newest first and by rank."""
    print(f"\nmilliseconds for the first {HITS} hits, median / 95 of 100; trigram: and how many of 100 it found at all")
    print(f"{'':14}{'newest first':>16}{'by rank':>16}{'LIKE, newest':>18}{'trigram, newest':>18}")
    all_newest: list[float] = []
    all_ranked: list[float] = []
    for kind, words in queries.items():
        newest, ranked, like, trigram = [], [], [], []
        found_by_trigram = 0
        for number, word in enumerate(words):
            newest.append(_seconds(lambda: list(search(db, Query(text=word)).hits)))  # noqa: B023 - called at once
            ranked.append(_seconds(lambda: list(search(db, Query(text=word, order=Order.RANK)).hits)))  # noqa: B023 - called at once
            rows: list[int] = []
            trigram.append(_seconds(lambda: rows.extend(_by_trigram(db, word))))  # noqa: B023 - called at once
            found_by_trigram += bool(rows)
            if number < PATIENCE:
                by_like: list[int] = []
                like.append(_seconds(lambda: by_like.extend(_by_like(db, word))))  # noqa: B023 - called at once
                _check(db, word, by_like)
        if kind != ONCE:  # shown, but nobody searches for most of these: the bars are for what people have met
            all_newest += newest
            all_ranked += ranked
        share = 100 * found_by_trigram / len(words)
        print(f"{kind:14}{_p(newest):>16}{_p(ranked):>16}{_p(like):>18}{_p(trigram):>18} {share:.0f}")
    print(f"{'the first four':14}{_p(all_newest):>16}{_p(all_ranked):>16}   bars: {NEWEST_BAR} and {RANK_BAR}")
    return _p95(all_newest), _p95(all_ranked)


def _by_like(db: Database, word: str) -> list[int]:
    found = db.execute(
        """
        SELECT search_documents.id FROM search_documents CROSS JOIN versions ON versions.id = version_id
        WHERE headline LIKE :like OR body LIKE :like ORDER BY search_documents.id LIMIT :limit
        """,
        {"like": f"%{word.strip(chr(34))}%", "limit": HITS},
    )
    return [document for (document,) in found]


def _check(db: Database, word: str, by_like: Sequence[int]) -> None:
    """Stop where LIKE finds what the index does not; the other way round there are the forms of the other script."""
    sql, parameters = sql_of(db, Query(text=word, limit=None))
    sql = f"SELECT id FROM ({sql}) AS hits JOIN search_documents USING (article_id) WHERE id <= :most"  # noqa: S608 - ours
    if by_like and (missed := set(by_like) - {row[0] for row in db.execute(sql, {**parameters, "most": by_like[-1]})}):
        raise SystemExit(f"{word}: {len(missed)} articles are found by LIKE and not by the index")


def _by_trigram(db: Database, word: str) -> list[int]:
    found = db.execute(
        "SELECT rowid FROM trigram WHERE trigram MATCH ? ORDER BY rowid LIMIT ?",
        (f'"{word.strip(chr(34))}"', HITS),
    )
    return [document for (document,) in found]


def _seconds(run: Callable[[], object]) -> float:
    begun = time.process_time()
    run()
    return time.process_time() - begun


def _p95(seconds: Sequence[float]) -> float:
    return 1_000 * quantiles(seconds, n=20)[-1]


def _p(seconds: Sequence[float]) -> str:
    return f"{1_000 * median(seconds):,.1f} / {_p95(seconds):,.1f}"


if __name__ == "__main__":
    main()

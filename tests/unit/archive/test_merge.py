"""Archives joined: nothing is lost, nothing stands twice, and neither order nor repetition counts."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive import frontier
from archive.check import check
from archive.connect import open_writing, reading, writing
from archive.digest import TABLES, content_digest, table_digests
from archive.errors import ArchiveError
from archive.merge import merge
from archive.revisit import Visit
from archive.runs import begin, end
from archive.search.find import Query, article_ids
from archive.write import keep_article, keep_capture, keep_rejection, record_failure, record_sighting
from crawler.items import Article, Capture, FetchFailure, Reason, Rejected, Sighting, Verdict

Make = Callable[..., Any]
START = datetime(2026, 3, 1, 6, tzinfo=UTC)
DERIVED = {
    "sqlite_sequence", "_sqlite_migrations", "search_documents", "search_index", "sketches", "fingerprints", "families",
    "family_members", "family_links", "family_history", "collations", "collation_notes",
}  # fmt: skip
Event = Callable[[Database], None]


@pytest.fixture
def events(  # noqa: C901 - one small function a kind of event
    make_capture: Make, make_article: Make
) -> Callable[[random.Random], Sequence[Event]]:
    """What can happen to an archive: the same event in two archives is the same page, fetched once."""

    def url(page: int) -> str:
        return f"http://site{page % 3}.example/{page}.html"

    def make(rng: random.Random) -> Sequence[Event]:
        return [event(rng.choice((fetched, fetched, fetched, failed, seen, queued, ran)), rng) for _ in range(24)]

    def event(kind: Callable[..., Event], rng: random.Random) -> Event:
        return kind(page := rng.randrange(5), START + timedelta(hours=rng.randrange(60), seconds=page), rng)

    def fetched(page: int, at: datetime, rng: random.Random) -> Event:
        words, template = rng.randrange(3), "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
        split = rng.random() < 0.3
        parts = [_capture(f"{url(page)}?p=2", at, f"<p>{page} 的下一页</p>")] if split else []
        capture = _capture(url(page), at, f"{template}<p>第 {words} 稿</p>", parts=tuple(parts))
        if rng.random() < 0.2:
            capture = _capture(f"{url(page)}?moved", at, "<p>moved</p>", requested_url=url(page))
        verdicts = rng.choices(("article", "reject", "nothing", "again"), (6, 2, 1, 3))[0]

        def happen(db: Database) -> None:
            capture_id = keep_capture(db, capture)
            if verdicts in {"article", "again"}:
                keep_article(db, capture_id, _article(capture, words))
            if verdicts == "reject":
                links = Verdict(hijacked=True, evidence=make_article().record.verdict.evidence)
                keep_rejection(db, capture_id, Rejected(Reason.LISTING, "links", verdict=links, encoding="utf-8"))
            if verdicts == "again":  # cleaned again by better rules, which read other words, or the same otherwise
                keep_article(db, capture_id, _article(capture, words + page % 2, source="云溪日报"))

        return happen

    def _capture(address: str, at: datetime, body: str, **fields: Any) -> Capture:
        return make_capture(body, url=address, fetched_at=at, site=address.split("/")[2], **fields)

    def _article(capture: Capture, words: int, **fields: Any) -> Article:
        text = (f"第 {words} 稿的第一段。", "第二段。")
        return make_article(
            url=capture.url, fetched_at=capture.fetched_at, body=text, body_raw=text, notes=(), headline="标题",
            headline_raw="标题", view_count=capture.fetched_at.hour, **fields,
        )  # fmt: skip

    def failed(page: int, at: datetime, _: random.Random) -> Event:
        failure = FetchFailure(url=url(page), reason=Reason.TIMEOUT, detail=f"{at}", failed_at=at, site="s")
        return lambda db: record_failure(db, failure)

    def seen(page: int, at: datetime, _: random.Random) -> Event:
        return lambda db: record_sighting(db, Sighting(url=url(page), seen_at=at, site="s"))

    def queued(page: int, at: datetime, rng: random.Random) -> Event:
        wanted = frontier.Wanted(
            url=url(page), url_key=url(page), site="s", host="h", spider="pages", callback="parse",
            priority=rng.randrange(3),
        )  # fmt: skip
        then = rng.randrange(3)

        def happen(db: Database) -> None:
            frontier.want(db, wanted, job="j", since=at, now=at)
            if then:
                frontier.claim(db, job="j", host="h")
            if then == 2:
                frontier.learn(db, url(page), Visit.CHANGED, at=at)

        return happen

    def ran(_: int, at: datetime, rng: random.Random) -> Event:
        ends = rng.random() < 0.5

        def happen(db: Database) -> None:
            run = begin(db, command="pages", job="j", now=at)
            if ends:
                end(db, run.id, finish="finished", now=at)

        return happen

    return make


def _archive(path: Path, events: Iterable[Event]) -> Path:
    with writing(path) as db:
        for happen in events:
            happen(db)
    return path


@pytest.fixture
def three(tmp_path: Path, events: Callable[[random.Random], Sequence[Event]], request: Any) -> list[Path]:
    """Three archives: each has some of what happened, in its own order, and every two have some of it together."""
    rng = random.Random(request.param)  # noqa: S311 - to try, not to hide
    happened = events(rng)
    return [_archive(tmp_path / f"{name}.db", rng.sample(happened, len(happened) * 2 // 3)) for name in ("a", "b", "c")]


def _merged(path: Path, *given: Path) -> Path:
    with writing(path) as db:
        for other in given:
            merge(db, other)
    return path


def _digests(path: Path) -> dict[str, str]:
    with reading(path) as db:
        return table_digests(db)


seeds = pytest.mark.parametrize("three", range(6), indirect=True)


@seeds
def test_every_order_gives_the_same_archive(three: list[Path], tmp_path: Path) -> None:
    results = [_digests(_merged(tmp_path / f"{n}.db", *order)) for n, order in enumerate(permutations(three))]
    assert len(results) == 6
    for result in results[1:]:
        assert result == results[0]


@seeds
def test_merging_again_and_merging_what_was_merged_changes_nothing(three: list[Path], tmp_path: Path) -> None:
    a, b, c = three
    once = _digests(_merged(tmp_path / "once.db", a, b, c))
    assert _digests(_merged(tmp_path / "once.db", b, a, c)) == once
    left = _merged(tmp_path / "left.db", _merged(tmp_path / "ab.db", a, b), c)
    right = _merged(tmp_path / "right.db", a, _merged(tmp_path / "bc.db", b, c))
    assert _digests(left) == once
    assert _digests(right) == once


@seeds
def test_nothing_is_lost(three: list[Path], tmp_path: Path, rows_of: Make) -> None:
    keys = {
        "captures": "SELECT url, requested_url, fetched_at, body_sha256, part FROM captures",
        "bodies": "SELECT sha256, size FROM bodies",
        "versions": "SELECT url, fetched_at, digest, source, view_count FROM versions",
        "urls": "SELECT url FROM urls",
        "frontier": "SELECT url FROM frontier",
        "runs": "SELECT command, started_at FROM runs",
        "articles": "SELECT url_key FROM articles",
    }
    merged = _merged(tmp_path / "all.db", *three)
    for query in keys.values():
        assert set(rows_of(merged, query)) == {row for path in three for row in rows_of(path, query)}


@seeds
def test_the_result_is_sound(three: list[Path], tmp_path: Path, fingerprint: Make) -> None:
    merged = _merged(tmp_path / "all.db", *three)
    with reading(merged) as db:
        assert list(check(db, fingerprint)) == []
        shown = db.execute("SELECT count(*) FROM latest").fetchone()[0]
        assert len(list(article_ids(db, Query(text="第二段", limit=None)))) == shown > 0
    with writing(merged) as db:  # ids are free, captures can be kept on
        keep_capture(db, Capture(url="http://site0.example/9", body=b"x", fetched_at=START, site="site0.example"))


def test_an_archive_merged_alone_is_itself(tmp_path: Path, path: Path, make_capture: Make, make_article: Make) -> None:
    with writing(path) as db:
        for day in range(3):
            capture_id = keep_capture(db, make_capture(f"<p>{day}</p>", day=day))
            keep_article(db, capture_id, make_article(subtitle=f"第 {day // 2} 天", body=(f"{day // 2}",), notes=()))
        record_sighting(db, Sighting(url=make_capture().url, seen_at=START))
    merged = _merged(tmp_path / "merged.db", path)
    assert _digests(merged) == _digests(path)


def test_a_body_that_others_are_packed_against_stands_alone_in_the_result(tmp_path: Path, make_capture: Make) -> None:
    pages = ["".join(map(chr, range(start, start + 4000))) for start in (0x4E00, 0x4E01, 0x4E02)]

    def fill(name: str, order: Sequence[int]) -> Path:
        with writing(tmp_path / name) as db:
            for number in order:
                keep_capture(db, make_capture(pages[number], day=number))
        return tmp_path / name

    one, other = fill("one.db", (0, 1)), fill("other.db", (1, 2))  # page 1 leans on 0 there, 2 leans on 1 here
    merged = _merged(tmp_path / "merged.db", one, other)
    with reading(merged) as db:
        assert db.execute("SELECT count(dictionary_sha256) FROM bodies").fetchone() == (1,)
        assert list(check(db, lambda _: pytest.fail("there are no versions"))) == []


def test_the_newer_decision_about_a_page_stands(tmp_path: Path, make_capture: Make, make_article: Make) -> None:
    for name, verdict in (("old.db", make_article()), ("new.db", Rejected(Reason.LISTING, "links"))):
        with writing(tmp_path / name) as db:
            capture_id = keep_capture(db, make_capture())
            if isinstance(verdict, Rejected):
                keep_rejection(db, capture_id, verdict)
            else:
                keep_article(db, capture_id, verdict)
    for order in (("old.db", "new.db"), ("new.db", "old.db")):
        merged = _merged(tmp_path / f"{order[0]}+", *(tmp_path / name for name in order))
        with reading(merged) as db:
            assert db.execute("SELECT outcome, reason FROM captures").fetchall() == [("rejected", "listing")]
            assert db.execute("SELECT state, article_id FROM urls").fetchall() == [("rejected", 1)]
            assert db.execute("SELECT count(*) FROM versions").fetchone() == (1,)  # history, as in one archive
            assert db.execute("SELECT count(*) FROM latest").fetchone() == (0,)


def test_what_is_dated_in_the_future_is_not_the_newest(tmp_path: Path, make_capture: Make, make_article: Make) -> None:
    url, now = "http://site.example/1.html", datetime.now(UTC)
    for name, at, words in (("wrong.db", now + timedelta(days=900), "未来"), ("right.db", now, "今天")):
        with writing(tmp_path / name) as db:
            capture = make_capture(words, url=url, fetched_at=at)
            keep_article(db, keep_capture(db, capture), make_article(url=url, fetched_at=at, headline=words))
    for order in (("wrong.db", "right.db"), ("right.db", "wrong.db")):
        merged = _merged(tmp_path / f"{order[0]}+", *(tmp_path / name for name in order))
        with writing(merged) as db:
            assert db.execute("SELECT headline FROM latest").fetchall() == [("今天",)]
            assert db.execute("SELECT fetched_at < ? FROM urls JOIN captures ON captures.id = capture_id",
                              ((now + timedelta(days=1)).isoformat(),)).fetchall() == [(1,)]  # fmt: skip
            later = make_capture("明天", url=url, fetched_at=now + timedelta(minutes=1))
            keep_article(db, keep_capture(db, later), make_article(url=url, fetched_at=now, headline="明天"))
            assert db.execute("SELECT headline FROM latest").fetchall() == [("明天",)]


def test_a_claim_of_another_process_is_queued_here(tmp_path: Path) -> None:
    with writing(tmp_path / "a.db") as db:
        wanted = frontier.Wanted(url="http://a.example/", url_key="k", site="s", host="h", spider="p", callback="c")
        frontier.want(db, wanted, job="j", since=START, now=START)
        assert frontier.claim(db, job="j", host="h")
    with reading(_merged(tmp_path / "b.db", tmp_path / "a.db")) as db:
        assert db.execute("SELECT state FROM frontier").fetchall() == [("queued",)]


def test_what_is_no_archive_is_not_merged(tmp_path: Path, db: Database) -> None:
    (tmp_path / "text.db").write_text("text", encoding="utf-8")
    for name in ("text.db", "missing.db"):
        with pytest.raises(ArchiveError):
            merge(db, tmp_path / name)
    assert content_digest(db) == content_digest(open_writing(tmp_path / "empty.db"))


def test_every_table_is_merged_and_counted_or_follows_from_the_others(db: Database) -> None:
    """A new table must be put into `archive.merge_sql` and `archive.digest`, or named here as derived."""
    own = {name for name in db.table_names() if not name.startswith("search_index_")}
    assert own - DERIVED == set(TABLES)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_digest_sees_every_column_but_ids(table: str, db: Database) -> None:
    columns = {column.name for column in db[table].columns}
    ids = {"id", "article_id" if table == "versions" else "", "dictionary_sha256", "packed"}
    for column in columns - ids:
        assert column in TABLES[table], column

"""The item pipelines: from a fetched page to its rows, and what a death in between leaves."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.utils.test import get_crawler
from sqlite_utils import Database

from archive import read
from archive.connect import reading
from archive.write import Outcome
from crawler.items import Article, Capture, FetchFailure, Reason, Rejected, SiteRecipe
from pipelines import outcome, stages
from pipelines.processes import Stopped
from pipelines.stages import (
    A_FEW,
    TOGETHER,
    Clean,
    Cleaned,
    Dropped,
    KeepCapture,
    KeptCapture,
    NotCleaned,
    Store,
    StoredPage,
)

Make = Callable[..., Any]
FAILED_AT = datetime(2026, 2, 11, tzinfo=UTC)


@pytest.fixture
def crawler(path: Path) -> Crawler:
    return get_crawler(settings_dict={"ARCHIVE_PATH": str(path), "CONCURRENT_REQUESTS_PER_DOMAIN": 1})


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch, make_article: Make) -> None:
    """Rules that take a page's bytes for its body and reject the pages that say so."""

    def clean(capture: Capture, site: object) -> Article:
        assert site is None, "an address without a recipe"
        text = capture.body.decode()
        if text == "listing":
            raise Rejected(Reason.LISTING, "90 links")
        if text == "bug":
            raise ZeroDivisionError("a line\nand another")
        return make_article(url=capture.url, fetched_at=capture.fetched_at, body=(text,))  # type: ignore[no-any-return]

    monkeypatch.setattr(outcome, "clean", clean)
    monkeypatch.setattr(stages, "Cleaners", Here)


class Here:
    """Cleaners that clean in this process, so that they follow the rules of these tests."""

    def __init__(self, *_: object, **__: object) -> None:
        self.closed = False

    async def outcome_async(self, capture: Capture, site: SiteRecipe | None = None) -> Article | Rejected:
        if self.closed:
            raise Stopped
        return outcome.outcome_of(capture, site)

    def close(self) -> None:
        self.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Run:
    """The three stages as Scrapy runs them."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.stages = [stage.from_crawler(crawler) for stage in (KeepCapture, Clean, Store)]
        for stage in self.stages:
            if hasattr(stage, "open_spider"):
                stage.open_spider()

    def __call__(self, item: Any) -> Any:
        for stage in self.stages:
            item = stage.process_item(item)
            if asyncio.iscoroutine(item):
                item = asyncio.run(item)
        return item

    def close(self) -> None:
        for stage in self.stages:
            if hasattr(stage, "close_spider"):
                stage.close_spider()


@pytest.fixture
def run(crawler: Crawler) -> Any:
    run = Run(crawler)
    yield run
    run.close()


def _stats(crawler: Crawler) -> dict[str, int]:
    assert crawler.stats
    return {key: value for key, value in crawler.stats.get_stats().items() if key.startswith("repost/")}


def test_a_page_passes_from_fetched_to_stored(run: Run, crawler: Crawler, path: Path, make_capture: Make) -> None:
    stored = [run(make_capture(text, day=day)) for day, text in enumerate(("甲", "甲", "乙"))]
    assert all(isinstance(page, StoredPage) for page in stored)
    assert [page.kept.outcome for page in stored] == [Outcome.NEW, Outcome.UNCHANGED, Outcome.CHANGED]
    assert _stats(crawler) == {"repost/new": 1, "repost/unchanged": 1, "repost/changed": 1}
    with reading(path) as db:
        assert read.article(db, stored[0].url).record.body == ("乙",)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"body": "listing"}, (Reason.LISTING, "90 links")),
        ({"body": "甲", "status": 404}, (Reason.HTTP_ERROR, "status 404")),
        ({"body": "bug"}, (Reason.INTERNAL, "ZeroDivisionError: a line and another")),
    ],
)
def test_a_page_without_an_article_is_dropped_with_its_reason(
    run: Run, path: Path, make_capture: Make, page: dict[str, Any], expected: tuple[Reason, str]
) -> None:
    capture = make_capture(**page)
    with pytest.raises(Dropped) as dropped:
        run(capture)
    assert (dropped.value.reason, without_place(str(dropped.value))) == expected
    assert _stats(run.crawler) == {f"repost/rejected/{expected[0]}": 1}
    with reading(path) as db:
        stored = read.last_capture(db, capture.url)
    assert stored is not None
    assert (stored.capture, (stored.reason, without_place(stored.detail))) == (capture, expected)


def without_place(detail: str | None) -> str | None:
    """A detail without where in the code it came from."""
    return detail and re.sub(r" \(\w+\.py:\d+\)$", "", detail)


def test_our_own_errors_are_logged_with_their_place(
    run: Run, make_capture: Make, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Dropped):
        run(make_capture("bug"))
    (said,) = caplog.records
    assert (said.levelname, said.exc_info) == ("ERROR", None)
    assert re.search(r"ZeroDivisionError: a line and another \(test_stages\.py:\d+\)$", said.message)


def test_a_page_that_a_stop_overtakes_is_kept_for_the_next_run(run: Run, path: Path, make_capture: Make) -> None:
    run.stages[1].close_spider()
    with pytest.raises(NotCleaned):
        run(make_capture("甲"))
    with reading(path) as db:
        assert db.execute("SELECT outcome FROM captures").fetchall() == [(None,)]


@pytest.mark.parametrize("crawling", [True, False])
def test_a_run_that_is_being_stopped_does_not_wait_for_a_page_that_takes_long(
    crawling: bool,  # noqa: FBT001 - a case
    crawler: Crawler,
    make_capture: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Slow(Here):
        async def outcome_async(self, capture: Capture, site: SiteRecipe | None = None) -> Article | Rejected:
            for _ in range(20):
                await asyncio.sleep(0.02)
                if self.closed:
                    raise Stopped
            return await super().outcome_async(capture, site)

    monkeypatch.setattr(stages, "Cleaners", Slow)
    monkeypatch.setattr(stages, "PATIENCE", 0.05)
    crawler.crawling = crawling
    cleaning = Clean.from_crawler(crawler).process_item(KeptCapture(capture_id=1, capture=make_capture("甲")))
    if crawling:
        assert isinstance(asyncio.run(cleaning), Cleaned)
    else:
        with pytest.raises(NotCleaned):
            asyncio.run(cleaning)


def test_a_failure_is_stored_and_dropped(run: Run, crawler: Crawler, path: Path) -> None:
    with pytest.raises(Dropped, match="60 s"):
        run(FetchFailure(url="http://a.example/", reason=Reason.TIMEOUT, detail="60 s", failed_at=FAILED_AT))
    assert _stats(crawler) == {"repost/failed/timeout": 1}
    with reading(path) as db:
        assert [(line.url, line.reason) for line in read.rejections(db)] == [("http://a.example/", Reason.TIMEOUT)]


def test_dropping_is_quiet(run: Run) -> None:
    with pytest.raises(Dropped) as dropped:
        run(FetchFailure(url="http://a.example/", reason=Reason.TIMEOUT, detail="60 s", failed_at=FAILED_AT))
    assert dropped.value.log_level == "DEBUG"


def test_what_a_dead_run_kept_is_cleaned_and_stored_without_being_kept_again(
    run: Run, path: Path, make_capture: Make
) -> None:
    kept = asyncio.run(run.stages[0].process_item(make_capture("甲")))  # killed here: nothing was cleaned
    stored = run(kept)
    assert isinstance(stored, StoredPage)
    with reading(path) as db:
        assert read.counts(db).pending == 0
        assert db.table("captures").count == 1


def test_an_archive_that_is_not_ours_stops_the_run(crawler: Crawler, path: Path) -> None:
    path.write_text("not a database at all, certainly " * 10)
    with pytest.raises(CloseSpider) as closed:
        KeepCapture.from_crawler(crawler).open_spider()
    assert closed.value.reason.startswith(f"usage: {path}: ")


def test_items_on_the_way_do_not_print_the_page(make_capture: Make, make_article: Make) -> None:
    kept = KeptCapture(capture_id=1, capture=make_capture("很长的正文"))
    cleaned = Cleaned(
        capture_id=1, url="http://a.example/", site="a.example", result=make_article(body=("很长的正文",))
    )
    assert "很长" not in repr((kept, cleaned))
    assert stages.logger.name == "pipelines.stages"


def test_stages_share_the_archive(run: Run, db: Database, make_capture: Make) -> None:
    """Another writer on the same file, as a second terminal would have, does not lock the run out."""
    run(make_capture("甲"))
    db.execute("UPDATE articles SET last_seen = '2030-01-01T00:00:00+00:00'")
    run(make_capture("乙", day=1))
    assert db.table("captures").count == 2


@pytest.fixture
def cleaned(crawler: Crawler, make_capture: Make, make_article: Make) -> Any:
    """Pages that are kept and cleaned, and the stage that is to store them."""
    keep = KeepCapture.from_crawler(crawler)
    keep.open_spider()

    def clean(number: int, result: Any = None) -> Cleaned:
        url = f"http://a.example/{number}.html"
        kept = asyncio.run(keep.process_item(make_capture(f"第{number}页", url=url)))
        article = make_article(url=url, body=(f"第{number}页",))
        return Cleaned(capture_id=kept.capture_id, url=url, site="a.example", result=result or article)

    yield clean
    keep.close_spider()


@pytest.fixture
def store(crawler: Crawler) -> Any:
    store = Store.from_crawler(crawler)
    store.open_spider()
    yield store
    store.close_spider()


def _commits(stage: KeepCapture | Store) -> list[str]:
    """What will hold the commits of a stage."""
    commits: list[str] = []
    stage._archive._db.conn.set_trace_callback(
        lambda statement: commits.append(statement) if statement == "COMMIT" else None
    )
    return commits


async def _all(store: Store, items: list[Cleaned]) -> list[Any]:
    return await asyncio.gather(*map(store.process_item, items), return_exceptions=True)


def test_pages_of_a_moment_are_stored_in_one_transaction(store: Store, cleaned: Any) -> None:
    last = TOGETHER + 4
    items = [cleaned(1), cleaned(2, Rejected(Reason.LISTING, "90 links")), *map(cleaned, range(3, last + 1))]
    commits = _commits(store)
    served: list[str] = []
    store._archive.meanwhile = lambda: served.append("between")
    stored = asyncio.run(_all(store, items))
    assert len(commits) == 2, "as many as go together, and the other four"
    assert len(served) == TOGETHER / A_FEW + 1
    assert isinstance(stored.pop(1), Dropped)
    assert [page.url for page in stored] == [f"http://a.example/{number}.html" for number in (1, *range(3, last + 1))]


@pytest.mark.parametrize(("for_a_host", "expected"), [(1, 3), (2, 1)])
def test_captures_are_kept_together_where_a_host_is_asked_for_several_at_once(
    for_a_host: int, expected: int, path: Path, make_capture: Make
) -> None:
    """Where it is not, a kill must cost no more than the one page in flight."""
    settings = {"ARCHIVE_PATH": str(path), "CONCURRENT_REQUESTS_PER_DOMAIN": for_a_host}
    keep = KeepCapture.from_crawler(get_crawler(settings_dict=settings))
    keep.open_spider()
    commits = _commits(keep)

    async def all_at_once() -> list[KeptCapture]:
        return await asyncio.gather(
            *(keep.process_item(make_capture(text, day=day)) for day, text in enumerate("甲乙丙"))
        )

    assert [kept.capture_id for kept in asyncio.run(all_at_once())] == [1, 2, 3]
    assert len(commits) == expected
    keep.close_spider()


def test_a_page_that_cannot_be_stored_costs_only_itself(store: Store, cleaned: Any, path: Path) -> None:
    items = [cleaned(1), replace(cleaned(2), capture_id=999), cleaned(3)]
    stored = asyncio.run(_all(store, items))
    assert [isinstance(page, StoredPage) for page in stored] == [True, False, True]
    assert isinstance(stored[1], StopIteration | RuntimeError), "there is no such capture"
    with reading(path) as db:
        assert (read.counts(db).articles, read.counts(db).pending) == (2, 1)


def test_an_archive_that_another_process_keeps_is_waited_for_once(store: Store, cleaned: Any, db: Database) -> None:
    """For each of the pages by itself it would be an hour, in which the event loop does nothing else."""
    items = [cleaned(number) for number in (1, 2, 3)]
    attempts: list[str] = []
    writer = store._archive._db.conn
    writer.execute("PRAGMA busy_timeout = 1")
    writer.set_trace_callback(lambda statement: attempts.append(statement) if "BEGIN" in statement else None)
    db.execute("BEGIN IMMEDIATE")
    stored = asyncio.run(_all(store, items))
    db.rollback()
    assert [str(error) for error in stored] == ["database is locked"] * 3
    assert len(attempts) == 1
    assert all(isinstance(page, StoredPage) for page in asyncio.run(_all(store, items)))


def test_what_was_not_stored_yet_when_it_was_killed_is_still_to_be_decided(
    store: Store, cleaned: Any, path: Path
) -> None:
    page = cleaned(1)

    async def killed() -> None:
        waiting = asyncio.ensure_future(store.process_item(page))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(killed())
    with reading(path) as db:
        assert (read.counts(db).articles, read.counts(db).pending) == (0, 1)

"""Cleaning again: what changes is written and told, what does not leaves no trace."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive import read
from archive.connect import reading
from archive.reclean import Recleaned, reclean, sum_up
from archive.write import keep_article, keep_capture, keep_rejection
from crawler.items import Article, Capture, Reason, Rejected

Make = Callable[..., Any]
Rules = Callable[[Capture], Article | Rejected]


@pytest.fixture
def rules(make_article: Make) -> Callable[..., Rules]:
    """Rules that take a page's bytes for its body and reject the pages that say so."""

    def make(**fields: object) -> Rules:
        def outcome_of(capture: Capture) -> Article | Rejected:
            text = capture.body.decode()
            if text.startswith("reject"):
                return Rejected(Reason.LISTING, text)
            return make_article(  # type: ignore[no-any-return]  # an Article
                url=capture.url, fetched_at=capture.fetched_at, body=(text,), body_raw=(text,), **fields
            )

        return outcome_of

    return make


def _crawl(db: Database, capture: Capture, outcome_of: Rules) -> int:
    capture_id = keep_capture(db, capture)
    result = outcome_of(capture)
    if isinstance(result, Rejected):
        keep_rejection(db, capture_id, result)
    else:
        keep_article(db, capture_id, result)
    return capture_id


def _rows(db: Database) -> dict[str, list[dict[str, Any]]]:
    return {table: list(db.table(table).rows) for table in db.table_names() if not table.startswith("_")}


@pytest.fixture
def crawled(db: Database, make_capture: Make, rules: Callable[..., Rules]) -> Database:
    """One article seen twice, one changed, one rejected."""
    for day, text in enumerate(("甲", "甲", "乙")):
        _crawl(db, make_capture(text, day=day), rules())
    _crawl(db, make_capture("reject this", url="http://x.example/"), rules())
    return db


def test_the_same_rules_change_nothing(crawled: Database, rules: Callable[..., Rules]) -> None:
    before = _rows(crawled)
    summary = sum_up(reclean(crawled, rules()))
    assert (summary.captures, summary.changed, summary.fields, summary.moves) == (4, 0, Counter(), Counter())
    assert _rows(crawled) == before


def test_better_rules_write_versions_and_say_which_fields(crawled: Database, rules: Callable[..., Rules]) -> None:
    summary = sum_up(reclean(crawled, rules(source="青石日报", authors=())))
    assert (summary.captures, summary.changed) == (4, 2), "the second capture shares the first one's version"
    assert summary.fields == {"source": 2, "authors": 2}
    article = read.article(crawled, "1")
    assert article.record.source == "青石日报"
    assert [line.capture_id for line in article.versions] == [1, 3, 1, 3]
    assert [line.version for line in article.captures] == [3, 3, 4]
    assert sum_up(reclean(crawled, rules(source="青石日报", authors=()))).changed == 0


def test_other_words_change_every_capture_of_them(crawled: Database, rules: Callable[..., Rules]) -> None:
    changed = [item for item in reclean(crawled, rules(headline="新题")) if item.changed]
    assert [(item.capture_id, item.fields) for item in changed] == [
        (1, ("digest", "headline")),
        (2, ("digest",)),
        (3, ("digest", "headline")),
    ]
    assert [line.version for line in read.article(crawled, "1").captures] == [3, 3, 4]


def test_a_dry_run_writes_nothing_and_needs_only_to_read(
    crawled: Database, rules: Callable[..., Rules], path: Path
) -> None:
    before = _rows(crawled)
    with reading(path) as db:
        summary = sum_up(reclean(db, rules(source=None), dry_run=True))
    assert summary.fields == {"source": 2}
    assert _rows(crawled) == before


def test_outcomes_move_both_ways(crawled: Database, make_article: Make) -> None:
    def reversed_rules(capture: Capture) -> Article | Rejected:
        if capture.body.startswith(b"reject"):
            return make_article(url=capture.url, fetched_at=capture.fetched_at)  # type: ignore[no-any-return]
        return Rejected(Reason.SOFT_404, "gone")

    summary = sum_up(reclean(crawled, reversed_rules))
    assert summary.moves == {("article", "soft-404"): 3, ("listing", "article"): 1}
    assert [line.url for line in read.articles(crawled)] == ["http://x.example/"]


def test_another_reason_is_a_change(crawled: Database, rules: Callable[..., Rules]) -> None:
    def otherwise(capture: Capture) -> Article | Rejected:
        result = rules()(capture)
        return Rejected(Reason.GALLERY, "images") if isinstance(result, Rejected) else result

    assert sum_up(reclean(crawled, otherwise)).moves == {("listing", "gallery"): 1}
    assert [line.reason for line in read.rejections(crawled)] == [Reason.GALLERY]


def test_only_what_was_left_behind(crawled: Database, make_capture: Make, rules: Callable[..., Rules]) -> None:
    left = keep_capture(crawled, make_capture("丙", url="http://y.example/"))
    (item,) = reclean(crawled, rules(), pending=True)
    assert item == Recleaned(
        capture_id=left, url="http://y.example/", before="pending", after="article", fields=(), written=True
    )
    assert list(reclean(crawled, rules(), pending=True)) == []
    assert read.article(crawled, "http://y.example/").record.body == ("丙",)


@pytest.mark.parametrize("reason", [Reason.INTERNAL, Reason.TOO_HARD])
def test_an_error_of_our_own_or_a_slow_machine_takes_nothing_away(
    reason: Reason, crawled: Database, make_capture: Make
) -> None:
    left = keep_capture(crawled, make_capture("丙", url="http://y.example/"))
    items = list(reclean(crawled, lambda _: Rejected(reason, "ZeroDivisionError")))
    assert [item.written for item in items] == [False, False, False, False, True]
    assert len(list(read.articles(crawled))) == 1
    assert read.capture(crawled, left).reason is reason, "what had no outcome has one now"


def test_a_damaged_body_is_told_and_left_alone(crawled: Database, rules: Callable[..., Rules]) -> None:
    crawled.execute("UPDATE bodies SET packed = x'00' WHERE rowid = 1")
    before = _rows(crawled)
    items = list(reclean(crawled, rules()))
    assert [item.after for item in items] == ["damaged", "damaged", "article", "listing"]
    assert [item.before for item in items] == ["article", "article", "article", "listing"]
    assert _rows(crawled) == before

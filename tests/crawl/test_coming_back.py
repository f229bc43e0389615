"""Coming back to a web that was crawled before: nothing is transferred twice, and what happened is told exactly."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

PARAGRAPHS = (
    "柳湾镇的渡船今年换了电动机，从对岸过来只要六分钟，船票还是两块钱，早班船上挤满了去集市卖菜的人。",
    "船工老秦说，电池晚上充满，够跑二十个来回，最让他高兴的是江面上再也闻不到柴油味，孩子们也爱坐在船头了。",
    "渡口的候船棚里添了一个书架，书是镇上人捐的，没有人登记，少了几本又多了几本，三年下来倒比当初更满一些。",
)
CHANGED, GONE, HIJACKED, SILENT = range(10), range(10, 15), range(15, 18), 30
SPAM = (
    "<div style='display:none'>"
    + "".join(f"<a href='http://casino-{n}.example/'>时时彩百家乐{n}</a>" for n in range(12))
    + "</div>"
)


class _Pages:
    """Thirty articles that honour validators, and one that has none."""

    def __init__(self, web: Any, article_html: Callable[..., str]) -> None:
        self._web = web
        self._article = article_html
        self.bodies = 0
        self.urls = [self.put(number) for number in range(31)]

    def put(self, number: int, *more: str, spam: str = "") -> str:
        page = self._article(f"柳湾镇渡口的第{number}天", *PARAGRAPHS, *more)
        body = page.replace("<body>", f"<body>{spam}").encode()
        etag = f'"{number}-{len(body)}"'

        def answer(handler: Any) -> None:
            if number != SILENT and handler.headers["If-None-Match"] == etag:
                handler.reply(b"", status=304)
                return
            self.bodies += 1
            headers = [("Content-Type", "text/html")] + ([("ETag", etag)] if number != SILENT else [])
            handler.reply(body, headers=headers)

        return self._web.answer(f"/{number}.html", answer)

    def remove(self, number: int) -> None:
        self._web.page(f"/{number}.html", "gone", status=404 if number % 2 else 410)


def _make_due(archive: Path) -> None:
    """As if the time had come."""
    with sqlite3.connect(archive) as connection:
        connection.execute("UPDATE frontier SET due_at = '2026-01-01T00:00:00+00:00' WHERE due_at IS NOT NULL")
    connection.close()


@pytest.fixture(scope="module")
def pages(web: Any, crawl: Any, article_html: Callable[..., str]) -> _Pages:
    made = _Pages(web, article_html)
    assert crawl(made.urls).code == 0
    assert made.bodies == 31
    return made


def test_what_is_not_due_is_left_alone(pages: _Pages, crawl: Any) -> None:
    done = crawl.update()
    assert (done.code, done.summary["pages"], pages.bodies) == (0, 0, 31)


def test_over_an_unchanged_web_no_body_is_transferred_and_no_version_made(
    pages: _Pages, crawl: Any, rows_of: Callable[..., Any]
) -> None:
    """But for the page whose server knows no validators: that one comes again, and is the same version."""
    _make_due(crawl.archive)
    pages.bodies = 0
    done = crawl.update()
    assert done.code == 0
    assert done.summary["outcomes"] == {"unchanged": 31}
    assert done.summary["events"] == {}
    assert pages.bodies == 1
    counts = "SELECT (SELECT count(*) FROM captures), (SELECT count(*) FROM versions), (SELECT count(*) FROM sightings)"
    assert rows_of(crawl.archive, counts) == [(32, 31, 30)]
    dates = "SELECT count(*) FROM articles WHERE last_seen > first_seen"
    assert rows_of(crawl.archive, dates) == [(31,)], "a sighting is a date"


def test_what_changed_went_or_was_hijacked_is_told_exactly(
    pages: _Pages, crawl: Any, rows_of: Callable[..., Any]
) -> None:
    for number in CHANGED:
        pages.put(number, "当天下午又补了一段：渡口的夜班船从今天起开到十点半，最后一班会等剧院散场的人。")
    for number in GONE:
        pages.remove(number)
    for number in HIJACKED:
        pages.put(number, spam=SPAM)
    _make_due(crawl.archive)
    done = crawl.update()
    assert done.summary["events"] == {"changed": 10, "gone": 5, "hijack-begun": 3}
    assert done.summary["outcomes"] == {"changed": 10, "unchanged": 16, "failed": 5}
    query = "SELECT event, count(*), count(DISTINCT url) FROM events GROUP BY event ORDER BY event"
    assert rows_of(crawl.archive, query) == [("changed", 10, 10), ("gone", 5, 5), ("hijack-begun", 3, 3)]


def test_what_came_back_and_was_cleaned_is_told_too(pages: _Pages, crawl: Any) -> None:
    pages.put(GONE[0])
    pages.put(HIJACKED[0])
    _make_due(crawl.archive)
    done = crawl.update()
    assert done.summary["events"] == {"back": 1, "hijack-ended": 1}


def test_pages_that_never_change_are_visited_less_and_those_that_do_more(
    pages: _Pages, crawl: Any, rows_of: Callable[..., Any]
) -> None:
    (still,), (moved,), (gone,) = (
        rows_of(crawl.archive, "SELECT interval, misses FROM frontier WHERE url = ?", pages.urls[number])
        for number in (20, CHANGED[0], GONE[-1])
    )
    assert still[0] > 2 * moved[0]
    assert gone[1] == 2


def test_validators_go_only_to_the_address_they_came_from(
    web: Any, crawl: Any, article_html: Callable[..., str], rows_of: Callable[..., Any]
) -> None:
    """A redirect that leads elsewhere now must not be answered with "not modified" for a page never seen."""
    heard: dict[str, str | None] = {}

    def answer(name: str) -> Callable[[Any], None]:
        def reply(handler: Any) -> None:
            heard[name] = handler.headers["If-Modified-Since"]
            if heard[name]:
                handler.reply(b"", status=304)
            else:
                body = article_html(f"渡口的{name}", *PARAGRAPHS).encode()
                stamp = [("Content-Type", "text/html"), ("Last-Modified", "Wed, 11 Feb 2026 08:00:00 GMT")]
                handler.reply(body, headers=stamp)

        return reply

    web.answer("/east.html", answer("东岸"))
    web.answer("/west.html", answer("西岸"))
    entry = web.redirect("/ferry.html", "/east.html")

    def ask() -> None:
        arguments = {"urls": [entry], "conditional": True}
        crawl.finish(crawl._start("pages", arguments, {"JOB": uuid4().hex}))

    ask()
    ask()
    assert heard == {"东岸": "Wed, 11 Feb 2026 08:00:00 GMT"}
    web.redirect("/ferry.html", "/west.html")
    ask()
    assert heard["西岸"] is None
    found = rows_of(crawl.archive, "SELECT count(*) FROM captures WHERE requested_url = ?", entry)
    assert found == [(2,)]

"""Runs that are killed with SIGKILL again and again end as those that nobody disturbed.

`make soak` does it with 2,000 pages and 20 kills.
"""

import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.check import check
from archive.connect import reading
from pipelines.fingerprint import fingerprint

PARAGRAPHS = (
    "石桥乡的磨坊修了三个月，水轮是照着老照片一片一片做回来的，开磨那天来的人比乡里的人口还多，面粉半天就卖光了。",
    "守磨坊的老人说，水轮转得慢，磨出来的面不烫手，留得住麦子的香味，邻县的面馆已经订下了今年秋天的头一批新面。",
    "乡里的学校把磨坊当成了课堂，孩子们在这里量水位、记转速、称面粉，算出一袋麦子要用多少水，答案写在石墙上。",
)
# All that a page leaves in the archive, without the times and the row numbers of the run.
ROWS = """
    SELECT captures.url, requested_url, captures.status, body_sha256, part, outcome, captures.reason,
        version, digest,
        headline, body, (SELECT count(*) FROM notes WHERE version_id = versions.id),
        (SELECT count(*) FROM evidence WHERE version_id = versions.id), urls.state,
        (SELECT count(*) FROM sightings WHERE capture_id = captures.id),
        frontier.state, attempts, interval, misses, etag
    FROM captures LEFT JOIN versions ON versions.id = version_id JOIN urls ON urls.url = captures.url
        LEFT JOIN frontier ON frontier.url = coalesce(requested_url, captures.url)
    ORDER BY captures.url, part, captures.id
"""
FAILED = "SELECT url, state, reason FROM urls WHERE capture_id IS NULL ORDER BY url"
EVENTS = "SELECT event, url FROM events ORDER BY event, url"
SECTION = 12  # articles on one section page


class Mill:
    """A site of articles that honour validators, some of them in two parts, moved, gone or forbidden; and its sections.

    Attributes:
        urls: of articles, and of what is none.
        section: the address of the first section page.
    """

    def __init__(self, web: Any, article_html: Callable[..., str], pages: int) -> None:
        self._web = web
        self._article = article_html
        web.page("/robots.txt", "User-agent: *\nDisallow: /private/\n", headers={"Content-Type": "text/plain"})
        addresses = [self.put(number) for number in range(pages)]
        moved = [web.redirect(f"/old/{number}.html", _path(number)) for number in range(5, pages, 10)]
        self.urls = [*addresses, *moved, web.origin + "/gone.html", web.origin + "/private/1.html"]
        for start in range(0, pages, SECTION):
            links = (f'<li><a href="{_path(n)}">石桥乡磨坊开磨第{n}天</a></li>' for n in range(start, pages)[:SECTION])
            further = f'<a href="list_{start + SECTION}.html">下一页</a>' if start + SECTION < pages else ""
            web.page(f"/xw/list_{start}.html", f"<html><body><ul>{''.join(links)}</ul>{further}</body></html>")
        self.section = web.origin + "/xw/list_0.html"

    def put(self, number: int, *more: str) -> str:
        """Put an article on the web, or another version of it."""
        headline, second = f"石桥乡磨坊开磨第{number}天", f"t20260211_{number}_2.html"
        has_second = number % 10 == 3
        if has_second:
            self._web.page(f"/xw/202602/{second}", self._article(headline, PARAGRAPHS[0]))
        page = self._article(headline, *PARAGRAPHS, *more, next_part=second if has_second else None).encode()
        etag = f'"{number}-{len(page)}"'

        def answer(handler: Any) -> None:
            if handler.headers["If-None-Match"] == etag:
                handler.reply(b"", status=304)
            else:
                handler.reply(page, headers=[("Content-Type", "text/html"), ("ETag", etag)])

        return str(self._web.answer(_path(number), answer))

    def go_on(self, pages: int) -> None:
        """Let time pass: a fifth of the articles changes, a seventh goes.

        Not of those that have two addresses: which of the two learns that the text changed is chance.
        """
        for number in range(2, pages, 5):
            self.put(number, "第二天又补了一段：磨坊的水闸从今天起由学校的孩子们轮流看管，钥匙挂在门后的钉子上。")
        for number in range(1, pages, 7):
            self._web.page(_path(number), "gone", status=410)


def _asked(web: Any) -> int:
    """How many requests for pages the web has had; a page that another one was moved to is asked for twice."""
    return sum(count for path, count in web.asked.items() if path != "/robots.txt")


def _path(number: int) -> str:
    return f"/xw/202602/t20260211_{number}.html"


@pytest.mark.parametrize("kind", ["crawl", "discover", "update"])
@pytest.mark.parametrize(
    ("pages", "kills"),
    [(24, 2), pytest.param(2000, 20, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])],
)
def test_killed_again_and_again_it_ends_as_if_undisturbed(  # noqa: PLR0913, PLR0917 - fixtures
    web: Any,
    crawl: Any,
    article_html: Callable[..., str],
    kind: str,
    pages: int,
    kills: int,
    rows_of: Callable[..., list[Any]],
    tmp_path: Path,
) -> None:
    mill = Mill(web, article_html, pages)
    undisturbed, killed = tmp_path / "undisturbed.db", tmp_path / "killed.db"
    if kind == "update":
        crawl.finish(crawl.start(mill.urls, ARCHIVE_PATH=str(undisturbed)), timeout=1800)
        with sqlite3.connect(undisturbed) as connection:
            connection.execute("UPDATE frontier SET due_at = '2026-01-01T00:00:00+00:00' WHERE due_at IS NOT NULL")
        connection.close()
        shutil.copy(undisturbed, killed)
        mill.go_on(pages)

    def start(archive: Path) -> Any:
        if kind == "update":
            return crawl.start_update(ARCHIVE_PATH=str(archive))
        if kind == "discover":
            return crawl.start_discover([mill.section], {"depth": 999}, JOB="mill", ARCHIVE_PATH=str(archive))
        return crawl.start(mill.urls, JOB="mill", ARCHIVE_PATH=str(archive))

    web.asked.clear()
    assert crawl.finish(start(undisturbed), timeout=1800).code in {0, 1}
    usual = _asked(web)
    web.asked.clear()
    chance = random.Random(20260211)  # noqa: S311 - the same moments every time
    died = 0
    for _ in range(kills):
        process = start(killed)
        # Anywhere between its first request and, where the others were early, its last.
        until = web.asked.total() + chance.uniform(1, 2 * pages / kills)
        while process.poll() is None and web.asked.total() < until:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
        died += process.poll() is None
        process.kill()
        process.communicate()
    assert died
    assert crawl.finish(start(killed), timeout=1800).code in {0, 1, 3}
    for query in (ROWS, FAILED, EVENTS):
        assert rows_of(killed, query) == rows_of(undisturbed, query)
    # a kill has one page in flight, perhaps with the second one that belongs to it or that it was moved to
    assert _asked(web) - usual <= 2 * died, "only what was in flight is asked for again"
    assert rows_of(killed, "SELECT count(*) FROM frontier WHERE state <> 'answered'") == [(0,)]
    with reading(killed) as db:
        assert list(check(db, fingerprint)) == []
    assert len(rows_of(killed, ROWS)) > pages

"""How hosts are spared: Crawl-delay, Retry-After, and one turn for all names of one machine."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.polite import Peace, wait_of

PARAGRAPHS = (
    "竹溪村的打谷场改成了露天电影院，放映员每周六骑车过来，银幕挂在两棵老樟树之间，条凳各家自己带。",
    "放的大多是老片子，孩子们看过好几遍还是要来，放到一半总有人起身学片子里的腔调，全场跟着笑起来。",
    "村里给放映员留了一间房，他说自己放了四十年电影，还是头一回有人散场以后排着队来和他握手道谢。",
)
NOW = datetime(2026, 2, 11, 8, 0, tzinfo=UTC)


class _Times:
    """Articles that note when they are asked for, and whether two are at a time."""

    def __init__(self, web: Any, article_html: Callable[..., str]) -> None:
        self._web = web
        self._article = article_html
        self._lock = threading.Lock()
        self._at_work = 0
        self.most_at_once = 0
        self.asked: list[float] = []

    def put(self, path: str, *, takes: float = 0.0) -> str:
        body = self._article(f"竹溪村的电影{path}", *PARAGRAPHS).encode()

        def answer(handler: Any) -> None:
            with self._lock:
                self.asked.append(time.monotonic())
                self._at_work += 1
                self.most_at_once = max(self.most_at_once, self._at_work)
            time.sleep(takes)
            handler.reply(body, headers=[("Content-Type", "text/html")])
            with self._lock:
                self._at_work -= 1

        return self._web.answer(path, answer)

    @property
    def shortest_pause(self) -> float:
        return min(after - before for before, after in zip(self.asked, self.asked[1:], strict=False))


@pytest.fixture
def times(web: Any, article_html: Callable[..., str]) -> _Times:
    return _Times(web, article_html)


def test_a_crawl_delay_is_kept_to(web: Any, crawl: Any, times: _Times) -> None:
    web.page("/robots.txt", "User-agent: *\nCrawl-delay: 0.7\n", headers={"Content-Type": "text/plain"})
    urls = [times.put(f"/slow/{number}.html") for number in range(3)]
    assert crawl(urls).code == 0
    assert times.shortest_pause >= 0.35, "half of it: a request may arrive late on a slow machine"
    del web.pages["/robots.txt"]


def test_a_crawl_delay_that_nobody_can_mean_is_left(web: Any, crawl: Any, times: _Times) -> None:
    web.page("/robots.txt", "User-agent: *\nCrawl-delay: 86400\n", headers={"Content-Type": "text/plain"})
    assert crawl([times.put(f"/odd/{number}.html") for number in range(2)]).code == 0
    del web.pages["/robots.txt"]


def test_two_names_of_one_machine_are_not_asked_at_once(crawl: Any, times: _Times) -> None:
    urls = [times.put(f"/shared/{number}.html", takes=0.3) for number in range(4)]
    named = [url.replace("127.0.0.1", "localhost") if number % 2 else url for number, url in enumerate(urls)]
    assert crawl(named).code == 0
    assert len(times.asked) == 4
    assert times.most_at_once == 1


def test_a_host_that_asks_for_a_moment_gets_it_and_the_page_is_had(web: Any, crawl: Any, times: _Times) -> None:
    url = times.put("/busy.html")
    answer = web.pages["/busy.html"]
    refused: list[float] = []

    def busy(handler: Any) -> None:
        if len(refused) == 2:
            answer(handler)
            return
        refused.append(time.monotonic())
        handler.reply(b"busy", status=(503, 429)[len(refused) - 1], headers=[("Retry-After", "1")])

    web.answer("/busy.html", busy)
    done = crawl([url])
    assert done.summary["outcomes"] == {"new": 1}
    assert refused[1] - refused[0] >= 1
    assert times.asked[0] - refused[1] >= 1


def test_a_host_that_asks_for_an_hour_is_left_for_the_next_run(
    web: Any, crawl: Any, times: _Times, rows_of: Callable[..., Any]
) -> None:
    web.page("/hour/0.html", "busy", status=503, headers={"Retry-After": "3600"})
    urls = [f"{web.origin}/hour/0.html", *(times.put(f"/hour/{number}.html") for number in range(1, 4))]
    web.asked.clear()
    done = crawl(urls)
    assert (done.summary["pages"], done.summary["left"]) == (1, 3)
    assert web.asked["/hour/0.html"] == 1, "it is not asked again either"
    assert times.asked == []
    queued = "SELECT count(*) FROM frontier WHERE state = 'queued' AND url LIKE '%/hour/%'"
    assert rows_of(crawl.archive, queued) == [(3,)]
    assert crawl.update().summary["outcomes"] == {"new": 3}


@pytest.mark.parametrize(
    ("callback", "seconds", "paused", "asked_again"),
    [
        (print, "5", 5.0, True),
        (print, "3600", None, False),
        (None, "5", 5.0, False),
        (NO_CALLBACK, "5", 5.0, False),
    ],
    ids=["waits in the frontier", "for the next run", "a later part", "robots.txt"],
)
def test_what_cannot_wait_is_not_asked_for_again_at_once(
    callback: Any, seconds: str, paused: float | None, *, asked_again: bool
) -> None:
    pauses: list[float | None] = []
    peace = Peace()
    peace.frontier = SimpleNamespace(pause=lambda _, seconds: pauses.append(seconds))
    request = Request("http://lanqiao.example/2.html", callback=callback)
    peace.process_response(request, Response(request.url, status=503, headers={"Retry-After": seconds}))
    assert pauses == [paused]
    assert request.meta["dont_retry"] is not asked_again


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Wed, 11 Feb 2026 08:01:30 GMT", 90.0),
        ("Wed, 11 Feb 2026 07:00:00 GMT", 0.0),
        ("Wed, 11 Feb 2026 08:01:30 -0000", 90.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
        ("Wed, 99 Feb 2026 08:01:30 GMT", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Wed, 11 Feb 2026 08:01:30 +999999999999999", None),
    ],
)
def test_a_retry_after_is_a_number_a_date_or_nothing(header: str, seconds: float | None) -> None:
    assert wait_of(header, now=NOW) == seconds

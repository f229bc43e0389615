"""The spiders' own decisions: which addresses, what becomes of a response or an error, which later parts."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.exceptions import CloseSpider, DownloadTimeoutError
from scrapy.http import HtmlResponse, Response
from scrapy.http.headers import Headers

from crawler.guard import Refused
from crawler.items import Capture, FetchFailure, Reason
from spiders.capture import to_capture, to_failure
from spiders.discover import DiscoverSpider
from spiders.pages import MAX_PARTS, PagesSpider

HOST = "http://lanqiao.example"


def _collect(iterator: AsyncIterator[Any]) -> list[Any]:
    async def collect() -> list[Any]:
        return [item async for item in iterator]

    return asyncio.run(collect())


def _started(**arguments: Any) -> list[str]:
    return [request.url for request in _collect(PagesSpider(**arguments).start())]


@pytest.mark.parametrize(
    "urls",
    [
        f"{HOST}/1,2.html,{HOST}/3.html",
        f"{HOST}/1,2.html {HOST}/3.html",
        f"{HOST}/1,2.html,\n {HOST}/3.html\n",
        [f"{HOST}/1,2.html", f"{HOST}/3.html", f"{HOST}/1,2.html"],
    ],
)
def test_addresses_are_asked_for_once_in_the_order_given(urls: str | list[str]) -> None:
    assert _started(urls=urls) == [f"{HOST}/1,2.html", f"{HOST}/3.html"]


def test_addresses_come_from_a_file_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text(f"\ufeff{HOST}/1.html\n\n# not this\n  {HOST}/2.html  \n{HOST}/1.html\n", encoding="utf-8")
    assert _started(file=str(path)) == [f"{HOST}/1.html", f"{HOST}/2.html"]


def test_a_redirect_back_to_a_given_address_is_not_dropped_as_seen() -> None:
    requests = _collect(PagesSpider(urls=f"{HOST}/1.html").start())
    assert all(request.dont_filter and request.errback for request in requests)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "usage: no address given"),
        ({"urls": " "}, "usage: no address given"),
        ({"urls": ["http://\udcff/"]}, r"usage: not a web address, and not UTF-8: 'http://\\xff/'"),
        ({"urls": "lanqiao.example/1.html"}, "usage: not an http:// or https:// address: 'lanqiao.example/1.html'"),
        ({"urls": [f"{HOST}/1.html", "ftp://lanqiao.example/", "x"]}, "usage: not an .* \\(and 1 more\\)"),
        ({"file": "/nonexistent/urls.txt"}, "usage: /nonexistent/urls.txt: No such file or directory"),
    ],
)
def test_wrong_addresses_end_the_run_before_the_first_request(arguments: Mapping[str, Any], message: str) -> None:
    with pytest.raises(CloseSpider) as caught:
        _started(**arguments)
    assert re.match(message, caught.value.reason)


def test_a_wrong_line_of_a_file_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text(f"{HOST}/1.html\n\nnot an address\n", encoding="utf-8")
    with pytest.raises(CloseSpider) as caught:
        _started(file=str(path))
    assert caught.value.reason.startswith(f"usage: {path}:3: not an http:// or https:// address")


def _response(
    url: str, body: bytes = b"", status: int = 200, *, asked: list[str] | None = None, **headers: Any
) -> Response:
    request = Request(url, meta={"redirect_urls": asked} if asked else {})
    return HtmlResponse(url, body=body, status=status, headers=Headers(headers), request=request)


def test_a_capture_holds_bytes_and_headers_as_received() -> None:
    body = "蓝桥".encode("gb18030") + b"\xff\x00"
    response = _response(f"{HOST}/1.html", body)
    response.headers = Headers({"Content-Type": "text/html; charset=utf-8", "X-By": "caf\xe9".encode("latin-1")})
    response.headers.setlist("Set-Cookie", [b"a=1", b"b=2"])
    capture = to_capture(response, response.request, site="lanqiao")
    assert capture.body == body
    assert capture.headers == (
        ("content-type", "text/html; charset=utf-8"),
        ("x-by", "caf\xe9"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )
    assert (capture.url, capture.requested_url, capture.status, capture.site) == (
        f"{HOST}/1.html", None, 200, "lanqiao",
    )  # fmt: skip
    assert capture.fetched_at.utcoffset() is not None
    assert capture.fetched_at.utcoffset().total_seconds() == 0


def test_a_redirected_page_keeps_the_address_that_was_asked_for() -> None:
    response = _response(f"{HOST}/new.html", asked=[f"{HOST}/old.html", f"{HOST}/middle.html"])
    assert to_capture(response, response.request, site="").requested_url == f"{HOST}/old.html"
    failure = to_failure(DownloadTimeoutError("slow"), response.request, site="lanqiao")
    assert (failure.url, failure.requested_url) == (f"{HOST}/new.html", f"{HOST}/old.html")


class _Web:
    """What the spider's later parts are fetched from: pages by path, and the links between them."""

    def __init__(self, pages: Mapping[str, str | Exception | tuple[int | str, str]]) -> None:
        self.pages = pages
        self.fetched: list[str] = []

    async def download_async(self, request: Request) -> Response:
        self.fetched.append(request.url)
        page = self.pages[request.url.removeprefix(HOST)]
        if isinstance(page, Exception):
            raise page
        status, body = page if isinstance(page, tuple) else (200, page)
        if isinstance(status, str):  # where it was redirected to
            return HtmlResponse(status, body=body.encode(), request=request)
        return HtmlResponse(request.url, status=status, body=body.encode(), request=request)


@pytest.fixture
def crawl_parts(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[Any], list[str]]]:
    """Parse `/1` of a web whose pages' text is the address of the next part; what came out, and what was fetched."""
    monkeypatch.setattr("spiders.pages.next_part", lambda body, url: body.decode() or None)  # noqa: ARG005

    def crawl(pages: Mapping[str, Any], *, crawling: bool = True, status: int = 200) -> tuple[list[Any], list[str]]:
        web = _Web(pages)
        spider = PagesSpider()
        spider.crawler = SimpleNamespace(engine=web, crawling=crawling)
        items = _collect(spider.parse(_response(f"{HOST}/1", str(pages["/1"]).encode(), status)))
        return items, [url.removeprefix(HOST) for url in web.fetched]

    return crawl


def test_the_later_parts_of_an_article_are_fetched_in_order(crawl_parts: Callable[..., Any]) -> None:
    (capture,), fetched = crawl_parts({"/1": f"{HOST}/2", "/2": f"{HOST}/3", "/3": ""})
    assert [part.url for part in capture.parts] == [f"{HOST}/2", f"{HOST}/3"]
    assert fetched == ["/2", "/3"]


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (DownloadTimeoutError("slow"), Reason.TIMEOUT),
        (Refused(Reason.ROBOTS, "robots.txt disallows it"), Reason.ROBOTS),
    ],
)
def test_a_failing_part_keeps_those_before_it_and_is_recorded(
    failing: Exception, reason: Reason, crawl_parts: Callable[..., Any]
) -> None:
    (capture, failure), _ = crawl_parts({"/1": f"{HOST}/2", "/2": f"{HOST}/3", "/3": failing})
    assert [part.url for part in capture.parts] == [f"{HOST}/2"]
    assert not capture.complete
    assert isinstance(failure, FetchFailure)
    assert (failure.url, failure.reason) == (f"{HOST}/3", reason)


def test_a_part_that_leads_to_another_host_is_no_part(crawl_parts: Callable[..., Any]) -> None:
    elsewhere = "http://elsewhere.example/"
    (capture, other), fetched = crawl_parts({"/1": f"{HOST}/2", "/2": (elsewhere, f"{elsewhere}3")})
    assert (capture.parts, other.url) == ((), elsewhere)
    assert fetched == ["/2"]


def test_a_pager_that_leads_back_to_the_first_page_ends_the_article(crawl_parts: Callable[..., Any]) -> None:
    (capture,), _ = crawl_parts({"/1": f"{HOST}/2", "/2": f"{HOST}/3", "/3": (f"{HOST}/1", f"{HOST}/2")})
    assert [part.url for part in capture.parts] == [f"{HOST}/2"]
    assert capture.complete


def test_an_error_page_in_place_of_a_part_is_kept_as_a_page_of_its_own(crawl_parts: Callable[..., Any]) -> None:
    (capture, error), _ = crawl_parts({"/1": f"{HOST}/2", "/2": f"{HOST}/3", "/3": (500, "out of order")})
    assert [part.url for part in capture.parts] == [f"{HOST}/2"]
    assert not capture.complete
    assert (error.url, error.status, error.body) == (f"{HOST}/3", 500, b"out of order")


@pytest.mark.parametrize(
    ("pages", "fetched"),
    [
        ({"/1": f"{HOST}/2", "/2": f"{HOST}/1"}, ["/2"]),
        ({"/1": f"{HOST}/1"}, []),
        ({"/1": "http://elsewhere.example/2"}, []),
        ({"/1": f"{HOST}:81/2"}, []),
        ({"/1": "ftp://lanqiao.example/2"}, []),
    ],
    ids=["a circle", "itself", "another host", "another port", "another scheme"],
)
def test_only_new_pages_of_the_same_host_are_parts(
    pages: Mapping[str, str], fetched: list[str], crawl_parts: Callable[..., Any]
) -> None:
    items, seen = crawl_parts(pages)
    assert len(items) == 1
    assert seen == fetched


def test_an_endless_pager_is_cut_and_the_cut_recorded(crawl_parts: Callable[..., Any]) -> None:
    (capture, failure), _ = crawl_parts({f"/{n}": f"{HOST}/{n + 1}" for n in range(1, MAX_PARTS + 10)})
    assert len(capture.parts) == MAX_PARTS
    assert (failure.url, failure.reason) == (f"{HOST}/{MAX_PARTS + 2}", Reason.TOO_LARGE)
    assert failure.detail == "an article of more than 51 pages"
    assert capture.complete, "another visit would bring no more"


def test_an_article_of_as_many_pages_as_are_fetched_is_not_cut(crawl_parts: Callable[..., Any]) -> None:
    last = MAX_PARTS + 1
    (capture,), _ = crawl_parts({**{f"/{n}": f"{HOST}/{n + 1}" for n in range(1, last)}, f"/{last}": ""})
    assert len(capture.parts) == MAX_PARTS


def test_the_pages_of_an_article_are_bounded_together(
    crawl_parts: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty pages of 20 MB would be a gigabyte, held in memory until the last of them is there."""
    monkeypatch.setattr("spiders.pages.MAX_BYTES", 3 * len(f"{HOST}/2"))
    (capture, failure), fetched = crawl_parts({f"/{n}": f"{HOST}/{n + 1}" for n in range(1, 9)})
    assert [part.url for part in capture.parts] == [f"{HOST}/2", f"{HOST}/3"]
    assert (failure.url, failure.reason, fetched) == (f"{HOST}/4", Reason.TOO_LARGE, ["/2", "/3"])


@pytest.mark.parametrize("pages", [{"/1": "bug"}, {"/1": f"{HOST}/2", "/2": "bug"}], ids=["first", "later"])
def test_a_page_that_we_stumble_over_is_kept(
    pages: Mapping[str, str],
    crawl_parts: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def stumbles(body: bytes, _: str) -> str:
        if body == b"bug":
            raise ZeroDivisionError("a line")
        return body.decode()

    monkeypatch.setattr("spiders.pages.next_part", stumbles)
    (capture,), _ = crawl_parts(pages)
    assert [capture.body, *(part.body for part in capture.parts)] == [page.encode() for page in pages.values()]
    ((logged, said),) = [(record.levelname, record.message) for record in caplog.records]
    assert logged == "ERROR"
    assert said.endswith("no next part looked for: ZeroDivisionError: a line")


def test_a_page_far_longer_than_articles_are_is_not_looked_at_for_parts(
    crawl_parts: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is done beside the crawl's own work, which a page of 20 MB would hold up for half a minute."""
    monkeypatch.setattr("spiders.pages.MAX_LOOKED_AT", 5)
    (capture,), fetched = crawl_parts({"/1": f"{HOST}/2", "/2": ""})
    assert (capture.parts, fetched) == ((), [])


def test_an_error_page_has_no_parts(crawl_parts: Callable[..., Any]) -> None:
    (capture,), fetched = crawl_parts({"/1": f"{HOST}/2", "/2": ""}, status=404)
    assert (capture.status, fetched) == (404, [])


def test_a_run_that_is_being_stopped_fetches_no_further_parts(crawl_parts: Callable[..., Any]) -> None:
    (capture, failure), fetched = crawl_parts({"/1": f"{HOST}/2", "/2": ""}, crawling=False)
    assert isinstance(capture, Capture)
    assert failure.reason is Reason.INTERRUPTED
    assert fetched == []


def _discovered(body: str) -> list[Any]:
    asked = Request(f"{HOST}/sitemap.xml")
    spider = DiscoverSpider(urls=asked.url)
    response = Response(asked.url, body=body.encode(), request=asked)
    return _collect(spider.read(response, site=urlsplit(HOST).netloc))


def test_a_sitemap_that_is_damaged_at_its_end_led_somewhere_and_did_not_fail(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure would put the next visit off, and its addresses would not be counted as found."""
    monkeypatch.setattr("spiders.sitemap.MAX_ENTRIES", 1)
    entries = "".join(f"<url><loc>{HOST}/{n}.html</loc></url>" for n in (1, 2))
    (request,) = _discovered(f"<urlset>{entries}</urlset>")
    assert request.url == f"{HOST}/1.html"
    assert "more than 1 entries" in caplog.text
    (failure,) = _discovered("<!DOCTYPE x [<!ENTITY a 'b'>]><urlset></urlset>")
    assert isinstance(failure, FetchFailure)

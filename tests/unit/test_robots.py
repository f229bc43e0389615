"""robots.txt as RFC 9309 has it: what each answer to the question allows."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.guard import Refused
from crawler.items import Reason
from crawler.robots import Robots

PAGE = "http://lanqiao.example/private/1.html"
CLOSED = "User-agent: *\nDisallow: /private/\n"


class _Host:
    """A host that answers the question for its robots.txt in one way, and counts how often it is put."""

    def __init__(self, answer: bytes | int | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def download_async(self, request: Request) -> Response:
        self.asked.append(request.url)
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, int):
            return Response(request.url, status=self.answer, body=CLOSED.encode())
        return Response(request.url, body=self.answer)


@pytest.fixture
def ask() -> Callable[..., tuple[Reason | None, _Host]]:
    """Ask whether pages may be fetched from a host; the last refusal's reason."""

    def ask(answer: bytes | int | Exception, *urls: str) -> tuple[Reason | None, _Host]:
        host = _Host(answer)
        robots = Robots(SimpleNamespace(engine=host), "repost-archive")

        async def run() -> list[object]:
            requests = [robots.process_request(Request(url)) for url in urls or (PAGE,)]
            return await asyncio.gather(*requests, return_exceptions=True)

        *_, last = asyncio.run(run())
        assert last is None or isinstance(last, Refused)
        return (last.reason if last else None), host

    return ask


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", None),
        (CLOSED.encode(), Reason.ROBOTS),
        ("\ufeff".encode() + CLOSED.encode(), Reason.ROBOTS),  # as Windows editors save it
        (CLOSED.replace("\n", "\r\n").encode(), Reason.ROBOTS),
        (b"# \xb2\xbb\xd0\xed\n" + CLOSED.encode(), Reason.ROBOTS),  # a comment in GBK
        (b"User-agent: *\nDisallow: /\nUser-agent: repost-archive\nDisallow: /other/\n", None),
        (b"User-agent: otherbot\nDisallow: /\n", None),
        (b"<!DOCTYPE html>\n<p>User-agent: *\nDisallow: /\n", None),  # a page in its place
        (404, None),
        (403, None),
        (302, None),
        (429, Reason.UNREACHABLE),
        (500, Reason.UNREACHABLE),
        (503, Reason.UNREACHABLE),
        (DownloadTimeoutError("slow"), Reason.TIMEOUT),
        (Refused(Reason.REFUSED_ADDRESS, "10.0.0.1 is not a public address (private)"), Reason.REFUSED_ADDRESS),
        (IgnoreRequest("max redirections reached"), None),
        (DownloadCancelledError("too large"), None),
    ],
)
def test_an_answer_allows_or_refuses(
    answer: bytes | int | Exception, reason: Reason | None, ask: Callable[..., tuple[Reason | None, _Host]]
) -> None:
    assert ask(answer)[0] is reason


def test_a_host_is_asked_once_also_when_pages_come_together(ask: Callable[..., tuple[Reason | None, _Host]]) -> None:
    _, host = ask(b"", PAGE, "http://lanqiao.example/2.html", "http://lanqiao.example/3.html")
    assert host.asked == ["http://lanqiao.example/robots.txt"]


def test_each_scheme_and_port_has_its_own_rules(ask: Callable[..., tuple[Reason | None, _Host]]) -> None:
    _, host = ask(b"", "http://lanqiao.example/1", "https://lanqiao.example/1", "http://lanqiao.example:81/1")
    assert host.asked == [
        "http://lanqiao.example/robots.txt", "https://lanqiao.example/robots.txt",
        "http://lanqiao.example:81/robots.txt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "delay"),
    [("0.7", 0.7), ("60", 60.0), ("61", 0.1), ("86400", 0.1), ("soon", 0.1), ("-1", 0.1), ("0", 0.1), ("9" * 400, 0.1)],
)
def test_a_crawl_delay_is_kept_to_where_it_can_be_meant(said: str, delay: float) -> None:
    host = _Host(f"User-agent: *\nCrawl-delay: {said}\n".encode())
    slot = SimpleNamespace(delay=0.1, jitter=0.5)
    host.downloader = SimpleNamespace(slots={"slot": slot}, get_slot_key=lambda _: "slot")
    asyncio.run(Robots(SimpleNamespace(engine=host), "repost-archive").process_request(Request(PAGE)))
    assert slot.delay == delay


def test_no_setting_ignores_robots(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings({"ROBOTSTXT_OBEY": False, "ROBOTSTXT_USER_AGENT": "repost-archive"})
    host = _Host(CLOSED.encode())
    robots = Robots.from_crawler(SimpleNamespace(settings=settings, get_extension=lambda _: None, engine=host))
    with pytest.raises(Refused):
        asyncio.run(robots.process_request(Request(PAGE)))
    assert "obeyed all the same" in caplog.text

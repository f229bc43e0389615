"""robots.txt, obeyed as RFC 9309 says, with each refusal named so that it can be recorded as its own reason."""

import asyncio
from typing import TYPE_CHECKING, Self

from protego import Protego
from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.failures import explain
from crawler.guard import SCHEMES, Refused
from crawler.items import Reason

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

MAX_READ = 512_000  # bytes; RFC 9309 wants at least 500 KiB to be read
# Seconds; longer ones are milliseconds, or written by whoever wants no crawler at all: those have Disallow.
LONGEST_DELAY = 60.0
_IS_ROBOTS = "is_robots"


class Robots:
    """Downloader middleware: asks a host for its robots.txt before its first page.

    In place of Scrapy's, which goes on when the file cannot be had (RFC 9309, 2.3.1.4: then nothing may be fetched),
    reads a 503's error page as rules, and overlooks the first line of a file that starts with a byte order mark.
    """

    def __init__(self, crawler: "Crawler", user_agent: str) -> None:
        self._crawler = crawler
        self._user_agent = user_agent
        self._answers: dict[str, asyncio.Future[Protego | Refused]] = {}

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Obey unless ROBOTSTXT_OBEY is off, which is said in the log."""
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("robots.txt is not obeyed in this run (ROBOTSTXT_OBEY)")
        return cls(crawler, crawler.settings["ROBOTSTXT_USER_AGENT"])

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it."""
        parts = urlparse_cached(request)
        if request.meta.get(_IS_ROBOTS) or parts.scheme not in SCHEMES:
            return
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._answers:
            self._answers[origin] = asyncio.ensure_future(self._ask(origin))
        answer = await self._answers[origin]
        if isinstance(answer, Refused):
            raise Refused(answer.reason, answer.detail)
        if not answer.can_fetch(request.url, self._user_agent):
            raise Refused(Reason.ROBOTS, "robots.txt disallows it")
        self._slow_down(request, answer.crawl_delay(self._user_agent))

    def _slow_down(self, request: Request, seconds: float | None) -> None:
        """Keep to a Crawl-delay; each time, because AutoThrottle shortens the delay of a host that answers fast."""
        if not seconds or seconds > LONGEST_DELAY:
            return
        downloader = self._crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        if slot is not None and slot.delay < seconds:
            slot.delay = seconds
            slot.jitter = 0  # not a second less than was asked for

    async def _ask(self, origin: str) -> Protego | Refused:
        """A host's rules, or why none of its pages may be asked for."""
        request = Request(f"{origin}/robots.txt", callback=NO_CALLBACK, meta={_IS_ROBOTS: True})
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - each has its reason
            reason, detail = explain(error)
            if reason in {Reason.REDIRECT_LOOP, Reason.TOO_LARGE}:  # it answers, but there are no rules to be had
                return Protego.parse("")
            return Refused(reason, f"{detail} (asking for robots.txt)")
        if response.status == 429 or response.status >= 500:
            return Refused(Reason.UNREACHABLE, f"status {response.status} (asking for robots.txt)")
        return Protego.parse(_text(response.body) if 200 <= response.status < 300 else "")


def _text(body: bytes) -> str:
    """The rules as text; a page of HTML in their place holds none."""
    text = body[:MAX_READ].decode("utf-8-sig", "replace")
    return "" if text.lstrip().startswith("<") else text

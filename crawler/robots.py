"""robots.txt, obeyed as RFC 9309 says, with each refusal named so that it can be recorded as its own reason."""

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from protego import Protego
from scrapy import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.failures import explain
from crawler.guard import SCHEMES, Refused
from crawler.items import Reason
from crawler.polite import slow_down
from crawler.set_aside import SetAside

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

MAX_READ = 512_000  # bytes; RFC 9309 wants at least 500 KiB to be read
# Seconds; longer ones are milliseconds, or written by whoever wants no crawler at all: those have Disallow.
LONGEST_DELAY = 60.0
_IS_ROBOTS = "is_robots"


class Robots:
    """Downloader middleware: asks a host for its robots.txt before its first page.

    In place of Scrapy's, which goes on when the file cannot be had (RFC 9309, 2.3.1.4: then nothing may be fetched),
    reads a 503's error page as rules, and overlooks the first line of a file that starts with a byte order mark.

    Only a site's file sets it aside, for the site's own hosts and with its reason.
    """

    def __init__(self, crawler: "Crawler", user_agent: str, set_aside: SetAside | None = None) -> None:
        self._crawler = crawler
        self._user_agent = user_agent
        self._set_aside = set_aside
        self._answers: dict[str, asyncio.Future[Protego | Refused]] = {}

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Obey, whatever ROBOTSTXT_OBEY says: a switch would set aside the rules of every site, without a reason."""
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            logger.warning("robots.txt is obeyed all the same: only [exceptions] of a site file sets it aside")
        return cls(crawler, crawler.settings["ROBOTSTXT_USER_AGENT"], crawler.get_extension(SetAside))

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it."""
        parts = urlparse_cached(request)
        if request.meta.get(_IS_ROBOTS) or parts.scheme not in SCHEMES:
            return
        if self._set_aside is not None and self._set_aside.holds("robots", request.url):
            return
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._answers:
            self._answers[origin] = asyncio.ensure_future(self._ask(origin))
        answer = await self._answers[origin]
        if isinstance(answer, Refused):
            raise Refused(answer.reason, answer.detail)
        if not answer.can_fetch(request.url, self._user_agent):
            raise Refused(Reason.ROBOTS, "robots.txt disallows it")
        seconds = answer.crawl_delay(self._user_agent)
        if seconds and seconds <= LONGEST_DELAY:
            slow_down(self._crawler, request, seconds)

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

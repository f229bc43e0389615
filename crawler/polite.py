"""How hosts are spared: those on one machine share its turn, and one that asks for peace gets it."""

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol, Self

from scrapy.extensions.throttle import AutoThrottle
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.datatypes import LocalCache
from scrapy.utils.httpobj import urlparse_cached

from crawler.guard import address_of
from sites.recipes import Recipes, load_recipes

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response

ASKS_FOR_PEACE = frozenset({429, 503})
SETTLED = 60.0  # seconds that a host keeps its turn; whether its address may be dialled is asked for each connection
HOSTS = 10_000  # whose turn is remembered: a page can name as many as it likes
LONGEST_WAIT = 120.0  # seconds that a run waits for a host; one that wants more is left for the next run


class OneMachine:
    """Downloader middleware: requests to hosts on one address take turns, as those to one host do.

    Small sites live by the hundred on one machine, and ten of them crawled at once are ten connections to it.
    """

    def __init__(self) -> None:
        self._slots: LocalCache[tuple[str, int], tuple[str | None, float]] = LocalCache(HOSTS)

    async def process_request(self, request: "Request") -> None:
        """Put the request into its address's slot of the downloader; a redirect brings that of the host before it."""
        parts = urlparse_cached(request)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        slot, until = self._slots.get((host, port), (None, 0.0))
        if time.monotonic() >= until:
            slot = await address_of(host, port)
            if slot:  # one that is not found now may be found the next time, on a machine that is being asked
                self._slots[host, port] = slot, time.monotonic() + SETTLED
        request.meta["download_slot"] = slot or host


class SitePace:
    """Downloader middleware: keeps to the `delay` of a site's file, where it is longer than what is kept to anyway."""

    def __init__(self, crawler: "Crawler", recipes: Recipes) -> None:
        self._crawler = crawler
        self._recipes = recipes

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Read the site files."""
        return cls(crawler, load_recipes())

    def process_request(self, request: "Request") -> None:
        """Slow the request's turn down."""
        recipe = self._recipes.of(self._recipes.site_of(request.url))
        if recipe and recipe.delay:
            slow_down(self._crawler, request, recipe.delay)


def slow_down(crawler: "Crawler", request: "Request", seconds: float) -> None:
    """Leave at least so long between two requests of the turn that a request takes.

    To be said for each request anew, because AutoThrottle shortens the delay of a host that answers fast.
    """
    assert crawler.engine is not None  # noqa: S101 - there is one as long as there are requests
    downloader = crawler.engine.downloader
    slot = downloader.slots.get(downloader.get_slot_key(request))
    if slot is not None and slot.delay < seconds:
        slot.delay = seconds
        slot.jitter = 0  # not a second less than was asked for


class Throttle(AutoThrottle):
    """Extension: Scrapy's AutoThrottle, to which 304 says as much of how busy a host is as a page does.

    Scrapy lets only 200 shorten a delay, because error pages come quickly. But most of what a daily run gets is 304:
    one answer that took eight seconds kept it at eight seconds a page to its end.
    """

    def _adjust_delay(self, slot: "Slot", latency: float, response: "Response") -> None:
        super()._adjust_delay(slot, latency, response.replace(status=200) if response.status == 304 else response)


class Hosts(Protocol):
    """The hosts that a run asks, as the frontier knows them."""

    def pause(self, request: "Request", seconds: float | None) -> None:
        """Leave a request's host alone for so long; None for the rest of the run."""


class Peace:
    """Downloader middleware: after 429 or 503 a host is left alone for as long as its `Retry-After` says.

    Placed before the retries, so that the page is asked for again once the host may be asked. What does not wait in the
    frontier meanwhile (robots.txt, the later parts of an article) is not: Scrapy would ask again at once.

    Attributes:
        frontier: what leaves it alone, once it is open.
    """

    def __init__(self) -> None:
        self.frontier: Hosts | None = None

    @classmethod
    def from_crawler(cls, crawler: object) -> Self:  # noqa: ARG003 - Scrapy's signature
        """Nothing to read."""
        return cls()

    def process_response(self, request: "Request", response: "Response") -> "Response":
        """Leave the host alone."""
        if response.status not in ASKS_FOR_PEACE or self.frontier is None:
            return response
        header = (response.headers.get("Retry-After") or b"").decode("latin-1")
        seconds = wait_of(header, now=datetime.now(UTC))
        if seconds:
            queued = request.callback not in {None, NO_CALLBACK}
            is_long = seconds > LONGEST_WAIT
            request.meta["dont_retry"] = is_long or not queued
            self.frontier.pause(request, None if is_long else seconds)
        return response


def wait_of(header: str, *, now: datetime) -> float | None:
    """The seconds that a `Retry-After` asks for (RFC 9110, 10.2.3): a number, or a date; None where it says neither.

    >>> wait_of("90", now=datetime.now(UTC))
    90.0
    """
    text = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year or a zone of twenty digits
        return None
    if until.tzinfo is None:  # -0000: the zone is not known; the standard has only GMT
        until = until.replace(tzinfo=UTC)
    return max((until - now).total_seconds(), 0.0)

"""How much may run: so many pages, so long, and one run at a time on an archive.

A limit that is reached ends the run in order, with what was begun finished.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import CloseSpider, IgnoreRequest, NotConfigured
from scrapy.utils.asyncio import call_later
from scrapy.utils.defer import deferred_from_coro

from crawler.lock import Locked, RunLock

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.utils.asyncio import CallLaterResult


class OneRun:
    """Extension: holds the archive's lock while the spider is open; ends the run at once where another holds it."""

    def __init__(self, lock: RunLock) -> None:
        self._lock = lock

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Lock the archive of `ARCHIVE_PATH`."""
        one_run = cls(RunLock(Path(crawler.settings["ARCHIVE_PATH"])))
        crawler.signals.connect(one_run.opened, signals.spider_opened)
        crawler.signals.connect(one_run.closed, signals.spider_closed)
        return one_run

    def opened(self) -> None:
        """Take the lock."""
        try:
            self._lock.acquire()
        except Locked as error:
            raise CloseSpider(f"locked: another run is at work on this archive ({error})") from error
        except OSError as error:
            raise CloseSpider(f"usage: the archive cannot be locked: {error}") from error

    def closed(self) -> None:
        """Give the lock back."""
        self._lock.release()


class Limits:
    """Extension: stops asking for pages after `MAX_PAGES`, stops the run after `MAX_SECONDS`.

    Scrapy's own CLOSESPIDER_PAGECOUNT counts each robots.txt as a page and lets through what is in flight; this one is
    exact.

    Attributes:
        reached: `pages` or `seconds` once a limit has kept something from being done, else None.
    """

    def __init__(self, crawler: "Crawler", *, max_pages: int, max_seconds: float) -> None:
        if not max_pages and not max_seconds:
            raise NotConfigured
        self.reached: str | None = None
        self._crawler = crawler
        self._max_pages = max_pages
        self._max_seconds = max_seconds
        self._asked = 0
        self._timer: CallLaterResult | None = None

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Read the limits."""
        settings = crawler.settings
        limits = cls(crawler, max_pages=settings.getint("MAX_PAGES"), max_seconds=settings.getfloat("MAX_SECONDS"))
        crawler.signals.connect(limits.opened, signals.spider_opened)
        crawler.signals.connect(limits.scheduled, signals.request_scheduled)
        crawler.signals.connect(limits.closed, signals.spider_closed)
        return limits

    def opened(self) -> None:
        """Start the clock."""
        if self._max_seconds:
            self._timer = call_later(self._max_seconds, self._time_is_up)

    def scheduled(self, request: "Request") -> None:
        """Count a page asked for; the one after the last is dropped before it is queued."""
        if not self._max_pages or request.meta.get("redirect_times") or request.meta.get("retry_times"):
            return
        if self._asked == self._max_pages:
            self.reached = "pages"
            raise IgnoreRequest("the limit of pages is reached")
        self._asked += 1

    def closed(self) -> None:
        """Stop the clock."""
        if self._timer:
            self._timer.cancel()

    def _time_is_up(self) -> None:
        self._timer = None
        self.reached = "seconds"
        deferred_from_coro(self._crawler.stop_async())

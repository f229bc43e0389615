"""How much may run: so many pages, so long, with so much of the disk left free.

A limit that is reached ends the run in order, with what was begun finished and the rest left queued.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import DropItem
from scrapy.utils.asyncio import call_later
from scrapy.utils.defer import deferred_from_coro

from pipelines.stages import NoRoom

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.utils.asyncio import CallLaterResult


class Limits:
    """Extension: asks for no page after `MAX_PAGES`, stops the run after `MAX_SECONDS` or below `MIN_FREE_DISK` bytes.

    Scrapy's own CLOSESPIDER_PAGECOUNT counts each robots.txt as a page and lets through what is in flight; this one is
    exact.

    Attributes:
        reached: `pages`, `seconds` or `disk` once a limit has kept something from being done, else None.
    """

    def __init__(
        self, crawler: "Crawler", folder: Path, *, max_pages: int, max_seconds: float, min_free_disk: int
    ) -> None:
        self.reached: str | None = None
        self._crawler = crawler
        self._folder = folder
        self._max_pages = max_pages
        self._max_seconds = max_seconds
        self._min_free_disk = min_free_disk
        self._asked = 0
        self._timer: CallLaterResult | None = None

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Read the limits."""
        settings = crawler.settings
        limits = cls(
            crawler,
            Path(settings["ARCHIVE_PATH"]).absolute().parent,
            max_pages=settings.getint("MAX_PAGES"),
            max_seconds=settings.getfloat("MAX_SECONDS"),
            min_free_disk=settings.getint("MIN_FREE_DISK"),
        )
        crawler.signals.connect(limits.opened, signals.spider_opened)
        crawler.signals.connect(limits.dropped, signals.item_dropped)
        crawler.signals.connect(limits.closed, signals.spider_closed)
        return limits

    def opened(self) -> None:
        """Start the clock."""
        if self._max_seconds:
            self._timer = call_later(self._max_seconds, self._time_is_up)

    def asked(self) -> None:
        """Count a page asked for."""
        self._asked += 1

    def reached_before_next(self) -> bool:
        """Whether the next page may not be asked for."""
        if self._max_pages and self._asked >= self._max_pages:
            self.reached = self.reached or "pages"
        elif self._min_free_disk and shutil.disk_usage(self._folder).free < self._min_free_disk:
            self.reached = self.reached or "disk"
        return self.reached is not None

    def dropped(self, exception: DropItem) -> None:
        """Stop where a page could not be kept because the disk is full; it stays queued."""
        if isinstance(exception, NoRoom):
            self.stop("disk")

    def closed(self) -> None:
        """Stop the clock."""
        if self._timer:
            self._timer.cancel()

    def stop(self, why: str) -> None:
        """End the run in order, once."""
        if self.reached is None:
            self.reached = why
            deferred_from_coro(self._crawler.stop_async())

    def _time_is_up(self) -> None:
        self._timer = None
        self.stop("seconds")

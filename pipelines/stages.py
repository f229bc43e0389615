"""Scrapy's item pipelines: the only file here that knows Scrapy.

`KeepCapture` stores what was fetched, `Clean` runs `pipelines.clean` on it, `Store` writes what came of it; a page
passes from one to the next as the frozen items below. A page that gives no article is dropped after it was stored with
its reason: Scrapy's `item_scraped_count` counts articles, and `repost/…` in its stats the rest.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import CloseSpider, DropItem

from archive.connect import Archive, open_writing, transaction
from archive.errors import ArchiveError, DiskFull
from archive.write import Kept, keep_article, keep_capture, keep_rejection, record_failure, record_sighting
from crawler.items import Article, Capture, FetchFailure, Reason, Rejected, Sighting, SiteRecipe
from pipelines.processes import Cleaners, Stopped, get_ready
from sites.recipes import load_recipes

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

logger = logging.getLogger(__name__)

TOGETHER = 32  # pages that are stored in one transaction, at most …
GATHERED = 0.05  # … and the seconds that the first of them waits for the others
PATIENCE = 3.0  # seconds that a run which is being stopped gives to the pages it cleans; most take a fiftieth of one


class Dropped(DropItem):
    """A page that gives no article; everything about it is stored already. The message is the detail.

    Attributes:
        reason: one of `Reason`.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail, log_level="DEBUG")  # the run's summary counts and names them
        self.reason = reason


class Unmodified(DropItem):
    """A page that is what it was; the sighting is stored already."""

    def __init__(self) -> None:
        super().__init__("not modified", log_level="DEBUG")


class NotCleaned(DropItem):
    """A page that is kept, and that nothing is decided about yet: the next run will."""

    def __init__(self) -> None:
        super().__init__("not cleaned yet", log_level="DEBUG")


class NoRoom(DropItem):
    """A page that could not be kept because the disk is full; it stays queued, and the run ends."""

    def __init__(self) -> None:
        super().__init__("the disk is full", log_level="DEBUG")


@contextmanager
def _room_for_it() -> Iterator[None]:
    """Turn a full disk into a decision that Scrapy passes on without a traceback."""
    try:
        yield
    except DiskFull as error:
        raise NoRoom from error


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCapture:
    """A capture in the archive, nothing decided about it yet."""

    capture_id: int
    capture: Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A capture and what cleaning made of it."""

    capture_id: int
    url: str
    site: str
    result: Article | Rejected = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A page whose article is in the archive.

    Attributes:
        url: the address that answered.
        site: the site's key.
        kept: its rows, and whether they are new.
    """

    url: str
    site: str
    capture_id: int
    kept: Kept


class WithArchive:
    """A stage that writes to the archive while the spider is open.

    Attributes:
        shared: the archive that the frontier has open, where there is one: of several connections, each has to read
            again what another has written.
    """

    def __init__(self, path: Path, stats: "StatsCollector") -> None:
        self.shared: Archive | None = None
        self._path = path
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Write to the archive of `ARCHIVE_PATH`."""
        return cls(Path(crawler.settings["ARCHIVE_PATH"]), crawler.stats)

    def open_spider(self) -> None:
        """Open the archive.

        Raises:
            CloseSpider: it cannot be written.
        """
        try:
            self._db = self.shared or open_writing(self._path)
        except DiskFull as error:
            raise CloseSpider(f"disk: {error}") from error
        except ArchiveError as error:
            raise CloseSpider(f"usage: {error}") from error

    def close_spider(self) -> None:
        """Close it, where it was opened here."""
        if hasattr(self, "_db") and self._db is not self.shared:
            self._db.close()


class KeepCapture(WithArchive):
    """Stores a capture before anything is decided about it, and a failure or a sighting at once and for good."""

    def process_item(self, item: Capture | KeptCapture | FetchFailure | Sighting) -> KeptCapture:
        """Store it; pass on what an earlier run kept and did not come to clean.

        Raises:
            Dropped: it was a failure; there is nothing to clean.
            Unmodified: it was a sighting; nor is there here.
            NoRoom: the disk is full.
        """
        if isinstance(item, KeptCapture):
            return item
        if isinstance(item, Sighting):
            with _room_for_it():
                record_sighting(self._db, item)
            self._stats.inc_value("repost/unmodified")
            raise Unmodified
        if isinstance(item, FetchFailure):
            with _room_for_it():
                record_failure(self._db, item)
            self._stats.inc_value(f"repost/failed/{item.reason}")
            raise Dropped(item.reason, item.detail)
        with _room_for_it():
            capture_id = keep_capture(self._db, item)
        return KeptCapture(capture_id=capture_id, capture=item)


class Clean:
    """Runs the pure flow in processes of its own; whatever it raises becomes a reason."""

    def __init__(
        self, crawler: "Crawler", recipe_of: Callable[[Capture], SiteRecipe | None], cleaners: Cleaners
    ) -> None:
        self._crawler = crawler
        self._recipe_of = recipe_of
        self._cleaners = cleaners

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Clean with the recipes of `sites/`, in `CLEANING_PROCESSES` at once, each page in `CLEANING_SECONDS`."""
        settings = crawler.settings
        cleaners = Cleaners(settings.getint("CLEANING_PROCESSES"), seconds=settings.getfloat("CLEANING_SECONDS"))
        return cls(crawler, load_recipes().for_capture, cleaners)

    def open_spider(self) -> None:
        """Get ready, and see that a crawl that is stopped at once does not wait for a page."""
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one, and Scrapy chooses which

        get_ready()
        # before its threads are waited for
        reactor.addSystemEventTrigger("before", "shutdown", self._cleaners.close)  # type: ignore[arg-type]  # a zope interface

    def close_spider(self) -> None:
        """End the processes."""
        self._cleaners.close()

    async def process_item(self, item: KeptCapture) -> Cleaned:
        """Clean it, while the crawl goes on.

        Raises:
            NotCleaned: the crawl is being stopped, and does not wait for it.
        """
        recipe = self._recipe_of(item.capture)
        cleaning = asyncio.ensure_future(asyncio.to_thread(self._cleaners.outcome, item.capture, recipe))
        while not (await asyncio.wait({cleaning}, timeout=PATIENCE))[0]:
            if not self._crawler.crawling:
                self._cleaners.close()
        try:
            result = cleaning.result()
        except Stopped as error:
            raise NotCleaned from error
        if isinstance(result, Rejected) and result.reason is Reason.INTERNAL:
            logger.error("%s: %s", item.capture.url, result.detail)
        return Cleaned(capture_id=item.capture_id, url=item.capture.url, site=item.capture.site, result=result)


class Store(WithArchive):
    """Stores what cleaning made of captures, those of a moment in one transaction.

    The captures are in the archive by then: what a kill takes back is worked out again by the next run.
    """

    def __init__(self, path: Path, stats: "StatsCollector") -> None:
        super().__init__(path, stats)
        self._waiting: list[tuple[Cleaned, asyncio.Future[Kept | Exception | None]]] = []

    async def process_item(self, item: Cleaned) -> StoredPage:
        """Store it with others.

        Raises:
            Dropped: it was a rejection.
            NoRoom: the disk is full.
        """
        kept = await self._stored(item)
        if isinstance(kept, Exception):
            raise kept
        if isinstance(item.result, Rejected):
            self._stats.inc_value(f"repost/rejected/{item.result.reason}")
            raise Dropped(item.result.reason, item.result.detail)
        assert kept is not None  # noqa: S101 - so it is for an article
        self._stats.inc_value(f"repost/{kept.outcome}")
        return StoredPage(url=item.url, site=item.site, capture_id=item.capture_id, kept=kept)

    def _stored(self, item: Cleaned) -> "asyncio.Future[Kept | Exception | None]":
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[Kept | Exception | None] = loop.create_future()
        self._waiting.append((item, stored))
        if len(self._waiting) == 1:
            loop.call_later(GATHERED, self._store)
        elif len(self._waiting) == TOGETHER:
            self._store()
        return stored

    def _store(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:  # there were enough of them before the time was over
            return
        kept: list[Kept | Exception | None]
        try:
            with transaction(self._db):
                kept = [self._keep(item) for item, _ in waiting]
        except Exception:  # noqa: BLE001 - one of them cannot be kept, or none: each by itself says which
            kept = [self._kept_alone(item) for item, _ in waiting]
        for (_, stored), result in zip(waiting, kept, strict=True):
            if not stored.done():  # nobody waits for it any more where the run was ended at once
                stored.set_result(result)

    def _kept_alone(self, item: Cleaned) -> Kept | Exception | None:
        try:
            with _room_for_it():
                return self._keep(item)
        except Exception as error:  # noqa: BLE001 - Scrapy counts and logs it for this page
            return error

    def _keep(self, item: Cleaned) -> Kept | None:
        if isinstance(item.result, Rejected):
            keep_rejection(self._db, item.capture_id, item.result)
            return None
        return keep_article(self._db, item.capture_id, item.result)

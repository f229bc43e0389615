"""Scrapy's item pipelines: the only file here that knows Scrapy.

`KeepCapture` stores what was fetched, `Clean` runs `pipelines.clean` on it, `Store` writes what came of it; a page
passes from one to the next as the frozen items below. A page that gives no article is dropped after it was stored with
its reason: Scrapy's `item_scraped_count` counts articles, and `repost/…` in its stats the rest.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

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

_T = TypeVar("_T")

TOGETHER = 128  # writes in one transaction, at most …
GATHERED = 0.1  # … and the seconds that the first of them waits for the others
A_FEW = 4  # writes take less time than cleaning a page: so long no process is left with nothing to do
PATIENCE = 2.0  # seconds that a run which is being stopped gives to the pages it cleans; most take a fiftieth of one
WATCHED = 1.0  # seconds after which it is noticed that it is being stopped


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


class Writer:
    """Writes to an archive, those of a moment in one transaction.

    A page's rows are spread over twenty indexes, whose pages SQLite writes out at the end of each transaction: for a
    page by itself it writes five times as much.

    Attributes:
        meanwhile: what is done after every few writes: a transaction keeps the event loop for ten pages' time.
    """

    def __init__(self, db: Archive) -> None:
        self.meanwhile: Callable[[], None] | None = None
        self._db = db
        self._waiting: list[tuple[Callable[[Archive], Any], asyncio.Future[Any]]] = []

    async def write(self, action: Callable[[Archive], _T], *, at_once: bool = False) -> _T:
        """Do something to the archive, together with what others do; it is committed when this returns.

        Args:
            action: what writes.
            at_once: no others are to be waited for.

        Raises:
            NoRoom: the disk is full.
            Exception: what the action raises; nothing of it is written.
        """
        loop = asyncio.get_running_loop()
        written: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((action, written))
        if at_once or len(self._waiting) == TOGETHER:
            self._write()
        elif len(self._waiting) == 1:
            loop.call_later(GATHERED, self._write)
        result = await written
        if isinstance(result, Exception):
            raise result
        return result  # type: ignore[no-any-return]  # what the action returned

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:  # there were enough of them before the time was over
            return
        has_begun = False
        try:
            with transaction(self._db):
                has_begun = True
                results = [self._written(action, number) for number, (action, _) in enumerate(waiting)]
        except Exception as error:  # noqa: BLE001 - said for each of them
            if has_begun:  # one of them cannot be written, or none: each by itself says which
                results = [self._written_alone(action) for action, _ in waiting]
            else:  # another process has kept the archive for `archive.connect.PATIENCE`; each would wait as long
                results = [_for_scrapy(error)] * len(waiting)
        for (_, written), result in zip(waiting, results, strict=True):
            if not written.done():  # nobody waits for it any more where the run was ended at once
                written.set_result(result)

    def _written(self, action: Callable[[Archive], _T], number: int) -> _T:
        if self.meanwhile and number % A_FEW == 0:
            self.meanwhile()
        return action(self._db)

    def _written_alone(self, action: Callable[[Archive], _T]) -> _T | Exception:
        try:
            return action(self._db)
        except Exception as error:  # noqa: BLE001 - Scrapy counts and logs it for this page
            return _for_scrapy(error)

    def close(self) -> None:
        """Close the archive."""
        self._db.close()


def _for_scrapy(error: Exception) -> Exception:
    """An error of the archive; of a full disk the decision that Scrapy passes on without a traceback."""
    return NoRoom() if isinstance(error, DiskFull) else error


class WithArchive:
    """A stage that writes to the archive while the spider is open.

    Attributes:
        shared: what writes to the archive that the frontier has open, where there is one: of several connections, each
            has to read again what another has written.
    """

    def __init__(self, path: Path, stats: "StatsCollector") -> None:
        self.shared: Writer | None = None
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
            self._archive = self.shared or Writer(open_writing(self._path))
        except DiskFull as error:
            raise CloseSpider(f"disk: {error}") from error
        except ArchiveError as error:
            raise CloseSpider(f"usage: {error}") from error

    def close_spider(self) -> None:
        """Close it, where it was opened here."""
        if hasattr(self, "_archive") and self._archive is not self.shared:
            self._archive.close()


class KeepCapture(WithArchive):
    """Stores a capture before anything is decided about it, and a failure or a sighting for good.

    Where a host is asked for one page at a time, at once: a kill then costs the next run no more than that page. Where
    it may be asked for several, those of a moment together.
    """

    def __init__(self, path: Path, stats: "StatsCollector", *, at_once: bool = True) -> None:
        super().__init__(path, stats)
        self._at_once = at_once

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Write to the archive of `ARCHIVE_PATH`."""
        settings = crawler.settings
        at_once = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
        return cls(Path(settings["ARCHIVE_PATH"]), crawler.stats, at_once=at_once)

    async def process_item(self, item: Capture | KeptCapture | FetchFailure | Sighting) -> KeptCapture:
        """Store it; pass on what an earlier run kept and did not come to clean.

        Raises:
            Dropped: it was a failure; there is nothing to clean.
            Unmodified: it was a sighting; nor is there here.
            NoRoom: the disk is full.
        """
        if isinstance(item, KeptCapture):
            return item
        if isinstance(item, Sighting):
            await self._write(partial(record_sighting, sighting=item))
            self._stats.inc_value("repost/unmodified")
            raise Unmodified
        if isinstance(item, FetchFailure):
            await self._write(partial(record_failure, failure=item))
            self._stats.inc_value(f"repost/failed/{item.reason}")
            raise Dropped(item.reason, item.detail)
        capture_id = await self._write(partial(keep_capture, capture=item))
        return KeptCapture(capture_id=capture_id, capture=item)

    async def _write(self, action: Callable[[Archive], _T]) -> _T:
        return await self._archive.write(action, at_once=self._at_once)


class Clean:
    """Runs the pure flow in processes of its own; whatever it raises becomes a reason."""

    def __init__(
        self, crawler: "Crawler", recipe_of: Callable[[Capture], SiteRecipe | None], cleaners: Cleaners
    ) -> None:
        self._crawler = crawler
        self._recipe_of = recipe_of
        self._cleaners = cleaners
        self._watch: asyncio.TimerHandle | None = None

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
        if self._watch:
            self._watch.cancel()
        self._cleaners.close()

    def serve(self) -> None:
        """See that no process has nothing to do, while the event loop is kept from it."""
        self._cleaners.serve()

    async def process_item(self, item: KeptCapture) -> Cleaned:
        """Clean it, while the crawl goes on.

        Raises:
            NotCleaned: the crawl is being stopped, and does not wait for it.
        """
        if self._watch is None:
            self._see_whether_it_is_stopped()
        try:
            result = await self._cleaners.outcome_async(item.capture, self._recipe_of(item.capture))
        except Stopped as error:
            raise NotCleaned from error
        if isinstance(result, Rejected) and result.reason is Reason.INTERNAL:
            logger.error("%s: %s", item.capture.url, result.detail)
        return Cleaned(capture_id=item.capture_id, url=item.capture.url, site=item.capture.site, result=result)

    def _see_whether_it_is_stopped(self) -> None:
        """Look again and again: Scrapy says nothing of it before all pages are through."""
        loop = asyncio.get_running_loop()
        if self._crawler.crawling:
            self._watch = loop.call_later(WATCHED, self._see_whether_it_is_stopped)
        else:
            self._watch = loop.call_later(PATIENCE, self._cleaners.close)


class Store(WithArchive):
    """Stores what cleaning made of captures."""

    async def process_item(self, item: Cleaned) -> StoredPage:
        """Store it.

        Raises:
            Dropped: it was a rejection.
            NoRoom: the disk is full.
        """
        if isinstance(item.result, Rejected):
            await self._archive.write(partial(keep_rejection, capture_id=item.capture_id, rejected=item.result))
            self._stats.inc_value(f"repost/rejected/{item.result.reason}")
            raise Dropped(item.result.reason, item.result.detail)
        kept = await self._archive.write(partial(keep_article, capture_id=item.capture_id, article=item.result))
        self._stats.inc_value(f"repost/{kept.outcome}")
        return StoredPage(url=item.url, site=item.site, capture_id=item.capture_id, kept=kept)

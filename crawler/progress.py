"""What a run has done so far: counted from Scrapy's signals, shown on standard error, summed up at the end."""

import logging
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from scrapy import signals
from scrapy.exceptions import DropItem
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.log import get_scrapy_root_handler

from crawler.items import Capture, FetchFailure, Reason, Sighting
from crawler.summary import Failed, RunSummary
from pipelines.stages import Dropped, KeptCapture, NotCleaned, Unmodified

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.statscollectors import StatsCollector
    from scrapy.utils.asyncio import AsyncioLoopingCall
    from twisted.internet.task import LoopingCall
    from twisted.python.failure import Failure

    from pipelines.stages import StoredPage

logger = logging.getLogger(__name__)

SHOWN_SITES = 12  # those with most to do; half a terminal
SHOWN_FAILURES = 10  # the first ones say what is wrong; the rest is counted
# No page to read: the server's fault, ours, or what answers is none. Other rejections are findings about a page.
UNREADABLE = frozenset({
    Reason.HTTP_ERROR, Reason.INTERNAL, Reason.NOT_HTML, Reason.EMPTY, Reason.UNDECODABLE, Reason.TOO_LARGE,
})  # fmt: skip
PLAIN_INTERVAL = 10.0  # seconds between two lines where no terminal can redraw one


class Queue(Protocol):
    """What is left to do, as the frontier knows it.

    Attributes:
        left: how many addresses are queued for this run.
        queued_of_site: how many of them are each site's.
    """

    queued_of_site: Counter[str]

    @property
    def left(self) -> int: ...  # noqa: D102 - described above

    def close(self, reason: str) -> None:
        """Give back what was claimed and not answered, and write down how the run ended."""


class Progress:
    """Extension: counts what becomes of each page; shows it while the run goes on, and its summary at the end.

    On a terminal one line is redrawn; elsewhere (cron, a pipe) a line is written every ten seconds; with `QUIET`
    nothing but the failures. Nothing is ever written to standard output.

    Attributes:
        summary: the run's summary, once the spider is closed.
        frontier: what knows how much is left, once it is open.
    """

    def __init__(self, stats: "StatsCollector", *, quiet: bool, max_pages: int) -> None:
        self.summary: RunSummary | None = None
        self.frontier: Queue | None = None
        self._stats = stats
        self._quiet = quiet
        self._max_pages = max_pages
        self._console = Console(stderr=True, highlight=False)
        self._started_at = datetime.now(UTC)
        self._fetched = 0
        self._outcomes: Counter[str] = Counter()
        self._of_site: dict[str, Counter[str]] = {}
        self._reasons: Counter[Reason] = Counter()
        self._failures: list[Failed] = []
        self._rejections: list[Failed] = []
        self._live: Live | None = None
        self._ticker: AsyncioLoopingCall | LoopingCall | None = None

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Connect to the signals that a page leaves on its way."""
        settings = crawler.settings
        progress = cls(crawler.stats, quiet=settings.getbool("QUIET"), max_pages=settings.getint("MAX_PAGES"))
        for handler, signal in (
            (progress.opened, signals.spider_opened),
            (progress.received, signals.response_received),
            (progress.kept, signals.item_scraped),
            (progress.dropped, signals.item_dropped),
            (progress.broken, signals.item_error),
            (progress.lost, signals.spider_error),
            (progress.closed, signals.spider_closed),
        ):
            crawler.signals.connect(handler, signal)
        return progress

    def opened(self) -> None:
        """Start showing."""
        if self._quiet:
            return
        if self._console.is_terminal:
            self._live = Live(get_renderable=self._table, console=self._console, transient=True, refresh_per_second=4)
            self._live.start()
            handler = get_scrapy_root_handler()
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(sys.stderr)  # now the live display's, so that a log line does not tear it
        else:
            self._ticker = create_looping_call(self._print_line)
            self._ticker.start(PLAIN_INTERVAL, now=False)

    def received(self, response: "Response", request: "Request") -> None:
        """Count a page that answered; robots.txt and the later parts of an article have no callback."""
        if request.callback not in {None, NO_CALLBACK} and (200 <= response.status < 300 or response.status == 304):
            self._fetched += 1

    def kept(self, item: "StoredPage") -> None:
        """Count an article."""
        self._count(item.site, item.kept.outcome.value)

    def dropped(self, item: Capture | KeptCapture | FetchFailure | Sighting, exception: DropItem) -> None:
        """Count a page that gave no article; one that could not be read is a failure, one seen again is unchanged."""
        item = _page(item)
        url = item.requested_url or item.url
        if isinstance(exception, NotCleaned):
            self._count(item.site, "pending")
            return
        if isinstance(exception, Unmodified):
            self._count(item.site, "unchanged")
            return
        if not isinstance(exception, Dropped):
            return  # no room for it: it is still queued, and counted there
        if isinstance(item, FetchFailure) or exception.reason in UNREADABLE:
            self._failed(item.site, url, exception.reason, str(exception))
        else:
            self._count(item.site, "rejected")
            self._reasons[exception.reason] += 1
            if len(self._rejections) < SHOWN_FAILURES:
                self._rejections.append(Failed(url=url, reason=exception.reason, detail=str(exception)))

    def broken(self, item: Capture | KeptCapture | FetchFailure | Sighting, failure: "Failure") -> None:
        """Count a page that a stage broke on."""
        item = _page(item)
        self._failed(item.site, item.requested_url or item.url, Reason.INTERNAL, _first_line(failure.value))

    def lost(self, failure: "Failure", response: "Response | Failure") -> None:
        """Count a page that the spider broke on."""
        request = response.request  # type: ignore[union-attr]  # Scrapy puts it on failures too
        self._failed("", request.url if request else "", Reason.INTERNAL, _first_line(failure.value))

    def hide(self) -> None:
        """Give the terminal back."""
        if self._live:
            self._live.stop()
        if self._ticker and self._ticker.running:
            self._ticker.stop()

    def closed(self, reason: str) -> None:
        """Stop showing; sum up."""
        self.hide()
        finish, _, detail = reason.partition(": ")
        self.summary = self.so_far(finish, detail)
        for line in self.summary.lines():
            logger.info(line)

    def so_far(self, finish: str, detail: str = "") -> RunSummary:
        """What the run has done by now, under the word for how it ends."""
        return RunSummary(
            finish=finish,
            detail=detail,
            started_at=self._started_at,
            finished_at=datetime.now(UTC),
            pages=self._done(),
            left=self._left(),
            fetched=self._fetched,
            outcomes=dict(self._outcomes),
            reasons={reason.value: count for reason, count in self._reasons.most_common()},
            by_site={site: dict(outcomes) for site, outcomes in sorted(self._of_site.items())},
            bytes_received=self._stats.get_value("downloader/response_bytes", 0),
            failures=tuple(self._failures),
            rejections=tuple(self._rejections),
        )

    def _count(self, site: str, outcome: str) -> None:
        self._outcomes[outcome] += 1
        self._of_site.setdefault(site, Counter())[outcome] += 1

    def _failed(self, site: str, url: str, reason: Reason, detail: str) -> None:
        self._count(site, "failed")
        self._reasons[reason] += 1
        if len(self._failures) < SHOWN_FAILURES:
            self._failures.append(Failed(url=url, reason=reason, detail=detail))

    def _done(self) -> int:
        return self._outcomes.total()

    def _left(self) -> int:
        return self.frontier.left if self.frontier else 0

    def _print_line(self) -> None:
        """One line of everything, and one for each site where there are several."""
        self._console.print(self._line())
        sites = self._busiest()
        for site in sites if len(sites) > 1 else ():
            self._console.print(f"  {site}: {', '.join(self._site_cells(site))}")

    def _table(self) -> Table:
        """The same as a table that is redrawn."""
        table = Table.grid(padding=(0, 2))
        for site in self._busiest():
            table.add_row(Text(site), *map(Text, self._site_cells(site)))
        outer = Table.grid()
        outer.add_row(table)
        outer.add_row(Text(self._line()))
        return outer

    def _busiest(self) -> list[str]:
        """The sites with most to do, at most so many as fit."""
        queued = self.frontier.queued_of_site if self.frontier else Counter[str]()
        known = {site for site in {*queued, *self._of_site} if queued[site] > 0 or site in self._of_site}
        return sorted(known, key=lambda site: (-queued[site], site))[:SHOWN_SITES]

    def _site_cells(self, site: str) -> tuple[str, ...]:
        """How far a site is: done, queued, rate, failures, and how long the rest takes at that rate."""
        outcomes = self._of_site.get(site, Counter[str]())
        done, queued = outcomes.total(), self.frontier.queued_of_site[site] if self.frontier else 0
        rate = done / max((datetime.now(UTC) - self._started_at).total_seconds(), 1)
        rest = f"{queued / rate / 60:.0f} min left" if rate and queued else ""
        cells = (f"{done} done", f"{queued} queued", f"{rate:.1f} a second", f"{outcomes['failed']} failed", rest)
        return tuple(filter(None, cells))

    def _line(self) -> str:
        """How far the run is, in one line."""
        seconds = (datetime.now(UTC) - self._started_at).total_seconds()
        asked = self._done() + self._left()
        asked = min(asked, self._max_pages or asked)
        return (
            f"{self._done()} of {asked} pages, {self._done() / max(seconds, 1):.1f} a second, "
            f"{self._outcomes['rejected']} rejected, {self._outcomes['failed']} failed"
        )


def _page(item: Capture | KeptCapture | FetchFailure | Sighting) -> Capture | FetchFailure | Sighting:
    """What a spider gave, also where an earlier run kept it."""
    return item.capture if isinstance(item, KeptCapture) else item


def _first_line(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"

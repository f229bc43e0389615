"""What to fetch next: Scrapy's scheduler over the archive's table of addresses.

Hosts take turns, and a host that is being asked gets no second request meanwhile, unless
`CONCURRENT_REQUESTS_PER_DOMAIN` allows it several. Every address is in the archive before it is asked for and says
there whether it was answered, so a run that is killed is gone on with.
"""

import asyncio
import errno
import inspect
import json
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.exceptions import CloseSpider

from archive import exceptions, read, runs
from archive import frontier as table
from archive.connect import Archive, open_writing, transaction
from archive.errors import ArchiveError, DiskFull
from archive.pack import Unpackable
from archive.revisit import Visit
from archive.write import record_failure
from crawler.items import FetchFailure, Reason
from crawler.limits import Limits
from crawler.lock import Locked, RunLock
from crawler.polite import Peace
from crawler.progress import Progress
from crawler.set_aside import SetAside
from pipelines.fingerprint import url_key
from pipelines.stages import Clean, KeepCapture, KeptCapture, Store, Writer
from sites.recipes import load_recipes

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

TOGETHER = 100  # addresses that are queued in one transaction: for each by itself it is half of the time
VALIDATORS = "validators"  # in a request's meta: what the page may be asked with (`crawler.revisit`)
# What Scrapy and this program put into a request's meta on its way; a request is written down without it. With anything
# else in it, it cannot be: the queue may come from strangers, and a meta can switch robots.txt and every bound off.
_ON_THE_WAY = frozenset(
    {"depth", "download_slot", "download_timeout", "download_latency", "is_start_request", VALIDATORS}
)


class Frontier(BaseScheduler):
    """Scheduler: one queue a host, in the archive.

    Scrapy's own hands a host's requests over by the dozen and lets them wait for the delay inside the downloader, where
    they can no longer be given up: a crawl of one site would take half a minute to stop. It also drops a request that
    was seen before without a word, and forgets what it holds when it is killed.

    A redirect or a retry goes on with an address that is claimed already: those, and requests that cannot be written
    down (a POST, a function as callback), wait in memory.
    """

    def __init__(self, crawler: "Crawler", path: Path, *, job: str, at_once: int, limits: Limits | None) -> None:
        self._crawler = crawler
        self._path = path
        self._job = job
        self._at_once = at_once
        self._limits = limits
        self._lock = RunLock(path)
        self._db: Archive | None = None
        self._speakers: dict[str, Spider] = {}
        self._begun: dict[str, deque[Request]] = {}
        self._hosts: dict[str, int] = {}  # addresses not asked for, by host; the first is the next in turn
        self._claimed: dict[str, deque[tuple[table.Wanted, table.Validators | None]]] = {}
        self._paused: dict[str, float] = {}  # host → when it may be asked again, by the monotonic clock
        self._recipes = load_recipes()
        self._undecided: list[int] = []
        self._unfinished: list[str] = []
        self.queued_of_site: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Read where the archive is and what this run is asked to do; a run that does not say is a job of its own."""
        settings = crawler.settings
        job = settings["JOB"] or uuid4().hex
        return cls(
            crawler,
            Path(settings["ARCHIVE_PATH"]),
            job=job,
            at_once=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
            limits=crawler.get_extension(Limits),
        )

    def open(self, spider: Spider) -> None:
        """Take the archive's lock, then queue again what a dead run had claimed.

        Raises:
            CloseSpider: another run is at work, or the archive cannot be written.
        """
        try:
            self._lock.acquire()
            self._db = open_writing(self._path)
            self._begin(self._db, spider)
        except Locked as error:
            raise CloseSpider(f"locked: another run is at work on this archive ({error})") from error
        except OSError as error:
            kind = "disk" if error.errno == errno.ENOSPC else "usage"
            raise CloseSpider(f"{kind}: the archive cannot be locked: {error}") from error
        except DiskFull as error:
            if self._db is not None:  # that the run began may stand there; it stays open, as after a kill
                self._db.close()
                self._db = None
            raise CloseSpider(f"disk: {error}") from error
        except ArchiveError as error:
            raise CloseSpider(f"usage: {error}") from error

    def close(self, reason: str) -> None:
        """Give back what was claimed and not answered, write down how the run ended, and let go of the lock."""
        if self._db is not None:
            try:
                table.give_back(self._db, [wanted.url for queue in self._claimed.values() for wanted, _ in queue])
                table.ask_again(self._db, self._unfinished, job=self._job)
                table.recover(self._db)
                runs.end(self._db, self._run.id, finish=reason.partition(":")[0], now=datetime.now(UTC))
            except DiskFull:
                pass  # the next run does the first; the second stays open, as after a kill
            self._db.close()
        self._lock.release()

    def has_pending_requests(self) -> bool:
        """Is anything left that this run may fetch?

        Not a redirect to a host that is left alone for the rest of the run: what led there is queued again at the end.
        """
        hosts = self._begun if self._limits and self._limits.reached else {**self._begun, **self._hosts}
        return any(self._paused.get(host, 0.0) < float("inf") for host in hosts)

    def enqueue_request(self, request: Request) -> bool:
        """Queue a request; False where this job had its answer already."""
        wanted = None if _goes_on(request) else self._wanted(request)
        if wanted is None or self._db is None:
            self._begun.setdefault(self._host(request), deque()).append(request)
            return True
        now = datetime.now(UTC)
        try:
            new = table.want(self._db, wanted, job=self._job, since=self._run.since, now=now)
        except DiskFull:
            self._stop("disk")
            return False
        if new:
            self._count(wanted)
        return new

    def given(self, requests: Iterable[Request]) -> list[Request]:
        """Queue what a spider starts with, in one transaction.

        Returns:
            The requests that cannot be written down.
        """
        assert self._db is not None  # noqa: S101 - nothing is given before it is open
        now = datetime.now(UTC)
        new, other = [], []
        try:
            with transaction(self._db):
                for request in requests:
                    wanted = self._wanted(request)
                    if wanted is None:
                        other.append(request)
                    elif table.want(self._db, wanted, job=self._job, since=self._run.since, now=now):
                        new.append(wanted)
        except DiskFull:
            self._stop("disk")
            return []
        for wanted in new:
            self._count(wanted)
        return other

    def next_request(self) -> Request | None:
        """The next request of the first host in turn that is free; None where none is, or nothing is left."""
        asked = Counter(self._host(request) for request in self._crawler.engine.downloader.active)
        for host in (*self._begun, *self._hosts):
            if asked[host] >= self._at_once or self._paused.get(host, 0.0) > time.monotonic():
                continue
            if host in self._begun:
                return self._next_begun(host)
            if self._limits and self._limits.reached_before_next():
                return None
            if request := self._claim(host):
                return request
        return None

    def pause(self, request: Request, seconds: float | None) -> None:
        """Leave a request's host alone for so long; None for the rest of the run."""
        self._paused[self._host(request)] = float("inf") if seconds is None else time.monotonic() + seconds

    def note_exception(self, *, site: str, host: str, rule: str, reason: str) -> None:
        """Write down that a site's file has a rule set aside for a host."""
        assert self._db is not None  # noqa: S101 - nothing is fetched before it is open
        try:
            exceptions.note(self._db, site=site, host=host, rule=rule, reason=reason, now=datetime.now(UTC))
        except DiskFull:
            self._stop("disk")

    def led_to(self, requests: Iterable[Request]) -> tuple[int, list[Request]]:
        """Queue what a page led to.

        Returns:
            How many of the addresses were not known, and the requests that cannot be written down.
        """
        assert self._db is not None  # noqa: S101 - nothing is fetched before it is open
        found, other = [], []
        for child in requests:
            wanted = None if child.dont_filter else self._wanted(child)
            if wanted is None:
                other.append(child)
            else:
                found.append(wanted)
        if not found:
            return 0, other
        new = table.lead_to(self._db, found, job=self._job, now=datetime.now(UTC))
        for wanted in new:
            self._count(wanted)
        return len(new), other

    def read(self, request: Request, *, found: Iterable[Request], known: int) -> list[Request]:
        """A page that only leads to others was read to its end: write all of it down at once.

        Returns:
            The requests that cannot be written down.
        """
        assert self._db is not None  # noqa: S101 - nothing is fetched before it is open
        children = list(found)
        with transaction(self._db):
            new, other = self.led_to(children)
            visit = Visit.CHANGED if new else Visit.UNCHANGED
            table.learn(self._db, _asked(request), visit, at=datetime.now(UTC), led_to=len(children) + known)
        return other

    def ask_again(self, request: Request) -> None:
        """Leave an address to the next run, although it was answered: the rest of its article was not fetched."""
        self._unfinished.append(_asked(request))

    def undecided(self) -> Iterator[KeptCapture]:
        """What an earlier run captured and did not come to clean, because it was killed or stopped."""
        assert self._db is not None  # noqa: S101 - nothing is asked before it is open
        for capture_id in self._undecided:
            try:
                yield KeptCapture(capture_id=capture_id, capture=read.capture(self._db, capture_id).capture)
            except Unpackable as error:
                logger.error("capture %d cannot be cleaned: %s", capture_id, error)  # noqa: TRY400 - one line

    @property
    def left(self) -> int:
        """How many addresses are queued for this run."""
        return sum(self._hosts.values()) + sum(map(len, self._begun.values()))

    def _begin(self, db: Archive, spider: Spider) -> None:
        now = datetime.now(UTC)
        self._run = runs.begin(db, command=spider.name, job=self._job, now=now)
        self._crawler.stats.set_value("repost/run", self._run.id)
        crawler = self._crawler
        for part in (
            crawler.get_spider_middleware(Leads),
            crawler.get_downloader_middleware(Peace),
            crawler.get_extension(Progress),
            crawler.get_extension(SetAside),
        ):
            if part:
                part.frontier = self
        writer = Writer(db)
        if clean := crawler.get_item_pipeline(Clean):
            writer.meanwhile = clean.serve
        for stage in (KeepCapture, Store):
            if keeper := crawler.get_item_pipeline(stage):
                keeper.shared = writer
        self._speakers = {spider.name: spider, **getattr(spider, "delegates", {})}
        table.recover(db)
        self._undecided = list(read.capture_ids(db, pending=True))  # before this run adds its own
        for url in table.give_up(db, now):
            spider.logger.error("%s: asked for again and again and never answered; left alone for now", url)
        if getattr(spider, "adopts_due", False):
            bounds = table.Bounds.of(self._recipes.by_name.values())
            table.adopt_due(db, job=self._job, spiders=self._speakers, now=now, bounds=bounds)
        for host, site, count in table.queued(db, self._job):
            self._hosts[host] = self._hosts.get(host, 0) + count
            self.queued_of_site[site] += count

    def _next_begun(self, host: str) -> Request:
        queue = self._begun[host]
        request = queue.popleft()
        if not queue:
            del self._begun[host]
        return request

    def _claim(self, host: str) -> Request | None:
        """A host's next address as a request, and the host last in turn; what no spider can read is given up."""
        while host in self._hosts:
            try:
                claimed = self._next_claimed(host)
                count = self._hosts.pop(host) - 1
                if claimed is None:
                    return None
                wanted, validators = claimed
                if count > 0:
                    self._hosts[host] = count
                self.queued_of_site[wanted.site] -= 1
                if request := self._request(wanted, validators):
                    break
            except DiskFull:
                self._stop("disk")
                return None
        else:
            return None
        if self._limits:
            self._limits.asked()
        return request

    def _next_claimed(self, host: str) -> tuple[table.Wanted, table.Validators | None] | None:
        """The next address of a host; as many are claimed in one transaction as may be asked for at once."""
        assert self._db is not None  # noqa: S101 - a host is known only once it is open
        if not self._claimed.get(host):
            self._claimed[host] = deque(table.claim(self._db, job=self._job, host=host, most=self._at_once))
        return self._claimed[host].popleft() if self._claimed[host] else None

    def _wanted(self, request: Request) -> table.Wanted | None:
        """A request as it can be written down; None where it cannot."""
        callback, errback = _method(request.callback), _method(request.errback)
        if request.method != "GET" or request.body or callback is None or (request.errback and errback is None):
            return None
        if not _ON_THE_WAY.issuperset(request.meta):
            return None
        try:
            json.dumps(request.cb_kwargs)
        except (TypeError, ValueError):
            return None
        spider, name = callback
        return table.Wanted(
            url=request.url,
            url_key=url_key(request.url),
            site=self._recipes.site_of(request.url),
            host=self._host(request),
            spider=spider,
            callback=name,
            errback=errback[1] if errback else None,
            arguments=request.cb_kwargs,
            priority=request.priority,
            depth=request.meta.get("depth", 0),
        )

    def _request(self, wanted: table.Wanted, validators: table.Validators | None) -> Request | None:
        """An address as a request; None where there is nobody to read the answer, and it is given up."""
        meta: dict[str, Any] = {"depth": wanted.depth}
        if validators and self._crawler.spider is not None and getattr(self._crawler.spider, "conditional", True):
            meta[VALIDATORS] = validators
        try:
            speaker = self._speakers[wanted.spider]
            return Request(
                wanted.url,
                callback=_reader(speaker, wanted.callback, wanted.arguments),
                errback=_reader(speaker, wanted.errback, {}) if wanted.errback else None,
                cb_kwargs=dict(wanted.arguments),
                meta=meta,
                priority=wanted.priority,
                dont_filter=True,  # that it is asked for once was seen to when it was queued
            )
        except (KeyError, TypeError, ValueError) as error:  # of another version, or of a stranger's archive
            self._give_up(wanted, f"{wanted.spider}.{wanted.callback} cannot read it: {error}")
            return None

    def _give_up(self, wanted: table.Wanted, why: str) -> None:
        assert self._db is not None  # noqa: S101 - it was claimed from it
        now = datetime.now(UTC)
        failure = FetchFailure(url=wanted.url, reason=Reason.INTERNAL, detail=why, failed_at=now, site=wanted.site)
        record_failure(self._db, failure)
        logger.error("%s: %s", wanted.url, why)

    def _count(self, wanted: table.Wanted) -> None:
        self._hosts[wanted.host] = self._hosts.get(wanted.host, 0) + 1
        self.queued_of_site[wanted.site] += 1

    def _stop(self, why: str) -> None:
        if self._limits:
            self._limits.stop(why)

    @staticmethod
    def _host(request: Request) -> str:
        return _host_of(request.url)


class Leads:
    """Spider middleware: takes up what was not cleaned, and writes down what a page leads to before it is answered.

    In one transaction where the page only leads to others, so that a kill loses neither; a page that is kept itself is
    answered by the transaction that keeps it, and what was yielded before it is written before it.
    """

    def __init__(self) -> None:
        self.frontier: Frontier | None = None

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Begin with what an earlier run did not come to clean; then queue what the spider starts with."""
        assert self.frontier is not None  # noqa: S101 - the frontier attached itself when it was opened
        for kept in self.frontier.undecided():
            yield kept
        given: list[Request] = []
        try:
            async for first in start:
                if not isinstance(first, Request):
                    yield first
                    continue
                given.append(first)
                if len(given) == TOGETHER:
                    for request in self.frontier.given(given):
                        yield request
                    given.clear()
                    await asyncio.sleep(0)  # a long list does not keep the crawl from being stopped
        except Exception:
            for request in self.frontier.given(given):  # what it said before it broke counts
                yield request
            raise
        for request in self.frontier.given(given):
            yield request

    async def process_spider_output(self, response: "Response", result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Pass on items, and the requests that cannot be written down; queue the others."""
        assert self.frontier is not None  # noqa: S101 - the frontier attached itself when it was opened
        assert response.request is not None  # noqa: S101 - Scrapy sets it on every response it hands over
        found: list[Request] = []
        known, has_item = 0, False
        async for output in result:
            if isinstance(output, Request):
                found.append(output)
                continue
            if isinstance(output, FetchFailure) and output.reason is Reason.INTERRUPTED:
                self.frontier.ask_again(response.request)
            for request in self.frontier.led_to(found)[1]:
                yield request
            known += len(found)
            found, has_item = [], True
            yield output
        if has_item:
            rest = self.frontier.led_to(found)[1]
        else:
            rest = self.frontier.read(response.request, found=found, known=known)
        for request in rest:
            yield request


def _goes_on(request: Request) -> bool:
    """Whether a request goes on with an address that was claimed before: a redirect, a retry."""
    return bool(request.meta.get("redirect_times") or request.meta.get("retry_times"))


def _asked(request: Request) -> str:
    """The address that was asked for before any redirect."""
    redirected: list[str] = request.meta.get("redirect_urls", [])
    return redirected[0] if redirected else request.url


def _method(handler: Any) -> tuple[str, str] | None:  # noqa: ANN401 - whatever a request was given
    """A spider's method as (spider, method)."""
    speaker = getattr(handler, "__self__", None)
    name = getattr(handler, "__name__", "")
    if not isinstance(speaker, Spider) or getattr(speaker, name, None) != handler:
        return None
    return speaker.name, name


def _reader(speaker: Spider, name: str, arguments: Mapping[str, Any]) -> Callable[..., Any]:
    """The method of a spider that takes an answer with these arguments; the opposite of `_method`.

    Raises:
        ValueError: there is no such method.
        TypeError: it takes other arguments.
    """
    method = getattr(type(speaker), name, None)
    if name.startswith("__") or not inspect.isfunction(method):
        raise ValueError("no such method")
    _signature(method).bind(speaker, None, **arguments)
    handler: Callable[..., Any] = getattr(speaker, name)
    return handler


@lru_cache(maxsize=4096)
def _host_of(url: str) -> str:
    """An address's host: asked for each request under way whenever the next one is chosen."""
    return urlsplit(url).hostname or ""


_signature = cache(inspect.signature)  # for each page; there are a dozen methods

"""What to fetch next: hosts take turns, and a host that is being asked gets no second request meanwhile."""

from collections import deque
from typing import TYPE_CHECKING, Self

from scrapy.core.scheduler import BaseScheduler

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class Frontier(BaseScheduler):
    """Scheduler: one queue a host, in memory.

    Scrapy's own hands a host's requests over by the dozen and lets them wait for the delay inside the downloader, where
    they can no longer be given up: a crawl of one site would take half a minute to stop. It also drops a request that
    was seen before without a word; here the spiders decide what to ask for.
    """

    def __init__(self, crawler: "Crawler") -> None:
        self._crawler = crawler
        self._queues: dict[str, deque[Request]] = {}

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Keep the crawler, to ask its downloader which hosts are busy."""
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        """Is anything left to fetch?"""
        return bool(self._queues)

    def enqueue_request(self, request: "Request") -> bool:
        """Put a request last in its host's queue; first if it goes on with a page begun (a redirect, a retry)."""
        queue = self._queues.setdefault(self._host(request), deque())
        if request.meta.get("redirect_times") or request.meta.get("retry_times"):
            queue.appendleft(request)
        else:
            queue.append(request)
        return True

    def next_request(self) -> "Request | None":
        """The first request of the next host that is not being asked; None where all are, or nothing is left."""
        busy = {self._host(request) for request in self._crawler.engine.downloader.active}
        host = next((host for host in self._queues if host not in busy), None)
        if host is None:
            return None
        queue = self._queues.pop(host)
        request = queue.popleft()
        if queue:
            self._queues[host] = queue  # last in turn now
        return request

    def _host(self, request: "Request") -> str:
        return self._crawler.engine.downloader.get_slot_key(request)

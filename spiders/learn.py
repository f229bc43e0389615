"""One section page and a few of its articles, to see what a site is like: `repost sites learn URL`."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from scrapy import Request

from crawler.items import Capture, FetchFailure, Reason, SiteRecipe
from sites.addresses import host_of
from spiders.capture import not_fetched
from spiders.listing import read_listing
from spiders.pages import PagesSpider

if TYPE_CHECKING:
    from scrapy.http import Response

SAMPLES = 3


class LearnSpider(PagesSpider):
    """Captures the given section page itself, and the first articles that it links."""

    name = "learn"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the section page."""
        for url in self._addresses():
            yield Request(url, callback=self.read, errback=self.failed, dont_filter=True)

    async def read(self, response: "Response") -> AsyncIterator[Request | Capture | FetchFailure]:
        """Capture the section page and follow its first articles."""
        assert response.request is not None  # noqa: S101 - Scrapy sets it on every response it hands over
        capture = self._capture(response, response.request)
        if not 200 <= capture.status < 300:
            yield not_fetched(response.request, Reason.HTTP_ERROR, f"status {capture.status}", site=capture.site)
            return
        yield capture
        host = host_of(capture.url)
        reading = read_listing(capture, SiteRecipe(), follows=lambda url: host_of(url) == host)
        for found in reading.articles[:SAMPLES]:
            yield Request(found.url, callback=self.parse, errback=self.failed)

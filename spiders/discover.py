"""Articles found from where a site lists them: `scrapy crawl discover -a urls=https://news.example/local/ -a depth=5`.

What is given may be a section page, a sitemap, a feed, a robots.txt or a text file of addresses; which of them it is,
its bytes say. Only addresses on the hosts of the same site are followed.
"""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import CloseSpider

from crawler.items import Capture, FetchFailure, Reason, SiteRecipe
from pipelines.fingerprint import url_key
from sites.addresses import host_of
from spiders.capture import not_fetched
from spiders.feed import read_feed
from spiders.found import Found, Reading
from spiders.listing import read_listing
from spiders.pages import PagesSpider
from spiders.sitemap import UnpackError, read_address_lines, read_robots, read_sitemap, unpacked

if TYPE_CHECKING:
    from scrapy.http import Response

DEPTH = 1  # pages of a section, where nobody says
MAX_FILES = 1_000  # sitemaps below one index
MAX_LEVELS = 3  # an index of indexes; more is a trap

_XML_ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex|rss|feed|RDF)\b", re.IGNORECASE)
_ADDRESS_LINE = re.compile(rb"\s*https?://\S+\s*(?:\n|$)")


class DiscoverSpider(PagesSpider):
    """Fetches the articles that section pages, sitemaps and feeds lead to.

    Args:
        urls, file: where articles are listed, as `pages` takes addresses.
        sites: names of sites whose site files name seeds, as a sequence or separated by commas; `all` for all of them.
        depth: how many pages of a section are followed; where it is not given, the site file's, else 1.
        since: ISO date; what is known to be older is not asked for, and a section is left where it gets older.
    """

    name = "discover"
    conditional = True

    def __init__(
        self,
        sites: str | Sequence[str] = (),
        depth: str | int = 0,
        since: str = "",
        **kwargs: Any,  # noqa: ANN401 - Scrapy's
    ) -> None:
        super().__init__(**kwargs)
        self._sites = tuple(filter(None, re.split(r"[\s,]+", sites))) if isinstance(sites, str) else tuple(sites)
        self._depth = str(depth)
        self._since = since
        self._met: set[str] = set()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for each seed once."""
        if not self._depth.isascii() or not self._depth.isdigit():
            raise CloseSpider(f"usage: depth is a number of pages, not {self._depth!r}")
        try:
            since = date.fromisoformat(self._since).isoformat() if self._since else ""
        except ValueError as error:
            raise CloseSpider(f"usage: since is a date like 2026-02-11, not {self._since!r}") from error
        for seed in self._seeds():
            self._met.add(url_key(seed))
            recipe = self._recipe(seed)
            depth = int(self._depth) or recipe.depth or DEPTH
            yield Request(
                seed,
                callback=self.read,
                errback=self.failed,
                cb_kwargs={"depth": depth, "since": since, "site": self._recipes.site_of(seed)},
                dont_filter=True,
            )

    async def read(  # noqa: PLR0913 - what the spider knew when it asked, written down with the request
        self,
        response: "Response",
        *,
        depth: int = DEPTH,
        since: str = "",
        site: str = "",
        number: int = 1,
        level: int = 0,
    ) -> AsyncIterator[Request | FetchFailure]:
        """Follow what a page of addresses leads to.

        Args:
            response: the page.
            depth: how many pages of its section are followed.
            since: what is known to be older is left.
            site: the key of the site that is followed.
            number: which page of its section it is, from 1.
            level: how many sitemap indexes lie above it.
        """
        assert response.request is not None  # noqa: S101 - Scrapy sets it on every response it hands over
        if not 200 <= response.status < 300:
            yield not_fetched(response.request, Reason.HTTP_ERROR, f"status {response.status}", site=site)
            return
        capture = self._capture(response, response.request)
        reading, is_section = self._reading(capture, site, number)
        if reading.articles or (reading.further and not is_section):
            if reading.problem:  # damaged at its end: the visit led somewhere all the same, so it did not fail
                self.logger.warning("%s: %s", response.url, reading.problem)
        elif reading.problem and not (is_section and number > 1):  # the last page of a section may be empty
            yield not_fetched(response.request, Reason.LISTING, reading.problem, site=site)
        articles = [found for found in reading.articles if self._is_new(found, site)]
        for found in articles:
            if not _is_older(found, since):
                yield Request(found.url, callback=self.parse, errback=self.failed)
        known = {"depth": depth, "since": since, "site": site}
        if is_section:
            is_over = number >= depth or not articles or all(_is_older(found, since) for found in articles)
            follow = {**known, "number": number + 1}
        else:
            is_over = level >= MAX_LEVELS
            follow = {**known, "level": level + 1}
        for found in () if is_over else reading.further[:MAX_FILES]:
            if self._is_new(found, site) and not _is_older(found, since):
                yield Request(found.url, callback=self.read, errback=self.failed, cb_kwargs=follow, priority=1)

    def _seeds(self) -> dict[str, None]:
        """Where to begin: what is given, and the seeds of the sites named."""
        named = self._recipes.by_name if "all" in self._sites else self._sites
        seeds: dict[str, None] = {}
        for name in named:
            recipe = self._recipes.of(name)
            if recipe is None:
                known = ", ".join(self._recipes.by_name)
                raise CloseSpider(f"usage: no site file {name}.toml; there {f'are: {known}' if known else 'is none'}")
            if not recipe.seeds and "all" not in self._sites:
                raise CloseSpider(f"usage: {name}.toml has no seeds")
            seeds |= dict.fromkeys(recipe.seeds)
        if self._given or self._file or not self._sites:
            seeds |= self._addresses()
        if not seeds:
            raise CloseSpider("usage: no site file has seeds")
        return seeds

    def _recipe(self, url: str) -> SiteRecipe:
        return self._recipes.of(self._recipes.site_of(url)) or SiteRecipe()

    def _reading(self, capture: Capture, site: str, number: int) -> tuple[Reading, bool]:
        """What a page of addresses gives, and whether it is a section page."""
        try:
            body = unpacked(capture.body)
        except UnpackError as error:
            return Reading(problem=str(error)), False
        url = capture.url
        if urlsplit(url).path == "/robots.txt":
            return read_robots(body, url), False
        root = _XML_ROOT.search(body.replace(b"\0", b""), 0, 5_000)
        kind = root[1].lower() if root else b""
        if kind in {b"urlset", b"sitemapindex"}:
            return read_sitemap(body, url), False
        if kind:
            return read_feed(body, url, content_type=capture.header("content-type") or ""), False
        if _ADDRESS_LINE.match(body):
            return read_address_lines(body), False
        recipe = self._recipes.of(site) or SiteRecipe()
        return read_listing(capture, recipe, number=number, follows=lambda url: self._is_of(url, site)), True

    def _is_of(self, url: str, site: str) -> bool:
        """Whether an address is on one of the site's hosts."""
        recipe = self._recipes.of(site)
        return host_of(url) in (recipe.hosts if recipe else {site})

    def _is_new(self, found: Found, site: str) -> bool:
        """Whether an address is the site's own and was not met in this run; it is from now on."""
        key = url_key(found.url)
        if key in self._met or not self._is_of(found.url, site):
            return False
        self._met.add(key)
        return True


def _is_older(found: Found, since: str) -> bool:
    return bool(since and found.day and found.day.isoformat() < since)

"""Pages whose addresses are given: `scrapy crawl pages -a urls=http://a/1.html,http://b/2.html`, or `-a file=FILE`."""

import re
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider

from crawler.guard import SCHEMES, parse_address
from crawler.items import Capture, FetchFailure, Reason
from pipelines.article.paging import next_part
from sites.recipes import load_recipes
from spiders.capture import not_fetched, requested_url, to_capture, to_failure

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

MAX_PARTS = 50  # later pages of one article; a pager that goes on is a trap, not an article
MAX_BYTES = 20_000_000  # of an article's pages together: when they are there no further page is fetched
MAX_LOOKED_AT = 3_000_000  # bytes of a page that is looked at for a next part; the longest real page met had 2 MB


class PagesSpider(Spider):
    """Fetches the given addresses, and the later parts of an article that is split over several pages.

    Args:
        urls: addresses, as a sequence or as one string separated by commas or blanks.
        file: a text file of addresses, one a line, `-` for standard input; empty lines and lines starting with # are
            skipped.
    """

    name = "pages"
    conditional = False  # who names a page wants it fetched, whatever its validators say; `update` asks conditionally

    def __init__(self, urls: str | Sequence[str] = (), file: str = "", **kwargs: Any) -> None:  # noqa: ANN401 - Scrapy's
        super().__init__(**kwargs)
        # A comma may belong to an address, so only one that another scheme follows separates two.
        self._given = re.split(r"[\s,]+(?=[A-Za-z][\w+.-]*://)|\s+", urls.strip()) if isinstance(urls, str) else urls
        self._file = file
        self._recipes = load_recipes()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for each address once, in the order given."""
        for url in self._addresses():
            # Not filtered as duplicates: a redirect back to an address seen before would vanish without a trace.
            yield Request(url, callback=self.parse, errback=self.failed, dont_filter=True)

    async def parse(self, response: "Response") -> AsyncIterator[Capture | FetchFailure]:
        """Capture the page with the later parts of its article."""
        assert response.request is not None  # noqa: S101 - Scrapy sets it on every response it hands over
        capture = self._capture(response, response.request)
        parts, missing = await self._later_parts(capture)
        yield replace(capture, parts=tuple(parts), complete=missing is None or _is_cut(missing))
        if missing:
            yield missing

    def failed(self, failure: "Failure") -> Iterator[FetchFailure]:
        """Record that a page could not be fetched."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        yield to_failure(failure.value, request, site=self._recipes.site_of(requested_url(request)))

    def _addresses(self) -> dict[str, None]:
        """The checked addresses without repeats; the run ends before the first request if one of them is wrong."""
        addresses: dict[str, None] = {}
        wrong = []
        for where, text in self._lines():
            try:
                addresses[parse_address(text)] = None
            except ValueError as error:
                wrong.append(f"{where}{error}")
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise CloseSpider(f"usage: {wrong[0]}{more}")
        if not addresses:
            where = "standard input: " if self._file == "-" else f"{self._file}: " if self._file else ""
            raise CloseSpider(f"usage: {where}no address given")
        return addresses

    def _lines(self) -> Iterator[tuple[str, str]]:
        """Each given text with the place it was given at, for messages."""
        yield from (("", text) for text in self._given if text)
        if self._file:
            try:
                raw = sys.stdin.buffer.read() if self._file == "-" else Path(self._file).read_bytes()
                text = raw.decode("utf-8-sig")
            except OSError as error:
                raise CloseSpider(f"usage: {self._file}: {error.strerror}") from error
            except UnicodeDecodeError as error:
                raise CloseSpider(f"usage: {self._file}: not UTF-8: {error.reason}") from error
            for number, line in enumerate(text.splitlines(), 1):
                if line.strip() and not line.lstrip().startswith("#"):
                    yield f"{self._file}:{number}: ", line

    def _capture(self, response: "Response", request: Request) -> Capture:
        return to_capture(response, request, site=self._recipes.site_of(response.url))

    async def _later_parts(self, first: Capture) -> tuple[list[Capture], Capture | FetchFailure | None]:
        """The later parts in order, and what there is of the one that is missing, if one is: another page, or why."""
        parts: list[Capture] = []
        last = first
        seen = {first.url}
        while url := self._next_part(last, seen):
            seen.add(url)
            request = Request(url)
            if refusal := self._refusal([first, *parts]):
                return parts, not_fetched(request, *refusal, site=first.site)
            try:
                response = await self.crawler.engine.download_async(request)
            except Exception as error:  # noqa: BLE001 - whatever ends the later parts, the earlier ones are kept
                return parts, to_failure(error, request, site=first.site)
            last = self._capture(response, response.request or request)
            if last.url in seen - {url}:
                break  # behind the last page some pagers lead back to the first
            if not _is_success(last) or not _is_same_host(last.url, first.url):
                return parts, last
            seen.add(last.url)
            parts.append(last)
        return parts, None

    def _refusal(self, pages: Sequence[Capture]) -> tuple[Reason, str] | None:
        """Why no further page of an article is asked for: written down, so that a cut article is known to be one."""
        if not self.crawler.crawling:
            return Reason.INTERRUPTED, "the run was stopped"
        if len(pages) > MAX_PARTS:
            return Reason.TOO_LARGE, f"an article of more than {MAX_PARTS + 1} pages"
        if sum(len(page.body) for page in pages) >= MAX_BYTES:
            return Reason.TOO_LARGE, f"an article of more than {MAX_BYTES:,} bytes"
        return None

    def _next_part(self, last: Capture, seen: set[str]) -> str | None:
        """The next page of the same article, on the same host and not fetched yet, as the last page links it."""
        if not _is_success(last) or len(last.body) > MAX_LOOKED_AT:
            return None
        try:
            url = next_part(last.body, last.url)
        except Exception as error:  # noqa: BLE001 - a page that we stumble over is kept all the same
            self.logger.error("%s: no next part looked for: %s: %s", last.url, type(error).__name__, error)  # noqa: TRY400 - a line
            return None
        if url is None or url in seen:
            return None
        return url if urlsplit(url).scheme in SCHEMES and _is_same_host(url, last.url) else None


def _is_cut(missing: Capture | FetchFailure) -> bool:
    """Whether a page is missing because of our limits: to come back for it brings no more."""
    return isinstance(missing, FetchFailure) and missing.reason is Reason.TOO_LARGE


def _is_same_host(url: str, other: str) -> bool:
    return urlsplit(url).netloc == urlsplit(other).netloc


def _is_success(capture: Capture) -> bool:
    return 200 <= capture.status < 300

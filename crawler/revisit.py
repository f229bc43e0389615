"""Asking a server whether a page is still what it was (RFC 9110, conditional requests), and its "yes"."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.frontier import VALIDATORS
from crawler.items import Sighting
from sites.recipes import load_recipes

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from archive.frontier import Validators

NOT_MODIFIED = 304
_HEADERS = ("If-None-Match", "If-Modified-Since")


class Revisit:
    """Downloader middleware: sends the validators of the last visit; a 304 becomes a sighting, whichever spider asks.

    They go to the address they came from only: what a redirect leads to now may be another page.
    """

    def process_request(self, request: "Request") -> None:
        """Put the validators into the headers."""
        for header in _HEADERS:
            request.headers.pop(header, None)  # a redirect brings those of the address before it
        found: Validators | None = request.meta.get(VALIDATORS)
        if found is None or found.url != request.url:
            return
        for header, value in zip(_HEADERS, (found.etag, found.last_modified), strict=True):
            if value:
                request.headers[header] = value.encode("latin-1", "replace")

    def process_response(self, request: "Request", response: "Response") -> "Response":
        """Hand a 304 to `sighted` instead of the spider: there is no page in it to read.

        One that nobody asked for stays what it is, an answer without a page.
        """
        if response.status == NOT_MODIFIED and any(header in request.headers for header in _HEADERS):
            request.callback = sighted
        return response


def sighted(response: "Response") -> Iterator[Sighting]:
    """The fact that a page is what it was."""
    assert response.request is not None  # noqa: S101 - Scrapy sets it on every response it hands over
    redirected: list[str] = response.request.meta.get("redirect_urls", [])
    yield Sighting(
        url=response.url,
        requested_url=redirected[0] if redirected and redirected[0] != response.url else None,
        seen_at=datetime.now(UTC),
        site=load_recipes().site_of(response.url),
    )

"""From Scrapy's words to ours: a response becomes a `Capture`, a failed request a `FetchFailure`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.failures import explain
from crawler.items import Capture, FetchFailure, Reason

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

MAX_DETAIL = 300  # characters of an error that are kept: the start says what it is


def requested_url(request: "Request") -> str:
    """The address that was asked for before any redirect."""
    redirected: list[str] = request.meta.get("redirect_urls", [])
    return redirected[0] if redirected else request.url


def to_capture(response: "Response", request: "Request", *, site: str) -> Capture:
    """The response as fetched: its bytes without their transfer and content encoding, its headers as received."""
    asked = requested_url(request)
    return Capture(
        url=response.url,
        requested_url=asked if asked != response.url else None,
        status=response.status,
        headers=tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ),
        body=response.body,
        fetched_at=datetime.now(UTC),
        site=site,
    )


def to_failure(error: BaseException | None, request: "Request", *, site: str) -> FetchFailure:
    """The fact that a request failed, with its reason."""
    reason, detail = explain(error)
    return not_fetched(request, reason, detail, site=site)


def not_fetched(request: "Request", reason: Reason, detail: str, *, site: str) -> FetchFailure:
    """The fact that a request got no response to keep."""
    asked = requested_url(request)
    return FetchFailure(
        url=request.url,
        requested_url=asked if asked != request.url else None,
        reason=reason,
        detail=detail[:MAX_DETAIL],
        failed_at=datetime.now(UTC),
        site=site,
    )

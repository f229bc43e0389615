"""From Scrapy's words to ours: a response becomes a `Capture`, a failed request a `FetchFailure`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import ResponseFailed

from crawler.guard import Refused
from crawler.items import Capture, FetchFailure, Reason

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

MAX_DETAIL = 300  # characters of an error that are kept: the start says what it is

# What Scrapy raises → why we say it failed, and in which words (None: its own). The first match counts.
FAILURES: tuple[tuple[type[BaseException], str, Reason, str | None], ...] = (
    (IgnoreRequest, "max redirections reached", Reason.REDIRECT_LOOP, "more redirects than are followed"),
    (IgnoreRequest, "exceeded DOWNLOAD_MAXSIZE", Reason.TOO_LARGE, "larger than is fetched, once decompressed"),
    (DownloadCancelledError, "", Reason.TOO_LARGE, "larger than is fetched"),  # the only cancelling Scrapy does
    (DownloadTimeoutError, "", Reason.TIMEOUT, None),
    (ResponseDataLossError, "", Reason.UNREADABLE, "the response was cut short"),
    (CannotResolveHostError, "", Reason.UNREACHABLE, "the name does not resolve"),
    (DownloadConnectionRefusedError, "", Reason.UNREACHABLE, "the connection was refused"),
    (DownloadFailedError, "", Reason.UNREACHABLE, None),
    (ConnectError, "", Reason.UNREACHABLE, None),
    (ConnectionClosed, "", Reason.UNREACHABLE, None),
    (UnsupportedURLSchemeError, "", Reason.REFUSED_ADDRESS, "only http and https are fetched"),
    (NotSupported, "", Reason.REFUSED_ADDRESS, "only http and https are fetched"),
    (ValueError, "invalid hostname", Reason.UNREACHABLE, "the name cannot exist"),
    (OSError, "", Reason.UNREADABLE, "its compression is damaged"),  # what Scrapy's decompression raises
)


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


def explain(error: BaseException | None) -> tuple[Reason, str]:
    """Why a request failed, for the machine and in one line for people.

    >>> explain(DownloadConnectionRefusedError())
    (<Reason.UNREACHABLE: 'unreachable'>, 'the connection was refused')
    """
    if isinstance(error, Refused):
        return error.reason, error.detail
    for kind, containing, reason, words in FAILURES:
        if isinstance(error, kind) and containing in str(error):
            return reason, words or _words(error)
    return Reason.INTERNAL, f"{type(error).__name__}: {_words(error)}"


def _words(error: BaseException | None) -> str:
    """An error's own message on one line; Twisted hides the cause of a failed response in a list."""
    cause = error.__cause__ if error else None
    if isinstance(cause, ResponseFailed) and cause.reasons:
        return " ".join(cause.reasons[-1].getErrorMessage().split())
    return " ".join(str(error).split()) or type(error).__name__

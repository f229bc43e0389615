"""Why a request got no response: Scrapy's and Twisted's errors in our closed set of reasons, and in one line."""

from OpenSSL.SSL import Error as TlsError
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
from crawler.items import Reason

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
        error = cause.reasons[-1].value
    if isinstance(error, TlsError) and error.args:
        # OpenSSL's queue of (library, function, words)
        return "TLS: " + "; ".join(str(entry[-1]) for entry in error.args[0])
    return " ".join(str(error).split()) or type(error).__name__

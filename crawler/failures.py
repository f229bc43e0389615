"""Why a request got no response: Scrapy's and Twisted's errors in our closed set of reasons, and in one line."""

import sys
import zlib

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
    StopDownload,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import ResponseFailed

from crawler.guard import Refused
from crawler.handlers import HeaderFlood
from crawler.items import Reason

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError
else:
    from backports.zstd import ZstdError

UNREACHED = (ConnectError, ConnectionClosed, TlsError)

# What Scrapy raises → why we say it failed, and in which words (None: its own). The first match counts.
FAILURES: tuple[tuple[type[BaseException], str, Reason, str | None], ...] = (
    (IgnoreRequest, "max redirections reached", Reason.REDIRECT_LOOP, "more redirects than are followed"),
    (IgnoreRequest, "exceeded DOWNLOAD_MAXSIZE", Reason.TOO_LARGE, "larger than is fetched, once decompressed"),
    (DownloadCancelledError, "", Reason.TOO_LARGE, "larger than is fetched"),  # the only cancelling Scrapy does
    (DownloadTimeoutError, "", Reason.TIMEOUT, None),
    (ResponseDataLossError, "", Reason.UNREADABLE, "the response was cut short"),
    (CannotResolveHostError, "", Reason.UNREACHABLE, "the name does not resolve"),
    (DownloadConnectionRefusedError, "", Reason.UNREACHABLE, "the connection was refused"),
    *((kind, "", Reason.UNREACHABLE, None) for kind in UNREACHED),
    (DownloadFailedError, "", Reason.UNREACHABLE, None),
    (StopDownload, "", Reason.TOO_LARGE, "its headers are larger than is read"),  # the guard's
    (HeaderFlood, "", Reason.TOO_LARGE, "its headers do not end"),
    (UnsupportedURLSchemeError, "", Reason.REFUSED_ADDRESS, "only http and https are fetched"),
    (NotSupported, "", Reason.REFUSED_ADDRESS, "only http and https are fetched"),
    (ValueError, "invalid hostname", Reason.UNREACHABLE, "the name cannot exist"),
    (ValueError, "", Reason.HTTP_ERROR, "it redirects to what is no address"),
    # what Scrapy's decompression raises
    (zlib.error, "", Reason.UNREADABLE, "its compression is damaged"),
    (ZstdError, "", Reason.UNREADABLE, "its compression is damaged"),
    (OSError, "", Reason.UNREADABLE, "its compression is damaged"),
)


def explain(error: BaseException | None) -> tuple[Reason, str]:
    """Why a request failed, for the machine and in one line for people.

    >>> explain(DownloadConnectionRefusedError())
    (<Reason.UNREACHABLE: 'unreachable'>, 'the connection was refused')
    """
    if isinstance(error, Refused):
        return error.reason, error.detail
    root = _root(error)
    if root is not error and not isinstance(root, (*UNREACHED, HeaderFlood)):
        return Reason.UNREADABLE, f"the answer is not HTTP: {_words(root)}"
    for kind, containing, reason, words in FAILURES:
        if isinstance(root, kind) and containing in str(root):
            return reason, words or _words(root)
    return Reason.INTERNAL, f"{type(root).__name__}: {_words(root)}"


def _root(error: BaseException | None) -> BaseException | None:
    """What went wrong with a failed download; Twisted hides it in a list."""
    cause = error.__cause__ if isinstance(error, DownloadFailedError) else None
    return cause.reasons[-1].value if isinstance(cause, ResponseFailed) and cause.reasons else error


def _words(error: BaseException | None) -> str:
    """An error's own message on one line."""
    if isinstance(error, TlsError) and error.args:
        # OpenSSL's queue of (library, function, words)
        return "TLS: " + "; ".join(str(entry[-1]) for entry in error.args[0])
    return " ".join(str(error).split()) or type(error).__name__

"""Every way a request can fail has its reason and one line."""

import zlib

import pytest
from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    StopDownload,
)
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from crawler.failures import explain
from crawler.guard import Refused
from crawler.handlers import HeaderFlood
from crawler.items import Reason


def _failed_response(error: Exception) -> DownloadFailedError:
    failed = DownloadFailedError("[<twisted.python.failure.Failure …>]")
    failed.__cause__ = ResponseFailed([Failure(error)])
    return failed


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (Refused(Reason.ROBOTS, "robots.txt disallows it"), Reason.ROBOTS, "robots.txt disallows it"),
        (IgnoreRequest("max redirections reached"), Reason.REDIRECT_LOOP, "more redirects"),
        (IgnoreRequest("… exceeded DOWNLOAD_MAXSIZE (9 B) during decompression."), Reason.TOO_LARGE, "decompressed"),
        (DownloadCancelledError("Expected to receive 9 bytes"), Reason.TOO_LARGE, "larger than is fetched"),
        (
            DownloadTimeoutError("Getting it took longer\n than 1 s."),
            Reason.TIMEOUT,
            "Getting it took longer than 1 s.",
        ),
        (ResponseDataLossError(), Reason.UNREADABLE, "cut short"),
        (CannotResolveHostError("DNS"), Reason.UNREACHABLE, "does not resolve"),
        (DownloadConnectionRefusedError(), Reason.UNREACHABLE, "refused"),
        (_failed_response(ConnectionLost("gone")), Reason.UNREACHABLE, "gone"),
        (
            _failed_response(TlsError([("SSL routines", "", "certificate verify failed")])),
            Reason.UNREACHABLE,
            "TLS: certificate verify failed",
        ),
        (ConnectionLost("gone"), Reason.UNREACHABLE, "gone"),
        (ValueError("invalid hostname: a..b"), Reason.UNREACHABLE, "cannot exist"),
        (OSError("Not a gzipped file"), Reason.UNREADABLE, "compression"),
        (zlib.error("Error -3"), Reason.UNREADABLE, "compression"),
        (StopDownload(fail=True), Reason.TOO_LARGE, "headers"),
        (ValueError("Invalid IPv6 URL"), Reason.HTTP_ERROR, "redirects to what is no address"),
        (_failed_response(HeaderFlood()), Reason.TOO_LARGE, "headers do not end"),
        (_failed_response(ValueError("conflicting Content-Length")), Reason.UNREADABLE, "not HTTP: conflicting"),
        (_failed_response(RuntimeError("non-integer status code")), Reason.UNREADABLE, "not HTTP: non-integer"),
        (ZeroDivisionError("division by zero"), Reason.INTERNAL, "ZeroDivisionError: division by zero"),
    ],
)
def test_every_error_has_its_reason_and_one_line(error: Exception, reason: Reason, detail: str) -> None:
    found, words = explain(error)
    assert found is reason
    assert detail in words
    assert "\n" not in words

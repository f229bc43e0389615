"""Scrapy's download handler for HTTP, with an end to what a server may send before the page: its headers.

Scrapy bounds bodies, and looks at headers once all of them are there. A server that never stops sending them would fill
the memory until the time for a response is over: 40 MB in four seconds were measured, in lines of sixty bytes.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol

from crawler.guard import MAX_HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler


class HeaderFlood(Exception):  # noqa: N818 - named after what a server does
    """A server sent more headers than are read."""


class Http(HTTP11DownloadHandler):
    """Download handler: Scrapy's own, which ends a connection over which a flood of headers comes."""

    def __init__(self, crawler: "Crawler") -> None:
        super().__init__(crawler)
        # Neither Scrapy nor Twisted has a place for it: each connection's protocol is made by the pool's factory.
        self._pool._factory = _bounded(self._pool._factory)  # noqa: SLF001 - as Scrapy itself sets it


def _bounded(factory: type[Any]) -> type[Any]:
    """A factory of connections whose responses have a bound for what comes before the body."""

    class Bounded(factory):  # type: ignore[misc]  # a class that is only known when it runs
        def buildProtocol(self, address: object) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's name
            protocol: HTTP11ClientProtocol = super().buildProtocol(address)
            protocol.dataReceived = partial(_received, protocol, protocol.dataReceived)  # type: ignore[method-assign]  # one connection's
            return protocol

    return Bounded


def _received(protocol: HTTP11ClientProtocol, then: "Callable[[bytes], None]", data: bytes) -> None:
    """Take bytes in, and give the connection up where they are headers without end."""
    parser = protocol._parser  # noqa: SLF001 - what reads the response that is being received
    then(data)
    if parser is None or parser.state not in {STATUS, HEADER}:
        return
    size = vars(parser)["size_of_head"] = vars(parser).get("size_of_head", 0) + len(data)
    if size > MAX_HEADERS:
        protocol._giveUp(Failure(HeaderFlood()))  # type: ignore[no-untyped-call]  # noqa: SLF001 - Twisted's own way out

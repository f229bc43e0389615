"""The sample web on loopback: six hosts of invented pages, the same bytes every time.

`python -m samples.web` serves it until Ctrl-C and prints the addresses to start from. Where the system has the whole
network 127.0.0.0/8 (Linux) each host has an address of its own and all have one port; elsewhere (macOS) all are
127.0.0.1 and each has a port of its own.
"""

import hashlib
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from samples.hosts import hijacked, oddities, outlet, parts, tables, traditional
from samples.pages import Gold, SamplePage, Site

PORT = 8093  # the demo's first choice: the same addresses each time give the same articles, not new ones
LAST_MODIFIED = formatdate(1_775_120_400, usegmt=True)  # 2 April 2026: when the youngest article was published

_NOT_FOUND = SamplePage(
    path="",
    body=b"<html><body><h1>404 Not Found</h1></body></html>",
    status=404,
    headers={"Content-Type": "text/html"},
)


@cache
def sites() -> tuple[Site, ...]:
    """The hosts, built once."""
    return tuple(module.site() for module in (outlet, tables, parts, hijacked, traditional, oddities))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One address to start from, and what a crawl must store for it.

    Attributes:
        site: the key of the site.
        base: where it is served.
        url: the address to ask for.
        answer_url: the address that answers.
    """

    site: str
    base: str
    url: str
    answer_url: str
    gold: Gold = field(repr=False)


class SampleWeb:
    """The running sample web.

    Attributes:
        bases: site key → the address its paths are put behind, like `http://127.0.0.2:8093`.
    """

    def __init__(self, bases: dict[str, str], pages: dict[str, dict[str, SamplePage]]) -> None:
        self.bases = bases
        self._pages = pages

    def put(self, site: str, page: SamplePage) -> None:
        """Serve this page from now on: what comes back to a site after a while finds it changed."""
        self._pages[site][page.path] = page

    def page(self, site: str, path: str) -> SamplePage:
        """What is served at a path.

        Raises:
            KeyError: nothing is.
        """
        return self._pages[site][path]

    def expected(self) -> tuple[Expected, ...]:
        """Every address to start from, with what must come of it, in the order of the sites."""
        return tuple(
            Expected(site=site, base=base, url=base + page.path, answer_url=base + page.gold.path, gold=page.gold)
            for site, base in self.bases.items()
            for page in self._pages[site].values()
            if page.gold
        )

    def start_urls(self) -> tuple[str, ...]:
        """Every address to start from."""
        return tuple(expected.url for expected in self.expected())

    def allowed_addresses(self) -> tuple[str, ...]:
        """What `--allow-address` must name for a crawl of this web."""
        return tuple(base.removeprefix("http://") for base in self.bases.values())


@contextmanager
def serve(port: int = 0, *, one_address: bool = False) -> Iterator[SampleWeb]:
    """Run the sample web in threads of this process until the context ends.

    Args:
        port: the port wished for; where it is taken, and for 0, free ones are found.
        one_address: use ports of 127.0.0.1 even where there are more addresses.
    """
    keys = [site.key for site in sites()]
    pages = {site.key: {page.path: page for page in site.pages} for site in sites()}
    with ExitStack() as stack:
        servers = _bind(len(keys), port, one_address=one_address)
        bases = {}
        for key, server in zip(keys, servers, strict=True):
            stack.enter_context(server)
            server.RequestHandlerClass = _handler(pages[key])
            host, number = server.server_address[:2]
            bases[key] = f"http://{host!s}:{number}"
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            stack.callback(server.shutdown)
        yield SampleWeb(bases, pages)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # On Windows and some BSDs it would let two programs share the port.
    allow_reuse_port = False

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in socketserver
        """A client that hangs up is no news."""


def _bind(count: int, port: int, *, one_address: bool) -> Sequence[_Server]:
    """Listening servers, in order: on 127.0.0.1, 127.0.0.2 … with one port, or on ports of 127.0.0.1."""
    own = [(f"127.0.0.{number}", port) for number in range(1, count + 1)]
    shared = [("127.0.0.1", port + number if port else 0) for number in range(count)]
    tries = [own, [(host, 0) for host, _ in own], shared, [(host, 0) for host, _ in shared]]
    for addresses in tries[2:] if one_address else tries:
        servers: list[_Server] = []
        try:
            for host, number in addresses:
                chosen = number or (servers[0].server_port if servers and addresses[0][0] != addresses[1][0] else 0)
                servers.append(_Server((host, chosen), BaseHTTPRequestHandler))
        except OSError:  # the port is taken, or the system has no such address
            for server in servers:
                server.server_close()
            continue
        return servers
    raise OSError(f"no {count} ports of 127.0.0.1 are free")


def _handler(pages: Mapping[str, SamplePage]) -> type[BaseHTTPRequestHandler]:
    """A request handler that answers with the page of a path."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "SampleWeb"
        sys_version = ""

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Print nothing."""

        def _answer(self, *, with_body: bool) -> None:
            page = pages.get(self.path, _NOT_FOUND)
            etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
            status = page.status
            if status == HTTPStatus.OK and etag in self.headers.get("If-None-Match", ""):
                status = HTTPStatus.NOT_MODIFIED
            self.send_response(status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if page.status == HTTPStatus.OK:
                self.send_header("ETag", etag)
                self.send_header("Last-Modified", LAST_MODIFIED)
            if status != HTTPStatus.NOT_MODIFIED:
                self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            if with_body and status != HTTPStatus.NOT_MODIFIED:
                self.wfile.write(page.body)

    return Handler


def main() -> None:
    """Serve until Ctrl-C; print each host and the addresses to start from."""
    about = {site.key: f"{site.name}: {site.about}" for site in sites()}
    with serve(PORT) as web:
        for key, base in web.bases.items():
            sys.stdout.write(f"\n{base}  {about[key]}\n")
            for expected in web.expected():
                if expected.site == key:
                    sys.stdout.write(f"  {expected.url}\n")
        allow = " ".join(f"--allow-address {address}" for address in web.allowed_addresses())
        sys.stdout.write(f"\nCrawl them with: repost crawl URL… {allow}\nCtrl-C ends it.\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()

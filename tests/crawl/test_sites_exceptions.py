"""Rules that a site's file sets aside, over real HTTP and TLS: for its own hosts, with its reason, written down."""

import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TEXT = "青石渡的老粮仓改成了图书馆，二月十一日起对居民开放，底层的谷斗留着，孩子们喜欢坐在里面看书，一坐就是一个下午。"
REASON = "馆方二〇二六年来函，同意整站保存"
COMMAND = (sys.executable, "-c", "from cli.main import main; main()")


class _Page(http.server.BaseHTTPRequestHandler):
    """One article at every address but robots.txt; `/away` leads to where the server says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        away = self.server.away if self.path == "/away" else None
        missing = self.path == "/robots.txt"
        body = b"" if away or missing else self.server.body
        self.send_response(302 if away else 404 if missing else 200)
        if away:
            self.send_header("Location", away)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key with a certificate that is self-signed, for another name, and has run out: broken in every way."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere.example")])
    past = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(past).not_valid_after(past + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "broken.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path, article_html: Callable[..., str]) -> Iterator[Callable[[], Any]]:
    """Starts servers that show the broken certificate; each has `origin`, `asked` and `away`."""
    servers: list[Any] = []

    def start() -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.daemon_threads = True
        server.asked, server.away = Counter(), None
        server.body = article_html("老粮仓改成图书馆", TEXT, TEXT.replace("青石渡", "对岸"), TEXT[::-1]).encode()
        server.host = f"127.0.0.1:{server.server_port}"
        server.origin = f"https://{server.host}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Write a site file for the crawls of this test."""

    def write(name: str, host: str, **exceptions: str) -> None:
        lines = [f"hosts = [{json.dumps(host)}]"]
        if exceptions:
            lines += ["[exceptions]", *(f"{rule} = {json.dumps(why)}" for rule, why in exceptions.items())]
        (tmp_path / f"{name}.toml").write_text("\n".join(lines), encoding="utf-8")

    monkeypatch.setenv("REPOST_SITES", str(tmp_path))
    return write


@pytest.fixture(autouse=True)
def fresh(crawl: Any, web: Any) -> None:
    """An archive and a web of its own for each test."""
    web.pages.clear()
    web.asked.clear()
    for path in crawl.archive.parent.glob("archive.db*"):
        path.unlink()


def _status(archive: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*COMMAND, "status", "--json", "--db", str(archive)],
        capture_output=True, text=True, timeout=60, check=True, env={**os.environ},
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_broken_certificate_is_not_accepted(secure: Any, crawl: Any, sites: Callable[..., None]) -> None:
    server = secure()
    sites("other", "other.example", certificate=REASON)
    done = crawl([server.origin + "/1.html"], ALLOWED_ADDRESSES=["127.0.0.1"])
    (failure,) = done.summary["failures"]
    assert failure["reason"] == "unreachable"
    assert "certificate" in failure["detail"]
    assert server.asked == {}, "nothing was said to whoever showed it"
    assert done.summary["exceptions"] == []


def test_a_broken_certificate_is_accepted_where_the_sites_file_says_why(
    secure: Any, crawl: Any, sites: Callable[..., None], rows_of: Any
) -> None:
    server = secure()
    sites("granary", server.host, certificate=REASON)
    done = crawl([f"{server.origin}/{number}.html" for number in (1, 2)], ALLOWED_ADDRESSES=["127.0.0.1"])
    assert done.code == 0, done.stderr
    rows = rows_of(crawl.archive, "SELECT site, host, rule, reason FROM exceptions")
    assert rows == [("granary", server.host, "certificate", REASON)]
    (noted,) = done.summary["exceptions"]
    assert (noted["host"], noted["reason"]) == (server.host, REASON)
    (shown,) = [line for line in _status(crawl.archive) if line["type"] == "exception"]
    assert (shown["site"], shown["rule"], shown["reason"]) == ("granary", "certificate", REASON)


def test_an_exception_ends_with_the_sites_hosts(secure: Any, crawl: Any, sites: Callable[..., None]) -> None:
    """A redirect from a host whose certificate is accepted leads under the rules again."""
    ours, theirs = secure(), secure()
    ours.away = theirs.origin + "/1.html"
    sites("granary", ours.host, certificate=REASON)
    done = crawl([ours.origin + "/away"], ALLOWED_ADDRESSES=["127.0.0.1"])
    assert done.summary["failures"][0]["reason"] == "unreachable"
    assert (ours.asked["/away"], theirs.asked) == (1, {})


def test_robots_is_ignored_only_where_the_sites_file_says_why(
    web: Any, crawl: Any, sites: Callable[..., None], article_html: Callable[..., str], rows_of: Any
) -> None:
    web.page("/robots.txt", "User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})
    page = article_html("老粮仓改成图书馆", TEXT, TEXT.replace("青石渡", "对岸"))
    url = web.page("/1.html", page)
    other = url.replace("127.0.0.1", "localhost")
    sites("granary", web.origin.removeprefix("http://"), robots=REASON)
    done = crawl([url, other])
    assert done.summary["outcomes"] == {"new": 1, "failed": 1}
    assert done.summary["reasons"] == {"robots": 1}, "the same machine under a name that the file does not have"
    host = web.origin.removeprefix("http://")
    rows = rows_of(crawl.archive, "SELECT site, host, rule, reason, first_at = last_at FROM exceptions")
    assert rows == [("granary", host, "robots", REASON, 1)]
    crawl([url])
    assert rows_of(crawl.archive, "SELECT count(*), min(first_at < last_at) FROM exceptions") == [(1, 1)]


def test_no_setting_ignores_robots(web: Any, crawl: Any, article_html: Callable[..., str]) -> None:
    web.page("/robots.txt", "User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})
    url = web.page("/1.html", article_html("老粮仓改成图书馆", TEXT))
    done = crawl([url], ROBOTSTXT_OBEY=False)
    assert done.summary["reasons"] == {"robots": 1}
    assert web.asked["/1.html"] == 0
    assert "only [exceptions] of a site file" in done.stderr

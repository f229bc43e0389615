"""Shared fixtures: a small web on loopback, good and bad pages alike, and crawls of it in processes of their own."""

import http.server
import json
import os
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

ROOT = Path(__file__).parents[1]

# A reactor runs once a process, so each crawl has its own. What Scrapy says is out of date stops it. sqlite-utils
# imports pandas where it finds it, which users need not have and which would be a third of a short crawl.
CHILD = """
import dataclasses, json, sys, warnings
sys.modules["pandas"] = None
from scrapy.exceptions import ScrapyDeprecationWarning
warnings.simplefilter("error", ScrapyDeprecationWarning)
from crawler.run import run
if sys.argv[2]:
    from pipelines import processes
    processes._CONTEXT.set_forkserver_preload([sys.argv[2]])
summary = run(*json.loads(sys.argv[1]))
print(json.dumps({**dataclasses.asdict(summary), "exit_code": summary.exit_code}, default=str))
sys.exit(summary.exit_code)
"""

Answer = Callable[["Handler"], None]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from the web's table; an address that is not in it is not found."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.web.asked[self.path] += 1
        answer = self.server.web.pages.get(self.path)
        if answer is None:
            self.reply(b"<html><body>not found</body></html>", status=404)
        else:
            answer(self)

    def reply(self, body: bytes, *, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> None:
        """A whole, correct response."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """Break the connection off as hard as TCP can."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """A site on loopback.

    Attributes:
        origin: `http://127.0.0.1:PORT`.
        pages: path → how it is answered; tests may change it between two crawls.
        asked: path → how often it was asked for.
    """

    origin: str
    pages: dict[str, Answer]
    asked: Counter[str]

    def page(self, path: str, body: bytes | str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> str:
        """Put a page on the web and return its address."""
        raw = body if isinstance(body, bytes) else body.encode()
        sent = {"Content-Type": "text/html", **(headers or {})}
        self.pages[path] = lambda handler: handler.reply(raw, status=status, headers=tuple(sent.items()))
        return self.origin + path

    def answer(self, path: str, answer: Answer) -> str:
        """Let a function answer for a path and return its address."""
        self.pages[path] = answer
        return self.origin + path

    def redirect(self, path: str, to: str) -> str:
        """Let a path lead elsewhere and return its address."""
        return self.page(path, b"", status=302, headers={"Location": to})


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """One finished crawl.

    Attributes:
        code: the exit code.
        summary: the run's summary as JSON, empty where there was none.
        stderr: what it said.
    """

    code: int
    summary: Mapping[str, Any]
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawler:
    """Starts crawls of a web into one archive.

    Attributes:
        archive: the archive's path.
        overrides: settings of every crawl.
        cleans_with: a module that the processes which clean import first; for pages that are hard to clean.
    """

    archive: Path
    overrides: Mapping[str, Any]
    cleans_with: str = ""

    def start(self, urls: Sequence[str], **overrides: Any) -> "subprocess.Popen[str]":
        """Start a crawl of the given addresses, as a job of its own unless `JOB` says otherwise."""
        return self._start("pages", {"urls": list(urls)}, {"JOB": uuid4().hex, **overrides})

    def start_update(self, **overrides: Any) -> "subprocess.Popen[str]":
        """Start an update of everything that is due."""
        return self._start("update", {}, overrides)

    def discover(self, urls: Sequence[str], *, limits: Mapping[str, Any] | None = None, **arguments: Any) -> Crawl:
        """Crawl the articles that the given addresses lead to."""
        return self.finish(self.start_discover(urls, arguments, **(limits or {})))

    def start_discover(
        self, urls: Sequence[str], arguments: Mapping[str, Any], **overrides: Any
    ) -> "subprocess.Popen[str]":
        """Start a crawl of the articles that the given addresses lead to."""
        return self._start("discover", {"urls": list(urls), **arguments}, {"JOB": uuid4().hex, **overrides})

    def _start(
        self, spider: str, arguments: Mapping[str, Any], overrides: Mapping[str, Any]
    ) -> "subprocess.Popen[str]":
        settings = {**self.overrides, "ARCHIVE_PATH": str(self.archive), **overrides}
        command = [sys.executable, "-c", CHILD, json.dumps([spider, arguments, settings]), self.cleans_with]
        return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process: "subprocess.Popen[str]", *, timeout: float = 60) -> Crawl:
        """Wait for a crawl's end."""
        stdout, stderr = process.communicate(timeout=timeout)
        return Crawl(code=process.returncode, summary=json.loads(stdout) if stdout else {}, stderr=stderr)

    def __call__(self, urls: Sequence[str], **overrides: Any) -> Crawl:
        """Crawl the given addresses to the end."""
        return self.finish(self.start(urls, **overrides))

    def update(self, **overrides: Any) -> Crawl:
        """Fetch everything that is due, to the end."""
        return self.finish(self.start_update(**overrides))

    def scrapy(self, *arguments: str) -> Crawl:
        """Run Scrapy's own command in the project."""
        settings = {**self.overrides, "ARCHIVE_PATH": str(self.archive)}
        flat = [part for name, value in settings.items() for part in ("-s", f"{name}={_on_command_line(value)}")]
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments, *flat],
            cwd=ROOT, text=True, capture_output=True, timeout=60, check=False, env={**os.environ, "NO_COLOR": "1"},
        )  # fmt: skip
        return Crawl(code=done.returncode, summary={}, stderr=done.stderr)


def _on_command_line(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """A site on loopback that answers from a table."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.web = Web(origin=f"http://127.0.0.1:{server.server_port}", pages={}, asked=Counter())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.web
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def crawl(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Crawler:
    """Crawls of the web into an archive of this test module, without the delays that real hosts are owed."""
    return Crawler(
        archive=tmp_path_factory.mktemp("crawl") / "archive.db",
        overrides={
            "ALLOWED_ADDRESSES": [web.origin.removeprefix("http://")],
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_START_DELAY": 0,
            "LOG_LEVEL": "WARNING",
            "QUIET": True,
        },
    )


@pytest.fixture(autouse=True)
def _no_site_files_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what `--sites` sets for its process, which is that of all tests here."""
    monkeypatch.setenv("REPOST_SITES", "")
    monkeypatch.delenv("REPOST_SITES")


@pytest.fixture(scope="session")
def article_html() -> Callable[..., str]:
    """An article as a repost site prints it: chrome around, a byline, paragraphs, perhaps a link to its next part."""

    def make(headline: str, *paragraphs: str, next_part: str | None = None) -> str:
        body = "".join(f"<p>　　{paragraph}</p>\n" for paragraph in paragraphs)
        pager = f'<div class="page"><a href="{next_part}">下一页</a></div>' if next_part else ""
        return f"""<!DOCTYPE html><html><head><title>{headline}-蓝桥新闻网</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/xw/">新闻</a> <a href="/ms/">民生</a></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/ms/">民生</a> &gt; 正文</div>
<h1>{headline}</h1>
<div class="info">2026-02-11 15:49:41　来源：云溪日报　作者：林禾</div>
<div class="content">{body}{pager}</div>
<div class="footer">蓝桥新闻网 版权所有</div></body></html>"""

    return make


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., list[tuple[Any, ...]]]:
    """Ask an archive, read-only."""

    def ask(archive: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"{archive.as_uri()}?mode=ro", uri=True)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    return ask


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    """Wait until something is so, within ten seconds."""

    def wait(so: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not so():
            assert time.monotonic() < deadline, "it did not come to be in time"
            time.sleep(0.02)

    return wait

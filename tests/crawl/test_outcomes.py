"""One crawl over real HTTP of everything that a web can answer, compared with the archive row by row; then a second."""

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import brotli
import pytest

from archive.pack import zstd

LONG = (
    "蓝桥县今年第一批共享菜园二月十一日对居民开放，两百四十块地在半天之内全部认领完毕，最早排队的人凌晨五点就到了。",
    "负责菜园的周师傅说，每块地十二平方米，水管、农具和堆肥由社区准备，种什么由认领的人自己决定，收成也归自己。",
    "退休教师何映秋带着孙女来种豌豆。她说孩子分不清韭菜和麦苗，现在每个周末都要来看一看自己种下去的东西长高了没有。",
)
SECOND = ("第二页从河边的旧粮仓说起，那里去年改成了种子图书馆，借出一包种子，秋天要还回两包，账目都写在墙上的黑板上。",)
THIRD = ("第三页记下了最后的收成：两千七百公斤蔬菜，其中三百公斤送到了镇上的敬老院，剩下的在集市上一个早晨就卖完了。",)
ROBOTS = "User-agent: *\nDisallow: /private/\n"


def _endless(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
    except OSError:
        handler.close_connection = True


def _stalls(handler: Any) -> None:
    time.sleep(4)
    handler.close_connection = True


def _cut(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"<html><body>half")
    handler.close_connection = True


def _floods(handler: Any) -> None:
    handler.send_response(200)
    for number in range(20_000):
        handler.send_header(f"X-{number}", "a" * 20)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _drips(handler: Any) -> None:
    """Each byte comes before anyone would call the connection dead."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x")
            time.sleep(0.1)
    except OSError:
        handler.close_connection = True


def _sends_headers_without_end(handler: Any) -> None:
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 50) for number in range(1000))
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(lines)
    except OSError:
        handler.close_connection = True


def _raw(head: bytes, body: bytes) -> Callable[[Any], None]:
    """An answer as it stands, and the connection closed behind it."""

    def answer(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + head + b"\r\n\r\n" + body)
        handler.close_connection = True

    return answer


def _wants_a_cookie(handler: Any) -> None:
    if "Cookie" in handler.headers:
        handler.reply(b"<p>in", headers=[("Content-Type", "text/html")])
    else:
        handler.reply(b"", status=302, headers=[("Set-Cookie", "seen=1"), ("Location", handler.path)])


def _babbles(handler: Any) -> None:
    handler.wfile.write(b"200 is what I say\r\n\r\n")
    handler.close_connection = True


def _fill(web: Any, article_html: Callable[..., str]) -> dict[str, str]:
    """Put every case on the web; the address to ask for, by the case's name."""
    article = article_html("共享菜园半天认领一空", *LONG)
    web.page("/robots.txt", ROBOTS, headers={"Content-Type": "text/plain"})
    moved = web.page("/moved.html", article_html("旧粮仓变成种子图书馆", *SECOND, *LONG))
    web.page("/split101_2.html", article_html("一块菜地的三页账本", *SECOND, next_part="split101_3.html"))
    web.page("/split101_3.html", article_html("一块菜地的三页账本", *THIRD))
    web.page("/torn102_2.html", "gone", status=500)
    return {
        "article": web.page("/1.html", article),
        "lying charset": web.page(
            "/gbk.html",
            article_html("县城书店夜里不打烊", *LONG).encode("gb18030"),
            headers={"Content-Type": "text/html; charset=utf-8"},
        ),
        "compressed": web.page(
            "/gzip.html",
            gzip.compress(article_html("集市搬到了河对岸", *LONG).encode()),
            headers={"Content-Encoding": "gzip", "X-Served-By": "lanqiao"},
        ),
        "redirect": web.redirect("/old.html", moved),
        "split": web.page("/split101.html", article_html("一块菜地的三页账本", *LONG, next_part="split101_2.html")),
        "torn": web.page("/torn102.html", article_html("只剩第一页的账本", *LONG, next_part="torn102_2.html")),
        "missing": web.origin + "/missing.html",
        "error": web.page("/error.html", "oops", status=503),
        "empty": web.page("/empty.html", ""),
        "loop": web.redirect("/loop.html", "/loop.html"),
        "inside": web.redirect("/inside.html", "http://10.0.0.1/admin"),
        "metadata": web.redirect("/metadata.html", "http://[::ffff:169.254.169.254]/latest/"),
        "other port": web.redirect("/port.html", "http://127.0.0.1:9/"),
        "local file": web.redirect("/file.html", "file:///etc/hostname"),
        "private": web.page("/private/1.html", article),
        "reset": web.answer("/reset.html", lambda handler: handler.reset()),
        "stalls": web.answer("/stalls.html", _stalls),
        "cut": web.answer("/cut.html", _cut),
        "huge": web.page("/huge.html", b"x" * 1_500_000),
        "endless": web.answer("/endless.html", _endless),
        "bomb": web.page("/bomb.html", gzip.compress(b"\0" * 30_000_000), headers={"Content-Encoding": "gzip"}),
        "brotli bomb": web.page(
            "/br.html", brotli.compress(b"\0" * 30_000_000, quality=5), headers={"Content-Encoding": "br"}
        ),
        "zstd bomb": web.page("/zstd.html", zstd.compress(b"\0" * 30_000_000), headers={"Content-Encoding": "zstd"}),
        "drip": web.answer("/drip.html", _drips),
        "endless headers": web.answer("/headers.html", _sends_headers_without_end),
        "said too short": web.answer("/short.html", _raw(b"Content-Length: 30", article.encode())),
        "chunk cut": web.answer("/chunk.html", _raw(b"Transfer-Encoding: chunked", b"4000\r\n<p>half")),
        "no chunk": web.answer("/no-chunk.html", _raw(b"Transfer-Encoding: chunked", b"zz\r\n<p>half\r\n0\r\n\r\n")),
        "cookie wall": web.answer("/cookie.html", _wants_a_cookie),
        **{f"{status}": web.page(f"/{status}.html", "oops", status=status) for status in (500, 502, 504)},
        "password": web.redirect("/password.html", f"http://a:secret@{web.origin.removeprefix('http://')}/1.html"),
        "flood": web.answer("/flood.html", _floods),
        "not http": web.answer("/babble.html", _babbles),
        "broken redirect": web.redirect("/broken.html", "http://[::1"),
        "damaged": web.page("/damaged.html", b"not gzip", headers={"Content-Encoding": "gzip"}),
        "refused address": "http://192.168.7.7/1.html",
        "decimal address": "http://2130706433/1.html",
        "octal address": "http://0177.0.0.1/1.html",
        "hexadecimal address": "http://0x7f.0x1/1.html",
        "short address": "http://127.1/1.html",
        "impossible name": web.redirect("/impossible.html", "http://lanqiao..example/"),
        "unknown name": "http://lanqiao.invalid/1.html",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The first crawl, of everything.

    Attributes:
        urls: the address that was asked for, by case.
        done: how it ended.
        ask: queries its archive.
    """

    urls: dict[str, str]
    done: Any
    ask: Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def first(web: Any, crawl: Any, article_html: Callable[..., str], rows_of: Callable[..., Any]) -> First:
    urls = _fill(web, article_html)
    done = crawl(list(urls.values()), DOWNLOAD_TIMEOUT=1, DOWNLOAD_MAXSIZE=1_000_000, RETRY_TIMES=0)
    return First(urls=urls, done=done, ask=partial(rows_of, crawl.archive))


@pytest.mark.parametrize(
    ("case", "state", "reason"),
    [
        ("article", "article", None),
        ("lying charset", "article", None),
        ("compressed", "article", None),
        ("redirect", "redirected", None),
        ("split", "article", None),
        ("torn", "article", None),
        ("missing", "rejected", "http-error"),
        ("error", "rejected", "http-error"),
        ("empty", "rejected", "empty"),
        ("loop", "failed", "redirect-loop"),
        ("inside", "redirected", None),
        ("metadata", "redirected", None),
        ("other port", "redirected", None),
        ("local file", "rejected", "http-error"),
        ("private", "failed", "robots"),
        ("reset", "failed", "unreachable"),
        ("stalls", "failed", "timeout"),
        ("cut", "failed", "unreadable"),
        ("huge", "failed", "too-large"),
        ("endless", "failed", "too-large"),
        ("bomb", "failed", "too-large"),
        ("flood", "failed", "too-large"),
        ("brotli bomb", "failed", "too-large"),
        ("zstd bomb", "failed", "too-large"),
        ("drip", "failed", "timeout"),
        ("endless headers", "failed", "too-large"),
        ("said too short", "rejected", "empty"),
        ("chunk cut", "failed", "unreadable"),
        ("no chunk", "failed", "unreadable"),
        ("cookie wall", "failed", "redirect-loop"),
        ("500", "rejected", "http-error"),
        ("502", "rejected", "http-error"),
        ("504", "rejected", "http-error"),
        ("password", "redirected", None),
        ("not http", "failed", "unreadable"),
        ("broken redirect", "failed", "http-error"),
        ("damaged", "failed", "unreadable"),
        ("refused address", "failed", "refused-address"),
        ("decimal address", "failed", "refused-address"),
        ("octal address", "failed", "refused-address"),
        ("hexadecimal address", "failed", "refused-address"),
        ("short address", "failed", "refused-address"),
        ("impossible name", "redirected", None),
        ("unknown name", "failed", "unreachable"),
    ],
)
def test_every_address_has_its_outcome(case: str, state: str, reason: str | None, first: First) -> None:
    url = first.urls[case]
    assert first.ask("SELECT state, reason FROM urls WHERE url = ?", url) == [(state, reason)]


@pytest.mark.parametrize(
    ("case", "to", "detail"),
    [
        ("inside", "http://10.0.0.1/admin", "10.0.0.1 is not a public address (private)"),
        ("metadata", "http://[::ffff:169.254.169.254]/latest/", "cloud metadata, 169.254.169.254 inside IPv6"),
        ("other port", "http://127.0.0.1:9/", "127.0.0.1 is not a public address (loopback)"),
    ],
)
def test_a_redirect_to_a_place_that_is_not_public_is_refused_there(
    case: str, to: str, detail: str, first: First
) -> None:
    query = "SELECT redirects_to FROM urls WHERE url = ?"
    assert first.ask(query, first.urls[case]) == [(to,)]
    ((reason, said),) = first.ask("SELECT reason, detail FROM urls WHERE url = ?", to)
    assert reason == "refused-address"
    assert detail in said


def test_refused_pages_were_never_asked_for(first: First, web: Any) -> None:
    assert first.done.code == 1
    assert web.asked["/private/1.html"] == 0
    assert web.asked["/robots.txt"] == 1


def test_a_redirected_page_is_kept_under_the_address_that_answered(first: First, web: Any) -> None:
    query = "SELECT url, requested_url, status FROM captures WHERE requested_url = ?"
    assert first.ask(query, first.urls["redirect"]) == [(web.origin + "/moved.html", web.origin + "/old.html", 200)]


def test_the_parts_of_a_split_article_are_one_article(first: First, web: Any) -> None:
    ((capture, body),) = first.ask(
        "SELECT c.id, body FROM captures c JOIN versions v ON v.id = c.version_id WHERE c.url = ?",
        first.urls["split"],
    )
    for paragraph in (*LONG, *SECOND, *THIRD):
        assert paragraph in body
    assert first.ask("SELECT url, part FROM captures WHERE part_of = ? ORDER BY part", capture) == [
        (web.origin + "/split101_2.html", 1),
        (web.origin + "/split101_3.html", 2),
    ]


def test_a_part_that_fails_is_kept_as_an_error_page_and_the_first_page_as_the_article(first: First, web: Any) -> None:
    query = """
        SELECT state, urls.reason, urls.detail, size
        FROM urls JOIN captures ON captures.id = capture_id JOIN bodies ON sha256 = body_sha256 WHERE urls.url = ?
    """
    assert first.ask(query, web.origin + "/torn102_2.html") == [("rejected", "http-error", "status 500", 4)]


def test_the_bytes_decide_over_a_lying_header(first: First) -> None:
    query = "SELECT headline, v.encoding FROM captures c JOIN versions v ON v.id = c.version_id WHERE c.url = ?"
    assert first.ask(query, first.urls["lying charset"]) == [("县城书店夜里不打烊", "gb18030")]


def test_headers_are_kept_as_received_and_the_body_decoded(first: First) -> None:
    query = "SELECT headers, size FROM captures JOIN bodies ON sha256 = body_sha256 WHERE url = ?"
    ((headers, size),) = first.ask(query, first.urls["compressed"])
    assert ["x-served-by", "lanqiao"] in json.loads(headers)
    assert size > 1000  # as text, not as gzip


def test_the_summary_counts_what_the_archive_holds(first: First) -> None:
    summary = first.done.summary
    assert summary["outcomes"] == {"new": 6, "failed": 39}
    assert summary["reasons"] == {
        "refused-address": 9, "http-error": 8, "too-large": 7, "unreachable": 3, "redirect-loop": 2, "robots": 1,
        "timeout": 2, "unreadable": 5, "empty": 2,
    }  # fmt: skip
    assert summary["exit_code"] == 1
    assert summary["finish"] == "finished"
    assert len(summary["failures"]) == 10


def test_nothing_but_what_is_wrong_is_said(first: First) -> None:
    assert "Traceback" not in first.done.stderr
    assert "Deprecat" not in first.done.stderr


def test_crawled_again_an_article_gets_a_capture_and_a_version_only_where_it_changed(
    first: First,
    web: Any,
    crawl: Any,
    article_html: Callable[..., str],
    tmp_path: Path,
) -> None:
    """With Scrapy's own command, from a file of addresses."""
    same, changed = first.urls["article"], web.origin + "/moved.html"
    web.page("/moved.html", article_html("旧粮仓变成种子图书馆", *SECOND, *LONG, *THIRD))
    listed = tmp_path / "urls.txt"
    listed.write_text(f"{same}\n{changed}\n", encoding="utf-8")
    done = crawl.scrapy("crawl", "pages", "-a", f"file={listed}")
    assert done.code == 0
    assert "Traceback" not in done.stderr
    assert "Deprecat" not in done.stderr
    query = """
        SELECT count(DISTINCT captures.id), count(DISTINCT versions.id), count(DISTINCT articles.id)
        FROM captures JOIN versions ON versions.id = captures.version_id JOIN articles ON articles.id = article_id
        WHERE captures.url = ?
    """
    assert first.ask(query, same) == [(2, 1, 1)]
    assert first.ask(query, changed) == [(2, 2, 1)]

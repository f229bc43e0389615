"""WARC files: what is written is read back the same and read by others; what others write is read or named."""

import gzip
import json
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
from fastwarc.warc import ArchiveIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator
from warcio.checker import Checker

from archive.http_message import NotHttp, format_response, parse_response
from archive.pack import zstd
from archive.warc import Skipped, WarcFile, read_warc
from crawler.items import Capture, FetchFailure, Reason

PAGE = "<p>青石镇的桥修好了。</p>".encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html"
DATE = "2026-02-11T08:30:00Z"


def _site(url: str) -> str:
    return url.split("/")[2]


def _record(  # noqa: PLR0913 - everything that a record can lie about
    payload: bytes = PAGE,
    *,
    head: bytes | None = HEAD,
    url: str = "http://qingshi.example/1.html",
    kind: str = "response",
    date: str = DATE,
    length: int | None = None,
    content_type: str = "application/http; msgtype=response",
    more: str = "",
) -> bytes:
    """One record, as another program writes it."""
    block = payload if head is None else head + b"\r\n\r\n" + payload
    headers = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n{more}"
        f"Content-Type: {content_type}\r\nContent-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return headers.encode() + block + b"\r\n\r\n"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], list[Any]]:
    def read_bytes(data: bytes) -> list[Any]:
        path = tmp_path / "given.warc"
        path.write_bytes(data)
        return list(read_warc(path, _site))

    return read_bytes


@pytest.fixture
def captures(make_capture: Callable[..., Capture]) -> list[Capture]:
    """One of every kind: plain, redirected, in two parts, an error page, a file of this machine."""
    return [
        make_capture(),
        make_capture(day=1, requested_url="http://qingshi.example/old.html"),
        make_capture(
            url="http://qingshi.example/2.html",
            parts=(make_capture("<p>第二页</p>", url="http://qingshi.example/2_2.html"),),
        ),
        make_capture("", status=404, headers=(("content-encoding", "gzip"), ("x-by", "caf\xe9"))),
        make_capture("<p>存</p>", url="file:///home/a/%E6%A1%A5.html", site="", headers=()),
    ]


@pytest.fixture
def written(tmp_path: Path, captures: list[Capture]) -> Path:
    path = tmp_path / "ours.warc.gz"
    with path.open("wb") as stream:
        warc = WarcFile(stream, software="repost-archive/0", description="a test")
        for capture in captures:
            warc.write(capture, {"headline": "青石镇"} if capture.status == 200 else None)
        warc.write_failure(
            FetchFailure(
                url="http://qingshi.example/9.html",
                requested_url="http://qingshi.example/8.html",
                reason=Reason.TIMEOUT,
                detail="太慢",
                failed_at=datetime(2026, 2, 11, tzinfo=UTC),
                site="qingshi",
            )
        )
    return path


def test_what_is_written_is_read_back_the_same(written: Path, captures: list[Capture]) -> None:
    *pages, failure = read_warc(written, _site)
    assert pages == captures
    assert [page.body for page in pages] == [capture.body for capture in captures]
    assert [page.parts for page in pages] == [capture.parts for capture in captures]
    assert failure == FetchFailure(
        url="http://qingshi.example/9.html",
        requested_url="http://qingshi.example/8.html",
        reason=Reason.TIMEOUT,
        detail="太慢",
        failed_at=datetime(2026, 2, 11, tzinfo=UTC),
        site="qingshi",
    )


def test_warcio_finds_every_digest_right_and_every_record_a_member(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Arguments:
        inputs = (str(written),)
        verbose = True

    checker = Checker(Arguments())
    checker.process_all()
    assert checker.exit_value == 0
    told = capsys.readouterr().out
    assert told.count("digest pass") == len(re.findall("offset", told)) == 14
    assert "fail" not in told


def test_warcio_and_fastwarc_read_the_pages(written: Path, captures: list[Capture]) -> None:
    bodies = [part.body for capture in captures[:4] for part in (capture, *capture.parts)]
    with written.open("rb") as stream:
        theirs = [record.content_stream().read() for record in WarcioIterator(stream) if record.rec_type == "response"]
    assert theirs == bodies
    with written.open("rb") as stream:
        types = [str(record.record_type) for record in ArchiveIterator(stream, verify_digests=True)]
    assert types.count("response") == 5
    assert types.count("resource") == 1
    assert types[0] == "warcinfo"


def test_a_metadata_record_carries_the_record_as_json(written: Path, captures: list[Capture]) -> None:
    with written.open("rb") as stream:
        said = [
            json.loads(record.content_stream().read())
            for record in WarcioIterator(stream)
            if record.rec_type == "metadata"
        ]
    assert [one.get("record") for one in said[:2]] == [{"headline": "青石镇"}] * 2
    assert said[1]["requested_url"] == captures[1].requested_url


@pytest.mark.parametrize(
    ("head", "payload"),
    [
        (HEAD, PAGE),
        (HEAD.replace(b"\r\n", b"\n"), PAGE),
        (HEAD + b"\r\nContent-Encoding: gzip", gzip.compress(PAGE)),
        (HEAD + b"\r\nContent-Encoding: deflate", zlib.compress(PAGE)),
        (HEAD + b"\r\nContent-Encoding: deflate", zlib.compress(PAGE)[2:-4]),
        (HEAD + b"\r\nContent-Encoding: br", brotli.compress(PAGE)),
        (HEAD + b"\r\nTransfer-Encoding: chunked",
         b"5;x=1\r\n" + PAGE[:5] + b"\r\n%x\r\n" % len(PAGE[5:]) + PAGE[5:] + b"\r\n0\r\n\r\n"),
        (HEAD + b"\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
         b"%x\r\n" % len(gzip.compress(PAGE)) + gzip.compress(PAGE) + b"\r\n0\r\n\r\n"),
        (HEAD + b"\r\nContent-Encoding: gzip", PAGE),  # decoded by the program that wrote the file
        (HEAD + b"\r\nTransfer-Encoding: chunked", PAGE),
        (HEAD + b"\r\nContent-Encoding: nonsense", PAGE),
    ],
    ids=["plain", "bare newlines", "gzip", "zlib", "raw deflate", "brotli", "chunked", "chunked gzip", "not gzip",
         "not chunked", "unknown coding"],
)  # fmt: skip
def test_a_body_comes_out_as_its_page_was_written(
    head: bytes, payload: bytes, read: Callable[[bytes], list[Any]]
) -> None:
    (capture,) = read(_record(payload, head=head))
    assert capture.body == PAGE
    assert capture.header("content-type") == "text/html"
    assert capture.url == "http://qingshi.example/1.html"
    assert capture.fetched_at == datetime(2026, 2, 11, 8, 30, tzinfo=UTC)
    assert capture.site == "qingshi.example"


def test_repeated_and_folded_headers_are_kept_in_order() -> None:
    _, headers, _ = parse_response(b"HTTP/1.0 200\r\nSet-Cookie: a\r\nX: one\r\n two\r\nSet-Cookie: b\r\n\r\n")
    assert headers == (("set-cookie", "a"), ("x", "one two"), ("set-cookie", "b"))


def test_a_response_is_written_without_what_told_how_it_was_carried() -> None:
    headers = (("content-encoding", "gzip"), ("content-length", "3"), ("x", "a\r\nset-cookie: forged"))
    message = format_response(299, headers, PAGE)
    assert parse_response(message) == (
        299, (("x", "a set-cookie: forged"), ("content-length", str(len(PAGE)))), PAGE,
    )  # fmt: skip


def test_a_compression_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(5_000_000))
    with pytest.raises(NotHttp, match="larger than 1,000,000 bytes"):
        parse_response(HEAD + b"\r\nContent-Encoding: gzip\r\n\r\n" + bomb, limit=1_000_000)


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstd.compress], ids=["plain", "gz", "zst"])
def test_a_file_plain_or_compressed_gives_its_pages(
    compress: Callable[[bytes], bytes], read: Callable[[bytes], list[Any]]
) -> None:
    members = [
        compress(_record(kind="warcinfo", head=None)),
        compress(_record()),
        compress(_record(url="<http://b.example/>")),
    ]
    assert [item.url for item in read(b"".join(members))] == ["http://qingshi.example/1.html", "http://b.example/"]


@pytest.mark.parametrize(
    ("record", "detail"),
    [
        (_record(kind="revisit", more="WARC-Profile: identical\r\n"), "revisit"),
        (_record(url="dns:qingshi.example", kind="resource", head=None), "not of the web"),
        (_record(url="urn:x:1"), "not of the web"),
        (_record(url="file:///etc/passwd"), "not of the web"),
    ],
)
def test_what_is_no_page_is_skipped_and_said(record: bytes, detail: str, read: Callable[[bytes], list[Any]]) -> None:
    skipped, capture = read(record + _record())
    assert (skipped.reason, skipped.detail) == (None, detail)
    assert capture.body == PAGE


@pytest.mark.parametrize(
    ("record", "detail"),
    [
        (_record(date="yesterday"), "no date: 'yesterday'"),
        (_record(date="0001-01-01T00:00:00+14:00"), "no page was fetched then: 0001-01-01"),
        (_record(date="9999-12-31T23:59:59-12:00"), "no page was fetched then: 9999-12-31"),
        (_record(date="1989-12-31T23:59:59Z"), "no page was fetched then: 1989-12-31"),
        (_record(date="2999-01-01T00:00:00Z"), "no page was fetched then: 2999-01-01"),
        (_record(url="http://a.example:99999/"), "not a web address: 'http://a.example:99999/'"),
        (_record(url="http://a.example:port/"), "not a web address: 'http://a.example:port/'"),
        (_record(head=b"no HTTP"), "no HTTP response"),
        (_record(url="http://[half/"), "not a web address"),
        (_record(b"", head=None, kind="metadata", content_type="application/json"), "metadata that is no JSON"),
        (_record(b"[" * 100_000, head=None, kind="metadata", content_type="application/json"), "that is no JSON"),
        (_record(b'{"format":"repost-archive/1","failure":{"reason":"mood"}}', head=None, kind="metadata",
                 content_type="application/json"), "metadata of a failure that says no reason"),
        (_record(b'{"format":"repost-archive/1","headers":[1]}', head=None, kind="metadata",
                 content_type="application/json"), "metadata whose headers are no pairs"),
        (_record(bytes(21_000_000)), "larger than"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_named_and_the_next_is_read(
    record: bytes, detail: str, read: Callable[[bytes], list[Any]]
) -> None:
    wrong, capture = read(record + _record())
    assert isinstance(wrong, Skipped)
    assert wrong.reason is Reason.UNREADABLE
    assert detail in wrong.detail
    assert wrong.where.endswith("given.warc:0")
    assert capture.body == PAGE


@pytest.mark.parametrize(
    "data",
    [
        _record(length=10_000_000),
        _record(length=len(PAGE) + 1000) + _record(),
        gzip.compress(_record())[:-30],
        _record(length=-5) + _record(),
        _record(length=99_999_999_999_999_999_999) + _record(),
        b"<html><body>no WARC file</body></html>",
        b"garbage" + _record(),
        b"\x1f\x8b\x08\x00garbage",
        b"",
        b"WARC/1.0\r\n",
    ],
    ids=["longer than the file", "longer than the record", "cut gz", "negative", "absurd", "a page", "garbage",
         "not gz", "empty", "its first line"],
)  # fmt: skip
def test_a_file_that_lies_is_said_to(data: bytes, read: Callable[[bytes], list[Any]]) -> None:
    items = read(data)
    assert any(isinstance(item, Skipped) and item.reason is Reason.UNREADABLE for item in items)
    assert not any(isinstance(item, Capture) and item.body != PAGE for item in items)


def _as_wget_writes(kind: str, url: str, block: bytes, content_type: str, more: str = "") -> bytes:
    """A record as GNU wget 1.21 writes it: addresses in angle brackets, each a gzip member, bodies as carried."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\n{more}"
        + (f"WARC-Target-URI: <{url}>\r\n" if url else "")
        + f"WARC-Date: {DATE}\r\nWARC-Record-ID: <urn:uuid:12345678-0000-4000-8000-{len(url):012}>\r\n"
        "WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000009>\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def test_a_file_of_wgets_form_gives_its_pages_with_their_dates(read: Callable[[bytes], list[Any]]) -> None:
    """The warcinfo, the requests, the revisit, its log and its list of files are no pages, and nothing is wrong."""
    request, response = "application/http;msgtype=request", "application/http;msgtype=response"
    about = "metadata://gnu.org/software/wget/warc/"
    chunked = b"\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(PAGE) + PAGE + b"\r\n0\r\n\r\n"
    zipped = b"\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE)
    fields = b"software: Wget/1.21.4 (linux-gnu)\r\nformat: WARC File Format 1.0\r\n"
    items = read(b"".join([
        _as_wget_writes("warcinfo", "", fields, "application/warc-fields", "WARC-Filename: theirs.warc.gz\r\n"),
        _as_wget_writes("request", "http://a.example/1", b"GET /1 HTTP/1.1\r\n\r\n", request, "WARC-IP: ::1\r\n"),
        _as_wget_writes("response", "http://a.example/1", HEAD + chunked, response, "WARC-Block-Digest: sha1:A\r\n"),
        _as_wget_writes("response", "http://a.example/2", HEAD + zipped, response),
        _as_wget_writes("revisit", "http://a.example/3", HEAD + b"\r\n\r\n", response, "WARC-Truncated: length\r\n"),
        _as_wget_writes("metadata", about + "MANIFEST.txt", b"<urn:uuid:9>\n", "text/plain"),
        _as_wget_writes("resource", about + "wget_arguments.txt", b'"-i" "urls.txt"\n', "text/plain"),
        _as_wget_writes("resource", about + "wget.log", b"done\n", "text/plain"),
    ]))  # fmt: skip
    pages = [(item.url, item.body, item.fetched_at) for item in items if isinstance(item, Capture)]
    at = datetime(2026, 2, 11, 8, 30, tzinfo=UTC)
    assert pages == [("http://a.example/1", PAGE, at), ("http://a.example/2", PAGE, at)]
    others = [(item.reason, item.detail) for item in items if isinstance(item, Skipped)]
    assert others == [(None, "revisit"), (None, "not of the web"), (None, "not of the web")]


GZ, ZST = gzip.compress, zstd.compress


@pytest.mark.parametrize("compress", [bytes, GZ, ZST], ids=["plain", "gz", "zst"])
@pytest.mark.parametrize("length", [-5, 0, 3, 70, 90, 400, 900, 1_000_000, 30_000_000, 10**20])
def test_behind_a_record_that_lies_about_its_length_reading_goes_on(
    length: int, compress: Callable[[bytes], bytes], read: Callable[[bytes], list[Any]]
) -> None:
    """Its own bytes are nobody's: with the next record's headers at its end, or without its own, it is no page."""
    good = [compress(_record(url=f"http://a.example/{n}.html")) for n in range(4)]
    lies = compress(_record(length=length))
    before, wrong, *behind = read(good[0] + lies + b"".join(good[1:]))
    assert before.url == "http://a.example/0.html"
    assert (wrong.reason, wrong.where.rpartition(":")[2]) == (Reason.UNREADABLE, str(len(good[0])))
    assert [item.url for item in behind][-1] == "http://a.example/3.html"
    assert len(behind) >= 2, "of those behind it, at most the one it swallowed is lost"
    assert {item.body for item in (before, *behind)} == {PAGE}


@pytest.mark.parametrize("compress", [GZ, ZST], ids=["gz", "zst"])
def test_a_record_whose_bytes_were_damaged_costs_only_itself(
    compress: Callable[[bytes], bytes], read: Callable[[bytes], list[Any]]
) -> None:
    good, bad = compress(_record()), bytearray(compress(_record(PAGE * 50)))
    bad[60:70] = b"\xff" * 10
    items = read(good + bytes(bad) + good)
    assert [item.reason for item in items if isinstance(item, Skipped)] == [Reason.UNREADABLE]
    assert [item.body for item in items if isinstance(item, Capture)] == [PAGE, PAGE]


def test_rubbish_behind_a_record_that_is_whole_does_not_take_it_along(read: Callable[[bytes], list[Any]]) -> None:
    """A writer that died left half a record; the next run of it went on behind that."""
    first, wrong, last = read(_record() + b"half a rec\r\n" + _record(url="http://b.example/"))
    assert (first.body, last.url) == (PAGE, "http://b.example/")
    assert "what follows this record is none" in wrong.detail


def test_records_too_large_to_read_do_not_end_the_reading(
    read: Callable[[bytes], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file may hold hundreds of films."""
    monkeypatch.setattr("archive.warc_records.MAX_BLOCK", 300)
    films = GZ(_record(PAGE * 20)) * 600
    *skipped, page = read(films + GZ(_record()))
    assert len(skipped) == 600
    assert page.body == PAGE


def _hundred_megabytes_of(head: bytes, filler: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = filler * (1_000_000 // len(filler))
    return b"".join([packing.compress(head), *(packing.compress(block) for _ in range(100)), packing.flush()])


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(lambda: _record(more="X: " + "a" * 5_000_000 + "\r\n"), id="a header of 5 MB"),
        pytest.param(lambda: _record(more="X: a\r\n" * 500_000), id="500,000 headers"),
        pytest.param(lambda: _hundred_megabytes_of(_record(length=10**9), bytes(1)), id="a record of zeros"),
        pytest.param(lambda: _hundred_megabytes_of(_record(), bytes(1)), id="zeros behind a record"),
        pytest.param(lambda: GZ(_record(GZ(GZ(bytes(30_000_000))), head=HEAD + b"\r\nContent-Encoding: gzip, gzip")),
                     id="gz in gz"),
        pytest.param(lambda: GZ(GZ(_record())), id="a file packed twice"),
        pytest.param(lambda: b"\nWARC/1.0\r\n" * 500_000, id="half a million beginnings"),
        pytest.param(lambda: _record(length=20_000_000) * 3_000, id="each takes all that follows for its own"),
        pytest.param(lambda: b"\x1f\x8b\x08" * 1_000_000, id="a million beginnings of gz"),
    ],
)  # fmt: skip
def test_a_hostile_file_ends_soon_and_with_a_reason(
    hostile: Callable[[], bytes], read: Callable[[bytes], list[Any]]
) -> None:
    data = hostile()
    began = time.process_time()
    items = read(data)
    assert time.process_time() - began < 8
    assert any(isinstance(item, Skipped) and item.reason is Reason.UNREADABLE for item in items)
    assert len(items) <= 502


def test_another_programs_metadata_says_nothing(read: Callable[[bytes], list[Any]]) -> None:
    other = _record(b'{"of": "x", "site": "forged"}', head=None, kind="metadata", content_type="application/json")
    fields = _record(b"via: x\r\n", head=None, kind="metadata", content_type="application/warc-fields")
    (capture,) = read(other + fields + _record())
    assert capture.site == "qingshi.example"


def test_parts_that_never_end_are_cut(tmp_path: Path, make_capture: Callable[..., Capture]) -> None:
    parts = tuple(make_capture(f"<p>{n}", url=f"http://qingshi.example/{n}.html") for n in range(150))
    path = tmp_path / "ours.warc.gz"
    with path.open("wb") as stream:
        WarcFile(stream, software="x", description="y").write(replace(make_capture(), parts=parts))
    first, *rest = read_warc(path, _site)
    assert isinstance(first, Capture)
    assert len(first.parts) == 100
    assert len(rest) == 50

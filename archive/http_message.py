"""HTTP responses as WARC files hold them: the bytes of the line, as a status, headers and a body, and back."""

import re
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_BODY = 20_000_000  # bytes after decoding; what the crawler fetches at most
MAX_HEADERS = 256_000  # bytes, as the crawler's guard has it

_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: [^\r\n]*)?")
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_FOLDED = re.compile(rb"\r?\n[ \t]+")  # a header that goes on in the next line, as HTTP/1.0 allowed
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
# What describes how a body was carried, not the body: wrong once it is decoded.
OF_THE_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})

Headers = tuple[tuple[str, str], ...]


class NotHttp(ValueError):  # noqa: N818 - says what the bytes are
    """Bytes that are no HTTP response that can be read; the message says why."""


def parse_response(message: bytes, *, limit: int = MAX_BODY) -> tuple[int, Headers, bytes]:
    r"""A response's status, its headers (lower-case name, value), and its body without transfer and content encoding.

    >>> parse_response(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>")
    (200, (('content-type', 'text/html'),), b'<p>')

    Raises:
        NotHttp: there is no status line or end of headers, or the body is larger than `limit`, once decoded.
    """
    end = _HEADERS_END.search(message, 0, MAX_HEADERS)
    status = _STATUS_LINE.match(message)
    if not status or not end:
        raise NotHttp("no HTTP response")
    lines = _FOLDED.sub(b" ", message[: end.start()]).splitlines()[1:]
    pairs = (line.partition(b":") for line in lines)
    headers = tuple(
        (name.decode("latin-1").strip().lower(), value.decode("latin-1").strip())
        for name, colon, value in pairs
        if colon
    )
    return int(status[1]), headers, _decoded(message[end.end() :], headers, limit)


def format_response(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """A response that carries a decoded body: the headers that told how it was carried are replaced by its length."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:  # a code that its server made up
        phrase = ""
    lines = [f"HTTP/1.1 {status:03} {phrase}".rstrip()]
    lines += [f"{name}: {_on_one_line(value)}" for name, value in headers if name not in OF_THE_TRANSFER]
    lines += [f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


def _on_one_line(value: str) -> str:
    return " ".join(value.splitlines())


def _decoded(body: bytes, headers: Headers, limit: int) -> bytes:
    """The body as its page was written.

    Programs that write WARC files keep headers that no longer hold: a body said to be chunked or compressed that is not
    is taken as it stands.
    """
    named = dict(headers)
    if "chunked" in named.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    codings = [coding.strip().lower() for coding in named.get("content-encoding", "").split(",")]
    for coding in reversed(codings[:5]):
        decode = _CODINGS.get(coding)
        if decode:
            body = _decompressed(decode, body, limit)
    if len(body) > limit:
        raise NotHttp(f"larger than {limit:,} bytes, once decompressed")
    return body


def _unchunked(body: bytes) -> bytes:
    """The joined chunks; the bytes as they are where they are no chunks."""
    chunks: list[bytes] = []
    at = 0
    while chunk := _CHUNK.match(body, at):
        size = int(chunk[1], 16)
        if not size:
            return b"".join(chunks)
        chunks.append(body[chunk.end() : chunk.end() + size])
        at = chunk.end() + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1
    return b"".join(chunks) if chunks and at >= len(body) else body


def _decompressed(decode: Callable[[bytes, int], bytes], body: bytes, limit: int) -> bytes:
    try:
        return decode(body, limit + 1)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError):
        return body


def _gunzip(body: bytes, most: int) -> bytes:
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, most)


def _inflate(body: bytes, most: int) -> bytes:
    """Both things that servers call deflate: with zlib's header, as the standard says, or without."""
    try:
        return zlib.decompressobj().decompress(body, most)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, most)


def _unbrotli(body: bytes, most: int) -> bytes:
    return brotli.Decompressor().process(body, output_buffer_limit=most)  # type: ignore[no-any-return]  # ships no types


def _unzstd(body: bytes, most: int) -> bytes:
    return zstd.ZstdDecompressor().decompress(body, most)


_CODINGS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip, "x-gzip": _gunzip, "deflate": _inflate, "br": _unbrotli, "zstd": _unzstd,
}  # fmt: skip

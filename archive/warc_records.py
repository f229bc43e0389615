"""The records of a WARC file one after another, also behind damage, each with its block and within bounds.

A record says how long it is, and nothing but that says where the next one begins. One that says it wrong would give a
page with the next one's headers at its end, or without its own end, and hide all that follows. So a record is believed
when what stands behind it is one too, or when it ends where it says, with two line ends; else it is said to be damaged,
and reading goes on at the next place where a record may begin.
"""

import sys
import zlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from archive.http_message import MAX_BODY, MAX_HEADERS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_BLOCK = MAX_BODY + MAX_HEADERS
MAX_DAMAGED = 500  # places where reading is begun anew; a file with more is not a damaged one but made to cost time
_SEARCHED = 1_000_000  # bytes at a time
# What a compressed record begins with: gzip (with its only method), Zstandard. A plain one begins a line.
_GZIP, _ZSTD, _PLAIN = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\nWARC/1."
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """A record as it stands in its file.

    Attributes:
        offset: where it begins, in the file's own bytes.
        kind: its `WARC-Type`.
        headers: lower-case name → value.
        block: what it carries; empty where there is a problem.
        problem: why it cannot be used, in one line; else empty.
    """

    offset: int
    kind: WarcRecordType
    headers: Mapping[str, str]
    block: bytes = b""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A place that is no record.

    Attributes:
        offset: where it begins.
        detail: what is wrong, in one line.
    """

    offset: int
    detail: str


def records(file: BinaryIO) -> Iterator[RawRecord | Damage]:
    """Every record that can be told from what surrounds it, and what is wrong with the others."""
    beginning = _beginning(file)
    at: int | None = 0
    damaged = 0
    while at is not None:
        if damaged == MAX_DAMAGED:
            yield Damage(offset=at, detail="too much of the file is damaged; the rest is not read")
            return
        last = yield from _unbroken(file, at, beginning)
        if last is None:
            return
        damaged += not isinstance(last, _TooLarge)
        at = _next(file, last.offset, beginning)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TooLarge(Damage):
    """A record that is only too large; many are in a file that holds films."""


def _unbroken(file: BinaryIO, start: int, beginning: bytes) -> Generator[RawRecord | Damage, None, Damage | None]:
    """The records from a place on to the first that cannot be gone past; that one, or None at the file's end."""
    file.seek(start)
    reading = iter(ArchiveIterator(file, parse_http=False, max_header_len=MAX_HEADERS))
    held: RawRecord | None = None  # until it is known that a record follows
    while True:
        try:
            record = next(reading, None)
        except OSError as error:  # FastWARC's word for all that is wrong with a stream; it cannot go on behind it
            detail = str(error)
            if held is None:
                if start == 0:
                    yield Damage(offset=0, detail=detail)
            elif _ends_where_it_says(file, held, beginning):
                yield held
                yield Damage(offset=held.offset, detail=f"what follows this record is none: {detail}")
            else:
                yield replace(held, block=b"", problem=f"it is not as long as it says: {detail}")
            return Damage(offset=held.offset if held else start, detail=detail)
        if held:
            yield held
        if record is None:
            return None
        held = _read(record)
        if record.content_length > MAX_BLOCK:  # to go past it, gigabytes of zeros might have to be unpacked
            yield held
            return _TooLarge(offset=held.offset, detail=held.problem)
        if held.problem:  # it took all that follows for its own
            yield held
            return Damage(offset=held.offset, detail=held.problem)


def _ends_where_it_says(file: BinaryIO, record: RawRecord, beginning: bytes) -> bool:
    """Whether a record's block is followed by what ends a record, be it followed by rubbish."""
    file.seek(record.offset)
    packed = file.read(MAX_BLOCK)
    most = MAX_BLOCK + MAX_HEADERS
    try:
        if beginning == _GZIP:
            plain = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, most)
        else:
            plain = zstd.ZstdDecompressor().decompress(packed, most) if beginning == _ZSTD else packed
    except (zlib.error, zstd.ZstdError):
        return False
    return plain.partition(_END)[2].startswith(record.block + _END)


def _read(record: WarcRecord) -> RawRecord:
    raw = RawRecord(
        offset=record.stream_pos,
        kind=record.record_type,
        headers={name.lower(): value for name, value in record.headers.items()},
    )
    if record.content_length > MAX_BLOCK:
        return replace(raw, problem=f"larger than {MAX_BLOCK:,} bytes")
    try:
        block = record.reader.read(record.content_length)
    except OSError as error:
        return replace(raw, problem=f"damaged: {error}")
    if len(block) < record.content_length:
        return replace(raw, problem=f"cut short: {len(block):,} of {record.content_length:,} bytes")
    return replace(raw, block=block)


def _beginning(file: BinaryIO) -> bytes:
    """What this file's records begin with."""
    head = file.read(4)
    return next((beginning for beginning in (_GZIP, _ZSTD) if head.startswith(beginning)), _PLAIN)


def _next(file: BinaryIO, behind: int, beginning: bytes) -> int | None:
    """Where the next record may begin behind a place; None where none does."""
    newline = beginning == _PLAIN
    at = behind if newline else behind + 1
    while True:
        file.seek(at)
        searched = file.read(_SEARCHED)
        found = searched.find(beginning)
        if found >= 0:
            return at + found + newline
        if len(searched) < _SEARCHED:
            return None
        at += _SEARCHED - len(beginning)

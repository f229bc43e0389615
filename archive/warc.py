"""WARC files (ISO 28500) in and out: captures as other archives keep them.

What WARC has no place for travels in a metadata record in front of each response that we write: the address that was
asked for, which split article the page is a part of, and the record that was read from it. So a file written here and
read again gives the same captures; any other program's file gives what it holds.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import SplitResult, urlsplit
from uuid import NAMESPACE_URL, uuid5

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from archive.fetch_date import plausible
from archive.http_message import MAX_BODY, Headers, NotHttp, format_response, parse_response
from archive.pack import sha256
from archive.rows import as_json
from archive.warc_records import Damage, RawRecord, records
from crawler.items import Capture, FetchFailure, Reason

FORMAT = "repost-archive/1"  # marks our metadata records
MAX_PARTS = 100  # later pages of one article that are believed
_SCHEMES = {"http", "https"}
_PAGES = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.revisit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A record that gives no capture.

    Attributes:
        where: the file, and the record's offset in it.
        reason: why; None where nothing is wrong with it.
        detail: one line for people; `revisit` or `not of the web` where nothing is wrong.
    """

    where: str
    reason: Reason | None = None
    detail: str


class _Unusable(ValueError):  # noqa: N818 - says what the record is
    """A record that should give a capture and cannot; the message says why."""


def read_warc(path: Path, site_of: Callable[[str], str]) -> Iterator[Capture | FetchFailure | Skipped]:
    """The captures of a WARC file, plain, gz or zst, in its order, and what else of it counts.

    An article split over several pages is one capture where the file says so, as ours do.

    Args:
        path: the file.
        site_of: the site's key of an address, where the file names none.

    Raises:
        OSError: the file cannot be opened.
    """
    first: Capture | None = None  # held until the next page, which may be its article's next part
    first_id = ""
    for record_id, part_of, item in _items(path, site_of):
        if first and part_of == first_id and isinstance(item, Capture) and len(first.parts) < MAX_PARTS:
            first = replace(first, parts=(*first.parts, item))
            continue
        if first:
            yield first
            first = None
        if isinstance(item, Capture):
            first, first_id = item, record_id
        else:
            yield item
    if first:
        yield first


def _items(
    path: Path, site_of: Callable[[str], str]
) -> Iterator[tuple[str, str | None, Capture | FetchFailure | Skipped]]:
    """Each record that counts: its id, the id of the page whose later part it is, and what it gives."""
    about: Mapping[str, Any] = {}  # our metadata record, which stands in front of the record it is about
    is_empty = True
    with path.open("rb") as file:
        for record in records(file):
            is_empty = False
            where = f"{path}:{record.offset}"
            if isinstance(record, Damage):
                yield "", None, _wrong(where, record.detail)
                continue
            if "warc-type" not in record.headers:  # cut short within its header, or empty but for WARC/1.0
                yield "", None, _wrong(where, "a record that does not say what it is")
                continue
            record_id = record.headers.get("warc-record-id", "")
            try:
                if record.kind == WarcRecordType.metadata:
                    about = _about(record)
                    if failure := about.get("failure"):
                        yield record_id, None, _failure(record, failure, site_of)
                elif record.kind in _PAGES:
                    ours = about if about.get("of") == record_id else {}
                    yield record_id, ours.get("part_of"), _skipped(record, where) or _capture(record, ours, site_of)
            except _Unusable as error:
                yield record_id, None, _wrong(where, str(error))
    if is_empty:
        yield "", None, _wrong(f"{path}:0", "no WARC record in it")


def _skipped(record: RawRecord, where: str) -> Skipped | None:
    """What a record is that is no page and nothing wrong."""
    if record.kind == WarcRecordType.revisit:  # "the same as then": its page is in another file, or this one
        return Skipped(where=where, detail="revisit")
    parts = _parts(_target(record))
    if parts.scheme in _SCHEMES and parts.hostname:
        return None
    # A saved page whose address nobody knew is kept under its file's name; a DNS look-up is no page.
    is_page = parts.scheme == "file" and record.kind == WarcRecordType.resource
    return None if is_page else Skipped(where=where, detail="not of the web")


def _capture(record: RawRecord, about: Mapping[str, Any], site_of: Callable[[str], str]) -> Capture:
    url = _target(record)
    block = _block(record)
    content_type = record.headers.get("content-type") or ""
    status, body = 200, block
    headers: Headers = (("content-type", content_type),)
    if record.kind == WarcRecordType.response:
        try:
            status, headers, body = parse_response(block)
        except NotHttp as error:
            raise _Unusable(str(error)) from error
    elif len(body) > MAX_BODY:
        raise _Unusable(f"larger than {MAX_BODY:,} bytes")
    site = about.get("site")
    return Capture(
        url=url,
        requested_url=about.get("requested_url"),
        status=status,
        headers=about.get("headers", headers),
        body=body,
        fetched_at=_date(record),
        site=site_of(url) if site is None else site,
    )


def _target(record: RawRecord) -> str:
    return (record.headers.get("warc-target-uri") or "").strip("<> \t")  # WARC/1.0 had it in angle brackets, by mistake


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - read only when it is asked for
    except ValueError as error:  # half an IPv6 address, http://a.example:99999/
        raise _Unusable(f"not a web address: {url[:200]!r}") from error
    return parts


def _date(record: RawRecord) -> datetime:
    text = record.headers.get("warc-date") or ""
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        raise _Unusable(f"no date: {text[:50]!r}") from error
    try:
        return plausible(date if date.tzinfo else date.replace(tzinfo=UTC))
    except ValueError as error:
        raise _Unusable(str(error)) from error


def _block(record: RawRecord) -> bytes:
    """What a record carries.

    Raises:
        _Unusable: it is damaged.
    """
    if record.problem:
        raise _Unusable(record.problem)
    return record.block


def _wrong(where: str, detail: str) -> Skipped:
    return Skipped(where=where, reason=Reason.UNREADABLE, detail=detail)


def _about(record: RawRecord) -> Mapping[str, Any]:
    """What our metadata record says; nothing where it is another program's."""
    if "json" not in (record.headers.get("content-type") or ""):
        return {}
    try:
        value = json.loads(_block(record))
    except (ValueError, RecursionError) as error:
        raise _Unusable(f"metadata that is no JSON: {error}") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        return {}
    texts = {name: value.get(name) for name in ("of", "part_of", "requested_url", "site")}
    return {
        **{name: text if isinstance(text, str) else None for name, text in texts.items()},
        **({"headers": _headers(value["headers"])} if "headers" in value else {}),
        "failure": value.get("failure"),
    }


def _headers(value: object) -> Headers:
    try:
        return tuple((str(name), str(text)) for name, text in value)  # type: ignore[attr-defined]  # else it is caught
    except (TypeError, ValueError) as error:
        raise _Unusable("metadata whose headers are no pairs") from error


def _failure(record: RawRecord, failure: object, site_of: Callable[[str], str]) -> FetchFailure:
    said = failure if isinstance(failure, dict) else {}
    url = _target(record)
    _parts(url)
    try:
        reason = Reason(str(said.get("reason")))
    except ValueError as error:
        raise _Unusable(f"metadata of a failure that says no reason: {error}") from error
    asked = said.get("requested_url")
    return FetchFailure(
        url=url,
        requested_url=asked if isinstance(asked, str) else None,
        reason=reason,
        detail=str(said.get("detail", "")),
        failed_at=_date(record),
        site=str(said.get("site") or site_of(url)),
    )


class WarcFile:
    """A WARC/1.1 file being written, every record a gzip member of its own, so that readers can jump to it."""

    def __init__(self, stream: BinaryIO, *, software: str, description: str) -> None:
        self._gzip = GzipWriter(stream)
        fields = {"software": software, "format": "WARC File Format 1.1", "description": description}
        info = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._write(WarcRecordType.warcinfo, "", datetime.now(UTC), "application/warc-fields", info.encode())

    def write(self, capture: Capture, record: Mapping[str, object] | None = None) -> None:
        """Write a capture with the later parts of its article.

        Args:
            capture: the capture.
            record: what was read from it, as JSON values.
        """
        first_id = _record_id(capture)
        for part in (capture, *capture.parts):
            record_id = _record_id(part)
            about = {
                "format": FORMAT,
                "of": record_id,
                "part_of": None if part is capture else first_id,
                "requested_url": part.requested_url,
                "site": part.site,
                "headers": part.headers,
                "record": record if part is capture else None,
            }
            block = as_json(about).encode()
            self._write(
                WarcRecordType.metadata, part.url, part.fetched_at, "application/json", block, concurrent_to=record_id
            )
            if urlsplit(part.url).scheme in _SCHEMES:
                block = format_response(part.status, part.headers, part.body)
                kind, content_type = WarcRecordType.response, "application/http; msgtype=response"
            else:
                kind, content_type, block = (
                    WarcRecordType.resource,
                    part.header("content-type") or "text/html",
                    part.body,
                )
            self._write(kind, part.url, part.fetched_at, content_type, block, record_id=record_id, payload=part.body)

    def write_failure(self, failure: FetchFailure) -> None:
        """Write that an address could not be fetched."""
        said = {
            "requested_url": failure.requested_url,
            "reason": failure.reason,
            "detail": failure.detail,
            "site": failure.site,
        }
        block = as_json({"format": FORMAT, "failure": said}).encode()
        self._write(WarcRecordType.metadata, failure.url, failure.failed_at, "application/json", block)

    def _write(  # noqa: PLR0913 - a record's mandatory headers
        self,
        kind: WarcRecordType,
        url: str,
        date: datetime,
        content_type: str,
        block: bytes,
        *,
        record_id: str | None = None,
        concurrent_to: str | None = None,
        payload: bytes | None = None,
    ) -> None:
        record = WarcRecord()
        record.init_headers(kind)
        if record_id:
            record.headers["WARC-Record-ID"] = record_id
        if url:
            record.headers["WARC-Target-URI"] = url
        record.headers["WARC-Date"] = date.astimezone(UTC).isoformat().replace("+00:00", "Z")
        record.headers["Content-Type"] = content_type
        if concurrent_to:
            record.headers["WARC-Concurrent-To"] = concurrent_to
        record.set_bytes_content(block)
        digest = None if payload is None else hashlib.sha1(payload, usedforsecurity=False).digest()  # as readers expect
        record.write(self._gzip, checksum_data=True, payload_digest=digest)
        self._gzip.finish()  # else all records would be one member


def _record_id(capture: Capture) -> str:
    """The same id for the same capture in every file."""
    name = f"{capture.url} {capture.fetched_at.isoformat()} {sha256(capture.body)}"
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, name)}>"

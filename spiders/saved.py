"""Saved HTML files as captures; apart from what reads WARC files, which cleaning saved pages does without."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from archive.fetch_date import plausible
from crawler.items import Capture, Reason, Rejected

# The same bound as the crawler's DOWNLOAD_MAXSIZE; the longest real page met had 2 MB.
MAX_BYTES = 20_000_000
_LONGEST_LINE = 100_000  # bytes of a manifest's line: two names and an address


class ManifestError(ValueError):
    """A manifest that cannot be read; the message names the line."""


class _NoDate(ValueError):  # noqa: N818 - says what is the matter
    """A date of a manifest that is none; the message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """A saved page, and what is known of how it was fetched.

    Attributes:
        path: the file.
        url: the address it came from, or empty.
        encoding_header: the charset its HTTP header named.
        fetched_at: when it was fetched, local time where it names no zone; None: when the file was last changed.
    """

    path: Path
    url: str = ""
    encoding_header: str | None = None
    fetched_at: datetime | None = None


def manifest_pages(manifest: Path) -> Iterator[SavedPage]:
    """The pages that a file of JSON lines names: `{"file", "url", "encoding_header", "fetched_at"}`.

    All but `file` are optional; a relative `file` is relative to the manifest's folder.

    Raises:
        ManifestError: a line is something else.
        OSError: the manifest cannot be read.
    """
    with manifest.open("rb") as lines:
        for number in itertools.count(1):
            line = lines.readline(_LONGEST_LINE)
            if not line:
                return
            if not line.strip():
                continue
            try:
                yield _entry(line, manifest.parent)
            except _NoDate as error:
                raise ManifestError(f"{manifest}:{number}: {error}") from error
            except (ValueError, TypeError, RecursionError) as error:
                message = f'{manifest}:{number}: not {{"file": path, "url": address or null}}: {error}'
                raise ManifestError(message) from error


def _entry(line: bytes, folder: Path) -> SavedPage:
    if len(line) == _LONGEST_LINE:
        raise ValueError(f"longer than {_LONGEST_LINE:,} bytes")
    entry = json.loads(line.decode("utf-8-sig"))
    if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
        raise TypeError("no file named")
    for key in ("url", "encoding_header", "fetched_at"):
        if not isinstance(entry.get(key), str | None):
            raise TypeError(f"{key} is not a string")
    fetched_at = entry.get("fetched_at")
    return SavedPage(
        path=folder / entry["file"],
        url=entry.get("url") or "",
        encoding_header=entry.get("encoding_header"),
        fetched_at=_date(fetched_at) if fetched_at else None,
    )


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _NoDate(f"fetched_at is no date and time like 2026-02-12T09:00:00+08:00: {text[:80]!r}") from error


def capture_of(page: SavedPage) -> Capture:
    """A saved page as a capture; its address is empty where none is given.

    Raises:
        Rejected: the file cannot be read, or is too large; or what is known of it is no web address, or no date.
    """
    if not is_address(page.url):
        raise Rejected(Reason.UNREADABLE, f"not a web address: {page.url[:200]!r}")
    try:
        fetched_at = plausible(page.fetched_at) if page.fetched_at else None
    except ValueError as error:
        raise Rejected(Reason.UNREADABLE, str(error)) from error
    try:
        with page.path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
            saved_at = datetime.fromtimestamp(page.path.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError) as error:  # a NUL in a manifest's path; a file of the year 10000
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Rejected(Reason.UNREADABLE, str(reason)) from error
    if len(body) > MAX_BYTES:
        raise Rejected(Reason.TOO_LARGE, f"more than {MAX_BYTES:,} bytes")
    headers = (("content-type", f"text/html; charset={page.encoding_header}"),) if page.encoding_header else ()
    return Capture(url=page.url, headers=headers, body=body, fetched_at=fetched_at or saved_at)


def is_address(url: str) -> bool:
    """Whether an address is none, or a web address that can be taken apart: http://a.example:99999/ cannot."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - read only when it is asked for
    except ValueError:
        return False
    return not url or parts.scheme in {"http", "https"}

"""Pages that were fetched by others: saved HTML files and WARC files, as captures."""

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from archive.warc import Skipped, plausible, read_warc
from crawler.items import Capture, FetchFailure, Reason, Rejected
from pipelines.article.paging import next_part

# The same bound as the crawler's DOWNLOAD_MAXSIZE; the longest real page met had 2 MB.
MAX_BYTES = 20_000_000
MAX_PARTS = 50  # as for pages that are fetched
MAX_LOOKED_AT = 3_000_000  # bytes, as there
HELD_BYTES = 200_000_000  # of pages that wait for the other parts of their article

# What browsers and SingleFile write at the top of a page they save: `<!-- saved from url=(0041)https://… -->` and
# `Page saved with SingleFile \n url: https://…`
_SAVED_FROM = re.compile(rb"<!--(?:\s*saved from url=\(\d+\)|[^>]{0,200}?\burl:)\s*(https?://[^\s>]+)", re.IGNORECASE)
_HEAD = 4_000  # bytes in which that stands
_LONGEST_LINE = 100_000  # bytes of a manifest's line: two names and an address

Item = Capture | FetchFailure | Skipped


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


def is_warc(path: Path) -> bool:
    """Whether a file is taken for a WARC file: by its name, or because it begins like one."""
    if re.search(r"\.warc(\.|$)", path.name, re.IGNORECASE):
        return True
    try:
        with path.open("rb") as file:
            return file.read(5) == b"WARC/"
    except (OSError, ValueError):
        return False


def capture_of(page: SavedPage) -> Capture:
    """A saved page as a capture; its address is empty where none is given.

    Raises:
        Rejected: the file cannot be read, or is too large; or what is known of it is no web address, or no date.
    """
    if not _is_address(page.url):
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


def replay_pages(pages: Iterable[SavedPage], site_of: Callable[[str], str]) -> Iterator[Item]:
    """Saved pages, each under its given address, else the one its browser wrote into it, else its file's."""
    for page in pages:
        try:
            capture = capture_of(page)
        except Rejected as rejected:
            yield Skipped(where=str(page.path), reason=rejected.reason, detail=rejected.detail)
            continue
        url = page.url or _saved_from(capture.body) or page.path.absolute().as_uri()
        yield replace(capture, url=url, site=site_of(url))


def replay_warc(path: Path, site_of: Callable[[str], str]) -> Iterator[Item]:
    """The captures of a WARC file; one that cannot be opened is said to be so."""
    try:
        yield from read_warc(path, site_of)
    except OSError as error:
        yield Skipped(where=str(path), reason=Reason.UNREADABLE, detail=error.strerror or str(error))


def _saved_from(body: bytes) -> str | None:
    found = _SAVED_FROM.search(body, 0, _HEAD)
    url = found[1].decode("ascii", "replace") if found else ""
    return url if _is_address(url) and urlsplit(url).hostname else None


def _is_address(url: str) -> bool:
    """Whether an address can be taken apart: half an IPv6 address and http://a.example:99999/ cannot."""
    try:
        urlsplit(url).port  # noqa: B018 - read only when it is asked for
    except ValueError:
        return False
    return True


def joined(source: Callable[[], Iterator[Item]]) -> Iterator[Item]:
    """What a source gives, with the later parts of split articles put behind their first page.

    Other programs keep each part as a page of its own, in any order; the links between them say what belongs together.

    Args:
        source: gives the same items each time; it is read twice.
    """
    follows = {
        item.url: following
        for item in source()
        if isinstance(item, Capture) and not item.parts and (following := _following(item))
    }
    later = set(follows.values())
    held: dict[str, Capture] = {}
    size = 0
    for item in source():
        waits = isinstance(item, Capture) and not item.parts and (item.url in follows or item.url in later)
        if not waits or not isinstance(item, Capture):
            yield item
            continue
        if item.url in held or size > HELD_BYTES:  # captured once more: the former ones are as complete as they get
            yield from _put_together(held, follows, later)
            held, size = {}, 0
        held[item.url] = item
        size += len(item.body)
    yield from _put_together(held, follows, later)


def _following(capture: Capture) -> str | None:
    if not 200 <= capture.status < 300 or len(capture.body) > MAX_LOOKED_AT:
        return None
    following = next_part(capture.body, capture.url)
    return following if following != capture.url else None


def _put_together(held: dict[str, Capture], follows: dict[str, str], later: set[str]) -> Iterator[Capture]:
    """Each first page with its later parts; a later part whose first page is not there stays a page of its own."""
    firsts = [url for url in held if url not in later]
    used: set[str] = set()
    for url in (*firsts, *held):  # the second time over: parts without a first page, and circles
        if url in used:
            continue
        used.add(url)
        parts: list[Capture] = []
        following = follows.get(url)
        while following in held and following not in used and len(parts) < MAX_PARTS:
            used.add(following)
            parts.append(held[following])
            following = follows.get(following)
        yield replace(held[url], parts=tuple(parts))

"""Pages that were fetched by others, as captures to archive: saved pages and WARC files, split articles joined."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from archive.warc import Skipped, read_warc
from crawler.items import Capture, FetchFailure, Reason, Rejected
from pipelines.article.paging import next_part
from spiders.saved import SavedPage, capture_of, is_address

MAX_PARTS = 50  # as for pages that are fetched
MAX_LOOKED_AT = 3_000_000  # bytes, as there
HELD_BYTES = 200_000_000  # of pages that wait for the other parts of their article

# What browsers and SingleFile write at the top of a page they save: `<!-- saved from url=(0041)https://… -->` and
# `Page saved with SingleFile \n url: https://…`
_SAVED_FROM = re.compile(rb"<!--(?:\s*saved from url=\(\d+\)|[^>]{0,200}?\burl:)\s*(https?://[^\s>]+)", re.IGNORECASE)
_HEAD = 4_000  # bytes in which that stands

Item = Capture | FetchFailure | Skipped


def is_warc(path: Path) -> bool:
    """Whether a file is taken for a WARC file: by its name, or because it begins like one."""
    if re.search(r"\.warc(\.|$)", path.name, re.IGNORECASE):
        return True
    try:
        with path.open("rb") as file:
            return file.read(5) == b"WARC/"
    except (OSError, ValueError):
        return False


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
    return url if is_address(url) and urlsplit(url).hostname else None


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

"""Captures that others made, taken into the archive and cleaned like those that we fetch; and ours, given to others."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from sqlite_utils import Database

from archive import read
from archive.pack import Unpackable, sha256
from archive.rows import storable, timestamp
from archive.warc import Skipped, WarcFile
from archive.write import cleaner_version, keep_article, keep_capture, keep_rejection, record_failure
from crawler.items import Article, Capture, FetchFailure, Reason, Record, Rejected

KNOWN = "known"
SKIPPED = "skipped"
FAILED = "failed"
REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of one thing that was given.

    Attributes:
        where: its address, or the file and place where it has none.
        outcome: `new`, `changed`, `unchanged` (articles), `rejected` (a page without one), `failed` (it could not be
            read), `known` (the same capture is in the archive already), `skipped` (it is no page).
        reason: why it was rejected or failed.
        detail: one line for people.
    """

    where: str
    outcome: str
    reason: Reason | None = None
    detail: str = ""


def take_in(
    db: Database,
    given: Iterable[Capture | FetchFailure | Skipped],
    outcome_of: Callable[[Capture], Article | Rejected],
) -> Iterator[TakenIn]:
    """Keep and clean captures one by one.

    A capture is known by its address, its date and the digest of its bytes, so what is given twice is kept once; an
    intake that was broken off goes on where it ended.
    """
    for item in given:
        if isinstance(item, Skipped):
            outcome = FAILED if item.reason else SKIPPED
            yield TakenIn(where=item.where, outcome=outcome, reason=item.reason, detail=item.detail)
        elif isinstance(item, FetchFailure):
            yield _take_failure(db, item)
        elif _is_known(db, item):
            yield TakenIn(where=item.url, outcome=KNOWN)
        else:
            yield _take(db, item, outcome_of)


def give_out(
    db: Database,
    stream: BinaryIO,
    as_json: Callable[[Record], Mapping[str, object]],
    article_ids: Iterable[int] | None = None,
) -> Iterator[tuple[Capture | FetchFailure | None, str]]:
    """Write every capture in the order it was stored, then the addresses that could not be fetched, as a WARC file.

    Args:
        db: the archive.
        stream: where to.
        as_json: a record as JSON values.
        article_ids: only the captures that give these articles; without it all there is.

    Yields:
        What was written, and an empty text; or None, and why a capture could not be.

    Raises:
        OSError: it cannot be written to.
    """
    software = f"repost-archive/{cleaner_version()}"
    warc = WarcFile(stream, software=software, description="captures of repost pages with the records read from them")
    for capture_id in read.capture_ids(db) if article_ids is None else _captures_of(db, article_ids):
        try:
            stored = read.capture(db, capture_id)
        except Unpackable as error:
            yield None, f"capture {capture_id}: {error}"
            continue
        record = as_json(read.record_of_version(db, stored.version_id)) if stored.version_id else None
        warc.write(stored.capture, record)
        yield stored.capture, ""
    for failure in read.failures(db) if article_ids is None else ():
        warc.write_failure(failure)
        yield failure, ""


def _captures_of(db: Database, article_ids: Iterable[int]) -> Iterator[int]:
    for article_id in article_ids:
        query = """
            SELECT captures.id FROM captures JOIN versions ON versions.id = captures.version_id
            WHERE article_id = ? ORDER BY captures.id
        """
        yield from [capture_id for (capture_id,) in db.execute(query, (article_id,))]


def _take(db: Database, capture: Capture, outcome_of: Callable[[Capture], Article | Rejected]) -> TakenIn:
    capture_id = keep_capture(db, capture)
    result = outcome_of(capture)
    if isinstance(result, Rejected):
        keep_rejection(db, capture_id, result)
        outcome = FAILED if result.reason is Reason.INTERNAL else REJECTED
        return TakenIn(where=capture.url, outcome=outcome, reason=result.reason, detail=result.detail)
    return TakenIn(where=capture.url, outcome=str(keep_article(db, capture_id, result).outcome))


def _take_failure(db: Database, failure: FetchFailure) -> TakenIn:
    """Keep that an address could not be fetched, unless something else is known of it since."""
    query = "SELECT 1 FROM urls WHERE url = ? AND last_seen >= ?"
    if db.execute(query, (storable(failure.url), timestamp(failure.failed_at))).fetchone():
        return TakenIn(where=failure.url, outcome=KNOWN)
    record_failure(db, failure)
    return TakenIn(where=failure.url, outcome=SKIPPED, detail="could not be fetched")


def _is_known(db: Database, capture: Capture) -> bool:
    query = "SELECT 1 FROM captures WHERE url = ? AND fetched_at = ? AND body_sha256 = ?"
    key = (storable(capture.url), timestamp(capture.fetched_at), sha256(capture.body))
    return db.execute(query, key).fetchone() is not None

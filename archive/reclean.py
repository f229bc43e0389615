"""Today's rules over the stored captures: what would change, and the versions that come of it.

Captures are taken one by one in the order they were stored, so memory does not grow with the archive. What is cleaned
to the same record writes nothing.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive.pack import Unpackable
from archive.read import StoredCapture, capture, capture_ids, record_of_version
from archive.rows import Row, storable
from archive.write import keep_article, keep_rejection
from crawler.items import Article, Capture, Reason, Record, Rejected

PENDING = "pending"
ARTICLE = "article"
DAMAGED = "damaged"  # the stored bytes cannot be read; `archive.check` says which

# A record says of these what its capture says, not what the rules make of it.
_OF_THE_CAPTURE = frozenset({"url", "fetched_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recleaned:
    """What today's rules make of one capture.

    Attributes:
        before, after: `article`, or a `Reason`; before also `pending`, after also `damaged`.
        fields: the fields of `Record` that differ, where it was and is an article; `url_key` or `digest` where only the
            keys differ.
        written: the archive was changed; also where nothing differs, but the better version of another capture is now
            this one's too.
    """

    capture_id: int
    url: str
    before: str
    after: str
    fields: tuple[str, ...] = ()
    written: bool = False

    @property
    def changed(self) -> bool:
        """Whether it is not what it was."""
        return self.before != self.after or bool(self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecleanSummary:
    """What a reclean changed.

    Attributes:
        captures: how many were cleaned.
        changed: how many of them gave something else than before.
        fields: field of the record → captures where it differs.
        moves: (before, after) → captures whose outcome differs, e.g. `("listing", "article")`.
    """

    captures: int = 0
    changed: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)


def reclean(
    db: Database,
    outcome_of: Callable[[Capture], Article | Rejected],
    *,
    pending: bool = False,
    dry_run: bool = False,
) -> Iterator[Recleaned]:
    """Clean stored captures again and write what changed, each in its own transaction.

    Args:
        db: the archive; one to read from is enough for a dry run.
        outcome_of: today's rules.
        pending: only the captures that nothing was decided about yet: a run died between keeping and cleaning them.
        dry_run: write nothing. A capture that shares its version with an earlier one is then compared by that one's old
            words.
    """
    for capture_id in capture_ids(db, pending=pending):
        try:
            stored = capture(db, capture_id)
        except Unpackable:
            yield _damaged(db, capture_id)
            continue
        result = outcome_of(stored.capture)
        recleaned = _compare(db, stored, result)
        # An error of our own, or a slow machine, must not take away what earlier rules read.
        broken = recleaned.after in {Reason.INTERNAL, Reason.TOO_HARD} and recleaned.before != PENDING
        if (recleaned.changed or _is_superseded(db, stored)) and not dry_run and not broken:
            _write(db, capture_id, result)
            recleaned = dataclasses.replace(recleaned, written=True)
        yield recleaned


def sum_up(recleaned: Iterable[Recleaned]) -> RecleanSummary:
    """Count what a reclean changed, while it goes on."""
    captures = changed = 0
    fields: Counter[str] = Counter()
    moves: Counter[tuple[str, str]] = Counter()
    for item in recleaned:
        captures += 1
        changed += item.changed
        fields.update(item.fields)
        if item.before != item.after:
            moves[item.before, item.after] += 1
    return RecleanSummary(captures=captures, changed=changed, fields=fields, moves=moves)


def _write(db: Database, capture_id: int, result: Article | Rejected) -> None:
    if isinstance(result, Rejected):
        keep_rejection(db, capture_id, result)
    else:
        keep_article(db, capture_id, result)


def _compare(db: Database, stored: StoredCapture, result: Article | Rejected) -> Recleaned:
    before = str(stored.reason) if stored.reason else stored.outcome or PENDING
    after = str(result.reason) if isinstance(result, Rejected) else ARTICLE
    fields: tuple[str, ...] = ()
    if stored.version_id and isinstance(result, Article):
        version = next(
            db.query(
                """
                SELECT versions.id, versions.capture_id, digest, url_key
                FROM versions JOIN articles ON articles.id = article_id WHERE versions.id = ?
                """,
                (stored.version_id,),
            )
        )
        fields = tuple(_differences(db, stored.id, version, storable(result)))
    return Recleaned(capture_id=stored.id, url=stored.capture.url, before=before, after=after, fields=fields)


def _is_superseded(db: Database, stored: StoredCapture) -> bool:
    """Whether the capture that first gave this one's version now gives another: then this one must follow."""
    query = (
        "SELECT 1 FROM versions JOIN captures ON captures.id = capture_id WHERE versions.id = ? AND version_id IS NOT ?"
    )
    return db.execute(query, (stored.version_id, stored.version_id)).fetchone() is not None


def _differences(db: Database, capture_id: int, version: Row, article: Article) -> Iterator[str]:
    if version["url_key"] != article.url_key:
        yield "url_key"
    if version["digest"] != article.digest:
        yield "digest"
    # A version is the record of the capture that first gave it; of another one it has the same words, and chrome and
    # counters of another day.
    if version["capture_id"] == capture_id:
        yield from changed_fields(record_of_version(db, version["id"]), article.record)


def changed_fields(before: Record, after: Record) -> Iterator[str]:
    """The fields in which two records of one capture differ."""
    for item in dataclasses.fields(Record):
        if item.name not in _OF_THE_CAPTURE and getattr(before, item.name) != getattr(after, item.name):
            yield item.name


def _damaged(db: Database, capture_id: int) -> Recleaned:
    url, before = db.execute(
        "SELECT url, coalesce(reason, outcome, ?) FROM captures WHERE id = ?", (PENDING, capture_id)
    ).fetchone()
    return Recleaned(capture_id=capture_id, url=url, before=before, after=DAMAGED)

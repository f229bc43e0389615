"""Is an archive what it says it is: SQLite's own checks, every digest, every note.

Nothing is repaired here. Captures that nothing was decided about yet are no fault; `archive.read.counts` counts them.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.pack import Unpackable, sha256
from archive.read import body_of, record_of_version
from archive.replay import Unplayable, noted_texts, replay
from archive.search.index import strays
from crawler.items import Article, Record

MAX_REPORTS = 100  # of SQLite's own; a damaged file has thousands


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        kind: `integrity`, `foreign-key`, `body`, `version`, `digest`, `notes` or `search`.
        where: what it is wrong with, e.g. `body 3f2a…` or `version 12 (article 3)`.
        detail: one line for people.
    """

    kind: str
    where: str
    detail: str


def check(db: Database, fingerprint: Callable[[Record], Article]) -> Iterator[Problem]:
    """Everything that is wrong with an archive, as it is found.

    Args:
        db: the archive.
        fingerprint: what gives a record its keys.
    """
    broken = False
    for problem in _check_file(db):
        broken = True
        yield problem
    if broken:
        return  # what is built on a damaged file need not be looked at one by one
    yield from _check_foreign_keys(db)
    yield from _check_bodies(db)
    yield from _check_versions(db, fingerprint)
    for article_id, detail in strays(db):
        yield Problem(kind="search", where=f"article {article_id}", detail=f"{detail}: `repost reindex` makes it anew")


def _check_file(db: Database) -> Iterator[Problem]:
    try:
        for (report,) in db.execute(f"PRAGMA integrity_check({MAX_REPORTS})"):
            if report != "ok":
                yield Problem(kind="integrity", where="file", detail=report)
    except sqlite3.DatabaseError as error:  # too damaged to be looked through
        yield Problem(kind="integrity", where="file", detail=str(error))


def _check_foreign_keys(db: Database) -> Iterator[Problem]:
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield Problem(
            kind="foreign-key", where=f"{table} row {row}", detail=f"names a row of {parent} that is not there"
        )


def _check_bodies(db: Database) -> Iterator[Problem]:
    for (digest,) in db.execute("SELECT sha256 FROM bodies"):
        try:
            actual = sha256(body_of(db, digest))
        except Unpackable as error:
            yield Problem(kind="body", where=f"body {digest}", detail=str(error))
            continue
        if actual != digest:
            yield Problem(kind="body", where=f"body {digest}", detail=f"its bytes have the digest {actual}")


def _check_versions(db: Database, fingerprint: Callable[[Record], Article]) -> Iterator[Problem]:
    for version_id, article_id, digest in db.execute("SELECT id, article_id, digest FROM versions ORDER BY id"):
        where = f"version {version_id} (article {article_id})"
        try:
            record = record_of_version(db, version_id)
        except ArchiveError as error:
            yield Problem(kind="version", where=where, detail=f"cannot be read: {error}")
            continue
        if (actual := fingerprint(record).digest) != digest:
            yield Problem(kind="digest", where=where, detail=f"its text has the digest {actual}, not {digest}")
        for detail in _unplayable(record):
            yield Problem(kind="notes", where=where, detail=detail)


def _unplayable(record: Record) -> Iterator[str]:
    """Where a record's notes do not lead from its raw texts to its restored ones."""
    if len(record.body) != len(record.body_raw):
        yield f"{len(record.body_raw)} raw paragraphs for {len(record.body)} restored ones"
    for text in noted_texts(record):
        try:
            if replay(text.raw, text.notes) != text.restored:
                yield f"{text.place}: raw text and notes do not give the restored text"
        except Unplayable as error:
            yield f"{text.place}: {error}"

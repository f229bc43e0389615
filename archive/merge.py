"""Archives joined: whatever any of them holds is in the result, once, whatever the order and however often.

That order does not count follows from how each thing is joined: by a key that is not an id (the address; the capture's
address, time and digest; the version's whole content), and where two archives differ about one thing by a rule that
knows no first and second: the earlier of two beginnings, the later of two ends, the newer of two decisions. What
follows from other rows (which version an article shows, which capture an address stands for) is worked out anew from
what was joined.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.connect import open_reading, reading, reading_uri, transaction
from archive.digest import row_digest
from archive.errors import ArchiveError
from archive.merge_sql import (
    AFTER_VERSIONS,
    BEFORE_VERSIONS,
    EARLIER_CLEANED,
    NEW_VERSIONS,
    POSSIBLE_TWINS,
    SCRATCH,
    VERSION_CONTENT,
)
from archive.search import index as search_index

_COUNTED = ("captures", "versions", "articles", "urls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What one archive added.

    Attributes:
        captures, versions, articles, urls: rows that were not there before.
    """

    captures: int
    versions: int
    articles: int
    urls: int


def refuse_damaged(path: Path) -> None:
    """See that an archive can be read to its end: later, SQLite could not say which of two files is damaged.

    Raises:
        ArchiveError: it cannot be read, or is of another version of this program.
    """
    with reading(path) as db:
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise ArchiveError(f"{path}: database disk image is malformed")


def merge(db: Database, path: Path) -> Merged:
    """Take all of another archive in, in one transaction.

    Families are not made anew; `archive.families.index.reindex` does that, once for any number of archives.

    Args:
        db: the archive to take it into, open for writing.
        path: the other archive, which is only read.

    Raises:
        ArchiveError: the other one cannot be read, or is of another version of this program.
    """
    open_reading(path).close()  # is it one of ours, and of today's schema?
    db.conn.execute("ATTACH ? AS source", (reading_uri(path),))
    try:
        for statement in SCRATCH:
            db.conn.execute(statement)
        with transaction(db):
            db.conn.execute("PRAGMA defer_foreign_keys = ON")  # rows name each other in a circle
            before = _counts(db)
            for statement in BEFORE_VERSIONS:
                db.conn.execute(statement)
            _join_versions(db)
            for statement in AFTER_VERSIONS:
                db.conn.execute(statement)
            after = _counts(db)
            search_index.rebuild(db)
    finally:
        db.conn.execute("DETACH source")
    return Merged(**{table: after[table] - before[table] for table in _COUNTED})


def _counts(db: Database) -> dict[str, int]:
    return {table: db.conn.execute(f"SELECT count(*) FROM main.{table}").fetchone()[0] for table in _COUNTED}  # noqa: S608 - ours


def _join_versions(db: Database) -> None:
    """Find the versions that both archives have, and copy the others.

    Two versions are one where they are of one capture and equal in everything: fields, pictures, credits, notes,
    evidence, links. Who cleaned it first has found it.
    """
    for source_id, target_id in db.conn.execute(POSSIBLE_TWINS).fetchall():
        if _content(db, "source", source_id) == _content(db, "main", target_id):
            db.conn.execute("INSERT OR IGNORE INTO temp.versions_joined VALUES (?, ?, 0)", (source_id, target_id))
    db.conn.execute(EARLIER_CLEANED)
    for statement in NEW_VERSIONS:
        db.conn.execute(statement)


def _content(db: Database, schema: str, version_id: int) -> list[bytes]:
    """All that a version says, table by table."""
    return [
        row_digest(row)
        for query in VERSION_CONTENT
        for row in db.conn.execute(query.format(schema=schema), (version_id,))
    ]

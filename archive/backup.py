"""A copy of an archive, taken while others read and write."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database

from archive.connect import snapshot
from archive.errors import ArchiveError

PAGES = 2_000  # of the file, copied between two reports: 8 MB


def backup(db: Database, path: Path, progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
    """Copy an archive as it stands now into a new file.

    Args:
        db: the archive. Writers need not wait for the copy, nor it for them: all of it is read in one snapshot, so it
            need not begin again when something is written either.
        path: the copy, a file that is not there or empty. It has no `-wal` file beside it, so it can be moved as it is.
        progress: is told how many pages of the file are copied, of how many.

    Raises:
        ArchiveError: it cannot be read or written.
    """
    copy = sqlite3.connect(path, isolation_level=None)
    try:
        with snapshot(db):
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # the snapshot begins with the first read
            db.conn.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
        copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise ArchiveError(f"{path}: {error}") from error
    finally:
        copy.close()

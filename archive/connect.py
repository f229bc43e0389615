"""Opening an archive: for writing (made and brought up to date where needed) or strictly for reading.

An archive is one SQLite file in WAL mode, so that one process can write while others read. What can be wrong with a
file is said in one line by `ArchiveError`, before anything in it is changed.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from json import JSONDecodeError
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlite_utils import Database

from archive.errors import ArchiveError, DiskFull
from archive.schema import APPLICATION_ID, applied_names, known_names, migrations

PATIENCE = 30.0  # seconds to wait for another process's transaction; ours take milliseconds, a reclean's too
CACHE = 8_000_000  # bytes of the file that a writer keeps in memory; with SQLite's 2 MB it reads 40 pages an article
# Pages in the -wal file from which on they are copied into the archive, which waits for the disk: 16 MB, four times
# what SQLite does by itself. Most are written again and again, and copied once.
CHECKPOINT = 4_000
FOREIGN = "not an archive of this program"
Archive = Database  # an open archive, for the rooms that hand one on and know no SQL
# What SQLite says where it can make no file in a folder; the upper bits of its code say more.
_CANNOT_MAKE_FILES = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
# What it says where a full disk keeps it from growing its -wal and -shm files, and the bytes that it needs for one.
_CANNOT_GROW_FILES = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR})
_ROOM = 65_536
# What Python raises over rows that are not as they should be; an error of our own says more than that, and a text that
# cannot be encoded (UnicodeEncodeError) was asked for.
_OF_ROWS = frozenset(
    {
        ValueError, JSONDecodeError, UnicodeDecodeError, TypeError, LookupError, KeyError, IndexError, AttributeError,
        OverflowError, RecursionError,
    }
)  # fmt: skip
_STEPS = 100_000  # of SQLite's virtual machine until Ctrl-C is looked for: some milliseconds
# What the transaction under way ends with: connection → what is done → for what.
_LAST: WeakKeyDictionary[Database, dict[Callable[[Database, Iterable[int]], None], dict[int, None]]] = (
    WeakKeyDictionary()
)
OLDEST_SQLITE = (3, 38)  # strict tables since 3.37, JSON functions always there since 3.38


def default_path() -> Path:
    """Where the archive is when no command says otherwise.

    `ARCHIVE_PATH` of the environment; else `archive.db` beside the nearest `scrapy.cfg`, in this folder or above it;
    else `archive.db` in this folder.
    """
    if given := os.environ.get("ARCHIVE_PATH"):
        return Path(given)
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was deleted; only who opens an archive in it needs to hear of that
        return Path("archive.db")
    project = next((folder for folder in (here, *here.parents) if (folder / "scrapy.cfg").is_file()), here)
    return project / "archive.db"


@contextmanager
def reading(path: Path) -> Iterator[Database]:
    """An archive to read from, closed afterwards; whatever is found wrong with it meanwhile is an `ArchiveError` too.

    It may come from anywhere: what its rows hold is anybody's, and no reader need foresee each way in which they can be
    other than this program writes them.
    """
    with _in_one_line(path):
        db = open_reading(path)
        try:
            yield db
        except Exception as error:
            if type(error) not in _OF_ROWS:
                raise
            detail = f"{type(error).__name__}: {error}"
            raise ArchiveError(f"{path}: something in it is not as this program writes it ({detail})") from error
        finally:
            db.close()


@contextmanager
def writing(path: Path) -> Iterator[Database]:
    """An archive to write to, closed afterwards; whatever SQLite finds wrong meanwhile is an `ArchiveError` too."""
    with _in_one_line(path):
        db = open_writing(path)
        try:
            yield db
        finally:
            db.close()


def open_reading(path: Path) -> Database:
    """Open an existing archive that nothing can be written to through this connection.

    Raises:
        ArchiveError: there is none, it cannot be read, it is not ours, or its schema is of another version.
    """
    _refuse_no_folder(path)
    if not _exists(path):
        raise ArchiveError(f"{path}: no such archive; `repost crawl` makes one")
    with _in_one_line(path):
        db = _connect(reading_uri(path), path)
        with _closed_on_error(db):
            with _wal_can_be_read(path):
                is_ours = _is_ours(db)
            if not is_ours:
                raise ArchiveError(f"{path}: {FOREIGN}")
            _refuse_newer(db, path)
            if migrations.pending(db):
                raise ArchiveError(f"{path}: made by an older version; `repost reclean --pending` brings it up to date")
            _refuse_forged(db, path)
            db.execute("PRAGMA query_only = on")
        return db


def refuse_missing(path: Path) -> None:
    """For what works on an archive that is there, and writes: it must not make one where a path is mistyped.

    Raises:
        ArchiveError: there is none, or only an empty file.
    """
    _refuse_no_folder(path)
    if not _exists(path) or not path.stat().st_size:
        raise ArchiveError(f"{path}: no such archive; `repost crawl` makes one")


def open_writing(path: Path) -> Database:
    """Open an archive for writing; make it, or bring its schema up to date, where needed.

    Raises:
        ArchiveError: the folder is missing or cannot be written, or the file is not ours or newer than this program.
    """
    _refuse_no_folder(path)
    if not _exists(path.parent) or not path.parent.is_dir():
        raise ArchiveError(f"{path.parent}: no such folder")
    if not os.access(path.parent, os.W_OK):
        raise ArchiveError(f"{path.parent}: this folder cannot be written")
    with _in_one_line(path):
        db = _connect(f"{path.absolute().as_uri()}?mode=rwc", path)
        with _closed_on_error(db):
            if not _is_ours(db) and not _is_empty(db):
                raise ArchiveError(f"{path}: {FOREIGN}")
            _refuse_newer(db, path)
            db.execute("PRAGMA journal_mode = WAL")
            # In WAL mode this loses at most the last commits when the power fails, never the file's integrity.
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute(f"PRAGMA cache_size = -{CACHE // 1024}")
            db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
            with transaction(db):
                migrations.apply(db)
                _refuse_forged(db, path)
        return db


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """All of the writes inside, or none.

    It locks at its start: a transaction that reads first and locks at its first write (`db.atomic()`) fails at once,
    without waiting, when another process wrote in between. Inside another one it is part of that one, and an error must
    end both: at each savepoint FTS5 writes out what it gathered for the search index, a sixth of keeping a page.
    """
    if db.conn.in_transaction:
        yield
        return
    last = _LAST[db] = {}
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        for action, values in last.items():
            action(db, values)
        db.conn.execute("COMMIT")
    except BaseException as error:
        db.rollback()
        if isinstance(error, sqlite3.Error):
            path = Path(db.conn.execute("PRAGMA database_list").fetchone()[2])
            _refuse_full(error, path)
        raise
    finally:
        del _LAST[db]


def at_the_end(db: Database, action: Callable[[Database, Iterable[int]], None], value: int) -> None:
    """Do something as the last thing of the transaction under way: once, for all values that it was asked for.

    Raises:
        KeyError: none is under way.
    """
    _LAST[db].setdefault(action, {})[value] = None


def insert(db: Database, table: str, row: Mapping[str, object]) -> int:
    """Insert one row; its id.

    Here and below straight through `sqlite3`: a crawl writes thirty rows a page, and sqlite-utils looks up the table's
    columns, keys and triggers for each.
    """
    return db.conn.execute(_insertion(table, tuple(row)), row).lastrowid or 0


def insert_all(db: Database, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Insert rows with the same columns."""
    several = list(rows)
    if several:
        db.conn.executemany(_insertion(table, tuple(several[0])), several)


def select(db: Database, query: str, values: Mapping[str, object] | Sequence[object] = ()) -> Iterator[dict[str, Any]]:
    """The rows of a query, by column."""
    cursor = db.conn.execute(query, values)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


@cache
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    named = ", ".join(f":{column}" for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({named})"  # noqa: S608 - names of our own


@contextmanager
def snapshot(db: Database) -> Iterator[None]:
    """Everything that is read inside is of one moment, however long it takes and whoever writes meanwhile."""
    if db.conn.in_transaction:
        yield
        return
    db.conn.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.execute("ROLLBACK")


def _refuse_no_folder(path: Path) -> None:
    try:
        path.absolute()
    except FileNotFoundError:
        message = f"{path}: the current folder was deleted; go to another one, or give the whole path"
        raise ArchiveError(message) from None


def _exists(path: Path) -> bool:
    """Whether something is there; what cannot be looked at is said at once."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:  # a folder on the way may not be entered, or is a file
        raise ArchiveError(f"{path}: {error.strerror}") from error
    return True


def reading_uri(path: Path) -> str:
    """A file as SQLite opens it for nothing but reading."""
    how = "mode=ro" if _can_hold_wal(path) else "mode=ro&immutable=1"
    return f"{path.absolute().as_uri()}?{how}"  # as_uri escapes what would end the path early: `?`, `#`, `%`


def _connect(uri: str, path: Path) -> Database:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise ArchiveError(f"SQLite {sqlite3.sqlite_version} is too old: 3.38 is needed; use a newer python3")
    if path.is_dir():
        raise ArchiveError(f"{path}: a folder, not an archive")
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE)
    # Python hears of signals between its own steps only; a long query in SQLite takes none.
    connection.set_progress_handler(lambda: None, _STEPS)
    return Database(connection, execute_plugins=False)  # other people's plug-ins have no business in an archive


def _can_hold_wal(path: Path) -> bool:
    """Whether SQLite can put its `-wal` and `-shm` files beside the archive, or finds them there.

    An archive on read-only media has none and cannot change, so it can be read without.
    """
    return os.access(path.parent, os.W_OK) or path.with_name(f"{path.name}-wal").exists()


@contextmanager
def _wal_can_be_read(path: Path) -> Iterator[None]:
    """Say why an archive cannot be read whose last writes stand in its `-wal` file still.

    To read that file, SQLite has to make a `-shm` file beside it. Reading the archive without it would be reading less
    than was written.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        wal = path.with_name(f"{path.name}-wal")
        if error.sqlite_errorcode & 0xFF in _CANNOT_MAKE_FILES and wal.exists():
            raise ArchiveError(
                f"{path}: the last writes stand in {wal.name} still, and this folder cannot be written; "
                "copy both files to a folder that can"
            ) from error
        raise


def _is_ours(db: Database) -> bool:
    return bool(db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


def _is_empty(db: Database) -> bool:
    return not db.execute("PRAGMA application_id").fetchone()[0] and not db.table_names()


def _refuse_newer(db: Database, path: Path) -> None:
    if newer := applied_names(db) - known_names():
        raise ArchiveError(f"{path}: made by a newer version of this program (it has {', '.join(sorted(newer))})")


def _refuse_forged(db: Database, path: Path) -> None:
    """Refuse what runs a stranger's statements when it is read or written: they may never end.

    Views that somebody has added under names of their own are nobody's harm: nothing here reads them.
    """
    ours = _own_schema()
    for name, kind, sql in db.execute("SELECT name, type, sql FROM sqlite_schema").fetchall():
        own_kind, own_sql = ours.get(name, (kind, sql))
        if kind == "trigger" or kind != own_kind or (kind == "view" and sql != own_sql):
            raise ArchiveError(f"{path}: the {kind} {name!r} in it is not of this program's making")


@cache
def _own_schema() -> Mapping[str, tuple[str, str]]:
    """What a new archive holds: name → kind, SQL."""
    new = Database(memory=True, execute_plugins=False)
    migrations.apply(new)
    return {name: (kind, sql) for name, kind, sql in new.execute("SELECT name, type, sql FROM sqlite_schema")}


@contextmanager
def _closed_on_error(db: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        db.close()
        raise


@contextmanager
def _in_one_line(path: Path) -> Iterator[None]:
    """Say SQLite's errors as an `ArchiveError` that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        _refuse_full(error, path)
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from error  # it was raised in the progress handler, where sqlite3 swallows it
        raise ArchiveError(f"{path}: {error}") from error


def _refuse_full(error: sqlite3.Error, path: Path) -> None:
    """Say so where an error means that the disk is full.

    Raises:
        DiskFull: it does.
    """
    code = getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_OK  # the module's own errors have none
    cannot_grow = code & 0xFF in _CANNOT_GROW_FILES and shutil.disk_usage(path.absolute().parent).free < _ROOM
    if code == sqlite3.SQLITE_FULL or cannot_grow:
        raise DiskFull(f"{path}: the disk is full") from error

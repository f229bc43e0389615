"""SQL that others wrote, run on an archive that it cannot change, within limits.

Four fences, each enough for most of what could go wrong: the file is opened read-only, an authorizer allows nothing but
reading, SQLite's own limits keep values small and other files out, and a clock stops what takes too long.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from archive.connect import reading
from archive.errors import ArchiveError

TIME_LIMIT = 10.0  # seconds of SQLite's work; waiting for whoever reads the rows does not count
LONGEST_VALUE = 100_000_000  # bytes of one value: no page is larger, and `zeroblob(1e9)` needs none
_STEPS = 1_000  # of SQLite's virtual machine between two looks at the clock: far less than a millisecond
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
# What tells of the schema; FTS5 asks for `data_version` itself to see whether another connection has written.
_HARMLESS_PRAGMAS = frozenset(
    {
        "data_version", "foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_list",
        "table_xinfo",
    }
)  # fmt: skip
_HARMFUL_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer"})

Cell = None | int | float | str | bytes


class TooLong(ArchiveError):  # noqa: N818 - says what happened
    """A statement was stopped at its time limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a statement gives.

    Attributes:
        columns: their names, each once: `a`, `a_2` for two of the same.
        rows: one by one, as SQLite finds them.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[Cell, ...]]


@contextmanager
def asking(path: Path) -> Iterator[sqlite3.Connection]:
    """An archive to ask in SQL, and nothing else.

    Raises:
        ArchiveError: there is no such archive.
    """
    with reading(path) as db:
        connection: sqlite3.Connection = db.conn
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")  # a forged archive holds any bytes
        for name, value in _LIMITS.items():
            connection.setlimit(name, value)
        for table in _virtual_tables(connection):
            # It declares itself when it is first used, which the authorizer takes for a CREATE TABLE.
            connection.execute(f"SELECT 1 FROM {table} LIMIT 0")  # noqa: S608 - quoted
        connection.set_authorizer(_allowed)
        yield connection


def ask(
    connection: sqlite3.Connection,
    sql: str,
    parameters: Mapping[str, str] | None = None,
    *,
    time_limit: float = TIME_LIMIT,
) -> Answer:
    """Run one statement on a connection of `asking`.

    Raises:
        ArchiveError: it does more than read, it is wrong, or (`TooLong`) it takes too long; the rows raise it too.
    """
    clock = _Clock(limit=time_limit)
    connection.set_progress_handler(clock.is_over, _STEPS)
    with clock.running():
        cursor = connection.execute(sql, dict(parameters or {}))
    if cursor.description is None:
        raise ArchiveError("this statement gives no rows: only SELECT is answered")
    return Answer(columns=tuple(_each_once(column[0] for column in cursor.description)), rows=_rows(cursor, clock))


def _virtual_tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that are a program's rather than the file's, quoted."""
    ours = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'virtual'")
    quoted = ['"' + name.replace('"', '""') + '"' for (name,) in ours]
    return [*quoted, "json_each", "json_tree", *(f"pragma_{name}" for name in sorted(_HARMLESS_PRAGMAS))]


class _Clock:
    """The time that SQLite is at work on one statement."""

    def __init__(self, limit: float) -> None:
        self._limit = self._left = limit
        self._deadline = 0.0

    def is_over(self) -> bool:
        return time.monotonic() > self._deadline

    @contextmanager
    def running(self) -> Iterator[None]:
        self._deadline = time.monotonic() + self._left
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)  # the module's own errors have none
            if code == sqlite3.SQLITE_INTERRUPT:
                if not self.is_over():  # Ctrl-C: it was raised in the progress handler, where sqlite3 swallows it
                    raise KeyboardInterrupt from error
                raise TooLong(f"stopped after {self._limit:g} seconds; --time-limit gives it more") from error
            if code == sqlite3.SQLITE_AUTH:
                raise ArchiveError(f"{error}: a statement may only read this archive") from error
            hint = "; --schema says what there is" if str(error).startswith(("no such table", "no such column")) else ""
            raise ArchiveError(f"{error}{hint}") from error
        finally:
            self._left = self._deadline - time.monotonic()


def _rows(cursor: sqlite3.Cursor, clock: _Clock) -> Iterator[tuple[Cell, ...]]:
    while True:
        with clock.running():
            row = cursor.fetchone()
        if row is None:
            return
        yield row


def _allowed(action: int, first: str | None, second: str | None, *_: object) -> int:
    """Whether a statement may do this: SQLite asks for each thing that it would do."""
    if action in _READING:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second not in _HARMFUL_FUNCTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in _HARMLESS_PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _each_once(names: Iterable[str]) -> Iterator[str]:
    taken: set[str] = set()
    for name in names:
        free = next(free for free in chain((name,), (f"{name}_{n}" for n in count(2))) if free not in taken)
        taken.add(free)
        yield free

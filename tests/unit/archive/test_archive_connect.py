"""Opening: what is made, what is refused, and in which words."""

import dataclasses
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive import connect, schema
from archive.connect import default_path, open_reading, open_writing, reading, transaction, writing
from archive.errors import ArchiveError, DiskFull
from archive.families.index import unfiled
from archive.pack import Unpackable
from archive.schema import APPLICATION_ID
from archive.search.index import strays
from archive.write import keep_article, keep_capture
from crawler.items import Article, Capture, Sketch


def _text(path: Path) -> None:
    path.write_text("this is no database, but long enough to look like one " * 20)


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")


def _foreign_by_id(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA application_id = 252006673")


def _newer(path: Path) -> None:
    db = open_writing(path)
    db.table("_sqlite_migrations").insert(
        {"migration_set": "repost-archive", "name": "9999_from_the_future", "applied_at": "2030-01-01"}
    )
    db.close()


def _corrupt(path: Path) -> None:
    open_writing(path).close()
    data = bytearray(path.read_bytes())
    data[100:4096] = b"\xff" * 3996
    path.write_bytes(data)


def _folder(path: Path) -> None:
    path.mkdir()


CASES = [
    (_text, "not a database"),
    (_foreign, "not an archive of this program"),
    (_foreign_by_id, "not an archive of this program"),
    (_newer, "made by a newer version of this program (it has 9999_from_the_future)"),
    (_corrupt, "malformed"),
    (_folder, "a folder, not an archive"),
]


@pytest.mark.parametrize("opening", [open_reading, open_writing])
@pytest.mark.parametrize(("spoil", "words"), CASES)
def test_what_is_no_archive_is_refused_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], None], words: str, opening: Callable[[Path], Database]
) -> None:
    path = tmp_path / "folder" / "archive.db"
    path.parent.mkdir()
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ArchiveError) as refused:
        opening(path)
    assert words in str(refused.value)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)
    assert before is None or path.read_bytes() == before, "what is not ours was changed"


def test_reading_never_makes_an_archive(path: Path) -> None:
    with pytest.raises(ArchiveError, match="no such archive; `repost crawl` makes one"):
        open_reading(path)
    assert not path.exists()


def test_reading_refuses_an_empty_file(path: Path) -> None:
    path.touch()
    with pytest.raises(ArchiveError, match="not an archive"):
        open_reading(path)


def test_writing_takes_an_empty_file(path: Path) -> None:
    path.touch()
    open_writing(path).close()
    open_reading(path).close()


@pytest.mark.parametrize(
    ("opening", "words"), [(open_reading, "file/a.db: Not a directory"), (open_writing, "file: no such folder")]
)
def test_a_file_where_a_folder_should_be(tmp_path: Path, opening: Callable[[Path], Database], words: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match=words):
        opening(tmp_path / "file" / "a.db")


def test_writing_needs_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no such folder"):
        open_writing(tmp_path / "missing" / "archive.db")


@pytest.mark.parametrize("name", ["a b.db", "a?mode=memory.db", "a#b.db", "a%41.db", "档案.db", "a&b=c;d.db"])
def test_any_file_name_works(tmp_path: Path, name: str) -> None:
    open_writing(tmp_path / name).close()
    assert [file.name for file in tmp_path.iterdir()] == [name]
    open_reading(tmp_path / name).close()


def test_nothing_can_be_written_through_a_reader(path: Path) -> None:
    open_writing(path).close()
    with reading(path) as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM sites")


def test_errors_inside_are_said_in_one_line_too(path: Path) -> None:
    with pytest.raises(ArchiveError, match="no such table: nonsense"), writing(path) as db:
        db.execute("SELECT * FROM nonsense")


@pytest.mark.parametrize("inner", [nullcontext, transaction])
@pytest.mark.parametrize(
    ("code", "free", "is_full"),
    [
        (sqlite3.SQLITE_FULL, 10**9, True),
        (sqlite3.SQLITE_IOERR_WRITE, 4096, True),
        (sqlite3.SQLITE_IOERR_SHMSIZE, 0, True),
        (sqlite3.SQLITE_CANTOPEN, 0, True),
        (sqlite3.SQLITE_IOERR_WRITE, 10**9, False),
        (sqlite3.SQLITE_BUSY, 0, False),
    ],
)
def test_a_full_disk_is_told_from_a_broken_one(  # noqa: PLR0913 - a table's columns
    code: int,
    free: int,
    inner: Any,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_full: bool,
) -> None:
    """What SQLite says of a full disk depends on which file it wants to grow."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(ArchiveError) as raised, writing(path) as db, inner(*[db][: inner is transaction]):
        raise error
    assert isinstance(raised.value, DiskFull) is is_full
    assert str(raised.value) == (f"{path}: the disk is full" if is_full else f"{path}: disk I/O error")


_ENDLESS = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 30000000) SELECT max(x) FROM c"


@pytest.mark.parametrize("opening", [reading, writing])
@pytest.mark.parametrize(
    ("forged", "named"),
    [
        ("ALTER TABLE articles RENAME TO theirs; CREATE VIEW articles AS {endless}", "the view 'articles'"),
        ("DROP VIEW latest; CREATE VIEW latest AS {endless}", "the view 'latest'"),
        ("CREATE TRIGGER t AFTER INSERT ON urls BEGIN {endless}; END", "the trigger 't'"),
    ],
)
def test_an_archive_that_runs_statements_of_others_is_refused(
    forged: str, named: str, opening: Callable[[Path], Any], path: Path
) -> None:
    """`repost list` would never come to an end."""
    with writing(path) as db:
        db.conn.executescript("PRAGMA legacy_alter_table = on; " + forged.format(endless="SELECT 1"))
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match=f"{named} in it is not of this program's making"), opening(path):
        pass
    assert path.read_bytes() == before


def test_a_view_that_somebody_added_is_no_harm(path: Path) -> None:
    with writing(path) as db:
        db.execute("CREATE VIEW mine AS SELECT * FROM latest WHERE hijacked")
    with reading(path) as db:
        assert db.execute("SELECT count(*) FROM mine").fetchone() == (0,)


# The interrupt is raised where sqlite3 swallows it, and says so to pytest once something has asked it to, as datasette
# does.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("opening", [reading, writing])
def test_a_long_query_can_be_interrupted(opening: Callable[[Path], Any], path: Path) -> None:
    open_writing(path).close()
    threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt), opening(path) as db:
        db.execute(_ENDLESS).fetchone()


@pytest.mark.parametrize(
    "read",
    [
        lambda: json.loads("{"),
        lambda: json.loads("[" * 200_000),
        lambda: os.environ["NO SUCH"],
        lambda: int("x"),
        lambda: int(json.loads("[]")),
    ],
)
def test_rows_that_others_wrote_end_in_one_line(read: Callable[[], Any], path: Path) -> None:
    open_writing(path).close()
    with pytest.raises(ArchiveError, match="is not as this program writes it"), reading(path):
        read()


@pytest.mark.parametrize("error", [Unpackable("x"), "\ud800".encode])
def test_an_error_that_says_more_is_left_as_it_is(error: Any, path: Path) -> None:
    open_writing(path).close()
    with pytest.raises((Unpackable, UnicodeEncodeError)), reading(path):
        raise error() if callable(error) else error


def test_other_errors_inside_stay_what_they_are(path: Path) -> None:
    """A reader of our output that goes away is no fault of the archive."""
    with pytest.raises(BrokenPipeError), writing(path):
        raise BrokenPipeError


@pytest.mark.parametrize("opening", [open_reading, open_writing])
def test_an_old_sqlite_is_said(
    path: Path, opening: Callable[[Path], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_writing(path).close()
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(ArchiveError, match=r"too old: 3\.38 is needed"):
        opening(path)


def test_a_writer_is_set_up(db: Database) -> None:
    values = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "foreign_keys")}
    assert values == {"journal_mode": "wal", "foreign_keys": 1}
    assert db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    assert db.execute("PRAGMA busy_timeout").fetchone()[0] == connect.PATIENCE * 1000


def test_a_read_only_medium_is_read_and_nothing_is_left_on_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_writing(path).close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with reading(path) as db:
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (0,)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def _refusal_for_nobody(opening: Callable[[Path], Database], folder: Path) -> str:
    """What somebody who may not write in the archive's folder is told; root may write everywhere."""
    from_child, to_parent = os.pipe()
    if (child := os.fork()) == 0:
        os.setuid(65534)
        try:
            opening(folder / "archive.db").close()
        except ArchiveError as error:
            os.write(to_parent, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(to_parent)
    with os.fdopen(from_child, "rb") as said:
        return said.read().decode()


needs_root = pytest.mark.skipif(
    not hasattr(os, "fork") or os.geteuid() != 0, reason="needs root to become somebody else"
)


@needs_root
def test_a_folder_that_cannot_be_written_is_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        assert "this folder cannot be written" in _refusal_for_nobody(open_writing, Path(folder))


@needs_root
def test_last_writes_that_cannot_be_read_without_writing_are_said() -> None:
    """A killed run leaves a -wal file; copied to where nothing can be written, SQLite can make no -shm beside it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "copy"
        folder.mkdir()
        db = open_writing(Path(place) / "archive.db")
        for name in ("archive.db", "archive.db-wal"):
            shutil.copyfile(Path(place) / name, folder / name)
        db.close()
        Path(place).chmod(0o755)
        folder.chmod(0o555)
        refusal = _refusal_for_nobody(open_reading, folder)
        assert refusal.startswith(f"{folder}/archive.db: the last writes stand in archive.db-wal still")


@pytest.mark.parametrize("opening", [open_reading, open_writing])
def test_a_folder_that_was_deleted_is_said(
    tmp_path: Path, opening: Callable[[Path], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARCHIVE_PATH", raising=False)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(ArchiveError, match=r"archive\.db: the current folder was deleted"):
        opening(default_path())
    open_writing(tmp_path / "archive.db").close()


class TestMigrations:
    """A schema of two steps, as the next version of this program may have it."""

    @pytest.fixture
    def two_steps(self, old_archive: Path, monkeypatch: pytest.MonkeyPatch) -> Migrations:
        assert old_archive.exists(), "made by this version, before the next one is put in its place"
        steps = Migrations("repost-archive")
        for known in schema.migrations.pending(Database(memory=True)):
            steps(name=known.name)(known.fn)

        @steps(name="0002_stars")
        def _stars(db: Database) -> None:
            db.execute("ALTER TABLE articles ADD COLUMN stars INTEGER")

        monkeypatch.setattr(connect, "migrations", steps)
        monkeypatch.setattr(schema, "migrations", steps)
        return steps

    @pytest.fixture
    def old_archive(self, path: Path) -> Path:
        with writing(path) as db, transaction(db):
            db.execute("INSERT INTO sites VALUES ('old', '2026-01-01', NULL)")
            db.execute("INSERT INTO articles VALUES (7, 'http://old/', 'old', '2026-01-01', '2026-01-02', NULL)")
        return path

    def test_an_older_archive_is_brought_up_to_date(self, old_archive: Path, two_steps: Migrations) -> None:
        with writing(old_archive) as db:
            assert [step.name for step in two_steps.applied(db)][-1] == "0002_stars"
            assert list(db.query("SELECT id, url_key, stars FROM articles")) == [
                {"id": 7, "url_key": "http://old/", "stars": None}
            ]

    @pytest.mark.usefixtures("two_steps")
    def test_an_older_archive_is_not_changed_by_reading(self, old_archive: Path) -> None:
        with pytest.raises(ArchiveError, match="older version; `repost reclean --pending` brings it up to date"):
            open_reading(old_archive)

    def test_a_step_that_fails_leaves_the_archive_as_it_was(self, old_archive: Path, two_steps: Migrations) -> None:
        @two_steps(name="0003_broken")
        def _broken(db: Database) -> None:
            db.execute("DELETE FROM articles")
            db.execute("nonsense")

        with pytest.raises(ArchiveError, match="nonsense"):
            open_writing(old_archive)
        with sqlite3.connect(old_archive) as raw:
            assert raw.execute("SELECT id FROM articles").fetchall() == [(7,)]
            names = [name for (name,) in raw.execute("SELECT name FROM _sqlite_migrations")]
            assert not {"0002_stars", "0003_broken"} & set(names)


# The tables as the migrations of these names first made them, before they were changed.
_FIRST_SEARCH = """
    DROP TABLE search_index;
    CREATE VIRTUAL TABLE search_index USING fts5 (
        headline, body, source, authors, site, state, content = '', tokenize = 'ascii'
    );
    INSERT INTO search_index (rowid, headline) SELECT id, 'x' FROM search_documents;
    DELETE FROM _sqlite_migrations WHERE name = '0008_as_published';
"""
_FIRST_FAMILIES = """
    DELETE FROM fingerprints;
    DROP TABLE sketches;
    CREATE TABLE sketches (
        version_id INTEGER PRIMARY KEY REFERENCES versions (id),
        article_id INTEGER UNIQUE REFERENCES articles (id),
        algorithm TEXT NOT NULL,
        words BLOB NOT NULL,
        word_count INTEGER NOT NULL,
        hashes BLOB NOT NULL
    ) STRICT;
    INSERT INTO sketches SELECT id, article_id, 'first', x'00', 1, x'00000000' FROM versions;
    INSERT INTO families (begun_at) VALUES ('2026-11-24');
    INSERT INTO family_members SELECT id, 1, 'copy' FROM articles;
    INSERT INTO fingerprints SELECT 0, id FROM articles;
    DROP INDEX captures_requested_url;
    DELETE FROM _sqlite_migrations WHERE name = '0008_as_published';
"""


@pytest.mark.parametrize("first", [_FIRST_SEARCH, _FIRST_FAMILIES, _FIRST_SEARCH + _FIRST_FAMILIES])
def test_an_archive_made_by_the_first_form_of_a_migration_can_be_written_and_searched(
    first: str, path: Path, make_capture: Callable[..., Capture], make_article: Callable[..., Article]
) -> None:
    def keep(db: Database, day: int, body: tuple[str, ...]) -> None:
        sketch = Sketch(algorithm="a", words="".join(body), hashes=(day,), places=(0,))
        article = dataclasses.replace(make_article(body=body, body_raw=body), sketch=sketch)
        keep_article(db, keep_capture(db, make_capture(f"<p>{day}</p>", day=day)), article)

    with writing(path) as db:
        keep(db, 0, ("桥修好了。",))
        db.conn.executescript(first)
    with writing(path) as db:
        assert list(strays(db)) == []
        keep(db, 1, ("桥又修好了。",))
        assert list(strays(db)) == []
        assert unfiled(db) == 0
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    fresh = path.with_name("fresh.db")
    with writing(path) as old, writing(fresh) as new:
        query = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_sqlite%' ESCAPE '\\' ORDER BY name"
        assert old.execute(query).fetchall() == new.execute(query).fetchall()


def _write_and_die(db: Database, site: str) -> None:
    with transaction(db):
        db.execute("INSERT INTO sites VALUES (?, '2026', NULL)", (site,))
        raise ZeroDivisionError


class TestTransaction:
    def test_all_or_nothing(self, db: Database) -> None:
        with pytest.raises(ZeroDivisionError):
            _write_and_die(db, "a")
        assert not db.conn.in_transaction
        assert db.table("sites").count == 0

    def test_what_ends_an_inner_one_ends_both(self, db: Database) -> None:
        def both() -> None:
            with transaction(db):
                db.execute("INSERT INTO sites VALUES ('a', '2026', NULL)")
                _write_and_die(db, "b")

        with pytest.raises(ZeroDivisionError):
            both()
        assert not db.conn.in_transaction
        assert db.table("sites").count == 0

    def test_two_processes_write_in_turns(self, path: Path) -> None:
        """Each reads before it writes: without the lock at the start, one of them would fail at once."""
        script = """
import sys
from pathlib import Path
from archive.connect import transaction, writing
with writing(Path(sys.argv[1])) as db:
    for number in range(60):
        with transaction(db):
            count = db.execute("SELECT count(*) FROM sites").fetchone()[0]
            db.execute("INSERT INTO sites VALUES (?, '2026', NULL)", (f"{sys.argv[2]}-{count}",))
"""
        started = [subprocess.Popen([sys.executable, "-c", script, path, name]) for name in ("one", "two")]
        assert [process.wait() for process in started] == [0, 0]
        with reading(path) as db:
            numbers = sorted(int(row["site"].split("-")[1]) for row in db.table("sites").rows)
        assert numbers == list(range(120))


class TestDefaultPath:
    def test_the_environment_decides(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ARCHIVE_PATH", "/srv/other.db")
        assert default_path() == Path("/srv/other.db")

    @pytest.mark.parametrize(("project", "expected"), [(True, "archive.db"), (False, "below/deep/archive.db")])
    def test_else_the_project_else_this_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, project: bool, expected: str
    ) -> None:
        monkeypatch.delenv("ARCHIVE_PATH", raising=False)
        (tmp_path / "below" / "deep").mkdir(parents=True)
        if project:
            (tmp_path / "scrapy.cfg").touch()
        monkeypatch.chdir(tmp_path / "below" / "deep")
        assert default_path() == tmp_path / expected


def test_what_comes_last_in_a_transaction_is_done_once_and_needs_one(tmp_path: Path) -> None:
    done: list[list[int]] = []

    def action(_: Database, values: Iterable[int]) -> None:
        done.append(list(values))

    db = open_writing(tmp_path / "archive.db")
    with transaction(db):
        for value in (3, 1, 3):
            connect.at_the_end(db, action, value)
        assert done == []
    assert done == [[3, 1]]
    with pytest.raises(KeyError):
        connect.at_the_end(db, action, 5)
    db.close()

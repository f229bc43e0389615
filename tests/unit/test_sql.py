"""`repost sql`: what may be asked, and that nothing asked can write, reach another file or go on for ever."""

import json
import re
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.connect import open_writing
from archive.errors import ArchiveError
from archive.sql import TooLong, ask, asking
from cli.main import main

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    db = open_writing(path)
    for site in ("桥头.example", "=cmd|'/c calc'!A1", "\x1b[31m红"):
        db.execute("INSERT INTO sites (site, first_seen) VALUES (?, '2026-02-11')", (site,))
    db.close()
    return path


@pytest.fixture
def repost(path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["repost", "sql", *arguments, "--db", str(path)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT site FROM sites",
        "WITH a AS (SELECT 1 AS b) SELECT b FROM a",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5) SELECT i FROM n",
        "VALUES (1)",
        "EXPLAIN QUERY PLAN SELECT 1",
        "PRAGMA table_info(sites)",
        "SELECT name FROM pragma_table_xinfo('sites')",
        "SELECT value FROM json_each('[1]')",
        "SELECT count(*) FROM search_index WHERE search_index MATCH '\"桥\"'",
        "SELECT count(*) FROM latest",
        "SELECT count(*) FROM events",
    ],
)
def test_reading_is_answered(path: Path, sql: str) -> None:
    with asking(path) as connection:
        assert list(ask(connection, sql).rows)


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH 'other.db' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "INSERT INTO sites (site, first_seen) VALUES ('x', 'y')",
        "INSERT INTO sites (site, first_seen) VALUES ('x', 'y') RETURNING site",
        "UPDATE sites SET site = 'x'",
        "DELETE FROM sites",
        "REPLACE INTO sites VALUES ('x', 'y', NULL)",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "CREATE VIRTUAL TABLE temp.t USING fts5 (a)",
        "DROP TABLE sites",
        "ALTER TABLE sites RENAME TO x",
        "PRAGMA query_only = off",
        "PRAGMA writable_schema = on",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 7",
        "SELECT * FROM pragma_journal_mode",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "INSERT INTO search_index (search_index) VALUES ('delete-all')",
        "VACUUM",
        "VACUUM INTO 'copy.db'",
        "REINDEX",
        "ANALYZE",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT a",
        "SELECT 1; DELETE FROM sites",
        "SELECT zeroblob(1000000000)",
        "SELECT nothing FROM sites",
        "SELECT 1 WHERE :missing",
        "SELECT '\x00",
        "",
        "-- nothing",
    ],
)
def test_all_else_is_refused_in_one_line(path: Path, tmp_path: Path, sql: str) -> None:
    before = sqlite3.connect(path).execute("SELECT * FROM sites").fetchall()
    with asking(path) as connection, pytest.raises(ArchiveError) as refused:
        list(ask(connection, sql).rows)
    assert "\n" not in str(refused.value)
    assert sqlite3.connect(path).execute("SELECT * FROM sites").fetchall() == before
    assert {file.name.partition("-")[0] for file in tmp_path.iterdir()} == {"archive.db"}


@pytest.mark.parametrize("sql", ["SELECT nobody FROM sites", "SELECT 1 FROM nobody"])
def test_a_name_that_is_not_there_is_answered_with_where_the_names_are(path: Path, sql: str) -> None:
    with asking(path) as connection, pytest.raises(ArchiveError, match=r": nobody; --schema says what there is$"):
        list(ask(connection, sql).rows)


def test_a_query_without_end_is_stopped(path: Path) -> None:
    with asking(path) as connection:
        with pytest.raises(TooLong, match=r"0\.1 seconds"):
            list(ask(connection, ENDLESS, time_limit=0.1).rows)
        assert list(ask(connection, "SELECT 1").rows) == [(1,)]  # the clock was its own


# It is raised where sqlite3 swallows it, and says so to pytest once something has asked it to, as datasette does.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_is_not_taken_for_the_time_limit(path: Path) -> None:
    threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt), asking(path) as connection:  # in this order: opening may take long
        list(ask(connection, ENDLESS, time_limit=60).rows)


def test_two_columns_of_one_name_are_told_apart(path: Path) -> None:
    with asking(path) as connection:
        assert ask(connection, "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a").columns == ("a", "a_2", "a_2_2", "a_3")


def test_the_schema_says_what_the_columns_are(repost: Run) -> None:
    code, out, err = repost("--schema")
    assert (code, err) == (0, "")
    assert "published_at TEXT,               -- ISO 8601 with offset, or a date alone\n" in out
    assert "CREATE VIEW latest" in out
    assert re.findall("CREATE TABLE [^ ]*sqlite_|search_index_", out) == []


@pytest.mark.parametrize("arguments", [(), ("--schema", "SELECT 1")])
def test_one_statement_or_the_schema(arguments: tuple[str, ...], repost: Run) -> None:
    code, out, err = repost(*arguments)
    assert (code, out, err.count("\n"), "one SELECT, or --schema" in err) == (2, "", 1, True)


def test_rows_as_json(repost: Run) -> None:
    code, out, err = repost("SELECT 1 AS n, x'ff' AS bytes, 9e999 AS huge, NULL AS no, '台' AS t", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"n": 1, "bytes": "/w==", "huge": None, "no": None, "t": "台"}


def test_csv_is_safe_in_a_spreadsheet_and_a_table_in_a_terminal(repost: Run) -> None:
    _, out, _ = repost("SELECT site AS '=site', -1 AS n FROM sites ORDER BY site", "--csv")
    assert "'=cmd|'/c calc'!A1,-1" in out
    assert out.startswith("'=site,n")
    _, out, _ = repost("SELECT site FROM sites")
    assert "\x1b" not in out
    assert "\\x1b[31m红" in out


def test_a_value_is_given_by_name(repost: Run) -> None:
    code, out, _ = repost("SELECT count(*) FROM sites WHERE site = :site", "-p", "site", "桥头.example")
    assert (code, out) == (0, "1\n")


def test_a_limit_that_ends_it_is_said(repost: Run) -> None:
    code, out, err = repost("SELECT site FROM sites", "--limit", "2")
    assert (code, out.count("\n")) == (4, 2)
    assert "the first 2 rows; there are more" in err
    assert repost("SELECT site FROM sites", "--limit", "3")[0] == 0
    code, out, err = repost(ENDLESS, "--time-limit", "0.1")
    assert (code, out, err.count("\n")) == (4, "", 1)


def test_a_missing_archive_is_said(path: Path, repost: Run) -> None:
    path.unlink()
    code, _, err = repost("SELECT 1")
    assert (code, err.count("\n")) == (2, 1)

"""What people get wrong, or leave out, at the command line: one line that says so, and the right exit code."""

import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import runs
from archive.connect import writing
from archive.write import keep_article, keep_capture
from cli.main import main
from crawler.items import Article, Capture
from crawler.lock import RunLock
from pipelines.outcome import outcome_of

HEADLINE = "青石镇修好两座水车"
PARAGRAPHS = (
    "青石镇的两座水车停了十一年，上个月重新转了起来，镇上的老木匠带着三个徒弟修了整整一个春天，换了四十多块板。",
    "水车转起来以后，河边的六十亩菜地不再用柴油泵抽水，一季能省下四千多块钱的油钱，菜农们凑钱请木匠吃了一顿饭。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of the command left behind."""

    code: int
    out: str
    err: str


Repost = Callable[..., Run]


@pytest.fixture
def repost(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Repost:
    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["repost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Run(code=int(ended.value.code or 0), out=out, err=err)

    return run


@pytest.fixture
def archive(tmp_path: Path, article_html: Callable[..., str]) -> Path:
    """An archive of one article."""
    path = tmp_path / "archive.db"
    page = article_html(HEADLINE, *PARAGRAPHS).encode()
    fetched_at = datetime(2026, 2, 12, 9, tzinfo=UTC)
    with writing(path) as db:
        capture = Capture(url="http://qingshi.example/1.html", body=page, fetched_at=fetched_at, site="qingshi.example")
        result = outcome_of(capture)
        assert isinstance(result, Article)
        keep_article(db, keep_capture(db, capture), result)
    return path


# -- archives


@pytest.mark.parametrize("command", ["update", "reindex", "reclean"])
@pytest.mark.parametrize("empty", [False, True])
def test_what_works_on_an_archive_makes_none(repost: Repost, tmp_path: Path, command: str, empty: bool) -> None:  # noqa: FBT001 - a case
    path = tmp_path / "mistyped.db"
    if empty:
        path.touch()
    run = repost(command, "--db", path)
    assert (run.code, run.out) == (2, "")
    assert run.err == f"repost: {path}: no such archive; `repost crawl` makes one\n"
    assert [item.name for item in tmp_path.iterdir()] == (["mistyped.db"] if empty else [])
    assert not empty or not path.stat().st_size


# -- bytes that are no UTF-8, numbers that are none


@pytest.mark.parametrize(
    "arguments",
    [
        ("sql", "select '\udcff'"),
        ("sql", "select :a", "-p", "a", "\udcff"),
    ],
)
def test_arguments_that_are_no_utf8_are_said_to_be_so(
    repost: Repost, archive: Path, arguments: tuple[str, ...]
) -> None:
    run = repost(*arguments, "--db", archive)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("repost: not UTF-8: ")
    assert "\\xff" in run.err


def test_sql_that_is_no_utf8_on_standard_input(repost: Repost, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"select '\xff'"), encoding="utf-8"))
    run = repost("sql", "-", "--db", archive)
    assert (run.code, run.out) == (2, "")
    assert run.err == "repost: standard input: not UTF-8 (byte 8) (see: repost sql --help)\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("crawl", "http://a.example/", "--delay", "nan"),
        ("update", "--max-time", "nan"),
        ("sites", "learn", "http://a.example/", "--delay", "inf"),
        ("sql", "select 1", "--time-limit", "nan"),
    ],
)
def test_no_number_of_seconds(repost: Repost, arguments: tuple[str, ...]) -> None:
    run = repost(*arguments)
    assert run.code == 2
    assert f"Invalid value for '{arguments[-2]}'" in run.err


def test_a_long_argument_is_cut_in_a_message(repost: Repost, tmp_path: Path) -> None:
    run = repost("list", "--db", tmp_path / "none.db", "--reason", "x" * 100_000)
    assert run.code == 2
    assert len(run.err) < 1_100
    assert run.err.endswith("(see: repost list --help)\n")


# -- joining


def test_a_damaged_archive_is_named_before_anything_is_made(repost: Repost, archive: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "flip.db"
    with sqlite3.connect(archive) as source, sqlite3.connect(damaged) as target:
        source.backup(target)
    for connection in (source, target):
        connection.close()
    size = damaged.stat().st_size
    with damaged.open("r+b") as file:
        for at in range(4096, size, 4096):
            file.seek(at)
            file.write(b"\xff" * 64)
    into = tmp_path / "all.db"
    run = repost("merge", "--into", into, archive, damaged)
    assert (run.code, run.out) == (2, "")
    assert run.err == f"repost: {damaged}: database disk image is malformed\n"
    assert not into.exists()
    again = repost("reindex", "--db", damaged)
    assert (again.code, again.out) == (2, "")
    assert again.err == f"repost: {damaged}: database disk image is malformed\n"


# -- files that are given


def test_of_a_folder_only_pages_are_imported_and_what_is_rejected_is_named(
    repost: Repost, archive: Path, tmp_path: Path, article_html: Callable[..., str]
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "1.html").write_text(article_html(HEADLINE, *PARAGRAPHS), encoding="utf-8")
    (folder / "empty.HTM").touch()
    (folder / "notes.txt").write_text("青石镇" * 40, encoding="utf-8")
    (folder / "archive.db").write_bytes(archive.read_bytes())
    run = repost("import", folder, "--db", tmp_path / "new.db")
    assert run.code == 0
    assert run.err.splitlines() == [
        "repost: 2 other files in these folders are neither HTML nor WARC by their names",
        f"repost: rejected: {(folder / 'empty.HTM').as_uri()}: empty: no byte",
        "repost: 1 new, 0 changed, 0 unchanged, 1 rejected, 0 failed, 0 known",
    ]
    named = repost("import", archive, "--db", tmp_path / "new.db")
    assert "not-html: the bytes are a SQLite database" in named.err


@pytest.mark.parametrize("url", ["ftp://a.example/", "http://\udcff", "a.example"])
def test_an_import_under_no_web_address_is_refused(repost: Repost, tmp_path: Path, url: str) -> None:
    page = tmp_path / "1.html"
    page.write_text("x", encoding="utf-8")
    run = repost("import", page, "--url", url, "--db", tmp_path / "new.db")
    assert run.code == 2
    assert "address" in run.err
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("command", ["extract", "restore", "import"])
def test_what_is_not_there_is_a_mistake_and_what_holds_nothing_gives_3(
    repost: Repost, tmp_path: Path, command: str
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    db = ("--db", tmp_path / "new.db") if command == "import" else ()
    missing = repost(command, tmp_path / "nope.html", *db)
    assert (missing.code, missing.out) == (2, "")
    assert "nope.html' does not exist" in missing.err
    nothing = repost(command, folder, *db)
    assert (nothing.code, nothing.out) == (3, "")
    assert len(nothing.err.splitlines()) == 1


def test_restoring_a_page_leads_to_extract(repost: Repost, tmp_path: Path) -> None:
    page = tmp_path / "p.html"
    page.write_text("<!DOCTYPE html><p>青石镇</p>", encoding="utf-8")
    run = repost("restore", page)
    assert (run.code, run.out) == (0, "<!DOCTYPE html><p>青石镇</p>")
    assert "`repost extract`" in run.err


# -- files that are written


def test_where_a_file_cannot_stand_is_said(repost: Repost, archive: Path, tmp_path: Path) -> None:
    run = repost("backup", tmp_path / "no" / "x.db", "--db", archive)
    assert run.code == 2
    assert run.err == f"repost: {tmp_path / 'no'}: no such folder (see: repost backup --help)\n"


def test_a_gzipped_file_gets_no_plain_name(repost: Repost, archive: Path, tmp_path: Path) -> None:
    run = repost("export", "-f", "warc", "-o", tmp_path / "x.warc", "--db", archive)
    assert run.code == 2
    assert "name it x.warc.gz" in run.err
    written = repost("export", "-o", tmp_path / "x.warc.gz", "--db", archive)
    assert "repost: 1 capture, " in written.err


# -- dates


@pytest.mark.parametrize("since", ["2026-13", "yesterday"])
def test_a_day_that_is_none_is_answered_with_one_that_is(repost: Repost, since: str) -> None:
    run = repost("crawl", "--discover", "http://a.example/", "--since", since)
    assert run.code == 2
    assert "%" not in run.err


# -- where nothing was found, and how much is shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "--hijacked"), "no article was found"),
        (("list", "--rejected"), "no rejected page was found"),
        (("families", "--min-size", "100"), "no family was found"),
        (("export", "--format", "jsonl", "--query", "zzzz"), "no article was found"),
    ],
)
def test_nothing_found_is_said(repost: Repost, archive: Path, arguments: tuple[str, ...], said: str) -> None:
    run = repost(*arguments, "--db", archive)
    assert (run.code, run.err) == (0, f"repost: {said}\n")


@pytest.mark.parametrize("arguments", [("list",), ("list", "--rejected"), ("search",), ("stats",)])
def test_a_site_that_is_not_there_is_said(repost: Repost, archive: Path, arguments: tuple[str, ...]) -> None:
    run = repost(*arguments, "--site", "nope", "--db", archive)
    assert (run.code, run.out, run.err) == (2, "", "repost: no site nope\n")


def test_the_evidence_of_a_clean_article_is_json_too(repost: Repost, archive: Path) -> None:
    lines = [json.loads(line) for line in repost("explain", "1", "--json", "--db", archive).out.splitlines()]
    decisions = {line["decision"]: line for line in lines if "decision" in line}
    assert list(decisions) == ["encoding", "hijacked", "damage"]
    assert decisions["encoding"]["result"] == "utf-8"
    assert decisions["encoding"]["evidence"][0].keys() == {"kind", "detail", "weight"}
    assert decisions["hijacked"]["result"] == "no"


def test_on_a_terminal_the_headline_has_the_room(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["repost", "list", "--db", str(archive)])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")  # no colours
    with pytest.raises(SystemExit):
        main()
    sys.stdout.flush()
    head, line = capfd.readouterr().out.splitlines()
    assert head.split() == ["id", "published", "site", "source", "headline"], "empty columns are left out"
    assert line.split() == ["1", "2026-02-11", "qingshi.example", "云溪日报", HEADLINE]


def test_a_run_whose_process_is_gone_has_died(repost: Repost, archive: Path) -> None:
    with writing(archive) as db:
        for job in "ab":
            runs.begin(db, command="pages", job=job, now=datetime(2026, 2, 12, 9, tzinfo=UTC))
    with RunLock(archive):
        newest, other = (line for line in repost("status", "--db", archive).out.splitlines() if "run " in line)
    assert newest.endswith("at work")
    assert other.endswith("died")
    newest, other = (line for line in repost("status", "--db", archive).out.splitlines() if "run " in line)
    assert newest.endswith("died")


def test_tables_in_a_pipe_have_no_blanks_at_their_ends(repost: Repost, archive: Path) -> None:
    for command in ("stats", "status"):
        lines = repost(command, "--db", archive).out.splitlines()
        assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("command", ["status", "stats"])
def test_a_reader_that_is_gone_is_no_failure(archive: Path, command: str) -> None:
    reading_end, writing_end = os.pipe()
    os.close(reading_end)
    program = f"import sys; sys.argv[1:] = ['{command}', '--db', {str(archive)!r}]; from cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program], stdout=writing_end, stderr=subprocess.PIPE, check=False)
    os.close(writing_end)
    assert (done.returncode, done.stderr) == (0, b"")


def test_one_letter_is_no_article(repost: Repost, tmp_path: Path) -> None:
    page = tmp_path / "x.html"
    page.write_text("x", encoding="utf-8")
    run = repost("extract", page)
    assert (run.code, run.err) == (1, f"repost: {page}: no-article: no headline with text below it\n")


def test_a_site_file_that_cannot_be_read_is_told_of_in_words(
    repost: Repost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPOST_SITES", str(tmp_path))
    (tmp_path / "a.toml").mkdir()
    (tmp_path / "b.toml").write_bytes(b'hosts = ["b.example"]\nsite_name = "\xff"\n')
    (tmp_path / "c.toml").write_text(
        'hosts = ["c.example"]\n[exceptions]\nspeed = "they asked us to hurry"\nrobots = "yes"\n', encoding="utf-8"
    )
    run = repost("sites", "check")
    *unreadable, speed, robots = run.err.splitlines()
    assert speed.startswith(f"{tmp_path}/c.toml:3: exceptions: speed: no such rule")
    assert robots.startswith(f"{tmp_path}/c.toml:4: exceptions: robots: needs its reason")
    assert unreadable == [f"{tmp_path}/a.toml:1: Is a directory", f"{tmp_path}/b.toml:2: not UTF-8"]


def test_a_date_of_a_manifest_that_is_none_is_named(repost: Repost, tmp_path: Path) -> None:
    manifest = tmp_path / "m.jsonl"
    manifest.write_text('{"file": "1.html", "fetched_at": "soon"}\n', encoding="utf-8")
    run = repost("extract", "--manifest", manifest)
    assert run.code == 2
    assert run.err.startswith(f"repost: {manifest}:1: fetched_at is no date and time like ")

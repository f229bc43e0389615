"""Copies of an archive in use, and archives joined from the command line."""

import sys
import threading
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from archive.connect import reading, transaction, writing
from archive.digest import content_digest
from archive.write import keep_article, keep_capture
from cli.backup import SAID
from cli.main import main
from crawler.lock import RunLock
from pipelines.fingerprint import fingerprint

Make = Callable[..., Any]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def keep(make_capture: Make, make_record: Make) -> Callable[[Any, int], None]:
    def keep(db: Any, number: int) -> None:
        url = f"http://site{number % 3}.example/{number}.html"
        capture = make_capture(f"<p>第 {number} 页</p>", url=url, site=f"site{number % 3}.example")
        body = (f"第 {number} 篇的正文，与别的都不一样。",)
        record = make_record(
            url=url, fetched_at=capture.fetched_at, headline_raw="青石镇的桥修好了", body=body, body_raw=body, notes=()
        )
        keep_article(db, keep_capture(db, capture), fingerprint(record))

    return keep


@pytest.fixture
def archive(path: Path, keep: Make) -> Path:
    with writing(path) as db:
        for number in range(5):
            keep(db, number)
    return path


@pytest.fixture
def repost(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["repost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_a_copy_taken_while_another_writes_is_sound_and_of_one_moment(
    archive: Path, keep: Make, repost: Run, tmp_path: Path
) -> None:
    """The writer keeps an article's capture and its text in one transaction; a copy has both or neither."""
    begun, enough = threading.Event(), threading.Event()

    def write() -> None:
        with writing(archive) as db:
            for number in range(5, 50_000):
                with transaction(db):
                    keep(db, number)
                begun.set()
                if enough.is_set():
                    return

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(60)
    code, out, err = repost("backup", tmp_path / "copy.db", "--db", archive)
    was_writing = writer.is_alive()
    enough.set()
    writer.join(60)
    assert was_writing
    assert (code, out, "checked" in err) == (0, "", True)
    with reading(tmp_path / "copy.db") as copy:
        assert copy["captures"].count == copy["articles"].count >= 6
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith((".copy", "copy"))) == ["copy.db"]


def test_a_backup_is_the_archive(archive: Path, repost: Run, tmp_path: Path) -> None:
    assert repost("backup", "-q", tmp_path / "copy.db", "--db", archive) == (0, "", "")
    assert _digest(tmp_path / "copy.db") == _digest(archive)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("{archive}", "that is the archive itself"),
        ("{old}", "--force replaces it"),
        ("{folder}/no/copy.db", "no such folder"),
    ],
)
def test_a_backup_that_cannot_be_is_one_line(
    target: str, message: str, archive: Path, repost: Run, tmp_path: Path
) -> None:
    old = tmp_path / "old.db"
    old.write_bytes(b"kept")
    code, out, err = repost("backup", target.format(archive=archive, old=old, folder=tmp_path), "--db", archive)
    assert (code, out, err.count("\n"), message in err) == (2, "", 1, True)
    assert old.read_bytes() == b"kept"


def test_of_an_unsound_archive_no_backup_is_made(archive: Path, repost: Run, tmp_path: Path) -> None:
    """What stood there stays, also with --force."""
    old = tmp_path / "old.db"
    old.write_bytes(b"kept")
    with writing(archive) as db:
        db.execute("UPDATE versions SET body = '[\"nobody wrote this\"]' WHERE id = 1")
    code, _, err = repost("backup", old, "--force", "--db", archive)
    assert (code, "no backup was made" in err) == (1, True)
    assert old.read_bytes() == b"kept"
    assert [each for each in tmp_path.iterdir() if "partial" in each.name] == []


def test_of_many_problems_the_first_are_said(archive: Path, keep: Make, repost: Run, tmp_path: Path) -> None:
    with writing(archive) as db:
        for number in range(5, 30):
            keep(db, number)
        db.execute("UPDATE versions SET digest = 'wrong'")
    code, _, err = repost("backup", tmp_path / "copy.db", "--db", archive)
    lines = err.splitlines()
    assert (code, len(lines), len(list(tmp_path.glob("*copy*")))) == (1, SAID + 2, 0)
    assert f"… 10 more: repost check --db {archive}" in lines[-2]


# -- merge


@pytest.fixture
def three(keep: Make, tmp_path: Path) -> list[Path]:
    """Three archives that overlap."""
    paths = [tmp_path / f"{name}.db" for name in "abc"]
    for path, numbers in zip(paths, ((0, 1, 2), (2, 3, 0), (4, 1, 3)), strict=True):
        with writing(path) as db:
            for number in numbers:
                keep(db, number)
    return paths


def test_six_orders_print_one_digest_and_again_prints_it_too(three: list[Path], repost: Run, tmp_path: Path) -> None:
    said = set()
    for number, order in enumerate(permutations(three)):
        code, out, err = repost("merge", *order, "--into", tmp_path / f"{number}.db")
        assert (code, len(err.splitlines())) == (0, 3)
        said.add(out.split()[-1])
    assert len(said) == 1
    code, out, err = repost("merge", three[1], "--into", tmp_path / "0.db")
    assert (code, {out.split()[-1]}) == (0, said)
    assert "0 captures, 0 versions, 0 articles and 0 addresses were new" in err
    assert repost("check", "--db", tmp_path / "0.db")[0] == 0
    assert {_digest(tmp_path / f"{number}.db") for number in range(6)} == said


def test_what_cannot_be_merged_is_one_line(three: list[Path], repost: Run, tmp_path: Path) -> None:
    a, b, _ = three
    (tmp_path / "text.db").write_text("no archive")
    for given, message in (([a, "--into", a], "into itself"), ([tmp_path / "text.db", "--into", b], "text.db"),
                           ([tmp_path / "nothing.db", "--into", b], "nothing.db"), ([a], "--into")):  # fmt: skip
        before = _digest(b)
        code, out, err = repost("merge", *given)
        assert (code, out, err.count("\n"), message in err) == (2, "", 1, True)
        assert _digest(b) == before
    with RunLock(b):
        code, _, err = repost("merge", a, "--into", b)
        assert (code, err.count("\n")) == (75, 1)


def _digest(path: Path) -> str:
    with reading(path) as db:
        return content_digest(db)

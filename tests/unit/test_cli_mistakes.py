"""What people get wrong, or leave out, at the command line: one line that says so, and the right exit code."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.connect import writing
from archive.write import keep_article, keep_capture
from cli.main import main
from crawler.items import Article, Capture
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

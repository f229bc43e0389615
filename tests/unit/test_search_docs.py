"""docs/search.md says what the program does: its options, its bounds, its examples."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.connect import writing
from archive.search import find as search
from archive.search import query as search_query
from cli.search import search_command

DOCS = (Path(__file__).parents[2] / "docs" / "search.md").read_text("utf-8")
EXAMPLES = re.findall(r"^    \./repost search (.*?)(?:  .*)?$", DOCS, re.MULTILINE)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with writing(tmp_path / "archive.db") as opened:
        yield opened


def test_every_option_is_described() -> None:
    options = {name for option in search_command.params for name in (*option.opts, *option.secondary_opts)}
    missing = {name for name in options if name.startswith("--") and f"`{name}" not in DOCS}
    assert missing == {"--db", "--limit", "--offset"}, "what every listing command has"


@pytest.mark.parametrize(
    "said",
    [
        f"at most {search_query.LONGEST:,} characters, {search_query.MOST} words",
        f"{search_query.DEEPEST} parentheses within each other",
        f"newest {search.RANKED:,}\nhits",
    ],
)
def test_bounds_are_as_described(said: str) -> None:
    assert said in DOCS


def test_the_weight_of_headlines_is_as_described() -> None:
    assert search.HEADLINE_WEIGHT == 10
    assert "a word in the headline counts like ten in the text" in DOCS


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_asked(db: Database, example: str) -> None:
    words = " ".join(re.sub(r"--[a-z-]+ ?(?:[\w-]+)?", "", example).replace("'", "").split())
    assert [*search.search(db, search.Query(text=words or None)).hits] == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"## From Python\n\n((?:    .*\n|\n)+)", DOCS)
    monkeypatch.chdir(tmp_path)
    with writing(Path("archive.db")):
        pass
    exec(compile(re.sub("^    ", "", code, flags=re.MULTILINE), "search.md", "exec"), {})  # noqa: S102 - our own page

"""The reference pages are what the program says of itself."""

import re

import pytest

from archive.export_rows import COLUMNS
from archive.stats import Figure
from cli.main import COMMANDS
from reader.report_plots import _CHARTS
from scripts.build_docs import DOCS, FILES


@pytest.mark.parametrize("name", FILES)
def test_a_generated_page_is_what_the_program_gives(name: str) -> None:
    if (DOCS / name).read_text(encoding="utf-8") != FILES[name]():
        pytest.fail(f"docs/{name} is stale; run: .venv/bin/python -m scripts.build_docs", pytrace=False)


def test_every_command_and_column_is_in_them() -> None:
    reference = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"## repost {name}\n" not in reference] == []
    dictionary = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    assert [column.name for column in COLUMNS if f"| `{column.name}`" not in dictionary] == []


def test_column_names_are_each_ones_own_and_fit_every_tool() -> None:
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z_]*", name) for name in names)


def test_the_report_is_described_figure_by_figure() -> None:
    page = (DOCS / "reports.md").read_text(encoding="utf-8")
    assert [name for name in _CHARTS if f"`{name}`" not in page] == []
    assert "columns" in Figure.__annotations__


@pytest.mark.parametrize("page", sorted({path.name for path in DOCS.glob("*.md")} - {*FILES}))
def test_what_a_page_tells_to_type_are_commands_and_options_there_are(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    reference = (DOCS / "cli.md").read_text(encoding="utf-8")
    for line in re.findall(r"^repost (.+?)(?:  #.*)?$", text, re.MULTILINE):
        command, *words = line.split()
        assert command in COMMANDS
        section = reference.split(f"## repost {command}\n")[1].split("\n## ")[0]
        for option in (word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)):
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", section), (line, option)

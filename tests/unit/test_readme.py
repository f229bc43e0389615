"""What the README shows is what the program does."""

import re
from pathlib import Path

import pytest

from pipelines.notes import replay
from pipelines.restore.engine import restore

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def example() -> tuple[str, str]:
    before, after = re.findall(r"^```\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)[:2]
    return before, after


def test_the_example_comes_out_as_shown(example: tuple[str, str]) -> None:
    before, after = example
    assert restore(before).text.strip() == after.strip()


def test_the_example_has_as_many_notes_as_the_readme_says(example: tuple[str, str]) -> None:
    restored = restore(example[0])
    assert f"{len(restored.notes)} notes say" in README
    assert replay(example[0], restored.notes) == restored.text


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str], example: tuple[str, str]) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    exec(compile(code, "README.md", "exec"), {"page_text": example[0]})  # noqa: S102 - our own README
    printed = capsys.readouterr().out
    assert example[1].strip() in printed
    assert "annotated" in printed

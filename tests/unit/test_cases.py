"""Hand-checked cases of restoring, by kind: what must come back, what must not change, what is known to fail.

A file of `tests/cases` holds `about`, `pages` and `cases`. A case has `name`, `kind`, `input`, `expected` and perhaps:

- `page`: the name of a damaged paragraph that stands before the input, since one sentence is no evidence of damage;
- `verdict`: the kind of damage that must be found;
- `xfail`: why it is known to fail; the day it passes, the test fails, so that the mark is removed.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.notes import replay
from pipelines.restore.engine import restore

CASES = Path(__file__).parent.parent / "cases"


def _cases() -> list[Any]:
    cases = []
    for path in sorted(CASES.glob("*.json")):
        held = json.loads(path.read_text("utf-8"))
        for number, case in enumerate(held["cases"]):
            page = held["pages"][case["page"]] if "page" in case else None
            marks = [pytest.mark.xfail(reason=case["xfail"], strict=True)] if "xfail" in case else []
            cases.append(pytest.param(case, page, id=f"{path.stem}-{number}", marks=marks))
    return cases


@pytest.mark.parametrize(("case", "page"), _cases())
def test_case(case: dict[str, str], page: dict[str, str] | None) -> None:
    given = f"{page['damaged']}\n{case['input']}" if page else case["input"]
    wanted = f"{page['clean']}\n{case['expected']}" if page else case["expected"]
    restored = restore(given)
    assert replay(given, restored.notes) == restored.text
    assert restored.text == wanted
    if case["input"] == case["expected"] and not page:
        assert not restored.notes
    assert restored.verdict.kind == case.get("verdict", restored.verdict.kind)


def test_there_are_enough_cases() -> None:
    held = [case for path in CASES.glob("*.json") for case in json.loads(path.read_text("utf-8"))["cases"]]
    assert len(held) >= 400
    assert sum(case["input"] == case["expected"] for case in held) >= 120

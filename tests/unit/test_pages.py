"""Invented pages, each a folder with `page.html` and `expected.json`: one test a field of the record it must give.

`expected.json` says why the page is there, where it comes from, and what its record must hold; `rejected` is the reason
of a page that gives no article.
"""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Capture, Rejected
from pipelines.clean import clean
from pipelines.record_json import record_json, rejected_json

PAGES = Path(__file__).parents[1] / "pages"
CASES = {path.parent.name: json.loads(path.read_text("utf-8")) for path in sorted(PAGES.glob("*/expected.json"))}


@cache
def _record(name: str) -> dict[str, Any]:
    case = CASES[name]
    header = case.get("encoding_header")
    capture = Capture(
        url=case["url"],
        headers=(("content-type", f"text/html; charset={header}"),) if header else (),
        body=(PAGES / name / "page.html").read_bytes(),
        fetched_at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    try:
        return record_json(clean(capture).record)
    except Rejected as rejected:
        record = rejected_json(rejected, capture.url)
        return {**record, "rejected": rejected.reason.value}


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, case in CASES.items() for field in case["expect"]])
def test_field(name: str, field: str) -> None:
    case = CASES[name]
    assert _record(name)[field] == case["expect"][field], case["why"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "rejected" not in case["expect"]])
def test_gives_an_article(name: str) -> None:
    record = _record(name)
    assert record["rejected"] is None
    assert record["body"]


def test_every_page_says_why_it_is_there() -> None:
    assert len(CASES) >= 25
    assert all(case["why"] for case in CASES.values())

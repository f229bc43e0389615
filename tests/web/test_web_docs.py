"""docs/web.md says what there is: every route, every argument, every repair."""

import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.restore import engine
from reader.web.article import VIEWS
from reader.web.plugin import DATABASE, ROUTES
from reader.web.reasons import REASONS
from reader.web.search import Asked

TEXT = (Path(__file__).parents[2] / "docs/web.md").read_text(encoding="utf-8")
DOCUMENTED = re.findall(r"^\| `(/[^`]*)` \|", TEXT, re.MULTILINE)
EXAMPLES = {"ID": "1", "NAME": "outlet", "TABLE": "articles", "KEY": "1"}


def test_every_page_is_documented() -> None:
    ours = [path for path in DOCUMENTED if not path.startswith(f"/{DATABASE}")]
    assert ours == [route.path for route in ROUTES]


@pytest.mark.parametrize("path", DOCUMENTED)
def test_every_documented_page_is_there(path: str, served: Any) -> None:
    address = re.sub("[A-Z]+", lambda name: EXAMPLES[name[0]], path)
    assert served.get(address).status_code == 200


def test_every_argument_is_documented() -> None:
    for name in (*Asked.__dataclass_fields__, *VIEWS, "view", "version", "a", "b"):
        assert f"`{name}`" in TEXT, name


def test_every_repair_has_a_reason() -> None:
    rules = {engine._HEADER.name, *(rule.name for rules in engine.RULES.values() for rule in rules)}
    assert rules == set(REASONS)

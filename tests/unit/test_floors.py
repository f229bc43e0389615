"""Pinned floors: when a score fails, and what pinning changes."""

import json
from pathlib import Path

import pytest

from bench import floors
from bench.floors import Figure, settle
from bench.score_pages import f1

HELD = {"pages": {"body": 0.9, "cost": 5}, "other": {"body": 1.0}}


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "floors.json"
    path.write_text(json.dumps(HELD), encoding="utf-8")
    monkeypatch.setattr(floors, "FLOORS", path)
    return path


def _figures(**values: float) -> list[Figure]:
    return [Figure(name=name, value=value, errors=name == "cost") for name, value in values.items()]


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        pytest.param(_figures(body=0.9, cost=5), 0, id="as pinned"),
        pytest.param(_figures(body=0.95, cost=4), 0, id="better"),
        pytest.param(_figures(body=0.89, cost=5), 1, id="a share fell"),
        pytest.param(_figures(body=0.9, cost=6), 1, id="errors rose"),
        pytest.param(_figures(body=0.9, cost=5, new=0.1), 0, id="a new figure has no floor yet"),
        pytest.param(_figures(body=0.9), 1, id="a figure with a floor is gone"),
    ],
)
def test_a_figure_below_its_floor_fails_the_run(figures: list[Figure], code: int, file: Path) -> None:
    assert settle("pages", figures) == code
    assert json.loads(file.read_text("utf-8")) == HELD


@pytest.mark.parametrize(
    ("lower", "pinned"),
    [(False, {"body": 0.9, "cost": 4, "new": 0.1}), (True, {"body": 0.8, "cost": 4, "new": 0.1})],
)
def test_pinning_raises_and_lowers_only_when_told(*, lower: bool, pinned: dict[str, float], file: Path) -> None:
    assert settle("pages", _figures(body=0.8, cost=4, new=0.1), pin=True, lower=lower) == 0
    assert json.loads(file.read_text("utf-8")) == {"pages": pinned, "other": {"body": 1.0}}


def test_a_floor_without_a_figure_goes_only_when_told(file: Path) -> None:
    settle("pages", _figures(body=0.9), pin=True)
    assert json.loads(file.read_text("utf-8"))["pages"] == {"body": 0.9, "cost": 5}
    settle("pages", _figures(body=0.9), pin=True, lower=True)
    assert json.loads(file.read_text("utf-8"))["pages"] == {"body": 0.9}


@pytest.mark.parametrize(
    ("want", "have", "score"),
    [
        ("岚桥镇的廊桥修好了。", "岚桥镇的廊桥修好了。", 1.0),
        ("岚桥，“修好”了2次", "岚桥, 「修好」了２次", 1.0),
        ("岚桥镇的廊桥修好了", "", 0.0),
        ("", "", 1.0),
        ("一二三四五", "一二三四", 2 / 3),
        ("一二三四", "四三二一", 0.0),
    ],
)
def test_f1_counts_shared_runs_of_four(want: str, have: str, score: float) -> None:
    assert f1(want, have) == pytest.approx(score)
    assert f1(have, want) == pytest.approx(score)

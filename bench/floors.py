"""Pinned floors: what a score must not fall below again. Lowering one is a deliberate act, with a reason in the commit.

`floors.json` holds them: scorer → figure → value. Figures are deterministic, so there is no margin.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FLOORS: Final = Path(__file__).parent / "floors.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure.

    Attributes:
        name: the key of its floor.
        value: what was measured.
        shown: how it is printed, a format specification.
        errors: it counts errors: less is better, and the floor is a ceiling.
    """

    name: str
    value: float
    shown: str = ".2%"
    errors: bool = False

    def misses(self, floor: float | None) -> bool:
        """Whether it is worse than its floor."""
        return floor is not None and (self.value > floor if self.errors else self.value < floor)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--pin` and `--lower`."""
    parser.add_argument("--pin", action="store_true", help="raise the floors to today's figures")
    parser.add_argument("--lower", action="store_true", help="with --pin: also lower them")


def settle(scorer: str, figures: Sequence[Figure], *, pin: bool = False, lower: bool = False) -> int:
    """Print figures beside their floors and compare, or pin them.

    Args:
        scorer: its name in `floors.json`.
        figures: all of its figures.
        pin: raise the floors, and add those of new figures.
        lower: with `pin`, also lower floors and drop those of figures that are gone.

    Returns:
        The exit code: 1 where a figure misses its floor, or a floor has no figure any more.
    """
    held: dict[str, dict[str, float]] = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    floors = held.get(scorer, {})
    width = max((len(figure.name) for figure in figures), default=0)
    missed = False
    for figure in figures:
        floor = floors.get(figure.name)
        misses = figure.misses(floor)
        missed |= misses
        beside = "–" if floor is None else format(floor, figure.shown)
        value = format(figure.value, figure.shown)
        print(f"{figure.name:{width}} {value:>9}  floor {beside:>9}{'  MISSED' if misses else ''}")
    gone = sorted(floors.keys() - {figure.name for figure in figures})
    for name in gone:
        print(f"{name:{width}}      gone  floor {floors[name]:>9}  MISSED")
    if not pin:
        return 1 if missed or gone else 0
    raised = {figure.name: figure.value for figure in figures if lower or not figure.misses(floors.get(figure.name))}
    held[scorer] = raised if lower else {**floors, **raised}
    FLOORS.write_text(json.dumps(held, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0

"""How well restoring works: invented articles, damaged by `samples.damage` at every level, restored and compared.

    .venv/bin/python bench/score_restore.py            print the figures; exit 1 where one is below its pinned floor
    .venv/bin/python bench/score_restore.py --pin      raise the floors in bench/floors.json to today's figures
    .venv/bin/python bench/score_restore.py --pin --lower    also lower them, which should need a reason in the commit
    .venv/bin/python bench/score_restore.py --show     print each place that is still wrong
    .venv/bin/python bench/score_restore.py --tune     use the articles that rules may be tuned on; no floors

White space is ignored everywhere, and so are the characters that the damage destroyed (U+FFFD in what is expected). The
character error rate does not look at punctuation width, which has its own figure; an article is exact only with both.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

from pipelines.restore.engine import restore
from samples.damage import LOST, Archive, damage
from samples.damage_tables import LEVELS

HERE: Final = Path(__file__).parent
ARTICLES: Final = HERE / "restore_articles"
FLOORS: Final = HERE / "floors.json"
KEY: Final = "restore"

EXCERPT: Final = 300  # characters; the length at which "exact" is judged elsewhere too
FORM_LEVELS: Final = (0, 3, 8, 12)  # enough to see whether a form of page is understood

_WIDE: Final = "，：；（）！？"
_FOLD: Final = str.maketrans(_WIDE, ",:;()!?")
_NOTE: Final = re.compile(r"[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńň]{1,6}[)）]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One restored text beside what was expected.

    Attributes:
        size: characters expected.
        edits: characters to insert, delete or replace, width ignored.
        places: punctuation marks that have two widths.
        right: how many of them have the right one.
        notes: pinyin notes still there.
        wrong: each difference as (expected, restored) with a little context.
    """

    size: int
    edits: int
    places: int
    right: int
    notes: int
    wrong: tuple[tuple[str, str], ...]

    @property
    def exact(self) -> bool:
        """Whether nothing differs, width included."""
        return not self.edits and self.places == self.right


def compare(expected: str, restored: str) -> Compared:
    """Compare a restored text with what was expected of it."""
    wanted, got = _bare(expected), _bare(restored)
    folded_wanted, folded_got = wanted.translate(_FOLD), got.translate(_FOLD)
    edits, places, right = 0, 0, 0
    wrong: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, folded_wanted, folded_got, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            marks = [(a, b) for a, b in zip(wanted[i:j], got[k:m], strict=True) if a.translate(_FOLD) in ",:;()!?"]
            places += len(marks)
            right += sum(a == b for a, b in marks)
            wrong += [(wanted[max(i, at - 6) : at + 6], "width") for at in _differ(wanted, got, i, j, k)]
            continue
        found = _distance(folded_wanted[i:j], folded_got[k:m])
        edits += found
        if found:
            wrong.append((wanted[max(0, i - 6) : j + 4], got[max(0, k - 6) : m + 4]))
    notes = len(_NOTE.findall(restored)) - len(_NOTE.findall(expected))
    return Compared(size=len(wanted), edits=edits, places=places, right=right, notes=max(0, notes), wrong=tuple(wrong))


def _bare(text: str) -> str:
    return "".join(text.split())


def _differ(wanted: str, got: str, i: int, j: int, k: int) -> Iterator[int]:
    return (at for at in range(i, j) if wanted[at] != got[k + at - i])


def _distance(wanted: str, got: str) -> int:
    """Edit distance in which a destroyed character costs nothing, whatever stands for it, or nothing does."""
    row = list(range(len(got) + 1))
    for char in wanted:
        free = char == LOST
        above, row[0] = row[0], row[0] + (not free)
        for at, other in enumerate(got, 1):
            best = min(row[at] + (not free), row[at - 1] + 1, above + (not free and char != other))
            above, row[at] = row[at], best
    return row[-1]


def excerpt(article: str) -> str:
    """Whole sentences from the beginning of an article, as many as make 300 characters."""
    pieces = re.split(r"(?<=。)(?!”)|(?<=”)(?=\n)|(?<=\n)", article)
    taken = ""
    for piece in pieces:
        if len(taken) >= EXCERPT:
            break
        taken += piece
    return taken


def score(folder: Path = ARTICLES) -> tuple[dict[str, float], list[tuple[str, Compared]]]:
    """Every figure by its name, and the comparisons behind them."""
    articles = [path.read_text("utf-8").strip() for path in sorted(folder.glob("*.txt"))]
    figures: dict[str, float] = {}
    seen: list[tuple[str, Compared]] = []
    whole: list[Compared] = []
    short: list[Compared] = []
    for level in range(len(LEVELS)):
        here = [_run(text, level=level, seed=seed) for seed, text in enumerate(articles)]
        seen += [(f"level {level}", one) for one in here]
        figures[f"cer level {level}"] = _cer(here)
        whole += here
        short += [_run(excerpt(text), level=level, seed=seed + 1000) for seed, text in enumerate(articles)]
    seen += [("excerpt", one) for one in short]
    figures["cer"] = _cer(whole)
    figures["exact articles"] = _share(one.exact for one in whole)
    figures["exact excerpts"] = _share(one.exact for one in short)
    figures["width"] = sum(one.right for one in whole) / sum(one.places for one in whole)
    figures["notes left"] = sum(one.notes for one in whole + short)
    for archive in Archive:
        for markup in (True, False):
            here = [
                _run(text, level=level, seed=seed, archive=archive, markup=markup)
                for level in FORM_LEVELS
                for seed, text in enumerate(articles)
            ]
            name = f"{archive}, {'markup' if markup else 'plain'}"
            figures[f"cer {name}"] = _cer(here)
            seen += [(name, one) for one in here]
    lines = [_run_lines(text, level=level, seed=seed) for level in FORM_LEVELS for seed, text in enumerate(articles)]
    figures["cer folded, line by line"] = _cer(lines)
    seen += [("line by line", one) for one in lines]
    figures["untouched changed"] = sum(restore(text).text != text for text in untouched())
    return figures, seen


def _run(text: str, *, level: int, seed: int, archive: Archive = Archive.FOLDED, markup: bool = True) -> Compared:
    damaged = damage(text, level=level, seed=seed, archive=archive, markup=markup)
    return compare(damaged.expected, restore(damaged.text).text)


def _run_lines(text: str, *, level: int, seed: int) -> Compared:
    """A converter that works on one paragraph at a time: an orphan byte at its end eats nothing."""
    made = [damage(line, level=level, seed=seed, markup=False) for line in text.splitlines()]
    restored = restore("\n".join(line.text for line in made)).text
    return compare("\n".join(line.expected for line in made), restored)


def untouched() -> list[str]:
    """The texts that restoring must give back as they are."""
    return [path.read_text("utf-8") for path in sorted((ARTICLES / "untouched").glob("*.txt"))]


def _cer(compared: Iterable[Compared]) -> float:
    held = list(compared)
    return sum(one.edits for one in held) / sum(one.size for one in held)


def _share(values: Iterable[bool]) -> float:
    held = list(values)
    return sum(held) / len(held)


def is_worse(name: str, figure: float, floor: float) -> bool:
    """Whether a figure misses its floor: shares must not fall, errors and counts must not rise."""
    return figure < floor if name.startswith(("exact", "width")) else figure > floor


def main() -> int:
    """Print, compare with the floors, pin when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pin", action="store_true", help="raise the floors to today's figures")
    parser.add_argument("--lower", action="store_true", help="with --pin: also lower them")
    parser.add_argument("--show", action="store_true", help="print each place that is still wrong")
    parser.add_argument("--tune", action="store_true", help="use the articles that rules may be tuned on; no floors")
    options = parser.parse_args()
    if options.lower and not options.pin:
        parser.error("--lower goes with --pin")
    if options.pin and options.tune:
        parser.error("floors are pinned on the articles that nothing is tuned on")
    figures, seen = score(ARTICLES / "tune" if options.tune else ARTICLES)
    if options.show:
        for name, one in seen:
            for wanted, got in one.wrong:
                print(f"{name:16} {wanted}  →  {got}")
    held = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    floors: dict[str, float] = {} if options.tune else held.get(KEY, {})
    missed = 0
    for name, figure in figures.items():
        floor = floors.get(name)
        worse = floor is not None and is_worse(name, figure, floor)
        missed += worse
        print(f"{name:28} {_shown(name, figure):>9}  floor {'–' if floor is None else _shown(name, floor):>9}", end="")
        print("  MISSED" if worse else "")
        if floor is None or options.lower or not worse:
            floors[name] = figure
    if options.pin:
        held[KEY] = floors
        FLOORS.write_text(json.dumps(held, indent=2, ensure_ascii=False) + "\n", "utf-8")
        return 0
    return 1 if missed else 0


def _shown(name: str, figure: float) -> str:
    if name.startswith("cer"):
        return f"{figure:.4%}"
    return f"{figure:.2%}" if name.startswith(("exact", "width")) else f"{figure:.0f}"


if __name__ == "__main__":
    sys.exit(main())

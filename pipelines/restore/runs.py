"""Repair the runs of shifted bytes in a text: find them, weigh their readings, accept what can be proved.

A reading is accepted only when decoding the bytes it assumes gives what is shown; between several, the more plausible
Chinese wins, and how much more plausible is kept.
"""

import math
import re
import sys
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from pipelines.restore import cp936
from pipelines.restore.lattice import Lattice
from pipelines.restore.model import STEP, Context
from pipelines.restore.page import PageFacts
from pipelines.restore.path import Path
from pipelines.restore.quotes import Quotation, quotation
from pipelines.restore.scorer import Scorer
from pipelines.restore.shown import LOST_LEAD_REST, WIDE
from pipelines.restore.tables import ORPHANS, READING

SPOT: Final = re.compile(
    rf"""
    [{ORPHANS}，,；;！!？]
    (?: (?<=[{ORPHANS}]) (?=[(（]?{READING}[)）] | [，,；;！!？?。、] | [{ORPHANS}][，,；;！!？?])
      | (?<=[，,；;！!？?]) (?={LOST_LEAD_REST}) )
    """,
    re.VERBOSE,
)
"""Where a run can begin."""
_SETTLED = 3  # so many characters after a run tell how well it joins what follows
_FARTHEST = 300  # the longest run seen is under 60 characters; a hostile text must not cost more than this
_BREADTH = 28  # how many readings are followed at once
_VANISHING_BREADTH = 2
# Paths that may be made for a text, besides four for each of its characters: a damaged page needs about half of that,
# and a hostile one gets no more
_WORK, _WORK_EACH, _MAX_WORK = 20_000, 4, 400_000
# so many orphans side by side are no run: everything was lost
_CROWD: Final = re.compile(rf"[{ORPHANS}]{{4,}}")
NOWHERE: Final = range(0)
ANYWHERE: Final = range(sys.maxsize)
_WORSE = 7 * STEP  # a reading so much worse than the best so far does not recover
DOUBT: Final = 5.5
"""A margin over the runner-up below this (nats, for the whole run) leaves the repair doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A repaired run.

    Attributes:
        start, end: its place in the shown text.
        after: what the author wrote there, still in the converter's script.
        margin: the cost of the runner-up less its own, in nats a character; None where there is no other reading.
        doubtful: the margin is too small to be sure.
    """

    start: int
    end: int
    after: str
    margin: float | None
    doubtful: bool


def mend(text: str, facts: PageFacts, scorer: Scorer) -> Iterator[Mend]:
    """The repairs of a text, from left to right, not overlapping."""
    lattice = Lattice(text, facts, scorer, work=min(_WORK + _WORK_EACH * len(text), _MAX_WORK))
    at, done, quoted = 0, 0, Quotation.NONE
    while spot := SPOT.search(text, at):
        start = spot.start()
        if crowd := _CROWD.match(text, start):
            at = crowd.end()
            continue
        if lattice.is_tired:
            return
        quoted = _quotation(text[done:start], quoted)
        found = _solve(lattice, text, start, quoted=quoted)
        at, done = start + 1, start
        if found:
            yield found
            at = done = found.end
            quoted = _quotation(found.after, quoted)


def _quotation(text: str, before: Quotation) -> Quotation:
    """What quotation is open after a text; a new line closes it."""
    open_ = before
    for at in (found.start() for found in _SHAPES.finditer(text)):
        open_ = quotation(text[at].translate(WIDE), text[at - 1 : at], open_)
    return open_


_SHAPES: Final = re.compile(r"[“”‘’「」『』\n，,。！!？?；;]")


def _solve(lattice: Lattice, text: str, start: int, *, quoted: Quotation) -> Mend | None:
    """The repair at a place, or None where no reading beats the text as it is.

    Pairs that vanished are thought of only where the best reading without them has a character that fits badly, because
    they could have vanished anywhere.
    """

    def proved(paths: Iterable[Path]) -> Iterator[Path]:
        return (path for path in paths if _reproduces(path, text, start))

    root = lattice.root(start, quoted=quoted)
    paths, passed = _search(lattice, text, start, {start: [root]}, NOWHERE)
    best = next(proved(paths), None)
    if not best or not best.mends:
        paths, _ = _search(lattice, text, start, {start: [root]}, ANYWHERE)
    elif doubts := passed.keys() & {place + step for place in best.doubts for step in (-1, 0)}:
        others, _ = _search(lattice, text, start, passed[min(doubts)], doubts)
        best = next(proved(others), None)
        if best and best.mends:
            # the readings found before may have been crowded out by others that came to nothing
            at = best.at
            paths = sorted([path for path in paths if path.at == at] + others, key=attrgetter("cost"))
    return _choose(proved(paths), start)


_Waiting = dict[int, list[Path]]
"""Readings by the place that they have come to."""


def _search(
    lattice: Lattice, text: str, start: int, waiting: _Waiting, vanished: Container[int]
) -> tuple[list[Path], dict[int, _Waiting]]:
    """The readings, the most plausible first; and what waited at each place on the way.

    Args:
        lattice: what can be read.
        text: what is shown.
        start: where the run begins.
        waiting: where to go on from.
        vanished: the places at which to think of pairs that vanished.
    """
    end = min(len(text), start + _FARTHEST + 1)
    limits = lattice.limits
    limits.clear()
    waiting, before = {}, waiting
    for paths in before.values():
        _put(sorted(paths, key=attrgetter("cost")), waiting, limits, end)
    passed: dict[int, _Waiting] = {}
    while waiting:
        if lattice.is_tired:
            return [], passed
        at = min(waiting)
        passed[at] = {place: list(paths) for place, paths in waiting.items()}
        paths = waiting.pop(at)
        if not waiting and at > start and _is_settled(paths, text, at):
            break
        if at >= len(text) or at - start > _FARTHEST:
            paths = [path for path in paths if path.pending < 0]
            if not waiting:
                break
            waiting[max(waiting)].extend(paths)
            continue
        for rank, path in enumerate(_best(paths, _BREADTH)):
            found = lattice.expand(path)
            _put(found, waiting, limits, end)
            if rank < _VANISHING_BREADTH and at in vanished:
                for others in lattice.vanished(path, found):
                    _put(others, waiting, limits, end)
    paths.sort(key=attrgetter("cost"))
    return paths, passed


def _put(paths: Iterable[Path], waiting: _Waiting, limits: dict[tuple[int, bool], float], end: int) -> None:
    """Let paths wait, and note what others may cost at most that come as far; at `end` and after it, anything."""
    last = None
    for path in paths:
        waiting.setdefault(path.at, []).append(path)
        place = (path.at, path.pending >= 0)
        if place != last and path.at < end and (path.pending >= 0 or path.mends):
            last, limit = place, path.cost + _WORSE  # what follows to the same place is hardly ever cheaper
            if limit < limits.get(place, math.inf):
                limits[place] = limit


def _is_settled(paths: list[Path], text: str, at: int) -> bool:
    """Every reading is past its run, by enough characters to compare them."""
    if any(path.pending >= 0 for path in paths):
        return False
    return at >= len(text) or all(at - max(path.end, 0) >= _SETTLED for path in paths if path.mends)


def _best(paths: list[Path], breadth: int) -> list[Path]:
    """The most plausible paths of either kind, and always the best that leaves the text as it is.

    Paths that end alike go on alike, so two of them are enough: the better one, and one to tell the margin from.
    """
    paths.sort(key=attrgetter("cost"))
    shifted = _distinct([path for path in paths if path.pending >= 0], breadth)
    right = _distinct([path for path in paths if path.pending < 0 and path.mends], breadth)
    untouched = next((path for path in paths if path.pending < 0 and not path.mends), None)
    return shifted + right + ([untouched] if untouched else [])


def _distinct(paths: list[Path], breadth: int) -> list[Path]:
    kept: list[Path] = []
    alike: dict[tuple[int, Context, bool], int] = {}
    for path in paths:
        if len(kept) == breadth or path.cost > paths[0].cost + _WORSE:
            break
        ending = (path.pending, path.before, path.open_key)
        number = alike[ending] = alike.get(ending, 0) + 1
        if number <= 2:
            kept.append(path)
    return kept


def _choose(paths: Iterator[Path], start: int) -> Mend | None:
    best = next(paths, None)
    if best is None or not best.mends:
        return None
    after = best.text[: best.length]
    other = next((path for path in paths if path.text != best.text), None)
    gap = None if other is None else (other.cost - best.cost) / STEP
    return Mend(
        start=start,
        end=best.end,
        after=after,
        margin=None if gap is None else round(gap / max(len(after), 1), 3),
        doubtful=gap is not None and gap < DOUBT,
    )


def _reproduces(path: Path, text: str, start: int) -> bool:
    """Whether the bytes that a path assumes are shown as the text is."""
    shown = _SHOWN_ORPHAN.sub("?", text[start : path.at])
    return _normal(cp936.decode(path.data)) == _normal(cp936.decode(cp936.encode(shown)))


_SHOWN_ORPHAN: Final = re.compile(rf"[\ufffd\uf780-\uf7ff](?:[(（](?={READING}[)）]))?")


def _normal(text: str) -> str:
    return text.translate(WIDE)

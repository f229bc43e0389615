"""Repair the runs of shifted bytes in a text: find them, weigh their readings, accept what can be proved.

A reading is accepted only when decoding the bytes it assumes gives what is shown; between several, the more plausible
Chinese wins, and how much more plausible is kept.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipelines.restore import cp936
from pipelines.restore.lattice import LOST_LEAD, WIDE, Lattice, PageFacts, Path
from pipelines.restore.model import STEP
from pipelines.restore.scorer import Scorer
from pipelines.restore.tables import ORPHANS, READING

_SPOT: Final = re.compile(
    rf"[{ORPHANS}](?=[(（]?{READING}[)）]|[，,；;！!？?。、]|[{ORPHANS}][，,；;！!？?])|(?={LOST_LEAD.pattern})"
)
_SETTLED = 3  # so many characters after a run tell how well it joins what follows
_FARTHEST = 300  # the longest run seen is under 60 characters; a hostile text must not cost more than this
_BREADTH = 16  # how many readings are followed at once
_FIRST_BREADTH = 40  # at the first character of a run nothing but its left neighbour tells the readings apart
_VANISHING_BREADTH = 4
DOUBT: Final = 1.5
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
    lattice = Lattice(text, facts, scorer)
    at, done, quoted = 0, 0, False
    while spot := _SPOT.search(text, at):
        start = spot.start()
        quoted = _is_quoted(text[done:start], quoted)
        found = _solve(lattice, text, start, quoted)
        at, done = start + 1, start
        if found:
            yield found
            at = done = found.end
            quoted = _is_quoted(found.after, quoted)


def is_broken(text: str) -> bool:
    """Whether there is anything to repair, so that the model is needed."""
    return _SPOT.search(text) is not None


def _is_quoted(text: str, before: bool) -> bool:  # noqa: FBT001 - a state, not a switch
    """Whether a quotation is open after a text; a new line closes it."""
    line = text.rpartition("\n")
    opened, closed = line[2].rfind("“"), line[2].rfind("”")
    return opened > closed or (before and not line[1] and closed < 0)


def _solve(lattice: Lattice, text: str, start: int, quoted: bool) -> Mend | None:  # noqa: FBT001 - as above
    waiting: defaultdict[int, list[Path]] = defaultdict(list)
    waiting[start].append(lattice.root(start, quoted=quoted))
    while True:
        at = min(waiting)
        paths = waiting.pop(at)
        if not waiting and at > start and _is_settled(paths, text, at):
            return _choose(paths, text, start)
        if at >= len(text) or at - start > _FARTHEST:
            paths = [path for path in paths if path.pending < 0]
            if not waiting:
                return _choose(paths, text, start)
            waiting[max(waiting)].extend(paths)
            continue
        breadth = _FIRST_BREADTH if at - start <= 2 else _BREADTH
        for rank, path in enumerate(_best(paths, breadth)):
            for longer in lattice.expand(path, vanished=rank < _VANISHING_BREADTH):
                waiting[longer.at].append(longer)
        if not waiting:
            return None


def _is_settled(paths: list[Path], text: str, at: int) -> bool:
    """Every reading is past its run, by enough characters to compare them."""
    if any(path.pending >= 0 for path in paths):
        return False
    return at >= len(text) or all(at - max(path.end, 0) >= _SETTLED for path in paths if path.mends)


def _best(paths: list[Path], breadth: int) -> list[Path]:
    """The most plausible paths of either kind, and always the best that leaves the text as it is.

    Paths that end alike go on alike, so two of them are enough: the better one, and one to tell the margin from.
    """
    paths.sort(key=lambda path: path.cost)
    alike: Counter[tuple[int, int, int, bool]] = Counter()
    shifted, right = [], []
    untouched = None
    for path in paths:
        ending = (path.pending, path.first, path.second, path.open_key)
        alike[ending] += 1
        if not path.mends and path.pending < 0:
            untouched = untouched or path
        elif alike[ending] <= 2:
            (right if path.pending < 0 else shifted).append(path)
    return shifted[:breadth] + right[:breadth] + ([untouched] if untouched else [])


def _choose(paths: list[Path], text: str, start: int) -> Mend | None:
    paths = sorted((path for path in paths if _reproduces(path, text, start)), key=lambda path: path.cost)
    if not paths or not paths[0].mends:
        return None
    best = paths[0]
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

"""What two texts have in common: passages that run beside each other, few words apart.

Sampled shingles only propose pairs; this decides. A passage is a run of common shingles in the same order and at nearly
the same distance in both texts, so a text in which every third character was changed is one long passage with gaps,
while phrases that any two reports of one ministry share lie scattered and make none.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

SHINGLE: Final = 4
MAX_OCCURRENCES: Final = 8  # a shingle that a text repeats more often (哈哈哈哈) says nothing about where in it we are
MAX_GAP: Final = 20  # characters between two common shingles of one passage
MAX_SHIFT: Final = 16  # characters that one text has more than the other between them
SHORTEST: Final = 12  # characters of a passage: 中国特色社会主义 alone is none
LEAST_EQUAL: Final = 0.25  # share of a passage that stands in common shingles
OPEN_AT_ONCE: Final = 12  # passages followed at the same time
WHOLE: Final = 0.9  # share of a text in common passages that makes it a part of the other, whatever they are made of


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of one text that stands in another one too, with small changes.

    Attributes:
        start, end: offsets in characters in the first text.
        other_start, other_end: the same in the other one.
        equal: characters of it that stand in common shingles.
    """

    start: int
    end: int
    other_start: int
    other_end: int
    equal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How much of a text stands in another one.

    Attributes:
        share: of the shorter text's characters, those in common passages; 0 to 1.
        characters: how many they are.
        jaccard: shingles that both have, of all that either has; 0 to 1.
    """

    share: float
    characters: int
    jaccard: float


@dataclass(slots=True)
class _Open:
    """A passage that may go on."""

    start: int
    end: int
    other_start: int
    other_end: int
    equal: int


def compare(
    one: str, other: str, *, telling: Collection[int] = frozenset(), widespread: Collection[int] = frozenset()
) -> Comparison:
    """Compare two texts; which of them comes first does not matter.

    Args:
        one: a text.
        other: another one.
        telling: places in `one` of shingles that say something.
        widespread: places in `one` of shingles that strangers have as well. A passage that holds such and no telling
            one is boilerplate, and the texts are compared as if neither had it, unless it is the whole of one.
    """
    swapped = (len(one), one) > (len(other), other)
    shorter, longer = (other, one) if swapped else (one, other)
    found = passages(shorter, longer)
    in_passages, left = covered(found), len(shorter)
    if in_passages < WHOLE * left:
        spans = [(p.other_start, p.other_end) if swapped else (p.start, p.end) for p in found]
        own = [
            passage
            for passage, span in zip(found, spans, strict=True)
            if _any_in(telling, *span) or not _any_in(widespread, *span)
        ]
        left -= in_passages - covered(own)
        in_passages = covered(own)
    mine, theirs = shingles(one), shingles(other)
    common = len(mine & theirs)
    either = len(mine) + len(theirs) - common
    return Comparison(
        share=in_passages / left if left else 0.0,
        characters=in_passages,
        jaccard=common / either if either else 0.0,
    )


def _any_in(places: Collection[int], start: int, end: int) -> bool:
    return any(start <= place < end for place in places)


def shingles(text: str) -> set[str]:
    """The shingles of a text."""
    return {text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)}


def covered(found: list[Passage]) -> int:
    """How many characters of the first text stand in passages."""
    total = reached = 0
    for passage in sorted(found, key=lambda passage: passage.start):
        total += max(0, passage.end - max(passage.start, reached))
        reached = max(reached, passage.end)
    return total


def passages(one: str, other: str) -> list[Passage]:
    """The passages that two texts have in common, in the order in which they end in the first one.

    One pass over the first text; the work is bounded by its length times `MAX_OCCURRENCES` times `OPEN_AT_ONCE`.
    """
    places = _places(other)
    going: list[_Open] = []
    found: list[_Open] = []
    for at in range(len(one) - SHINGLE + 1):
        for place in places.get(one[at : at + SHINGLE], ()):
            _extend(going, at, place)
        if going and at % MAX_GAP == 0:
            found.extend(passage for passage in going if at - passage.end > MAX_GAP)
            going = [passage for passage in going if at - passage.end <= MAX_GAP][-OPEN_AT_ONCE:]
    return [
        Passage(
            start=passage.start,
            end=passage.end,
            other_start=passage.other_start,
            other_end=passage.other_end,
            equal=passage.equal,
        )
        for passage in (*found, *going)
        if passage.end - passage.start >= SHORTEST and passage.equal >= LEAST_EQUAL * (passage.end - passage.start)
    ]


def _places(text: str) -> dict[str, list[int]]:
    """Where each shingle of a text stands, those left out that it repeats too often."""
    places: dict[str, list[int]] = {}
    for at in range(len(text) - SHINGLE + 1):
        places.setdefault(text[at : at + SHINGLE], []).append(at)
    return {shingle: at for shingle, at in places.items() if len(at) <= MAX_OCCURRENCES}


def _extend(going: list[_Open], at: int, place: int) -> None:
    """Let the passage that a common shingle continues go on, or begin one."""
    for passage in reversed(going):
        gap, other_gap = at - passage.end, place - passage.other_end
        # a shingle that overlaps the last one overlaps it equally in both texts, or it is another occurrence
        if gap <= MAX_GAP and other_gap > -SHINGLE and abs(gap - other_gap) <= (MAX_SHIFT if gap >= 0 else 0):
            passage.equal += min(SHINGLE, at + SHINGLE - passage.end)
            passage.end, passage.other_end = at + SHINGLE, place + SHINGLE
            return
    going.append(_Open(at, at + SHINGLE, place, place + SHINGLE, SHINGLE))

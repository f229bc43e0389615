"""What two texts have in common: passages that run beside each other, few words apart.

Sampled shingles only propose pairs; this decides. A passage is a run of common shingles in the same order and at nearly
the same distance in both texts, so a text in which every third character was changed is one long passage with gaps,
while phrases that any two reports of one ministry share lie scattered and make none.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

SHINGLE: Final = 4
MAX_OCCURRENCES: Final = 8  # a shingle that a text repeats more often (哈哈哈哈) says nothing about where in it we are
MAX_GAP: Final = 20  # characters between two common shingles of one passage
MAX_SHIFT: Final = 16  # characters that one text has more than the other between them
SHORTEST: Final = 12  # characters of a passage: 中国特色社会主义 alone is none
LEAST_EQUAL: Final = 0.25  # share of a passage that stands in common shingles
OPEN_AT_ONCE: Final = 12  # passages followed at the same time
SAMPLED_EVERY: Final = 12  # characters from one sampled shingle to the next, on average
FULL: Final = 0.75  # share of a passage between the ends of what is widespread in it that makes it boilerplate
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
        longest_own: of the shorter text's characters, the longest stretch that the other has not; 0 to 1.
        jaccard: shingles that both have, of all that either has; 0 to 1.
    """

    share: float
    characters: int
    longest_own: float
    jaccard: float


@dataclass(slots=True)
class _Open:
    """A passage that may go on."""

    start: int
    end: int
    other_start: int
    other_end: int
    equal: int


def compare(one: str, other: str, *, widespread: Sequence[int] = ()) -> Comparison:
    """Compare two texts; which of them comes first does not matter.

    Args:
        one: a text.
        other: another one.
        widespread: places in `one` of sampled shingles that strangers have as well, ascending. A passage full of
            them is boilerplate, and the texts are compared as if neither had it, unless it is the whole of one.
    """
    swapped = (len(one), one) > (len(other), other)
    shorter, longer = (other, one) if swapped else (one, other)
    mine, theirs = frozenset(shingles(shorter)), frozenset(shingles(longer))
    shared = mine & theirs
    found = passages(shorter, longer, shared)
    in_passages, left = covered(found), len(shorter)
    if in_passages < WHOLE * left:
        own = [
            passage
            for passage in found
            if not _is_full_of(widespread, *(_other_span(passage) if swapped else _span(passage)))
        ]
        left -= in_passages - covered(own)
        in_passages = covered(own)
    either = len(mine) + len(theirs) - len(shared)
    return Comparison(
        share=in_passages / left if left else 0.0,
        characters=in_passages,
        longest_own=_longest_gap(found, len(shorter)) / len(shorter) if shorter else 0.0,
        jaccard=len(shared) / either if either else 0.0,
    )


def _span(passage: Passage) -> tuple[int, int]:
    return passage.start, passage.end


def _other_span(passage: Passage) -> tuple[int, int]:
    return passage.other_start, passage.other_end


def _is_full_of(places: Sequence[int], start: int, end: int) -> bool:
    """Whether sampled places reach from one end of a stretch to the other, as far as a sample can tell."""
    first, last = bisect_left(places, start), bisect_left(places, end)
    return first < last and places[last - 1] - places[first] + 2 * SAMPLED_EVERY >= FULL * (end - start)


@lru_cache(maxsize=2)  # the article that is filed is compared with one candidate after the other
def shingles(text: str) -> tuple[str, ...]:
    """The shingles of a text, in order."""
    return tuple([text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)])


def covered(found: list[Passage]) -> int:
    """How many characters of the first text stand in passages."""
    total = reached = 0
    for passage in sorted(found, key=lambda passage: passage.start):
        total += max(0, passage.end - max(passage.start, reached))
        reached = max(reached, passage.end)
    return total


def _longest_gap(found: list[Passage], length: int) -> int:
    """The longest stretch of the first text that stands in no passage."""
    longest = reached = 0
    for passage in sorted(found, key=lambda passage: passage.start):
        longest = max(longest, passage.start - reached)
        reached = max(reached, passage.end)
    return max(longest, length - reached)


def passages(one: str, other: str, shared: frozenset[str]) -> list[Passage]:
    """The passages that two texts have in common, in the order in which they end in the first one.

    One pass over the first text; the work is bounded by its length times `MAX_OCCURRENCES` times `OPEN_AT_ONCE`.

    Args:
        one: the first text.
        other: the other one.
        shared: the shingles that both have. Most texts that are compared share few, so nothing else is looked at.
    """
    places = _places(other, shared)
    going: list[_Open] = []
    found: list[_Open] = []
    looked = 0
    for at, shingle in _where(one, frozenset(places)):
        if at - looked >= MAX_GAP:
            looked = at
            found.extend(passage for passage in going if at - passage.end > MAX_GAP)
            going = [passage for passage in going if at - passage.end <= MAX_GAP][-OPEN_AT_ONCE:]
        for place in places[shingle]:
            _extend(going, at, place)
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


def _places(text: str, shared: frozenset[str]) -> dict[str, list[int]]:
    """Where each shared shingle of a text stands, those left out that it repeats too often."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, shingle in _where(text, shared):
        places[shingle].append(at)
    return {shingle: at for shingle, at in places.items() if len(at) <= MAX_OCCURRENCES}


def _where(text: str, wanted: frozenset[str]) -> list[tuple[int, str]]:
    """The places of a text where one of some shingles begins, each with that shingle."""
    return [(at, shingle) for at, shingle in enumerate(shingles(text)) if shingle in wanted]


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

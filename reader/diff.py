"""What differs between two texts, character by character, in time that grows little faster than the texts do.

Chinese has no words to go by, and a comparison of every character with every other takes seconds for a long article. So
places are matched first by what they cannot be confused in: some characters in a row that stand once in either text.
Between two such places the same is done with fewer characters, and what is left is short.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

LONGEST = 200_000  # characters; of longer texts only the common beginning and end are found
CONTEXT = 30  # characters of what is the same that stay around a change
ELLIPSIS = "…"
SLIDE = 100  # characters that a change may be moved by, to begin where a sentence begins
SENTENCE_ENDS, CLAUSE_ENDS = "\n。！？；!?;", "，、：,:"

_ROWS = (32, 12, 6, 3, 2)  # characters in a row that make a place
_SMALL = 40_000  # pairs of characters that are all compared, at the end: 200 with 200
# A match of so few characters between longer changes is chance: 的 in two sentences that have nothing to do with each
# other would cut one change into many.
_CHANCE = 2


class Kind(StrEnum):
    """What became of a piece of text on the way from one text to the other."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One piece: `same` and `removed` together are the first text, `same` and `added` the second."""

    kind: Kind
    text: str


Match = tuple[int, int, int]  # where in the first text, where in the second, how many characters


def differences(a: str, b: str, *, fold: Callable[[str], str] = str) -> list[Span]:
    """The pieces that lead from one text to the other, in reading order; what was removed stands before what was added.

    Args:
        a: the first text.
        b: the second.
        fold: what does not count between them, e.g. `pipelines.script.fold_script`: each character becomes one
            character. What is the same then is given in the spelling of `b`, and without `fold` the spans give both
            texts back.
    """
    folded_a, folded_b = fold(a), fold(b)
    matches = _without_chance(_joined(_matches(folded_a, folded_b)), len(a), len(b))
    return list(_spans(a, b, _settled(list(matches), folded_a, folded_b)))


def abridged(spans: Iterable[Span], *, context: int = CONTEXT) -> list[Span]:
    """Spans with what is the same cut down to some characters around each change; nothing where nothing changed."""
    spans = list(spans)
    if all(span.kind is Kind.SAME for span in spans):
        return []
    last = len(spans) - 1
    return [
        Span(kind=span.kind, text=_cut(span.text, context, first=number == 0, last=number == last))
        if span.kind is Kind.SAME
        else span
        for number, span in enumerate(spans)
    ]


def _cut(text: str, context: int, *, first: bool, last: bool) -> str:
    head = "" if first else text[:context]
    tail = "" if last else text[len(text) - context :] if len(text) > context else text
    return text if len(head) + len(tail) >= len(text) else f"{head}{ELLIPSIS}{tail}"


def _matches(a: str, b: str) -> Iterator[Match]:
    """The passages that two texts share, in order."""
    start = _common(a, b)
    end = _common(a[start:][::-1], b[start:][::-1])
    if start:
        yield 0, 0, start
    middle_a, middle_b = a[start : len(a) - end], b[start : len(b) - end]
    if len(middle_a) <= LONGEST and len(middle_b) <= LONGEST:
        for at_a, at_b, size in _between(middle_a, middle_b, _ROWS):
            yield start + at_a, start + at_b, size
    if end:
        yield len(a) - end, len(b) - end, end


def _common(a: str, b: str) -> int:
    """How many characters two texts share at their beginning, found by halving: slices compare at C's speed."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _between(a: str, b: str, rows: Sequence[int]) -> Iterator[Match]:
    if not a or not b:
        return
    if not rows:
        if len(a) * len(b) <= _SMALL:
            matcher = SequenceMatcher(None, a, b, autojunk=False)
            yield from ((match.a, match.b, match.size) for match in matcher.get_matching_blocks() if match.size)
        return
    size, finer = rows[0], rows[1:]
    at_a = at_b = 0
    for place_a, place_b in [*_places(a, b, size), (len(a), len(b))]:
        if place_a < at_a or place_b < at_b:  # it overlaps the place before
            if place_a - at_a == place_b - at_b and place_a + size > at_a:
                grown = place_a + size - at_a
                yield at_a, at_b, grown
                at_a, at_b = at_a + grown, at_b + grown
            continue
        for inner_a, inner_b, inner in _between(a[at_a:place_a], b[at_b:place_b], finer):
            yield at_a + inner_a, at_b + inner_b, inner
        found = min(size, len(a) - place_a)
        if found:
            yield place_a, place_b, found
        at_a, at_b = place_a + found, place_b + found


def _places(a: str, b: str, size: int) -> list[tuple[int, int]]:
    """Where some characters in a row stand once in either text: as many such places as keep their order."""
    only_a, only_b = _once(a, size), _once(b, size)
    pairs = [(at, only_b[row]) for row, at in only_a.items() if row in only_b]
    return _rising(pairs)


def _once(text: str, size: int) -> dict[str, int]:
    """The rows of so many characters that a text has once, and where; in its order."""
    rows = [text[at : at + size] for at in range(len(text) - size + 1)]
    count = Counter(rows)
    return {row: at for at, row in enumerate(rows) if count[row] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest choice of pairs, already rising in the first number, that rises in the second too."""
    ends: list[int] = []  # the smallest second number that a choice of each length can end with …
    last: list[int] = []  # … the pair that it ends with …
    before: list[int] = []  # … and which pair stands before each
    for number, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(second)
            last.append(number)
        else:
            ends[length], last[length] = second, number
    chosen = []
    number = last[-1] if last else -1
    while number >= 0:
        chosen.append(pairs[number])
        number = before[number]
    return chosen[::-1]


def _joined(matches: Iterable[Match]) -> list[Match]:
    """Matches that follow each other in both texts as one."""
    joined: list[Match] = []
    for at_a, at_b, size in matches:
        if joined and joined[-1][0] + joined[-1][2] == at_a and joined[-1][1] + joined[-1][2] == at_b:
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + size)
        else:
            joined.append((at_a, at_b, size))
    return joined


def _without_chance(matches: Sequence[Match], length_a: int, length_b: int) -> Iterator[Match]:
    """Matches but for those that are shorter than the changes on both sides of them."""
    at = (0, 0)
    for number, (at_a, at_b, size) in enumerate(matches):
        following = matches[number + 1] if number + 1 < len(matches) else (length_a, length_b, 0)
        before = max(at_a - at[0], at_b - at[1])
        after = max(following[0] - at_a - size, following[1] - at_b - size)
        if size > _CHANCE or size >= min(before, after):
            yield at_a, at_b, size
            at = (at_a + size, at_b + size)


def _settled(matches: list[Match], a: str, b: str) -> list[Match]:
    """Matches moved so that what was only removed, or only added, is whole sentences where it can be.

    Of 甲说。乙说。 without its first sentence, 说。乙 is gone as well as 甲说。: only the second can be read.
    """
    for number in range(len(matches) - 1):
        (a1, b1, size1), (a2, b2, size2) = matches[number], matches[number + 1]
        if a1 + size1 == a2:
            text, start, end = b, b1 + size1, b2
        elif b1 + size1 == b2:
            text, start, end = a, a1 + size1, a2
        else:
            continue
        back = _repeats(text[max(0, start - min(size1, SLIDE)) : start][::-1], text[start:end][::-1])
        on = _repeats(text[end : end + min(size2, SLIDE)], text[start:end])
        moved = min(range(-on, back + 1), key=lambda by: (_breaks(text, start - by), abs(by)))
        matches[number] = (a1, b1, size1 - moved)
        matches[number + 1] = (a2 - moved, b2 - moved, size2 + moved)
    return [match for match in matches if match[2]]


def _repeats(text: str, row: str) -> int:
    """How many characters of a text go on repeating a row."""
    return next((at for at, char in enumerate(text) if char != row[at % len(row)]), len(text))


def _breaks(text: str, at: int) -> int:
    """How far a place is from where people would cut a text: 0 between sentences, 1 between clauses, 2 elsewhere."""
    if at == 0 or text[at - 1] in SENTENCE_ENDS:
        return 0
    return 1 if text[at - 1] in CLAUSE_ENDS else 2


def _spans(a: str, b: str, matches: Iterable[Match]) -> Iterator[Span]:
    done_a = done_b = 0
    for at_a, at_b, size in (*matches, (len(a), len(b), 0)):
        if at_a > done_a:
            yield Span(kind=Kind.REMOVED, text=a[done_a:at_a])
        if at_b > done_b:
            yield Span(kind=Kind.ADDED, text=b[done_b:at_b])
        if size:
            yield Span(kind=Kind.SAME, text=b[at_b : at_b + size])
        done_a, done_b = at_a + size, at_b + size

"""What a character of a run can be, by what is known of its bytes, and what it costs after what was read before it."""

import functools
from collections.abc import Collection, Iterator, Sequence
from operator import itemgetter
from typing import Final

from pipelines.restore import cp936
from pipelines.restore.model import STEP, Context
from pipelines.restore.page import PageFacts
from pipelines.restore.scorer import Alphabet, Letter, Scorer, pair
from pipelines.restore.shown import UNTOLD
from pipelines.restore.tables import read_as, script

ALONE: Final = -1
"""A second byte that was left alone and is not shown."""
VANISHING: Final = -2
"""A second byte that vanished together with the byte after it."""

ANYTHING: Final = -1
"""`ANYTHING` - b is pending where the first byte vanished together with the byte b before it."""
SEEN: Final = -1001
"""`SEEN` - b likewise, but only what training saw there is thought of."""

UNLIKELY: Final = 7 * STEP
"""What it costs to go against what the page shows everywhere else: a character is annotated always or never."""

_LOST_LEAD = 0  # a first byte that nothing tells
_FOLLOWED = {ALONE: 12, VANISHING: 20}  # how many characters are followed where a second byte is not known …
_VANISHED_SECOND = 6  # … and where it is the first that is not …
_LOST = 40  # … and where it is not and may be any
_MANY, _COMMON = 200, 2500  # where so many characters could stand, only the commonest are weighed
_ORPHANED = range(0x81, 0xFF)  # a second byte left alone that could not begin a character is shown: 線 is BE 80

_OTHER_READING = 3 * STEP  # the converter writes a character's first dictionary reading
_NEW_KEY = 1 * STEP  # a note on a character that the page does not annotate elsewhere

Weighed = list[tuple[Letter, float]]
"""Characters with their costs, the likeliest first."""


class Candidates:
    """The candidates for the characters of one run."""

    __slots__ = ("_alphabet", "_costs", "_facts", "_pairs", "_ranked", "_scorer")

    def __init__(self, facts: PageFacts, scorer: Scorer) -> None:
        """Set up.

        Args:
            facts: what the whole page tells of its notes.
            scorer: what decides between characters.
        """
        self._facts = facts
        self._scorer = scorer
        self._alphabet = scorer.alphabet
        self._ranked: dict[tuple[Context, int, int], Weighed] = {}
        self._costs: dict[tuple[Context, int], float] = {}
        self._pairs: dict[tuple[Context, int, int], Weighed] = {}

    def cost(self, before: Context, last: int) -> float:
        """What a character costs after the three before it."""
        asked = (before, last)
        found = self._costs.get(asked)
        if found is None:
            found = self._costs[asked] = self._scorer.cost(before, last)
        return found

    def ending(self, before: Context, pending: int, trail: int) -> Weighed:
        """The likeliest characters that a pending first byte begins.

        Args:
            before: what stands before.
            pending: the first byte, or what is known of it.
            trail: the second byte, or `ALONE`, or `VANISHING`.
        """
        asked = (before, pending, trail)
        found = self._ranked.get(asked)
        if found is None:
            if trail >= 0 and pending > 0:
                found = self._only(before, pair(pending, trail))
            else:
                found = self._rank(before, pending, trail, _FOLLOWED.get(trail, _VANISHED_SECOND))
            self._ranked[asked] = found
        return found

    def begun_by(self, before: Context, orphan: str, trail: int) -> Weighed:
        """The characters that end in a byte and whose first byte was lost."""
        if orphan in UNTOLD:
            return self._rank(before, _LOST_LEAD, trail, _LOST)
        char = pair(ord(orphan) - cp936.ORPHAN_BASE, trail)
        return self._only(before, char) if char != "\u3000" else []

    def after_vanished(self, before: Context, letter: Letter, trail: int, following: int) -> Weighed:
        """What can follow a character whose second byte vanished, where the second byte of what follows is known.

        What follows that in turn speaks for it as well: after 根 nobody expects 哭, before 笑 everybody does.

        Args:
            before: what stands before that character.
            letter: that character.
            trail: the second byte of what follows.
            following: the number of what follows that; `UNKNOWN` where it is not known.
        """
        before = then(before, letter.number)
        asked = (before, trail, following)
        found = self._pairs.get(asked)
        if found is None:
            leads, scorer = vanishing_pairs()[letter.trail], self._scorer
            known = dict.fromkeys((*scorer.plausible(letter.number, trail), *scorer.leading(trail, following)))
            letters = [one for one in known if one.lead in leads]
            costs = scorer.costs(before, letters) if letters else []
            found = self._pairs[asked] = list(zip(letters, costs, strict=True))
        return found

    def keys(self, reading: str) -> Iterator[tuple[Letter, float]]:
        """Characters that can carry a note, with the cost of believing it."""
        first, other = read_as().get(reading, ("", ""))
        facts, known = self._facts, script().simplified
        for chars, extra in ((first, 0.0), (other, _OTHER_READING)):
            for char in chars:
                if char in known or char in script().authors_own:
                    doubt = 0.0 if char in facts.annotated else UNLIKELY if char in facts.bare else _NEW_KEY
                    yield self._alphabet.letter(char), extra + doubt

    def _only(self, before: Context, char: str) -> Weighed:
        """The character that is known by both its bytes, or nothing where there is none."""
        if not char:
            return []
        letter = self._alphabet.letter(char)
        return [(letter, self.cost(before, letter.number) + letter.extra)]

    def _rank(self, before: Context, pending: int, trail: int, number: int) -> Weighed:
        """The likeliest characters, by what is known of their bytes."""
        alphabet, last = self._alphabet, before[-1]
        if pending > SEEN and (pending >= 0 or trail >= 0):
            letters = _commonest(alphabet, pending, trail)
            seen = _seen_after(alphabet, last, pending, trail)
        else:
            # of some thousand characters only those that training saw here
            leads, seen = leads_of(pending), frozenset()
            letters = [one for one in _followers(alphabet, last, trail) if one.lead in leads]
            if len(letters) > _MANY:
                letters = [one for one in letters if one.number <= _COMMON]
        return self._scorer.likeliest(before, letters, number, seen=seen)


def then(before: Context, last: int) -> Context:
    """The context after one more character."""
    return before[1], before[2], last


@functools.cache
def vanishing_pairs() -> dict[int, frozenset[int]]:
    """First byte → second bytes with which it has no character and is not shown: the user-defined zones and gaps."""
    seconds = range(0x81, 0xFF)  # one below 81 would not begin a character
    found = {first: frozenset(second for second in seconds if not pair(first, second)) for first in range(0x81, 0xFF)}
    return {first: gaps for first, gaps in found.items() if gaps}


def leads_of(pending: int) -> Collection[int]:
    """What the pending character's first byte can be."""
    if pending > 0:
        return (pending,)
    return vanishing_pairs()[(ANYTHING if pending > SEEN else SEEN) - pending]


@functools.lru_cache(maxsize=512)
def _commonest(alphabet: Alphabet, pending: int, trail: int) -> Sequence[Letter]:
    """The characters that the pending one can be, the commonest first."""
    if pending > 0:
        ends = vanishing_pairs() if trail == VANISHING else _ORPHANED
        letters = tuple(letter for letter in alphabet.with_lead(pending) if letter.trail in ends)
    else:
        letters = alphabet.with_trail(trail)
        if pending != _LOST_LEAD:
            leads = leads_of(pending)
            letters = tuple(letter for letter in letters if letter.lead in leads)
    return sorted(letters, key=lambda letter: alphabet.model.alone(letter.number) + letter.extra)


@functools.lru_cache(maxsize=1024)
def _seen_after(alphabet: Alphabet, before: int, pending: int, trail: int) -> frozenset[int]:
    """The numbers of those of `_commonest` that training saw after another character."""
    return frozenset(letter.number for letter in _commonest(alphabet, pending, trail)).intersection(
        alphabet.model.followers(before)
    )


@functools.lru_cache(maxsize=512)
def _followers(alphabet: Alphabet, before: int, trail: int) -> Sequence[Letter]:
    """The characters that training saw after another, the likeliest first; `trail`: their second byte."""
    ends = {ALONE: _ORPHANED, VANISHING: vanishing_pairs()}.get(trail, (trail,))
    numbered = alphabet.numbered()
    found = [
        (cost + letter.extra, letter)
        for number, cost in zip(alphabet.model.followers(before), alphabet.model.follower_costs(before), strict=True)
        for letter in numbered[number]
        if letter.trail in ends
    ]
    found.sort(key=itemgetter(0))
    return [letter for _, letter in found]

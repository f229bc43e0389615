"""Read a run of shifted bytes back: every reading that the mechanism allows, the more plausible ones first.

The converter breaks a text in two ways (`samples.damage` is the definition): a note put between the halves of two
characters, and a hidden byte put between them. Either leaves an orphan byte, shown as `?`, and shifts every pair of
bytes after it by one, until a byte that is no lead byte, or the next orphan, puts the pairs right again:

    bytes   當1 當2 地1 地2 經1 經2 (jīng)        with the note of (當2 地1) = 數 between 地1 and 地2:
    shown   當  ?shù)  亟  ?jīng)                 ? is 地1 with the `(` it ate, 亟 is 地2 經1, ? is 經2 with its `(`

A `Path` is one way to read what is shown up to a place; `Lattice.expand` gives the ways to go on from it. Every step
keeps the bytes it assumes, so that a whole path can be decoded again and compared with what is shown.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Final, TypeVar

from pipelines.restore import cp936
from pipelines.restore.candidates import ALONE, ANYTHING, SEEN, UNLIKELY, VANISHING, Candidates, leads_of, then
from pipelines.restore.model import STEP, UNKNOWN
from pipelines.restore.page import PageFacts
from pipelines.restore.path import Path
from pipelines.restore.quotes import SHAPING, Quotation, quotation, shape_cost
from pipelines.restore.scorer import PRONOUNS, Letter, Scorer, pair
from pipelines.restore.shown import (
    AFTER_ORPHAN,
    EATEN,
    LOST_LEAD,
    MARKS,
    TAG_REST,
    UNKNOWN_BYTE,
    UNTOLD,
    WHOLE_NOTE,
    WIDE,
    is_orphan,
    may_be,
    note_bytes,
    symbol_bytes,
)
from pipelines.restore.tables import NOTE, reads

# Costs in units of 1/STEP nats. The model's own costs run from 1 (sure) to 16 nats (never seen).
_LITERAL = 4 * STEP  # a `?` in a damaged text is more often damage than a question
_STRAY = 9 * STEP  # a `?` that stands for a character outside GBK, or for a space
_UNSPLIT = 2 * STEP  # a mark inside a run of round one, which round two could have split and did not
_LOST_WHOLE = 3 * STEP  # a character of which only the reading is left


# what people say, writers of news do not: 被冰冻住， not 被冰冻啊，
_INTERJECTIONS: Final = frozenset("啊呀哎唉哟喲嘛哈呵噢哦")
_SPOKEN = {False: 3 * STEP, True: 0.0}
_WEIGHED: Final = _INTERJECTIONS.union(PRONOUNS, SHAPING)
"""The characters that cost something for what they are."""

_SURE = 4.5 * STEP  # a next character that costs less is taken for what stood next

_LONGER = 1.0 * STEP  # a weak model overcharges every character of a longer reading
_GAIN = 3 * STEP  # so much can a character cost less than the model says: one that closes speech, one more for a pair
_UNFIT = 5 * STEP  # a character that costs more makes one think of another reading
_PAIRS = 20  # how many pairs of characters are followed where a pair of bytes vanished between them …
_FEW = 4  # … and how many first ones, where nothing is known of the second
_AGAIN = 2  # how many first ones are followed where another pair may have vanished right after, as in 它知道
_NEAR = 250  # characters on either side that tell of whom a run speaks; notes take up half of them


Chosen = TypeVar("Chosen")


class Lattice:
    """The readings of one text.

    Attributes:
        limits: a place, and whether a run goes on there → the cost above which a reading comes to nothing.
    """

    __slots__ = (
        "_alphabet",
        "_candidates",
        "_expanded",
        "_facts",
        "_pronouns",
        "_scorer",
        "_text",
        "_work",
        "limits",
    )

    def __init__(self, text: str, facts: PageFacts, scorer: Scorer, *, work: int) -> None:
        """Set up for one text of a page.

        Args:
            text: the text as shown.
            facts: what the whole page tells of its notes.
            scorer: what decides between readings.
            work: how many paths may be made before `is_tired`.
        """
        self._text = text
        self._work = work
        self._facts = facts
        self._scorer = scorer
        self._alphabet = scorer.alphabet
        self._pronouns: dict[str, float] = {}
        self._candidates = Candidates(facts, scorer)
        self._expanded: dict[int, tuple[Path, list[Path]]] = {}
        self.limits: dict[tuple[int, bool], float] = {}

    @property
    def is_tired(self) -> bool:
        """Whether the paths are used up: no damaged page needs as many."""
        return self._work < 0

    def root(self, at: int, *, quoted: Quotation) -> Path:
        """The path that begins at a place where the pairs are right; `quoted`: what is open there."""
        self._candidates = Candidates(self._facts, self._scorer)
        self._expanded.clear()
        before = "\n\n\n" + NOTE.sub("", self._text[max(at - _NEAR, 0) : at])
        self._pronouns = self._scorer.pronouns(before, NOTE.sub("", self._text[at : at + _NEAR]))
        first, second, third = map(self._alphabet.number, before[-3:])
        return Path(at, -1, "", b"", 0.0, (first, second, third), quoted=quoted)

    def expand(self, path: Path) -> list[Path]:
        """Every way to read on by one step from a path that is not at the end of the text, if no pair vanished."""
        # a search that goes on from another asks for the same paths again; each is kept, so that its id stays its own
        known = self._expanded.get(id(path))
        if known is None:
            known = self._expanded[id(path)] = (path, self._ways_on(path))
        return known[1]

    def _ways_on(self, path: Path) -> list[Path]:
        if path.pending < 0:
            return list(self._expand_right(path))
        if note := WHOLE_NOTE.match(self._text, path.at):
            # the note of a key that is made of shifted halves: it stands properly behind what is shown
            if reads(self._text[path.at - 1], note[1]):
                return [path._replace(at=note.end(), data=path.data + note_bytes(note[1]))]
            return []
        return self._read_on(path)

    def vanished(self, path: Path, others: Iterable[Path]) -> Iterator[list[Path]]:
        """Every way to read on from a path if a pair vanished there without a trace, which costs most of the time.

        In portions, the likelier ones first: when `limits` are noted in between, fewer of the others are made.

        Args:
            path: where to go on from.
            others: the ways to go on without such a pair; one that leaves no doubt is enough.
        """
        if path.pending < 0 or WHOLE_NOTE.match(self._text, path.at):
            return
        least = min((other.cost for other in others), default=math.inf) - path.cost
        if least > _SURE or self._text[path.at] in UNTOLD:
            yield from self._vanished(path)

    # --- where the pairs are right

    def _expand_right(self, path: Path) -> Iterator[Path]:
        text, at = self._text, path.at
        char = text[at]
        if is_orphan(char):
            yield from self._begin(path, char)
            return
        note = WHOLE_NOTE.match(text, at)
        if note and path.text and reads(path.text[-1], note[1]):
            yield path._replace(at=note.end(), data=path.data + note_bytes(note[1]), open_key=False)
            return
        step = self._step(path, at + 1, char, cp936.encode(char))
        if (lost := LOST_LEAD.match(text, at)) and (found := list(self._begin_unseen(path, lost))):
            yield from found
            # as it is shown, the note would stand behind a letter
            step = step._replace(cost=step.cost + _STRAY)
        yield step

    def _begin(self, path: Path, orphan: str) -> Iterator[Path]:
        """An orphan where the pairs are right: a lost lead byte, or nothing of ours."""
        text, at = self._text, path.at
        yield self._literal(path, orphan)
        if note := AFTER_ORPHAN.match(text, at + 1):
            yield from self._begin_note(path, orphan, note)
        following = text[at + 1 : at + 3]
        if following and following[0].translate(WIDE) in MARKS:
            yield from self._begin_mark(path, orphan, following[0])
        if len(following) == 2 and is_orphan(following[0]) and following[1].translate(WIDE) in "，；？！":
            yield from self._begin_both(path, orphan, following)
        if path.mends and (rest := TAG_REST.match(text, at + 1)):
            yield self._begin_last(path, rest)

    def _literal(self, path: Path, orphan: str) -> Path:
        asked = self._step(path, path.at + 1, orphan, b"?")
        stray = path.cost + _STRAY
        return asked._replace(cost=min(asked.cost + _LITERAL, stray) if orphan == "?" else stray)

    def _begin_note(self, path: Path, orphan: str, note: re.Match[str]) -> Iterator[Path]:
        """當?shù)…: a key made of the last byte before and the orphan."""
        before = path.text[-1:] or NOTE.sub("", self._text[max(path.at - 12, 0) : path.at])[-1:]
        halves = cp936.encode(before)
        if len(halves) != 2:
            return
        for key, cost in self._candidates.keys(note[1]):
            if key.lead == halves[1] and key.trail > 0x80 and may_be(orphan, key.trail):
                data = path.data + bytes([key.trail]) + note_bytes(note[1])
                yield path._replace(at=note.end(), pending=key.trail, data=data, cost=path.cost + cost, open_key=False)

        if path.mends:
            yield from self._begin_lost(path, note)

    def _begin_lost(self, path: Path, note: re.Match[str]) -> Iterator[Path]:
        """，對?lián)升 after 當?shù)?: round one lost the second byte, round two the first.

        Nothing is left of 聯 but its reading.
        """
        for key, cost in self._candidates.keys(note[1]):
            least = self._candidates.cost(path.before, key.number) + cost + _LOST_WHOLE
            data = bytes([key.lead]) + b"?" + note_bytes(note[1])[1:]
            yield self._grown(path, note.end(), -1, key, least, data).mended()._replace(open_key=False)

    def _begin_mark(self, path: Path, orphan: str, mark: str) -> Iterator[Path]:
        """??茖: the mark is the last byte of a character whose first is the orphan, and the first of the next."""
        first, second = cp936.encode(mark.translate(WIDE))
        for letter, cost in self._candidates.begun_by(path.before, orphan, first):
            data = bytes([letter.lead, 0, first, second])
            yield self._grown(path, path.at + 2, second, letter, cost, data)

    def _begin_both(self, path: Path, orphan: str, following: str) -> Iterator[Path]:
        """??！: a character that ends in A1 before a mark that begins with A3; 。 was found there before the mark."""
        if not may_be(following[0], 0xA1):
            return
        mark = cp936.encode(following[1].translate(WIDE))
        for letter, cost in self._candidates.begun_by(path.before, orphan, 0xA1):
            step = self._grown(path, path.at + 2, -1, letter, cost, bytes([letter.lead, 0, 0xA1, 0]))
            yield self._step(step.mended(), path.at + 3, following[1], mark)

    def _begin_last(self, path: Path, rest: re.Match[str]) -> Path:
        """涣?。?/p> is 不了。” at the end of a paragraph, of which both rounds took a part.

        To round one it ended in ！ and in an orphan, the second byte of ”, that ate the `<`. Round two found 。 instead
        of ！, and what was left of ”, its first byte, ate that orphan.
        """
        letter = self._alphabet.letter("”")
        cost = self._candidates.cost(path.before, letter.number) + _LOST_WHOLE
        data = bytes([letter.lead]) + b"?" + rest[0].encode()
        return self._grown(path, rest.end(), -1, letter, cost, data).mended()

    def _begin_unseen(self, path: Path, lost: re.Match[str]) -> Iterator[Path]:
        """，F(xiàn): as `_begin_mark`, and the orphan itself is not shown; the reading tells."""
        first, second = cp936.encode(lost[1].translate(WIDE))
        letter = ord(lost[2])
        whole = pair(second, letter)
        if not reads(whole, lost[3]):
            return
        for before, cost in self._candidates.begun_by(path.before, "?", first):
            step = self._grown(path, path.at + 1, -1, before, cost, bytes([first, second]))
            step = self._step(step, path.at + 2, whole, bytes([letter]))
            step = step._replace(at=lost.end(), data=step.data + note_bytes(lost[3]), open_key=False)
            yield step.mended()

    # --- inside a run

    def _read_on(self, path: Path) -> list[Path]:
        """What is shown next ends the pending character."""
        char = self._text[path.at]
        found = self._end_with_orphan(path, char) if is_orphan(char) else []
        if char == "?" or not is_orphan(char):  # `?` can also be a mark that was folded
            halves = symbol_bytes(char)
            found += self._end_with(path, halves) if halves else []
        return found

    def _end_with(self, path: Path, halves: bytes) -> list[Path]:
        """One shown symbol: its first byte ends a character; its second, if any, begins the next."""
        at, goes_on = path.at + 1, halves[-1] > 0x80
        if self._is_hopeless(path, at, goes_on=goes_on):
            return []
        choices = self._promising(
            self._candidates.ending(path.before, path.pending, halves[0]), path, at, goes_on=goes_on
        )
        return [self._ended(path, letter, cost, halves) for letter, cost in choices]

    def _ended(self, path: Path, letter: Letter, cost: float, halves: bytes) -> Path:
        data = _after(path, letter) + halves
        if len(halves) == 1:
            return self._grown(path, path.at + 1, -1, letter, cost, data)
        if halves[1] > 0x80:
            return self._grown(path, path.at + 1, halves[1], letter, cost, data)
        # an ASCII letter (or a lone 80) of the author's, taken for a second byte: the pairs are right after it
        step = self._grown(path, path.at + 1, path.pending, letter, cost, data)
        return self._step(step, step.at, "€" if halves[1] == 0x80 else chr(halves[1]), b"")

    def _end_with_orphan(self, path: Path, orphan: str) -> list[Path]:
        """An orphan inside a run is the second byte of the pending character."""
        if note := AFTER_ORPHAN.match(self._text, path.at + 1):
            return list(self._end_with_note(path, orphan, note))
        end, eaten = self._eaten(path.at + 1, orphan)
        if self._is_hopeless(path, end, goes_on=False):
            return []
        closing, is_untold = self._closing(eaten, end), orphan in UNTOLD
        trail = ALONE if is_untold else ord(orphan) - cp936.ORPHAN_BASE
        choices = self._candidates.ending(path.before, path.pending, trail)
        limit = self.limits.get((end, False), math.inf) + _GAIN - path.cost
        found: list[Path] = []
        for letter, cost in self._promising(choices, path, end, goes_on=False):
            if closing and found and cost + self._candidates.cost(then(path.before, letter.number), closing[1]) > limit:
                continue
            data = _after(path, letter) + bytes([letter.trail]) + eaten
            found.append(self._grown(path, end, -1, letter, cost, data, closing=closing, doubtful=is_untold))
        return found

    def _end_with_note(self, path: Path, orphan: str, note: re.Match[str]) -> Iterator[Path]:
        """?py): the pending character is the one annotated."""
        leads = leads_of(path.pending)
        for key, extra in self._candidates.keys(note[1]):
            if key.lead in leads and may_be(orphan, key.trail):
                cost = self._candidates.cost(path.before, key.number) + extra
                data = _after(path, key) + bytes([key.trail]) + note_bytes(note[1])
                yield self._grown(path, note.end(), -1, key, cost, data)._replace(open_key=False)
            if key.trail > 0x80 and orphan == "?":
                # 操倏?fù)u is 操控搖: round one had split 控 from 搖 already, and the orphan that it left was eaten by
                # this one
                for letter, cost in self._candidates.ending(path.before, path.pending, key.lead):
                    data = _after(path, letter) + bytes([key.lead]) + b"?" + note_bytes(note[1])[1:]
                    step = self._grown(path, note.end(), key.trail, letter, cost + extra, data)
                    yield step._replace(open_key=False, late=False)

    def _closing(self, eaten: bytes, end: int) -> tuple[str, int] | None:
        """What stands behind a run whose last byte ate something, and the number of what it was."""
        if eaten == b"\x00":
            return None
        if eaten != UNKNOWN_BYTE:
            return "", self._alphabet.number("\n")  # of a tag: the paragraph ends
        # an ASCII character, beside a digit most likely a digit, and so on
        following = self._text[end]
        return EATEN, self._alphabet.number(following if following.isascii() and following.isalnum() else " ")

    def _eaten(self, at: int, orphan: str) -> tuple[int, bytes]:
        """Where reading goes on after an orphan, and the byte it ate."""
        text = self._text
        if orphan != "?" or at >= len(text) or text[at] == "\n" or text[at].translate(WIDE) in MARKS:
            # nothing that can be seen: the hidden byte, or (where orphans are kept) nothing at all
            return at, b"\x00"
        if rest := TAG_REST.match(text, at):
            return rest.end(), b"<" + rest[0].encode()
        return at, UNKNOWN_BYTE

    def _vanished(self, path: Path, *, again: bool = True) -> Iterator[list[Path]]:
        """A pair without a character was there and is not shown: 周?chē)窠 is 周圍神經.

        Its first byte ends the pending character; its second begins another, and what is shown next ends that one.
        Both characters are weighed together: after a full stop 樊紹 is no likelier than 法養 by its first alone.
        """
        char = self._text[path.at]
        halves = b"" if is_orphan(char) else symbol_bytes(char)
        if halves and self._is_hopeless(path, path.at + 1, goes_on=halves[-1] > 0x80):
            return
        firsts = self._candidates.ending(path.before, path.pending, VANISHING)
        if halves:
            yield self._vanished_before(path, firsts, halves)
        else:
            for letter, cost in firsts[:_FEW]:
                yield self._read_on(self._before_vanished(path, ANYTHING - letter.trail, letter, cost))
        for letter, cost in firsts[:_AGAIN] if again else ():
            step = self._before_vanished(path, SEEN - letter.trail, letter, cost)
            yield from self._vanished(step, again=False)

    def _vanished_before(self, path: Path, firsts: list[tuple[Letter, float]], halves: bytes) -> list[Path]:
        """One of some characters, whose second byte vanished, and the character that a shown symbol ends."""
        at, goes_on = path.at + 1, halves[-1] > 0x80
        following = self._following(at, halves[-1])
        weigh = self._candidates.after_vanished
        pairs = [
            ((letter, cost, second, further), cost + further)
            for letter, cost in self._promising(firsts, path, at, goes_on=goes_on)
            for second, further in weigh(path.before, letter, halves[0], following)
        ]
        if following and len(pairs) > _PAIRS:
            ahead = self._alphabet.ahead
            pairs.sort(key=lambda found: found[1] + ahead(found[0][2].number, following))
            del pairs[_PAIRS:]
        pairs.sort(key=itemgetter(1))
        steps: dict[str, Path] = {}
        found = []
        for (letter, cost, second, further), _ in self._promising(pairs[:_PAIRS], path, at, goes_on=goes_on):
            if letter.char not in steps:
                steps[letter.char] = self._before_vanished(path, ANYTHING - letter.trail, letter, cost)
            found.append(self._ended(steps[letter.char], second, further, halves))
        return found

    def _before_vanished(self, path: Path, pending: int, letter: Letter, cost: float) -> Path:
        # for Han, not for marks, which are cheap
        bonus = _LONGER if letter.lead > 0xAA or letter.lead < 0xA1 else 0
        return self._grown(path, path.at, pending, letter, cost - bonus, _after(path, letter) + bytes([letter.trail]))

    def _following(self, at: int, pending: int) -> int:
        """The number of the character that begins inside the symbol before a place, or `UNKNOWN`."""
        char = self._text[at : at + 1]
        halves = b"" if not char or is_orphan(char) else symbol_bytes(char)
        whole = pair(pending, halves[0]) if halves and pending > 0x80 else ""
        return self._alphabet.number(whole) if whole else UNKNOWN

    def _promising(
        self, choices: list[tuple[Chosen, float]], path: Path, at: int, *, goes_on: bool
    ) -> list[tuple[Chosen, float]]:
        """The choices, cheapest first, without those that come to nothing beside other readings; but at least one.

        Args:
            choices: with their costs.
            path: what they would be joined to.
            at: the place that they lead to.
            goes_on: whether the run goes on there.
        """
        limit = self.limits.get((at, goes_on))
        if limit is None or len(choices) <= 1:
            return choices
        return choices[: max(bisect_right(choices, limit - path.cost + _GAIN, key=itemgetter(1)), 1)]

    def _is_hopeless(self, path: Path, at: int, *, goes_on: bool) -> bool:
        """Whether all that a pair which vanished leads to at a place comes to nothing beside other readings."""
        return path.pending < 0 and path.cost > self.limits.get((at, goes_on), math.inf) + _GAIN

    def _step(self, path: Path, at: int, char: str, data: bytes) -> Path:
        """The path with one more character of the text."""
        letter = self._alphabet.letter(char)
        return self._grown(path, at, -1, letter, self._candidates.cost(path.before, letter.number), data)

    def _grown(  # noqa: PLR0913, PLR0917 - a bundle of them would be one more object for each of thousands of paths
        self,
        path: Path,
        at: int,
        pending: int,
        letter: Letter,
        cost: float,
        data: bytes,
        *,
        closing: tuple[str, int] | None = None,
        doubtful: bool = False,
    ) -> Path:
        """The path with one more character; where that makes the pairs right, the run is explained.

        Args:
            path: what was read so far.
            at: where reading goes on.
            pending: what of the next character was read.
            letter: the character.
            cost: what it costs there.
            data: the bytes that it adds.
            closing: what stands behind it, with its number.
            doubtful: the place is a doubtful one whatever the character costs.
        """
        self._work -= 1
        char, quoted = letter.char, path.quoted
        cost += path.cost
        if path.open_key:
            cost += UNLIKELY
        if path.pending != -1 and char in MARKS:
            cost += UNLIKELY if path.late else _UNSPLIT
        if char in _WEIGHED:
            if char in PRONOUNS:
                cost += self._pronouns[char]
            if char in _INTERJECTIONS:
                cost += _SPOKEN[bool(quoted)]
            if char in SHAPING:
                cost += shape_cost(char, path.text[-1:], quoted)
                quoted = quotation(char, path.text[-1:], quoted)
        doubtful = doubtful or (path.pending >= 0 and cost - path.cost > _UNFIT)
        text, before = path.text + char, then(path.before, letter.number)
        if closing:
            cost += self._candidates.cost(before, closing[1])
            text, before = text + closing[0], then(before, closing[1])
        if path.pending != -1 and pending == -1:
            mends, end, length, late = path.mends + 1, at, len(text), False
        else:
            mends, end, length, late = path.mends, path.end, path.length, path.late or (path.pending == -1 != pending)
        return Path(
            at,
            pending,
            text,
            path.data + data,
            cost,
            before,
            mends,
            end,
            length,
            char in self._facts.annotated,
            quoted,
            late,
            (*path.doubts, path.at) if doubtful else path.doubts,
        )


def _after(path: Path, letter: Letter) -> bytes:
    """The first byte of a letter, where it vanished and is not in the path's bytes yet."""
    return b"" if path.pending > 0 else bytes([letter.lead])

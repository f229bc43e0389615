"""Read a run of shifted bytes back: every reading that the mechanism allows, the more plausible ones first.

The converter breaks a text in two ways (`samples.damage` is the definition): a note put between the halves of two
characters, and a hidden byte put between them. Either leaves an orphan byte, shown as `?`, and shifts every pair of
bytes after it by one, until a byte that is no lead byte, or the next orphan, puts the pairs right again:

    bytes   當1 當2 地1 地2 經1 經2 (jīng)        with the note of (當2 地1) = 數 between 地1 and 地2:
    shown   當  ?shù)  亟  ?jīng)                 ? is 地1 with the `(` it ate, 亟 is 地2 經1, ? is 經2 with its `(`

A `Path` is one way to read what is shown up to a place; `Lattice.expand` gives the ways to go on from it. Every step
keeps the bytes it assumes, so that a whole path can be decoded again and compared with what is shown.
"""

import functools
import math
import re
from collections.abc import Collection, Iterator, Sequence
from heapq import nsmallest
from typing import Final, NamedTuple

from pipelines.restore import cp936
from pipelines.restore.model import STEP
from pipelines.restore.page import PageFacts
from pipelines.restore.quotes import SHAPING, Quotation, quotation, shape_cost
from pipelines.restore.scorer import Letter, Scorer, pair
from pipelines.restore.tables import NOTE, READING, read_as, reads, script

EATEN: Final = "\ufffd"
"""Stands where an ASCII character was eaten that nothing tells."""

WIDE: Final = str.maketrans(",:;()!?", "，：；（）！？")
"""The archive's folding, undone."""

LOST_LEAD_REST: Final = rf"([@-~])[(（]({READING})[)）]"
LOST_LEAD: Final = re.compile(rf"([，,；;！!？]){LOST_LEAD_REST}")
"""The row of the catalogue where the orphan itself is not shown: 新階段，F(xiàn)代化."""

_MARKS: Final = "，；？！。、"
_AFTER_ORPHAN: Final = re.compile(rf"[(（]?({READING})[)）]")
_NOTE: Final = re.compile(rf"[(（]({READING})[)）]")
_TAG_REST: Final = re.compile(r"/?(?:p|br|b|i|a|em|strong|div|span|font|h[1-6]|li|ul|td|tr|section)\s?/?>")
_UNKNOWN_BYTE = b"\x01"

# Costs in units of 1/STEP nats. The model's own costs run from 1 (sure) to 16 nats (never seen).
_LITERAL = 4 * STEP  # a `?` in a damaged text is more often damage than a question
_STRAY = 9 * STEP  # a `?` that stands for a character outside GBK, or for a space
_UNLIKELY = 7 * STEP  # against what the page shows everywhere else: annotated always or never
_OTHER_READING = 3 * STEP  # the converter writes a character's first dictionary reading
_UNSPLIT = 2 * STEP  # a mark inside a run of round one, which round two could have split and did not
_LOST_WHOLE = 3 * STEP  # a character of which only the reading is left
_NEW_KEY = 1 * STEP  # a note on a character that the page does not annotate elsewhere


# what people say, writers of news do not: 被冰冻住， not 被冰冻啊，
_INTERJECTIONS: Final = frozenset("啊呀哎唉哟喲嘛哈呵噢哦")
_SPOKEN = {False: 5 * STEP, True: 1 * STEP}

_SURE = 4.5 * STEP  # a next character that costs less is taken for what stood next

_LONGER = 0.8 * STEP  # a weak model overcharges every character of a longer reading
_UNFIT = 5 * STEP  # a character that costs more makes one think of another reading
_ANY, _VANISHING = -1, -2  # a second byte that nothing tells; one that vanished together with the byte after it
_ANYTHING, _SEEN = -1, -1001  # what can follow a character that ends in a pair that vanished
_FOLLOWED = {_ANY: 12, _VANISHING: 20}  # how many characters are followed where a byte is not known …
_VANISHED_SECOND = 6  # … and where it is the first that is not
_PAIRS = 28  # how many pairs of characters are followed where a pair of bytes vanished between them …
_FEW = 4  # … and how many first ones, where nothing is known of the second
_LOST = 40
_MANY, _COMMON = 200, 2500  # where so many characters could stand, only the commonest are weighed
_UNTOLD = {"?", EATEN}


class Path(NamedTuple):
    """One way to read the text up to a place.

    Attributes:
        at: the place in the shown text.
        pending: the first byte of a character whose second is still to come; -1 where the pairs are right; below
            that, `_ANYTHING` or `_SEEN` - v, where that first byte vanished together with the byte v before it.
        text: what was read so far, in the author's characters before the converter's script is undone.
        data: the bytes that this reading says the decoder saw.
        cost: the cost of `text` plus that of its assumptions.
        first, second: the model's numbers of the last two characters.
        mends: how many runs were explained.
        end: where in the shown text the last explained run ends …
        length: … and how much of `text` belongs to it.
        open_key: the last character is one that the page annotates, and its note has not come yet.
        quoted: the quotation that is open.
        late: the run was made in round two, when every mark got its hidden byte: none can stand inside the run.
        doubts: the places inside runs where a character fits badly.
    """

    at: int
    pending: int
    text: str
    data: bytes
    cost: float
    first: int
    second: int
    mends: int = 0
    end: int = 0
    length: int = 0
    open_key: bool = False
    quoted: Quotation = Quotation.NONE
    late: bool = False
    doubts: tuple[int, ...] = ()


class Lattice:
    """The readings of one text."""

    __slots__ = ("_alphabet", "_facts", "_pronouns", "_ranked", "_scorer", "_text", "_work")

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
        self._ranked: dict[tuple[int, int, int, int], list[tuple[Letter, float]]] = {}

    @property
    def is_tired(self) -> bool:
        """Whether the paths are used up: no damaged page needs as many."""
        return self._work < 0

    def root(self, at: int, *, quoted: Quotation) -> Path:
        """The path that begins at a place where the pairs are right; `quoted`: what is open there."""
        self._ranked.clear()
        self._pronouns = self._scorer.pronouns(self._text[max(at - 150, 0) : at + 100])
        before = "\n\n" + NOTE.sub("", self._text[max(at - 40, 0) : at])
        first, second = (self._alphabet.number(char) for char in before[-2:])
        return Path(at, -1, "", b"", 0.0, first, second, quoted=quoted)

    def expand(self, path: Path, *, vanished: bool) -> Iterator[Path]:
        """Every way to read on from a path by one step.

        Args:
            path: where to go on from; not at the end of the text.
            vanished: whether to think of pairs that vanished without a trace, which costs most of the time.
        """
        if path.pending < 0:
            yield from self._expand_right(path)
            return
        if note := _NOTE.match(self._text, path.at):
            # the note of a key that is made of shifted halves: it stands properly behind what is shown
            if reads(self._text[path.at - 1], note[1]):
                yield path._replace(at=note.end(), data=path.data + note_bytes(note[1]))
            return
        least = math.inf
        for longer in self._read_on(path):
            least = min(least, longer.cost - path.cost)
            yield longer
        if vanished and (least > _SURE or self._text[path.at] in _UNTOLD):
            yield from self._vanished(path)

    # --- where the pairs are right

    def _expand_right(self, path: Path) -> Iterator[Path]:
        text, at = self._text, path.at
        char = text[at]
        if is_orphan(char):
            yield from self._begin(path, char)
            return
        note = _NOTE.match(text, at)
        if note and path.text and reads(path.text[-1], note[1]):
            yield path._replace(at=note.end(), data=path.data + note_bytes(note[1]), open_key=False)
            return
        if lost := LOST_LEAD.match(text, at):
            yield from self._begin_unseen(path, lost)
        yield self._step(path, at + 1, char, cp936.encode(char))

    def _begin(self, path: Path, orphan: str) -> Iterator[Path]:
        """An orphan where the pairs are right: a lost lead byte, or nothing of ours."""
        text, at = self._text, path.at
        yield self._literal(path, orphan)
        if note := _AFTER_ORPHAN.match(text, at + 1):
            yield from self._begin_note(path, orphan, note)
        following = text[at + 1 : at + 3]
        if following and following[0].translate(WIDE) in _MARKS:
            yield from self._begin_mark(path, orphan, following[0])
        if len(following) == 2 and is_orphan(following[0]) and following[1].translate(WIDE) in "，；？！":
            yield from self._begin_both(path, orphan, following)

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
        for key, cost in self._keys(note[1]):
            if key.lead == halves[1] and key.trail > 0x80 and _may_be(orphan, key.trail):
                data = path.data + bytes([key.trail]) + note_bytes(note[1])
                yield path._replace(at=note.end(), pending=key.trail, data=data, cost=path.cost + cost, open_key=False)

        if path.mends:
            yield from self._begin_lost(path, note)

    def _begin_lost(self, path: Path, note: re.Match[str]) -> Iterator[Path]:
        """，對?lián)升 after 當?shù)?: round one lost the second byte, round two the first.

        Nothing is left of 聯 but its reading.
        """
        for key, cost in self._keys(note[1]):
            least = self._scorer.cost(path.first, path.second, key.number) + cost + _LOST_WHOLE
            data = bytes([key.lead]) + b"?" + note_bytes(note[1])[1:]
            yield _mended(self._grown(path, note.end(), key, least, data)._replace(open_key=False))

    def _begin_mark(self, path: Path, orphan: str, mark: str) -> Iterator[Path]:
        """??茖: the mark is the last byte of a character whose first is the orphan, and the first of the next."""
        first, second = cp936.encode(mark.translate(WIDE))
        for letter, cost in self._ending_in(path, first, orphan):
            data = bytes([letter.lead, 0, first, second])
            yield self._grown(path, path.at + 2, letter, cost, data)._replace(pending=second, late=True)

    def _begin_both(self, path: Path, orphan: str, following: str) -> Iterator[Path]:
        """??！: a character that ends in A1 before a mark that begins with A3; 。 was found there before the mark."""
        if not _may_be(following[0], 0xA1):
            return
        mark = cp936.encode(following[1].translate(WIDE))
        for letter, cost in self._ending_in(path, 0xA1, orphan):
            step = self._grown(path, path.at + 2, letter, cost, bytes([letter.lead, 0, 0xA1, 0]))
            yield self._step(_mended(step), path.at + 3, following[1], mark)

    def _begin_unseen(self, path: Path, lost: re.Match[str]) -> Iterator[Path]:
        """，F(xiàn): as `_begin_mark`, and the orphan itself is not shown; the reading tells."""
        first, second = cp936.encode(lost[1].translate(WIDE))
        letter = ord(lost[2])
        whole = pair(second, letter)
        if not reads(whole, lost[3]):
            return
        for before, cost in self._ending_in(path, first, "?"):
            step = self._grown(path, path.at + 1, before, cost, bytes([first, second]))
            step = self._step(step, path.at + 2, whole, bytes([letter]))
            yield _mended(step._replace(at=lost.end(), data=step.data + note_bytes(lost[3]), open_key=False))

    # --- inside a run

    def _read_on(self, path: Path) -> Iterator[Path]:
        """What is shown next ends the pending character."""
        char = self._text[path.at]
        if is_orphan(char):
            yield from self._end_with_orphan(path, char)
            if char != "?":
                return
        halves = cp936.encode(char.translate(WIDE))
        if len(halves) == 2 or char == "€" or "@" <= char <= "~":
            yield from self._end_with(path, halves)

    def _end_with(self, path: Path, halves: bytes) -> Iterator[Path]:
        """One shown symbol: its first byte ends a character; its second, if any, begins the next."""
        for letter, cost in self._choices(path, halves[0]):
            yield self._ended(path, letter, cost, halves)

    def _ended(self, path: Path, letter: Letter, cost: float, halves: bytes) -> Path:
        step = self._grown(path, path.at + 1, letter, cost, _after(path, letter) + halves)
        if len(halves) == 1:
            return _mended(step)
        if halves[1] > 0x80:
            return step._replace(pending=halves[1])
        # an ASCII letter (or a lone 80) of the author's, taken for a second byte: the pairs are right after it
        return _mended(self._step(step, step.at, "€" if halves[1] == 0x80 else chr(halves[1]), b""))

    def _end_with_orphan(self, path: Path, orphan: str) -> Iterator[Path]:
        """An orphan inside a run is the second byte of the pending character."""
        if note := _AFTER_ORPHAN.match(self._text, path.at + 1):
            leads = _leads(path)
            for key, extra in self._keys(note[1]):
                if key.lead in leads and _may_be(orphan, key.trail):
                    cost = self._scorer.cost(path.first, path.second, key.number) + extra
                    data = _after(path, key) + bytes([key.trail]) + note_bytes(note[1])
                    yield _mended(self._grown(path, note.end(), key, cost, data)._replace(open_key=False))
            return
        end, eaten = self._eaten(path.at + 1, orphan)
        for letter, cost in self._choices(path, _ANY if orphan in _UNTOLD else ord(orphan) - cp936.ORPHAN_BASE):
            step = self._grown(path, end, letter, cost, _after(path, letter) + bytes([letter.trail]) + eaten)
            if orphan in _UNTOLD:
                step = step._replace(doubts=(*path.doubts, path.at))
            if eaten == _UNKNOWN_BYTE:
                step = self._with_eaten(step)
            elif eaten != b"\x00":
                step = self._bounded(step)
            yield _mended(step)

    def _bounded(self, path: Path) -> Path:
        """A tag was there: the paragraph ends."""
        number = self._alphabet.number("\n")
        cost = path.cost + self._scorer.cost(path.first, path.second, number)
        return path._replace(cost=cost, first=path.second, second=number)

    def _with_eaten(self, path: Path) -> Path:
        """An ASCII character was there; beside a digit most likely a digit, and so on."""
        following = self._text[path.at]
        number = self._alphabet.number(following if following.isascii() and following.isalnum() else " ")
        cost = path.cost + self._scorer.cost(path.first, path.second, number)
        return path._replace(text=path.text + EATEN, cost=cost, first=path.second, second=number)

    def _eaten(self, at: int, orphan: str) -> tuple[int, bytes]:
        """Where reading goes on after an orphan, and the byte it ate."""
        text = self._text
        if orphan != "?" or at >= len(text) or text[at] == "\n" or text[at].translate(WIDE) in _MARKS:
            # nothing that can be seen: the hidden byte, or (where orphans are kept) nothing at all
            return at, b"\x00"
        if rest := _TAG_REST.match(text, at):
            return rest.end(), b"<" + rest[0].encode()
        return at, _UNKNOWN_BYTE

    def _vanished(self, path: Path, *, again: int = 1) -> Iterator[Path]:
        """A pair without a character was there and is not shown: 周?chē)窠 is 周圍神經.

        Its first byte ends the pending character; its second begins another, and what is shown next ends that one.
        Both characters are weighed together: after a full stop 樊紹 is no likelier than 法養 by its first alone.
        """
        firsts = self._choices(path, _VANISHING)
        for letter, cost in firsts[:again]:
            step = self._before_vanished(path, letter, cost)._replace(pending=_SEEN - letter.trail)
            yield from self._vanished(step, again=again - 1)
        char = self._text[path.at]
        halves = cp936.encode(char.translate(WIDE))
        if is_orphan(char) or not (len(halves) == 2 or char == "€" or "@" <= char <= "~"):
            for letter, cost in firsts[:_FEW]:
                step = self._before_vanished(path, letter, cost)._replace(pending=_ANYTHING - letter.trail)
                yield from self._read_on(step)
            return
        pairs = [
            (cost + further, letter, cost, second, further)
            for letter, cost in firsts
            for second, further in self._after_vanished(path, letter, halves[0])
        ]
        for _, letter, cost, second, further in nsmallest(_PAIRS, pairs, key=_first_of):
            step = self._before_vanished(path, letter, cost)._replace(pending=_ANYTHING - letter.trail)
            yield self._ended(step, second, further, halves)

    def _before_vanished(self, path: Path, letter: Letter, cost: float) -> Path:
        # for Han, not for marks, which are cheap
        bonus = _LONGER if letter.lead > 0xAA or letter.lead < 0xA1 else 0
        return self._grown(path, path.at, letter, cost - bonus, _after(path, letter) + bytes([letter.trail]))

    def _after_vanished(self, path: Path, letter: Letter, trail: int) -> Iterator[tuple[Letter, float]]:
        """What can follow a character whose second byte vanished, where the second byte of what follows is known."""
        leads = vanishing_pairs()[letter.trail]
        letters = [one for one in self._scorer.plausible(letter.number, trail) if one.lead in leads]
        return zip(letters, self._scorer.costs(path.second, letter.number, letters), strict=True)

    # --- what a character can be

    def _choices(self, path: Path, trail: int) -> list[tuple[Letter, float]]:
        """The likeliest characters for the pending one, with their costs.

        Args:
            path: where its first byte, or what is known of it, is pending.
            trail: its second byte, or `_ANY`, or `_VANISHING`.
        """
        asked = (path.first, path.second, path.pending, trail)
        found = self._ranked.get(asked)
        if found is None:
            letters = self._candidates(path, trail)
            if len(letters) > _MANY:
                letters = [letter for letter in letters if letter.number <= _COMMON]
            found = self._ranked[asked] = self._rank(path, letters, _FOLLOWED.get(trail, _VANISHED_SECOND))
        return found

    def _candidates(self, path: Path, trail: int) -> Sequence[Letter]:
        alphabet, leads = self._alphabet, _leads(path)
        if path.pending > 0 and trail >= 0:
            char = pair(path.pending, trail)
            return [alphabet.letter(char)] if char else []
        if path.pending > 0:
            letters: Sequence[Letter] = alphabet.with_lead(path.pending)
            vanishing = vanishing_pairs()
            return letters if trail == _ANY else [letter for letter in letters if letter.trail in vanishing]
        if trail >= 0 and path.pending > _SEEN:
            return [letter for letter in alphabet.with_trail(trail) if letter.lead in leads]
        # of some thousand characters only those that training saw here
        seen = alphabet.followers(path.second)
        trails = (trail,) if trail >= 0 else seen if trail == _ANY else vanishing_pairs()
        return [letter for trail in trails for letter in seen.get(trail, ()) if letter.lead in leads]

    def _ending_in(self, path: Path, trail: int, orphan: str) -> list[tuple[Letter, float]]:
        """The characters that end in a byte and whose first byte was lost, with their costs."""
        letters = [letter for letter in self._alphabet.with_trail(trail) if _may_be(orphan, letter.lead)]
        return self._rank(path, letters, _LOST)

    def _rank(self, path: Path, letters: Sequence[Letter], number: int) -> list[tuple[Letter, float]]:
        costs = self._scorer.costs(path.first, path.second, letters)
        return nsmallest(number, zip(letters, costs, strict=True), key=lambda found: found[1])

    def _keys(self, reading: str) -> Iterator[tuple[Letter, float]]:
        """Characters that can carry a note, with the cost of believing it."""
        first, other = read_as().get(reading, ("", ""))
        facts, known = self._facts, script().simplified
        for chars, extra in ((first, 0.0), (other, _OTHER_READING)):
            for char in chars:
                if char in known or char in script().authors_own:
                    doubt = 0.0 if char in facts.annotated else _UNLIKELY if char in facts.bare else _NEW_KEY
                    yield self._alphabet.letter(char), extra + doubt

    def _step(self, path: Path, at: int, char: str, data: bytes) -> Path:
        """The path with one more character of the text."""
        letter = self._alphabet.letter(char)
        return self._grown(path, at, letter, self._scorer.cost(path.first, path.second, letter.number), data)

    def _grown(self, path: Path, at: int, letter: Letter, cost: float, data: bytes) -> Path:
        self._work -= 1
        char, quoted = letter.char, path.quoted
        cost += path.cost
        if path.open_key:
            cost += _UNLIKELY
        if path.pending != -1 and char in _MARKS:
            cost += _UNLIKELY if path.late else _UNSPLIT
        if char in "他她":
            cost += self._pronouns[char]
        if char in _INTERJECTIONS:
            cost += _SPOKEN[bool(quoted)]
        if char in SHAPING:
            before = path.text[-1:]
            cost += shape_cost(char, before, quoted)
            quoted = quotation(char, before, quoted)
        return Path(
            at,
            path.pending,
            path.text + char,
            path.data + data,
            cost,
            path.second,
            letter.number,
            path.mends,
            path.end,
            path.length,
            char in self._facts.annotated,
            quoted,
            path.late,
            (*path.doubts, path.at) if path.pending >= 0 and cost - path.cost > _UNFIT else path.doubts,
        )


@functools.cache
def vanishing_pairs() -> dict[int, frozenset[int]]:
    """First byte → second bytes with which it has no character and is not shown: the user-defined zones and gaps."""
    seconds = range(0x81, 0xFF)  # one below 81 would not begin a character
    found = {first: frozenset(second for second in seconds if not pair(first, second)) for first in range(0x81, 0xFF)}
    return {first: gaps for first, gaps in found.items() if gaps}


def is_orphan(char: str) -> bool:
    """Whether a character can stand for an orphan byte."""
    return char in _UNTOLD or "\uf780" <= char <= "\uf7ff"


def note_bytes(reading: str) -> bytes:
    """A note as the converter writes it."""
    return f"({reading})".encode("gbk", "replace")


def _mended(path: Path) -> Path:
    """The run ends here: the pairs are right again."""
    return path._replace(pending=-1, late=False, mends=path.mends + 1, end=path.at, length=len(path.text))


def _first_of(found: tuple[float, Letter, float, Letter, float]) -> float:
    return found[0]


def _leads(path: Path) -> Collection[int]:
    """What the pending character's first byte can be."""
    if path.pending > 0:
        return (path.pending,)
    return vanishing_pairs()[(_ANYTHING if path.pending > _SEEN else _SEEN) - path.pending]


def _after(path: Path, letter: Letter) -> bytes:
    """The first byte of a letter, where it vanished and is not in the path's bytes yet."""
    return b"" if path.pending > 0 else bytes([letter.lead])


def _may_be(orphan: str, byte: int) -> bool:
    """Whether an orphan can stand for a byte: any, unless it is still known."""
    return orphan in _UNTOLD or ord(orphan) == cp936.ORPHAN_BASE + byte

"""Read a run of shifted bytes back: every reading that the mechanism allows, the more plausible ones first.

The converter breaks a text in two ways (`samples.damage` is the definition): a note put between the halves of two
characters, and a hidden byte put between them. Either leaves an orphan byte, shown as `?`, and shifts every pair of
bytes after it by one, until a byte that is no lead byte, or the next orphan, puts the pairs right again:

    bytes   當1 當2 地1 地2 經1 經2 (jīng)        with the note of (當2 地1) = 數 between 地1 and 地2:
    shown   當  ?shù)  亟  ?jīng)                 ? is 地1 with the `(` it ate, 亟 is 地2 經1, ? is 經2 with its `(`

A `Path` is one way to read what is shown up to a place. `expand` gives the ways to go on from it; which of them is the
author's is decided by `pipelines.restore.model`. Every step keeps the bytes it assumes, so that the whole path can be
decoded again and compared with what is shown.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from pipelines.restore import cp936
from pipelines.restore.model import STEP, UNKNOWN, Model, symbol
from pipelines.restore.tables import READING, read_as, reads, script

EATEN: Final = "\ufffd"
"""Stands where an ASCII character was eaten that nothing tells."""

ORPHANS: Final = "?\ufffd\uf780-\uf7ff"

WIDE: Final = str.maketrans(",:;()!?", "，：；（）！？")
"""The archive's folding, undone."""

_MARKS: Final = "，；？！。、"
LOST_LEAD: Final = re.compile(rf"([，,；;！!？])([@-~])[(（]({READING})[)）]")
"""The row of the catalogue where the orphan itself is not shown: 新階段，F(xiàn)代化."""

_AFTER_ORPHAN_NOTE: Final = re.compile(rf"[(（]?({READING})[)）]")
_NOTE: Final = re.compile(rf"[(（]({READING})[)）]")
_TAG_REST: Final = re.compile(r"/?(?:p|br|b|i|a|em|strong|div|span|font|h[1-6]|li|ul|td|tr|section)\s?/?>")

# Costs in nats. The model's own costs run from 1 (sure) to 16 (never seen).
_LITERAL = 4.0  # a `?` in a damaged text is more often damage than a question, unless it reads well as one
_STRAY = 9.0  # a `?` that stands for a character outside GBK, or for a space
_IMPOSSIBLE = 7.0  # a character that the converter cannot have left there
_OTHER_READING = 3.0  # the converter writes a character's first dictionary reading
_NEW_KEY = 1.0  # a note on a character that the page does not annotate elsewhere

BREADTH = 12
"""How many readings are followed at once."""

_VANISHING = (*range(0xAA, 0xB0), *range(0xF8, 0xFF))  # lead bytes of the user-defined zones
_VANISHING_TRAILS = range(0xA1, 0xFF)
_TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
_UNKNOWN_BYTE = b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What the whole page tells of its notes: a character is annotated everywhere on it or nowhere.

    Attributes:
        annotated: traditional characters that carry their note.
        bare: traditional characters that stand without one.
    """

    annotated: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Path:
    """One way to read the text up to a place.

    Attributes:
        at: the place in the shown text.
        pending: the first byte of a character whose second is still to come; -1 where the pairs are right.
        text: what was read so far, in the author's characters before the converter's script is undone.
        data: the bytes that this reading says the decoder saw.
        cost: the model's cost of `text` plus the costs of its assumptions, in units of 1/`STEP` nats.
        first, second: the model's numbers of the last two characters.
        mends: how many orphans were explained.
        end: where in the shown text the last explained run ends …
        length: … and how much of `text` belongs to it.
        open_key: the last character is one that the page annotates, and its note has not come yet.
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


@functools.lru_cache(maxsize=32768)
def pair(lead: int, trail: int) -> str:
    """The character of two bytes, or an empty string."""
    try:
        return bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return ""


@functools.lru_cache(maxsize=4096)
def with_lead(lead: int) -> tuple[tuple[int, str], ...]:
    """The characters that begin with a byte: (second byte, character)."""
    found = ((trail, pair(lead, trail)) for trail in _TRAILS)
    return tuple((trail, char) for trail, char in found if char and is_possible(char))


@functools.lru_cache(maxsize=256)
def with_trail(trail: int) -> tuple[tuple[int, str], ...]:
    """The characters that end in a byte: (first byte, character)."""
    found = ((lead, pair(lead, trail)) for lead in range(0x81, 0xFF))
    return tuple((lead, char) for lead, char in found if char and is_possible(char))


def is_possible(char: str) -> bool:
    """Whether the converter can have left the character there: simplified ones it converts."""
    return char not in script().converted


class Lattice:
    """The readings of one text."""

    __slots__ = ("_facts", "_model", "_numbers", "_text")

    def __init__(self, text: str, facts: PageFacts, model: Model) -> None:
        """Set up for one text of a page.

        Args:
            text: the text as shown.
            facts: what the whole page tells of its notes.
            model: what decides between readings.
        """
        self._text = text
        self._facts = facts
        self._model = model
        self._numbers: dict[str, int] = {}

    def root(self, at: int) -> Path:
        """The path that begins at a place where the pairs are right."""
        before = without_notes(self._text[max(at - 40, 0) : at])[-2:]
        first, second = ([self._number("\n")] * 2 + [self._number(char) for char in before])[-2:]
        return Path(at=at, pending=-1, text="", data=b"", cost=0.0, first=first, second=second)

    def expand(self, path: Path, *, vanished: bool) -> Iterator[Path]:
        """Every way to read on from a path by one step.

        Args:
            path: where to go on from; not at the end of the text.
            vanished: whether to think of pairs that vanished without a trace, which costs most of the time.
        """
        if path.pending < 0:
            yield from self._expand_right(path)
            return
        yield from self._expand_shifted(path)
        if vanished:
            for longer in self._vanished(path):
                yield from self._expand_shifted(longer)

    # --- where the pairs are right

    def _expand_right(self, path: Path) -> Iterator[Path]:
        text, at = self._text, path.at
        char = text[at]
        if is_orphan(char):
            yield from self._begin(path, char)
            return
        note = _NOTE.match(text, at)
        if note and path.text and reads(path.text[-1], note[1]):
            yield replace(path, at=note.end(), data=path.data + note_bytes(note[1]), open_key=False)
            return
        if lost := LOST_LEAD.match(text, at):
            yield from self._begin_unseen(path, lost)
        yield self._step(path, at + 1, char, cp936.encode(char))

    def _begin(self, path: Path, orphan: str) -> Iterator[Path]:
        """An orphan where the pairs are right: a lost lead byte, or nothing of ours."""
        text, at = self._text, path.at
        yield self._literal(path, orphan)
        if note := _AFTER_ORPHAN_NOTE.match(text, at + 1):
            yield from self._begin_note(path, orphan, note)
        following = text[at + 1 : at + 3]
        if following and following[0].translate(WIDE) in _MARKS:
            yield from self._begin_mark(path, orphan, following[0])
        if len(following) == 2 and is_orphan(following[0]) and following[1].translate(WIDE) in "，；？！":
            yield from self._begin_both(path, orphan, following)

    def _literal(self, path: Path, orphan: str) -> Path:
        stray = path.cost + _STRAY * STEP
        asked = self._step(path, path.at + 1, orphan, b"?")
        return replace(asked, cost=min(asked.cost + _LITERAL * STEP, stray) if orphan == "?" else stray)

    def _begin_note(self, path: Path, orphan: str, note: re.Match[str]) -> Iterator[Path]:
        """當?shù)…: a key made of the last byte before and the orphan."""
        halves = cp936.encode(path.text[-1:] or without_notes(self._text[max(path.at - 12, 0) : path.at])[-1:])
        if len(halves) != 2:
            return
        for key, cost in self._keys(note[1]):
            lead, trail = key.encode("gbk")
            if lead == halves[1] and trail > 0x80 and _may_be(orphan, trail):
                data = path.data + bytes([trail]) + note_bytes(note[1])
                yield replace(
                    path, at=note.end(), pending=trail, data=data, cost=path.cost + cost * STEP, open_key=False
                )

    def _begin_mark(self, path: Path, orphan: str, mark: str) -> Iterator[Path]:
        """??茖: the mark is the last byte of a character whose first is the orphan, and the first of the next."""
        first, second = cp936.encode(mark.translate(WIDE))
        for lead, char in with_trail(first):
            if _may_be(orphan, lead):
                yield replace(self._step(path, path.at + 2, char, bytes([lead, 0, first, second])), pending=second)

    def _begin_both(self, path: Path, orphan: str, following: str) -> Iterator[Path]:
        """??！: a character that ends in A1 before a mark that begins with A3; 。 was found there before the mark."""
        if not _may_be(following[0], 0xA1):
            return
        mark = cp936.encode(following[1].translate(WIDE))
        for lead, char in with_trail(0xA1):
            if _may_be(orphan, lead):
                step = self._step(path, path.at + 2, char, bytes([lead, 0, 0xA1, 0]))
                yield self._step(_mended(step), path.at + 3, following[1], mark)

    def _begin_unseen(self, path: Path, lost: re.Match[str]) -> Iterator[Path]:
        """，F(xiàn): as `_begin_mark`, and the orphan itself is not shown; the reading tells."""
        first, second = cp936.encode(lost[1].translate(WIDE))
        letter = ord(lost[2])
        whole = pair(second, letter)
        if not reads(whole, lost[3]):
            return
        for _, char in with_trail(first):
            step = self._step(path, path.at + 1, char, bytes([first, second]))
            step = self._step(step, path.at + 2, whole, bytes([letter]))
            yield _mended(replace(step, at=lost.end(), data=step.data + note_bytes(lost[3]), open_key=False))

    # --- inside a run

    def _expand_shifted(self, path: Path) -> Iterator[Path]:
        text, at = self._text, path.at
        char = text[at]
        if note := _NOTE.match(text, at):
            # the note of a key that is made of shifted halves: it stands properly behind what is shown
            if at and reads(text[at - 1], note[1]):
                yield replace(path, at=note.end(), data=path.data + note_bytes(note[1]))
            return
        if is_orphan(char):
            yield from self._end_with_orphan(path, char)
            if char != "?":
                return
        halves = cp936.encode(char.translate(WIDE))
        if len(halves) == 2:
            yield from self._shift(path, at + 1, halves)
        elif (char == "€" or "@" <= char <= "~") and (whole := pair(path.pending, halves[0])):
            yield _mended(self._step(path, at + 1, whole, halves))

    def _shift(self, path: Path, at: int, halves: bytes) -> Iterator[Path]:
        """One shown symbol: its first byte ends a character, its second begins the next."""
        whole = pair(path.pending, halves[0])
        if not whole:
            return
        step = self._step(path, at, whole, halves)
        if halves[1] > 0x80:
            yield replace(step, pending=halves[1])
        else:
            # an ASCII letter (or a lone 80) of the author's, taken for a second byte: the pairs are right after it
            yield _mended(self._step(step, at, "€" if halves[1] == 0x80 else chr(halves[1]), b""))

    def _vanished(self, path: Path) -> Iterator[Path]:
        """A pair of a user-defined zone was there and is not shown: 周?chē)窠 is 周圍神經."""
        following = cp936.encode(self._text[path.at].translate(WIDE))[0]
        chars = ((lead, pair(path.pending, lead)) for lead in _VANISHING)
        steps = [(lead, self._step(path, path.at, char, b"")) for lead, char in chars if char and is_possible(char)]
        for lead, step in sorted(steps, key=lambda found: found[1].cost)[:4]:
            ends = [
                (self._step(step, path.at, char, b"").cost, second)
                for second, char in with_trail(following)
                if second in _VANISHING_TRAILS
            ]
            for _, second in sorted(ends)[:2]:
                yield replace(step, pending=second, data=path.data + bytes([lead, second]))

    def _end_with_orphan(self, path: Path, orphan: str) -> Iterator[Path]:
        """An orphan inside a run is the second byte of the character that is pending."""
        if note := _AFTER_ORPHAN_NOTE.match(self._text, path.at + 1):
            for key, cost in self._keys(note[1]):
                lead, trail = key.encode("gbk")
                if lead == path.pending and _may_be(orphan, trail):
                    step = self._step(path, note.end(), key, bytes([trail]) + note_bytes(note[1]))
                    yield _mended(replace(step, cost=step.cost + cost * STEP, open_key=False))
            return
        end, eaten = self._eaten(path.at + 1, orphan)
        steps = [
            self._step(path, end, char, bytes([trail]) + eaten)
            for trail, char in with_lead(path.pending)
            if _may_be(orphan, trail)
        ]
        for step in sorted(steps, key=lambda step: step.cost)[:BREADTH]:
            yield _mended(replace(step, text=step.text + EATEN) if eaten == _UNKNOWN_BYTE else step)

    def _eaten(self, at: int, orphan: str) -> tuple[int, bytes]:
        """Where reading goes on after an orphan, and the byte it ate."""
        text = self._text
        if orphan != "?" or at >= len(text):
            return at, b""
        if text[at].translate(WIDE) in _MARKS:
            return at, b"\x00"
        if rest := _TAG_REST.match(text, at):
            return rest.end(), b"<" + rest[0].encode()
        return at, _UNKNOWN_BYTE

    # --- shared

    def _keys(self, reading: str) -> Iterator[tuple[str, float]]:
        """Characters that can carry a note, with the cost of believing it."""
        first, other = read_as().get(reading, ("", ""))
        facts, known = self._facts, script().simplified
        for chars, extra in ((first, 0.0), (other, _OTHER_READING)):
            for char in chars:
                if char in known:
                    if char in facts.bare:
                        yield char, extra + _IMPOSSIBLE
                    else:
                        yield char, extra + (0.0 if char in facts.annotated else _NEW_KEY)

    def _step(self, path: Path, at: int, char: str, data: bytes) -> Path:
        number = self._number(char)
        cost = path.cost + self._model.cost(path.first, path.second, number)
        if path.open_key:
            cost += _IMPOSSIBLE * STEP
        if char in script().converted:
            cost += _IMPOSSIBLE * STEP
        return Path(
            at=at,
            pending=path.pending,
            text=path.text + char,
            data=path.data + data,
            cost=cost,
            first=path.second,
            second=number,
            mends=path.mends,
            end=path.end,
            length=path.length,
            open_key=char in self._facts.annotated,
        )

    def _number(self, char: str) -> int:
        number = self._numbers.get(char)
        if number is None:
            simple = script().simplified.get(char, char)
            number = self._numbers[char] = self._model.vocabulary.get(symbol(simple), UNKNOWN)
        return number


def is_orphan(char: str) -> bool:
    """Whether a character can stand for an orphan byte."""
    return char in {"?", EATEN} or "\uf780" <= char <= "\uf7ff"


def note_bytes(reading: str) -> bytes:
    """A note as the converter writes it."""
    return f"({reading})".encode("gbk", "replace")


def without_notes(text: str) -> str:
    """The text less everything that looks like a note."""
    return _NOTE.sub("", text)


def _mended(path: Path) -> Path:
    """The run ends here: the pairs are right again."""
    return replace(path, pending=-1, mends=path.mends + 1, end=path.at, length=len(path.text))


def _may_be(orphan: str, byte: int) -> bool:
    """Whether an orphan can stand for a byte: any, unless it is still known."""
    return orphan in {"?", EATEN} or ord(orphan) == cp936.ORPHAN_BASE + byte

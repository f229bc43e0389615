"""The rule runner: every change a rule makes becomes a Note, and the notes replay.

A rule looks at a text and says what should stand where; the runner makes the changes and keeps account. Applying a
field's notes in order to its raw text gives the result exactly, which `replay` does and the tests prove.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

from crawler.items import Note

Context = TypeVar("Context")


Change = tuple[int, int, str, float | None, bool]
"""What one rule wants at one place: from where to where in the text it was given, what should stand there, and the
`confidence` and `doubtful` of `crawler.items.Note`. A plain tuple, because a page has thousands."""


def change(start: int, end: int, after: str) -> Change:
    """A change that leaves no doubt."""
    return start, end, after, None, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Context]):
    """One rule of an ordered tuple.

    Attributes:
        name: one word or two, as it appears in notes, in `repairs` and in the documentation.
        find: the changes it wants in a text, from left to right and not overlapping.
    """

    name: str
    find: Callable[[str, Context], Iterable[Change]]


class Notes(Sequence[Note]):
    """Notes that are made when they are read: a page has one for every few characters, and most are never looked at."""

    __slots__ = ("_kept",)

    def __init__(self, kept: Sequence["_Kept"] = ()) -> None:
        """Wrap what the runner kept."""
        self._kept = kept

    def __len__(self) -> int:
        """How many there are."""
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> Note: ...

    @overload
    def __getitem__(self, index: slice) -> "Notes": ...

    def __getitem__(self, index: int | slice) -> "Note | Notes":
        """One note, or some."""
        if isinstance(index, slice):
            return Notes(self._kept[index])
        step, rule, where, at, before, after, confidence, doubtful = self._kept[index]
        return Note(
            step=step,
            rule=rule,
            where=where,
            at=at,
            before=before,
            after=after,
            confidence=confidence,
            doubtful=doubtful,
        )

    def __eq__(self, other: object) -> bool:
        """As tuples are equal."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # like a list


_Kept = tuple[str, str, str, int, str, str, float | None, bool]


def run(
    text: str, rules: Sequence[Rule[Context]], context: Context, *, step: str, where: str
) -> tuple[str, list[_Kept]]:
    """Apply the rules in order; each sees what the ones before it left.

    Args:
        text: the field as it stands.
        rules: in order.
        context: what the rules need to know besides the text.
        step: the pipeline step, for the notes.
        where: the field, for the notes.

    Returns:
        the text, and what `Notes` makes the notes of.
    """
    kept: list[_Kept] = []
    for rule in rules:
        pieces: list[str] = []
        done = shift = 0
        name = rule.name
        for start, end, after, confidence, doubtful in rule.find(text, context):
            before = text[start:end]
            if before != after:
                pieces += (text[done:start], after)
                done = end
                kept.append((step, name, where, start + shift, before, after, confidence, doubtful))
                shift += len(after) - len(before)
        if pieces:
            pieces.append(text[done:])
            text = "".join(pieces)
    return text, kept


def replay(text: str, notes: Iterable[Note]) -> str:
    """Apply the notes of one field, in order, to its raw text.

    Raises:
        ValueError: a note does not fit the text: something else stands where it was made.
    """
    pieces: list[str] = []
    done = shift = 0
    for note in notes:
        start = note.at - shift
        if start < done:
            text, pieces, done, shift = "".join([*pieces, text[done:]]), [], 0, 0
            start = note.at
        end = start + len(note.before)
        if text[start:end] != note.before:
            raise ValueError(f"the note of rule {note.rule} at {note.at} does not fit: {note.before!r} is not there")
        pieces += (text[done:start], note.after)
        done = end
        shift += len(note.after) - len(note.before)
    return "".join([*pieces, text[done:]])

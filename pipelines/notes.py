"""The rule runner: every change a rule makes becomes a Note, and the notes replay.

A rule looks at a text and says what should stand where; the runner makes the changes and keeps account. Applying a
field's notes in order to its raw text gives the result exactly, which `replay` does and the tests prove.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from crawler.items import Note

Context = TypeVar("Context")


Change = tuple[int, int, str, float | None, bool]
"""What one rule wants at one place: from where to where in the text it was given, what should stand there, and the
`confidence` and `doubtful` of `crawler.items.Note`. A plain tuple, because a page has thousands."""

Applied = tuple[str, str, "Rule[Any]", str, Sequence[Change]]
"""What one rule did to one text: the step, the field, the rule, the text as the rule found it, and its changes."""


def change(start: int, end: int, after: str) -> Change:
    """A change that leaves no doubt."""
    return start, end, after, None, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Context]):
    """One rule of an ordered tuple.

    Attributes:
        name: one word or two, as it appears in notes, in `repairs` and in the documentation.
        find: the changes it wants in a text, from left to right and not overlapping.
        signs: what a text must hold for the rule to find anything; rules in a row that share it share one look for it.
        parts: where one change goes over a whole text, the parts that have a note each; it must keep the length.
    """

    name: str
    find: Callable[[str, Context], Iterable[Change]]
    signs: re.Pattern[str] | None = None
    parts: re.Pattern[str] | None = None


class Notes(Sequence[Note]):
    """Notes that are made when they are read: a page has one for every few characters, and most are never looked at."""

    __slots__ = ("_applied", "_made")

    def __init__(self, applied: Sequence[Applied] = ()) -> None:
        """Wrap what the runner did."""
        self._applied = applied
        self._made: tuple[Note, ...] | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self._read())

    @overload
    def __getitem__(self, index: int) -> Note: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Note, ...]: ...

    def __getitem__(self, index: int | slice) -> Note | tuple[Note, ...]:
        """One note, or some."""
        return self._read()[index]

    def __iter__(self) -> Iterator[Note]:
        """In the order in which the changes were made."""
        return iter(self._read())

    def __eq__(self, other: object) -> bool:
        """As tuples are equal."""
        return isinstance(other, Sequence) and self._read() == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # like a list

    def _read(self) -> tuple[Note, ...]:
        if self._made is None:
            self._made = tuple(note for applied in self._applied for note in _notes(*applied))
        return self._made


def _notes(step: str, where: str, rule: Rule[Any], text: str, changes: Iterable[Change]) -> Iterator[Note]:
    """What one rule did to one text."""
    shift = 0
    for start, end, after, confidence, doubtful in _parted(changes, text, rule.parts) if rule.parts else changes:
        before = text[start:end]
        if before != after:
            yield Note(
                step=step,
                rule=rule.name,
                where=where,
                at=start + shift,
                before=before,
                after=after,
                confidence=confidence,
                doubtful=doubtful,
            )
            shift += len(after) - len(before)


def _parted(changes: Iterable[Change], text: str, parts: re.Pattern[str]) -> Iterator[Change]:
    for start, end, after, confidence, doubtful in changes:
        for part in parts.finditer(text, start, end):
            yield *part.span(), after[part.start() - start : part.end() - start], confidence, doubtful


def run(
    text: str, rules: Sequence[Rule[Context]], context: Context, *, step: str, where: str
) -> tuple[str, list[Applied]]:
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
    applied: list[Applied] = []
    signs, are_there = None, True
    for rule in rules:
        if rule.signs is not signs:
            signs = rule.signs
            are_there = signs is None or signs.search(text) is not None
        if not are_there:
            continue
        changes = tuple(rule.find(text, context))
        if changes and (changed := _changed(text, changes)) != text:
            applied.append((step, where, rule, text, changes))
            text = changed
    return text, applied


def _changed(text: str, changes: Iterable[Change]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, after, _, _ in changes:
        pieces.append(text[done:start])
        pieces.append(after)
        done = end
    pieces.append(text[done:])
    return "".join(pieces)


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

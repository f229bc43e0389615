"""The rule runner: every change a rule makes becomes a Note, and the notes replay.

A rule looks at a text and says what should stand where; the runner makes the changes and keeps account. Applying a
field's notes in order to its raw text gives the result exactly, which `replay` does and the tests prove.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from crawler.items import Note

Context = TypeVar("Context")


class Change(NamedTuple):
    """What one rule wants at one place.

    Attributes:
        start, end: the place, in characters of the text the rule was given.
        after: what should stand there.
        confidence, doubtful: as in `crawler.items.Note`.
    """

    start: int
    end: int
    after: str
    confidence: float | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Context]):
    """One rule of an ordered tuple.

    Attributes:
        name: one word or two, as it appears in notes, in `repairs` and in the documentation.
        find: the changes it wants in a text, from left to right and not overlapping.
    """

    name: str
    find: Callable[[str, Context], Iterable[Change]]


def run(
    text: str, rules: Sequence[Rule[Context]], context: Context, *, step: str, where: str
) -> tuple[str, list[Note]]:
    """Apply the rules in order; each sees what the ones before it left.

    Args:
        text: the field as it stands.
        rules: in order.
        context: what the rules need to know besides the text.
        step: the pipeline step, for the notes.
        where: the field, for the notes.
    """
    notes: list[Note] = []
    for rule in rules:
        text = _apply(text, rule.find(text, context), rule.name, step, where, notes)
    return text, notes


def _apply(  # noqa: PLR0913, PLR0917 - the runner's inner loop
    text: str, changes: Iterable[Change], name: str, step: str, where: str, notes: list[Note]
) -> str:
    pieces: list[str] = []
    done = shift = 0
    for start, end, after, confidence, doubtful in changes:
        before = text[start:end]
        if before == after:
            continue
        pieces += (text[done:start], after)
        done = end
        notes.append(
            Note(
                step=step,
                rule=name,
                where=where,
                at=start + shift,
                before=before,
                after=after,
                confidence=confidence,
                doubtful=doubtful,
            )
        )
        shift += len(after) - len(before)
    if not done and not pieces:
        return text
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

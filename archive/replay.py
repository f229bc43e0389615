"""A record's notes, applied again: they must lead from the text as the page had it to the text as it was restored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.items import Note, Record

# The steps that work on the texts whose raw form a record keeps; the earlier ones leave notes about the page.
_STEPS = frozenset({"restore", "fields"})


class Unplayable(ValueError):  # noqa: N818 - says what the notes are
    """What a note changed does not stand where it says; the message names the note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedText:
    """One text of a record, as it came and as it is now, and the notes in between."""

    place: str
    raw: str
    restored: str
    notes: tuple[Note, ...]


def noted_texts(record: Record) -> Iterator[NotedText]:
    """The texts that a record keeps in both forms: the headline, then each paragraph of the body."""
    notes: dict[str, list[Note]] = defaultdict(list)
    for note in record.notes:
        if note.step in _STEPS:
            notes[note.where].append(note)
    pairs = {"headline": (record.headline_raw, record.headline)}
    # Not strict: a record whose paragraphs do not pair is for `archive.check` to report.
    bodies = zip(record.body_raw, record.body, strict=False)
    pairs |= {f"body/{number}": pair for number, pair in enumerate(bodies)}
    for place, (raw, restored) in pairs.items():
        yield NotedText(place=place, raw=raw, restored=restored, notes=tuple(notes[place]))


def states(text: str, notes: Iterable[Note]) -> Iterator[str]:
    """The text after each note, in order.

    Raises:
        Unplayable: a note does not fit the text.
    """
    for note in notes:
        end = note.at + len(note.before)
        if note.at < 0 or text[note.at : end] != note.before:
            raise Unplayable(f"{note.rule} at {note.at}: {note.before!r} does not stand there")
        text = text[: note.at] + note.after + text[end:]
        yield text


def replay(text: str, notes: Iterable[Note]) -> str:
    """Apply the notes of one text in order.

    >>> replay("甲乙", [Note(step="restore", rule="r", where="headline", at=1, before="乙", after="丙丁")])
    '甲丙丁'

    Raises:
        Unplayable: a note does not fit the text.
    """
    for state in states(text, notes):
        text = state
    return text

"""From a text as the page had it and the notes about it to the pieces that a reader sees: same, or repaired, and why.

The notes of a text apply one after the other, each to what those before it left (`archive.replay`). A reader wants
the sum: which piece of the restored text comes from which piece of the page's own, by which rules.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Final

from crawler.items import Note

MOST_NOTES: Final = 5_000  # of one paragraph; a page of notes on every character has a few hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a text.

    Attributes:
        raw: as the page has it.
        text: as it was restored.
        notes: what was done to it, in order; empty where raw and text are the same.
    """

    raw: str
    text: str
    notes: tuple[Note, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether restoring was not sure of it."""
        return any(note.doubtful for note in self.notes)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules at work, each once."""
        return tuple(dict.fromkeys(note.rule for note in self.notes))


def pieces(raw: str, restored: str, notes: Sequence[Note]) -> tuple[Piece, ...]:
    """The pieces of a text, in reading order; repairs side by side are one piece.

    Where the notes do not lead from `raw` to `restored` (`repost check` reports such a record) or are too many, the
    whole text is one piece, changed or not, without notes.

    >>> note = Note(step="restore", rule="r", where="headline", at=1, before="乙", after="丙")
    >>> [(piece.raw, piece.text, piece.rules) for piece in pieces("甲乙", "甲丙", [note])]
    [('甲', '甲', ()), ('乙', '丙', ('r',))]
    """
    whole = (Piece(raw=raw, text=restored),) if raw or restored else ()
    if len(notes) > MOST_NOTES:
        return whole
    cursor = _Cursor(raw)
    if not all(cursor.apply(change) for note in notes for change in _narrowed(note)):
        return whole
    found = tuple(_joined(cursor.pieces))
    return found if "".join(piece.text for piece in found) == restored else whole


def _narrowed(note: Note) -> Iterator[Note]:
    """One note as the changes in it: what stands on both sides of it alike is not marked.

    A rule may look at a whole clause, 一年當中 → 一年当中, of which one character is changed.
    """
    before, after = note.before, note.after
    if len(before) != len(after):
        same = _alike(before, after)
        end = _alike(before[same:][::-1], after[same:][::-1])
        yield _part(note, same, len(before) - end, len(after) - end)
        return
    start = 0
    for differ, run in groupby(zip(before, after, strict=True), key=lambda pair: pair[0] != pair[1]):
        end = start + sum(1 for _ in run)
        if differ:
            yield _part(note, start, end, end)
        start = end


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _part(note: Note, start: int, end_before: int, end_after: int) -> Note:
    return note._replace(at=note.at + start, before=note.before[start:end_before], after=note.after[start:end_after])


class _Cursor:
    """Pieces, and the place among them where the last change was made: rules go through a text from left to right."""

    def __init__(self, raw: str) -> None:
        self.pieces = [Piece(raw=raw, text=raw)] if raw else []
        self._index = 0
        self._start = 0  # of the piece at _index, in the text

    def apply(self, note: Note) -> bool:
        """Make one change; False where what it changes does not stand there."""
        if note.at < self._start:
            self._index = self._start = 0
        while self._index < len(self.pieces) and self._start + len(self._here.text) < note.at:
            self._start += len(self._here.text)
            self._index += 1
        touched, start = self._touched(note)
        text = "".join(piece.text for piece in touched)
        before, after = text[: note.at - start], text[note.at - start + len(note.before) :]
        if start + len(text) < note.at or text != before + note.before + after:
            return False
        self.pieces[self._index : self._index + len(touched)] = _changed(touched, before, after, note)
        return True

    @property
    def _here(self) -> Piece:
        return self.pieces[self._index]

    def _touched(self, note: Note) -> tuple[list[Piece], int]:
        """The pieces from the cursor on that a note reaches into, and where they start; the cursor moves to them."""
        end = note.at + len(note.before)
        if (
            self._index < len(self.pieces)
            and self._start + len(self._here.text) == note.at
            and (note.before or (self._here.notes and self._index + 1 < len(self.pieces)))
        ):
            # It begins where this piece ends: what is before stays as it is.
            self._start += len(self._here.text)
            self._index += 1
        touched: list[Piece] = []
        reached = self._start
        for piece in self.pieces[self._index :]:
            if touched and reached >= end:
                break
            touched.append(piece)
            reached += len(piece.text)
        return touched, self._start


def _changed(touched: Sequence[Piece], before: str, after: str, note: Note) -> list[Piece]:
    """The pieces that stand where some were touched: of an untouched text, its ends stay untouched."""
    head = touched[0].notes == () if touched else False
    tail = touched[-1].notes == () if touched else False
    raw = "".join(piece.raw for piece in touched)
    earlier = tuple(known for piece in touched for known in piece.notes)
    kept_before = before if head else ""
    kept_after = after if tail else ""
    middle = Piece(
        raw=raw[len(kept_before) : len(raw) - len(kept_after)],
        text=before[len(kept_before) :] + note.after + after[: len(after) - len(kept_after)],
        notes=(*earlier, note),
    )
    around = (Piece(raw=kept_before, text=kept_before), middle, Piece(raw=kept_after, text=kept_after))
    return [piece for piece in around if piece.raw or piece.text or piece.notes]


def _joined(found: Iterable[Piece]) -> Iterable[Piece]:
    """Repairs side by side as one; a repair that was undone by a later one is none."""
    last: Piece | None = None
    for piece in found:
        plain = Piece(raw=piece.raw, text=piece.text, notes=() if piece.raw == piece.text else piece.notes)
        if last is not None and bool(last.notes) == bool(plain.notes):
            last = Piece(raw=last.raw + plain.raw, text=last.text + plain.text, notes=last.notes + plain.notes)
            continue
        if last is not None:
            yield last
        last = plain
    if last is not None:
        yield last

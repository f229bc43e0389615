"""What each repair is called on a page, and why it was made: one entry a rule of `pipelines.restore.engine`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reader.web.marks import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule, for people.

    Attributes:
        title: two or three words.
        why: what had happened to the text, and what was done about it.
    """

    title: str
    why: str


REASONS: Final[Mapping[str, Reason]] = {
    "byte-run": Reason(
        title="shifted bytes read again",
        why="A byte was lost or added, so that the bytes after it were paired into wrong characters; they were paired "
        "anew, and of the possible readings the most plausible one was taken.",
    ),
    "compatibility": Reason(
        title="ordinary character",
        why="A radical or compatibility character that only looks like the ordinary one was replaced by it.",
    ),
    "doubled-mark": Reason(
        title="doubled mark", why="The converter had put a second punctuation mark before the author's own."
    ),
    "emoji": Reason(title="emoji removed", why="Emoji had been put inside words after the text was written."),
    "encoding": Reason(
        title="wrong encoding undone",
        why="The text had been read in a wrong encoding; its bytes were read in the right one.",
    ),
    "entity": Reason(title="HTML entity read", why="An HTML entity stood in the text as letters."),
    "hidden-byte": Reason(
        title="hidden byte removed", why="A control character had been put in that no browser shows."
    ),
    "invisible": Reason(
        title="invisible character removed", why="A zero-width character or soft hyphen stood in the text."
    ),
    "line-end": Reason(title="line end read", why="A line end stood in the text as letters."),
    "orphan": Reason(
        title="lost character shown",
        why="Half of a character is missing and nothing tells which one it was; it is shown as �.",
    ),
    "pinyin-note": Reason(
        title="pinyin note removed", why="A reading in Latin letters had been put behind the character it belongs to."
    ),
    "private-use": Reason(
        title="private character removed", why="A character of no public meaning, left by a decoder, stood in the text."
    ),
    "script": Reason(
        title="script converted back",
        why="The author's simplified characters had been converted to traditional ones; they were converted back.",
    ),
    "space": Reason(title="space restored", why="A question mark stood where the encoding had no such space."),
    "spaced-label": Reason(title="label closed up", why="The characters of a short label were set apart by spaces."),
    "spam-header": Reason(
        title="spam line removed", why="A spam line stood before the text, put there after conversion."
    ),
    "tag-rest": Reason(title="rest of a tag removed", why="A lost byte had left a piece of HTML in the text."),
    "width": Reason(
        title="punctuation width",
        why="Chinese punctuation had been narrowed to its Latin look-alike; its full width was restored.",
    ),
}

_SMALL: Final = frozenset({"width", "space", "invisible", "hidden-byte", "compatibility", "line-end", "spaced-label"})


def title_of(rule: str) -> str:
    """What a rule is called: its own name where it has no entry, as a newer cleaner's may."""
    return REASONS[rule].title if rule in REASONS else rule


def why(piece: Piece) -> tuple[str, ...]:
    """Why a piece was changed: one sentence a rule."""
    return tuple(REASONS[rule].why if rule in REASONS else f"The rule {rule} applied." for rule in piece.rules)


def weight(piece: Piece) -> str:
    """How much a repair matters to a reader, as the class of its mark: `doubtful`, `small`, `script` or `plain`."""
    if piece.doubtful:
        return "doubtful"
    if _SMALL.issuperset(piece.rules):
        return "small"
    return "script" if _SMALL.union({"script"}).issuperset(piece.rules) else "plain"

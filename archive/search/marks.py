"""Where the words of a query stand in a text as it is written, in its own script: excerpts, and how well it fits.

The index finds a text by its tokens; this shows why. A pattern stands for a phrase in every script, width and case, so
that a text need not be cut into tokens again to be marked. A form that only a compatibility table knows (㈱) is found
by the index and not marked.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise

from archive.search.forms import STANDS_FOR, VARIANTS
from archive.search.query import Phrase
from archive.search.text import BOUNDARY, is_alone, tokens

WIDTH = 80  # characters of an excerpt
BEFORE = 20  # of them before the first mark
MOST_MARKS = 500  # looked at in one text: a text of nothing but hits needs no better excerpt
ELLIPSIS = "…"

# What cannot be seen within a word; and white space within a line, which is as little between two Han.
_UNSEEN_RANGES = r"\x00-\x08\x0e-\x1b\xad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_UNSEEN = f"[{_UNSEEN_RANGES}]"
_GAP = rf"[{_UNSEEN_RANGES}\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_IN_WORD = r"[^\W_\u3005-\u3007\u3021-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
# Blocks whose characters are other shapes of one character: radicals, compatibility ideographs, full and half width.
_SHAPES = ((0x2E80, 0x2FE0), (0x3300, 0x3400), (0xF900, 0xFB00), (0xFF00, 0xFFF0), (0x2F800, 0x2FA20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a text; `marked`: it is what was searched for."""

    text: str
    marked: bool = False


def pattern_of(phrases: Sequence[Phrase]) -> re.Pattern[str]:
    """What finds any of some phrases in a text; which one it is tells `lastindex`, from 1."""
    return re.compile("|".join(f"({_spelt(phrase.tokens)})" for phrase in phrases))


def excerpt(paragraphs: Iterable[str], pattern: re.Pattern[str] | None, *, width: int = WIDTH) -> tuple[Part, ...]:
    """The place in a text that shows the most of the phrases, the first of equals; without any, its beginning."""
    paragraphs = tuple(paragraphs)
    best, place = 0, (next(filter(None, paragraphs), ""), 0)
    looked_at = 0
    for paragraph in paragraphs if pattern else ():
        found = [(match.start(), match.lastindex) for match in islice(_finds(pattern, paragraph), MOST_MARKS)]
        for number, (start, _) in enumerate(found):
            near = {which for at, which in found[number : number + 10] if at < start + width - BEFORE}
            if len(near) > best:
                best, place = len(near), (paragraph, max(0, start - BEFORE))
        looked_at += len(found)
        if looked_at > MOST_MARKS:
            break
    return tuple(_parts(*place, width, pattern))


def _finds(pattern: re.Pattern[str] | None, text: str) -> Iterator[re.Match[str]]:
    return pattern.finditer(text) if pattern else iter(())


def _parts(text: str, start: int, width: int, pattern: re.Pattern[str] | None) -> Iterator[Part]:
    end = start + width
    if start:
        yield Part(text=ELLIPSIS)
    at = start
    for match in _finds(pattern, text[: end + width]):
        if match.start() >= end:
            break
        if match.end() <= start:
            continue
        if match.start() > at:
            yield Part(text=text[at : match.start()])
        at = min(match.end(), end + width)
        yield Part(text=match[0], marked=True)
    if at < end:
        yield Part(text=text[at:end])
    if max(at, end) < len(text):
        yield Part(text=ELLIPSIS)


def _spelt(phrase: str) -> str:
    """A phrase's tokens as a pattern over written text."""
    pieces = phrase.split(" ")
    spelt = _word(pieces[0])
    for before, piece in pairwise(pieces):
        if BOUNDARY in {before, piece}:
            between = ""
        else:  # two words of letters need something between them, or they would be one
            between = f"{_GAP}*" if is_alone(before[0]) or is_alone(piece[0]) else f"{_GAP}+"
        spelt += between + _word(piece)
    return spelt


def _word(token: str) -> str:
    if token == BOUNDARY:
        return r"[\W_]+"
    spelt = f"{_UNSEEN}*".join(f"[{re.escape(char + _written().get(char, ''))}]" for char in token)
    return spelt if is_alone(token[0]) else f"(?<!{_IN_WORD}){spelt}(?!{_IN_WORD})"


@cache
def _written() -> dict[str, str]:
    """A character of tokens → the other ways to write it."""
    ways: dict[str, str] = {}
    for variant, form in zip(VARIANTS, STANDS_FOR, strict=True):
        ways[form] = ways.get(form, "") + variant
    for first, end in _SHAPES:
        for char in map(chr, range(first, end)):
            form = tokens(char)
            if len(form) == 1 and form not in {char, BOUNDARY}:
                ways[form] = ways.get(form, "") + char
    for char in map(chr, range(0x24F)):  # letters: their capitals
        form = tokens(char)
        if len(form) == 1 and form not in {char, BOUNDARY}:
            ways[form] = ways.get(form, "") + char
    return ways

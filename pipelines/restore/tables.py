"""The tables the rules walk, read once: which characters belong to which script, and how each is read.

Sources: `pipelines/rules/script.txt` and `readings.txt`, written by `scripts/build_tables.py`.
"""

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

LETTERS: Final = "a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüêềếńňǹḿɑɡ"
"""What pinyin is written with; ɑ and ɡ are the print forms that some tables use."""

HAN: Final = "㐀-鿿豈-﫿"
"""Ranges of Han characters, for the inside of a regular expression's brackets."""

READING: Final = f"[{LETTERS}]{{1,6}}"
"""A syllable; the longest are six letters (chuáng, zhuàng)."""

NOTE: Final = re.compile(rf"[(（](?<=([{HAN}]).)({READING})[)）]")
"""A reading in parentheses of either width, and the Han that it stands behind; the Han is not part of the match.

Looked for by the parenthesis, which is rarer than Han.
"""

ORPHANS: Final = "?\ufffd\uf780-\uf7ff"
"""What can stand for an orphan byte, for the inside of a regular expression's brackets."""

EMOJI: Final = re.compile(
    r"""
    (?: [\U0001F1E6-\U0001F1FF]{2}                      # flags
      | [0-9#*]\uFE0F?\u20E3                            # keycaps
      | [\U0001F000-\U0001FAFF\u2600-\u2604\u2607-\u263F\u2641\u2643-\u27BF\u2B50\u2B55\u231A\u231B]
        [\uFE0E\uFE0F]? [\U0001F3FB-\U0001F3FF]?        # with variation selector and skin tone
        (?: \u200D [\U0001F000-\U0001FAFF\u2600-\u27BF] \uFE0F? [\U0001F3FB-\U0001F3FF]? )*
    )
    """,
    re.VERBOSE,
)
"""Emoji with their variation selectors, skin tones and joiners; not the stars and signs that GBK has (★ ♀)."""

EMOJI_SIGNS: Final = "\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a\u231b\u20e3"
"""One of these every emoji holds, for the inside of a regular expression's brackets."""

MAYBE_EMOJI: Final = re.compile(f"[{EMOJI_SIGNS}]")

TONELESS_NOTE: Final = re.compile(rf"[(（](?<=([{HAN}]).)([a-z]{{1,6}})[)）]")
"""A reading without tone marks, and the Han that it stands behind."""

_PRINT_FORMS = str.maketrans("ɑɡ", "ag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Characters by script.

    Attributes:
        simplified: traditional → simplified, for what converters make.
        to_simplified: the same as a table for `str.translate`; without 著, which context must tell from 着. All
            characters in a row, because it is slow to find that a mapping lacks one.
        made: simplified → the form that the converter makes of it.
        traditional: every character that has a simplified form.
        authors_own: traditional characters that the converter never makes (後 於 裡): where they stand, the author
            wrote them.
        converted: simplified characters that the converter would have converted (国): they cannot stand in its output.
    """

    simplified: dict[str, str]
    to_simplified: str
    made: dict[str, str]
    traditional: frozenset[str]
    authors_own: frozenset[str]
    converted: frozenset[str]


@functools.cache
def script() -> Script:
    """The characters of both scripts."""
    rows = list(map(tuple, _lines("script.txt")))
    simplified = {old: new for old, new, mark in rows if mark != "-"}
    in_context = {**simplified, "著": "著"}
    return Script(
        simplified=simplified,
        to_simplified="".join(_row(at, in_context) for at in range(0, 0x10000, 0x100)),
        made={new: old for old, new, mark in rows if mark == "="},
        traditional=frozenset(old for old, _, _ in rows),
        authors_own=frozenset(old for old, _, mark in rows if mark == "-"),
        converted=frozenset(new for _, new, mark in rows if mark == "="),
    )


def _row(start: int, changed: Mapping[str, str]) -> str:
    """256 characters, those that change changed; all 65,536 of the plane at once would take 5 MB for a moment."""
    return "".join(changed.get(char, char) for char in map(chr, range(start, start + 0x100)))


@functools.cache
def read_as() -> dict[str, tuple[str, str]]:
    """Reading → the Han it is the first reading of, the Han that have it besides."""
    return {reading: (first, other) for reading, first, other in _reading_rows()}


@functools.lru_cache(maxsize=8192)
def reads(char: str, reading: str) -> bool:
    """Whether `reading` (with tone marks) is one of the character's.

    >>> reads("國", "guó"), reads("國", "jiā")
    (True, False)
    """
    first, other = read_as().get(reading) or read_as().get(reading.translate(_PRINT_FORMS)) or ("", "")
    return char in first or char in other


@functools.cache
def _toneless() -> frozenset[str]:
    marks = str.maketrans("", "", "\u0300\u0301\u0304\u030c")
    return frozenset(
        char + plain.translate(marks).replace("u\u0308", "v")
        for reading, first, other in _reading_rows()
        for plain in (unicodedata.normalize("NFD", reading),)
        for char in first + other
    )


def reads_toneless(char: str, reading: str) -> bool:
    """Whether `reading`, without tone marks (ü as v or u), is one of the character's.

    >>> reads_toneless("码", "ma"), reads_toneless("女", "nv"), reads_toneless("码", "mo")
    (True, True, False)
    """
    return char + reading in _toneless() or char + reading.replace("u", "v") in _toneless()


def _reading_rows() -> list[tuple[str, str, str]]:
    rows = (line.split("\t") for line in _lines("readings.txt"))
    return [(reading, first, other) for reading, first, other in rows]


def _lines(name: str) -> list[str]:
    return resources.files("pipelines.rules").joinpath(name).read_text("utf-8").splitlines()

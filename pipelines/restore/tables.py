"""The tables the rules walk, read once: which characters belong to which script, and how each is read.

Sources: `pipelines/rules/script.txt` and `readings.txt`, written by `scripts/build_tables.py`.
"""

import functools
import re
from dataclasses import dataclass
from importlib import resources
from typing import Final

LETTERS: Final = "a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüêềếńňǹḿɑɡ"
"""What pinyin is written with; ɑ and ɡ are the print forms that some tables use."""

HAN: Final = "㐀-鿿豈-﫿"
"""Ranges of Han characters, for the inside of a regular expression's brackets."""

READING: Final = f"[{LETTERS}]{{1,6}}"
"""A syllable; the longest are six letters (chuáng, zhuàng)."""

NOTE: Final = re.compile(rf"([{HAN}])[(（]({READING})[)）]")
"""A Han and the reading in parentheses behind it, of either width."""

ORPHANS: Final = "?\ufffd\uf780-\uf7ff"
"""What can stand for an orphan byte, for the inside of a regular expression's brackets."""

_PRINT_FORMS = str.maketrans("ɑɡ", "ag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Characters by script.

    Attributes:
        simplified: traditional → simplified, for what converters make.
        to_simplified: the same as a table for `str.translate`.
        made: simplified → the form that the converter makes of it.
        traditional: every character that has a simplified form.
        authors_own: traditional characters that the converter never makes (後 於 裡): where they stand, the author
            wrote them.
        converted: simplified characters that the converter would have converted (国): they cannot stand in its output.
    """

    simplified: dict[str, str]
    to_simplified: dict[int, str]
    made: dict[str, str]
    traditional: frozenset[str]
    authors_own: frozenset[str]
    converted: frozenset[str]


@functools.cache
def script() -> Script:
    """The characters of both scripts."""
    lines = _lines("script.txt")
    simplified = {line[0]: line[1] for line in lines if line[2] != "-"}
    return Script(
        simplified=simplified,
        to_simplified={ord(old): new for old, new in simplified.items()},
        made={line[1]: line[0] for line in lines if line[2] == "="},
        traditional=frozenset(line[0] for line in lines),
        authors_own=frozenset(line[0] for line in lines if line[2] == "-"),
        converted=frozenset(line[1] for line in lines if line[2] == "="),
    )


@functools.cache
def readings() -> frozenset[str]:
    """Every Han of GBK with each of its readings: `國guó`."""
    return frozenset(char + reading for reading, first, other in _reading_rows() for char in first + other)


@functools.cache
def read_as() -> dict[str, tuple[str, str]]:
    """Reading → the Han it is the first reading of, the Han that have it besides."""
    return {reading: (first, other) for reading, first, other in _reading_rows()}


def reads(char: str, reading: str) -> bool:
    """Whether `reading` (with tone marks) is one of the character's.

    >>> reads("國", "guó"), reads("國", "jiā")
    (True, False)
    """
    return char + reading in readings() or char + reading.translate(_PRINT_FORMS) in readings()


def _reading_rows() -> list[tuple[str, str, str]]:
    rows = (line.split("\t") for line in _lines("readings.txt"))
    return [(reading, first, other) for reading, first, other in rows]


def _lines(name: str) -> list[str]:
    return resources.files("pipelines.rules").joinpath(name).read_text("utf-8").splitlines()

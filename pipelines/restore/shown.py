"""What of a broken text is shown: orphan bytes, notes, rests of tags, and characters made of halves of others."""

import functools
import re
from typing import Final

from pipelines.restore import cp936
from pipelines.restore.tables import READING

UNTOLD: Final = frozenset("?\ufffd")
"""The orphans that do not tell which byte they are."""

EATEN: Final = "\ufffd"
"""Stands where an ASCII character was eaten that nothing tells."""

WIDE: Final = str.maketrans(",:;()!?", "，：；（）！？")
"""The archive's folding, undone."""

LOST_LEAD_REST: Final = rf"([@-~])[(（]({READING})[)）]"
LOST_LEAD: Final = re.compile(rf"([，,；;！!？]){LOST_LEAD_REST}")
"""The row of the catalogue where the orphan itself is not shown: 新階段，F(xiàn)代化."""

MARKS: Final = "，；？！。、"
"""The marks that round two puts its byte before."""

AFTER_ORPHAN: Final = re.compile(rf"[(（]?({READING})[)）]")
"""A note behind an orphan byte, which eats its first parenthesis."""

WHOLE_NOTE: Final = re.compile(rf"[(（]({READING})[)）]")
"""A note, whatever stands before it."""

TAG_REST: Final = re.compile(r"/?(?:p|br|b|i|a|em|strong|div|span|font|h[1-6]|li|ul|td|tr|section)\s?/?>")
"""What is left of a tag whose `<` an orphan byte ate."""

UNKNOWN_BYTE: Final = b"\x01"
"""Stands for a byte that was eaten and that nothing tells."""


def is_orphan(char: str) -> bool:
    """Whether a character can stand for an orphan byte."""
    return char in UNTOLD or "\uf780" <= char <= "\uf7ff"


@functools.lru_cache(maxsize=4096)
def symbol_bytes(char: str) -> bytes:
    """The bytes of a character that can be made of halves of others; empty for one that cannot."""
    halves = cp936.encode(char.translate(WIDE))
    return halves if len(halves) == 2 or char == "€" or "@" <= char <= "~" else b""


def note_bytes(reading: str) -> bytes:
    """A note as the converter writes it."""
    return f"({reading})".encode("gbk", "replace")


def may_be(orphan: str, byte: int) -> bool:
    """Whether an orphan can stand for a byte: any, unless it is still known."""
    return orphan in UNTOLD or ord(orphan) == cp936.ORPHAN_BASE + byte

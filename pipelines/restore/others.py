"""Damage by other means than the converter: wrong encodings, emoji and readings put into simplified text."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from crawler.items import Evidence
from pipelines.notes import Change, change
from pipelines.restore.page import LOST, MISREAD, SPRINKLED, TONELESS, Page
from pipelines.restore.tables import EMOJI, HAN, NOTE, TONELESS_NOTE, reads_toneless

_HAN: Final = re.compile(f"[{HAN}]")
_LATIN: Final = re.compile(
    r"[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_BETWEEN: Final = re.compile(rf"(?<=[{HAN}])(?:{EMOJI.pattern})(?=[{HAN}])", re.VERBOSE)
_ADJACENT: Final = re.compile(rf"[(（][a-z]{{1,6}}[)）][{HAN}][(（][a-z]")
# how the commonest characters of UTF-8 look when it is read as GBK (的 是 了 ， 。 “)
_UTF8_SIGNS: Final = re.compile("[锛銆鐨鏄鈥鍦涓浜]")
_TOO_LONG = 200_000  # characters; re-reading more than this is not worth a try


def other_damage(text: str) -> Page | None:
    """The verdict on a page that did not pass the converter, or None where nothing is evident."""
    for judge in (_lost, _misread, _sprinkled, _toneless):
        found = judge(text)
        if found is not None:
            return found
    return None


def _lost(text: str) -> Page | None:
    shown = len(text) - text.count(" ") - text.count("\n")
    asked, replaced = text.count("?"), text.count("\ufffd")
    copies = text.count("锟斤拷") + text.count("錕斤拷")
    for kind, number, share in (
        ("question-marks", asked, 0.6),
        ("replacement-characters", replaced, 0.2),
        ("utf-8-as-gbk", 3 * copies, 0.1),
    ):
        if number >= 6 and number > share * shown and (kind != "question-marks" or not _HAN.search(text)):
            return _page(LOST, kind, f"{number} of {shown} characters")
    signs = len(_UTF8_SIGNS.findall(text))
    if signs >= 6 and signs > 0.1 * shown and _as_utf8(text) is None:
        return _page(LOST, "utf-8-as-gbk", f"{signs} of {shown} characters, and bytes are missing")
    return None


def _misread(text: str) -> Page | None:
    if len(_LATIN.findall(text)) > 0.4 * len(text) and _as_gbk(text) is not None:
        return _page(MISREAD, "gbk-as-latin-1", "every byte is a character of Latin-1 or cp1252")
    if len(_UTF8_SIGNS.findall(text)) > 0.1 * len(text) and _as_utf8(text) is not None:
        return _page(MISREAD, "utf-8-as-gbk", "every pair of bytes is a character")
    return None


def _sprinkled(text: str) -> Page | None:
    emoji, between = len(EMOJI.findall(text)), len(_BETWEEN.findall(text))
    han = len(_HAN.findall(text))
    if emoji >= 4 and between > 0.5 * emoji and 40 * emoji > han:
        return _page(SPRINKLED, "emoji-inside-words", f"{between} of {emoji} emoji stand between two Han")
    return None


def _toneless(text: str) -> Page | None:
    notes = Counter(TONELESS_NOTE.findall(text))
    if len(notes) < 5 or NOTE.search(text.translate(_WITHOUT_PLAIN)):
        return None
    total, han = sum(notes.values()), len(_HAN.findall(text))
    valid = sum(number for note, number in notes.items() if reads_toneless(*note))
    # teaching texts annotate every character, or a word's characters one after the other
    if valid < 0.9 * total or han < 3 * total or len(_ADJACENT.findall(text)) > 0.2 * total:
        return None
    return _page(TONELESS, "toneless-notes", f"{valid} of {total} readings fit, on {len(notes)} characters")


_WITHOUT_PLAIN: Final = str.maketrans("", "", "abcdefghijklmnopqrstuvwxyz")


def reread(text: str, _: Page) -> Iterator[Change]:
    """Undo a wrong encoding: the bytes that were read wrongly, read rightly."""
    right = _as_gbk(text) or _as_utf8(text)
    if right is not None:
        yield change(0, len(text), right)


def _as_gbk(text: str) -> str | None:
    """GBK read as Latin-1 or as cp1252: ÍâµØ is 外地."""
    if len(text) > _TOO_LONG or not _LATIN.search(text):
        return None
    try:
        right = b"".join(char.encode("latin-1" if ord(char) < 256 else "cp1252") for char in text).decode("gb18030")
    except UnicodeError:
        return None
    return right if len(_HAN.findall(right)) > 0.4 * len(right) else None


def _as_utf8(text: str) -> str | None:
    """UTF-8 read as GBK, where no byte was lost."""
    if len(text) > _TOO_LONG:
        return None
    try:
        return text.encode("gbk").decode("utf-8")
    except UnicodeError:
        return None


def _page(kind: str, evidence: str, detail: str) -> Page:
    return Page(kind=kind, evidence=(Evidence(kind=evidence, detail=detail),))

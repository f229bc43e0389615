"""Half-width marks back to full width in Chinese context, on pages whose marks were folded."""

import re
from collections.abc import Iterator
from typing import Final

from pipelines.notes import Change
from pipelines.restore.page import Page
from pipelines.restore.tables import HAN

_WIDE: Final = dict(zip(",:;!?()", "，：；！？（）", strict=True))
_CJK: Final = f"{HAN}\u3001-\u303f\uff00-\uffef“”‘’…—·℃％①-⑳"
_IS_CJK: Final = re.compile(f"[{_CJK}]")

_ADDRESS: Final = re.compile(r"(?:https?:|ftp:|www\.|[\w.+-]+@)[!-~]*[\w/#=&-]|&#?\w{2,8};", re.ASCII)
_THOUSANDS: Final = re.compile(r",\d{3}(?!\d)")
_EMOTICON: Final = re.compile(rf"(?<![{_CJK}])[:;][()](?![A-Za-z{HAN}])|[:;]-[()DPp]")
# the empty group tells the commonest case: a single mark between two Han, whatever else is true of it
_MARKS: Final = re.compile(r"[,:;!?()](?:(?<=[一-鿿][,:;!?])(?=[一-鿿])()|[,:;!?()]*)")
# between Chinese: 在AI,5G等领域; in English the comma has a space after it
_FOREIGN_LEFT: Final = re.compile(rf"[{_CJK},:;][A-Za-z0-9.%+/\-]{{1,16}}$")
_FOREIGN_RIGHT: Final = re.compile(rf"[A-Za-z0-9.%+/\-]{{1,16}}(?:[{_CJK},:;!?)]|$)")
_REACH = 20


def widen(text: str, page: Page) -> Iterator[Change]:
    """A mark becomes wide where what it belongs to is Chinese.

    Untouched: addresses, times (15:49), ratios, numbers with separators (1,000), emoticons, English, code.
    """
    if not page.folded:
        return
    pairs = _pairs(text)
    kept = _kept(text)
    for found in _MARKS.finditer(text):
        start, end = found.span()
        if found.lastindex:
            yield start, end, _WIDE[text[start]], None, False
        elif start not in kept and not _EMOTICON.match(text, start):
            after = "".join([_read(text, at, pairs, found) for at in range(start, end)])
            yield start, end, after, None, False


def _kept(text: str) -> frozenset[int]:
    """The places inside addresses and entities."""
    if not any(sign in text for sign in ("://", "www.", "@", "&")):
        return frozenset()
    return frozenset(at for found in _ADDRESS.finditer(text) for at in range(*found.span()))


def _read(text: str, at: int, pairs: dict[int, bool], marks: re.Match[str]) -> str:
    mark = text[at]
    is_wide = pairs.get(at, False) if mark in "()" else _is_chinese_place(text, at, *marks.span())
    return _WIDE[mark] if is_wide else mark


def _is_chinese_place(text: str, at: int, start: int, end: int) -> bool:
    """Whether a mark stands in Chinese; `start` and `end` are those of the marks it stands among."""
    left, right = text[at - 1 : at], text[at + 1 : at + 2]
    if "\u4e00" <= left <= "\u9fff" or "\u4e00" <= right <= "\u9fff":
        return True
    if left.isdigit() and right.isdigit() and (text[at] == ":" or _THOUSANDS.match(text, at)):
        return False
    left, right = text[start - 1 : start], text[end : end + 1]
    if _is_chinese(left) or _is_chinese(right):
        return True
    return bool(_FOREIGN_LEFT.search(text[max(start - _REACH, 0) : start])) and bool(
        _FOREIGN_RIGHT.match(text[end : end + _REACH])
    )


def _is_chinese(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or bool(_IS_CJK.match(char))


def _pairs(text: str) -> dict[int, bool]:
    """Place of each parenthesis → whether its pair is Chinese: by what is inside, and by what it stands beside."""
    verdicts: dict[int, bool] = {}
    if "(" not in text and ")" not in text:
        return verdicts
    open_at: list[int] = []
    for found in _BRACKETS.finditer(text):
        at = found.start()
        beside = _is_chinese(text[at - 1 : at]) or _is_chinese(text[at + 1 : at + 2])
        if found[0] == "\n":
            open_at.clear()
        elif found[0] == "(":
            open_at.append(at)
            verdicts[at] = beside
        elif open_at:
            start = open_at.pop()
            verdicts[start] = verdicts[at] = verdicts[start] or beside or bool(_IS_CJK.search(text, start, at))
        else:
            verdicts[at] = beside
    return verdicts


_BRACKETS: Final = re.compile(r"[()\n]")

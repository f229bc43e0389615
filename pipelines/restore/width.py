"""Half-width marks back to full width in Chinese context, on pages whose marks were folded."""

import re
from collections.abc import Iterator
from typing import Final

from pipelines.notes import Change
from pipelines.restore.page import Page
from pipelines.restore.tables import HAN

_WIDE: Final = dict(zip(",:;!?()", "，：；！？（）", strict=True))
_CJK: Final = f"{HAN}\u3000-\u303f\uff00-\uffef“”‘’…—·〇①-⑳"
_URL: Final = re.compile(r"(?:https?:|ftp:|www\.|[\w.+-]+@)[!-~]*[\w/#=&-]", re.ASCII)
_MARK: Final = re.compile(r"[,:;!?()]")
_EMOTICON: Final = re.compile(r"[:;]-?[()DPp](?![A-Za-z])|\^_\^")


def widen(text: str, page: Page) -> Iterator[Change]:
    """A mark becomes wide where what it belongs to is Chinese.

    Untouched: addresses, times (15:49), ratios, numbers with separators (1,000), emoticons, English, code.
    """
    if not page.folded:
        return
    pairs = _pairs(text)
    kept = [found.span() for found in _URL.finditer(text)] + [found.span() for found in _EMOTICON.finditer(text)]
    inside = {at for start, end in kept for at in range(start, end)}
    for found in _MARK.finditer(text):
        at, mark = found.start(), found[0]
        if at in inside:
            continue
        if pairs.get(at, False) if mark in "()" else _is_chinese_place(text, at):
            yield Change(at, at + 1, _WIDE[mark])


def _is_chinese_place(text: str, at: int) -> bool:
    left, right = text[at - 1 : at], text[at + 1 : at + 2]
    if left.isdigit() and right.isdigit():
        return False
    return _is_chinese(left) or (_is_chinese(right) and right != "\u3000")


_IS_CJK: Final = re.compile(f"[{_CJK}]")


def _is_chinese(char: str) -> bool:
    return bool(_IS_CJK.match(char))


def _pairs(text: str) -> dict[int, bool]:
    """Place of each parenthesis → whether its pair is Chinese: by what is inside, and by what it follows."""
    verdicts: dict[int, bool] = {}
    open_at: list[int] = []
    for found in re.finditer(r"[()\n]", text):
        at = found.start()
        if found[0] == "\n":
            open_at.clear()
        elif found[0] == "(":
            open_at.append(at)
            verdicts[at] = _is_chinese(text[at - 1 : at]) or _is_chinese(text[at + 1 : at + 2])
        else:
            start = open_at.pop() if open_at else at
            inner = text[start + 1 : at]
            wide = (
                bool(_IS_CJK.search(inner))
                or _is_chinese(text[start - 1 : start])
                or _is_chinese(text[at + 1 : at + 2])
            )
            verdicts[start] = verdicts[at] = wide
    return verdicts

"""Which quotation is open, and what that says of the marks to come.

After 。 and 。” a run begins so often that what closes speech has to be known:
再往左。” and 再往左海” are the same bytes.
"""

from enum import IntFlag
from typing import Final

from pipelines.restore.model import STEP


class Quotation(IntFlag):
    """What kind of quotation is open, and whether another inside it is; which marks can close it depends on that."""

    NONE = 0
    TERM = 1  # 他口中的“小伙子”
    SPEECH = 2  # 他说：“往左，再往左。”
    INNER = 4  # 他说：“师傅只回一句：‘再量。’”


# what quotation marks cost besides where a quotation is open, and where none is; a paragraph may end in an open one
_QUOTES = {
    ("“", True): 4 * STEP,
    ("“", False): 0.0,
    ("”", True): -1.5 * STEP,
    ("”", False): 6 * STEP,
    ("\n", True): 1.5 * STEP,
    ("\n", False): 0.0,
}
_INNER = {
    ("‘", True): 4 * STEP,
    ("‘", False): 0.0,
    ("’", True): -1 * STEP,
    ("’", False): 4 * STEP,
    ("”", True): 7 * STEP,
    ("”", False): 0.0,
}
_UNFINISHED = 3 * STEP  # speech that closes without a mark: 再往左海” for 再往左。”
_ENDS = "。！？，…—"  # with one of these before the closing mark speech is finished
_STOPS = "，。！？；"
_TWICE = 4 * STEP  # 没有关系！！ for 没有关系啊！
_NO_TITLE = 5 * STEP  # 《隔壁的。》 for 《隔壁的海》

_CORNERS: Final = {"「": "“", "」": "”", "『": "‘", "』": "’"}

SHAPING: Final = "“”‘’「」『』\n》，。！？；"
"""The marks that open, close or tell the kind of a quotation or a title."""


def quotation(char: str, before: str, quoted: Quotation) -> Quotation:
    """What is open after a character; `before` is the one before it."""
    char = _CORNERS.get(char, char)
    if char == "“":
        return Quotation.SPEECH if before in _BEFORE_SPEECH else Quotation.TERM
    if char in "”\n":
        return Quotation.NONE
    if char in "‘’":
        return quoted | Quotation.INNER if char == "‘" else quoted & ~Quotation.INNER
    if quoted & Quotation.TERM and char in _STOPS:
        return quoted ^ Quotation.TERM | Quotation.SPEECH
    return quoted


_BEFORE_SPEECH: Final = frozenset("：:。！？!?\n")


def shape_cost(char: str, before: str, quoted: Quotation) -> float:
    """What a mark costs by what it closes."""
    char = _CORNERS.get(char, char)
    cost = 0.0
    is_open = bool(quoted & (Quotation.TERM | Quotation.SPEECH))
    if char in "“”\n":
        cost = _QUOTES[char, is_open]
    if char in "‘’”":
        cost += _INNER[char, bool(quoted & Quotation.INNER)]
    if char == "”" and is_open and before and before != "’" and (before in _ENDS) != bool(quoted & Quotation.SPEECH):
        cost += _UNFINISHED
    if char == "》" and before in SHAPING:
        cost += _NO_TITLE
    if char in _STOPS and before and before in _STOPS:
        cost += _TWICE
    return cost

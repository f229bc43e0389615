"""Which script a text is written in, and a fold that makes the script not count."""

import re
from collections.abc import Iterable

from opencc import OpenCC

_ANY_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3041-\u30ff]")
ENOUGH = 800  # characters: more do not change the answer

# OpenCC's answer for every single character of the basic block; text goes through these tables, at a tenth of the
# cost of converting it, where the words around a character do not matter.
_HAN = "".join(map(chr, range(0x4E00, 0xA000)))
_SIMPLIFIED = OpenCC("t2s").convert(_HAN)
_TRADITIONAL = OpenCC("s2t").convert(_HAN)
_DIRECT = {han: simplified for han, simplified in zip(_HAN, _SIMPLIFIED, strict=True) if han != simplified}
# 薴 gives 苧, which gives 苎: with both steps done at once the order of folding does not matter
_FOLD = {han: _DIRECT.get(simplified, simplified) for han, simplified in _DIRECT.items()}
_HANT_ONLY = frozenset(_FOLD)
_HANS_ONLY = frozenset(han for han, traditional in zip(_HAN, _TRADITIONAL, strict=True) if han != traditional)


def script_of(texts: Iterable[str]) -> str:
    """`hans`, `hant`, or `other` for a text that is hardly Chinese.

    Characters that exist in one script only decide. A text that has none of either (中文大事) reads as simplified,
    which nearly all pages are.
    """
    text = "".join(texts)[:ENOUGH]
    han = len(_ANY_HAN.findall(text))
    kana = len(_KANA.findall(text))
    if han == 0 or kana > han / 5 or han < sum(map(str.isalpha, text)) / 5:
        return "other"
    traditional = sum(map(_HANT_ONLY.__contains__, text))
    return "hant" if traditional > sum(map(_HANS_ONLY.__contains__, text)) else "hans"


def fold_script(text: str) -> str:
    """Every Traditional character to a simplified one, each for itself: for comparing texts, not for reading them."""
    for char in _HANT_ONLY.intersection(text):  # few in simplified text: three times as fast as str.translate
        text = text.replace(char, _FOLD[char])
    return text


def scripts_in(text: str) -> tuple[int, int]:
    """How many characters of a text exist only in simplified script, and how many only in Traditional."""
    return sum(map(_HANS_ONLY.__contains__, text)), sum(map(_HANT_ONLY.__contains__, text))

"""Which script a text is written in, and a fold that makes the script not count."""

import re
from collections.abc import Iterable

from pipelines.rules.script_forms import AS_SIMPLIFIED, SIMPLIFIED_ONLY, TRADITIONAL

_HAN_RUNS = re.compile("[\u3400-\u9fff]+")
_KANA = re.compile("[\u3041-\u30ff]")
ENOUGH = 800  # characters: more do not change the answer

_FOLD = dict(zip(TRADITIONAL, AS_SIMPLIFIED, strict=True))
# As classes of a pattern, which asks a bitmap for each character; a set asks for the character as a string of its own,
# five times as slow.
_HANT_ONLY = re.compile(f"[{TRADITIONAL}]")
_HANS_ONLY = re.compile(f"[{SIMPLIFIED_ONLY}]")


def script_of(texts: Iterable[str]) -> str:
    """`hans`, `hant`, or `other` for a text that is hardly Chinese.

    Characters that exist in one script only decide. A text that has none of either (中文大事) reads as simplified,
    which nearly all pages are.
    """
    text = "".join(texts)[:ENOUGH]
    han = sum(map(len, _HAN_RUNS.findall(text)))
    kana = len(_KANA.findall(text))
    if han == 0 or kana > han / 5 or (han < len(text) / 5 and han < sum(map(str.isalpha, text)) / 5):
        return "other"
    simplified, traditional = scripts_in(text)
    return "hant" if traditional > simplified else "hans"


def fold_script(text: str) -> str:
    """Every Traditional character to a simplified one, each for itself: for comparing texts, not for reading them."""
    return _HANT_ONLY.sub(lambda han: _FOLD[han[0]], text)


def scripts_in(text: str) -> tuple[int, int]:
    """How many characters of a text exist only in simplified script, and how many only in Traditional."""
    return len(_HANS_ONLY.findall(text)), len(_HANT_ONLY.findall(text))

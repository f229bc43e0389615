"""Which script a text is written in."""

from collections.abc import Iterable

from opencc import OpenCC

ENOUGH = 4000  # characters: more do not change the answer
_TO_SIMPLIFIED = OpenCC("t2s")
_TO_TRADITIONAL = OpenCC("s2t")


def script_of(texts: Iterable[str]) -> str:
    """`hans`, `hant`, or `other` for a text that is hardly Chinese.

    Characters that exist in one script only decide: those that conversion to the other one would change. A text that
    has none of either (中文大事) reads as simplified, which nearly all pages are.
    """
    text = "".join(texts)[:ENOUGH]
    han = sum("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in text)
    kana = sum("\u3041" <= char <= "\u30ff" for char in text)
    if han == 0 or kana > han / 5 or han < sum(char.isalpha() for char in text) / 5:
        return "other"
    return "hant" if _changed(text, _TO_SIMPLIFIED) > _changed(text, _TO_TRADITIONAL) else "hans"


def _changed(text: str, converter: OpenCC) -> int:
    """How many characters a conversion changes; it keeps the length of all but a few phrases."""
    return sum(before != after for before, after in zip(text, converter.convert(text), strict=False))

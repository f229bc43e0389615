"""The rarer generators of damage, each a small function of its own; the converter is in `samples.damage`."""

import random

from pypinyin import Style, lazy_pinyin

from samples.damage import convert

EMOJI = ("😀", "🌟", "👍🏻", "❤️", "👨‍👩‍👧", "🚗")
"""Among them a skin tone, a variation selector and joiners: deleting one must delete all of it."""

# What converters without context write; the right-hand characters are real ones in other words.
_WITHOUT_CONTEXT = str.maketrans("合面了个考里", "閤麵瞭箇攷裡")

_UNDEFINED_IN_CP1252 = {byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def annotate_without_tones(text: str, *, share: float = 0.3, seed: int = 0) -> str:
    """Toneless pinyin after some Han of simplified text.

    >>> annotate_without_tones("乱码", share=1)
    '乱(luan)码(ma)'
    """
    chance = _chance(seed)
    return "".join(f"{char}({_reading(char)})" if _is_han(char) and chance.random() < share else char for char in text)


def sprinkle_emoji(text: str, *, share: float = 0.1, seed: int = 0) -> str:
    """Emoji between the characters, inside words as well."""
    chance = _chance(seed)
    return "".join(char + chance.choice(EMOJI) if _is_han(char) and chance.random() < share else char for char in text)


def hide_emoji_in_notes(text: str, *, share: float = 0.3, seed: int = 0) -> str:
    """Toned pinyin with an emoji somewhere in the parentheses: 國(g😀uó)."""
    chance = _chance(seed)
    return "".join(_broken_note(char, chance) if _is_han(char) and chance.random() < share else char for char in text)


def read_gbk_as_latin1(text: str) -> str:
    """GBK bytes decoded as Latin-1.

    >>> read_gbk_as_latin1("网地")
    'ÍøµØ'
    """
    return text.encode("gb18030").decode("latin-1")


def read_gbk_as_cp1252(text: str) -> str:
    """GBK bytes decoded as Windows-1252; the five bytes it lacks are kept as control characters, as browsers do."""
    return "".join(_UNDEFINED_IN_CP1252.get(byte) or bytes([byte]).decode("cp1252") for byte in text.encode("gb18030"))


def read_utf8_as_gbk(text: str) -> str:
    """UTF-8 bytes decoded as GBK; what no character can be made of is lost as U+FFFD."""
    return text.encode().decode("gb18030", "replace")


def lose_twice(text: str) -> str:
    """Every two characters lost to U+FFFD, and these read as GBK: nothing can come back.

    >>> lose_twice("你好")
    '锟斤拷'
    """
    return ("\ufffd\ufffd" * (len(text) // 2)).encode().decode("gbk")


def convert_without_context(text: str) -> str:
    """Simplified → traditional with the rare form chosen wherever there is one: 結閤 全麵 瞭 箇."""
    return convert(text.translate(_WITHOUT_CONTEXT))


def space_letters(text: str) -> str:
    """A label whose characters stand apart.

    >>> space_letters("分享")
    '分 享'
    """
    return " ".join(text)


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - reproducible, nothing secret


def _is_han(char: str) -> bool:
    return "一" <= char <= "龥"


def _reading(char: str, style: Style = Style.NORMAL) -> str:
    return "".join(lazy_pinyin(char, style=style))


def _broken_note(char: str, chance: random.Random) -> str:
    reading = _reading(char, Style.TONE)
    at = chance.randrange(len(reading) + 1)
    return f"{char}({reading[:at]}{chance.choice(EMOJI)}{reading[at:]})"

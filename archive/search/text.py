"""How text is written into the search index, and a query's words alike: one token a Han character, one a word else.

FTS5's own tokenizers fail Chinese: `unicode61` takes a whole clause for one token, `trigram` finds no word of one or
two characters. So the text is cut into tokens here, separated by spaces, and the `ascii` tokenizer, to which every
character beyond ASCII is part of a token, takes it apart again. A word of several characters is a phrase of tokens.
"""

import re
import unicodedata
from enum import StrEnum

from archive.search.forms import STANDS_FOR, VARIANTS

# Stands for punctuation and line ends as a token of its own, so that a phrase does not run over them: 中国 is not in
# 其中，国家. A private-use character, which no text can bring along: in texts it is punctuation like any other.
BOUNDARY = "\ue000"

HIJACKED, SOUND = "hijacked", "sound"


class About(StrEnum):
    """What an article can be filtered by, as a mark at the beginning of its tokens: no token of a text has one.

    So everything is in one column of the index. With columns of their own every entry for a body would say that it is
    one, and FTS5 would sort the entries by column in every search: a fifth more index, a third more time.
    """

    SOURCE = "\ue001"
    AUTHOR = "\ue002"
    SITE = "\ue003"
    STATE = "\ue004"  # `HIJACKED` or `SOUND`


_BOUNDARIES = re.compile(f"{BOUNDARY}(?: +{BOUNDARY})+")
_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
# Marks that lie on the character before them or show nothing at all: variation selectors, a soft hyphen, a zero-width
# space within a word. What can be composed (é, が) is composed before.
_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cc"})
# Ranges of characters that are tokens one by one, because nothing between them shows where a word ends: Han with 々 and
# 〇, kana, bopomofo. Hangul has spaces between words.
_ALONE = ((0x3005, 0x3007), (0x3021, 0x312F), (0x31A0, 0x31FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_FOLD = dict(zip(VARIANTS, STANDS_FOR, strict=True))


def tokens(text: str) -> str:
    """A text as tokens with a space between them.

    Width, script and case do not count (`１２`, 國, `Ｎew` become `12`, 国, `new`); punctuation is a `BOUNDARY`; white
    space within a line is nothing to Han (张　三 is 张三) and parts words else.

    >>> tokens("台灣隊在Tokyo以３比１勝出。").replace(BOUNDARY, "|")
    '台 湾 队 在 tokyo 以 3 比 1 胜 出 |'
    """
    return " ".join(spread(text).split())


def spread(text: str) -> str:
    """The same with any number of spaces between them, which is all one to FTS5 and takes two thirds of the time."""
    return _BOUNDARIES.sub(BOUNDARY, unicodedata.normalize("NFC", text).translate(_FORMS))


def phrase(text: str) -> str:
    """What somebody looks for, as tokens; punctuation around it does not count. Empty where there is nothing else."""
    return tokens(text).strip(f"{BOUNDARY} ")


def about(what: About, names: str) -> str:
    """Names, one a line, as marked tokens with a boundary around each: 王伟 does not find 王伟明. Empty for no name."""
    inner = phrase(names)
    return " ".join(what + token for token in (BOUNDARY, *inner.split(), BOUNDARY)) if inner else ""


def is_alone(char: str) -> bool:
    """Whether a character is a token by itself."""
    code = ord(char)
    return any(first <= code <= last for first, last in _ALONE)


def _form(char: str) -> str:
    """What one character of a text becomes."""
    return "".join(map(_token, "".join(_FOLD.get(c, c) for c in unicodedata.normalize("NFKC", char)).casefold()))


def _token(char: str) -> str:
    if char in _LINE_ENDS:
        return f" {BOUNDARY} "
    if char.isspace():
        return " "
    if unicodedata.category(char) in _UNSEEN:
        return ""
    if not char.isalnum():
        return f" {BOUNDARY} "
    return f" {char} " if is_alone(char) else char


class _Forms(dict[int, str]):
    """For `str.translate`: each character's form, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = form = _form(chr(code))
        return form


_FORMS = _Forms()

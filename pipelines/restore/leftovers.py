"""What is left on a damaged page besides notes, runs and script: markup rests, doubled marks, invisible characters.

Only for pages that passed the converter: there, an emoji or a private character cannot be the author's, because GBK has
none, and `/p>` is what an orphan byte left of a tag.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from pipelines.notes import Change, change
from pipelines.restore.page import Page
from pipelines.restore.tables import EMOJI, EMOJI_SIGNS, HAN, TONELESS_NOTE, reads_toneless

FOREIGN: Final = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{EMOJI_SIGNS}]")
"""Signs of hidden bytes and emoji."""
RESTS: Final = re.compile(
    r"[>;0\\\u200b-\u200f\u2060\ufeff\u00ad\ue000-\ufaff\u2f00-\u2fdf\u2e80-\u2ef3]"
    r"(?<![^a-zA-Z0-9];)(?<![^x]0)"
)
"""Signs of what the rules from tag rests to compatibility characters look for; a `;` or `0` by itself is none."""
ASKED: Final = re.compile(r"\?")
"""Sign of a space that GBK lacks."""
SPACED: Final = re.compile(rf"[ \u3000\xa0](?:[{HAN}][ \u3000\xa0]|源)")
"""Sign of a label whose characters are spaced."""

_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_INVISIBLE: Final = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]+")
_PRIVATE: Final = re.compile(r"[\ue000-\uf77f\uf800-\uf8ff]+")
_ORPHAN: Final = re.compile(r"[\uf780-\uf7ff]")
_COMPATIBLE: Final = re.compile(r"[\uf900-\ufaff\u2f00-\u2fdf\u2e80-\u2ef3]")
_TAG_REST: Final = re.compile(
    r"(?<![<\w/])/(?:p|br|b|i|a|em|strong|div|span|font|h[1-6]|li|ul|td|tr|section)>|(?<![<\w/])br\s?/?>", re.ASCII
)
_ENTITY: Final = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,5}|#x[0-9a-fA-F]{2,5});|(?<![a-z&])(?:lt|gt|amp|nbsp|quot);")
_LINE_END: Final = re.compile(r"x0dx0a|x0a|\\r\\n")
_DOUBLED: Final = re.compile(r"[,:;](?=[，；：。！？])")
_LABEL: Final = re.compile(
    rf"^[{HAN}](?:[ \u3000\xa0][{HAN}]){{2,11}}$|(?<![{HAN}])[来來][ \u3000\xa0]{{1,4}}源(?=[:：])", re.MULTILINE
)
_SURNAMES: Final = (
    "王李張张劉刘陳陈楊杨趙赵黃黄周吳吴徐孫孙胡朱高林何郭馬马羅罗梁宋鄭郑謝谢韓韩唐馮冯于董蕭萧程曹袁鄧邓許许傅沈曾彭呂吕"
    "蘇苏盧卢蔣蒋蔡賈贾丁魏薛葉叶閻阎余潘杜戴夏鍾钟汪田任姜范方石姚譚谭廖鄒邹熊金陸陆郝孔白崔康毛邱秦江史顧顾侯邵孟龍龙萬万段"
    "錢钱湯汤尹黎易常武喬乔賀贺賴赖龔龚文"
)
_NAMES: Final = re.compile(rf"(?<![{HAN}])[{_SURNAMES}][{HAN}]{{1,2}}(?:\?[{_SURNAMES}][{HAN}]{{1,2}})+(?![{HAN}?])")
_BESIDE_SPACE: Final = re.compile(rf"(?<=[{HAN}])(?<![吗嗎呢么吧])\?(?=[ \u3000\xa0]+[{HAN}])")


def drop_hidden(text: str, _: Page) -> Iterator[Change]:
    """Drop the converter's hidden byte, where it is still there; any control character can be it."""
    yield from _each(_HIDDEN, text, "")


def drop_emoji(text: str, _: Page) -> Iterator[Change]:
    """Drop emoji, which were put in after the converter ran; also inside a note: 學(x😀ué)."""
    yield from _each(EMOJI, text, "")


def drop_invisible(text: str, _: Page) -> Iterator[Change]:
    """Drop zero-width characters and soft hyphens."""
    yield from _each(_INVISIBLE, text, "")


def drop_private(text: str, _: Page) -> Iterator[Change]:
    """Drop what a reader decoded pairs of the user-defined zones to, and show an orphan that is left as lost."""
    yield from _each(_PRIVATE, text, "")


def show_orphans(text: str, _: Page) -> Iterator[Change]:
    """Show a byte that no run explains as the replacement character."""
    yield from _each(_ORPHAN, text, "\ufffd")


def make_ordinary(text: str, _: Page) -> Iterator[Change]:
    """Compatibility ideographs and radicals that stand for ordinary characters: ⼈⼝ → 人口."""
    for found in _COMPATIBLE.finditer(text):
        yield change(*found.span(), unicodedata.normalize("NFKC", found[0]))


def drop_tag_rests(text: str, _: Page) -> Iterator[Change]:
    """Drop what an orphan byte left of a tag: `/p>`, `/strong>`, `br>`."""
    yield from _each(_TAG_REST, text, "")


def read_entities(text: str, _: Page) -> Iterator[Change]:
    """Entities and line ends that were left as text: `&ldquo;`, `lt;` without its `&`, `x0dx0a`."""
    for found in _ENTITY.finditer(text):
        entity = found[0] if found[0].startswith("&") else "&" + found[0]
        char = html.unescape(entity).replace("\xa0", " ")
        if char != entity:
            yield change(*found.span(), char)


def read_line_ends(text: str, _: Page) -> Iterator[Change]:
    """`x0dx0a` is a line end."""
    yield from _each(_LINE_END, text, "\n")


def undouble(text: str, _: Page) -> Iterator[Change]:
    """A mark that was put before another one: 日益清晰,；北京."""
    yield from _each(_DOUBLED, text, "")


def read_spaces(text: str, _: Page) -> Iterator[Change]:
    """`?` for a space that GBK lacks, where it is sure: between names, beside another space."""
    for found in _NAMES.finditer(text):
        yield change(*found.span(), found[0].replace("?", " "))


def drop_beside_spaces(text: str, _: Page) -> Iterator[Change]:
    """`?` for one of several spaces, one of which is still there."""
    yield from _each(_BESIDE_SPACE, text, "")


def join_label(text: str, _: Page) -> Iterator[Change]:
    """Close up a short label whose characters are spaced: 分 享 至 手 機, 來  源:."""
    for found in _LABEL.finditer(text):
        yield change(*found.span(), re.sub(r"[ \u3000\xa0]", "", found[0]))


def strip_toneless(text: str, _: Page) -> Iterator[Change]:
    """Delete toneless readings behind simplified characters: 乱(luan)码."""
    for found in TONELESS_NOTE.finditer(text):
        if reads_toneless(found[1], found[2]):
            yield change(*found.span(), "")


def _each(pattern: re.Pattern[str], text: str, after: str) -> Iterator[Change]:
    for found in pattern.finditer(text):
        yield change(*found.span(), after)

"""来源: the outlet that an article was taken from."""

import re
from collections.abc import Iterable, Mapping

from pipelines.details.bylines import Kind, Piece, fold
from pipelines.details.bylines import pieces as pieces_of
from pipelines.details.people import is_person
from pipelines.rules.labels import FURNITURE, NO_AUTHOR, NO_SOURCE, OUTLET_ENDS

LONGEST = 40  # characters; two outlets and a programme's name fit, a sentence does not

LONGEST_UNLABELLED = 12

_META_SOURCES = ("contentsource", "article:source", "og:source", "source", "copyright_source", "mediaid")
# a date or an address that follows the name: 示例日报 2026-02-11, 示例网 www.example.cn
_TAIL = re.compile(
    r"\s*(?:(?:19|20)\d\d\s?[-/.年].*|(?:\d{1,2}|半)\s?(?:分钟|分鐘|小时|小時|天)前.*|(?<=\s)(?:今|昨|前)[天日].*|(?:https?://|www\.).*|[(（](?:记者|作者|编辑|责编|通讯员|文|图).*)$"
)
# 示例报道(广州): the desk's place; (海外版) and (数字报) belong to the name; 水边的人（ID：shuibian） is an account
_PLACE = re.compile(
    r"\s*[(（](?:[^()（）]{1,8}(?<![版报刊网社])|(?:微信)?(?:ID|公众号|微信号)[^()（）]{1,30})[)）]$", re.IGNORECASE
)
# 林业局, 管委会 and 江城发布 begin with family names, as people do
_OFFICE = re.compile(r"(?:[部室处處局厅廳委办辦院馆館站所队隊校县縣区區镇鎮乡鄉村]|委会|委會|发布|發佈)$")
_FURNITURE = re.compile(rf"\s+(?:{'|'.join(map(re.escape, FURNITURE))}).*$")
_NEXT_PERSON = re.compile(r"\s+(?:记者|作者|编辑|责编|责任编辑|通讯员|文/|图/).*$")
_SENTENCE_END = re.compile(r"[，。；;！？].*$")
# 《示例晚报》（2026年02月11日 第 A05 版）: a newspaper's digital edition
_NEWSPAPER = re.compile(r"《(?P<name>[^《》]{2,12})》\s*[(（]?\s*(?:19|20)\d\d\D.{4,20}版")
_LEADING_TIME = re.compile(
    r"^(?:https?://[\x21-\x7e]{4,100}\s+)?"
    r"(?:[\d\s年月日时分秒点:：/.-]|(?:星期|周)[一二三四五六日天]|(?:分钟|小时|天)前(?:\s?·)?){3,}"
)


def source_of(lines: Iterable[Piece], meta: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The outlet and the words it was read from.

    Heard in order: a byline's 来源; what the head's ContentSource says; the name of an outlet that stands beside the
    time without a label (2026年2月11日 15:49 示例日报); the office that issued it (发布机构);
    the one that put it online (发布者).
    """
    lines = list(lines)
    for kind in (Kind.SOURCE, None, Kind.NONE, Kind.PUBLISHER, Kind.UPLOADER):
        said = _in_meta(meta) if kind is None else (piece.value for piece in lines if piece.kind is kind)
        for words in said:
            name = _unlabelled(words) if kind is Kind.NONE else outlet(words)
            if name and not (kind is Kind.UPLOADER and _keeps_the_site(name)):
                return name, words
    return None, None


def _keeps_the_site(name: str) -> bool:
    """Whether a name is a person's, or nobody's, and no office's: 发布者：张三, 发布人：系统管理员."""
    return (is_person(name) and _OFFICE.search(name) is None) or fold(name).lower() in NO_AUTHOR


def outlet(words: str) -> str | None:
    """The outlet's name without what is glued to it; None where the words name nobody (来源：网络)."""
    name = re.sub(r"\s+", " ", words)
    for trim in (_TAIL, _FURNITURE, _NEXT_PERSON, _SENTENCE_END, _PLACE):
        name = trim.sub("", name)
    name = name.strip(" :：-—_|·[]【】")
    if name.startswith("《") and name.endswith("》"):
        name = name[1:-1]
    folded = fold(name).strip()
    if not 1 < len(name) <= LONGEST or folded.lower() in NO_SOURCE or not any(char.isalpha() for char in name):
        return None
    return None if "=" in name or folded in FURNITURE else name


def _in_meta(meta: Mapping[str, str]) -> Iterable[str]:
    for key in _META_SOURCES:
        labelled = pieces_of(meta.get(key, ""))
        if labelled and labelled[0].kind in {Kind.SOURCE, Kind.NONE}:  # content="来源：示例网" is common
            yield labelled[0].value


def _unlabelled(words: str) -> str | None:
    """The outlet that stands right behind or before the time: 2026年2月11日 15:49 示例晚报 财经."""
    printed = _NEWSPAPER.match(words)
    if printed:
        return printed["name"]
    behind = _LEADING_TIME.sub("", words)
    first, _, rest = behind.partition(" ")
    # 河口新闻网 2003-08-15 09:32:11 河口日报: the site before the time, whom it took it from behind it
    further = _LEADING_TIME.sub("", rest)
    if further and further != rest:
        name = outlet(further.partition(" ")[0])
        if name and len(name) <= LONGEST_UNLABELLED and fold(name).endswith(OUTLET_ENDS):
            return name
    name = outlet(first) if behind != words or not rest or _LEADING_TIME.match(rest) else None
    return name if name and len(name) <= LONGEST_UNLABELLED and fold(name).endswith(OUTLET_ENDS) else None

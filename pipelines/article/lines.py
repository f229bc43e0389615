"""What a line of the page is, told from its own words: furniture, a notice, a byline, a credit, a caption."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache

from pipelines.article.labelling import label_fold, label_form
from pipelines.rules import furniture
from pipelines.rules.roles import ROLES


class LineKind(Enum):
    """What a line is for; TEXT where no rule knows better."""

    TEXT = auto()
    CLOSING = auto()  # ends the article: 相关阅读, 网友评论, 上一篇
    CHROME = auto()  # no text, wherever it stands: 分享到, 上一页 1 2 3
    NOTICE = auto()  # rights, disclaimers, funding
    BYLINE = auto()  # time, source, author, views
    CREDIT = auto()  # roles and names: 责任编辑：张三


def any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """One pattern that matches whatever one of them matches, in any case."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_CLOSING = any_of(furniture.CLOSING)
_CHROME = any_of(furniture.CHROME)
_NOTICE_START = any_of(furniture.NOTICE_STARTS)
_RIGHTS = any_of(furniture.RIGHTS)
_NOTICE_INSIDE = any_of(furniture.NOTICES_INSIDE)
_NOTICE_WORD = any_of(furniture.NOTICE_WORDS)
_BYLINE = any_of(furniture.BYLINE)
_CAPTION_START = any_of(furniture.CAPTION_STARTS)
_CAPTION_END = any_of(furniture.CAPTION_ENDS)
_BOX = any_of(furniture.FURNITURE_BOXES)
_READERS = re.compile(r"comment|cmt|reply|replies|pinglun|liuyan|guestbook")
_ROLE = "(?:" + "|".join(sorted(map(re.escape, ROLES), key=len, reverse=True)) + ")"
# 责任编辑：张三, (编辑 李四), 编辑丨江雨 程昱, 记者：王五 编辑：赵六. Names are short and hold no sentence marks.
_CREDIT = re.compile(
    rf"^(?:\[纠错\])?[\[(<]?(?:本[文期报网])?{_ROLE}(?:[、/&]{_ROLE})*(?:[:|/\]]|\.)[^,;!?]{{0,60}}$"
    # the house before the post, 示例新闻记者|张三; and the place behind the name, 记者张三/青溪报导
    r"|^[\u4e00-\u9fff]{2,6}(?:记者|编辑)[:|][\u4e00-\u9fff·、/]{2,20}$"
    r"|^(?:[\u4e00-\u9fff]{2,6}/)?记者[\u4e00-\u9fff·、]{2,20}/[\u4e00-\u9fff]{2,10}报[导道]$"
)
# Several labels in one line: 作者：张三 来源：某报 发布日期：…
_LABELS = re.compile(rf"(?:{'|'.join(furniture.BYLINE_LABELS)})[:|]")

# (编辑 李四), 编辑 王五 赵六: parted by a space alone, which the label form has not; names are short.
_CREDIT_SPACED = re.compile(
    rf"^[\[(<【（]?{_ROLE} +[\u4e00-\u9fff]{{1,4}}(?:[ 、][\u4e00-\u9fff]{{1,4}}){{0,5}}[\])>】）]?$"
)
DATE = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|\d{1,2}月\d{1,2}日.{0,4}\d{1,2}[:：]\d\d|"
    r"\b\d{1,2}/\d{1,2}/(?:19|20)\d\d\b|"
    # without a year where a clock time follows; in Han numerals; by the calendar of the Republic; before the capture
    r"(?<![\d/.-])\d{1,2}[-/]\d{1,2} \d{1,2}[:：]\d\d|"
    r"[一二][〇○零OoＯｏ一二三四五六七八九]{3}年[一二三四五六七八九十元]{1,2}月|"
    r"民[国國]\s?\d{2,3}\s?年\s?\d{1,2}\s?月|(?:今|昨|前)[天日]\s?\d{1,2}[:：]\d\d|"
    r"(?:^|[\s|｜])(?:\d{1,2}|半) ?(?:分钟|分鐘|小时|小時|天)前(?:$|[\s|｜])|"
    r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,? (?:19|20)\d\d|"
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}.{0,12}(?:19|20)\d\d|"
    r"[一二三四五六七八九十]月 ?\d{1,2}(?:st|nd|rd|th|日)?,? (?:19|20)\d\d"
)

# What any of these dates holds, as lines of menus and most sentences do not: a search for all of them takes ten times
# as long. Each sign begins with a single character, so that it is looked for in one loop.
_DATE_SIGN = re.compile(
    r":\d\d|：\d\d|年(?<=[\d\s〇○零OoＯｏ一二三四五六七八九]年)|前(?<=[钟鐘时時天]前)|19\d\d|20\d\d"
)

LONGEST_CLOSING = 60
LONGEST_CREDIT = 120
LONGEST_SPACED = 40
LONGEST_BYLINE = 160
LONGEST_NOTICE = 1_000


@lru_cache(maxsize=4096)
def line_kind(text: str) -> LineKind:
    """The kind of one line."""
    if len(text) > LONGEST_NOTICE:
        return LineKind.TEXT
    form = label_form(text)
    size = len(form)
    if size <= LONGEST_CLOSING:
        if _CHROME.match(form):
            return LineKind.CHROME
        if _CLOSING.match(form):
            return LineKind.CLOSING
    if size <= LONGEST_CREDIT and _is_credit(text, form):
        return LineKind.CREDIT
    if size <= LONGEST_BYLINE and (_BYLINE.match(form) or len(_LABELS.findall(form)) > 1):
        return LineKind.BYLINE
    notice = _NOTICE_START.match(form) or (_NOTICE_WORD.search(form) and _NOTICE_INSIDE.search(form))
    return LineKind.NOTICE if notice else LineKind.TEXT


def _is_credit(text: str, form: str) -> bool:
    if _CREDIT.match(form):
        return True
    return len(text) <= LONGEST_SPACED and " " in text and _CREDIT_SPACED.match(label_fold(text)) is not None


def claims_rights(text: str) -> bool:
    """Whether a line claims the rights in the text as a whole, ©著作权归作者所有: then the text is over."""
    return len(text) <= LONGEST_CREDIT and _RIGHTS.match(label_form(text)) is not None


def is_caption(text: str) -> bool:
    """Whether a line beside a picture reads as its caption."""
    if len(text) > 200:
        return False
    form = label_form(text)
    return _CAPTION_START.match(form) is not None or _CAPTION_END.search(form[-30:]) is not None


@lru_cache(maxsize=4096)
def is_furniture_box(ident: str) -> bool:
    """Whether a box's class and id name furniture."""
    return _BOX.search(ident) is not None


@lru_cache(maxsize=4096)
def is_readers_box(ident: str) -> bool:
    """Whether a box's class and id say that readers write in it."""
    return _READERS.search(ident) is not None


def has_date(text: str) -> bool:
    """Whether a short line carries a full date or a day with a clock time, as bylines do and headlines do not."""
    return len(text) <= LONGEST_BYLINE and _DATE_SIGN.search(text) is not None and DATE.search(text) is not None


def opening_label(text: str) -> str:
    """What stands before a line's first colon, in label form."""
    return label_form(text[:40]).partition(":")[0]


def is_dateline(text: str) -> bool:
    """Whether a line above the text is little more than its date: 2005-04-05 06:40更新 来源：某某网."""
    return len(text) <= 120 and has_date(text) and not any(mark in text for mark in "。！？，;；")

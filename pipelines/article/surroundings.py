"""What stands around the text and tells of it: the breadcrumb, the lines of time and source, the notices below."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from pipelines.article.headline import Headline
from pipelines.article.labelling import label_form
from pipelines.article.lines import LineKind, has_date, line_kind
from pipelines.article.paragraphs import Text
from pipelines.article.posts import is_stamp
from pipelines.parse import Page
from pipelines.rules.labels import OUTLET_ENDS

# Blocks above the headline that may carry time and source, and those that do where they are labelled: official
# documents stand under a table of what they are.
ABOVE = 6
FAR_ABOVE = 24
LONGEST_BYLINE = 200
LONGEST_LABEL = 10  # of a label in a cell of its own, and of the value in the next
LONGEST_VALUE = 40
LONGEST_OUTLET = 12
MOST_LINES = 12
MOST_NOTICES = 12
# Blocks below the text in which its notices are looked for, and its credits.
BELOW = 40
CREDITS_BELOW = 8
SHORTEST_NOTICE = 10
LONGEST_CRUMB = 120
FARTHEST_CRUMB = 300  # blocks above the headline

_CRUMB_LABEL = re.compile(
    r"^.{0,4}?(?:(?:当前|现在|目前|所在|您的?|你的?|页面|当前页)(?:所在|的)?(?:的)?位置|位置|导航)[:是>]"
)
_CRUMB_BOX = re.compile(r"crumb|\bbread\b|weizhi|location|position|\bpath\b|dqwz|daohang|curpos|cur_pos|wz\b|route")
_WEAK_MARK = re.compile(r"\s*[-/|－]\s*")
_HOME = ("首页", "主页", "网站首页", "首頁")
_CRUMB_MARK = re.compile(r"\s*(?:>>|>|＞|»|›|→|⟩|﹥)\s*")
_ARROW = re.compile("[>＞»›→⟩﹥]")  # no other line has a mark; asked first, in a tenth of the time
# 白鹭日报 4月18日: a day without its year is a date here, in a headline it is part of the words
_DAY_ALONE = re.compile(r"^(?:.{0,16}\s)?\d{1,2}月\d{1,2}日$")
_LABEL = re.compile(
    r"(?:来源|稿源|作者|编辑|记者|责编|时间|日期|发布|发表|阅读|点击|浏览|访问|人气|查看|转自|摘自|出处|通讯员|撰文|文/|字号|供稿|发文机关|发文单位|制发机关|公开主体|source|author)[:/|]?",
    re.IGNORECASE,
)


def byline_blocks(page: Page, headline: Headline, text: Text, named: Sequence[int] = ()) -> list[int]:
    """The lines that carry time, source, author and views: between headline and text, just above, or below the text.

    Args:
        page: the page.
        headline: its headline.
        text: its text.
        named: boxes that the site's recipe names as the byline; they come first.
    """
    start = text.body[0] if text.body else headline.end
    between = range(headline.end, max(start, headline.end))
    above = range(max(0, headline.first - ABOVE), headline.first)
    far = range(max(0, headline.first - FAR_ABOVE), above.start)
    found = [index for box in named for index in range(page.boxes.first[box], page.boxes.end[box])]
    for index in (*between, *above, *far):
        if index in found:
            continue
        labelled = _is_value(page, index) if index else False
        if index in far:
            wanted = labelled or _kind(page, index) is LineKind.BYLINE or _is_label(page, index)
        else:
            wanted = labelled or _is_byline(page, index) or (index in between and _is_outlet(page, index))
        if wanted:
            found.append(index)
    found += [index for index in text.byline if index not in found]
    dated = any(has_date(page.blocks[index].text) for index in found)
    for index in range(text.end, min(text.end + BELOW // 4, len(page.blocks))):
        block = page.blocks[index]
        # Blogs and forums stamp a post at its foot; lists of links have dates as well.
        stamp = not dated and index < text.end + 4 and is_stamp(block.text) and block.linked * 3 <= len(block.text)
        if index not in found and (stamp or _kind(page, index) is LineKind.BYLINE):
            found.append(index)
    return found[:MOST_LINES]


def _kind(page: Page, index: int) -> LineKind:
    block = page.blocks[index]
    if block.hidden or block.linked * 2 > len(block.text) + 20:
        return LineKind.CHROME
    return line_kind(block.text)


def _is_byline(page: Page, index: int) -> bool:
    block = page.blocks[index]
    if block.hidden or len(block.text) > LONGEST_BYLINE:
        return False
    line = block.apart
    return has_date(line) or _DAY_ALONE.search(line) is not None or _LABEL.search(label_form(line)) is not None


def _is_label(page: Page, index: int) -> bool:
    """Whether a line is a label that waits for its value: <td>来源：</td><td>县交通局</td>."""
    block = page.blocks[index]
    if block.hidden or len(block.text) > LONGEST_LABEL or block.text[-1] not in ":：":
        return False
    return _LABEL.search(label_form(block.text)) is not None


def _is_value(page: Page, index: int) -> bool:
    block = page.blocks[index]
    return block.hidden is None and len(block.text) <= LONGEST_VALUE and _is_label(page, index - 1)


def _is_outlet(page: Page, index: int) -> bool:
    """Whether a line is the name of an outlet and nothing else, right beside one with the time."""
    blocks = page.blocks
    if blocks[index].hidden or len(blocks[index].text) > LONGEST_OUTLET:
        return False
    beside = (at for at in (index + 1, index + 2, index - 1) if 0 < at < len(blocks))
    return label_form(blocks[index].text).endswith(OUTLET_ENDS) and any(has_date(blocks[at].text) for at in beside)


def credit_blocks(page: Page, text: Text) -> list[int]:
    """The lines of roles and names: those around the text, and those right below the box that it stands in."""
    found = list(text.credits)
    for index in range(text.end, min(text.end + CREDITS_BELOW, len(page.blocks))):
        if index in found:
            continue
        kind = _kind(page, index)
        if kind is LineKind.CREDIT:
            found.append(index)
        elif kind is LineKind.CLOSING:
            break
    return sorted(found)


def breadcrumb(page: Page, headline: Headline) -> tuple[str, ...]:
    """The pieces of 当前位置：首页 > 要闻 > 正文 above the headline, as they stand, without the label's own piece."""
    blocks, boxes = page.blocks, page.boxes
    last = min(headline.first, len(blocks)) - 1
    for index in range(last, max(-1, last - FARTHEST_CRUMB), -1):
        block = blocks[index]
        text = block.text
        if block.hidden or len(text) > LONGEST_CRUMB:
            continue
        box = block.box
        arrows = len(_CRUMB_MARK.findall(text)) if _ARROW.search(text) else 0
        labelled = "位" in text and _CRUMB_LABEL.search(label_form(text[:40])) is not None
        above = text.removesuffix(headline.text or "")  # 白鹭网 » 民生 » the headline itself
        if not (
            labelled
            or (arrows >= 2 and block.linked * 3 > len(above))
            or (text.startswith(_HOME) and (arrows >= 2 or (arrows and block.linked)))
            or (block.linked and any(_is_crumb_box(boxes.ident[around]) for around in _around(page, box, 2)))
        ):
            continue
        first, end = index, index + 1
        weak = [] if arrows else [piece for piece in _WEAK_MARK.split(text) if piece]
        # 首页-新闻中心-行业动态, 首页 / 新闻 / 社会
        if len(weak) > (1 if labelled else 2) and block.linked * 3 > len(text):
            return tuple(weak[:12])
        if not arrows:  # each piece in a box of its own
            around = next((up for up in _around(page, box, 3) if 1 < boxes.end[up] - boxes.first[up] <= 10), box)
            first, end = boxes.first[around], min(boxes.end[around], headline.first)
        pieces = [piece for index in range(first, end) for piece in _CRUMB_MARK.split(blocks[index].text)]
        pieces = [piece for piece in pieces if any(char.isalnum() for char in piece)]
        if len(pieces) > 1:
            return tuple(pieces[:12])
    return ()


@lru_cache(maxsize=4096)
def _is_crumb_box(ident: str) -> bool:
    return _CRUMB_BOX.search(ident) is not None


def _around(page: Page, box: int, levels: int) -> Iterator[int]:
    for _ in range(levels):
        if box <= 0:
            return
        yield box
        box = page.boxes.parent[box]


def notice_blocks(page: Page, text: Text) -> list[int]:
    """Rights, disclaimers and funding lines, in and below the text; the site's own footer is not the article's."""
    found = list(text.notices)
    own = _article_element(page, text)
    for index in range(text.end, min(text.end + BELOW, len(page.blocks))):
        if len(page.blocks[index].text) < SHORTEST_NOTICE or index in found:
            continue
        if _kind(page, index) is LineKind.NOTICE and (index in own or not _in_footer(page, index)):
            found.append(index)
    return sorted(found)[:MOST_NOTICES]


def _article_element(page: Page, text: Text) -> range:
    """The blocks of the `<article>` that holds the text: a `<p class="copyright">` in it is the article's own."""
    boxes = page.boxes
    for box in _around(page, page.blocks[text.body[0]].box if text.body else 0, len(boxes.parent)):
        if boxes.tag[box] == "article":
            return range(boxes.first[box], boxes.end[box])
    return range(0)


def _in_footer(page: Page, index: int) -> bool:
    boxes = page.boxes
    return any(
        boxes.tag[box] == "footer" or re.search(r"foot|bottom|copyright", boxes.ident[box]) is not None
        for box in _around(page, page.blocks[index].box, 4)
    )

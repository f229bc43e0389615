"""Which of the region's lines are the article's text, and which are its byline, credits and notices."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate

from pipelines.article.content import Region
from pipelines.article.labelling import label_form
from pipelines.article.lines import LineKind, claims_rights, is_dateline, line_kind, opening_label
from pipelines.article.posts import is_stamp
from pipelines.markup.blocks import Block
from pipelines.parse import Page
from pipelines.rules.furniture import SUMMARY

# Credits, bylines and notices stand before or after the text: a line with this much of the text on both sides is text.
# 记者：您从什么时候开始种树的？ opens with a role and is a question of an interview.
TEXT_BEFORE = 0.1
TEXT_AFTER = 0.2
# 相关阅读 ends the article when most of it stands above; in a box beside the text it ends nothing.
CLOSES_AFTER = 0.5
# A summary may stand between headline and text in a box of its own: so many blocks above, so many characters at least.
LEAD = 30
LEAST_LEAD = 20
_CALL = re.compile("点击|點擊|戳|投票|报名|下载|扫码|进入专题|>>")
LONGEST_SUMMARY = 150  # characters of a template's 摘要
LEAST_SENTENCE = 20  # characters of a linked paragraph that are its own
SAMPLE = 8  # characters of a summary that are looked for in the text
# A block of so much running text is the text, not its byline or a short summary.
RUNNING = 60
# Cells that make a table of data, and cells of nested tables that are looked at.
LEAST_CELLS = 6
MOST_CELLS = 500_000
# How far below the closing line credits and notices are still the article's own.
BELOW = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The article's lines, as indices of blocks.

    Attributes:
        body: paragraphs in reading order.
        byline, credits, notices: lines of those kinds around the body.
        end: the block behind the last one of the body.
    """

    body: tuple[int, ...]
    byline: tuple[int, ...] = ()
    credits: tuple[int, ...] = ()
    notices: tuple[int, ...] = ()
    end: int = 0


def read_text(page: Page, region: Region, start: int) -> Text:
    """Sort the region's lines.

    Args:
        page: the page.
        region: where the article stands.
        start: the block behind the headline.
    """
    lines = _lines(page, region, start)
    closed_at = _closing_line(page, lines)
    whole = sum(size for index, _, size in lines if index < closed_at) or 1
    body: list[int] = []
    byline: list[int] = []
    credit_lines: list[int] = []
    notices: list[int] = []
    spoken = _speakers(page, lines)
    before = lead = 0
    for index, kind, size in lines:
        if index > closed_at + BELOW:
            break
        # between a summary in a box of its own and the text may stand the byline
        inner = before - lead > TEXT_BEFORE * whole and whole - before - size > TEXT_AFTER * whole
        before += size
        lead += size if index < region.core_first else 0
        if inner or index in spoken or kind is LineKind.TEXT:
            if index < closed_at and kind is not LineKind.CHROME and kind is not LineKind.CLOSING:
                body.append(index)
        elif kind is LineKind.BYLINE:
            # below 相关报道： a date without a label is a neighbour's
            if index < closed_at or line_kind(page.blocks[index].text) is kind:
                byline.append(index)
        elif kind is LineKind.CREDIT:
            credit_lines.append(index)
        elif kind is LineKind.NOTICE:
            notices.append(index)
    body = _trimmed(page, region, body)
    return Text(
        body=tuple(body),
        byline=tuple(byline),
        credits=tuple(credit_lines),
        notices=tuple(notices),
        end=body[-1] + 1 if body else start,
    )


def _closing_line(page: Page, lines: list[tuple[int, LineKind, int]]) -> int:
    """The block of the line that ends the article: the first of its kind below half of the text, else behind all."""
    whole = sum(size for _, _, size in lines)
    before = 0
    for index, kind, size in lines:
        closes = kind is LineKind.CLOSING or (kind is LineKind.NOTICE and claims_rights(page.blocks[index].text))
        if closes and before > CLOSES_AFTER * whole:
            return index
        before += size
    return lines[-1][0] + 1 if lines else 0


def _lines(page: Page, region: Region, start: int) -> list[tuple[int, LineKind, int]]:
    """The lines that may belong to the article: (block, kind, characters of text)."""
    skip = region.furniture | _link_lists(page, region)
    tables = _data_tables(page, region)
    found: list[tuple[int, LineKind, int]] = []
    above = 0
    for index in range(max(start, region.core_first - LEAD), region.end):
        block = page.blocks[index]
        if index < region.first and block.running < LEAST_LEAD:
            continue
        if index < region.core_first and (
            block.text == page.blocks[start - 1].text  # a bar that follows the reader down shows the headline again
            or block.text in page.declared.title  # the site's motto: 百川，人人可写的百科全书
            or _repeats(page, region, block)
            or _calls(block)
            or _is_summary(page, index)
        ):
            continue
        if block.hidden or index in skip or _is_link(block):
            continue
        kind = line_kind(block.text)
        if kind is LineKind.TEXT and _is_dated_line(block, above):
            kind = LineKind.BYLINE
        in_core = region.core_first <= index < region.core_end
        running = block.running
        if kind is LineKind.TEXT and not (in_core or index in tables or running):
            continue
        above += running
        found.append((index, kind, len(block.text) if kind is LineKind.TEXT else 0))
    return found


def _is_dated_line(block: Block, above: int) -> bool:
    """Whether a line is little but a date: 2005-04-05 06:40更新 above the text; below it, the stamp at a post's foot.

    ·邻县新桥通车（2005-04-03 17:19PM） links to another story, whose date it is.
    """
    if above < RUNNING:
        return is_dateline(block.text)
    return block.linked * 3 <= len(block.text) and is_stamp(block.text)


def _is_link(block: Block) -> bool:
    """Whether a line is a link and little else; a paragraph may hold many links and is a sentence all the same."""
    own = len(block.text) - block.linked
    return block.linked > own and (own < LEAST_SENTENCE or not any(mark in block.text for mark in "，。；"))


def _repeats(page: Page, region: Region, lead: Block) -> bool:
    """Whether a summary above the text says what the text says again, in its words."""
    if lead.running < LEAST_LEAD:
        return False
    core = "".join(block.text for block in page.blocks[region.core_first : region.core_end])
    samples = [lead.text[at : at + SAMPLE] for at in range(0, len(lead.text) - SAMPLE, SAMPLE)]
    return sum(sample in core for sample in samples) * 2 >= len(samples)


def _calls(lead: Block) -> bool:
    """Whether a line above the text asks to go elsewhere: 年度人物评选火热进行中！【点击投票】 is no summary."""
    return lead.linked > 0 and _CALL.search(lead.text) is not None


def _is_summary(page: Page, index: int) -> bool:
    """Whether a line above the text is the template's 摘要, with its label before it or in the line above."""
    if len(page.blocks[index].text) > LONGEST_SUMMARY:
        return False  # the abstract of a paper
    label, _, summary = label_form(page.blocks[index].text[:40]).partition(":")
    if summary:
        return label in SUMMARY
    return index > 0 and label_form(page.blocks[index - 1].text[:10]).rstrip(":") in SUMMARY


def _speakers(page: Page, lines: list[tuple[int, LineKind, int]]) -> set[int]:
    """Credit lines that are turns of a dialogue: the same role opens three lines or more."""
    labels = {
        index: opening_label(page.blocks[index].text)
        for index, kind, _ in lines
        if kind is LineKind.CREDIT or kind is LineKind.BYLINE
    }
    often = {label for label, count in Counter(labels.values()).items() if count >= 3}
    return {index for index, label in labels.items() if label in often}


def _trimmed(page: Page, region: Region, body: list[int]) -> list[int]:
    """Without the short lines at both ends that stand in other boxes than the running text does."""
    blocks, boxes = page.blocks, page.boxes
    running = [index for index in body if blocks[index].running]
    if not running:
        return body
    homes = {blocks[index].box for index in running}
    homes |= {boxes.parent[box] for box in homes}

    def at_home(index: int) -> bool:
        if not region.core_first <= index < region.core_end:
            return True  # a table of data
        box = blocks[index].box
        return box in homes or boxes.parent[box] in homes or boxes.parent[boxes.parent[box]] in homes

    return [index for index in body if running[0] <= index <= running[-1] or at_home(index)]


def _link_lists(page: Page, region: Region) -> set[int]:
    """Blocks of boxes in the region that hold links and hardly any running text; the core's own box is never one."""
    boxes = page.boxes
    here = page.blocks[region.first : region.end]
    size = [0, *accumulate(len(block.text) for block in here)]
    linked = [0, *accumulate(block.linked for block in here)]
    running = [0, *accumulate(block.running > RUNNING for block in here)]
    found: set[int] = set()
    covered = 0
    inside = slice(region.box + 1, len(boxes.tag))
    for opens, closes in zip(boxes.first[inside], boxes.end[inside], strict=True):
        if opens >= region.end:
            break
        if closes - opens < 2:  # nearly all boxes hold one block
            continue
        first, end = opens - region.first, min(closes, region.end) - region.first
        if end - first < 2 or end <= covered or running[first] != running[end]:
            continue
        if first <= region.core_first - region.first and end >= min(region.core_end, region.end) - region.first:
            continue  # around a short article, a page's lists of links outweigh it
        if 2 * (linked[end] - linked[first]) > size[end] - size[first]:
            found.update(range(max(first, covered) + region.first, end + region.first))
            covered = end
    return found


def _data_tables(page: Page, region: Region) -> set[int]:
    """Blocks of tables around the core that show data: several rows of several cells, hardly a link."""
    boxes, blocks = page.boxes, page.blocks
    found: set[int] = set()
    looked_at = 0
    for box in range(region.box, len(boxes.tag)):
        first, end = boxes.first[box], boxes.end[box]
        if first >= region.end or looked_at > MOST_CELLS:
            break
        if boxes.tag[box] != "table" or first < region.core_end or end - first < LEAST_CELLS:
            continue
        looked_at += end - first
        rows: dict[int, int] = {}
        size = linked = 0
        for block in blocks[first:end]:
            size += len(block.text)
            linked += block.linked
            if boxes.tag[block.box] in {"td", "th"}:
                row = boxes.parent[block.box]
                rows[row] = rows.get(row, 0) + 1
        if sum(count > 1 for count in rows.values()) >= 3 and linked * 10 < size:
            found.update(range(first, end))
    return found

"""Where the article's text stands: the box that holds most of the running text, and which of its blocks are text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from pipelines.posts import first_post, prose_of
from pipelines.lines import LineKind, is_furniture_box, is_readers_box, line_kind
from pipelines.parse import Page

# A child box that holds this share of the running text holds the article; below it the text is spread over the children.
DOMINANT = 0.6
# An article shorter than this does not outweigh a long comment section that is named as one.
LEAST_ARTICLE = 150
FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "menu"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The stretch of blocks that holds the article.

    Attributes:
        first, end: its blocks, `end` exclusive.
        core_first, core_end: the blocks of the box that holds most of the running text; around it, only running text
            and tables belong to the article.
        box: the box of the region.
        prose: characters of running text in the core.
        furniture: blocks that are furniture by the name of a box around them.
    """

    first: int
    end: int
    core_first: int
    core_end: int
    box: int
    prose: int
    furniture: frozenset[int] = field(default=frozenset(), repr=False)


def find_region(page: Page) -> Region:
    """The box that holds the article, by where the running text is."""
    boxes, blocks = page.boxes, page.blocks
    prose = [0 if block.hidden else prose_of(block.text, block.linked) for block in blocks]
    furniture = _furniture(page, [0, *accumulate(prose)])
    prose = [0 if index in furniture else size for index, size in enumerate(prose)]
    post_first, post_end = first_post(page, prose)
    prose = [size if post_first <= index < post_end else 0 for index, size in enumerate(prose)]
    total = [0, *accumulate(prose)]
    children: dict[int, list[int]] = {}
    for box, parent in enumerate(boxes.parent):
        if box and total[boxes.end[box]] > total[boxes.first[box]]:
            children.setdefault(parent, []).append(box)
    here, held = 0, total[-1]
    while here in children:
        best = max(children[here], key=lambda box: total[boxes.end[box]] - total[boxes.first[box]])
        share = total[boxes.end[best]] - total[boxes.first[best]]
        if share < DOMINANT * held or boxes.tag[best] == "p":
            break
        here, held = best, share
    wide = _widened(page, here, furniture)
    return Region(
        first=boxes.first[wide],
        end=min(boxes.end[wide], post_end),
        core_first=max(boxes.first[here], post_first),
        core_end=min(boxes.end[here], post_end),
        box=wide,
        prose=held,
        furniture=frozenset(furniture),
    )


def _widened(page: Page, box: int, furniture: set[int]) -> int:
    """The widest box around the article that adds no link lists: it may hold a table or a later part of the text."""
    boxes, blocks = page.boxes, page.blocks
    parent = boxes.parent[box]
    while parent > 0:
        size = linked = 0
        for index in [*range(boxes.first[parent], boxes.first[box]), *range(boxes.end[box], boxes.end[parent])]:
            block = blocks[index]
            if block.hidden is None and index not in furniture:
                size += len(block.text)
                linked += block.linked
        if linked > 20 and linked * 7 > size:
            break
        box, parent = parent, boxes.parent[parent]
    return box


def _furniture(page: Page, total: list[int]) -> set[int]:
    """Blocks in boxes that are furniture by their name or element, unless the article must be in there.

    Args:
        page: the page.
        total: running sums of the blocks' running text.
    """
    boxes = page.boxes
    found: set[int] = set()
    for box in range(1, len(boxes.tag)):
        first, end = boxes.first[box], boxes.end[box]
        tag = boxes.tag[box]
        if end <= first or tag in {"html", "body", "article", "main"}:
            continue
        ident = boxes.ident(box)
        named = is_furniture_box(ident)
        if not named and tag not in FURNITURE_TAGS:
            continue
        held = total[end] - total[first]
        # Readers often write more than the author did; no other furniture outweighs the article.
        if total[-1] - held >= (LEAST_ARTICLE if is_readers_box(ident) else held):
            found.update(range(first, end))
    return found


def text_blocks(page: Page, region: Region, start: int) -> list[int]:
    """The region's blocks that are the article's text, in order.

    Args:
        page: the page.
        region: where the article stands.
        start: the block behind the headline.
    """
    blocks = page.blocks
    skip = region.furniture | _link_lists(page, region)
    tables = _data_tables(page, region)
    chosen: list[int] = []
    seen = 0
    start = max(region.first, start)
    for index in range(start, region.end):
        block = blocks[index]
        if block.hidden or index in skip or block.linked * 2 > len(block.text):
            continue
        kind = line_kind(block.text)
        if kind is LineKind.CLOSING and seen * 2 > region.prose:
            break
        if kind is not LineKind.TEXT:
            continue
        in_core = region.core_first <= index < region.core_end
        if in_core or index in tables or prose_of(block.text, block.linked):
            seen += len(block.text)
            chosen.append(index)
    return chosen


def _link_lists(page: Page, region: Region) -> set[int]:
    """Blocks of boxes in the region that hold links and hardly any running text."""
    boxes = page.boxes
    found: set[int] = set()
    box = region.box + 1
    while box < len(boxes.tag) and boxes.first[box] < region.end:
        first, end = boxes.first[box], boxes.end[box]
        if end - first > 1 and first not in found and _is_link_list(page, first, end):
            found.update(range(first, end))
        box += 1
    return found


def _is_link_list(page: Page, first: int, end: int) -> bool:
    size = linked = 0
    for block in page.blocks[first:end]:
        if prose_of(block.text, block.linked) > 60:
            return False
        size += len(block.text)
        linked += block.linked
    return linked * 2 > size


def _data_tables(page: Page, region: Region) -> set[int]:
    """Blocks of tables around the core that show data: several rows of several cells, hardly a link."""
    boxes, blocks = page.boxes, page.blocks
    found: set[int] = set()
    for box in range(region.box, len(boxes.tag)):
        first, end = boxes.first[box], boxes.end[box]
        if first >= region.end:
            break
        if boxes.tag[box] != "table" or first < region.core_end or end - first < 6:
            continue
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

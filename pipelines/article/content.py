"""Where the article's text stands: the box that holds most of the running text, and which of its blocks are text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain

from pipelines.article.lines import is_furniture_box, is_readers_box
from pipelines.article.posts import first_post
from pipelines.article.teasers import teasers
from pipelines.parse import Page

# A child box that holds this share of the running text holds the article; below it the text is spread over several.
DOMINANT = 0.6
# An article shorter than this does not outweigh a long comment section that is named as one.
LEAST_ARTICLE = 150
# Linked characters that a byline or a breadcrumb has: a box that adds no more than these adds no list.
FEW_LINKED = 20
FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "menu"})
_NEVER_FURNITURE = frozenset({"", "html", "body", "article", "main"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The stretch of blocks that holds the article.

    Attributes:
        first, end: its blocks, `end` exclusive.
        core_first, core_end: the blocks of the box that holds most of the running text; around it, only running text
            and tables belong to the article.
        box, core_box: the boxes of the region and of the core.
        prose: characters of running text in the core.
        furniture: blocks that are furniture by the name of a box around them.
        furniture_boxes: those boxes.
    """

    first: int
    end: int
    core_first: int
    core_end: int
    box: int
    core_box: int
    prose: int
    furniture: frozenset[int] = field(default=frozenset(), repr=False)
    furniture_boxes: frozenset[int] = field(default=frozenset(), repr=False)


def find_region(page: Page, named: Sequence[int] = ()) -> Region:
    """The box that holds the article, by where the running text is.

    Args:
        page: the page.
        named: boxes that the site's recipe names as the body; the fullest of them is the core.
    """
    boxes = page.boxes
    prose = [block.running for block in page.blocks]
    furniture, furniture_boxes = _furniture(page, [0, *accumulate(prose)])
    prose = [0 if index in furniture else size for index, size in enumerate(prose)]
    for index in teasers(page, prose):
        prose[index] = 0
        furniture.add(index)
    post_first, post_end = first_post(page, prose)
    prose = [size if post_first <= index < post_end else 0 for index, size in enumerate(prose)]
    if not any(prose):  # lyrics, lists of names: every line outside links counts
        prose = [
            len(block.text) - block.linked if block.hidden is None and block.linked * 2 <= len(block.text) else 0
            for block in page.blocks
        ]
    total = [0, *accumulate(prose)]
    here = max(named, key=lambda box: total[boxes.end[box]] - total[boxes.first[box]]) if named else _core(page, total)
    held = total[boxes.end[here]] - total[boxes.first[here]]
    wide = _widened(page, here, furniture)
    return Region(
        first=boxes.first[wide],
        end=min(boxes.end[wide], post_end),
        core_first=max(boxes.first[here], post_first),
        core_end=min(boxes.end[here], post_end),
        box=wide,
        core_box=here,
        prose=held,
        furniture=frozenset(furniture),
        furniture_boxes=frozenset(furniture_boxes),
    )


def _core(page: Page, total: list[int]) -> int:
    """The smallest box that holds most of the running text, found from the page downwards."""
    boxes = page.boxes
    children: dict[int, list[int]] = {}
    for box, (parent, first, end) in enumerate(zip(boxes.parent, boxes.first, boxes.end, strict=True)):
        if box and total[end] > total[first]:
            children.setdefault(parent, []).append(box)
    here, held = 0, total[-1]
    while here in children:
        best = max(children[here], key=lambda box: total[boxes.end[box]] - total[boxes.first[box]])
        share = total[boxes.end[best]] - total[boxes.first[best]]
        if share < DOMINANT * held or boxes.tag[best] == "p":
            break
        here, held = best, share
    return here


def _widened(page: Page, box: int, furniture: set[int]) -> int:
    """The widest box around the article that adds no link lists: it may hold a table or a later part of the text."""
    boxes, blocks = page.boxes, page.blocks
    parent = boxes.parent[box]
    while parent > 0:
        size = linked = 0
        # each box adds only what the one inside it has not, so however deep they nest, a block is looked at once
        for index in chain(range(boxes.first[parent], boxes.first[box]), range(boxes.end[box], boxes.end[parent])):
            block = blocks[index]
            if block.hidden is None and index not in furniture:
                size += len(block.text)
                linked += block.linked
        if linked > FEW_LINKED and linked * 7 > size:
            break
        box, parent = parent, boxes.parent[parent]
    return box


def _furniture(page: Page, total: list[int]) -> tuple[set[int], set[int]]:
    """Blocks and boxes that are furniture by the box's name or element, unless the article must be in there.

    Args:
        page: the page.
        total: running sums of the blocks' running text.
    """
    boxes = page.boxes
    found: set[int] = set()
    named_boxes: set[int] = set()
    names = {ident for ident in set(boxes.ident) if is_furniture_box(ident)}
    called_so = [
        box
        for box, (tag, ident) in enumerate(zip(boxes.tag, boxes.ident, strict=True))
        if (ident in names or tag in FURNITURE_TAGS) and tag not in _NEVER_FURNITURE
    ]
    covered = 0  # boxes come in reading order, so what lies before is in `found` already
    for box in called_so:
        first, end = boxes.first[box], boxes.end[box]
        held = total[end] - total[first]
        # Readers often write more than the author did; no other furniture outweighs the article.
        if first < end and total[-1] - held >= (LEAST_ARTICLE if is_readers_box(boxes.ident[box]) else held):
            named_boxes.add(box)
            found.update(range(max(first, covered), end))
            covered = max(covered, end)
    return found, named_boxes

"""Where the article's text stands: the smallest box that holds most of the prose, and what in it is furniture."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from pipelines.lines import LineKind, is_furniture_box, line_kind
from pipelines.parse import Page

SENTENCE_MARKS = "，。！？；：、,!?;"
# A child box that holds this share of the prose holds the article; below it the text is spread over the children.
DOMINANT = 0.6
FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "menu"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The stretch of blocks that holds the article.

    Attributes:
        first, end: its blocks, `end` exclusive.
        box: the box that holds them.
        prose: characters of running text in it.
        dropped: blocks inside it that are furniture.
    """

    first: int
    end: int
    box: int
    prose: int
    dropped: frozenset[int] = field(default=frozenset(), repr=False)


def prose_of(text: str, linked: int) -> int:
    """How many characters of running text a block holds: 0 for menus, labels, headings."""
    size = len(text) - linked
    if linked * 2 > len(text):
        return 0
    marks = sum(map(text.count, SENTENCE_MARKS))
    if marks == 0:
        return size if size >= 40 else 0
    return size if size >= 12 else 0


def find_region(page: Page) -> Region:
    """The box that holds the article, by where the running text is."""
    boxes, blocks = page.boxes, page.blocks
    outside = furniture_blocks(page)
    prose = [
        0 if block.hidden or index in outside else prose_of(block.text, block.linked)
        for index, block in enumerate(blocks)
    ]
    total = [0, *accumulate(prose)]
    children: dict[int, list[int]] = {}
    for box, parent in enumerate(boxes.parent):
        if box and boxes.end[box] > boxes.first[box]:
            children.setdefault(parent, []).append(box)
    here = 0
    while True:
        held = total[boxes.end[here]] - total[boxes.first[here]]
        best = max(
            children.get(here, ()), key=lambda box: total[boxes.end[box]] - total[boxes.first[box]], default=None
        )
        if best is None or total[boxes.end[best]] - total[boxes.first[best]] < DOMINANT * held or not held:
            break
        if boxes.tag[best] in {"p", "h1", "h2", "h3"}:
            break
        here = best
    return Region(first=boxes.first[here], end=boxes.end[here], box=here, prose=held, dropped=frozenset(outside))


def furniture_blocks(page: Page) -> set[int]:
    """Blocks in boxes that are furniture by their name or element."""
    boxes = page.boxes
    found: set[int] = set()
    for box in range(1, len(boxes.tag)):
        first, end = boxes.first[box], boxes.end[box]
        if end <= first or (boxes.tag[box] in {"html", "body", "article", "main"}):
            continue
        if boxes.tag[box] in FURNITURE_TAGS or (boxes.attributes[box] and is_furniture_box(boxes.ident(box))):
            found.update(range(first, end))
    return found


def text_blocks(page: Page, region: Region) -> Iterator[int]:
    """The region's blocks that are text: link lists, hidden words and furniture lines are left out."""
    boxes, blocks = page.boxes, page.blocks
    skip: set[int] = set(region.dropped)
    box = region.box + 1
    while box < len(boxes.tag) and boxes.first[box] < region.end:
        first, end = boxes.first[box], boxes.end[box]
        if end - first > 1 and _is_link_list(page, first, end):
            skip.update(range(first, end))
        box += 1
    seen = 0
    for index in range(region.first, region.end):
        block = blocks[index]
        if block.hidden or index in skip:
            continue
        kind = line_kind(block.text)
        if kind is LineKind.CLOSING and seen > region.prose * 0.5:
            break
        if kind is not LineKind.TEXT:
            continue
        if block.linked * 2 > len(block.text):
            continue
        seen += len(block.text)
        yield index


def _is_link_list(page: Page, first: int, end: int) -> bool:
    size = linked = 0
    for block in page.blocks[first:end]:
        if prose_of(block.text, block.linked) > 60:
            return False
        size += len(block.text)
        linked += block.linked
    return linked * 2 > size

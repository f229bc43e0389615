"""Lines to paragraphs: the rows of a table are one line each, and text that was cut to a width is whole again."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from pipelines.blocks import Block
from pipelines.parse import Page

# Cells longer than this lay text out, they do not show data.
LONGEST_CELL = 120
# Text of bulletin boards and mail lists was cut at 30 to 40 characters; verse is shorter.
NARROWEST, WIDEST = 26, 60
# How far below the full width a cut line may end, so that no mark begins the next one.
RAGGED = 4
LEAST_LINES = 4
_ENDS = tuple("。！？…：；”」』）)!?.;:")


def paragraphs(page: Page, body: Sequence[int]) -> list[str]:
    """The text of the body's blocks, one paragraph each, in order."""
    found: list[str] = []
    for row, indices in groupby(body, key=lambda index: _row(page, page.blocks[index].box)):
        blocks = [page.blocks[index] for index in indices]
        if row and _shows_data(page, blocks):
            found.append(" ".join(block.text for block in blocks))
            continue
        for _, lines in groupby(blocks, key=lambda block: block.box):
            found += _unwrapped([block.text for block in lines])
    return found


def _row(page: Page, box: int) -> int:
    """The table row that a block stands in as a cell's only line, or 0."""
    boxes = page.boxes
    for _ in range(3):
        if boxes.tag[box] in {"td", "th"} and boxes.end[box] - boxes.first[box] == 1:
            return boxes.parent[box]
        box = boxes.parent[box]
        if box <= 0:
            break
    return 0


def _shows_data(page: Page, blocks: Sequence[Block]) -> bool:
    row = _row(page, blocks[0].box)
    cells = page.boxes.end[row] - page.boxes.first[row]
    return cells > 1 and len(blocks) > 1 and all(len(block.text) <= LONGEST_CELL for block in blocks)


def _unwrapped(lines: list[str]) -> Iterator[str]:
    """The lines of one box; lines cut to a width are put together again.

    >>> wide = "青溪河上的新桥昨天上午通车，两岸三个村子的孩子从此不用再"
    >>> list(_unwrapped([wide, wide, wide, "绕八里山路去上学。"])) == [wide + wide + wide + "绕八里山路去上学。"]
    True
    """
    width = max(map(len, lines))
    cut = [len(line) >= width - RAGGED and not line.endswith(_ENDS) for line in lines]
    if len(lines) < LEAST_LINES or not NARROWEST <= width <= WIDEST or sum(cut) * 5 < len(lines) * 3:
        yield from lines
        return
    whole = ""
    for line, goes_on in zip(lines, cut, strict=True):
        whole += f" {line}" if whole[-1:].isascii() and whole and line[:1].isascii() else line
        if not goes_on:
            yield whole
            whole = ""
    if whole:
        yield whole

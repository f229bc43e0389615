"""Lines to paragraphs: the rows of a table are one line each, and text that was cut to a width is whole again."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from pipelines.markup.blocks import Block
from pipelines.parse import Page

# Cells longer than this lay text out, they do not show data.
LONGEST_CELL = 120
# Text of bulletin boards and mail lists was cut at 30 to 40 characters; verse is shorter.
NARROWEST, WIDEST = 26, 60
# How far below the full width a cut line may end, so that no mark begins the next one.
RAGGED = 4
LEAST_LINES = 4
LEAST_CUT = 3
_CELLS = frozenset({"td", "th"})
_ENDS = tuple("。！？…：；”」』）)!?.;:")


def paragraphs(page: Page, body: Sequence[int]) -> list[str]:
    """The text of the body's blocks, one paragraph each, in order."""
    blocks = [page.blocks[index] for index in body]
    if not _CELLS.isdisjoint(page.boxes.tag):
        blocks = list(_rows_joined(page, blocks))
    found: list[str] = []
    for _, lines in groupby(blocks, key=attrgetter("box")):
        found += _unwrapped([block.text for block in lines])
    return found


def _rows_joined(page: Page, blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, those of a row of data as one."""
    for row, cells in groupby(blocks, key=lambda block: _row(page, block.box)):
        line = list(cells)
        if row and _shows_data(page, line):
            yield line[0]._replace(text=" ".join(block.text for block in line), box=row)
        else:
            yield from line


def _row(page: Page, box: int) -> int:
    """The table row that a block stands in as a cell's only line, or 0."""
    boxes = page.boxes
    for _ in range(3):
        if boxes.tag[box] in _CELLS and boxes.end[box] - boxes.first[box] == 1:
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
    if len(lines) < LEAST_LINES or not NARROWEST <= width <= WIDEST:
        yield from lines
        return
    goes_on = [not line.endswith(_ENDS) for line in lines]
    cut = [going and len(line) >= width - RAGGED for line, going in zip(lines, goes_on, strict=True)]
    # of the lines that end within a sentence nearly all reach the width; in lists and verse they end anywhere
    if sum(cut) < LEAST_CUT or sum(cut) * 5 < sum(goes_on) * 4:
        yield from lines
        return
    whole = ""
    for line, is_cut in zip(lines, cut, strict=True):
        whole += f" {line}" if whole[-1:].isascii() and whole and line[:1].isascii() else line
        if not is_cut:
            yield whole
            whole = ""
    if whole:
        yield whole

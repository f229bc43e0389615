"""Teasers: what stands under the linked title of another story, its first words or a summary of it.

On a section page they are all there is; beside and below an article they are long enough to pass for its text.
"""

from collections.abc import Sequence

from pipelines.article.lines import has_date
from pipelines.parse import Page

LONGEST_TEASER = 250
TITLE_LENGTH = 8  # characters of a link that is a title
# One linked title above a text is a blog's own headline; so many are a list.
LEAST_TEASERS = 3
# Running text that must be left when the teasers are taken away: more than a slogan.
LEFT = 30


def title_above(page: Page, index: int) -> int | None:
    """The block of the linked title that a block stands under, maybe with a date between; None where it does not."""
    for at in (index - 1, index - 2):
        block = page.blocks[at] if at >= 0 else None
        if block is None or block.hidden or block.running:
            return None
        # the date may stand in the title's own line: 河口镇新服务站启用 日期：2026-03-11 点击：128
        linked = block.linked * 5 > len(block.text) * 4 or has_date(block.text)
        if linked and block.linked >= TITLE_LENGTH:
            return at
        if not has_date(block.text):
            return None
    return None


def teasers(page: Page, prose: Sequence[int]) -> set[int]:
    """The blocks that are teasers: several in boxes of one kind, and running text besides.

    Args:
        page: the page.
        prose: characters of running text of every block.
    """
    blocks, boxes = page.blocks, page.boxes
    kinds: dict[tuple[str, ...], list[int]] = {}
    for index, size in enumerate(prose):
        if size and len(blocks[index].text) < LONGEST_TEASER:
            title = title_above(page, index)
            if title is not None:
                box, over = blocks[index].box, blocks[title].box
                kind = (boxes.tag[box], boxes.ident[box], boxes.tag[over], boxes.ident[over])
                kinds.setdefault(kind, []).append(index)
    found = {index for alike in kinds.values() if len(alike) >= LEAST_TEASERS for index in alike}
    return found if sum(prose) - sum(prose[index] for index in found) >= LEFT else set()

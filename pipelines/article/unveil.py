"""Pages that keep their text from sight until a script has run: the text is found all the same.

WeChat articles stand in a box with `visibility:hidden`, others in one with `opacity:0` or `display:none` that a script
shows. What despam took for spam stays hidden, and so do the ways of hiding that only spam uses.
"""

from collections import Counter
from dataclasses import replace

from pipelines.markup.blocks import running_text
from pipelines.parse import Page

# Ways of hiding that a script undoes when the page is ready.
UNDONE_BY_SCRIPT = frozenset({"visibility-hidden", "transparent", "display-none", "hidden-attribute"})
# Running text in sight that makes a page's hidden parts its own business.
ENOUGH = 150
# Hidden running text that is shown where next to nothing at all is in sight: a short article, no dialogue of a page.
SHORT = 60
# Characters in sight, of any kind, that make a page more than a shell.
SHELL = 300


def unveil(page: Page) -> Page:
    """Show what waits for a script, where next to nothing else is to be read."""
    shown = sum(block.running for block in page.blocks)
    if shown >= ENOUGH:
        return page
    waiting: Counter[str] = Counter()
    for block in page.blocks:
        if block.hidden in UNDONE_BY_SCRIPT:
            waiting[block.hidden] += running_text(block.text, block.linked)
    if not waiting:
        return page
    way, size = waiting.most_common(1)[0]
    visible = sum(len(block.text) for block in page.blocks if block.hidden is None)
    if size < (SHORT if visible < SHELL else ENOUGH) or size < 3 * shown:
        return page
    blocks = tuple(
        block._replace(hidden=None, running=running_text(block.text, block.linked)) if block.hidden == way else block
        for block in page.blocks
    )
    pictures = tuple(picture._replace(hidden=None) if picture.hidden == way else picture for picture in page.pictures)
    return replace(page, blocks=blocks, pictures=pictures)

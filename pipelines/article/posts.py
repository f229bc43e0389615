"""Pages of several posts: on a forum thread or a month of a blog the article is the first post, not all.

Posts are stamped alike: each has a short line with date and time, in boxes of one kind (`<div class="info">`), with
running text between one stamp and the next. Reader comments below an article are stamped alike too, and end it.
"""

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from pipelines.article.labelling import label_form
from pipelines.parse import Page

_STAMP = re.compile(
    r"(?:19|20)\d\d\s?([-/.年])\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?.{0,12}?(?<!\d)(?:[01]?\d|2[0-3])[:：][0-5]\d"
)
LONGEST_STAMP = 100
# Running text above the first stamp that is an article in its own right, not the words a blog greets with.
WHOLE_ARTICLE = 300
MOST_STAMPS = 2_000


def is_stamp(text: str) -> bool:
    """Whether a line stamps a post: short, with a date and a clock time."""
    return len(text) <= LONGEST_STAMP and _STAMP.search(text) is not None


def first_post(page: Page, prose: Sequence[int]) -> tuple[int, int]:
    """The blocks of the page's first post, or of the whole page where posts are not stamped alike.

    Args:
        page: the page.
        prose: characters of running text of every block.
    """
    whole = 0, len(page.blocks)
    stamps = _repeated_stamps(page, prose)
    if not stamps:
        return whole
    first, second = stamps
    before = sum(prose[:first])
    titled = _titled_line(page, first)
    if before >= WHOLE_ARTICLE or (titled is not None and sum(prose[titled + 1 : first]) >= 30):
        return 0, first
    # the next post's title stands above its stamp
    end = second
    for _ in range(2):
        if end - 1 > first and not prose[end - 1] and page.blocks[end - 1].box != page.blocks[end - 2].box:
            end -= 1
    return 0, end


def _repeated_stamps(page: Page, prose: Sequence[int]) -> tuple[int, int] | None:
    """The first two stamps of posts, where there are posts: boxes of one kind stamped alike, running text between."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    found = 0
    for index, block in enumerate(page.blocks):
        text = block.text
        if not (":" in text or "：" in text) or len(text) > LONGEST_STAMP or block.hidden or found >= MOST_STAMPS:
            continue
        stamp = _STAMP.search(text)
        if stamp is None:
            continue
        found += 1
        tag, ident = page.boxes.tag[block.box], page.boxes.ident[block.box]
        groups.setdefault((tag, ident, stamp[1]), []).append(index)
    best: tuple[int, int] | None = None
    total = [0, *accumulate(prose)]
    for stamps in groups.values():
        parents = {page.boxes.parent[page.blocks[index].box] for index in stamps}
        if len(parents) == 1 and page.boxes.tag[page.blocks[stamps[0]].box] == "p":
            continue  # paragraphs of one text: the times of a chronicle
        texts = [total[after] - total[stamp + 1] for stamp, after in pairwise(stamps)]
        if sum(size >= 12 for size in texts) * 2 > len(texts) and (best is None or stamps[0] < best[0]):
            best = stamps[0], stamps[1]
    return best


def _titled_line(page: Page, stop: int) -> int | None:
    """The last line before `stop` that the declared title begins with."""
    title = label_form(page.declared.title)
    for index in range(stop - 1, -1, -1):
        text = page.blocks[index].text
        if 6 <= len(text) <= 120 and title.startswith(label_form(text)):
            return index
    return None

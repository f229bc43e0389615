"""Which boxes of a page the CSS selectors of its site's file name (`sites.selectors` says what they may be)."""

from pipelines.parse import Page
from sites.selectors import Step, steps

MOST_LEVELS = 200


def select(page: Page, selector: str | None) -> list[int]:
    """The boxes that a selector names, in reading order; none where there is no selector."""
    if not selector:
        return []
    path = steps(selector)
    return [box for box in range(1, len(page.boxes.tag)) if _is_one(page, box, path[-1]) and _leads_to(page, box, path)]


def _is_one(page: Page, box: int, step: Step) -> bool:
    if step.tag not in {"*", page.boxes.tag[box]}:
        return False
    return not step.names or step.names <= set(page.boxes.ident[box].split())


def _leads_to(page: Page, box: int, path: tuple[Step, ...]) -> bool:
    """Whether the boxes around `box` match the steps before the last, from the inside out."""
    waiting = list(path[:-1])
    for _ in range(MOST_LEVELS):
        if not waiting:
            return True
        box = page.boxes.parent[box]
        if box <= 0:
            return False
        if _is_one(page, box, waiting[-1]):
            waiting.pop()
        elif waiting[-1].parent:
            return False
    return False

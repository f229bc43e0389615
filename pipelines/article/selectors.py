"""The CSS selectors of site recipes, matched against boxes: types, classes, ids, descendants and children.

A page is not kept as a tree, so this is not all of CSS; it is what recipes need to name a block-level element:
`div#content`, `.article .text`, `main > section.body`. Case does not count.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.parse import Page

MOST_LEVELS = 200

_COMPOUND = re.compile(r"(?P<tag>[a-zA-Z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+)*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One compound of a selector, and whether it must be the parent of the next one."""

    tag: str
    names: frozenset[str]
    parent: bool


@lru_cache(maxsize=256)
def steps(selector: str) -> tuple[_Step, ...]:
    """Read a selector, outermost step first.

    Raises:
        ValueError: it is not of the supported kind.
    """
    found: list[_Step] = []
    words = selector.replace(">", " > ").split()
    for position, word in enumerate(words):
        if word == ">":
            continue
        compound = _COMPOUND.match(word)
        if compound is None:
            raise ValueError(f"not a selector of types, classes, ids, descendants and children: {selector!r}")
        names = frozenset(re.split("[.#]", compound["rest"].lower())[1:])
        tag = (compound["tag"] or "*").lower()
        found.append(_Step(tag=tag, names=names, parent=words[position + 1 : position + 2] == [">"]))
    if not found or words[0] == ">" or words[-1] == ">":
        raise ValueError(f"not a selector: {selector!r}")
    return tuple(found)


def select(page: Page, selector: str | None) -> list[int]:
    """The boxes that a selector names, in reading order; none where there is no selector."""
    if not selector:
        return []
    path = steps(selector)
    return [box for box in range(1, len(page.boxes.tag)) if _is_one(page, box, path[-1]) and _leads_to(page, box, path)]


def _is_one(page: Page, box: int, step: _Step) -> bool:
    if step.tag not in {"*", page.boxes.tag[box]}:
        return False
    return not step.names or step.names <= set(page.boxes.ident[box].split())


def _leads_to(page: Page, box: int, path: tuple[_Step, ...]) -> bool:
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

"""The CSS selectors that a site file may hold: types, classes, ids, descendants and children.

A page is not kept as a tree, so this is not all of CSS; it is what a site file needs to name a block-level element:
`div#content`, `.article .text`, `main > section.body`. Case does not count.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_COMPOUND = re.compile(r"(?P<tag>[a-zA-Z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+)*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One compound of a selector.

    Attributes:
        tag: the element's name, or `*`.
        names: classes and ids that it has.
        parent: whether it must be the parent of the next one, rather than somewhere around it.
    """

    tag: str
    names: frozenset[str]
    parent: bool


@lru_cache(maxsize=256)
def steps(selector: str) -> tuple[Step, ...]:
    """Read a selector, outermost step first.

    Raises:
        ValueError: it is not of the supported kind.
    """
    found: list[Step] = []
    words = selector.replace(">", " > ").split()
    for position, word in enumerate(words):
        if word == ">":
            continue
        compound = _COMPOUND.match(word)
        if compound is None:
            raise ValueError(f"not a selector of types, classes, ids, descendants and children: {selector!r}")
        names = frozenset(re.split("[.#]", compound["rest"].lower())[1:])
        tag = (compound["tag"] or "*").lower()
        found.append(Step(tag=tag, names=names, parent=words[position + 1 : position + 2] == [">"]))
    if not found or words[0] == ">" or words[-1] == ">" or "> >" in " ".join(words):
        raise ValueError(f"not a selector: {selector!r}")
    return tuple(found)

"""Which linked articles are one family: by the links alone, whatever order they come in."""

import random
from collections.abc import Sequence

import pytest

from archive.families.grouping import CONTAINS, SAME, Edge, Group, group


def same(one: int, other: int, share: float = 1.0) -> Edge:
    return Edge(one=one, other=other, kind=SAME, share=share)


def holds(one: int, other: int) -> Edge:
    return Edge(one=one, other=other, kind=CONTAINS)


def family(*copies: int, collections: Sequence[int] = ()) -> Group:
    return Group(copies=frozenset(copies), collections=frozenset(collections))


CASES = [
    pytest.param([], set(), id="alone"),
    pytest.param([same(1, 2), same(2, 3)], {family(1, 2, 3)}, id="a-copy-of-a-copy"),
    pytest.param([same(1, 2), same(3, 4)], {family(1, 2), family(3, 4)}, id="two-stories"),
    pytest.param([holds(1, 2)], {family(1, 2)}, id="an-excerpt"),
    pytest.param(
        [holds(1, 2), holds(4, 2), same(2, 3), same(1, 4)], {family(1, 2, 3, 4)}, id="copies-of-excerpt-and-whole"
    ),
    pytest.param(
        [holds(1, 2), same(2, 3), same(1, 4)],
        {family(1, 4), family(2, 3, collections=[1])},
        id="what-one-of-two-copies-embeds-is-its-own-addition",
    ),
    pytest.param(
        [holds(9, 1), holds(9, 2)],
        {family(1, collections=[9]), family(2, collections=[9])},
        id="a-digest-of-two-stories-joins-neither",
    ),
    pytest.param(
        [holds(9, 1), holds(9, 2), same(1, 3), same(2, 4)],
        {family(1, 3, collections=[9]), family(2, 4, collections=[9])},
        id="a-digest-of-two-stories-with-copies",
    ),
    pytest.param([holds(9, 1), holds(9, 2), same(1, 2)], {family(1, 2, 9)}, id="two-excerpts-of-one-story"),
    pytest.param([holds(9, 1), holds(9, 2), holds(1, 3), holds(2, 3)], {family(1, 2, 3, 9)}, id="excerpts-of-excerpts"),
    pytest.param(
        [same(9, 1), holds(9, 2), same(1, 3)],
        {family(1, 3, 9), family(2, collections=[9])},
        id="mostly-one-story-with-another-embedded",
    ),
    pytest.param(
        [same(8, 9, 0.6), holds(8, 1), holds(9, 1), holds(8, 2), holds(9, 3)],
        {family(1, collections=[8, 9]), family(2, collections=[8]), family(3, collections=[9])},
        id="digests-with-a-story-in-common-are-no-copies",
    ),
    pytest.param([same(1, 2, 0.6), same(2, 3, 0.6)], {family(1, 2, 3)}, id="far-rewriting-joins-single-stories"),
]


@pytest.mark.parametrize(("edges", "families"), CASES)
def test_families(edges: list[Edge], families: set[Group]) -> None:
    articles = {article for edge in edges for article in (edge.one, edge.other)} | {77}
    assert group(articles, edges) == families
    chance = random.Random(4)  # noqa: S311 - the same orders every time
    for _ in range(5):
        shuffled, others = list(articles), list(edges)
        chance.shuffle(shuffled)
        chance.shuffle(others)
        assert group(shuffled, others) == families, "the order of anything matters"

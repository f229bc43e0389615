"""Which articles belong together: from links between pairs to families. Pure, and blind to the order of anything.

Two articles with the same text are in one family, and so is whoever is linked to either. But a morning digest that
embeds two stories must not make one family of the two: a text that holds several others which have nothing else to do
with each other is a *collection*; it is a member of each story's family and joins none of them. And where a digest is
mostly one story, the other one that it embeds is not in the copies of the first: it is a collection for that other one.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

SAME = "same"
CONTAINS = "contains"
MOST_LINKED = 24
"""An article is linked to so many members of one family at most: a story with 5,000 copies needs no 5,000 reasons for
each. Half of these stand for half of a large family."""

SURE = 0.8
"""Two digests with some stories in common are no copies of each other, though they share 0.6 of their text: a link of
less than this does not count at an article that holds several stories."""

_T = TypeVar("_T", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A link between two articles.

    Attributes:
        kind: `same`, or `contains`: the one holds the other, far shorter one.
        share: of the shorter text's characters, those that both have; 0 to 1.
    """

    one: int
    other: int
    kind: str
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Articles of one family.

    Attributes:
        copies: those that have its text, whole, cut or with additions.
        collections: those that embed it among other stories.
    """

    copies: frozenset[int]
    collections: frozenset[int]


@dataclass(slots=True)
class _Sets(Generic[_T]):
    """Disjoint sets: which of them two things are in, and how they grow together."""

    _above: dict[_T, _T] = field(default_factory=dict)

    def of(self, item: _T) -> _T:
        """What stands for the set of an item."""
        path = []
        while (above := self._above.get(item, item)) != item:
            path.append(item)
            item = above
        for below in path:
            self._above[below] = item
        return item

    def join(self, one: _T, other: _T) -> bool:
        """Let two sets be one; whether they were two."""
        one, other = self.of(one), self.of(other)
        self._above[one] = other
        return one != other


def group(articles: Iterable[int], edges: Iterable[Edge]) -> set[Group]:
    """The families of some articles, those of one member left out.

    Args:
        articles: all of the articles that the edges reach.
        edges: the links between them.
    """
    articles, edges = tuple(articles), tuple(edges)
    sure = _Ties.of(articles, [edge for edge in edges if edge.kind == CONTAINS or edge.share >= SURE])
    compound = {article for article in articles if sure.is_compound(article)}
    ties = _Ties.of(
        articles,
        [
            edge
            for edge in edges
            if edge.kind == CONTAINS or edge.share >= SURE or compound.isdisjoint((edge.one, edge.other))
        ],
    )
    groups: defaultdict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for article in articles:
        groups[ties.story(article)][0].add(article)
    for (text, part), holding in ties.holders.items():
        if ties.stories.of(text) != ties.stories.of(part):
            groups[ties.stories.of(part)][1].update(holding)
    return {
        Group(copies=frozenset(copies), collections=frozenset(collections))
        for copies, collections in groups.values()
        if len(copies) + len(collections) > 1
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ties:
    """What some links make of the articles.

    Attributes:
        texts: articles that have one text.
        sizes: text → how many articles have it.
        holders: (text, another text that it holds) → the articles that hold it.
        stories: texts that go back to one.
    """

    texts: _Sets[int]
    sizes: Mapping[int, int]
    holders: Mapping[tuple[int, int], set[int]]
    stories: _Sets[int]

    @classmethod
    def of(cls, articles: Iterable[int], edges: Iterable[Edge]) -> Self:
        """Follow the links."""
        edges = tuple(edges)
        texts = _Sets[int]()
        for edge in edges:
            if edge.kind == SAME:
                texts.join(edge.one, edge.other)
        sizes = Counter(map(texts.of, articles))
        holders: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        for edge in edges:
            if edge.kind == CONTAINS and texts.of(edge.one) != texts.of(edge.other):
                holders[texts.of(edge.one), texts.of(edge.other)].add(edge.one)
        held: defaultdict[int, set[int]] = defaultdict(set)
        for (text, part), holding in holders.items():
            if len(holding) * 2 > min(sizes[text], MOST_LINKED):
                held[text].add(part)
        return cls(texts=texts, sizes=sizes, holders=holders, stories=_stories(held))

    def story(self, article: int) -> int:
        """What stands for an article's story."""
        return self.stories.of(self.texts.of(article))

    def is_compound(self, article: int) -> bool:
        """Whether an article holds two stories, or has one in common with others and holds another one."""
        own = self.texts.of(article)
        held = {self.stories.of(part) for (text, part), holding in self.holders.items() if article in holding}
        if self.sizes[own] > 1:
            held.add(self.stories.of(own))
        return len(held) > 1


def _stories(held: Mapping[int, set[int]]) -> _Sets[int]:
    """Join each text with what it holds, as long as that is one story.

    What is one story grows while texts are joined (two excerpts turn out to be parts of a third text), so this goes on
    until nothing changes; joining never makes two stories of one, so it ends at the same whatever comes first.
    """
    stories = _Sets[int]()
    changed = True
    while changed:
        changed = False
        for holder, parts in held.items():
            if len({stories.of(part) for part in parts}) == 1:
                changed |= stories.join(holder, next(iter(parts)))
    return stories

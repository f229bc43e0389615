"""From counts to a model: each input a model of its own, mixed by how well it speaks, pruned to what tells most."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.restore.model import ORDER
from scripts.ngrams.counts import BITS, LEAST, Counts, Gram, packed, tail

MAX_GRAMS = {2: 600_000, 3: 1_500_000, 4: 1_200_000}
MAX_CHILDREN = 255  # one byte a context holds how many n-grams begin with it
# what is taken from a count for what was not seen: order → of one, of two, of more; the more, the rarer the context
DISCOUNTS = {1: (0.7, 1.0, 1.2), 2: (0.75, 1.1, 1.4), 3: (0.85, 1.2, 1.4), 4: (0.9, 1.3, 1.5)}
SENTENCE_ENDS = "。？！"
ROUNDS = 15  # of estimating weights; after ten hardly anything changes
BEGINNING = 0.05  # a weight before anything is known of it


@dataclass(frozen=True, slots=True)
class Source:
    """One input as a model.

    Attributes:
        counts: what it saw; for lower orders, in how many contexts.
        often: what it saw, as shares of all it saw.
        total: order → context → how much followed it.
        rest: order → context → how much of that goes to what was not seen there.
        size: the number of symbols.
    """

    counts: dict[int, defaultdict[Gram, float]]
    often: Callable[[int, Gram], float]
    total: dict[int, defaultdict[Gram, float]]
    rest: dict[int, defaultdict[Gram, float]]
    size: int

    def probability(self, order: int, gram: Gram) -> float:
        """Of the last symbol after the others."""
        lower = self.probability(order - 1, tail(gram, order - 1)) if order > 1 else 1 / self.size
        context = gram >> BITS
        total = self.total[order].get(context, 0.0)
        if total <= 0:
            return lower
        number = self.counts[order].get(gram, 0.0)
        return (number - discount(order, number)) / total + self.rest[order][context] / total * lower

    def standing(self, order: int, context: Gram) -> tuple[int, int]:
        """How well it knows a context of `order` - 1 symbols: the order of the longest part it has seen, and how often.

        How often in powers of four; once, and a thousand times, are the ends of what makes a difference.
        """
        for known in range(order, 1, -1):
            total = self.total[known].get(tail(context, known - 1), 0.0)
            if total >= 1:
                return known, min(int(math.log2(total)) // 2, 5)
        return 1, 0


def discount(order: int, number: float) -> float:
    """What is taken from a count (Chen and Goodman 1998: less from one than from more)."""
    if number < 1.5:
        return min(number, DISCOUNTS[order][0])
    return DISCOUNTS[order][1 if number < 2.5 else 2]


def source(name: str, counts: Counts, vocabulary: Mapping[str, int], *, running: bool) -> Source:
    """A model of one input.

    Args:
        name: of the input.
        counts: what it saw.
        vocabulary: the symbols.
        running: whether it saw whole texts, so that the kinds of context tell best what follows where the longer
            context is new: 孜 is not rare, but it follows 孜 and little else (Kneser and Ney). Of word lists and word
            n-grams that holds for single characters only.
    """
    size = sum(counts.grams[1].values())
    print(f"{name}: {size:,.0f} characters, {len(counts.grams[ORDER]):,} n-grams", flush=True)
    raw = dict(counts.grams)
    grams = dict(counts.grams)
    for order in range(ORDER - 1, 0, -1) if running else (1,):
        kinds: defaultdict[Gram, float] = defaultdict(float)
        for gram, number in grams[order + 1].items():
            if number >= LEAST:
                kinds[tail(gram, order)] += 1.0
        grams[order] = kinds
    total: dict[int, defaultdict[Gram, float]] = {}
    rest: dict[int, defaultdict[Gram, float]] = {}
    for order, found in grams.items():
        total[order], rest[order] = defaultdict(float), defaultdict(float)
        for gram, number in found.items():
            total[order][gram >> BITS] += number
            rest[order][gram >> BITS] += discount(order, number)
        for context, number in counts.ends.get(order - 1, {}).items():
            total[order][context] += number
            rest[order][context] += number
    return Source(
        counts=grams,
        often=lambda order, gram: raw[order].get(gram, 0.0) / size,
        total=total,
        rest=rest,
        size=len(vocabulary) + 1,
    )


def silent(words: Source, vocabulary: Mapping[str, int]) -> frozenset[int]:
    """The symbols of which open-gram knows nothing: digits and Latin; and its sentences end at 。？！."""
    return frozenset(
        number
        for char, number in vocabulary.items()
        if char in SENTENCE_ENDS or words.counts[1].get(number, 0.0) < LEAST
    ) | {0}


Standing = tuple[int, int, tuple[int, int]]
"""The order, the input's number, and its `Source.standing`."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """The inputs together.

    Attributes:
        sources: the inputs; the last has nothing to say of what is `unheard`.
        unheard: symbols.
        weights: how much an input's probability counts by its standing.
        shares: how much each input decides on average.
    """

    sources: Sequence[Source]
    unheard: Collection[int]
    weights: Mapping[Standing, float]
    shares: Sequence[float]

    def probability(self, order: int, gram: Gram) -> float:
        """Of the last symbol after the others."""
        held = list(_said(self.sources, self.unheard, order, gram))
        weights = [self.weights.get(standing, BEGINNING) for standing, _ in held]
        return sum(weight * p for weight, (_, p) in zip(weights, held, strict=True)) / sum(weights)

    def often(self, order: int, gram: Gram) -> float:
        """How often an n-gram is seen, as a share."""
        return sum(share * one.often(order, gram) for share, one in zip(self.shares, self.sources, strict=True))


def _said(
    sources: Sequence[Source], unheard: Collection[int], order: int, gram: Gram
) -> Iterator[tuple[Standing, float]]:
    """What each input says of an n-gram."""
    context = gram >> BITS
    heard = tail(gram, 1) not in unheard and (order == 1 or tail(context, 1) not in unheard)
    for number, one in enumerate(sources if heard else sources[:-1]):
        yield (order, number, one.standing(order, context)), one.probability(order, gram)


def mixture(
    fitted: Sequence[Source], sources: Sequence[Source], unheard: Collection[int], held_out: Iterable[Sequence[int]]
) -> Mixture:
    """The inputs, weighted as fits articles best that they have not seen (expectation maximisation).

    Args:
        fitted: the inputs without these articles.
        sources: the inputs.
        unheard: what the last of them has nothing to say of.
        held_out: the articles' paragraphs, as symbol numbers that begin and end with boundaries.
    """
    texts = list(held_out)
    weights: dict[Standing, float] = {}
    shares: list[float] = []
    for order in range(1, ORDER + 1):
        seen = [
            list(_said(fitted, unheard, order, packed(text[at - order + 1 : at + 1])))
            for text in texts
            for at in range(ORDER - 1, len(text))
        ]
        here = dict.fromkeys((standing for held in seen for standing, _ in held), BEGINNING)
        for _ in range(ROUNDS):
            _maximise(here, seen)
        weights |= here
        shares = _shares(here, seen, len(sources))
        print(f"weights of order {order}: {_entropy(here, seen):.3f} nats a character not seen before", flush=True)
    print("shares:", ", ".join(f"{share:.2f}" for share in shares), flush=True)
    return Mixture(sources, unheard, weights, shares)


Said = Sequence[tuple[Standing, float]]


def _maximise(weights: dict[Standing, float], seen: Iterable[Said]) -> None:
    """Bring the weights nearer to what explains best what was seen."""
    # as if each had been right once: what was met hardly ever keeps its weight
    decided, owed = dict.fromkeys(weights, 1.0), dict.fromkeys(weights, 1.0)
    for held in seen:
        all_weights = sum(weights[standing] for standing, _ in held)
        together = sum(weights[standing] * p for standing, p in held)
        for standing, p in held:
            decided[standing] += weights[standing] * p / together
            owed[standing] += weights[standing] / all_weights
    for standing in weights:
        weights[standing] *= decided[standing] / owed[standing]


def _shares(weights: Mapping[Standing, float], seen: Sequence[Said], size: int) -> list[float]:
    shares = [0.0] * size
    for held in seen:
        all_weights = sum(weights[standing] for standing, _ in held)
        for standing, _ in held:
            shares[standing[1]] += weights[standing] / all_weights / len(seen)
    return shares


def _entropy(weights: Mapping[Standing, float], seen: Sequence[Said]) -> float:
    total = 0.0
    for held in seen:
        all_weights = sum(weights[standing] for standing, _ in held)
        total -= math.log(sum(weights[standing] * p for standing, p in held) / all_weights)
    return total / len(seen)


@dataclass(frozen=True, slots=True)
class Tables:
    """The pruned model: probabilities and backoff weights by order; a backoff weight goes with the context's order."""

    probability: dict[int, dict[Gram, float]]
    backoff: dict[int, dict[Gram, float]]

    def lower(self, order: int, gram: Gram) -> float:
        """The probability of a symbol as the orders below `order` see it."""
        if order == 2:
            return self.probability[1][tail(gram, 1)]
        short = tail(gram, order - 1)
        found = self.probability[order - 1].get(short)
        if found is not None:
            return found
        return self.backoff[order - 2].get(short >> BITS, 1.0) * self.lower(order - 1, short)


def pruned(mixed: Mixture) -> Tables:
    """The mixture, order by order; of each order the n-grams that tell most beyond the order below."""
    sources = mixed.sources
    tables = Tables({1: {gram: mixed.probability(1, gram) for gram in range(sources[0].size)}}, {})
    for order in range(2, ORDER + 1):
        grams = {gram for one in sources for gram, number in one.counts[order].items() if number >= LEAST}
        if order > 2:
            grams = {gram for gram in grams if gram >> BITS in tables.probability[order - 1]}
        count = {gram: mixed.often(order, gram) for gram in grams}
        likely = sorted(grams, key=lambda gram: (-count[gram], gram))[: 2 * MAX_GRAMS[order]]
        probability = {gram: mixed.probability(order, gram) for gram in likely}
        gain = {gram: count[gram] * abs(math.log(p / tables.lower(order, gram))) for gram, p in probability.items()}
        kept: dict[Gram, float] = {}
        children: Counter[Gram] = Counter()
        for gram in sorted(gain, key=lambda gram: (-gain[gram], gram)):
            if order == 2 or children[gram >> BITS] < MAX_CHILDREN:
                children[gram >> BITS] += 1
                kept[gram] = probability[gram]
            if len(kept) == MAX_GRAMS[order]:
                break
        tables.probability[order] = kept
        tables.backoff[order - 1] = renormalised(order, kept, tables)
        print(f"order {order}: {len(kept):,} of {len(grams):,}", flush=True)
    return tables


def renormalised(order: int, grams: Mapping[Gram, float], below: Tables) -> dict[Gram, float]:
    """The backoff weights with which each context sums to one over what is kept and what is not."""
    kept: defaultdict[Gram, float] = defaultdict(float)
    covered: defaultdict[Gram, float] = defaultdict(float)
    for gram, p in grams.items():
        kept[gram >> BITS] += p
        covered[gram >> BITS] += below.lower(order, gram)
    return {context: max(1 - kept[context], 1e-4) / max(1 - covered[context], 1e-4) for context in kept}

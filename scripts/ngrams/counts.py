"""Counting n-grams of symbols, in running text, in words, and in what a word model says of a text."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.restore.model import BOUNDARY, ORDER, symbols
from scripts.ngrams.inputs import SCALE, Named, open_gram, open_gram_words

MAX_SYMBOLS = 8000
BITS = 13  # of a symbol's number in a packed n-gram
LEAST = 0.3  # a count below this is not worth its memory while training
RENAMED = 8  # so many other names stand in the place of each

Gram = int
"""An n-gram's symbol numbers, `BITS` each, the last one lowest. Contexts are shorter n-grams of their own order."""


def packed(numbers: Iterable[int]) -> Gram:
    """The numbers in one."""
    gram = 0
    for number in numbers:
        gram = gram << BITS | number
    return gram


def tail(gram: Gram, length: int) -> Gram:
    """The last symbols of an n-gram."""
    return gram & (1 << BITS * length) - 1


@dataclass(slots=True)
class Counts:
    """N-gram counts of one input.

    Attributes:
        grams: order → n-gram → count.
        ends: length of context → context → how often something followed that is not known.
    """

    grams: dict[int, defaultdict[Gram, float]] = field(
        default_factory=lambda: {order: defaultdict(float) for order in range(1, ORDER + 1)}
    )
    ends: dict[int, defaultdict[Gram, float]] = field(
        default_factory=lambda: {length: defaultdict(float) for length in range(1, ORDER)}
    )


def choose_symbols(texts: list[str], words: list[tuple[str, float]]) -> dict[str, int]:
    """The most frequent symbols, numbered from 1; 0 is every other."""
    seen: defaultdict[str, float] = defaultdict(float)
    for text in texts:
        for char, number in Counter(text).items():
            seen[char] += number
    for word, weight in words:
        for char in word:
            seen[char] += weight
    seen[BOUNDARY] += 1e9
    ranked = sorted(seen, key=lambda char: (-seen[char], char))
    return {char: number for number, char in enumerate(ranked[:MAX_SYMBOLS], start=1)}


def numbered(text: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The numbers of a text's symbols, between boundaries."""
    edge = vocabulary[BOUNDARY]
    return [edge] * (ORDER - 1) + [vocabulary.get(char, 0) for char in text] + [edge]


def count_texts(texts: Iterable[str], vocabulary: Mapping[str, int]) -> Counts:
    """Every n-gram of the running text."""
    counts = Counts()
    for text in texts:
        numbers = numbered(text, vocabulary)
        for order, grams in counts.grams.items():
            for at in range(ORDER - order, len(numbers) - order + 1):
                grams[packed(numbers[at : at + order])] += 1.0
    return counts


class People:
    """Names of people to put in the place of others.

    Attributes:
        surnames: of those that were given.
    """

    def __init__(self, names: Sequence[str]) -> None:
        """Take the surnames, the commoner ones more often, and the given names, each once."""
        self.surnames = Counter(name[0] for name in names)
        self._given = sorted({name[1:] for name in names})
        self._weights = [math.sqrt(number) for number in self.surnames.values()]
        self._chance = random.Random(1)  # noqa: S311 - reproducible, nothing secret

    def another(self, length: int) -> str:
        """A name of a length."""
        (surname,) = self._chance.choices(list(self.surnames), self._weights)
        while len(given := self._chance.choice(self._given)) != length - 1:
            pass
        return surname + given


def count_renamed(counts: Counts, named: Iterable[Named], people: People, vocabulary: Mapping[str, int]) -> None:
    """The n-grams around the names of people, with other names there: where names stand matters, not which ones."""
    for text, names in named:
        for name in names:
            at = text.find(name)
            if at < 0:
                continue
            bounded = BOUNDARY * (ORDER - 1) + text + BOUNDARY
            end = at + ORDER - 1 + len(name)
            before, after = bounded[at : at + ORDER - 1], bounded[end : end + ORDER - 1]
            for _ in range(RENAMED):
                other = people.another(len(name))
                numbers = [vocabulary.get(char, 0) for char in before + other + after]
                for order, grams in counts.grams.items():
                    first, last = max(len(before) - order + 1, 0), len(before) + len(other)
                    for start in range(first, min(last, len(numbers) - order + 1)):
                        grams[packed(numbers[start : start + order])] += 1 / RENAMED


def count_words(words: Iterable[tuple[str, float]], vocabulary: Mapping[str, int]) -> Counts:
    """The n-grams inside words; anything may follow a word."""
    counts = Counts()
    for word, weight in words:
        numbers = [vocabulary.get(char, 0) for char in word]
        count_inside(counts, numbers, weight)
        count_end(counts, numbers, weight)
    return counts


def count_inside(counts: Counts, numbers: Sequence[int], weight: float) -> None:
    """The n-grams inside a word."""
    for order, grams in counts.grams.items():
        for at in range(len(numbers) - order + 1):
            grams[packed(numbers[at : at + order])] += weight


def count_end(counts: Counts, numbers: Sequence[int], weight: float) -> None:
    """What follows a word, which is not known."""
    for length, contexts in counts.ends.items():
        if len(numbers) >= length:
            contexts[packed(numbers[-length:])] += weight


def count_across(counts: Counts, words: Sequence[Sequence[int]], weight: float) -> None:
    """The n-grams that touch the first and the last of several words; those that touch fewer are counted elsewhere."""
    numbers = [number for word in words for number in word]
    first, last = len(words[0]), len(numbers) - len(words[-1])
    for order, grams in counts.grams.items():
        for at in range(max(0, last - order + 1), min(first, len(numbers) - order + 1)):
            grams[packed(numbers[at : at + order])] += weight


def count_word_trigrams(folder: Path, vocabulary: Mapping[str, int]) -> Counts:
    """The expected character n-grams of a corpus that open-gram's word model describes."""
    counts = Counts()
    words = [[vocabulary.get(char, 0) for char in symbols(word)] for word in open_gram_words(folder)]
    single: dict[int, float] = {}
    double: dict[tuple[int, int], float] = {}
    followed: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for numbers, probability in open_gram(folder):
        if not all(0 < number < len(words) and words[number] for number in numbers):
            continue
        if len(numbers) == 1:
            single[numbers[0]] = probability * SCALE
            count_inside(counts, words[numbers[0]], probability * SCALE)
            continue
        before = numbers[:-1]
        together = probability * (single[numbers[0]] if len(numbers) == 2 else double.get((numbers[0], numbers[1]), 0))
        followed[before] += together
        if len(numbers) == 2:
            double[numbers[0], numbers[1]] = together
        count_across(counts, [words[number] for number in numbers], together)
    spread(counts, words, single, double, followed)
    return counts


def spread(
    counts: Counts,
    words: list[list[int]],
    single: Mapping[int, float],
    double: Mapping[tuple[int, int], float],
    followed: Mapping[tuple[int, ...], float],
) -> None:
    """What open-gram does not say of the third word follows from the second alone, as a word.

    Else it would follow from the second's last character, which also ends other words: ，当 would be followed by 的,
    because 相当 and 适当 are.
    """
    found: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    for (first, second), together in double.items():
        found[first][words[second][0]] += together / single[first]
    beginnings = {
        word: sorted(((share, char) for char, share in shares.items()), reverse=True) for word, shares in found.items()
    }
    for (first, second), together in double.items():
        open_mass = max(together - followed.get((first, second), 0.0), 0.0)
        numbers = words[first] + words[second]
        for length in range(len(words[second]) + 1, min(ORDER - 1, len(numbers)) + 1):
            context, rest = packed(numbers[-length:]), open_mass
            for share, third in beginnings.get(second, ()):
                if open_mass * share < LEAST:
                    break
                counts.grams[length + 1][context << BITS | third] += open_mass * share
                rest -= open_mass * share
            counts.ends[length][context] += max(rest, 0.0)
    for number, weight in single.items():
        count_end(counts, words[number], max(weight - followed.get((number,), 0.0), 0.0))

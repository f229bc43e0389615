"""How plausible is this Chinese? A character trigram model, compact and quick to load, for choosing between repairs.

The file `data/ngrams.bin` is written by `scripts/train_ngrams.py`; `data/README.md` says what it was trained on.
"""

import functools
import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Final

MAGIC: Final = b"NGRAM3\n"
STEP: Final = 16.0
"""Probabilities are kept as one byte: their negative natural logarithm times this."""
BLOCK: Final = 64
"""Trigrams are found by summing the counts of their bigrams from the start of a block of so many."""

BOUNDARY: Final = "\n"
UNKNOWN: Final = 0
"""The number of every character that training did not see."""

_WIDE = str.maketrans(",:;()!?\r \u3000\xa0「」『』", "，：；（）！？\n\n\n\n“”‘’")


def symbols(text: str) -> str:
    """Reduce text to the model's symbols, one a character: marks wide, digits `0`, Latin letters `a`, space a boundary.

    >>> symbols("GDP增长5.2%,")
    'aaa增长0.0%，'
    """
    return "".join(symbol(char) for char in text)


@functools.lru_cache(maxsize=4096)
def symbol(char: str) -> str:
    """The model's symbol for one character."""
    if "０" <= char <= "ｚ":
        char = chr(ord(char) - 0xFEE0)
    if char.isascii() and char.isalnum():
        return "0" if char.isdigit() else "a"
    return char.translate(_WIDE)


class Model:
    """An interpolated trigram model over characters.

    Attributes:
        vocabulary: symbol → number; what is missing is `UNKNOWN`.
    """

    __slots__ = (
        "_backoff_one",
        "_backoff_two",
        "_blocks",
        "_children",
        "_first_pair",
        "_one",
        "_three",
        "_three_last",
        "_two",
        "_two_last",
        "vocabulary",
    )

    def __init__(self, data: bytes) -> None:
        """Read the file's tables; raises ValueError where it is not such a file."""
        if not data.startswith(MAGIC):
            raise ValueError("not an n-gram file of this version")
        at = len(MAGIC)
        names, ones, twos, threes = struct.unpack_from("<4I", data, at)
        at += 16
        self.vocabulary: dict[str, int] = {
            char: number for number, char in enumerate(data[at : at + names].decode("utf-8"), start=1)
        }
        at += names

        def numbers(kind: str, length: int) -> "array[int]":
            nonlocal at
            found: array[int] = array(kind)
            end = at + length * found.itemsize
            found.frombytes(data[at:end])
            at = end
            if sys.byteorder == "big":
                found.byteswap()
            return found

        self._first_pair = numbers("I", ones + 1)
        self._blocks = numbers("I", twos // BLOCK + 1)
        self._two_last = numbers("H", twos)
        self._three_last = numbers("H", threes)
        self._one = numbers("B", ones)
        self._backoff_one = numbers("B", ones)
        self._two = numbers("B", twos)
        self._backoff_two = numbers("B", twos)
        self._children = data[at : at + twos]
        self._three = data[at + twos : at + twos + threes]

    def cost(self, first: int, second: int, third: int) -> int:
        """The negative log probability of `third` after the two before it, in units of 1/`STEP`."""
        backoff = 0
        pair = self._pair(first, second)
        if pair >= 0:
            if self._children[pair]:
                start, end = self._triples(pair)
                at = bisect_left(self._three_last, third, start, end)
                if at < end and self._three_last[at] == third:
                    return self._three[at]
            backoff = self._backoff_two[pair]
        pair = self._pair(second, third)
        if pair >= 0:
            return backoff + self._two[pair]
        return backoff + self._backoff_one[second] + self._one[third]

    def costs(self, first: int, second: int, thirds: Sequence[int]) -> list[int]:
        """`cost` for many `thirds`: the contexts are looked up once."""
        backoff, start, end = 0, 0, 0
        pair = self._pair(first, second)
        if pair >= 0:
            backoff = self._backoff_two[pair]
            start, end = self._triples(pair)
        low, high = self._first_pair[second], self._first_pair[second + 1]
        bare = backoff + self._backoff_one[second]
        two_last, three_last = self._two_last, self._three_last
        found = []
        for third in thirds:
            if start < end:
                at = bisect_left(three_last, third, start, end)
                if at < end and three_last[at] == third:
                    found.append(self._three[at])
                    continue
            at = bisect_left(two_last, third, low, high)
            if at < high and two_last[at] == third:
                found.append(backoff + self._two[at])
            else:
                found.append(bare + self._one[third])
        return found

    def followers(self, first: int) -> Sequence[int]:
        """The numbers of the characters that training saw after one."""
        return self._two_last[self._first_pair[first] : self._first_pair[first + 1]]

    def followers_of_two(self, first: int, second: int) -> Sequence[int]:
        """The numbers of the characters that training saw after two."""
        pair = self._pair(first, second)
        return self._three_last[slice(*self._triples(pair))] if pair >= 0 else ()

    def follower_costs(self, first: int) -> Sequence[int]:
        """The negative log probability of each of `followers` after that one."""
        return self._two[self._first_pair[first] : self._first_pair[first + 1]]

    def alone(self, number: int) -> int:
        """The negative log probability of a character, whatever stands before it."""
        return self._one[number]

    def text_cost(self, text: str, before: str = BOUNDARY * 2) -> float:
        """The cost of a text in natural-log units, after the (at least two) characters `before`."""
        first, second = self.numbers(before[-2:])
        total = 0
        for third in self.numbers(text):
            total += self.cost(first, second, third)
            first, second = second, third
        return total / STEP

    def numbers(self, text: Iterable[str]) -> list[int]:
        """The numbers of a text's symbols."""
        find = self.vocabulary.get
        return [find(symbol(char), UNKNOWN) for char in text]

    def _triples(self, pair: int) -> tuple[int, int]:
        block = pair // BLOCK
        start = self._blocks[block] + sum(self._children[block * BLOCK : pair])
        return start, start + self._children[pair]

    def _pair(self, first: int, second: int) -> int:
        low, high = self._first_pair[first], self._first_pair[first + 1]
        at = bisect_left(self._two_last, second, low, high)
        return at if at < high and self._two_last[at] == second else -1


@functools.cache
def load() -> Model:
    """The model that ships with the project, read once."""
    return Model(resources.files("pipelines.restore").joinpath("data/ngrams.bin").read_bytes())

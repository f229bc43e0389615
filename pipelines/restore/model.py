"""How plausible is this Chinese? A character n-gram model, compact and quick to load, for choosing between repairs.

The file `data/ngrams.bin` is written by `scripts/train_ngrams.py`; `data/README.md` says what it was trained on.
"""

import functools
import gzip
import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import accumulate
from typing import IO, Final

MAGIC: Final = b"NGRAM4\n"
ORDER: Final = 4
"""The length of the longest n-grams."""
STEP: Final = 16.0
"""Probabilities are kept as one byte: their negative natural logarithm times this."""
BLOCK: Final = 64
"""The n-grams that begin with a shorter one are found by summing counts from the start of a block of so many."""

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


class _Level:
    """The n-grams of one order, sorted; those that begin alike lie together.

    Attributes:
        last: their last symbols.
        cost: the negative log probability of the last after the others.
        backoff: what is added where a longer one that begins with this is not known; empty for the longest.
        children: how many longer ones begin with this; empty for the longest.
    """

    __slots__ = ("_blocks", "backoff", "children", "cost", "last")

    def __init__(self, last: "array[int]", cost: bytes, backoff: bytes, children: bytes) -> None:
        self.last = last
        self.cost = cost
        self.backoff = backoff
        self.children = children
        blocks = (sum(children[at : at + BLOCK]) for at in range(0, len(children), BLOCK))
        self._blocks = array("I", accumulate(blocks, initial=0))

    def find(self, last: int, start: int, end: int) -> int:
        """Where the n-gram with that last symbol is, between two places; -1 where it is not."""
        at = bisect_left(self.last, last, start, end)
        return at if at < end and self.last[at] == last else -1

    def children_of(self, at: int) -> tuple[int, int]:
        """Between which places of the next level the n-grams are that begin with this one."""
        block = at // BLOCK
        start = self._blocks[block] + sum(self.children[block * BLOCK : at])
        return start, start + self.children[at]


class Model:
    """An interpolated n-gram model over characters.

    Attributes:
        vocabulary: symbol → number; what is missing is `UNKNOWN`.
    """

    __slots__ = ("_backoff_one", "_first_pair", "_four", "_one", "_three", "_two", "vocabulary")

    def __init__(self, file: IO[bytes]) -> None:
        """Read the file's tables; raises ValueError where it is not such a file."""
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError("not an n-gram file of this version")
        try:
            self._read(file)
        except (EOFError, OSError, struct.error, zlib.error) as error:
            raise ValueError("the n-gram file is damaged") from error

    def _read(self, file: IO[bytes]) -> None:
        with gzip.GzipFile(fileobj=file) as tables:
            read = tables.read
            names, *sizes = struct.unpack(f"<{ORDER + 1}I", read(4 * (ORDER + 1)))
            self.vocabulary: dict[str, int] = {
                char: number for number, char in enumerate(read(names).decode("utf-8"), start=1)
            }
            self._one, self._backoff_one = read(sizes[0]), read(sizes[0])
            self._first_pair = _numbers("I", read(4 * (sizes[0] + 1)))
            levels = []
            for order, size in enumerate(sizes[1:], start=2):
                # the lower bytes, then the higher ones: apart they pack better
                halves = bytearray(2 * size)
                halves[0::2], halves[1::2] = read(size), read(size)
                inner = size if order < ORDER else 0
                levels.append(_Level(_numbers("H", halves), read(size), read(inner), read(inner)))
        self._two, self._three, self._four = levels

    def cost(self, first: int, second: int, third: int) -> int:
        """The negative log probability of `third` after the two before it, in units of 1/`STEP`."""
        backoff = 0
        pair = self._pair(first, second)
        if pair >= 0:
            triple = self._three.find(third, *self._two.children_of(pair))
            if triple >= 0:
                return self._three.cost[triple]
            backoff = self._two.backoff[pair]
        return backoff + self.cost_after_one(second, third)

    def correction(self, first: int, second: int, third: int, fourth: int) -> int:
        """What is added to `cost` where three characters before are known; mostly negative."""
        pair = self._pair(first, second)
        triple = self._three.find(third, *self._two.children_of(pair)) if pair >= 0 else -1
        if triple < 0:
            return 0
        found = self._four.find(fourth, *self._three.children_of(triple))
        if found < 0:
            return self._three.backoff[triple]
        return self._four.cost[found] - self.cost(second, third, fourth)

    def costs(self, first: int, second: int, thirds: Sequence[int]) -> list[int]:
        """`cost` for many `thirds`: the contexts are looked up once."""
        backoff, start, end = 0, 0, 0
        pair = self._pair(first, second)
        if pair >= 0:
            backoff = self._two.backoff[pair]
            start, end = self._two.children_of(pair)
        low, high = self._first_pair[second], self._first_pair[second + 1]
        bare = backoff + self._backoff_one[second]
        two_last, three_last = self._two.last, self._three.last
        two_cost, three_cost = self._two.cost, self._three.cost
        found = []
        for third in thirds:
            if start < end:
                at = bisect_left(three_last, third, start, end)
                if at < end and three_last[at] == third:
                    found.append(three_cost[at])
                    continue
            at = bisect_left(two_last, third, low, high)
            if at < high and two_last[at] == third:
                found.append(backoff + two_cost[at])
            else:
                found.append(bare + self._one[third])
        return found

    def followers(self, first: int) -> Sequence[int]:
        """The numbers of the characters that training saw after one."""
        return self._two.last[self._first_pair[first] : self._first_pair[first + 1]]

    def followers_of_two(self, first: int, second: int) -> Sequence[int]:
        """The numbers of the characters that training saw after two."""
        pair = self._pair(first, second)
        return self._three.last[slice(*self._two.children_of(pair))] if pair >= 0 else ()

    def follower_costs(self, first: int) -> Sequence[int]:
        """The negative log probability of each of `followers` after that one."""
        return self._two.cost[self._first_pair[first] : self._first_pair[first + 1]]

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

    def has_pair(self, first: int, second: int) -> bool:
        """Whether training saw a character after another."""
        return self._pair(first, second) >= 0

    def cost_after_one(self, first: int, second: int) -> int:
        """The negative log probability of `second` after `first`."""
        pair = self._pair(first, second)
        return self._two.cost[pair] if pair >= 0 else self._backoff_one[first] + self._one[second]

    def _pair(self, first: int, second: int) -> int:
        return self._two.find(second, self._first_pair[first], self._first_pair[first + 1])


def _numbers(kind: str, data: bytes | bytearray) -> "array[int]":
    found: array[int] = array(kind)
    found.frombytes(data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


@functools.cache
def load() -> Model:
    """The model that ships with the project, read once."""
    with resources.files("pipelines.restore").joinpath("data/ngrams.bin").open("rb") as file:
        return Model(file)

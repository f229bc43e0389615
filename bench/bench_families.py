"""Are reposts found among strangers, and does adding a page cost the same in a large archive?

    .venv/bin/python bench/bench_families.py                # 5,000 strangers, about a minute
    .venv/bin/python bench/bench_families.py --strangers 100000

Pairs of pages that hold the same original are compared with pairs of pages in one family: precision over all pairs, and
recall for each thing that reposters do. The cost of adding a page is that of `keep_capture` and `keep_article`, each
page committed on its own, in an archive of 1,000 articles and in that of the run.
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from sqlite_utils import Database

from archive.connect import transaction, writing
from archive.write import keep_article, keep_capture
from bench.families_texts import Page, damaged, families, stranger
from crawler.items import Capture
from pipelines.fingerprint import fingerprint

SMALL: Final = 1_000
PROBES: Final = 300
AT_ONCE: Final = 500  # pages in a transaction while the archive is filled
BARS: Final = {"precision": 0.999, "recall": 0.98, "recall 30 %": 0.95, "cost": 1.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Found pairs against true ones.

    Attributes:
        right: pairs in one family that do hold the same original.
        wrong: those that do not; `examples` names the kinds of some.
        recall: kind of repost → (its true pairs found, its true pairs).
    """

    right: int
    wrong: int
    examples: tuple[str, ...]
    recall: dict[str, tuple[int, int]]

    @property
    def precision(self) -> float:
        """Share of the pairs found that are true."""
        return self.right / max(1, self.right + self.wrong)

    def found(self, part: str = "") -> float:
        """Share of the true pairs found, of all kinds or of those whose name ends with a part."""
        chosen = [pair for kind, pair in self.recall.items() if kind.endswith(part)]
        return sum(found for found, _ in chosen) / max(1, sum(all_ for _, all_ in chosen))


def keep(db: Database, page: Page) -> int:
    """Keep one page as a crawl does; its article's id."""
    body = page.record.url.encode()
    capture = Capture(url=page.record.url, body=body, fetched_at=page.record.fetched_at, site="bench")
    return keep_article(db, keep_capture(db, capture), fingerprint(page.record)).article_id


def fill(db: Database, pages: Iterable[Page]) -> Iterator[tuple[int, Page]]:
    """Keep many pages, in few transactions."""
    for batch in _batches(pages, AT_ONCE):
        with transaction(db):
            kept = [(keep(db, page), page) for page in batch]
        yield from kept


def costs_of_a_page(small: Database, large: Database, pages: Sequence[Page]) -> tuple[float, float]:
    """The median time to keep one page in either archive, in milliseconds.

    Each page is kept in both, one after the other, so that whatever else the machine does slows both alike.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for number, page in enumerate(pages):
        order = ((small, times[0]), (large, times[1]))
        for db, taken in order if number % 2 else reversed(order):
            start = time.perf_counter()
            keep(db, page)
            taken.append(time.perf_counter() - start)
    return median(times[0]) * 1000, median(times[1]) * 1000


def score(db: Database, pages: dict[int, Page]) -> Score:
    """Compare the archive's families with what the pages hold."""
    members: dict[int, list[int]] = {}
    for article_id, family_id in db.execute("SELECT article_id, family_id FROM family_members"):
        members.setdefault(family_id, []).append(article_id)
    found = {pair for ids in members.values() for pair in itertools.combinations(sorted(ids), 2)}
    holders: dict[int, list[int]] = {}
    for article_id, page in pages.items():
        for story in page.stories:
            holders.setdefault(story, []).append(article_id)
    true = {pair for ids in holders.values() for pair in itertools.combinations(sorted(ids), 2)}
    recall: dict[str, tuple[int, int]] = {}
    originals = {article_id for article_id, page in pages.items() if page.kind == "original"}
    for pair in true:
        if not originals.isdisjoint(pair):  # of a repost and its original, under the repost's name
            kind = next((pages[one].kind for one in pair if one not in originals), "original")
            right, count = recall.get(kind, (0, 0))
            recall[kind] = (right + (pair in found), count + 1)
    right, count = len(found & true), len(true)
    recall["all pairs"] = (right, count)
    wrong = Counter(" + ".join(sorted(pages[one].kind for one in pair)) for pair in found - true)
    return Score(
        right=right,
        wrong=len(found - true),
        examples=tuple(f"{count} {kinds}" for kinds, count in wrong.most_common(5)),
        recall=dict(sorted(recall.items())),
    )


def main() -> int:
    """Print the tables; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strangers", type=int, default=5_000)
    parser.add_argument("--stories", type=int, default=100, help="how many originals with their reposts")
    arguments = parser.parse_args()
    chance = random.Random(20260211)  # noqa: S311 - reproducible, nothing secret
    mixed = [*families(chance, arguments.stories, 10_000_000), *damaged(30, 20_000_000, story_offset=1_000_000)]
    chance.shuffle(mixed)
    probes = [stranger(chance, 30_000_000 + number) for number in range(PROBES)]
    with (
        tempfile.TemporaryDirectory() as folder,
        writing(Path(folder) / "small.db") as small,
        writing(Path(folder) / "large.db") as large,
    ):
        for _ in fill(small, (stranger(chance, number) for number in range(SMALL))):
            pass
        half = arguments.strangers // 2
        pages = dict(fill(large, (stranger(chance, number) for number in range(half))))
        pages |= dict(fill(large, mixed))
        start = time.perf_counter()
        pages |= dict(fill(large, (stranger(chance, number) for number in range(half, 2 * half))))
        rate = half / (time.perf_counter() - start)
        result = score(large, pages)
        at_small, at_large = costs_of_a_page(small, large, probes)
        size = sum(
            large.execute("SELECT sum(pgsize) FROM dbstat WHERE name = ?", (name,)).fetchone()[0] or 0
            for name in ("sketches", "fingerprints", "family_links", "family_members")
        )
    print(f"{'repost':16}{'found':>8}{'of':>8}{'recall':>9}")
    for kind, (found, count) in result.recall.items():
        print(f"{kind:16}{found:>8}{count:>8}{found / count:>9.2%}")
    print(f"precision {result.precision:.4%}: {result.wrong} wrong of {result.right + result.wrong} pairs")
    for example in result.examples:
        print(f"  {example}")
    count = len(pages)
    cost = at_large / at_small
    print(f"a page costs {at_small:.2f} ms at {SMALL:,} articles, {at_large:.2f} ms at {count:,}: {cost:.2f} times")
    print(f"{rate:,.0f} pages a second in one transaction; {size / count:,.0f} bytes of families an article")
    return int(
        result.precision < BARS["precision"]
        or result.found("all pairs") < BARS["recall"]
        or result.found("30%") < BARS["recall 30 %"]
        or cost > BARS["cost"]
    )


def _batches(pages: Iterable[Page], size: int) -> Iterator[list[Page]]:
    waiting = iter(pages)
    while batch := list(itertools.islice(waiting, size)):
        yield batch


if __name__ == "__main__":
    sys.exit(main())

"""How much of what damage destroyed comes back from three copies at different levels.

    .venv/bin/python bench/bench_collate.py

Each invented article is damaged at three levels, cleaned by the whole chain and collated. Errors are characters that
differ from the original, white space apart. Two densities of damage: the one measured on real pages (about two broken
runs in 1,000 Han), and that of the forward model left to itself, several times as dense.

The best single copy is the one of the three with the fewest errors, as it was served (script apart) or restored; nobody
can know which that is who has not the original. Restoring alone leaves so few errors that most of them stand in all
three copies, the same in each, where no collation finds anything else: `in no copy`. What it can mend is the rest. It
must leave at most a tenth of what the best copy as served has, and no more than the best one restored.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from archive.families.read import COPY, Family, Member
from bench.families_texts import ARTICLES, clean_page
from pipelines.script import fold_script
from reader.collate import collate
from reader.diff import Kind, differences
from samples.damage_tables import LEVELS

MEASURED: Final = 0.2  # the straddle rate of bench_restore.py: what an unselected sample of real pages shows
COPIES: Final = 3
BAR: Final = 0.1  # of the errors of the best single copy as it was served


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The errors of one article.

    Attributes:
        characters: how many it has.
        served: the errors of each copy as it was served, script apart.
        singles: the errors of each copy, restored.
        common: characters that no copy has right, by the best alignment that is known: the fewest possible.
        collated: the errors of the collation.
    """

    characters: int
    served: tuple[int, ...]
    singles: tuple[int, ...]
    common: int
    collated: int


def outcome(text: str, *, seed: int, straddle_rate: float | None) -> Outcome:
    """Damage, clean and collate one article."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, nothing secret
    truth = _bare(text.split("\n")[1:])
    members = tuple(
        _member(number, text, level=level, seed=seed * COPIES + number, straddle_rate=straddle_rate)
        for number, level in enumerate(chance.sample(range(len(LEVELS)), COPIES))
    )
    wrong = [_wrong(truth, _bare(member.record.body)) for member in members]
    collated = collate(Family(id=1, aliases=(), members=members, links=(), history=()))
    return Outcome(
        characters=len(truth),
        served=tuple(len(_wrong(truth, fold_script(_bare(member.record.body_raw)))) for member in members),
        singles=tuple(map(len, wrong)),
        common=len(set.intersection(*wrong)),
        collated=len(_wrong(truth, _bare(collated.body))),
    )


def outcomes(straddle_rate: float | None, *, articles: int | None = None, rounds: int = 1) -> Iterator[Outcome]:
    """Every article, with other damage each round."""
    for number in range(rounds):
        for at, path in enumerate(sorted(ARTICLES.glob("*.txt"))[:articles]):
            yield outcome(path.read_text("utf-8").strip(), seed=number * 1000 + at, straddle_rate=straddle_rate)


def main() -> int:
    """Print the table; 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    titles = ("characters", "served", "restored", "mean copy", "in no copy", "collated", "ratio")
    print(f"{'density':12}" + "".join(f"{title:>12}" for title in titles))
    missed = False
    for name, rate in (("as measured", MEASURED), ("dense", None)):
        found = list(outcomes(rate, rounds=arguments.rounds))
        served = sum(min(each.served) for each in found)
        best = sum(min(each.singles) for each in found)
        mean = sum(sum(each.singles) for each in found) / COPIES
        collated = sum(each.collated for each in found)
        ratio = collated / max(1, served)
        missed |= ratio > BAR or collated > best
        print(
            f"{name:12}{sum(each.characters for each in found):>12,}{served:>12}{best:>12}{mean:>12.1f}"
            f"{sum(each.common for each in found):>12}{collated:>12}{ratio:>12.3f}"
        )
    print(f"served, restored: the errors of the best single copy; ratio: collated to served, bar {BAR}")
    return int(missed)


def _member(number: int, text: str, *, level: int, seed: int, straddle_rate: float | None) -> Member:
    return Member(
        article_id=number,
        version_id=number,
        site="bench",
        url_key=str(number),
        role=COPY,
        appeared_at="2026-01-01",
        dated=True,
        first_seen="2026-01-01",
        words=len(text),
        record=clean_page(text, level=level, seed=seed, straddle_rate=straddle_rate),
    )


def _bare(body: list[str] | tuple[str, ...]) -> str:
    return "".join("".join(body).split())


def _wrong(truth: str, text: str) -> set[tuple[int, str]]:
    """The characters of the original that a text has not, and those that it has besides, each with its place."""
    found: set[tuple[int, str]] = set()
    at = extra = 0
    for span in differences(truth, text):
        if span.kind is Kind.ADDED:
            # what replaces something is counted by what was replaced, unless it is longer than that
            found |= {(at, f"+{number}") for number in range(extra, len(span.text))}
        if span.kind is Kind.REMOVED:
            found |= {(at + number, "-") for number in range(len(span.text))}
        if span.kind is not Kind.ADDED:
            at += len(span.text)
        extra = len(span.text) if span.kind is Kind.REMOVED else 0
    return found


if __name__ == "__main__":
    sys.exit(main())

"""How well pages are read: the project's own pages, each held against what is known of it.

    .venv/bin/python bench/score_pages.py            print the figures; exit 1 where one is below its pinned floor
    .venv/bin/python bench/score_pages.py --show     also print every field that is wrong
    .venv/bin/python bench/score_pages.py --pin      raise the floors in bench/floors.json to today's figures
    .venv/bin/python bench/score_pages.py --pin --lower    also lower them, which should need a reason in the commit

The body's figure is the mean F1 of runs of four characters, which charges what is missing and what is too much alike,
wherever it stands (the metric of https://github.com/scrapinghub/article-extraction-benchmark, with characters for
words). Every other figure is the share of pages on which the field is exactly right; the last three are shares of
pages on which the hijack verdict is right, made from the clean ones (`own_pages_hijacked.py`).

White space does not count, nor does the width of a mark or the shape of a quote: those are what `score_restore.py`
counts.
"""

import argparse
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from bench.floors import Figure, add_options, settle
from bench.own_pages import OwnPage, own_pages
from bench.own_pages_hijacked import injected_pages
from crawler.items import Rejected
from pipelines.outcome import outcome_of
from pipelines.record_json import record_json, rejected_json

RUN: Final = 4  # characters

_UNSEEN: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_ONE_SHAPE: Final = str.maketrans("“”„「」『』‘’。、—―–·•・", '"""""""\'\'.,---...')


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One field of one page.

    Attributes:
        page: its name.
        field: of the printed record.
        right: 1 where the field is right, 0 where it is wrong; of a body its F1.
        want, have: its values.
    """

    page: str
    field: str
    right: float
    want: object
    have: object


def fold(text: str) -> str:
    """One shape for each mark and digit, and no white space.

    >>> fold("“１2，\u3000三。”") == fold("「12, 三.」")
    True
    """
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text).translate(_ONE_SHAPE))


def f1(want: str, have: str) -> float:
    """How far two texts share their runs of four characters: 1 where they are the same, 0 where they share none.

    >>> f1("一二三四五", "一二三四五六七八")
    0.5714285714285714
    """
    wanted, had = _runs(fold(want)), _runs(fold(have))
    return 2 * (wanted & had).total() / (wanted.total() + had.total())


def _runs(text: str) -> Counter[str]:
    return Counter(text[at : at + RUN] for at in range(max(1, len(text) - RUN + 1)))


def check(page: OwnPage) -> Iterable[Checked]:
    """Clean a page and hold every known field against what came out."""
    record = _record(page)
    for name, want in page.expected.items():
        have = record[name]
        if name == "body" and isinstance(want, list) and isinstance(have, list):
            right = f1("\n".join(want), "\n".join(have))
        else:
            right = float(_folded(want) == _folded(have))
        yield Checked(page=page.name, field=name, right=right, want=want, have=have)


def _record(page: OwnPage) -> Mapping[str, object]:
    result = outcome_of(page.capture)
    if isinstance(result, Rejected):
        return {**rejected_json(result, page.capture.url), "rejected": str(result.reason)}
    return record_json(result.record)


def verdicts(pages: Iterable[OwnPage]) -> Iterable[Figure]:
    """The hijack verdict on the clean pages after every way of injecting, and after what honest pages do too."""
    right: dict[str, list[bool]] = {}
    for injected in injected_pages(list(pages)):
        result = outcome_of(injected.page.capture)
        verdict = result.verdict if isinstance(result, Rejected) else result.record.verdict
        hijacked = injected.page.expected["hijacked"]
        kind = "honest left alone" if not hijacked else "fresh campaigns found" if injected.fresh else "campaigns found"
        right.setdefault(kind, []).append((verdict is not None and verdict.hijacked) == hijacked)
    for kind, each in right.items():
        yield Figure(name=kind, value=fmean(each))


def _folded(value: object) -> object:
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, list):
        return [_folded(item) for item in value]
    return {key: _folded(item) for key, item in value.items()} if isinstance(value, dict) else value


def _apart(one: object, other: object) -> object:
    """Of two values the first, of two lists what only the first holds."""
    if isinstance(one, list) and isinstance(other, list):
        return [item for item in one if item not in other] or f"{len(one)} items"
    return one


def main() -> int:
    """Print, compare with the floors, pin when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="print every field that is wrong")
    add_options(parser)
    options = parser.parse_args()
    by_field: dict[str, list[Checked]] = {}
    pages = list(own_pages())
    for page in pages:
        for checked in check(page):
            by_field.setdefault(checked.field, []).append(checked)
            if options.show and checked.right < 1:
                print(f"{checked.page} {checked.field}")
                print(f"  want {_apart(checked.want, checked.have)}\n  have {_apart(checked.have, checked.want)}")
    figures = [Figure(name=name, value=fmean(one.right for one in each)) for name, each in by_field.items()]
    figures += verdicts(pages)
    return settle("pages", figures, pin=options.pin, lower=options.lower)


if __name__ == "__main__":
    sys.exit(main())

"""How well real pages with known answers are read, where somebody has them: they are their publishers' and not ours.

    EVAL_PAGES=DIR .venv/bin/python bench/score_real.py      print the figures; exit 1 where one is below its floor
    .venv/bin/python bench/score_real.py                     says that there are none, and is content

DIR holds sets: folders with a `manifest.jsonl`, one page a line: `file`, `url`, and what is known of it among `body`
(with `body_kind`), `title` or `title_silver`, `date`, `source` or `source_silver`, `encoding`. Every page is cleaned;
the body's figure is the F1 of `score_pages.py`, the others are shares of pages on which the answer is right.

The floors in `bench/floors.json` lie a little under what was measured, because some of the answers are arguable.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from bench.floors import Figure, add_options, settle
from bench.score_pages import f1, fold
from crawler.items import Capture, Rejected
from pipelines.outcome import outcome_of

# A body that is complete, whoever found it: the beginnings and phrases of other sets say nothing of what is too much.
_WHOLE: Final = frozenset({"gold", "silver", "tool-output"})
_DAY: Final = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})")


def figures(folder: Path) -> list[Figure]:
    """What is right, over all sets below a folder."""
    right: dict[str, list[float]] = {}
    for manifest in sorted(folder.glob("*/manifest.jsonl")):
        for line in manifest.read_text("utf-8").splitlines():
            for name, value in _checked(manifest.parent, json.loads(line)):
                right.setdefault(name, []).append(value)
    return [Figure(name=name, value=fmean(values)) for name, values in right.items()]


def _checked(folder: Path, known: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    raw = (folder / known["file"]).read_bytes()
    result = outcome_of(Capture(url=known.get("url") or "", body=raw, fetched_at=datetime.now(UTC)))
    record = None if isinstance(result, Rejected) else result.record
    if known.get("body") and known.get("body_kind") in _WHOLE:
        yield "body", f1(known["body"], "\n".join(record.body)) if record else 0.0
    answers = (
        ("headline", known.get("title") or known.get("title_silver"), record and record.headline),
        ("source", known.get("source") or known.get("source_silver"), record and record.source),
        ("date", _day(known.get("date")), _day(record.published_at if record else None)),
    )
    for name, want, have in answers:
        if want:
            yield name, float(fold(want) == fold(have or ""))
    if known.get("encoding"):
        encoding = record.encoding if record else result.encoding if isinstance(result, Rejected) else None
        yield "encoding", float(_reads_alike(raw, encoding, known["encoding"]))


def _day(value: str | None) -> str | None:
    found = _DAY.search(value or "")
    return "-".join(f"{int(part):02d}" for part in found.groups()) if found else None


def _reads_alike(raw: bytes, encoding: str | None, known: str) -> bool:
    try:
        return fold(raw.decode(encoding or "ascii", "replace")) == fold(raw.decode(known, "replace"))
    except LookupError:
        return False


def main() -> int:
    """Print, compare with the floors, pin when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    options = parser.parse_args()
    folder = os.environ.get("EVAL_PAGES")
    if not folder:
        print("real pages: none here (EVAL_PAGES names no folder of sets); skipped")
        return 0
    found = figures(Path(folder))
    if not found:
        print(f"real pages: no manifest.jsonl below {folder}; skipped")
        return 0
    return settle("real", found, pin=options.pin, lower=options.lower)


if __name__ == "__main__":
    sys.exit(main())

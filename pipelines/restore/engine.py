"""Damaged text in, the author's text out: `restore(text)`, and `restore_fields` for the parts of one page.

The order matters: a run of shifted bytes is repaired while its notes still stand, because they prove the repair; the
script is converted after that, because converting changes the bytes; punctuation comes last, because a stray `?` is
evidence until then.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from crawler.items import Evidence, Note
from pipelines.notes import Change, Rule, run
from pipelines.restore import runs
from pipelines.restore.classify import Page, classify
from pipelines.restore.pinyin import strip_from_letters, strip_notes
from pipelines.restore.scorer import scorer
from pipelines.restore.script import convert
from pipelines.restore.tables import HAN, script
from pipelines.restore.width import widen

STEP: Final = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What kind of damage was found.

    Attributes:
        kind: `clean`, `annotated` (converted, with pinyin notes), `converted` (without).
        evidence: why.
    """

    kind: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A restored text.

    Attributes:
        text: what the author wrote, as far as it can be known.
        notes: every change, in order; `pipelines.notes.replay` leads from the given text to `text`.
        verdict: what was found.
    """

    text: str
    notes: tuple[Note, ...] = field(default=(), repr=False)
    verdict: Verdict


def restore(text: str) -> Restored:
    """Restore a whole text, of one or more lines; a clean text comes out as it is."""
    page = classify([text])
    verdict = Verdict(kind=page.kind, evidence=page.evidence)
    if not page.is_converted:
        return Restored(text=text, verdict=verdict)
    restored, notes = run(text, (_HEADER, *RULES), page, step=STEP, where="text")
    return Restored(text=restored, notes=tuple(notes), verdict=verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredFields:
    """The restored parts of one page.

    Attributes:
        texts: as many as were given, in the same order.
        notes: every change, field by field.
        verdict: the page's.
    """

    texts: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    verdict: Verdict


def restore_fields(fields: Sequence[tuple[str, str]]) -> RestoredFields:
    """Restore the fields of one page, which share its verdict.

    Args:
        fields: (name for the notes, text).
    """
    page = classify([text for _, text in fields])
    return restore_on(page, fields)


def restore_on(page: Page, fields: Sequence[tuple[str, str]]) -> RestoredFields:
    """Restore fields under a verdict that was reached before, also from other texts than these."""
    verdict = Verdict(kind=page.kind, evidence=page.evidence)
    if not page.is_converted:
        return RestoredFields(texts=tuple(text for _, text in fields), verdict=verdict)
    texts: list[str] = []
    notes: list[Note] = []
    for name, text in fields:
        restored, found = run(text, RULES, page, step=STEP, where=name)
        texts.append(restored)
        notes += found
    return RestoredFields(texts=tuple(texts), notes=tuple(notes), verdict=verdict)


def drop_header(text: str, _: Page) -> Iterator[Change]:
    """Drop a first line that was never converted: a spam header, put there after the converter ran."""
    end = text.find("\n")
    line = text[:end] if end >= 0 else ""
    tables = script()
    segments = [part for part in _SEPARATOR.split(line) if part.strip()]
    simplified = {char for char in line if char in tables.converted}
    if len(segments) >= 3 and len(simplified) >= 2 and not any(char in tables.simplified for char in line):
        yield Change(0, end + 1, "")


_SEPARATOR: Final = re.compile(r"[_,|•\-]| I ")


def repair_runs(text: str, page: Page) -> Iterator[Change]:
    """Repair runs of shifted bytes; see `pipelines.restore.runs`."""
    if runs.is_broken(text):
        for found in runs.mend(text, page.facts, scorer(page.sample)):
            yield Change(found.start, found.end, found.after, found.margin, found.doubtful)


def drop_hidden(text: str, _: Page) -> Iterator[Change]:
    """Drop the converter's hidden byte, where it is still there; any control character can be it."""
    for found in _HIDDEN.finditer(text):
        yield Change(*found.span(), "")


_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")


def join_label(text: str, _: Page) -> Iterator[Change]:
    """Close up a short line whose characters are spaced: 分 享 至 手 機."""
    for found in _SPACED.finditer(text):
        yield Change(*found.span(), re.sub(r"[ \u3000\xa0]", "", found[0]))


_SPACED: Final = re.compile(rf"^[{HAN}](?:[ \u3000\xa0][{HAN}]){{2,11}}$", re.MULTILINE)

_HEADER: Final = Rule(name="spam-header", find=drop_header)

RULES: Final[tuple[Rule[Page], ...]] = (
    Rule(name="hidden-byte", find=drop_hidden),
    Rule(name="byte-run", find=repair_runs),
    Rule(name="pinyin-note", find=strip_notes),
    Rule(name="pinyin-note", find=strip_from_letters),
    Rule(name="script", find=convert),
    Rule(name="width", find=widen),
    Rule(name="spaced-label", find=join_label),
)

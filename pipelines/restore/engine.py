"""Damaged text in, the author's text out: `restore(text)`, and `restore_fields` for the parts of one page.

The order matters: a run of shifted bytes is repaired while its notes still stand, because they prove the repair; the
script is converted after that, because converting changes the bytes; punctuation comes last, because a stray `?` is
evidence until then.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from crawler.items import Evidence, Note
from pipelines.notes import Change, Notes, Rule, change, run
from pipelines.restore import leftovers, others, runs
from pipelines.restore.classify import classify
from pipelines.restore.page import ANNOTATED, CONVERTED, MISREAD, SPRINKLED, TONELESS, Page
from pipelines.restore.pinyin import strip_from_letters, strip_notes
from pipelines.restore.scorer import scorer
from pipelines.restore.script import CLAUSE, convert
from pipelines.restore.tables import script
from pipelines.restore.width import widen

STEP: Final = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What kind of damage was found.

    Attributes:
        kind: as in `pipelines.restore.page.Page`.
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
    notes: Sequence[Note] = field(default=(), repr=False)
    verdict: Verdict


def restore(text: str) -> Restored:
    """Restore a whole text, of one or more lines; a clean text comes out as it is."""
    page = classify([text])
    verdict = Verdict(kind=page.kind, evidence=page.evidence)
    rules = RULES.get(page.kind, ())
    if not rules:
        return Restored(text=text, verdict=verdict)
    first = (_HEADER,) if page.is_converted else ()
    restored, notes = run(text, (*first, *rules), page, step=STEP, where="text")
    return Restored(text=restored, notes=Notes(notes), verdict=verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredFields:
    """The restored parts of one page.

    Attributes:
        texts: as many as were given, in the same order.
        notes: every change, field by field.
        verdict: the page's.
    """

    texts: tuple[str, ...]
    notes: Sequence[Note] = ()
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
    rules = RULES.get(page.kind, ())
    if not rules:
        return RestoredFields(texts=tuple(text for _, text in fields), verdict=verdict)
    texts: list[str] = []
    notes: list[Any] = []
    for name, text in fields:
        restored, found = run(text, rules, page, step=STEP, where=name)
        texts.append(restored)
        notes += found
    return RestoredFields(texts=tuple(texts), notes=Notes(notes), verdict=verdict)


def drop_header(text: str, _: Page) -> Iterator[Change]:
    """Drop a first line that was never converted: a spam header, put there after the converter ran."""
    end = text.find("\n")
    line = text[:end] if end >= 0 else ""
    segments = [part for part in _SEPARATOR.split(line.replace(" I ", "|")) if part.strip()]
    if len(segments) >= 3:
        tables, chars = script(), set(line)
        if len(chars & tables.converted) >= 2 and chars.isdisjoint(tables.simplified):
            yield change(0, end + 1, "")


_SEPARATOR: Final = re.compile(r"[_,|•\-]")


def repair_runs(text: str, page: Page) -> Iterator[Change]:
    """Repair runs of shifted bytes; see `pipelines.restore.runs`."""
    for found in runs.mend(text, page.facts, scorer(page.sample)):
        yield found.start, found.end, found.after, found.margin, found.doubtful


_HEADER: Final = Rule(name="spam-header", find=drop_header)

# in this order: what hides runs, runs, what reads better once they are repaired
_CONVERTER: Final[tuple[Rule[Page], ...]] = (
    Rule(name="hidden-byte", find=leftovers.drop_hidden, signs=leftovers.FOREIGN),
    Rule(name="emoji", find=leftovers.drop_emoji, signs=leftovers.FOREIGN),
    Rule(name="byte-run", find=repair_runs, signs=runs.SPOT),
    Rule(name="pinyin-note", find=strip_notes),
    Rule(name="pinyin-note", find=strip_from_letters),
    Rule(name="tag-rest", find=leftovers.drop_tag_rests, signs=leftovers.RESTS),
    Rule(name="entity", find=leftovers.read_entities, signs=leftovers.RESTS),
    Rule(name="line-end", find=leftovers.read_line_ends, signs=leftovers.RESTS),
    Rule(name="invisible", find=leftovers.drop_invisible, signs=leftovers.RESTS),
    Rule(name="private-use", find=leftovers.drop_private, signs=leftovers.RESTS),
    Rule(name="orphan", find=leftovers.show_orphans, signs=leftovers.RESTS),
    Rule(name="compatibility", find=leftovers.make_ordinary, signs=leftovers.RESTS),
    Rule(name="script", find=convert, parts=CLAUSE),
    Rule(name="doubled-mark", find=leftovers.undouble),
    Rule(name="space", find=leftovers.read_spaces, signs=leftovers.ASKED),
    Rule(name="space", find=leftovers.drop_beside_spaces, signs=leftovers.ASKED),
    Rule(name="width", find=widen),
    Rule(name="spaced-label", find=leftovers.join_label, signs=leftovers.SPACED),
)

RULES: Final[dict[str, tuple[Rule[Page], ...]]] = {
    ANNOTATED: _CONVERTER,
    CONVERTED: _CONVERTER,
    TONELESS: (Rule(name="pinyin-note", find=leftovers.strip_toneless),),
    SPRINKLED: (Rule(name="emoji", find=leftovers.drop_emoji),),
    MISREAD: (Rule(name="encoding", find=others.reread),),
}
"""The rules by the kind of damage; a page that is clean or lost has none."""

"""What `repost explain` prints: every change made to a page, and every decision with what it stands on."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from archive.read import StoredArticle, StoredCapture
from archive.replay import Unplayable, noted_texts, states
from crawler.items import Evidence, Note, Record

CONTEXT = 8  # characters shown on each side of a change
SHOWN_LINKS = 10  # spam links named; the count says how many there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One note with the text around it as it stood then; both sides empty where that text is not kept."""

    note: Note
    left: str = ""
    right: str = ""


def changes(record: Record) -> Iterator[Change]:
    """The notes of a record: those about the page as a whole first, then text by text in reading order."""
    replayed: list[Change] = []
    for text in noted_texts(record):
        befores = [text.raw]
        try:
            befores.extend(states(text.raw, text.notes))
        except Unplayable:
            befores = []  # `repost check` reports it; the notes are shown all the same
        replayed.extend(
            _in_context(note, befores[number]) if befores else Change(note=note)
            for number, note in enumerate(text.notes)
        )
    shown = {id(change.note) for change in replayed}
    yield from (Change(note=note) for note in record.notes if id(note) not in shown)
    yield from replayed


def explain_lines(article: StoredArticle) -> Iterator[str]:
    """How one article came to look as it does."""
    record = article.record
    yield f"article {article.id}, version {article.version}: {record.headline}"
    yield record.url
    yield ""
    yield from _decision("encoding", record.encoding, record.encoding_evidence)
    yield from _decision("hijacked", "yes" if record.verdict.hijacked else "no", record.verdict.evidence)
    if record.verdict.spam_title:
        yield f"  injected title: {record.verdict.spam_title}"
    for link in record.verdict.links[:SHOWN_LINKS]:
        yield f"  spam link ({link.hidden_by}): {link.anchor} -> {mask(link.domain)}"
    if (rest := record.verdict.link_count - len(record.verdict.links[:SHOWN_LINKS])) > 0:
        yield f"  {rest} more spam links"
    yield from _decision("damage", record.damage, record.damage_evidence)
    if not record.notes:
        yield "no text was changed"
    for place, group in groupby(changes(record), key=lambda change: change.note.where):
        yield ""
        yield place
        for change in group:
            yield f"  {_change_line(change)}"


def explain_json(article: StoredArticle) -> Iterator[dict[str, object]]:
    """The same for programs: each decision with its evidence, then each note."""
    record = article.record
    for name, result, evidence in (
        ("encoding", record.encoding, record.encoding_evidence),
        ("hijacked", "yes" if record.verdict.hijacked else "no", record.verdict.evidence),
        ("damage", str(record.damage), record.damage_evidence),
    ):
        yield {"decision": name, "result": result, "evidence": [dataclasses.asdict(item) for item in evidence]}
    for note in record.notes:
        yield note._asdict()


def explain_rejection_lines(stored: StoredCapture) -> Iterator[str]:
    """Why one capture gives no article."""
    yield f"capture {stored.id}: {stored.reason or stored.outcome or 'not decided yet'}: {stored.detail or ''}".rstrip(
        " :"
    )
    yield stored.capture.url
    if stored.evidence:
        yield from _decision("hijacked", "seen", stored.evidence)


def mask(domain: str) -> str:
    """A spam domain that nothing can make a link of.

    >>> mask("spam.example")
    'spam[.]example'
    """
    return domain.replace(".", "[.]")


def _decision(name: str, result: str, evidence: Sequence[Evidence]) -> Iterator[str]:
    yield f"{name}: {result}"
    for item in evidence:
        yield f"  {item.weight:g}  {item.kind}: {item.detail}"


def _in_context(note: Note, text: str) -> Change:
    end = note.at + len(note.before)
    return Change(note=note, left=text[max(0, note.at - CONTEXT) : note.at], right=text[end : end + CONTEXT])


def _change_line(change: Change) -> str:
    note = change.note
    before = f"{change.left}[{note.before}]{change.right}"
    after = f"{change.left}[{note.after}]{change.right}"
    confidence = "" if note.confidence is None else f", margin {note.confidence:.2f}"
    doubtful = ", doubtful" if note.doubtful else ""
    return f"{note.at}: {before} → {after}  ({note.step}: {note.rule}{confidence}{doubtful})"

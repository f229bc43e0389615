"""The page of one article: what its author wrote, what the page made of it, and how the one came from the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from archive.connect import Archive
from archive.errors import ArchiveError
from archive.families.read import families_of
from archive.history import history
from archive.read import StoredArticle, article, capture
from archive.replay import NotedText, noted_texts
from crawler.items import Record
from reader.diff import abridged
from reader.history import Step, steps
from reader.web.answers import Download, NotFound, Page
from reader.web.marks import Piece, pieces
from reader.web.text import LONGEST_LINE, LONGEST_TEXT, cut

VIEWS: Final = {"repairs": "Repairs marked", "text": "Text only", "raw": "Beside the page's own"}
MOST_MARKS: Final = 4_000  # of one page; more make a browser slow, and no reader looks at so many
MOST_LOOKS: Final = 50
SHOWN_LINKS: Final = 50  # spam domains of one article


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of an article as it is shown.

    Attributes:
        place: `headline`, `body/3` …
        pieces: in reading order.
        changed: whether restoring changed it.
    """

    place: str
    pieces: tuple[Piece, ...]
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How often a rule was at work."""

    rule: str
    count: int


def page(db: Archive, which: str, arguments: Mapping[str, str]) -> Page:
    """An article, by its id; `version` and `view` of the arguments choose what is shown of it.

    Raises:
        NotFound: there is no such article, or no such version of it.
    """
    found = _article(db, which, arguments.get("version"))
    record = found.record
    texts, left_out = _texts(record)
    view = arguments.get("view", "")
    return Page(
        template="article.html",
        context={
            "article": found,
            "record": record,
            "headline": texts[0],
            "paragraphs": texts[1:],
            "left_out": left_out,
            "chosen_version": found.version if "version" in arguments else None,
            "view": view if view in VIEWS else "repairs",
            "views": VIEWS,
            "fields": list(_fields(record)),
            "rules": [
                RuleCount(rule=rule, count=count) for rule, count in record.repairs.items() if rule != "doubtful"
            ],
            "doubtful": record.repairs.get("doubtful", 0),
            "changed": any(text.changed for text in texts),
            "withdrawn": not any(version.present for version in found.versions),
            "family_ids": families_of(db, found.id),
            "history": list(_history(db, found.id)),
            "looks_left_out": max(0, len(found.captures) - MOST_LOOKS),
            "spam_links": record.verdict.links[:SHOWN_LINKS],
        },
    )


def raw(db: Archive, capture_id: int) -> Download:
    """A page's bytes as they were fetched.

    Raises:
        NotFound: there is no such capture.
        Unpackable: they are damaged.
    """
    try:
        stored = capture(db, capture_id)
    except ArchiveError as error:
        raise NotFound(str(error)) from error
    return Download(name=f"capture-{capture_id}.bin", body=stored.capture.body)


def _history(db: Archive, article_id: int) -> Iterator[Step]:
    """The newest looks at the article, the newest first; the changes between them shortened to what is around them."""
    told = history(db, str(article_id))
    recent = replace(told, looks=told.looks[-MOST_LOOKS:])
    for step in reversed(list(steps(db, recent))):
        changes = (replace(change, spans=tuple(abridged(change.spans))) for change in step.changes)
        yield replace(step, changes=tuple(changes))


def _article(db: Archive, which: str, version: str | None) -> StoredArticle:
    if version is not None and not (version.isascii() and version.isdigit() and len(version) < 10):
        raise NotFound(f"no version {version}: versions have numbers")
    try:
        return article(db, which, version=None if version is None else int(version))
    except ArchiveError as error:
        raise NotFound(str(error)) from error


def _texts(record: Record) -> tuple[list[Text], int]:
    """The headline and the paragraphs, and how many paragraphs are left out of a text that is too long for a page."""
    shown: list[Text] = []
    characters = marks = 0
    for noted in noted_texts(record):
        text = _text(noted, marked=marks < MOST_MARKS)
        characters += sum(len(piece.raw) + len(piece.text) for piece in text.pieces)
        if shown and characters > LONGEST_TEXT:
            break
        marks += sum(1 for piece in text.pieces if piece.notes)
        shown.append(text)
    return shown, max(0, len(record.body) - (len(shown) - 1))


def _text(noted: NotedText, *, marked: bool) -> Text:
    raw, restored = noted.raw, noted.restored
    longest = LONGEST_LINE if noted.place == "headline" else LONGEST_TEXT // 4
    if not marked or max(len(raw), len(restored)) > longest:
        short = Piece(raw=cut(raw, longest), text=cut(restored, longest))
        return Text(place=noted.place, pieces=(short,), changed=raw != restored)
    return Text(place=noted.place, pieces=pieces(raw, restored, noted.notes), changed=raw != restored)


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    """Label and value of what is known about the article; values are archived text."""
    named = {
        "Published": record.published_at or record.published_raw,
        "Source": record.source,
        "Authors": "、".join(record.authors),
        **{credit.role: "、".join(credit.names) for credit in record.credits},
        "Section": " › ".join(record.breadcrumb),
        "Site's name": record.site_name,
        "Views": None if record.view_count is None else f"{record.view_count:,}",
    }
    yield from ((label, value) for label, value in named.items() if value)

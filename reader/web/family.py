"""The pages of families: the list, and of one who has it, since when, from whom, and what each copy changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from archive.connect import Archive
from archive.errors import ArchiveError
from archive.families.read import Family, Filled, Member, families, family
from pipelines.script import fold_script
from reader.collate import collate
from reader.diff import Kind, Span, abridged, differences
from reader.families import chain_of, origin_of
from reader.web.answers import NotFound, Page
from reader.web.spread import Taking, drawing, name_of
from reader.web.text import LONGEST_TEXT

LISTED: Final = 100  # families
MOST_MEMBERS: Final = 200  # of one family that are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two members side by side.

    Attributes:
        headline, body: what leads from the one's text to the other's; empty where they say the same.
        added, removed: characters.
    """

    before: Member
    after: Member
    headline: tuple[Span, ...]
    body: tuple[Span, ...]
    added: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of the text that all copies give together.

    Attributes:
        text: as it stands there.
        filled: where the base had something else: what, and who has which.
    """

    text: str
    filled: Filled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The collation of a family, with names for versions.

    Attributes:
        base: the copy whose wording it follows.
        witnesses: how many copies were compared.
        filled: how many places are not the base's.
        paragraphs: in reading order.
    """

    base: Member
    witnesses: int
    filled: int
    paragraphs: tuple[tuple[Place, ...], ...]


def list_page(db: Archive) -> Page:
    """The families, the largest first."""
    found = list(islice(families(db), LISTED + 1))
    return Page(template="families.html", context={"families": found[:LISTED], "more": len(found) > LISTED})


def page(db: Archive, family_id: int, arguments: Mapping[str, str]) -> Page:
    """One family; `a` and `b` of the arguments are the members to compare.

    Raises:
        NotFound: there is none, or no such member.
    """
    try:
        found = family(db, family_id)
    except ArchiveError as error:
        raise NotFound(str(error)) from error
    members = found.members[:MOST_MEMBERS]
    takings = tuple(_takings(found, members))
    before, after = _chosen(found.members, arguments)
    return Page(
        template="family.html",
        context={
            "family": found,
            "members": members,
            "by_id": {member.article_id: member for member in found.members},
            "origin": origin_of(members),
            "taken": {taking.article_id: taking for taking in takings},
            "drawing": drawing(found.members, takings),
            "compared": _compared(before, after),
            "together": _together(found),
            "name_of_version": {member.version_id: name_of(member) for member in found.members},
        },
    )


def _together(found: Family) -> Together:
    made = collate(found)
    base = next(member for member in found.members if member.version_id == made.base_id)
    notes: defaultdict[str, list[Filled]] = defaultdict(list)
    for note in made.notes:
        notes[note.place].append(note)
    return Together(
        base=base,
        witnesses=len(made.witnesses),
        filled=len(made.notes),
        paragraphs=tuple(
            tuple(_places(paragraph, notes[f"body/{number}"])) for number, paragraph in enumerate(base.record.body)
        ),
    )


def _places(paragraph: str, filled: Sequence[Filled]) -> Iterator[Place]:
    at = 0
    for each in sorted(filled, key=lambda each: each.at):
        yield Place(text=paragraph[at : each.at])
        yield Place(text=each.after, filled=each)
        at = each.at + len(each.before)
    yield Place(text=paragraph[at:])


def _takings(found: Family, members: Sequence[Member]) -> Iterator[Taking]:
    """From whom each member took the story, as far as can be told: as it says itself, else by the nearest words."""
    nearest = {frozenset((link.article_id, link.other_id)): link.jaccard for link in found.links}
    for number, (member, taken) in enumerate(zip(members, chain_of(members), strict=True)):
        if taken.from_id is not None:
            yield Taking(article_id=member.article_id, from_id=taken.from_id, declared=True)
            continue
        pairs = {other.article_id: frozenset((other.article_id, member.article_id)) for other in members[:number]}
        linked = {other: nearest[pair] for other, pair in pairs.items() if pair in nearest}
        if linked:  # of equals the first to have it
            yield Taking(article_id=member.article_id, from_id=max(linked, key=linked.__getitem__), declared=False)


def _chosen(members: Sequence[Member], arguments: Mapping[str, str]) -> tuple[Member, Member]:
    by_id = {str(member.article_id): member for member in members}
    before = by_id.get(arguments.get("a", str(members[0].article_id)))
    after = by_id.get(arguments.get("b", str(members[-1].article_id)))
    if before is None or after is None:
        raise NotFound("no such member of this family to compare")
    return before, after


def _compared(before: Member, after: Member) -> Comparison:
    old, new = ("\n".join(member.record.body)[:LONGEST_TEXT] for member in (before, after))
    headline = differences(before.record.headline[:1_000], after.record.headline[:1_000], fold=fold_script)
    body = differences(old, new, fold=fold_script)
    return Comparison(
        before=before,
        after=after,
        headline=_changed(headline),
        body=_changed(body),
        added=sum(len(span.text) for span in body if span.kind is Kind.ADDED),
        removed=sum(len(span.text) for span in body if span.kind is Kind.REMOVED),
    )


def _changed(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(abridged(spans)) if any(span.kind is not Kind.SAME for span in spans) else ()

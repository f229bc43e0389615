"""Families read: reposts of one original, with their members and what joins them.

How families come about is in `archive.families.index` (the index and the hook of every write) and
`archive.families.grouping` (which articles belong together); what an analyst concludes from one (likely origin, chain
of declared sources, what each member changed) is in `reader.families`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.read import record_of_version
from archive.rows import Row
from crawler.items import Record

COPY = "copy"
COLLECTION = "collection"

_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyLine:
    """One family in a list.

    Attributes:
        id: the family's; it stays the same as long as the family has two members.
        members: how many articles, collections included.
        collections: how many of them embed it among other stories.
        sites: how many sites they stand on.
        first_at, last_at: when the first and the last member appeared: `Member.appeared_at`.
        headline, url, source: of the member that appeared first.
        hijacked: how many members stand on a hijacked page.
    """

    id: int
    members: int
    collections: int
    sites: int
    first_at: str
    last_at: str
    headline: str
    url: str
    source: str | None
    hijacked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One article of a family, as its present version stands.

    Attributes:
        role: `copy`, or `collection`: it embeds this story among others.
        appeared_at: the time it was published by its own account, else when it was first seen here; ISO 8601. A date
            alone stands where the page gives no more.
        dated: whether that is its own account.
        words: how many characters its comparable text has.
        record: the present version's.
    """

    article_id: int
    version_id: int
    site: str
    url_key: str
    role: str
    appeared_at: str
    dated: bool
    first_seen: str
    words: int
    record: Record = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two articles that were compared word by word and found to have the same text.

    Attributes:
        article_id, other_id: for `same` the lower id first; for `contains` the article that holds the other one.
        kind: `same`, or `contains` where the other is far shorter.
        share: of the shorter text's characters, those in passages that both have; 0 to 1.
        jaccard: the shingles that both have, of all that either has; 0 to 1.
        characters: how many characters those passages have.
    """

    article_id: int
    other_id: int
    kind: str
    share: float
    jaccard: float
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What became of a family at one time.

    Attributes:
        event: `begun`, `joined`, `left`, `merged` (into `other_id`), `split` (off from `other_id`) or `ended`.
        article_id: who joined or left.
    """

    at: str
    event: str
    article_id: int | None
    other_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family.

    Attributes:
        aliases: the ids of families that became part of it.
        members: in the order in which they appeared; the first is the earliest known copy.
        links: what joins them.
        history: what became of it, the oldest first.
    """

    id: int
    aliases: tuple[int, ...]
    members: tuple[Member, ...]
    links: tuple[Link, ...] = field(repr=False)
    history: tuple[Event, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One place where a collation is not its base.

    Attributes:
        place: `body/3`: paragraph of the base, from 0.
        at: offset in characters into that paragraph as the base has it.
        before: what the base has there.
        after: what stands there now.
        cause: why the base is not believed: `lost` or `doubtful`.
        witnesses: the versions that have `after`.
        against: those that have something else there, the base first.
    """

    place: str
    at: int
    before: str
    after: str
    cause: str
    witnesses: tuple[int, ...]
    against: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collation:
    """The text that the copies of a family give together (`reader.collate`).

    Attributes:
        base_id: the version whose wording it follows.
        witnesses: the versions that were compared, the base first.
        body: the paragraphs.
        notes: the places where they are not the base's, in reading order.
        made_at: when it was stored, ISO 8601 in UTC; None: it was not.
    """

    family_id: int
    base_id: int
    witnesses: tuple[int, ...]
    body: tuple[str, ...] = field(repr=False)
    notes: tuple[Filled, ...] = field(repr=False)
    made_at: str | None = None


def families(db: Database, *, min_size: int = 2, limit: int | None = None) -> Iterator[FamilyLine]:
    """The families, the largest first.

    Args:
        db: the archive.
        min_size: only those with at least so many members.
        limit: at most so many.
    """
    rows = db.query(
        """
        SELECT family_id AS id, count(*) AS members, count(DISTINCT site) AS sites,
            count(*) FILTER (WHERE role = 'collection') AS collections
        FROM family_members JOIN articles ON articles.id = family_members.article_id
        GROUP BY family_id HAVING count(*) >= :min_size
        ORDER BY members DESC, id LIMIT :limit
        """,
        {"min_size": min_size, "limit": -1 if limit is None else limit},
    )
    for row in rows:
        yield _line(db, row)


def _line(db: Database, row: Row) -> FamilyLine:
    members = sorted(
        db.query(
            """
            SELECT articles.id AS article_id, headline, url, source, hijacked, published_at, first_seen
            FROM family_members JOIN articles ON articles.id = family_members.article_id
            JOIN versions ON versions.id = articles.version_id
            WHERE family_id = ?
            """,
            (row["id"],),
        ),
        key=lambda member: (moment(_appeared_at(member)), member["article_id"]),
    )
    first = members[0]
    return FamilyLine(
        **row,
        first_at=_appeared_at(first),
        last_at=_appeared_at(members[-1]),
        headline=first["headline"],
        url=first["url"],
        source=first["source"],
        hijacked=sum(member["hijacked"] for member in members),
    )


def families_of(db: Database, article_id: int) -> tuple[int, ...]:
    """The ids of the families that an article belongs to: none, one, or several for a collection."""
    query = "SELECT family_id FROM family_members WHERE article_id = ? ORDER BY family_id"
    return tuple(family_id for (family_id,) in db.execute(query, (article_id,)))


def present_id(db: Database, family_id: int) -> int:
    """The id under which a family goes now, by that or an older one.

    Raises:
        ArchiveError: there is no such family, or its members have parted.
    """
    asked = family_id
    while True:  # ends: a family only ever becomes part of one that is still there
        row = next(db.query("SELECT ended_at, merged_into FROM families WHERE id = ?", (family_id,)), None)
        if row is None:
            raise ArchiveError(f"no family {asked}")
        if row["ended_at"] is None:
            return family_id
        if row["merged_into"] is None:
            raise ArchiveError(f"family {asked} ended on {row['ended_at']}: its members have parted")
        family_id = row["merged_into"]


def family(db: Database, family_id: int) -> Family:
    """One family, by its present id or an older one.

    Raises:
        ArchiveError: there is no such family, or its members have parted.
    """
    family_id = present_id(db, family_id)
    return Family(
        id=family_id,
        aliases=tuple(_aliases(db, family_id)),
        members=_members(db, family_id),
        links=tuple(_links(db, family_id)),
        history=tuple(
            Event(**row)
            for row in db.query(
                "SELECT at, event, article_id, other_id FROM family_history WHERE family_id = ? ORDER BY id",
                (family_id,),
            )
        ),
    )


def _aliases(db: Database, family_id: int) -> Iterator[int]:
    query = """
        WITH RECURSIVE older (id) AS (
            SELECT id FROM families WHERE merged_into = ?
            UNION SELECT families.id FROM families JOIN older ON merged_into = older.id
        )
        SELECT id FROM older ORDER BY id
    """
    for (alias,) in db.execute(query, (family_id,)):
        yield alias


def _members(db: Database, family_id: int) -> tuple[Member, ...]:
    rows = db.query(
        """
        SELECT articles.id AS article_id, articles.version_id, articles.site, url_key, role, first_seen,
            coalesce(word_count, 0) AS words
        FROM family_members JOIN articles ON articles.id = family_members.article_id
        LEFT JOIN sketches ON sketches.version_id = articles.version_id
        WHERE family_id = ?
        """,
        (family_id,),
    )
    members = [_member(record_of_version(db, row["version_id"]), row) for row in rows]
    return tuple(sorted(members, key=lambda member: (moment(member.appeared_at), member.article_id)))


def _member(record: Record, row: Row) -> Member:
    appeared = _appeared_at({"published_at": record.published_at, "first_seen": row["first_seen"]})
    return Member(**row, appeared_at=appeared, dated=record.published_at is not None, record=record)


def _links(db: Database, family_id: int) -> Iterator[Link]:
    query = """
        SELECT link.* FROM family_members AS one
        JOIN family_links AS link ON link.article_id = one.article_id
        JOIN family_members AS two ON two.article_id = link.other_id AND two.family_id = one.family_id
        WHERE one.family_id = ? ORDER BY link.article_id, link.other_id
    """
    for row in db.query(query, (family_id,)):
        yield Link(**row)


def _appeared_at(row: Row) -> str:
    appeared: str = row["published_at"] or row["first_seen"]
    return appeared


def moment(at: str) -> datetime:
    """A time of appearance as one that can be compared with others.

    A date alone counts as the end of that day in China: who gives the minute is believed to have been earlier than who
    gives the day. What is no time, in an archive that others wrote, comes last.
    """
    try:
        if len(at) == len("2026-02-11"):
            return datetime.combine(date.fromisoformat(at), time(23, 59, 59), _CHINA)
        parsed = datetime.fromisoformat(at)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)

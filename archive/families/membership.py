"""Who is in which family: groups of linked articles, the ids under which they go on, and what became of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from sqlite_utils import Database

from archive.connect import insert
from archive.families.grouping import Edge, Group, group
from archive.families.read import COLLECTION, COPY
from archive.rows import timestamp

Memberships = dict[tuple[int, int], str]
"""(article, family) → role."""


def join(db: Database, article_id: int, linked: Iterable[int]) -> None:
    """Let an article that was just linked to others join their family, or make one with them."""
    if not _joined_at_once(db, article_id, linked):
        regroup(db, {article_id, *linked})


def _joined_at_once(db: Database, article_id: int, linked: Iterable[int]) -> bool:
    """Let an article join the one family that all of its links lead to, where that changes nothing for the others.

    That is so when all of them are copies with the same text; an excerpt or a digest may change what is one story.
    """
    kinds = db.execute(
        "SELECT 1 FROM family_links WHERE (article_id = :id OR other_id = :id) AND kind = 'contains'",
        {"id": article_id},
    )
    if kinds.fetchone():
        return False
    memberships = db.execute(
        """
        SELECT json_group_array(DISTINCT family_id), count(*), min(role) = 'copy' AND max(role) = 'copy'
        FROM family_members WHERE article_id IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(list(linked)),),
    ).fetchone()
    families, count, copies = json.loads(memberships[0]), memberships[1], memberships[2]
    if len(families) != 1 or count != len(set(linked)) or not copies:
        return False
    _enrol(db, article_id, families[0], COPY)
    _tell(db, at=timestamp(datetime.now(UTC)), family_id=families[0], event="joined", article_id=article_id)
    return True


def regroup(db: Database, seeds: Iterable[int]) -> None:
    """Work out anew which families the articles around some others make, and write what differs."""
    at = timestamp(datetime.now(UTC))
    articles = reached(db, seeds)
    before = _memberships(db, articles)
    named = _named(db, group(articles, _edges(db, articles)), before, at)
    after = {
        (article_id, family_id): role
        for each, family_id in named.items()
        for role, ids in ((COPY, each.copies), (COLLECTION, each.collections))
        for article_id in ids
    }
    _end(db, {family_id for _, family_id in before} - set(named.values()), at)
    for article_id, family_id in sorted(before.keys() - after.keys()):
        db.execute("DELETE FROM family_members WHERE article_id = ? AND family_id = ?", (article_id, family_id))
        _tell(db, at=at, family_id=family_id, event="left", article_id=article_id)
    for (article_id, family_id), role in sorted(after.items()):
        if before.get((article_id, family_id)) != role:
            _enrol(db, article_id, family_id, role)
        if (article_id, family_id) not in before:
            _tell(db, at=at, family_id=family_id, event="joined", article_id=article_id)


def reached(db: Database, seeds: Iterable[int]) -> list[int]:
    """Everything that can be reached from some articles along links, the seeds included."""
    query = """
        WITH RECURSIVE reached (id) AS (
            SELECT value FROM json_each(?)
            UNION SELECT other_id FROM reached JOIN family_links ON family_links.article_id = reached.id
            UNION SELECT article_id FROM reached JOIN family_links ON other_id = reached.id
        )
        SELECT id FROM reached ORDER BY id
    """
    return [article_id for (article_id,) in db.execute(query, (json.dumps(sorted(seeds)),))]


def _edges(db: Database, articles: Iterable[int]) -> Iterator[Edge]:
    query = """
        SELECT article_id, other_id, kind, share FROM family_links
        WHERE article_id IN (SELECT value FROM json_each(?))
    """
    for one, other, kind, share in db.execute(query, (json.dumps(list(articles)),)):
        yield Edge(one=one, other=other, kind=kind, share=share)


def _memberships(db: Database, articles: Iterable[int]) -> dict[tuple[int, int], str]:
    query = (
        "SELECT article_id, family_id, role FROM family_members WHERE article_id IN (SELECT value FROM json_each(?))"
    )
    return {(article, family): role for article, family, role in db.execute(query, (json.dumps(list(articles)),))}


def _named(db: Database, groups: Iterable[Group], before: Memberships, at: str) -> dict[Group, int]:
    """Each group's id: that of the oldest family that goes on in it, or a new one.

    A family goes on in the group that has the most of its copies, and where two have as many, in the one with the
    oldest article.
    """
    copies: defaultdict[int, set[int]] = defaultdict(set)
    for (article_id, family_id), role in before.items():
        if role == COPY:
            copies[family_id].add(article_id)
    ordered = sorted(groups, key=lambda each: min(each.copies))
    named: dict[Group, int] = {}
    for family_id, members in sorted(copies.items()):
        heir = max(ordered, key=lambda each: len(each.copies & members), default=None)
        if heir is None or not heir.copies & members:
            continue  # its members have parted
        if heir in named:
            db.execute("UPDATE families SET merged_into = ? WHERE id = ?", (named[heir], family_id))
        named.setdefault(heir, family_id)
    for each in ordered:
        if each not in named:
            named[each] = _begin(db, _parent(each, copies), at)
    return named


def _parent(each: Group, copies: Mapping[int, set[int]]) -> int | None:
    """The family that the most of a new group's copies come from."""
    return max(
        (family for family in copies if copies[family] & each.copies),
        default=None,
        key=lambda family: len(copies[family] & each.copies),
    )


def _begin(db: Database, parent: int | None, at: str) -> int:
    """A new family, perhaps split off from another one; its id."""
    family_id = int(db.execute("INSERT INTO families (begun_at) VALUES (?)", (at,)).lastrowid or 0)
    _tell(db, at=at, family_id=family_id, event="split" if parent else "begun", other_id=parent)
    return family_id


def _end(db: Database, family_ids: Iterable[int], at: str) -> None:
    """Close families that no group goes on; some of them became part of another one."""
    for family_id in sorted(family_ids):
        db.execute("UPDATE families SET ended_at = ? WHERE id = ?", (at, family_id))
        (into,) = db.execute("SELECT merged_into FROM families WHERE id = ?", (family_id,)).fetchone()
        _tell(db, at=at, family_id=family_id, event="merged" if into else "ended", other_id=into)


def _enrol(db: Database, article_id: int, family_id: int, role: str) -> None:
    db.execute("INSERT OR REPLACE INTO family_members VALUES (?, ?, ?)", (article_id, family_id, role))


def _tell(db: Database, **event: object) -> None:
    insert(db, "family_history", event)

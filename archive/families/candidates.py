"""Which filed articles may have a text in common with one: those that share sampled shingles no stranger has.

The work is bounded whatever the archive holds: at most `POSTINGS` articles are looked at for each sampled shingle, at
most `CANDIDATES` are proposed.

Boilerplate is learned from the archive. What many articles have that are not linked to each other (a site's footer, the
introduction of a weekly column, 记者从有关部门获悉) is *widespread*: it proposes nobody, and passages made of it do not
count. Known footers are left out of the words before (`pipelines.fingerprint`), so this is for those that nobody knew.
"""

import json
import struct
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest
from typing import Final

from sqlite_utils import Database

from archive.connect import select
from archive.pack import unpack
from archive.rows import Row

POSTINGS: Final = 50
"""Articles looked at for one shingle, the oldest first: a phrase of every second report says little, and looking at all
of them would cost more with every page kept."""
CANDIDATES: Final = 48
"""Articles compared word by word."""
MEETINGS: Final = 2
"""Sampled shingles that two articles share before they are compared."""
WEIGHT: Final = 0.2
"""What they weigh together, each the less the more articles hold it; a few phrases of every report weigh 0.02 each …"""
MANY: Final = 8
"""… but for articles that share so many: what fifty copies of one text hold weighs no more than such a phrase."""
HINT: Final = 0.05
"""Share of the shorter text's sampled shingles among them; copies with every third character changed share 0.24."""
WITNESSES: Final = 12
"""The oldest holders of a shingle, who tell whether it is boilerplate …"""
ACQUAINTED: Final = 0.6
"""… which it is unless more than this share of their pairs is linked. Holders of a footer are not, but for the few
whose text is hardly more than the footer."""
SETTLED: Final = 2 * WITNESSES
"""Holders of a widespread shingle from which on its first holders need not be compared anew."""

WHOLE: Final = 0.8
"""Share of a text from its first to its last shared shingle."""


@dataclass(frozen=True, kw_only=True)
class Sketched:
    """A stored sketch.

    Attributes:
        hashes: sampled shingle → its first place in the words.
        words: unpacked when they are asked for.
    """

    article_id: int
    algorithm: str
    hashes: Mapping[int, int] = field(repr=False)
    row: Row = field(repr=False)

    @cached_property
    def words(self) -> str:
        """The text as it is compared."""
        return unpack(self.row["words"], self.row["word_bytes"]).decode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that may have a text in common with another one.

    Attributes:
        widespread: sampled shingles that both have and strangers too.
    """

    sketched: Sketched
    widespread: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the index knows of an article.

    Attributes:
        candidates: the most telling first.
        suspects: articles that hold what has only now turned out to be widespread: they may be linked because of it.
    """

    candidates: tuple[Candidate, ...]
    suspects: frozenset[int]


def sketched(article_id: int, row: Row) -> Sketched:
    """A sketch from its row."""
    hashes, places = unpacked(row["hashes"]), unpacked(row["places"])
    return Sketched(
        article_id=article_id,
        algorithm=row["algorithm"],
        hashes=dict(zip(hashes, places, strict=True)),
        row=row,
    )


def packed(numbers: tuple[int, ...]) -> bytes:
    """Numbers as they are stored, four bytes each."""
    return struct.pack(f"<{len(numbers)}I", *numbers)


def unpacked(blob: bytes) -> tuple[int, ...]:
    """The inverse of `packed`."""
    return struct.unpack(f"<{len(blob) // 4}I", blob)


def find(db: Database, page: Sketched) -> Found:
    """Ask the index for the articles that may have a text in common with one.

    A shingle counts the more the fewer articles hold it, so that what is widespread does not crowd out the original.
    """
    holders = _holders(db, page)
    weights: defaultdict[int, float] = defaultdict(float)
    shared: defaultdict[int, set[int]] = defaultdict(set)
    for value, ids in holders.items():
        for other_id in ids:
            weights[other_id] += 1 / len(ids)
            shared[other_id].add(value)
    met = (
        other_id
        for other_id, values in shared.items()
        if len(values) >= MANY or (len(values) >= MEETINGS and weights[other_id] >= WEIGHT)
    )
    known: dict[tuple[int, ...], bool] = {}
    candidates, suspicious = [], set()
    for other_id in nlargest(CANDIDATES, met, key=lambda other_id: (weights[other_id], -other_id)):
        other = sketched(other_id, next(select(db, "SELECT * FROM sketches WHERE article_id = ?", (other_id,))))
        enough = max(MEETINGS, HINT * min(len(page.hashes), len(other.hashes)))
        if other.algorithm != page.algorithm or len(shared[other_id]) < enough:
            continue
        widespread = {value for value in shared[other_id] if _is_widespread(db, holders[value], known)}
        suspicious |= {value for value in widespread if len(holders[value]) < SETTLED}
        if len(shared[other_id]) - len(widespread) >= enough or _is_whole(shared[other_id], page, other):
            candidates.append(Candidate(sketched=other, widespread=frozenset(widespread)))
    suspects = frozenset(other_id for value in suspicious for other_id in holders[value])
    return Found(candidates=tuple(candidates), suspects=suspects)


def _holders(db: Database, page: Sketched) -> dict[int, tuple[int, ...]]:
    """Who else holds a page's sampled shingles, the oldest first; those that nobody does are left out.

    One question for all of them, answered in text: half the time of a question for each.
    """
    query = """
        SELECT value, (
            SELECT group_concat(article_id) FROM (
                SELECT article_id FROM fingerprints WHERE hash = value AND article_id <> :besides
                ORDER BY article_id LIMIT :postings
            )
        ) AS holders FROM json_each(:hashes) WHERE holders IS NOT NULL
    """
    values = {"hashes": json.dumps(list(page.hashes)), "besides": page.article_id, "postings": POSTINGS}
    return {value: tuple(map(int, ids.split(","))) for value, ids in db.conn.execute(query, values)}


def _is_widespread(db: Database, holders: tuple[int, ...], known: dict[tuple[int, ...], bool]) -> bool:
    """Whether those who hold a shingle are strangers to each other."""
    witnesses = holders[:WITNESSES]
    if len(witnesses) < WITNESSES:
        return False
    if witnesses not in known:
        query = """
            SELECT count(*) FROM family_links
            WHERE article_id IN (SELECT value FROM json_each(:ids)) AND other_id IN (SELECT value FROM json_each(:ids))
        """
        (linked,) = db.execute(query, {"ids": json.dumps(witnesses)}).fetchone()
        known[witnesses] = linked <= ACQUAINTED * WITNESSES * (WITNESSES - 1) / 2
    return known[witnesses]


def _is_whole(shared: set[int], page: Sketched, other: Sketched) -> bool:
    """Whether what two articles share is one of them from end to end: a story that many digests embed is no footer."""
    shorter = min(page, other, key=lambda each: each.row["word_count"])
    places = [shorter.hashes[value] for value in shared]
    return bool(max(places) - min(places) >= WHOLE * shorter.row["word_count"])

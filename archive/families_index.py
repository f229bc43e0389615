"""The index of families, which follows every write: it finds an article's reposts and links it to them.

Candidates come from an index of sampled shingles, at most `POSTINGS` for each of at most 1,024 shingles and
`CANDIDATES` in all, so a page costs the same in an archive of a thousand articles and of a million. Each candidate is
then compared word by word (`archive.families_passages`). Which linked articles make a family is decided in
`archive.families_membership`.

Everything here runs inside the transaction of the write that it follows.
"""

import struct
from collections import defaultdict
from collections.abc import Callable, Iterator
from heapq import nlargest
from typing import Final

from sqlite_utils import Database

from archive.connect import transaction
from archive.families import families_of
from archive.families_grouping import CONTAINS, SAME
from archive.families_membership import join, reached, regroup
from archive.families_passages import compare
from archive.pack import pack, unpack
from archive.read import record_of_version
from archive.rows import Row
from crawler.items import Record, Sketch

POSTINGS: Final = 50
"""Articles looked at for one shingle, the oldest first: a phrase of every second report says little, and looking at all
of them would cost more with every page kept."""
CANDIDATES: Final = 48
"""Articles compared word by word."""
LINKS: Final = 24
"""Links to members of one family; a story with 5,000 copies needs no 5,000 reasons for each."""
MEETINGS: Final = 2
"""Sampled shingles that two articles share before they are compared."""
HINT: Final = 0.05
"""Share of the shorter text's sampled shingles among them; copies with every third character changed share 0.24."""

SHARE: Final = 0.5
"""Of the shorter text's characters, those in common passages. Half of a text can only once be half of another's."""
CHARACTERS: Final = 40
"""How many they are at least: two notices of a sentence each may well use the same words."""
CUT: Final = 0.5
"""A text shorter than this, against one that holds it, may be a story in a digest as well as an excerpt."""
REMATCHED: Final = 200
"""Members looked at again when a family may have fallen apart because an article left it."""


def keep_sketch(db: Database, version_id: int, sketch: Sketch | None) -> None:
    """Store a version's sketch, in place of one that was made in another way."""
    if sketch is None:
        return
    before = next(db.query("SELECT algorithm FROM sketches WHERE version_id = ?", (version_id,)), None)
    if before and before["algorithm"] == sketch.algorithm:
        return
    if before:
        _unfile(db, version_id)
        db.execute("DELETE FROM sketches WHERE version_id = ?", (version_id,))
    words = sketch.words.encode("utf-8", "replace")
    db.execute(
        "INSERT INTO sketches (version_id, algorithm, words, word_count, word_bytes, hashes) VALUES (?, ?, ?, ?, ?, ?)",
        (version_id, sketch.algorithm, pack(words), len(sketch.words), len(words), _as_blob(sketch.hashes)),
    )


def follow(db: Database, article_id: int) -> None:
    """File an article where its present version belongs; nothing happens where it is filed already."""
    present, filed = db.execute(
        """
        SELECT (SELECT version_id FROM sketches WHERE version_id = articles.version_id), sketches.version_id
        FROM articles LEFT JOIN sketches ON article_id = articles.id WHERE articles.id = ?
        """,
        (article_id,),
    ).fetchone()
    if present == filed:
        return
    if present and filed and _same_text(db, present, filed):  # only the headline, the byline or the counters changed
        db.execute("UPDATE sketches SET article_id = NULL WHERE version_id = ?", (filed,))
        db.execute("UPDATE sketches SET article_id = ? WHERE version_id = ?", (article_id, present))
        return
    parted = _unfile(db, filed) if filed else []
    linked = _file(db, article_id, present) if present else []
    if parted:
        regroup(db, {article_id, *parted, *_rematch(db, parted)})
    elif linked:
        join(db, article_id, linked)


def reindex(db: Database, sketch_of: Callable[[Record], Sketch | None]) -> Iterator[int]:
    """Make the missing and outdated sketches and file their articles, each in a transaction of its own.

    Args:
        db: the archive.
        sketch_of: today's way to make a sketch.

    Yields:
        The id of each article that was looked at.
    """
    last = 0
    while found := db.execute(
        "SELECT id, version_id FROM articles WHERE id > ? ORDER BY id LIMIT 1", (last,)
    ).fetchone():
        last, version_id = found
        with transaction(db):
            if version_id is not None:
                keep_sketch(db, version_id, sketch_of(record_of_version(db, version_id)))
            follow(db, last)
        yield last


def unfiled(db: Database) -> int:
    """How many articles are in no index: they were kept by a version of this program that had none."""
    (count,) = db.execute(
        """
        SELECT count(*) FROM articles
        WHERE version_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sketches WHERE article_id = articles.id)
        """
    ).fetchone()
    return int(count)


def _same_text(db: Database, one: int, other: int) -> bool:
    query = "SELECT count(DISTINCT words), count(DISTINCT algorithm) FROM sketches WHERE version_id IN (?, ?)"
    return bool(db.execute(query, (one, other)).fetchone() == (1, 1))


def _unfile(db: Database, version_id: int) -> list[int]:
    """Take a version out of the index; the articles that it was linked to."""
    article_id, hashes = db.execute(
        "SELECT article_id, hashes FROM sketches WHERE version_id = ?", (version_id,)
    ).fetchone()
    if article_id is None:
        return []
    db.conn.executemany(
        "DELETE FROM fingerprints WHERE hash = ? AND article_id = ?",
        ((value, article_id) for value in _from_blob(hashes)),
    )
    parted = _neighbours(db, article_id)
    db.execute("DELETE FROM family_links WHERE article_id = ? OR other_id = ?", (article_id, article_id))
    db.execute("UPDATE sketches SET article_id = NULL WHERE version_id = ?", (version_id,))
    return parted


def _file(db: Database, article_id: int, version_id: int) -> list[int]:
    """Put a version into the index and link its article to those with the same text; which these are."""
    row = next(db.query("SELECT * FROM sketches WHERE version_id = ?", (version_id,)))
    linked = _link(db, article_id, row)
    db.conn.executemany(
        "INSERT INTO fingerprints (hash, article_id) VALUES (?, ?)",
        ((value, article_id) for value in _from_blob(row["hashes"])),
    )
    db.execute("UPDATE sketches SET article_id = ? WHERE version_id = ?", (article_id, version_id))
    return linked


def _link(db: Database, article_id: int, row: Row) -> list[int]:
    """Compare an article with its candidates and store what is found; which it is linked to."""
    words = _words(row)
    if len(words) < CHARACTERS:
        return []
    found = []
    in_family: defaultdict[int, int] = defaultdict(int)
    for candidate in _candidates(db, article_id, row):
        other_id: int = candidate["article_id"]
        families = families_of(db, other_id)
        if any(in_family[family] >= LINKS for family in families):
            continue
        if link := _verdict(article_id, words, other_id, _words(candidate)):
            db.execute(
                "INSERT OR REPLACE INTO family_links VALUES (:article_id, :other_id, :kind, :share, :jaccard, "
                ":characters)",
                link,
            )
            found.append(other_id)
            for family in families:
                in_family[family] += 1
    return found


def _verdict(article_id: int, words: str, other_id: int, other: str) -> Row | None:
    """The link between two articles, where there is one."""
    result = compare(words, other)
    if result.share < SHARE or result.characters < CHARACTERS:
        return None
    if min(len(words), len(other)) < CUT * max(len(words), len(other)):
        kind = CONTAINS
        holder, held = (article_id, other_id) if len(words) > len(other) else (other_id, article_id)
    else:
        kind = SAME
        holder, held = sorted((article_id, other_id))
    return {
        "article_id": holder,
        "other_id": held,
        "kind": kind,
        "share": round(result.share, 4),
        "jaccard": round(result.jaccard, 4),
        "characters": result.characters,
    }


def _candidates(db: Database, article_id: int, row: Row) -> Iterator[Row]:
    """The filed articles that share the most telling shingles with one, the most telling first.

    A shingle counts the more the fewer articles hold it, so that a common footer does not crowd out the original.
    """
    hashes = _from_blob(row["hashes"])
    weights: defaultdict[int, float] = defaultdict(float)
    meetings: defaultdict[int, int] = defaultdict(int)
    for value in hashes:
        holders = db.conn.execute(
            "SELECT article_id FROM fingerprints WHERE hash = ? ORDER BY article_id LIMIT ?", (value, POSTINGS)
        ).fetchall()
        for (other_id,) in holders:
            weights[other_id] += 1 / len(holders)
            meetings[other_id] += 1
    weights.pop(article_id, None)
    met = (other_id for other_id in weights if meetings[other_id] >= MEETINGS)
    for other_id in nlargest(CANDIDATES, met, key=lambda other_id: (weights[other_id], -other_id)):
        candidate = next(db.query("SELECT * FROM sketches WHERE article_id = ?", (other_id,)))
        fewer = min(len(hashes), len(candidate["hashes"]) // 4)
        if candidate["algorithm"] == row["algorithm"] and meetings[other_id] >= HINT * fewer:
            yield candidate


def _rematch(db: Database, parted: list[int]) -> list[int]:
    """Link again those that an article's leaving has cut off: not every pair of a large family was compared."""
    found = []
    for article_id in sorted(set(parted).difference(reached(db, parted[:1])))[:REMATCHED]:
        row = next(db.query("SELECT * FROM sketches WHERE article_id = ?", (article_id,)))
        found.extend(_link(db, article_id, row))
    return found


def _neighbours(db: Database, article_id: int) -> list[int]:
    query = (
        "SELECT other_id FROM family_links WHERE article_id = :id "
        "UNION SELECT article_id FROM family_links WHERE other_id = :id"
    )
    return [neighbour for (neighbour,) in db.execute(query, {"id": article_id})]


def _words(row: Row) -> str:
    return unpack(row["words"], row["word_bytes"]).decode("utf-8")


def _as_blob(hashes: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(hashes)}I", *hashes)


def _from_blob(blob: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(blob) // 4}I", blob)

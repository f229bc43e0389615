"""The index of families, which follows every write: it finds an article's reposts and links it to them.

Sampled shingles propose candidates (`archive.families.candidates`), which are then compared word by word
(`archive.families.passages`). Which linked articles make a family is decided in `archive.families.membership`.

Everything here runs inside the transaction of the write that it follows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from sqlite_utils import Database

from archive.connect import insert, select, transaction
from archive.families.candidates import Candidate, Sketched, find, packed, sketched, unpacked
from archive.families.grouping import CONTAINS, MOST_LINKED, SAME
from archive.families.membership import join, reached, regroup
from archive.families.passages import compare
from archive.families.read import families_of
from archive.pack import pack
from archive.read import record_of_version
from archive.rows import Row
from crawler.items import Record, Sketch

SHARE: Final = 0.5
"""Of the shorter text's characters, those in common passages. Half of a text can only once be half of another's."""
AMPLE: Final = 0.66
OWN: Final = 0.25
"""Where the share is less than ample, and what the shorter text has for itself is this much of it in one piece, the two
are digests with one story in common, and no copies of each other. Rewriting touches a text here and there."""
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
    before = next(select(db, "SELECT algorithm FROM sketches WHERE version_id = ?", (version_id,)), None)
    if before and before["algorithm"] == sketch.algorithm:
        return
    if before:
        _unfile(db, version_id)
        db.execute("DELETE FROM sketches WHERE version_id = ?", (version_id,))
    words = sketch.words.encode("utf-8", "replace")
    insert(
        db,
        "sketches",
        {
            "version_id": version_id,
            "algorithm": sketch.algorithm,
            "word_count": len(sketch.words),
            "word_bytes": len(words),
            "hashes": packed(sketch.hashes),
            "places": packed(sketch.places),
            "words": pack(words),
        },
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
    linked, reviewed = _file(db, article_id, present) if present else (set(), set())
    if parted or reviewed:
        regroup(db, {article_id, *parted, *linked, *reviewed, *_rematch(db, parted)})
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
        ((value, article_id) for value in unpacked(hashes)),
    )
    parted = _neighbours(db, article_id)
    _unlink(db, article_id)
    db.execute("UPDATE sketches SET article_id = NULL WHERE version_id = ?", (version_id,))
    return parted


def _file(db: Database, article_id: int, version_id: int) -> tuple[set[int], set[int]]:
    """Put a version into the index and link its article to those with the same text.

    Returns:
        Whom it is linked to, and whose other links have changed.
    """
    row = next(select(db, "SELECT * FROM sketches WHERE version_id = ?", (version_id,)))
    page = sketched(article_id, row)
    linked, suspects = _link(db, page)
    db.conn.executemany(
        "INSERT INTO fingerprints (hash, article_id) VALUES (?, ?)", ((value, article_id) for value in page.hashes)
    )
    db.execute("UPDATE sketches SET article_id = ? WHERE version_id = ?", (article_id, version_id))
    return linked, _review(db, suspects)


def _link(db: Database, page: Sketched) -> tuple[set[int], frozenset[int]]:
    """Compare an article with its candidates and store what is found; whom it is linked to, and `Found.suspects`."""
    if page.row["word_count"] < CHARACTERS:
        return set(), frozenset()
    found = find(db, page)
    linked: set[int] = set()
    in_family: defaultdict[int, int] = defaultdict(int)
    for candidate in found.candidates:
        other_id = candidate.sketched.article_id
        families = families_of(db, other_id)
        if any(in_family[family] >= MOST_LINKED for family in families):
            continue
        if link := _verdict(page, candidate):
            db.execute(
                "INSERT OR REPLACE INTO family_links VALUES (:article_id, :other_id, :kind, :share, :jaccard, "
                ":characters)",
                link,
            )
            linked.add(other_id)
            for family in families:
                in_family[family] += 1
    return linked, found.suspects


def _verdict(page: Sketched, candidate: Candidate) -> Row | None:
    """The link between two articles, where there is one."""
    other = candidate.sketched
    widespread = sorted(page.hashes[value] for value in candidate.widespread)
    result = compare(page.words, other.words, widespread=widespread)
    overlaps = result.share < AMPLE and result.longest_own > OWN
    if result.share < SHARE or result.characters < CHARACTERS or overlaps:
        return None
    shorter, longer = sorted((page, other), key=lambda each: (len(each.words), each.article_id))
    if len(shorter.words) < CUT * len(longer.words):
        kind, holder, held = CONTAINS, longer.article_id, shorter.article_id
    else:
        kind, (holder, held) = SAME, sorted((page.article_id, other.article_id))
    return {
        "article_id": holder,
        "other_id": held,
        "kind": kind,
        "share": round(result.share, 4),
        "jaccard": round(result.jaccard, 4),
        "characters": result.characters,
    }


def _review(db: Database, suspects: frozenset[int]) -> set[int]:
    """Compare anew those that were linked when what they share was not yet known to be boilerplate.

    So the families come out the same whether the strangers or the copies were kept first.
    """
    changed: set[int] = set()
    for article_id in sorted(suspects):
        neighbours = _neighbours(db, article_id)
        if not suspects.isdisjoint(neighbours):
            changed.update((article_id, *neighbours, *_relink(db, article_id)))
    return changed


def _rematch(db: Database, parted: list[int]) -> set[int]:
    """Link again those that an article's leaving has cut off: not every pair of a large family was compared."""
    found: set[int] = set()
    for article_id in sorted(set(parted).difference(reached(db, parted[:1])))[:REMATCHED]:
        found |= _relink(db, article_id)
    return found


def _relink(db: Database, article_id: int) -> set[int]:
    """Find out anew whom an article is linked to."""
    row = next(select(db, "SELECT * FROM sketches WHERE article_id = ?", (article_id,)))
    _unlink(db, article_id)
    linked, _ = _link(db, sketched(article_id, row))
    return linked


def _unlink(db: Database, article_id: int) -> None:
    db.execute("DELETE FROM family_links WHERE article_id = ? OR other_id = ?", (article_id, article_id))


def _neighbours(db: Database, article_id: int) -> list[int]:
    query = (
        "SELECT other_id FROM family_links WHERE article_id = :id "
        "UNION SELECT article_id FROM family_links WHERE other_id = :id"
    )
    return [neighbour for (neighbour,) in db.execute(query, {"id": article_id})]

"""Everything that is read: lines for lists, whole articles, captures as they were fetched. Nothing is written here.

What can be many comes from generators, row by row, so that memory does not grow with the archive.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.pack import Unpackable, unpack
from archive.rows import LATEST, Row, counted, record_of, storable
from crawler.items import Capture, Evidence, FetchFailure, Reason, Record

SHOWN = 40  # characters of a site's name that an error repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLine:
    """One article in a list, as its present version stands.

    Attributes:
        id: the article's; it never changes.
        last_seen: when its newest capture was fetched, ISO 8601 in UTC.
        published_at, source, site_name: as in `Record`.
        repairs: how many changes restoring made; `doubtful` of them are uncertain.
        versions, captures: how many there are.
    """

    id: int
    site: str
    site_name: str | None
    url: str
    headline: str
    published_at: str | None
    source: str | None
    last_seen: str
    hijacked: bool
    damage: str
    script: str
    repairs: int
    doubtful: int
    versions: int
    captures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedLine:
    """One page that gave no article.

    Attributes:
        capture_id: the capture it is stored as; None where nothing could be fetched.
        url: the address that answered, or that failed.
        requested_url: the address asked for, where it differs and there is a capture.
        status: the HTTP status, or None.
        seen_at: when it was fetched, or given up, ISO 8601 in UTC.
    """

    capture_id: int | None
    site: str
    url: str
    requested_url: str | None
    status: int | None
    seen_at: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version of an article.

    Attributes:
        version: 1, 2 … within the article.
        fetched_at: when the capture that first gave it was fetched.
        cleaner: the program's version that cleaned it.
        present: it is what the article's newest capture gives.
    """

    version: int
    capture_id: int
    fetched_at: str
    headline: str
    digest: str
    cleaner: str
    cleaned_at: str
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureLine:
    """One fetch of an article's page.

    Attributes:
        version: the version that it gives.
        size: bytes of the body.
        view_count, hijacked: as the page showed them at that time.
    """

    capture_id: int
    url: str
    status: int
    fetched_at: str
    size: int
    version: int
    view_count: int | None
    hijacked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """One article with one of its versions, and what is known of the others.

    Attributes:
        id: the article's; it never changes.
        version: the number of the version that `record` is.
        capture_id: the capture that this version was read from.
        versions: all of them, the oldest first.
        captures: the fetches that give one of them, the oldest first.
    """

    id: int
    site: str
    url_key: str
    first_seen: str
    last_seen: str
    version: int
    digest: str
    capture_id: int
    record: Record = field(repr=False)
    versions: tuple[VersionLine, ...]
    captures: tuple[CaptureLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCapture:
    """A capture with what was decided about it.

    Attributes:
        outcome: `article`, `rejected`, or None while nothing is decided.
        reason, detail: why it was rejected.
        evidence: what the hijack verdict of a rejected page stood on.
    """

    id: int
    capture: Capture
    outcome: str | None
    version_id: int | None = None
    reason: Reason | None = None
    detail: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much is in an archive.

    Attributes:
        urls, captures, articles, versions, notes: rows.
        hijacked: articles whose present version stands on a hijacked page.
        pending: captures that nothing was decided about yet.
        rejected: reason → captures.
        failed: reason → addresses that could not be fetched.
        body_bytes, packed_bytes: pages as fetched, and as stored.
    """

    urls: int
    captures: int
    articles: int
    versions: int
    notes: int
    hijacked: int
    pending: int
    rejected: dict[str, int]
    failed: dict[str, int]
    body_bytes: int
    packed_bytes: int


def site_key(db: Database, site: str) -> str:
    """A site's key, where the archive has it.

    Raises:
        ArchiveError: it has not; where a site calls itself so, the message names its key.
    """
    asked = storable(site)
    if db.execute("SELECT 1 FROM sites WHERE site = ?", (asked,)).fetchone():
        return asked
    named = db.execute(
        "SELECT DISTINCT site FROM latest WHERE site_name = ? ORDER BY site LIMIT 3", (asked,)
    ).fetchall()
    hint = f": that is what {' and '.join(key for (key,) in named)} calls itself" if named else ""
    raise ArchiveError(f"no site {site[:SHOWN]}{hint}")


def articles(
    db: Database, *, site: str | None = None, hijacked: bool | None = None, limit: int | None = None
) -> Iterator[ArticleLine]:
    """The articles, the newest first: by when they were last seen."""
    rows = db.query(
        """
        SELECT
            articles.id, articles.site, site_name, versions.url, headline, published_at, source, last_seen, hijacked,
            damage, script, repairs,
            (SELECT count(*) FROM versions WHERE article_id = articles.id) AS versions,
            (SELECT count(*) FROM captures JOIN versions ON versions.id = captures.version_id
                WHERE versions.article_id = articles.id) AS captures
        FROM articles JOIN versions ON versions.id = articles.version_id
        WHERE (:site IS NULL OR articles.site = :site) AND (:hijacked IS NULL OR hijacked = :hijacked)
        ORDER BY last_seen DESC, articles.id DESC LIMIT :limit
        """,
        {"site": storable(site), "hijacked": hijacked, "limit": -1 if limit is None else limit},
    )
    for row in rows:
        repairs = counted(row.pop("repairs"))
        doubtful = repairs.pop("doubtful", 0)
        hijack = bool(row.pop("hijacked"))
        yield ArticleLine(**row, hijacked=hijack, repairs=sum(repairs.values()), doubtful=doubtful)


def rejections(
    db: Database, *, site: str | None = None, reason: Reason | None = None, limit: int | None = None
) -> Iterator[RejectedLine]:
    """The pages that gave no article and the addresses that could not be fetched, the newest first."""
    rows = db.query(
        """
        SELECT * FROM rejected WHERE (:site IS NULL OR site = :site) AND (:reason IS NULL OR reason = :reason)
        ORDER BY seen_at DESC, capture_id DESC LIMIT :limit
        """,
        {"site": storable(site), "reason": reason and str(reason), "limit": -1 if limit is None else limit},
    )
    for row in rows:
        yield RejectedLine(**{**row, "reason": reason_of(row["reason"])})


def article(db: Database, which: str, *, version: int | None = None) -> StoredArticle:
    """One article, by its id or by any address that it was asked for at, answered at or is filed under.

    Args:
        db: the archive.
        which: the id, or the address.
        version: the number of a version; without it the present one.

    Raises:
        ArchiveError: there is no such article or version.
    """
    article_id = _article_id(db, storable(which))  # an argument of a command may hold bytes that are no UTF-8
    row = next(db.query("SELECT * FROM articles WHERE id = ?", (article_id,)))
    versions = tuple(_version_lines(db, article_id, present=row["version_id"]))
    shown = next((line for line in versions if (line.present if version is None else line.version == version)), None)
    if shown is None and version is None:
        shown = versions[-1]  # withdrawn by today's rules: its last state can still be looked at
    if shown is None:
        raise ArchiveError(f"article {article_id} has no version {version}, its newest is {versions[-1].version}")
    (version_id,) = db.execute(
        "SELECT id FROM versions WHERE article_id = ? AND version = ?", (article_id, shown.version)
    ).fetchone()
    return StoredArticle(
        id=article_id,
        site=row["site"],
        url_key=row["url_key"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        version=shown.version,
        digest=shown.digest,
        capture_id=shown.capture_id,
        record=record_of_version(db, version_id),
        versions=versions,
        captures=tuple(_capture_lines(db, article_id)),
    )


def record_of_version(db: Database, version_id: int) -> Record:
    """The record of one version.

    Raises:
        ArchiveError: its rows are not such as this program writes.
    """
    with _as_written(f"version {version_id}"):
        return record_of(
            next(db.query("SELECT * FROM versions WHERE id = ?", (version_id,))),
            images=db.query("SELECT * FROM images WHERE version_id = ? ORDER BY number", (version_id,)),
            credits=db.query("SELECT * FROM credits WHERE version_id = ? ORDER BY number", (version_id,)),
            notes=db.query("SELECT * FROM notes WHERE version_id = ? ORDER BY number", (version_id,)),
            evidence=list(db.query("SELECT * FROM evidence WHERE version_id = ? ORDER BY id", (version_id,))),
            spam_links=db.query("SELECT * FROM spam_links WHERE version_id = ? ORDER BY id", (version_id,)),
        )


def capture_ids(db: Database, *, pending: bool = False) -> Iterator[int]:
    """The captures in the order they were stored, later parts of articles left out.

    One query each, so that whoever walks them may write their outcome before asking for the next.

    Args:
        db: the archive.
        pending: only those that nothing was decided about yet.
    """
    condition = "outcome IS NULL" if pending else "part_of IS NULL"
    following = f"SELECT id FROM captures WHERE id > ? AND {condition} ORDER BY id LIMIT 1"  # noqa: S608 - two constants
    last = 0
    while found := db.execute(following, (last,)).fetchone():
        (last,) = found
        yield last


def capture(db: Database, capture_id: int) -> StoredCapture:
    """One capture with the later parts of its article.

    Raises:
        ArchiveError: there is none of this id.
        Unpackable: its stored bytes are damaged.
    """
    row = next(db.query("SELECT * FROM captures WHERE id = ?", (capture_id,)), None)
    if row is None:
        raise ArchiveError(f"no capture {capture_id}")
    parts = db.query("SELECT * FROM captures WHERE part_of = ? ORDER BY part", (capture_id,))
    evidence = db.query("SELECT kind, detail, weight FROM evidence WHERE capture_id = ? ORDER BY id", (capture_id,))
    return StoredCapture(
        id=capture_id,
        capture=_capture_of(db, row, tuple(_capture_of(db, part) for part in list(parts))),
        outcome=row["outcome"],
        version_id=row["version_id"],
        reason=reason_of(row["reason"]) if row["reason"] else None,
        detail=row["detail"],
        evidence=tuple(Evidence(**item) for item in evidence),
    )


def last_capture(db: Database, url: str) -> StoredCapture | None:
    """What was fetched last at an address, whatever became of it; None where nothing ever was."""
    found = db.execute(
        f"""
        SELECT coalesce(part_of, id) FROM captures WHERE url = :url OR requested_url = :url
        ORDER BY fetched_at > {LATEST}, fetched_at DESC, id DESC LIMIT 1
        """,  # noqa: S608 - a constant
        {"url": storable(url)},
    ).fetchone()
    return capture(db, found[0]) if found else None


def reason_of(text: str) -> Reason:
    """A stored reason.

    Raises:
        ArchiveError: it is none that this program knows.
    """
    with _as_written("a rejected page"):
        return Reason(text)


def failures(db: Database) -> Iterator[FetchFailure]:
    """The addresses that could not be fetched the last time, in the order they were first seen."""
    rows = db.query(
        """
        SELECT urls.url, max(asked.url) AS requested_url, urls.site, urls.reason, urls.detail, urls.last_seen
        FROM urls LEFT JOIN urls AS asked ON asked.redirects_to = urls.url
        WHERE urls.state = 'failed' GROUP BY urls.id ORDER BY urls.id
        """
    )
    for row in rows:
        with _as_written(row["url"]):
            failure = FetchFailure(
                url=row["url"],
                requested_url=row["requested_url"],
                reason=Reason(row["reason"]),
                detail=row["detail"] or "",
                failed_at=datetime.fromisoformat(row["last_seen"]),
                site=row["site"],
            )
        yield failure


def body_of(db: Database, digest: str) -> bytes:
    """The bytes filed under a digest.

    Raises:
        Unpackable: they are damaged.
    """
    packed, size, dictionary = _packed(db, digest)
    prefix = None
    if dictionary:
        # A dictionary is packed alone: there is no chain to follow, and no loop for a forged archive to lead us in.
        packed_prefix, prefix_size, _ = _packed(db, dictionary)
        prefix = unpack(packed_prefix, prefix_size)
    return unpack(packed, size, prefix)


def counts(db: Database) -> Counts:
    """How much is in the archive."""
    numbers = next(
        db.query(
            """
            SELECT
                (SELECT count(*) FROM urls) AS urls,
                (SELECT count(*) FROM captures) AS captures,
                (SELECT count(*) FROM articles WHERE version_id IS NOT NULL) AS articles,
                (SELECT count(*) FROM versions) AS versions,
                (SELECT count(*) FROM notes) AS notes,
                (SELECT count(*) FROM latest WHERE hijacked) AS hijacked,
                (SELECT count(*) FROM captures WHERE outcome IS NULL) AS pending,
                (SELECT coalesce(sum(size), 0) FROM bodies) AS body_bytes,
                (SELECT coalesce(sum(length(packed)), 0) FROM bodies) AS packed_bytes
            """
        )
    )
    rejected = "SELECT reason, count(*) FROM captures WHERE outcome = 'rejected' GROUP BY reason ORDER BY 2 DESC, 1"
    failed = "SELECT reason, count(*) FROM urls WHERE state = 'failed' GROUP BY reason ORDER BY 2 DESC, 1"
    return Counts(**numbers, rejected=dict(db.execute(rejected).fetchall()), failed=dict(db.execute(failed).fetchall()))


def _article_id(db: Database, which: str) -> int:
    # isascii, because isdigit is true of ² too; a number of 19 digits does not fit into SQLite's integers
    if which.isascii() and which.isdigit() and len(which) < 19:
        found = db.execute("SELECT id FROM articles WHERE id = ?", (int(which),)).fetchone()
    else:
        found = db.execute(
            """
            SELECT id FROM articles WHERE url_key = :url
            UNION ALL SELECT article_id FROM urls WHERE url = :url AND article_id IS NOT NULL
            UNION ALL SELECT target.article_id FROM urls JOIN urls AS target ON target.url = urls.redirects_to
                WHERE urls.url = :url AND target.article_id IS NOT NULL
            """,
            {"url": which},
        ).fetchone()
    if found is None:
        raise ArchiveError(f"no article {which}; {_what_is_known(db, which)}")
    return cast("int", found[0])


def _what_is_known(db: Database, url: str) -> str:
    found = db.execute("SELECT state, reason, detail FROM urls WHERE url = ?", (url,)).fetchone()
    if found is None:
        return "`repost list` shows what there is"
    state, reason, detail = found
    return f"{state}: {reason}: {detail}" if reason else f"its state is {state}"


def _version_lines(db: Database, article_id: int, *, present: int | None) -> Iterator[VersionLine]:
    rows = db.query(
        """
        SELECT id = :present AS present, version, capture_id, fetched_at, headline, digest, cleaner, cleaned_at
        FROM versions WHERE article_id = :article ORDER BY version
        """,
        {"article": article_id, "present": present},
    )
    return (VersionLine(**{**row, "present": bool(row["present"])}) for row in rows)


def _capture_lines(db: Database, article_id: int) -> Iterator[CaptureLine]:
    rows = db.query(
        """
        SELECT
            captures.id AS capture_id, captures.url, status, captures.fetched_at, size, version, captures.view_count,
            captures.hijacked
        FROM captures
            JOIN versions ON versions.id = captures.version_id
            JOIN bodies ON bodies.sha256 = captures.body_sha256
        WHERE article_id = ? ORDER BY captures.fetched_at, captures.id
        """,
        (article_id,),
    )
    return (CaptureLine(**{**row, "hijacked": bool(row["hijacked"])}) for row in rows)


def _capture_of(db: Database, row: Row, parts: tuple[Capture, ...] = ()) -> Capture:
    with _as_written(f"capture {row['id']}"):
        return Capture(
            url=row["url"],
            requested_url=row["requested_url"],
            status=row["status"],
            headers=tuple((name, value) for name, value in json.loads(row["headers"])),
            body=body_of(db, row["body_sha256"]),
            fetched_at=datetime.fromisoformat(row["fetched_at"]),
            site=row["site"],
            parts=parts,
        )


@contextmanager
def _as_written(what: str) -> Iterator[None]:
    """Say in one line that rows were written by something else: an archive may come from anywhere."""
    try:
        yield
    except Unpackable:  # damaged bytes, which callers can do something about
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ArchiveError(f"{what}: not as this program writes it ({error}); see `repost check`") from error


def _packed(db: Database, digest: str) -> tuple[bytes, int, str | None]:
    found = db.execute("SELECT packed, size, dictionary_sha256 FROM bodies WHERE sha256 = ?", (digest,)).fetchone()
    if found is None:
        raise Unpackable(f"no body {digest}")
    return cast("tuple[bytes, int, str | None]", found)

"""Everything that is written about pages: captures first, what was decided about them after.

A page's bytes are kept in a transaction of their own before anyone looks at them (`keep_capture`); what cleaning makes
of them follows in ONE transaction (`keep_article` or `keep_rejection`). Whatever dies in between leaves a capture
without outcome, which `archive.reclean` finishes.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from importlib.metadata import version as installed_version
from typing import cast

from sqlite_utils import Database

from archive import frontier
from archive.connect import at_the_end, insert, insert_all, select, transaction
from archive.families.index import follow, keep_sketch
from archive.pack import Unpackable, pack, sha256
from archive.read import body_of, record_of_version
from archive.revisit import Visit
from archive.rows import (
    LATEST,
    Row,
    as_json,
    credit_rows,
    evidence_rows,
    image_rows,
    note_rows,
    spam_link_rows,
    storable,
    timestamp,
    version_row,
)
from archive.search import index as search_index
from crawler.items import Article, Capture, FetchFailure, Reason, Record, Rejected, Sighting, Verdict

# A page that does not come out much smaller against the site's dictionary than that did alone, for its length, has
# another template: it is stored alone and becomes the dictionary of the next ones.
WORTH_A_DICTIONARY = 0.7
# When something was last seen, in SQL, once it is seen again; a last time that is yet to come was a wrong clock's.
_LAST_SEEN = f"iif(last_seen > {LATEST}, :seen, max(last_seen, :seen))"
# Bytes from and to which a page may become one: an error page of two lines helps no other, and a huge one would be read
# for every page of its site.
DICTIONARY_BYTES = (4_000, 1_000_000)
GONE = frozenset({404, 410})
NOT_ASKED = frozenset({Reason.ROBOTS, Reason.REFUSED_ADDRESS})  # nothing was sent: the refusal is ours


class Outcome(StrEnum):
    """What a page did to its article."""

    NEW = "new"
    CHANGED = "changed"  # another version of an article that was there
    UNCHANGED = "unchanged"  # one more capture of a version that was there


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where an article was filed.

    Attributes:
        article_id, version_id: its rows; the ids never change.
        outcome: whether they were there before.
    """

    article_id: int
    version_id: int
    outcome: Outcome


@cache
def cleaner_version() -> str:
    """The program's version, as it is written beside what it decided."""
    return installed_version("repost-archive")


def keep_capture(db: Database, capture: Capture) -> int:
    """Store a page as fetched, with the later parts of its article; nothing is decided about it yet.

    Returns:
        The id of the capture.
    """
    with transaction(db):
        first = _insert_capture(db, storable(capture), state="pending")
        for number, part in enumerate(capture.parts, 1):
            _insert_capture(db, storable(part), state="part", part_of=first, part=number)
        frontier.answer(db, asked_for(capture), at=capture.fetched_at, validators=_validators(capture))
    return first


def keep_article(db: Database, capture_id: int, article: Article) -> Kept:
    """Store what a capture was cleaned to.

    The article's version of the same digest is used again where another capture gave it, so a page fetched twice is one
    article, one version and two captures. A capture that gave a version itself, and now gives another record, was
    cleaned by better rules: that is a new version too, and the old one stays.
    """
    # a sketch is of numbers that fit, and its words are packed as bytes
    article = replace(article, record=storable(article.record), url_key=storable(article.url_key))
    record = article.record
    now = timestamp(datetime.now(UTC))
    with transaction(db):
        capture = _capture_row(db, capture_id)
        is_first_look = capture["outcome"] is None
        article_id, is_new = _article_id(db, article, capture)
        version_id = _own_version(db, article_id, capture, article) or _shared_version(db, article_id, capture, article)
        outcome = Outcome.NEW if is_new else Outcome.UNCHANGED if version_id else Outcome.CHANGED
        if version_id is None:
            version_id = _insert_version(db, article_id, capture_id, article, now)
        keep_sketch(db, version_id, article.sketch)
        _decide(
            db,
            capture,
            now,
            outcome="article",
            version_id=version_id,
            encoding=record.encoding,
            view_count=record.view_count,
            hijacked=int(record.verdict.hijacked),
        )
        _point_urls(db, capture, "article", article_id=article_id)
        # the address is this article's also where a later capture of it gave none
        db.execute("UPDATE urls SET article_id = ? WHERE url = ? AND article_id IS NULL", (article_id, capture["url"]))
        db.execute(
            "UPDATE urls SET article_id = ? WHERE capture_id IN (SELECT id FROM captures WHERE part_of = ?)",
            (article_id, capture_id),
        )
        _point_to_newest(db, article_id)
        if is_first_look:  # cleaned again, it tells nothing new about the page
            _learn(db, capture, Visit.CHANGED if outcome is Outcome.CHANGED else Visit.UNCHANGED)
    return Kept(article_id=article_id, version_id=version_id, outcome=outcome)


def keep_rejection(db: Database, capture_id: int, rejected: Rejected) -> None:
    """Store why a capture gives no article."""
    reason, detail = str(rejected.reason), storable(rejected.detail)
    verdict = storable(rejected.verdict or Verdict())
    with transaction(db):
        capture = _capture_row(db, capture_id)
        _decide(
            db,
            capture,
            timestamp(datetime.now(UTC)),
            outcome="rejected",
            reason=reason,
            detail=detail,
            encoding=rejected.encoding,
            hijacked=int(verdict.hijacked) if rejected.verdict else None,
        )
        of_capture = {"capture_id": capture_id}
        insert_all(db, "evidence", (of_capture | row for row in evidence_rows("hijack", verdict.evidence)))
        insert_all(db, "spam_links", (of_capture | row for row in spam_link_rows(verdict)))
        _point_urls(db, capture, "rejected", reason=reason, detail=detail)
        if capture["outcome"] is None:
            _learn(db, capture, _visit_of(capture["status"], rejected.reason))


def record_sighting(db: Database, sighting: Sighting) -> None:
    """Store that a page is what it was: no capture, only the time."""
    sighting = storable(sighting)
    seen = timestamp(sighting.seen_at)
    with transaction(db):
        db.execute(
            f"""
            INSERT INTO sightings (capture_id, seen_at)
            SELECT id, :seen FROM captures WHERE url = :url
            ORDER BY fetched_at > {LATEST}, fetched_at DESC, id DESC LIMIT 1
            """,  # noqa: S608 - a constant
            {"url": sighting.url, "seen": seen},
        )
        db.execute(
            f"UPDATE urls SET last_seen = {_LAST_SEEN} WHERE url IN (:url, :requested)",  # noqa: S608 - a constant
            {"seen": seen, "url": sighting.url, "requested": sighting.requested_url},
        )
        db.execute(
            f"UPDATE articles SET last_seen = {_LAST_SEEN} "  # noqa: S608 - a constant
            "WHERE id IN (SELECT article_id FROM urls WHERE url = :url)",
            {"seen": seen, "url": sighting.url},
        )
        frontier.learn(db, asked_for(sighting), Visit.UNCHANGED, at=sighting.seen_at)


def record_failure(db: Database, failure: FetchFailure) -> None:
    """Store that an address could not be fetched, and why."""
    failure = storable(failure)
    seen = timestamp(failure.failed_at)
    with transaction(db):
        _see_site(db, failure.site, seen)
        _see_url(db, failure.url, failure.site, seen, state="failed", reason=str(failure.reason), detail=failure.detail)
        if failure.requested_url and failure.requested_url != failure.url:
            _see_url(db, failure.requested_url, failure.site, seen, state="redirected", redirects_to=failure.url)
        visit = Visit.REFUSED if failure.reason in NOT_ASKED else Visit.FAILED
        frontier.learn(db, asked_for(failure), visit, at=failure.failed_at)


def asked_for(page: Capture | FetchFailure | Sighting) -> str:
    """The address that was asked for."""
    return page.requested_url or page.url


def _validators(capture: Capture) -> frontier.Validators | None:
    """What the next visit can ask with; only what came well and whole is worth asking whether it is still the same."""
    if not 200 <= capture.status < 300 or not capture.complete:
        return None
    found = frontier.Validators(
        url=capture.url, etag=capture.header("etag"), last_modified=capture.header("last-modified")
    )
    return storable(found)


def _visit_of(status: int, reason: Reason) -> Visit:
    if status in GONE or reason is Reason.SOFT_404:
        return Visit.GONE
    return Visit.FAILED if reason is Reason.HTTP_ERROR else Visit.UNCHANGED


def _learn(db: Database, capture: Row, visit: Visit) -> None:
    """Let the address that was asked for be visited at the pace that this visit teaches."""
    asked = capture["requested_url"] or capture["url"]
    frontier.learn(db, asked, visit, at=datetime.fromisoformat(capture["fetched_at"]))


def _insert_capture(db: Database, capture: Capture, *, state: str, part_of: int | None = None, part: int = 0) -> int:
    seen = timestamp(capture.fetched_at)
    _see_site(db, capture.site, seen)
    _see_url(db, capture.url, capture.site, seen, state=state, status=capture.status)
    if capture.requested_url and capture.requested_url != capture.url:
        _see_url(db, capture.requested_url, capture.site, seen, state="redirected", redirects_to=capture.url)
    row = {
        "url": capture.url,
        "requested_url": capture.requested_url,
        "site": capture.site,
        "status": capture.status,
        "headers": as_json(capture.headers),
        "fetched_at": seen,
        "body_sha256": _keep_body(db, capture.body, capture.site),
        "part_of": part_of,
        "part": part,
        "outcome": "part" if part_of else None,
    }
    capture_id = insert(db, "captures", row)
    db.execute(
        f"""
        UPDATE urls SET capture_id = :id WHERE url = :url AND NOT EXISTS (
            SELECT 1 FROM captures AS last
            WHERE last.id = urls.capture_id AND last.fetched_at > :seen AND last.fetched_at <= {LATEST}
        )
        """,  # noqa: S608 - a constant
        {"id": capture_id, "url": capture.url, "seen": seen},
    )
    return capture_id


def _keep_body(db: Database, body: bytes, site: str) -> str:
    """Store a body once, as small as the site's dictionary makes it."""
    digest = sha256(body)
    if db.execute("SELECT 1 FROM bodies WHERE sha256 = ?", (digest,)).fetchone():
        return digest
    (best,) = db.execute("SELECT dictionary_sha256 FROM sites WHERE site = ?", (site,)).fetchone()
    packed, dictionary = _pack(db, body, best)
    row = {"sha256": digest, "size": len(body), "packed": packed, "dictionary_sha256": dictionary}
    insert(db, "bodies", row)
    if dictionary is None and DICTIONARY_BYTES[0] <= len(body) <= DICTIONARY_BYTES[1]:
        db.execute("UPDATE sites SET dictionary_sha256 = ? WHERE site = ?", (digest, site))
    return digest


def _pack(db: Database, body: bytes, best: str | None) -> tuple[bytes, str | None]:
    """A body packed, and the dictionary it was packed against, where that is worth it."""
    if best and (dictionary := _dictionary(db, best)):
        against = pack(body, dictionary)
        # a page that is stored against another one can be no dictionary: no row
        alone = "SELECT length(packed), size FROM bodies WHERE sha256 = ? AND dictionary_sha256 IS NULL"
        packed, size = db.execute(alone, (best,)).fetchone() or (0, 1)
        if len(against) * size < len(body) * packed * WORTH_A_DICTIONARY:
            return against, best
    return pack(body), None


@lru_cache(maxsize=4)
def _dictionary(db: Database, digest: str) -> bytes | None:
    """The bytes of a dictionary, looked at once for the many pages of its site; None where they are damaged."""
    try:
        body = body_of(db, digest)
    except Unpackable:
        return None
    return body if sha256(body) == digest else None


def _see_site(db: Database, site: str, seen: str) -> None:
    db.execute("INSERT OR IGNORE INTO sites (site, first_seen) VALUES (?, ?)", (site, seen))


def _see_url(db: Database, url: str, site: str, seen: str, **what: object) -> None:
    """Make or renew an address's row; what is not given is forgotten: it belonged to the last time.

    What was seen before the last time (an import of older pages) says nothing about how the address is now; but a last
    time that is yet to come was a wrong clock's.
    """
    state = {"reason": None, "detail": None, "status": None, "redirects_to": None, **what}
    db.execute(
        """
        INSERT INTO urls (url, site, state, reason, detail, status, redirects_to, first_seen, last_seen)
        VALUES (:url, :site, :state, :reason, :detail, :status, :redirects_to, :seen, :seen)
        ON CONFLICT (url) DO UPDATE SET
            state = :state, reason = :reason, detail = :detail, status = :status, redirects_to = :redirects_to,
            last_seen = :seen
        WHERE :seen >= last_seen OR last_seen > :now
        """,
        {"url": url, "site": site, "seen": seen, "now": timestamp(datetime.now(UTC)), **state},
    )
    db.execute("UPDATE urls SET first_seen = :seen WHERE url = :url AND first_seen > :seen", {"url": url, "seen": seen})


def _capture_row(db: Database, capture_id: int) -> Row:
    rows = select(
        db,
        "SELECT id, url, requested_url, site, status, fetched_at, outcome, version_id FROM captures WHERE id = ?",
        (capture_id,),
    )
    return next(rows)


def _article_id(db: Database, article: Article, capture: Row) -> tuple[int, bool]:
    """The article of this key, and whether it had to be made."""
    seen = capture["fetched_at"]
    found = db.execute("SELECT id FROM articles WHERE url_key = ?", (article.url_key,)).fetchone()
    if found is None:
        row = {"url_key": article.url_key, "site": capture["site"], "first_seen": seen, "last_seen": seen}
        return insert(db, "articles", row), True
    db.execute(
        f"UPDATE articles SET first_seen = min(first_seen, :seen), last_seen = {_LAST_SEEN} WHERE id = :id",  # noqa: S608 - a constant
        {"seen": seen, "id": found[0]},
    )
    return found[0], False


def _own_version(db: Database, article_id: int, capture: Row, article: Article) -> int | None:
    """The version that this capture itself gave before, if it gives the very same record again."""
    if capture["version_id"] is None:
        return None
    own = db.execute(
        "SELECT id FROM versions WHERE id = ? AND capture_id = ? AND article_id = ? AND digest = ?",
        (capture["version_id"], capture["id"], article_id, article.digest),
    ).fetchone()
    return own[0] if own and record_of_version(db, own[0]) == article.record else None


def _shared_version(db: Database, article_id: int, capture: Row, article: Article) -> int | None:
    """The newest version with the same words that another capture gives, unless this capture had its own to replace."""
    shared = db.execute(
        """
        SELECT max(id) FROM versions
        WHERE article_id = :article AND digest = :digest AND capture_id <> :capture
            AND EXISTS (SELECT 1 FROM captures WHERE version_id = versions.id AND captures.id <> :capture)
        """,
        {"article": article_id, "digest": article.digest, "capture": capture["id"]},
    ).fetchone()
    return cast("int | None", shared[0])


def _insert_version(db: Database, article_id: int, capture_id: int, article: Article, now: str) -> int:
    record: Record = article.record
    (number,) = db.execute(
        "SELECT coalesce(max(version), 0) + 1 FROM versions WHERE article_id = ?", (article_id,)
    ).fetchone()
    row = {
        "article_id": article_id,
        "version": number,
        "capture_id": capture_id,
        "digest": article.digest,
        "cleaner": cleaner_version(),
        "cleaned_at": now,
        **version_row(record),
    }
    version_id = insert(db, "versions", row)
    for table, rows in (
        ("images", image_rows(record)),
        ("credits", credit_rows(record)),
        ("notes", note_rows(record)),
        ("evidence", evidence_rows("hijack", record.verdict.evidence)),
        ("evidence", evidence_rows("damage", record.damage_evidence)),
        ("evidence", evidence_rows("encoding", record.encoding_evidence)),
        ("spam_links", spam_link_rows(record.verdict)),
    ):
        insert_all(db, table, ({"version_id": version_id, **row} for row in rows))
    return version_id


def _decide(db: Database, capture: Row, now: str, **decision: object) -> None:
    """Write a capture's outcome over what was decided before, and take back what hung on that."""
    nothing = dict.fromkeys(("version_id", "reason", "detail", "encoding", "view_count", "hijacked"))
    columns = {**nothing, **decision, "cleaned_at": now, "cleaner": cleaner_version()}
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    db.execute(f"UPDATE captures SET {assignments} WHERE id = :id", {**columns, "id": capture["id"]})  # noqa: S608 - ours
    if capture["outcome"] == "rejected":
        db.execute("DELETE FROM evidence WHERE capture_id = ?", (capture["id"],))
        db.execute("DELETE FROM spam_links WHERE capture_id = ?", (capture["id"],))
    if capture["version_id"]:
        before = db.execute("SELECT article_id FROM versions WHERE id = ?", (capture["version_id"],)).fetchone()
        _point_to_newest(db, before[0])


def _point_to_newest(db: Database, article_id: int) -> None:
    """Let an article show what its newest capture gives, be in that text's family, and be found by it."""
    db.execute(
        f"""
        UPDATE articles SET version_id = (
            SELECT captures.version_id FROM captures JOIN versions ON versions.id = captures.version_id
            WHERE versions.article_id = articles.id
            ORDER BY captures.fetched_at > {LATEST}, captures.fetched_at DESC, captures.id DESC LIMIT 1
        ) WHERE id = ?
        """,  # noqa: S608 - a constant
        (article_id,),
    )
    follow(db, article_id)
    at_the_end(db, search_index.follow, article_id)


def _point_urls(db: Database, capture: Row, state: str, **what: object) -> None:
    """Write the outcome beside the address, unless a later capture or failure of it has said something since."""
    row = {"reason": None, "detail": None, "article_id": None, **what, "state": state, "capture_id": capture["id"]}
    db.execute(
        """
        UPDATE urls
        SET state = :state, reason = :reason, detail = :detail, article_id = coalesce(:article_id, article_id)
        WHERE capture_id = :capture_id AND state IN ('pending', 'article', 'rejected')
        """,
        row,
    )

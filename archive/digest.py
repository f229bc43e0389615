"""What an archive holds, as one number: equal for two archives that say the same, whatever their ids are.

A table's digest is the sum of its rows' SHA-256, so rows count in any order and memory does not grow. Left out is what
follows from the rest (the search index, families, sketches, collations) and how bodies are packed.
"""

import hashlib
import re
from collections.abc import Iterable

from sqlite_utils import Database

from archive.connect import snapshot
from archive.rows import as_json

# How a row names another one without its id: `@capture(x)` in the queries below stands for this, with x for `?`.
_NAMES = {
    "capture": "(SELECT json_array(url, requested_url, fetched_at, body_sha256) FROM captures WHERE id = ?)",
    "version": """(
        SELECT json_array(url_key, version) FROM versions AS v JOIN articles AS a ON a.id = v.article_id WHERE v.id = ?
    )""",
    "article": "(SELECT url_key FROM articles WHERE id = ?)",
}
_NAMED = re.compile(r"@(capture|version|article)\(([\w.]+)\)")

# Every table that says something of its own, without ids.
TABLES = {
    "sites": "SELECT site, first_seen FROM sites",
    "bodies": "SELECT sha256, size FROM bodies",
    "urls": """
        SELECT url, site, state, reason, detail, status, redirects_to, first_seen, last_seen,
            @capture(urls.capture_id), @article(urls.article_id)
        FROM urls
    """,
    "captures": """
        SELECT url, requested_url, site, status, headers, fetched_at, body_sha256, @capture(pages.part_of), part,
            outcome, @version(pages.version_id), reason, detail, encoding, view_count, hijacked, cleaned_at, cleaner
        FROM captures AS pages
    """,
    "articles": "SELECT url_key, site, first_seen, last_seen, @version(articles.version_id) FROM articles",
    "versions": """
        SELECT @version(versions.id), @capture(versions.capture_id), digest, cleaner, cleaned_at, url, fetched_at,
            headline, headline_raw, kicker, subtitle, published_at, published_raw, source, source_raw, site_name,
            breadcrumb, authors, authors_raw, credits_raw, view_count, view_count_raw, declared_url, body, body_raw,
            notices, hijacked, spam_title, spam_link_count, encoding, script, damage, repairs
        FROM versions
    """,
    "images": "SELECT @version(images.version_id), number, src, alt, caption FROM images",
    "credits": "SELECT @version(credits.version_id), number, role, names FROM credits",
    "notes": """
        SELECT @version(notes.version_id), number, step, rule, place, at, before, after, confidence, doubtful FROM notes
    """,
    "evidence": """
        SELECT @version(evidence.version_id), @capture(evidence.capture_id), decision, kind, detail, weight
        FROM evidence
    """,
    "spam_links": """
        SELECT @version(spam_links.version_id), @capture(spam_links.capture_id), domain, anchor, hidden_by
        FROM spam_links
    """,
    "runs": "SELECT command, job, since, started_at, finished_at, finish, exit_code, summary FROM runs",
    # a claim is of the process that works on this file: to all others the address is queued
    "frontier": """
        SELECT url, url_key, site, host, spider, callback, errback, arguments, meta, priority, depth,
            iif(state = 'claimed', 'queued', state), job, attempts, found_at, answered_at, due_at, interval, misses,
            answered_by, etag, last_modified, led_to, led_to_at, missed_at
        FROM frontier
    """,
    "sightings": "SELECT @capture(sightings.capture_id), seen_at FROM sightings",
    "exceptions": "SELECT site, host, rule, reason, first_at, last_at FROM exceptions",
}


def content_digest(db: Database) -> str:
    """SHA-256 (hex) of all that an archive says."""
    return hashlib.sha256(as_json(sorted(table_digests(db).items())).encode()).hexdigest()


def table_digests(db: Database) -> dict[str, str]:
    """The same table by table: where two archives differ."""
    with snapshot(db):
        return {table: _sum(db.execute(_expanded(query))) for table, query in TABLES.items()}


def _expanded(query: str) -> str:
    return _NAMED.sub(lambda name: _NAMES[name[1]].replace("?", name[2]), query)


def row_digest(row: Iterable[object]) -> bytes:
    """SHA-256 of one row."""
    return hashlib.sha256(as_json(list(row)).encode("utf-8", "replace")).digest()


def _sum(rows: Iterable[Iterable[object]]) -> str:
    total = 0
    for row in rows:
        total += int.from_bytes(row_digest(row), "big")
    return f"{total % 2**256:064x}"

"""What `repost show` prints: lines of text for people, one object for programs.

Nothing here is escaped for a terminal: whoever prints it makes control characters visible.
"""

import dataclasses
from collections.abc import Iterator

from archive.read import StoredArticle
from crawler.items import Image, Record
from pipelines.record_json import record_json

_LABEL = 12  # characters of a field's name, padded


def show_lines(article: StoredArticle) -> Iterator[str]:
    """One article to read: headline, fields, body, pictures, notices, and where it came from."""
    record = article.record
    for title in (record.kicker, record.headline, record.subtitle):
        if title:
            yield title
    yield ""
    for label, value in _fields(record):
        if value:
            yield _field(label, value)
    yield ""
    for paragraph in record.body:
        yield paragraph
        yield ""
    for image in record.images:
        yield _field("image", _image(image))
    for notice in record.notices:
        yield _field("notice", notice)
    yield from _provenance(article)


def article_json(article: StoredArticle) -> dict[str, object]:
    """One article as JSON values: the record as `repost extract` prints it, with its place in the archive."""
    return {
        "id": article.id,
        "site": article.site,
        "url_key": article.url_key,
        "first_seen": article.first_seen,
        "last_seen": article.last_seen,
        "version": article.version,
        "digest": article.digest,
        "capture_id": article.capture_id,
        **record_json(article.record),
        "notes": [note._asdict() for note in article.record.notes],
        "versions": [dataclasses.asdict(version) for version in article.versions],
        "captures": [dataclasses.asdict(capture) for capture in article.captures],
    }


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    yield "published", record.published_at or record.published_raw or ""
    yield "source", record.source or ""
    yield "authors", "、".join(record.authors)
    for credit in record.credits:
        yield credit.role, "、".join(credit.names)
    yield "site", record.site_name or ""
    yield "section", " > ".join(record.breadcrumb)
    yield "views", "" if record.view_count is None else str(record.view_count)
    yield "its own url", record.declared_url or ""


def _image(image: Image) -> str:
    caption = image.caption or image.alt
    return f"{caption} <{image.src}>" if caption else f"<{image.src}>"


def _provenance(article: StoredArticle) -> Iterator[str]:
    record = article.record
    of_versions = f", version {article.version} of {len(article.versions)}" if len(article.versions) > 1 else ""
    yield _field("article", f"{article.id}{of_versions}; captured {len(article.captures)} times")
    yield _field("url", record.url)
    yield _field("fetched", record.fetched_at.isoformat(timespec="seconds"))
    yield _field("encoding", f"{record.encoding}, script {record.script}, damage {record.damage}")
    if record.verdict.hijacked:
        spam = f": {record.verdict.spam_title}" if record.verdict.spam_title else ""
        yield _field("hijacked", f"yes, {record.verdict.link_count} spam links{spam}")
    changes = ", ".join(f"{rule} {count}" for rule, count in record.repairs.items())
    if changes:
        yield _field("repairs", f"{changes} (repost explain {article.id})")
    if not any(version.present for version in article.versions):
        yield _field("withdrawn", "today's rules find no article in its captures")


def _field(label: str, value: str) -> str:
    return f"{label:<{_LABEL}}{value}"

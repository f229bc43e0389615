"""What a crawl of the sample web stored, held against what it must have stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from sqlite_utils import Database

from archive.connect import ArchiveError
from archive.read import StoredArticle, article, rejections
from crawler.items import Record
from samples.pages import ARTICLE_FIELDS, Gold
from samples.web import Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that is not as it must be.

    Attributes:
        url: the address that was asked for.
        field: of `samples.pages.Gold`.
    """

    url: str
    field: str
    want: object
    have: object


def fields_of(gold: Gold) -> tuple[str, ...]:
    """The fields that count for a page."""
    return ("rejected", "status") if gold.rejected else ("rejected", *ARTICLE_FIELDS)


def wanted(expected: Expected) -> dict[str, object]:
    """Field → what must be stored for an address."""
    values: dict[str, object] = {name: getattr(expected.gold, name) for name in fields_of(expected.gold)}
    if "images" in values:
        values["images"] = tuple(
            (urljoin(expected.answer_url, image.src), image.alt, image.caption) for image in expected.gold.images
        )
    return values


def stored(db: Database, expected: Expected) -> dict[str, object]:
    """Field → what the archive holds for an address; `rejected` is `missing` where it knows nothing of it."""
    known = _article(db, expected.url)
    if known is not None:
        return {"rejected": None, "status": 200, **_article_fields(known.record)}
    for line in rejections(db):
        if expected.answer_url == line.url:
            return {"rejected": line.reason, "status": line.status}
    return {"rejected": "missing"}


def differences(db: Database, pages: tuple[Expected, ...]) -> Iterator[Difference]:
    """Every field of every page that is not as it must be."""
    for expected in pages:
        have = stored(db, expected)
        for field, want in wanted(expected).items():
            if have.get(field) != want:
                yield Difference(url=expected.url, field=field, want=want, have=have.get(field))
            if field == "rejected" and have["rejected"] != want:
                break  # a page taken for something else differs in everything: once is enough


def _article(db: Database, url: str) -> StoredArticle | None:
    try:
        return article(db, url)
    except ArchiveError:
        return None


def _article_fields(record: Record) -> Mapping[str, object]:
    own = {
        "hijacked": record.verdict.hijacked,
        "spam_title": record.verdict.spam_title,
        "images": tuple((image.src, image.alt, image.caption) for image in record.images),
    }
    return {name: own[name] if name in own else getattr(record, name) for name in ARTICLE_FIELDS}

"""What a crawl of the sample web stored, held against what it must have stored."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from archive.connect import reading
from archive.errors import ArchiveError
from archive.read import RejectedLine, StoredArticle, article, rejections
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What an archive holds for one page.

    Attributes:
        article: None where the page gave none.
        fields: field of `samples.pages.Gold` → value; `rejected` is `missing` where the archive does not know the page.
    """

    article: StoredArticle | None = None
    fields: Mapping[str, object]


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


def stored(db_path: Path, pages: Sequence[Expected]) -> dict[str, Stored]:
    """What an archive holds for each page, by the address that was asked for.

    Raises:
        ArchiveError: the archive cannot be read.
    """
    with reading(db_path) as db:
        refused = {line.url: line for line in reversed(list(rejections(db)))}  # they come newest first: the newest wins
        return {page.url: _stored(page, partial(article, db), refused) for page in pages}


def differences(found: Mapping[str, Stored], pages: Sequence[Expected]) -> Iterator[Difference]:
    """Every field of every page that is not as it must be."""
    for page in pages:
        have = found[page.url].fields
        for field, want in wanted(page).items():
            if have.get(field) != want:
                yield Difference(url=page.url, field=field, want=want, have=have.get(field))
            if field == "rejected" and have["rejected"] != want:
                break  # a page taken for something else differs in everything: once is enough


def _stored(page: Expected, find: Callable[[str], StoredArticle], refused: Mapping[str, RejectedLine]) -> Stored:
    try:
        known = find(page.url)
    except ArchiveError:
        line = refused.get(page.answer_url)
        return Stored(fields={"rejected": line.reason, "status": line.status} if line else {"rejected": "missing"})
    return Stored(article=known, fields={"rejected": None, "status": 200, **_article_fields(known.record)})


def _article_fields(record: Record) -> Mapping[str, object]:
    own = {
        "hijacked": record.verdict.hijacked,
        "spam_title": record.verdict.spam_title,
        "images": tuple((image.src, image.alt, image.caption) for image in record.images),
    }
    return {name: own[name] if name in own else getattr(record, name) for name in ARTICLE_FIELDS}

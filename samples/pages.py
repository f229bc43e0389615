"""The vocabulary of the sample web: a site, its pages, and for each page what a crawl must store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from html import escape

from crawler.items import Credit, Reason
from samples.stories import Block, Kind

CHINA = timezone(timedelta(hours=8))
"""What a page of the sample web means by a time that it prints without a zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image as the archive must hold it.

    Attributes:
        src: the address as the page writes it, to be joined to the page's own.
        caption: without △.
    """

    src: str
    alt: str | None
    caption: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """What a crawl must store for one address, made from the article's text, never from what the pipeline gave.

    A character that the damage destroyed stands as U+FFFD. Of a page that gives no article only `path`, `status` and
    `rejected` count.

    Attributes:
        path: the path that answers, or where it is given up (another than the one asked for, where it redirects).
        status: its HTTP status; None where no response comes back.
        rejected: why there is no article.
        published_at: ISO 8601 with offset, as precise as the page prints it.
    The other attributes are as in `crawler.items.Record`.
    """

    path: str
    status: int | None = 200
    rejected: Reason | None = None
    headline: str = ""
    subtitle: str | None = None
    published_at: str | None = None
    source: str | None = None
    site_name: str | None = None
    breadcrumb: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    view_count: int | None = None
    declared_url: str | None = None
    body: tuple[str, ...] = field(default=(), repr=False)
    images: tuple[Picture, ...] = ()
    notices: tuple[str, ...] = ()
    hijacked: bool = False
    spam_title: str | None = None
    encoding: str = "utf-8"
    script: str = "hans"


ARTICLE_FIELDS = tuple(name for name in Gold.__slots__ if name not in {"path", "status", "rejected"})
"""The fields of `Gold` that describe an article, in the order of reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePage:
    """One address of a site and its answer.

    Attributes:
        path: begins with a slash.
        body: the bytes.
        headers: without those that the server adds (length, ETag, Last-Modified).
        gold: what a crawl must store when it asks for this address; None for what is never asked for on its own
            (robots.txt, the later parts of an article).
    """

    path: str
    body: bytes = field(repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    gold: Gold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One host of the sample web.

    Attributes:
        key: short English name, for people and tests.
        domain: the host name that its pages give as their own; it exists nowhere.
        name: how the site calls itself.
        pages: what it serves.
        about: what it is, in one line of English.
    """

    key: str
    domain: str
    name: str
    about: str
    pages: tuple[SamplePage, ...]


def paragraphs(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The body as a record holds it: paragraphs and sub-headings."""
    return tuple(block.text for block in blocks if block.kind is not Kind.PICTURE)


def html_blocks(blocks: tuple[Block, ...], forms: Mapping[Kind, str]) -> str:
    """The blocks as markup, one a line.

    Args:
        blocks: of an article.
        forms: for each kind its markup, with `{text}` and `{file}` where the words and the picture's file belong.
    """
    return "\n".join(forms[block.kind].format(text=escape(block.text), file=block.file) for block in blocks)


def credit_lines(credits_: tuple[Credit, ...], between: str) -> tuple[str, ...]:
    """Credits as the outlet prints them: the role, `between`, the names with blanks between them."""
    return tuple(f"{credit.role}{between}{' '.join(credit.names)}" for credit in credits_)

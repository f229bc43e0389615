"""Spam campaigns: hijacked pages that carry links to the same domains, or the same injected title.

What one operator puts on many sites shares its domains with itself and with nobody else, so pages belong to one
campaign that are joined by a shared domain or a shared title, directly or through other pages.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from sqlite_utils import Database

PAGES = 5_000  # that are looked at, the newest: joining is done in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class SpamPage:
    """One hijacked page, as its newest capture shows it.

    Attributes:
        article_id: the article on it, or None where it holds nothing but spam.
        title: the injected title, or None.
        domains: where its farm leads, lower case.
    """

    capture_id: int
    article_id: int | None
    site: str
    url: str
    fetched_at: str
    title: str | None
    domains: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Pages that share domains or titles.

    Attributes:
        id: 12 hexadecimal digits of a digest; the same as long as the campaign's first domain or title is the same.
        sites: site → pages, the most first.
        domains, titles: domain, injected title → pages, the most first.
        first_at, last_at: when the first and the last of these pages was fetched, ISO 8601 in UTC.
        pages: the newest first.
    """

    id: str
    sites: dict[str, int]
    domains: dict[str, int] = field(repr=False)
    titles: dict[str, int] = field(repr=False)
    first_at: str
    last_at: str
    pages: tuple[SpamPage, ...] = field(repr=False)


def campaigns(db: Database, *, pages: int = PAGES) -> tuple[Campaign, ...]:
    """The campaigns, the one on the most pages first.

    Args:
        db: the archive.
        pages: how many hijacked pages are looked at, the newest.
    """
    found = list(_pages(db, pages))
    groups: defaultdict[int, list[SpamPage]] = defaultdict(list)
    leaders = _leaders(found)
    for number, page in enumerate(found):
        groups[leaders[number]].append(page)
    made = (_campaign(tuple(group)) for group in groups.values())
    return tuple(sorted(made, key=lambda campaign: (-len(campaign.pages), campaign.id)))


def _pages(db: Database, limit: int) -> Iterator[SpamPage]:
    rows = db.query(
        """
        WITH hijacked_pages AS (
            SELECT max(id) AS id FROM captures WHERE hijacked AND part_of IS NULL
            GROUP BY coalesce(requested_url, url) ORDER BY 1 DESC LIMIT :limit
        )
        SELECT captures.id AS capture_id, article_id, captures.site, captures.url, captures.fetched_at,
            spam_title AS title, captures.version_id
        FROM hijacked_pages JOIN captures USING (id) LEFT JOIN versions ON versions.id = captures.version_id
        ORDER BY captures.fetched_at DESC, captures.id DESC
        """,
        {"limit": limit},
    )
    for row in list(rows):
        # A page whose article was seen before has its farm at the version, one without an article at the capture.
        of = {"version": row.pop("version_id"), "capture": row["capture_id"]}
        links = db.execute(
            "SELECT DISTINCT domain FROM spam_links WHERE version_id = :version OR capture_id = :capture ORDER BY 1", of
        )
        yield SpamPage(**row, domains=tuple(domain for (domain,) in links))


def _leaders(pages: list[SpamPage]) -> list[int]:
    """For each page the number of the page that stands for its campaign: union and find."""
    leaders = list(range(len(pages)))

    def leader(number: int) -> int:
        while leaders[number] != number:
            leaders[number] = number = leaders[leaders[number]]
        return number

    first: dict[tuple[str, str], int] = {}
    for number, page in enumerate(pages):
        for sign in _signs(page):
            leaders[leader(number)] = leader(first.setdefault(sign, number))
    return [leader(number) for number in range(len(pages))]


def _signs(page: SpamPage) -> Iterator[tuple[str, str]]:
    yield from (("domain", domain) for domain in page.domains)
    if page.title:
        yield ("title", page.title)


def _campaign(pages: tuple[SpamPage, ...]) -> Campaign:
    signs = sorted({sign for page in pages for sign in _signs(page)}) or [("page", page.url) for page in pages]
    return Campaign(
        id=sha256("\n".join(signs[0]).encode()).hexdigest()[:12],
        sites=dict(Counter(page.site for page in pages).most_common()),
        domains=dict(Counter(domain for page in pages for domain in page.domains).most_common()),
        titles=dict(Counter(page.title for page in pages if page.title).most_common()),
        first_at=min(page.fetched_at for page in pages),
        last_at=max(page.fetched_at for page in pages),
        pages=pages,
    )

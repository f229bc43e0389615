"""What an archive has of one site: how much, how complete, and when its pages were hijacked."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.rows import Row, storable
from archive.search.find import Query, count

COUNTED = 10_000  # hijacked articles; counting them all reads a list as long as they are many
EVENTS = 200  # of a site that are listed, the newest

# Fields of a record: their names for people, and whether a version has one, as SQL over `versions`.
FIELDS = {
    "publication time": "published_at IS NOT NULL",
    "source (来源)": "source IS NOT NULL",
    "authors": "authors <> '[]'",
    "credits": "EXISTS (SELECT 1 FROM credits WHERE credits.version_id = versions.id)",
    "section": "breadcrumb <> '[]'",
    "views": "view_count IS NOT NULL",
    "pictures": "EXISTS (SELECT 1 FROM images WHERE images.version_id = versions.id)",
    "its own address": "declared_url IS NOT NULL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much an archive holds, in counts that cost little however much it is.

    Attributes:
        hijacked: articles whose present version stands on a hijacked page, counted up to `COUNTED`.
    """

    articles: int
    families: int
    sites: int
    captures: int
    hijacked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of a site.

    Attributes:
        month: `2026-02`.
        pages: captures of that month; `hijacked` of them.
        articles: articles whose present version was published in it.
    """

    month: str
    pages: int
    hijacked: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEvent:
    """What happened to one address between two captures.

    Attributes:
        event: `hijack-begun` or `hijack-ended`; `hijacked` where its first capture was hijacked already.
        at: when it was seen, ISO 8601 in UTC.
        article_id: the article there, or None.
    """

    event: str
    at: str
    url: str
    article_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One site.

    Attributes:
        site: its recipe's name, else its host.
        name: what it calls itself, where it does.
        first_seen: when it was first asked for, ISO 8601 in UTC.
        captures, articles, hijacked: how many; hijacked are articles whose present version stands on a hijacked page.
        rejected: reason → captures.
        damage: class → articles.
        fields: field, for people → share of the articles that have it, 0 to 1.
        months: the oldest first; those with nothing left out.
        events: the newest first, at most `EVENTS`.
    """

    site: str
    name: str | None
    first_seen: str
    captures: int
    articles: int
    hijacked: int
    rejected: dict[str, int]
    damage: dict[str, int]
    fields: dict[str, float]
    months: tuple[Month, ...]
    events: tuple[SiteEvent, ...]


def totals(db: Database) -> Totals:
    """How much there is."""
    (row,) = db.query(
        """
        SELECT
            (SELECT count(*) FROM articles WHERE version_id IS NOT NULL) AS articles,
            (SELECT count(*) FROM families WHERE ended_at IS NULL) AS families,
            (SELECT count(*) FROM sites) AS sites,
            (SELECT count(*) FROM captures) AS captures
        """
    )
    return Totals(**row, hijacked=count(db, Query(hijacked=True), at_most=COUNTED))


def site_keys(db: Database, *, limit: int) -> Iterator[str]:
    """The sites, by key."""
    for (site,) in db.execute("SELECT site FROM sites ORDER BY site LIMIT ?", (limit,)):
        yield site


def site_names(db: Database, site: str | None = None) -> dict[str, str]:
    """What sites, or one of them, call themselves on most of their articles' pages; of equals the first."""
    rows = db.execute(
        """
        SELECT site, site_name FROM (
            SELECT site, site_name, row_number() OVER (PARTITION BY site ORDER BY count(*) DESC, site_name) AS place
            FROM latest WHERE site_name IS NOT NULL AND (:site IS NULL OR site = :site) GROUP BY site, site_name
        ) WHERE place = 1
        """,
        {"site": storable(site)},
    )
    return dict(rows.fetchall())


def coverage(db: Database, site: str) -> Coverage:
    """What there is of a site.

    Raises:
        ArchiveError: there is no such site.
    """
    asked = {"site": storable(site)}
    first_seen = db.execute("SELECT first_seen FROM sites WHERE site = :site", asked).fetchone()
    if first_seen is None:
        raise ArchiveError(f"no site {site}")
    shares = ", ".join(f"avg({has})" for has in FIELDS.values())
    articles, hijacked, *found = db.execute(
        f"SELECT count(*), coalesce(sum(hijacked), 0), {shares} {_PRESENT}",
        asked,
    ).fetchone()
    months = {row["month"]: row for row in db.query(_MONTHS, asked)}
    return Coverage(
        site=site,
        name=site_names(db, site).get(site),
        first_seen=first_seen[0],
        captures=sum(month["pages"] for month in months.values()),
        articles=articles,
        hijacked=hijacked,
        rejected=_counted(db, "reason", "FROM captures WHERE outcome = 'rejected' AND site = :site", asked),
        damage=_counted(db, "damage", _PRESENT, asked),
        fields={name: share or 0.0 for name, share in zip(FIELDS, found, strict=True)},
        months=tuple(Month(**row) for row in months.values()),
        events=tuple(_events(db, asked)),
    )


_PRESENT = "FROM articles JOIN versions ON versions.id = articles.version_id WHERE articles.site = :site"
_MONTHS = f"""
    SELECT month, sum(pages) AS pages, sum(hijacked) AS hijacked, sum(articles) AS articles FROM (
        SELECT substr(fetched_at, 1, 7) AS month, 1 AS pages, coalesce(hijacked, 0) AS hijacked, 0 AS articles
        FROM captures WHERE site = :site
        UNION ALL
        SELECT substr(coalesce(published_at, versions.fetched_at), 1, 7), 0, 0, 1 {_PRESENT}
    ) GROUP BY month ORDER BY month
"""  # noqa: S608 - constants of this module
# As in the view `events`, but of one site, and with how an address was when it was first seen.
_EVENTS = """
    WITH verdicts AS (
        SELECT coalesce(requested_url, url) AS url, fetched_at AS at, version_id, hijacked,
            lag(hijacked) OVER (PARTITION BY coalesce(requested_url, url) ORDER BY fetched_at, id) AS before
        FROM captures WHERE site = :site AND part_of IS NULL AND hijacked IS NOT NULL
    )
    SELECT CASE WHEN before IS NULL THEN 'hijacked' WHEN verdicts.hijacked THEN 'hijack-begun' ELSE 'hijack-ended' END
        AS event, at, verdicts.url, article_id
    FROM verdicts LEFT JOIN versions ON versions.id = verdicts.version_id
    WHERE verdicts.hijacked IS NOT coalesce(before, 0) ORDER BY at DESC, verdicts.url LIMIT :limit
"""


def _counted(db: Database, column: str, rows: str, asked: Row) -> dict[str, int]:
    query = f"SELECT {column}, count(*) {rows} GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(db.execute(query, asked).fetchall())


def _events(db: Database, asked: Row) -> Iterator[SiteEvent]:
    for row in db.query(_EVENTS, {**asked, "limit": EVENTS}):
        yield SiteEvent(**row)

"""How an archive stands: its sites, what is due, and alarms where a site is no longer what its past pages were."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.frontier import IS_DUE, Bounds, due_values

RECENT = 20  # captures of a site that tell how it is now …
BEFORE = 100  # … against so many before them
ENOUGH = 5  # of either; fewer say nothing
JUMP = 0.4  # a share that grew by so much: chance alone does that once in ten thousand times at these numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """One site.

    Attributes:
        known: addresses in the frontier.
        queued: of these, asked for and not answered yet.
        due: of these, whose time has come.
        articles, hijacked: articles kept, and those whose present version stands on a hijacked page.
        last_seen: when anything of it was last fetched or seen, ISO 8601 in UTC, or None.
    """

    site: str
    known: int
    queued: int
    due: int
    articles: int
    hijacked: int
    last_seen: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A site that drifted.

    Attributes:
        kind: `listing-empty`, `field-missing`, `no-article` or `hijack-rate`.
        detail: one line for people.
        since: when it was first seen so, ISO 8601 in UTC.
        example: an address where it can be seen.
    """

    site: str
    kind: str
    detail: str
    since: str
    example: str


def sites(db: Database, now: datetime, bounds: Bounds | None = None) -> Iterator[SiteLine]:
    """The sites, by name; what is due of them within the bounds of the site files, where they are given."""
    rows = db.query(
        f"""
        WITH known AS (
            SELECT site, count(*) AS known, sum(state = 'queued') AS queued,
                sum({IS_DUE}) AS due, max(answered_at) AS answered
            FROM frontier GROUP BY site
        ),
        kept AS (
            SELECT site, count(*) AS articles, sum(hijacked) AS hijacked, max(last_seen) AS last_seen
            FROM latest GROUP BY site
        ),
        names AS (SELECT site FROM known UNION SELECT site FROM sites)
        SELECT site, coalesce(known, 0) AS known, coalesce(queued, 0) AS queued, coalesce(due, 0) AS due,
            coalesce(articles, 0) AS articles, coalesce(hijacked, 0) AS hijacked,
            nullif(max(coalesce(answered, ''), coalesce(last_seen, '')), '') AS last_seen
        FROM names LEFT JOIN known USING (site) LEFT JOIN kept USING (site) ORDER BY site
        """,  # noqa: S608 - the condition is ours
        due_values(bounds or Bounds(), now),
    )
    for row in rows:
        yield SiteLine(**row)


def alarms(db: Database) -> Iterator[Alarm]:
    """Where sites drifted, by site."""
    found = [*_empty_listings(db)]
    for kind, detail, sign in _SIGNS:
        found.extend(_jumps(db, kind, detail, sign))
    yield from sorted(found, key=lambda alarm: (alarm.site, alarm.kind, alarm.detail))


# What is watched of a site's captures: the alarm, its words, and the sign as SQL over `captures` and `versions`; NULL
# where a capture says nothing about it.
_SIGNS = (
    ("no-article", "pages without an article", "iif(outcome = 'rejected', 1, 0)"),
    ("hijack-rate", "hijacked pages", "captures.hijacked"),
    ("field-missing", "articles without a time", "iif(outcome = 'article', published_at IS NULL, NULL)"),
    ("field-missing", "articles without a source", "iif(outcome = 'article', versions.source IS NULL, NULL)"),
    ("field-missing", "articles without pictures",
     "iif(outcome = 'article', NOT EXISTS (SELECT 1 FROM images WHERE images.version_id = versions.id), NULL)"),
)  # fmt: skip


def _empty_listings(db: Database) -> Iterator[Alarm]:
    """Section pages that led to addresses once, and to none the last time."""
    rows = db.query(
        """
        SELECT site, url, answered_at, led_to_at FROM frontier
        WHERE state = 'answered' AND misses > 0 AND led_to_at IS NOT NULL ORDER BY site, url
        """
    )
    for row in rows:
        yield Alarm(
            site=row["site"],
            kind="listing-empty",
            detail=f"a section page leads to nothing; it last did on {row['led_to_at'][:10]}",
            since=row["answered_at"],
            example=row["url"],
        )


def _jumps(db: Database, kind: str, detail: str, sign: str) -> Iterator[Alarm]:
    """Sites where the share of captures with a sign grew from one window to the next."""
    rows = db.query(
        f"""
        WITH signs AS (
            SELECT captures.site, captures.url, captures.fetched_at, {sign} AS sign
            FROM captures LEFT JOIN versions ON versions.id = captures.version_id
            WHERE part_of IS NULL AND outcome IN ('article', 'rejected') AND status BETWEEN 200 AND 299
        ),
        numbered AS (
            SELECT *, row_number() OVER (PARTITION BY site ORDER BY fetched_at DESC) AS number
            FROM signs WHERE sign IS NOT NULL
        ),
        shares AS (
            SELECT site, avg(iif(number <= :recent, sign, NULL)) AS now,
                avg(iif(number > :recent, sign, NULL)) AS before,
                sum(number > :recent) AS older, sum(number <= :recent) AS newer,
                min(iif(number <= :recent AND sign, fetched_at, NULL)) AS since
            FROM numbered WHERE number <= :recent + :before GROUP BY site
        )
        SELECT site, now, before, since,
            (SELECT url FROM numbered WHERE site = shares.site AND sign ORDER BY number LIMIT 1) AS example
        FROM shares WHERE older >= :enough AND newer >= :enough AND now - before >= :jump
        """,  # noqa: S608 - a sign is one of the constants above
        {"recent": RECENT, "before": BEFORE, "enough": ENOUGH, "jump": JUMP},
    )
    for row in rows:
        yield Alarm(
            site=row["site"],
            kind=kind,
            detail=f"{row['now']:.0%} {detail} among the newest, {row['before']:.0%} before",
            since=row["since"],
            example=row["example"],
        )

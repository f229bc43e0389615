"""How an archive stands: its sites, what is due, and alarms where a site is no longer what its past pages were."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import sqrt
from operator import itemgetter

from sqlite_utils import Database

from archive.connect import select
from archive.frontier import IS_DUE, Bounds, due_values
from archive.rows import LATEST

LOOKED_AT = 400  # captures of a site, the newest: an alarm is forgotten when all of them are as bad
RECENT = 10  # the newest of them tell whether it was mended
ENOUGH = 5  # captures before the change, and captures with the sign after it; fewer say nothing
JUMP = 0.4  # a share that grew by so much has a cause that is worth a look …
SURE = 3.5  # … unless chance does it: a difference of so many standard errors comes once in four thousand times
PATIENT = 3  # visits in a row to a section page that could not be fetched: a server may be down for a night


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """One site.

    Attributes:
        known: addresses in the frontier.
        queued: of these, asked for and not answered yet.
        due: of these, whose time has come.
        failing: of these, which gave nothing the last time.
        articles, hijacked: articles kept, and those whose present version stands on a hijacked page.
        last_seen: when anything of it was last fetched or seen, ISO 8601 in UTC, or None.
        next_due: when the first of its addresses is due, the same; None where none will be.
    """

    site: str
    known: int
    queued: int
    due: int
    failing: int
    articles: int
    hijacked: int
    last_seen: str | None
    next_due: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A site that drifted.

    Attributes:
        kind: `listing-empty` (a section page names no article any more), `listing-lost` (it cannot be fetched any
            more), `field-missing`, `no-article` or `hijack-rate`.
        detail: one line for people.
        since: when it was first seen so, ISO 8601 in UTC; the same each time until it is mended.
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
                sum({IS_DUE}) AS due, sum(misses > 0) AS failing, max(answered_at) AS answered,
                min(iif(state = 'answered', due_at, NULL)) AS next_due
            FROM frontier GROUP BY site
        ),
        kept AS (
            SELECT site, count(*) AS articles, sum(hijacked) AS hijacked, max(last_seen) AS last_seen
            FROM latest GROUP BY site
        ),
        names AS (SELECT site FROM known UNION SELECT site FROM sites)
        SELECT site, coalesce(known, 0) AS known, coalesce(queued, 0) AS queued, coalesce(due, 0) AS due,
            coalesce(failing, 0) AS failing, coalesce(articles, 0) AS articles, coalesce(hijacked, 0) AS hijacked,
            nullif(max(coalesce(answered, ''), coalesce(last_seen, '')), '') AS last_seen,
            next_due
        FROM names LEFT JOIN known USING (site) LEFT JOIN kept USING (site) ORDER BY site
        """,  # noqa: S608 - the condition is ours
        due_values(bounds or Bounds(), now),
    )
    for row in rows:
        yield SiteLine(**row)


def alarms(db: Database) -> Iterator[Alarm]:
    """Where sites drifted, by site."""
    found = [*_listings(db)]
    for kind, words, sign in _SIGNS:
        found.extend(_jumps(db, kind, words, sign))
    yield from sorted(found, key=lambda alarm: (alarm.site, alarm.kind, alarm.detail))


# What is watched of a site's captures: the alarm, what its pages are, and the sign as SQL over `captures` and
# `versions`; NULL where a capture says nothing about it.
_SIGNS = (
    ("no-article", "pages give no article", "outcome = 'rejected'"),
    ("hijack-rate", "pages are hijacked", "captures.hijacked"),
    ("field-missing", "articles have no time", "iif(outcome = 'article', published_at IS NULL, NULL)"),
    ("field-missing", "articles have no source", "iif(outcome = 'article', versions.source IS NULL, NULL)"),
    ("field-missing", "articles have no pictures",
     "iif(outcome = 'article', NOT EXISTS (SELECT 1 FROM images WHERE images.version_id = versions.id), NULL)"),
)  # fmt: skip


def _listings(db: Database) -> Iterator[Alarm]:
    """Pages of addresses that led somewhere once, or should have, and do not."""
    rows = select(
        db,
        """
        SELECT frontier.site, frontier.url, missed_at, misses, led_to_at, due_at, urls.reason, urls.detail
        FROM frontier JOIN urls ON urls.url = frontier.url
        WHERE missed_at IS NOT NULL AND (led_to IS NOT NULL OR led_to_at IS NOT NULL OR callback = 'read')
        """,
    )
    for row in rows:
        is_empty = row["reason"] == "listing"
        is_gone = row["detail"] in {"status 404", "status 410"}
        if not (is_empty or is_gone or row["misses"] >= PATIENT):
            continue
        what = "leads to no article" if is_empty else f"cannot be fetched: {row['reason']}: {row['detail']}"
        last = f"it last did on {row['led_to_at'][:10]}" if row["led_to_at"] else "it never did"
        given_up = "" if row["due_at"] else "; it is not asked for any more"
        yield Alarm(
            site=row["site"],
            kind="listing-empty" if is_empty else "listing-lost",
            detail=f"a page of addresses {what}; {last}{given_up}",
            since=row["missed_at"],
            example=row["url"],
        )


def _jumps(db: Database, kind: str, words: str, sign: str) -> Iterator[Alarm]:
    """Sites where the share of captures with a sign has grown, and not shrunk since."""
    rows = select(
        db,
        f"""
        WITH signs AS (
            SELECT captures.id, captures.site, captures.url, captures.fetched_at, {sign} AS sign
            FROM captures LEFT JOIN versions ON versions.id = captures.version_id
            WHERE part_of IS NULL AND outcome IN ('article', 'rejected') AND status BETWEEN 200 AND 299
        ),
        numbered AS (
            SELECT *, row_number() OVER (
                PARTITION BY site ORDER BY fetched_at > {LATEST}, fetched_at DESC, id DESC
            ) AS number
            FROM signs WHERE sign IS NOT NULL
        )
        SELECT site, url, fetched_at, sign FROM numbered WHERE number <= :most ORDER BY site, number
        """,  # noqa: S608 - a sign is one of the constants above
        {"most": LOOKED_AT},
    )
    for site, group in groupby(rows, key=itemgetter("site")):
        seen = list(group)
        signs = [row["sign"] for row in seen]
        if new := changed_after(signs):
            before = len(signs) - new
            yield Alarm(
                site=site,
                kind=kind,
                detail=f"{sum(signs[:new])} of the newest {new} {words}, {sum(signs[new:])} of the {before} before",
                since=seen[new - 1]["fetched_at"],
                example=seen[signs.index(1)]["url"],
            )


def changed_after(signs: Sequence[int]) -> int:
    """How many of the newest captures are not as those before: where the shares differ most surely; 0 for none.

    Args:
        signs: 1 or 0 for each capture, the newest first.
    """
    best, found, hits = 0.0, 0, 0
    total = sum(signs)
    for new, sign in enumerate(signs[: len(signs) - ENOUGH], 1):
        hits += sign
        rest = len(signs) - new
        before = (total - hits) / rest
        now = min(hits / new, sum(signs[: min(new, RECENT)]) / min(new, RECENT))
        error = sqrt(total / len(signs) * (1 - total / len(signs)) * (1 / new + 1 / rest))
        if hits >= ENOUGH and now - before >= JUMP and now - before >= max(best, SURE) * error:
            best, found = (now - before) / error, new
    return found

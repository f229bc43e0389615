"""Where a rule was set aside for a host, because its site's file says so and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.connect import transaction
from archive.rows import storable, timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionLine:
    """One rule that was set aside for one host.

    Attributes:
        rule: `robots` or `certificate`.
        reason: as the site's file had it.
        first_at, last_at: the first use in the first and in the last run that used it, ISO 8601 in UTC.
    """

    site: str
    host: str
    rule: str
    reason: str
    first_at: str
    last_at: str


def note(db: Database, *, site: str, host: str, rule: str, reason: str, now: datetime) -> None:  # noqa: PLR0913 - a row
    """Write down that a rule is set aside now."""
    row = {"site": site, "host": host, "rule": rule, "reason": reason, "now": timestamp(now)}
    with transaction(db):
        db.execute(
            """
            INSERT INTO exceptions (site, host, rule, reason, first_at, last_at)
            VALUES (:site, :host, :rule, :reason, :now, :now)
            ON CONFLICT (host, rule, reason) DO UPDATE SET site = excluded.site, last_at = excluded.last_at
            """,
            storable(row),
        )


def noted(db: Database, since: datetime | None = None) -> Iterator[ExceptionLine]:
    """What was set aside, by site and host; only what was used since then, where that is given."""
    query = "SELECT site, host, rule, reason, first_at, last_at FROM exceptions WHERE last_at >= ? ORDER BY 1, 2, 3, 5"
    for row in db.query(query, (timestamp(since) if since else "",)):
        yield ExceptionLine(**row)

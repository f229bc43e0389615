"""What to ask for, and when: the table behind the crawl.

An address is queued, claimed for the time of its fetch, and answered by the transaction that stores what came of it.
Whoever dies in between leaves claims; the next to hold the archive's lock queues them again, and nothing else is asked
for twice.

Where a clock was wrong, or an archive that was merged lies, an answer may be of the future: then nothing is known, and
the address is asked for. What is learned here is never later than now.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlite_utils import Database

from archive.connect import insert, select, transaction
from archive.revisit import Visit, next_interval
from archive.rows import Row, as_json, storable, timestamp
from crawler.items import SiteRecipe

MAX_ATTEMPTS = 5  # claims of an address that never was answered; a page that kills the program is not asked for again


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An address to ask for.

    Attributes:
        url: as it will be asked for.
        url_key: its canonical form.
        site: the site's key.
        host: whose turn it takes.
        spider, callback, errback: whose methods read the answer, or the failure.
        arguments: what goes with the request; JSON values.
        priority: the higher, the sooner.
        depth: links followed from what was given.
    """

    url: str
    url_key: str
    site: str
    host: str
    spider: str
    callback: str
    errback: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What lets a server say that a page is what it was.

    Attributes:
        url: the address they belong to: the one that answered.
        etag, last_modified: the headers of these names, verbatim.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None


def recover(db: Database) -> int:
    """Queue again what a dead run had claimed; how many those were. Only for the holder of the archive's lock."""
    with transaction(db):
        return int(db.execute("UPDATE frontier SET state = 'queued' WHERE state = 'claimed'").rowcount)


def ask_again(db: Database, urls: Iterable[str], *, job: str) -> None:
    """Queue again what a job had an answer for that is not all there is: an article whose pages it was amid."""
    with transaction(db):
        for url in urls:
            db.execute("UPDATE frontier SET state = 'queued', job = ? WHERE url = ?", (job, storable(url)))


def want(db: Database, wanted: Wanted, *, job: str, since: datetime, now: datetime) -> bool:
    """Queue an address that somebody gave, unless this job had its answer already; whether it was queued."""
    row = _row(wanted, job, now)
    with transaction(db):
        before = db.execute("SELECT state, job FROM frontier WHERE url = ?", (row["url"],)).fetchone()
        written = db.execute(
            f"""
            INSERT INTO frontier ({", ".join(row)}, state) VALUES ({", ".join(f":{name}" for name in row)}, 'queued')
            ON CONFLICT (url) DO UPDATE SET
                state = 'queued', job = :job, due_at = :due_at, priority = max(priority, :priority),
                spider = :spider, callback = :callback, errback = :errback, arguments = :arguments, meta = :meta,
                attempts = iif(state = 'queued', attempts, 0)
            WHERE state = 'queued' OR (state = 'answered' AND (answered_at < :since OR answered_at > :now))
            """,  # noqa: S608 - column names of our own
            {**row, "since": timestamp(since), "now": timestamp(now)},
        ).rowcount
    return bool(written) and before != ("queued", job)


def lead_to(db: Database, found: Iterable[Wanted], *, job: str, now: datetime) -> list[Wanted]:
    """Queue addresses that a page led to, where they are not known yet in any spelling; those that were queued."""
    new = []
    with transaction(db):
        for wanted in found:
            row = _row(wanted, job, now)
            if db.execute("SELECT 1 FROM frontier WHERE url_key = ?", (row["url_key"],)).fetchone() is None:
                insert(db, "frontier", {**row, "state": "queued"})
                new.append(wanted)
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long the pages of a site are left alone, as its file has it today.

    Attributes:
        least, most: site → at least, at most.
    """

    least: Mapping[str, timedelta] = field(default_factory=dict)
    most: Mapping[str, timedelta] = field(default_factory=dict)

    @classmethod
    def of(cls, recipes: Iterable[SiteRecipe]) -> Self:
        """Those of all site files."""
        known = list(recipes)
        return cls(
            least={recipe.name: recipe.revisit for recipe in known if recipe.revisit},
            most={recipe.name: recipe.revisit_within for recipe in known if recipe.revisit_within},
        )


IS_DUE = """
    state = 'answered' AND due_at IS NOT NULL AND (
        answered_at > :now
        OR (due_at <= :now OR answered_at <= (SELECT value FROM json_each(:asked_before) WHERE key = site))
        AND NOT coalesce(answered_at > (SELECT value FROM json_each(:rests_from) WHERE key = site), 0)
    )
"""
"""Whether a row of the frontier is due, as SQL; its values are those of `due_values`."""


def due_values(bounds: Bounds, now: datetime) -> dict[str, str]:
    """The values of `IS_DUE`: a page that was asked before the one time is due, one answered after the other rests."""
    return {
        "now": timestamp(now),
        "asked_before": as_json({site: timestamp(now - most) for site, most in bounds.most.items()}),
        "rests_from": as_json({site: timestamp(now - least) for site, least in bounds.least.items()}),
    }


def adopt_due(db: Database, *, job: str, spiders: Iterable[str], now: datetime, bounds: Bounds) -> None:
    """Queue everything that is due for this job, with what other jobs left behind.

    Args:
        db: the archive.
        job: who will ask for it.
        spiders: the spiders that this job can speak for; what belongs to others waits for them.
        now: what is due by then.
        bounds: what the site files say about it.
    """
    values = {"job": job, "spiders": as_json(list(spiders)), **due_values(bounds, now)}
    known = "spider IN (SELECT value FROM json_each(:spiders))"
    with transaction(db):
        db.execute(f"UPDATE frontier SET job = :job WHERE state = 'queued' AND {known}", values)  # noqa: S608
        db.execute(f"UPDATE frontier SET state = 'queued', job = :job WHERE {IS_DUE} AND {known}", values)  # noqa: S608


def queued(db: Database, job: str) -> list[tuple[str, str, int]]:
    """What a job has left: (host, site, addresses)."""
    query = "SELECT host, site, count(*) FROM frontier WHERE state = 'queued' AND job = ? GROUP BY host, site"
    return db.execute(query, (job,)).fetchall()


def claim(db: Database, *, job: str, host: str, most: int = 1) -> list[tuple[Wanted, Validators | None]]:
    """Take a host's next addresses: they are this run's until they are answered or given back, or the run dies."""
    with transaction(db):
        rows = list(
            select(
                db,
                """
                SELECT * FROM frontier WHERE state = 'queued' AND job = ? AND host = ?
                ORDER BY priority DESC, id LIMIT ?
                """,
                (job, host, most),
            )
        )
        db.conn.executemany(
            "UPDATE frontier SET state = 'claimed', attempts = attempts + 1 WHERE id = ?",
            [(row["id"],) for row in rows],
        )
    return [(_wanted(row), _validators(row)) for row in rows]


def give_back(db: Database, urls: Iterable[str]) -> None:
    """Queue again what was claimed and not asked for."""
    with transaction(db):
        db.conn.executemany(
            "UPDATE frontier SET state = 'queued', attempts = attempts - 1 WHERE url = ? AND state = 'claimed'",
            [(url,) for url in urls],
        )


def answer(db: Database, url: str, *, at: datetime, validators: Validators | None = None) -> None:
    """Note that an address was answered; part of the transaction that stores the answer.

    When to look again is said for now by the interval it had; `learn` says it better once the answer was understood.
    """
    now = datetime.now(UTC)
    at = min(at, now)
    row = _visited(db, url, at, now)
    if row is None:
        return  # nobody queued it: a later part of an article, or a page from elsewhere
    wait = next_interval(Visit.UNCHANGED, None, misses=0, is_section=row["led_to"] is not None)
    interval = timedelta(seconds=row["interval"]) if row["interval"] else wait
    found = validators or Validators(url=url)
    db.execute(
        """
        UPDATE frontier SET state = 'answered', attempts = 0, answered_at = :at, due_at = :due,
            answered_by = :answered_by, etag = :etag, last_modified = :last_modified
        WHERE id = :id
        """,
        {
            "id": row["id"],
            "at": timestamp(at),
            "due": timestamp(at + interval) if interval else None,
            "answered_by": found.url,
            "etag": found.etag,
            "last_modified": found.last_modified,
        },
    )


def learn(db: Database, url: str, visit: Visit, *, at: datetime, led_to: int | None = None) -> None:
    """Note what a visit found, and set the next one; part of the transaction that stores what was found.

    Args:
        db: the archive.
        url: the address asked for.
        visit: what was found.
        at: when.
        led_to: of a page that leads to others, how many addresses it named.
    """
    now = datetime.now(UTC)
    at = min(at, now)
    row = _visited(db, url, at, now)
    if row is None:
        return
    missed = visit in {Visit.GONE, Visit.FAILED, Visit.REFUSED}
    misses = row["misses"] + 1 if missed else 0
    interval = next_interval(
        visit,
        timedelta(seconds=row["interval"]) if row["interval"] else None,
        misses=misses,
        is_section=led_to is not None or row["led_to"] is not None,
    )
    db.execute(
        """
        UPDATE frontier SET state = 'answered', attempts = 0, answered_at = :at, due_at = :due, misses = :misses,
            interval = :interval, led_to = coalesce(:led_to, led_to), led_to_at = iif(:led_to > 0, :at, led_to_at),
            missed_at = iif(:misses, coalesce(missed_at, :at), NULL)
        WHERE id = :id
        """,
        {
            "id": row["id"],
            "at": timestamp(at),
            "due": timestamp(at + interval) if interval else None,
            "misses": misses,
            # A page that comes back is visited at the pace it had.
            "interval": row["interval"] if missed or not interval else interval.total_seconds(),
            "led_to": led_to,
        },
    )


def give_up(db: Database, now: datetime) -> list[str]:
    """Take out of the queue what was claimed again and again and never answered; the addresses."""
    with transaction(db):
        urls = [
            url
            for (url,) in db.execute(
                "SELECT url FROM frontier WHERE state = 'queued' AND attempts >= ?", (MAX_ATTEMPTS,)
            ).fetchall()
        ]
        for url in urls:
            learn(db, url, Visit.FAILED, at=now)
    return urls


def _row(wanted: Wanted, job: str, now: datetime) -> Row:
    moment = timestamp(now)
    return {
        "url": storable(wanted.url),
        "url_key": storable(wanted.url_key),
        "site": storable(wanted.site),
        "host": storable(wanted.host),
        "spider": wanted.spider,
        "callback": wanted.callback,
        "errback": wanted.errback,
        "arguments": as_json(storable(dict(wanted.arguments))),
        "meta": "{}",  # nothing is read from there: Scrapy's own switches would be a stranger's to set
        "priority": wanted.priority,
        "depth": wanted.depth,
        "job": job,
        "found_at": moment,
        "due_at": moment,
    }


def _wanted(row: Row) -> Wanted:
    return Wanted(
        **{name: row[name] for name in ("url", "url_key", "site", "host", "spider", "callback", "errback")},
        arguments=_arguments(row["arguments"]),
        priority=row["priority"],
        depth=row["depth"],
    )


def _arguments(text: str) -> Mapping[str, Any]:
    """Stored arguments; none where they are no JSON object, in an archive that others wrote."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _validators(row: Row) -> Validators | None:
    if not row["answered_by"] or not (row["etag"] or row["last_modified"]):
        return None
    return Validators(url=row["answered_by"], etag=row["etag"], last_modified=row["last_modified"])


def _visited(db: Database, url: str, at: datetime, now: datetime) -> Row | None:
    """The address that a visit taught something about; one that was answered since learns nothing from an older page.

    What was claimed is answered in any case: nobody's clock may keep it claimed.
    """
    query = """
        SELECT id, interval, misses, led_to FROM frontier
        WHERE url = :url
            AND (state = 'claimed' OR answered_at IS NULL OR answered_at <= :at OR answered_at > :now)
    """
    values = {"url": storable(url), "at": timestamp(at), "now": timestamp(now)}
    return next(select(db, query, values), None)

"""Every run with what it was asked to do and what came of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from archive.connect import transaction
from archive.rows import Row, as_json, storable, timestamp

RESUMED_WITHIN = timedelta(days=7)  # a run cut short longer ago is history: the same command means everything afresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, begun.

    Attributes:
        id: its row.
        job: what it was asked to do.
        since: when that was begun: by this run, or by the one cut short that it goes on with.
    """

    id: int
    job: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run in a list.

    Attributes:
        command: the spider: `pages`, `update` …
        started_at, finished_at: ISO 8601 in UTC; finished_at is None where it is at work, or was killed.
        finish: `finished`, or what ended it; None where it is at work, or was killed.
        exit_code: of the command that ran it, where one did.
        outcomes: `new`, `changed`, `unchanged`, `rejected`, `failed` pages → count.
        reasons: why pages were rejected or failed → count.
        left: pages still queued because it ended before.
        events: what happened to pages meanwhile: event → count.
    """

    id: int
    command: str
    started_at: str
    finished_at: str | None
    finish: str | None
    exit_code: int | None
    outcomes: dict[str, int]
    reasons: dict[str, int]
    left: int
    events: dict[str, int]


def job_key(spider: str, arguments: Mapping[str, Any]) -> str:
    """What a run is asked to do, as a key: the same spider with the same arguments has the same one."""
    given = json.dumps([spider, sorted(arguments.items())], ensure_ascii=True, default=str)
    return hashlib.sha256(given.encode("ascii")).hexdigest()[:32]


def begin(db: Database, *, command: str, job: str, now: datetime) -> Run:
    """Write down that a run has begun; one whose last run was cut short is gone on with."""
    with transaction(db):
        last = db.execute(
            "SELECT since, finish FROM runs WHERE job = ? AND started_at > ? ORDER BY id DESC LIMIT 1",
            (job, timestamp(now - RESUMED_WITHIN)),
        ).fetchone()
        since = datetime.fromisoformat(last[0]) if last and last[1] != "finished" else now
        row = {"command": command, "job": job, "since": timestamp(since), "started_at": timestamp(now)}
        inserted = db.table("runs").insert(row).last_pk
    return Run(id=int(str(inserted)), job=job, since=since)


def end(db: Database, run_id: int, *, finish: str, now: datetime) -> None:
    """Write down how a run ended."""
    with transaction(db):
        db.execute("UPDATE runs SET finish = ?, finished_at = ? WHERE id = ?", (finish, timestamp(now), run_id))


def sum_up(db: Database, run_id: int, *, exit_code: int, summary: Mapping[str, Any]) -> None:
    """Put its summary beside a run that has ended."""
    with transaction(db):
        db.execute(
            "UPDATE runs SET exit_code = ?, finish = ?, summary = ? WHERE id = ?",
            (exit_code, summary["finish"], as_json(storable(dict(summary))), run_id),
        )


def events_since(db: Database, moment: datetime) -> dict[str, int]:
    """What happened to pages since then: event → count."""
    query = "SELECT event, count(*) FROM events WHERE at >= ? GROUP BY event ORDER BY 2 DESC, 1"
    return dict(db.execute(query, (timestamp(moment),)).fetchall())


def last_runs(db: Database, limit: int = 5) -> Iterator[RunLine]:
    """The runs, the newest first."""
    query = """
        SELECT id, command, started_at, finished_at, finish, exit_code, coalesce(summary, '{}') AS summary
        FROM runs ORDER BY id DESC LIMIT ?
    """
    for row in db.query(query, (limit,)):
        yield _line(row)


def _line(row: Row) -> RunLine:
    summary = json.loads(row.pop("summary"))
    counts = {name: summary.get(name, {}) for name in ("outcomes", "reasons", "events")}
    return RunLine(**row, **counts, left=summary.get("left", 0))

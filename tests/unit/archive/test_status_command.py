"""What the owner of a cron job reads."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive import frontier, runs
from archive.connect import transaction
from archive.revisit import Visit
from archive.write import keep_article, keep_capture, record_failure
from cli.main import repost
from crawler.items import FetchFailure, Reason

NOW = datetime(2026, 2, 11, 5, 15, tzinfo=UTC)
SITE = "www.lanqiao.example"
SECTION = f"http://{SITE}/xw/"


@pytest.fixture
def kept(db: Database, make_capture: Callable[..., Any], make_article: Callable[..., Any]) -> Database:
    """One article, a section page that dried up, and two runs: one that ended, one that was killed."""
    keep_article(db, keep_capture(db, make_capture(site=SITE, fetched_at=NOW)), make_article(fetched_at=NOW))
    wanted = frontier.Wanted(url=SECTION, url_key=SECTION, site=SITE, host=SITE, spider="discover", callback="read")
    frontier.want(db, wanted, job="j", since=NOW, now=NOW)
    with transaction(db):
        frontier.learn(db, SECTION, Visit.CHANGED, at=NOW, led_to=12)
    failure = FetchFailure(url=SECTION, reason=Reason.LISTING, detail="no \x1b[31mlinks", failed_at=NOW, site=SITE)
    record_failure(db, failure)
    first = runs.begin(db, command="update", job="j", now=NOW)
    runs.end(db, first.id, finish="finished", now=NOW.replace(minute=17))
    outcomes, reasons, events = {"new": 1, "failed": 1}, {"listing": 1}, {"gone": 2}
    summary = {"finish": "pages", "outcomes": outcomes, "reasons": reasons, "events": events, "left": 3}
    runs.sum_up(db, first.id, exit_code=4, summary=summary)
    runs.begin(db, command="update", job="k", now=NOW.replace(day=12))
    return db


def _status(path: Path, *arguments: str) -> str:
    done = CliRunner().invoke(repost, ["status", "--db", str(path), *arguments], env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("kept")
def test_status_says_what_waits_how_runs_ended_and_what_is_wrong(path: Path) -> None:
    lines = _status(path).splitlines()
    assert " ".join(lines[0].split()) == "site known due next due failing articles hijacked last seen"
    assert lines[1].split() == [SITE, "1", "1", "now", "1", "1", "1", "02-11", "05:15"]
    assert lines[3:5] == [
        "run 2: 2026-02-12T05:15, update, died",
        (
            "run 1: 2026-02-11T05:15, update, pages after 0:02:00, exit code 4; 1 new, 1 failed; 1 listing; 2 gone; "
            "3 left"
        ),
    ]
    assert lines[5] == (
        f"alarm: {SITE}: a page of addresses leads to no article; it last did on 2026-02-11 (since 2026-02-11): "
        f"{SECTION}"
    )


def test_a_quiet_archive_says_that_nothing_is_wrong(kept: Database, path: Path) -> None:
    with transaction(kept):
        frontier.learn(kept, SECTION, Visit.CHANGED, at=NOW, led_to=12)
    assert _status(path).splitlines()[-1] == "no alarms: every site is what its past pages were"


@pytest.mark.usefixtures("kept")
def test_machines_read_one_object_a_line(path: Path) -> None:
    lines = [json.loads(line) for line in _status(path, "--json").splitlines()]
    assert [line["type"] for line in lines] == ["site", "run", "run", "alarm"]
    assert lines[2]["outcomes"] == {"new": 1, "failed": 1}
    assert (lines[3]["kind"], lines[3]["example"]) == ("listing-empty", SECTION)


def test_no_archive_is_one_line(path: Path) -> None:
    done = CliRunner().invoke(repost, ["status", "--db", str(path)])
    assert done.exit_code
    assert "no such archive" in str(done.exception)

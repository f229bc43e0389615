"""`repost status`: sites, what is due, the last runs, rules set aside, and where a site drifted."""

import dataclasses
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import click
from rich.table import Table

from archive.connect import reading
from archive.exceptions import ExceptionLine, noted
from archive.frontier import Bounds
from archive.runs import RunLine, last_runs
from archive.status import Alarm, SiteLine, alarms, sites
from cli.console import db_option, print_json, print_rich, printable, sites_option
from crawler.lock import is_locked
from sites.recipes import RecipeError, load_recipes


@click.command()
@db_option
@sites_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, its type site, run, exception or alarm.")
def status_command(db_path: Path, *, as_json: bool) -> None:
    """Show each site with what is due, the last runs, rules set aside, and alarms where a site is not what it was."""
    try:
        bounds = Bounds.of(load_recipes().by_name.values())
    except RecipeError as error:
        raise click.UsageError(str(error)) from error
    now = datetime.now(UTC)
    with reading(db_path) as db:
        known = list(sites(db, now, bounds))
        runs = _with_deaths(last_runs(db), at_work=is_locked(db_path))
        set_aside = list(noted(db))
        raised = list(alarms(db))
    if as_json:
        for kind, lines in (("site", known), ("run", runs), ("exception", set_aside), ("alarm", raised)):
            for line in lines:
                print_json({"type": kind, **dataclasses.asdict(line)})
        return
    print_rich(_site_table(known, now))
    for run in runs:
        sys.stdout.write(_run_line(run) + "\n")
    for line in set_aside:
        sys.stdout.write(_exception_line(line) + "\n")
    for alarm in raised:
        sys.stdout.write(_alarm_line(alarm) + "\n")
    if known and not raised:
        sys.stdout.write("no alarms: every site is what its past pages were\n")


def _site_table(lines: list[SiteLine], now: datetime) -> Table:
    table = Table(box=None, caption="times in UTC", caption_justify="left", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("site", overflow="fold")
    for head in ("known", "due", "next due", "failing", "articles", "hijacked", "last seen"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in lines:
        numbers = map(str, (line.failing, line.articles, line.hijacked))
        next_due = "now" if line.due or line.queued else _when(line.next_due, now)
        table.add_row(
            printable(line.site), str(line.known), str(line.due + line.queued), next_due,
            *numbers, _when(line.last_seen, now),
        )  # fmt: skip
    return table


def _when(moment: str | None, now: datetime) -> str:
    """A moment as short as it can be understood: the year where it is not this one, else the time."""
    if moment is None:
        return "never"
    return moment[:10] if moment[:4] != str(now.year) else moment[5:16].replace("T", " ")


def _with_deaths(runs: Iterable[RunLine], *, at_work: bool) -> list[RunLine]:
    """The runs, the newest first; of those that did not end only the newest can be at work, the others died."""
    open_ended = count()
    return [
        dataclasses.replace(run, finish="died") if run.finish is None and (next(open_ended) or not at_work) else run
        for run in runs
    ]


def _run_line(run: RunLine) -> str:
    ending = run.finish or "at work"
    if run.finished_at:
        seconds = (datetime.fromisoformat(run.finished_at) - datetime.fromisoformat(run.started_at)).total_seconds()
        ending += f" after {timedelta(seconds=round(seconds))}"
    if run.exit_code is not None:
        ending += f", exit code {run.exit_code}"
    parts = [_counts(run.outcomes), _counts(run.reasons), _counts(run.events), f"{run.left} left" if run.left else ""]
    return "; ".join(filter(None, (f"run {run.id}: {run.started_at[:16]}, {run.command}, {ending}", *parts)))


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _exception_line(line: ExceptionLine) -> str:
    since, last = line.first_at[:10], line.last_at[:10]
    reason = printable(line.reason)
    return f"exception: {printable(line.site)}: {line.rule} set aside for {line.host} ({since} to {last}): {reason}"


def _alarm_line(alarm: Alarm) -> str:
    detail, example = printable(alarm.detail), printable(alarm.example)
    return f"alarm: {printable(alarm.site)}: {detail} (since {alarm.since[:10]}): {example}"

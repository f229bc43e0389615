"""`repost status`: sites, what is due, the last runs, rules set aside, and where a site drifted."""

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from archive.connect import reading
from archive.exceptions import ExceptionLine, noted
from archive.frontier import Bounds
from archive.runs import RunLine, last_runs
from archive.status import Alarm, SiteLine, alarms, sites
from cli.console import db_option, print_json, printable, sites_option
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
        runs = list(last_runs(db))
        set_aside = list(noted(db))
        raised = list(alarms(db))
    if as_json:
        for kind, lines in (("site", known), ("run", runs), ("exception", set_aside), ("alarm", raised)):
            for line in lines:
                print_json({"type": kind, **dataclasses.asdict(line)})
        return
    console = Console(highlight=False)
    console.print(_site_table(known))
    console.print(_run_table(runs))
    for line in set_aside:
        sys.stdout.write(_exception_line(line) + "\n")
    for alarm in raised:
        sys.stdout.write(_alarm_line(alarm) + "\n")


def _site_table(lines: list[SiteLine]) -> Table:
    table = Table("site", "known", "queued", "due", "articles", "hijacked", "last seen", box=None)
    for line in lines:
        numbers = map(str, (line.known, line.queued, line.due, line.articles, line.hijacked))
        table.add_row(escape(printable(line.site)), *numbers, (line.last_seen or "never")[:16])
    return table


def _run_table(lines: list[RunLine]) -> Table:
    table = Table("run", "command", "started", "ended", "exit", "events", box=None)
    for line in lines:
        events = ", ".join(f"{count} {event}" for event, count in line.events.items())
        code = "" if line.exit_code is None else str(line.exit_code)
        table.add_row(str(line.id), line.command, line.started_at[:16], line.finish or "not ended", code, events)
    return table


def _exception_line(line: ExceptionLine) -> str:
    since, last = line.first_at[:10], line.last_at[:10]
    reason = printable(line.reason)
    return f"exception: {printable(line.site)}: {line.rule} set aside for {line.host} ({since} to {last}): {reason}"


def _alarm_line(alarm: Alarm) -> str:
    return f"alarm: {printable(alarm.site)}: {alarm.detail} (since {alarm.since[:16]}): {printable(alarm.example)}"

"""`repost status`: sites, what is due, the last runs, and where a site drifted."""

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from archive.connect import reading
from archive.runs import RunLine, last_runs
from archive.status import Alarm, SiteLine, alarms, sites
from cli.console import db_option, print_json, printable


@click.command()
@db_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: kind site, run or alarm.")
def status_command(db_path: Path, *, as_json: bool) -> None:
    """Show each site with what is due, the last runs, and alarms where a site is not what it was."""
    with reading(db_path) as db:
        known = list(sites(db, datetime.now(UTC)))
        runs = list(last_runs(db))
        raised = list(alarms(db))
    if as_json:
        for kind, lines in (("site", known), ("run", runs), ("alarm", raised)):
            for line in lines:
                print_json({"type": kind, **dataclasses.asdict(line)})
        return
    console = Console(highlight=False)
    console.print(_site_table(known))
    console.print(_run_table(runs))
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


def _alarm_line(alarm: Alarm) -> str:
    return f"alarm: {printable(alarm.site)}: {alarm.detail} (since {alarm.since[:16]}): {printable(alarm.example)}"

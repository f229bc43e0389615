"""`repost check` and `reclean`: is the archive what it says it is, and what do today's rules make of it."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from archive import read
from archive.check import check
from archive.connect import reading, refuse_missing, writing
from archive.reclean import DAMAGED, Recleaned, RecleanSummary, reclean, sum_up
from cli.console import complain, db_option, printable, sites_option
from crawler.items import Reason
from crawler.lock import RunLock
from pipelines.fingerprint import fingerprint
from pipelines.processes import Cleaners
from sites.recipes import load_recipes


@click.command()
@db_option
@click.pass_context
def check_command(ctx: click.Context, db_path: Path) -> None:
    """Verify the archive: SQLite's own checks, foreign keys, every stored digest, every note replayed.

    Problems go to standard error, and the exit code is then 1.
    """
    with reading(db_path) as db:
        problems = 0
        for problem in check(db, fingerprint):
            problems += 1
            complain(f"{problem.kind}: {problem.where}: {problem.detail}")
        if problems:
            complain(f"{db_path}: {problems} problems")
            ctx.exit(1)
        counts = read.counts(db)
    pending = f"; {counts.pending} captures not cleaned yet (repost reclean --pending)" if counts.pending else ""
    sys.stdout.write(
        f"{db_path}: sound. {counts.articles} articles in {counts.versions} versions from {counts.captures} captures "
        f"of {counts.urls} addresses, {counts.notes} notes{pending}\n"
    )


@click.command()
@db_option
@sites_option
@click.option("--pending", is_flag=True, help="Only captures that a run left undecided.")
@click.option("--dry-run", is_flag=True, help="Say what would change, write nothing.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def reclean_command(ctx: click.Context, db_path: Path, *, pending: bool, dry_run: bool, quiet: bool) -> None:
    """Run today's rules over the stored captures, write a new version where the record changed, and sum it up."""
    refuse_missing(db_path)
    recipe_of = load_recipes().for_capture
    with ExitStack() as held:
        db = held.enter_context(reading(db_path) if dry_run else writing(db_path))
        if not dry_run:
            held.enter_context(RunLock(db_path))
        cleaners = held.enter_context(Cleaners())
        results = reclean(
            db, lambda capture: cleaners.outcome(capture, recipe_of(capture)), pending=pending, dry_run=dry_run
        )
        counts = read.counts(db)
        if not quiet:
            results = _with_progress(results, counts.pending if pending else counts.captures)
        failed: list[Recleaned] = []
        summary = sum_up(_failures_noted(results, failed))
    for item in failed:
        sys.stderr.write(f"repost: capture {item.capture_id} ({printable(item.url)}): {item.after}\n")
    for line in _summary_lines(summary, dry_run=dry_run):
        sys.stdout.write(printable(line) + "\n")
    ctx.exit(1 if failed else 0)


def _with_progress(results: Iterator[Recleaned], total: int) -> Iterator[Recleaned]:
    """Show a bar on standard error while results come; none where nobody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return results
    return iter(track(results, description="cleaning", total=total, console=console))


def _failures_noted(results: Iterator[Recleaned], failed: list[Recleaned]) -> Iterator[Recleaned]:
    for item in results:
        if item.after in {DAMAGED, Reason.INTERNAL}:
            failed.append(item)
        yield item


def _summary_lines(summary: RecleanSummary, *, dry_run: bool) -> Iterator[str]:
    would = "would change" if dry_run else "changed"
    yield f"{summary.captures} captures cleaned, {summary.changed} {would}"
    for (before, after), count in summary.moves.most_common():
        yield f"  {before} → {after}: {count}"
    for name, count in summary.fields.most_common():
        yield f"  {name}: {count}"

"""`repost backup`: a copy of the archive that is known to be sound."""

import os
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from archive.backup import backup
from archive.check import Problem, check
from archive.connect import reading
from cli.console import complain, db_option
from pipelines.fingerprint import fingerprint

SAID = 20  # problems; an archive with one wrong digest may have a hundred thousand


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@db_option
@click.option("--force", is_flag=True, help="Replace a file that stands there; until the copy is checked it stays.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error unless something is wrong.")
@click.pass_context
def backup_command(ctx: click.Context, *, file: Path, db_path: Path, force: bool, quiet: bool) -> None:
    """Copy the archive to FILE as it stands now, while crawls go on, and check the copy like `repost check`.

    The copy takes its name when it was found sound; exit code 1 where it was not, and then there is no copy.
    """
    place = file.resolve()
    if place == db_path.resolve():
        raise click.UsageError(f"{file}: that is the archive itself", ctx)
    if not place.parent.is_dir():
        raise click.UsageError(f"{file.parent}: no such folder", ctx)
    if place.exists() and not force:
        raise click.UsageError(f"{file}: there is such a file already; --force replaces it", ctx)
    if place.with_name(f"{place.name}-wal").exists():  # SQLite would play it into the new file
        raise click.UsageError(f"{file}: another program has that archive open", ctx)
    unfinished = place.with_name(f".{place.name}.{os.getpid()}.partial")
    unfinished.touch(exist_ok=False)  # says in one line that it cannot be written there
    try:
        _copy(db_path, unfinished, quiet=quiet)
        with reading(unfinished) as copy:
            problems = say_problems(check(copy, fingerprint), db_path)
        if problems:
            complain(f"{db_path}: {problems} problems; no backup was made")
            ctx.exit(1)
        with unfinished.open("rb+") as stream:
            os.fsync(stream.fileno())
        unfinished.replace(place)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            unfinished.with_name(f"{unfinished.name}{ending}").unlink(missing_ok=True)
    if not quiet:
        click.echo(f"repost: {file.stat().st_size / 1e6:.1f} MB in {file}, checked", err=True)


def say_problems(problems: Iterable[Problem], path: Path) -> int:
    """Say the first problems of an archive, one a line, and where all can be had; how many there are."""
    count = 0
    for count, problem in enumerate(problems, 1):
        if count <= SAID:
            complain(f"{problem.kind}: {problem.where}: {problem.detail}")
    if count > SAID:
        complain(f"… {count - SAID:,} more: repost check --db {path}")
    return count


def _copy(db_path: Path, path: Path, *, quiet: bool) -> None:
    console = Console(stderr=True)
    with (
        reading(db_path) as db,
        Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress,
    ):
        task = progress.add_task("copying", total=None)
        backup(db, path, lambda done, pages: progress.update(task, completed=done, total=pages))

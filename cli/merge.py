"""`repost merge`: archives joined into one."""

import sys
from pathlib import Path

import click

from archive.check import check
from archive.connect import writing
from archive.digest import content_digest
from archive.families.index import reindex
from archive.merge import merge, refuse_damaged
from cli.backup import say_problems
from crawler.lock import RunLock
from pipelines.fingerprint import fingerprint


@click.command()
@click.argument("archives", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--into",
    "into",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The archive that takes the others in; made where there is none.",
)
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error unless something is wrong.")
@click.pass_context
def merge_command(ctx: click.Context, *, archives: tuple[Path, ...], into: Path, quiet: bool) -> None:
    """Join ARCHIVES into one: captures, versions, changes, events and the queue of each, once.

    Any order gives the same archive, and so does doing it again: the last line names the digest of what it holds, by
    which two archives can be compared. The ARCHIVES stay as they are. Where two of them differ about a page, the newer
    decision stands. What comes of it is checked like `repost check`; exit code 1 where something is wrong with it.
    """
    if into.resolve() in {path.resolve() for path in archives}:
        raise click.UsageError(f"{into}: it cannot be merged into itself", ctx)
    for path in archives:
        refuse_damaged(path)  # before anything is made or taken in
    with writing(into) as db, RunLock(into):
        for path in archives:
            added = merge(db, path)
            if not quiet:
                sys.stderr.write(
                    f"repost: {path}: {added.captures} captures, {added.versions} versions, {added.articles} articles "
                    f"and {added.urls} addresses were new\n"
                )
        for _ in reindex(db, lambda record: fingerprint(record).sketch):
            pass
        problems = say_problems(check(db, fingerprint), into)
        sys.stdout.write(f"{into}: content {content_digest(db)}\n")
    ctx.exit(1 if problems else 0)

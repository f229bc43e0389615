"""`repost import`: pages that others fetched."""

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from archive.connect import writing
from archive.exchange import FAILED, KNOWN, REJECTED, SKIPPED, TakenIn, take_in
from archive.write import Outcome
from cli.console import complain, db_option, printable, sites_option
from cli.inputs import PAGES, files_below
from crawler.lock import RunLock
from pipelines.processes import Cleaners
from sites.recipes import Recipes, load_recipes
from spiders.replay import Item, is_warc, joined, replay_pages, replay_warc
from spiders.saved import ManifestError, SavedPage, manifest_pages

SHOWN = 10  # the first ones say what is wrong; the rest is counted


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--url", default="", help="The address the page was fetched from; goes with one saved page.")
@click.option("--encoding-header", metavar="CHARSET", help="The charset that the saved pages' HTTP header named.")
@click.option("--manifest", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help='JSON lines {"file", "url", "fetched_at", "encoding_header"} that name saved pages.')  # fmt: skip
@db_option
@sites_option
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error unless something is wrong.")
@click.pass_context
def import_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context,
    files: tuple[Path, ...],
    url: str,
    encoding_header: str | None,
    manifest: Path | None,
    db_path: Path,
    *,
    quiet: bool,
) -> None:
    """Take WARC files (plain, gz, zst) and saved HTML pages into the archive, or folders with either below them.

    In a folder, pages are the files whose names end in .html, .htm, .shtml or .xhtml.
    Each page is cleaned as if it had been fetched, under its original address and date. The same capture is taken in
    once, however often it is given; an article split over several pages is joined where all of them are given.
    """
    if not files and not manifest:
        raise click.UsageError("give files or folders, or --manifest FILE", ctx)
    if url and (manifest or len(files) != 1 or files[0].is_dir() or is_warc(files[0])):
        raise click.UsageError("--url goes with exactly one saved page", ctx)
    if url:
        _refuse_no_address(ctx, url)
    below = [path for given in files for path in files_below(given)]
    found = [path for path in below if path in files or not path.exists() or _can_be_taken_in(path)]
    if not quiet and len(found) < len(below):
        complain(f"{len(below) - len(found)} other files in these folders are neither HTML nor WARC by their names")
    pages = [SavedPage(path=path, url=url, encoding_header=encoding_header) for path in found if not is_warc(path)]
    try:
        pages += manifest_pages(manifest) if manifest else ()
    except ManifestError as error:
        raise click.UsageError(str(error), ctx) from error
    recipes = load_recipes()
    with writing(db_path) as db, RunLock(db_path), Cleaners() as cleaners:
        items = _items([path for path in found if is_warc(path)], pages, recipes)
        results = take_in(db, items, lambda capture: cleaners.outcome(capture, recipes.for_capture(capture)))
        counts = _reported(results, quiet=quiet)
    if not quiet:
        sys.stderr.write(f"repost: {_summary(counts)}\n")
    read = counts.total() - counts[FAILED]
    ctx.exit((1 if read else 3) if counts[FAILED] or not counts else 0)


def _refuse_no_address(ctx: click.Context, url: str) -> None:
    from crawler.guard import parse_address  # noqa: PLC0415 - Scrapy takes a third of a second to import

    try:
        parse_address(url)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from error


def _can_be_taken_in(path: Path) -> bool:
    """Whether a file in a folder is a page or a WARC file; beside them lie pictures, databases, locks."""
    return path.suffix.lower() in PAGES or is_warc(path)


def _items(warcs: list[Path], pages: list[SavedPage], recipes: Recipes) -> Iterator[Item]:
    site_of = recipes.site_of
    each = (joined(lambda path=path: replay_warc(path, site_of)) for path in warcs)  # type: ignore[misc]  # bound at once
    return chain(joined(lambda: replay_pages(pages, site_of)), *each)


def _reported(results: Iterator[TakenIn], *, quiet: bool) -> Counter[str]:
    """Count what comes, name the first pages that gave no article, and show a bar where somebody watches."""
    told = {FAILED} if quiet else {FAILED, REJECTED}
    counts: Counter[str] = Counter()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("importing", total=None)
        for result in results:
            progress.advance(task)
            counts[result.detail if result.outcome == SKIPPED else result.outcome] += 1
            if result.outcome in told and counts[result.outcome] <= SHOWN:
                line = f"repost: {result.outcome}: {result.where}: {result.reason}: {result.detail}"
                progress.console.print(printable(line), markup=False, highlight=False, soft_wrap=True)
    for outcome in sorted(told):
        if (rest := counts[outcome] - SHOWN) > 0:
            sys.stderr.write(f"repost: {outcome}: {rest} more\n")
    return counts


def _summary(counts: Counter[str]) -> str:
    """The counts in one line: first what became of pages, then what was no page."""
    main = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, REJECTED, FAILED, KNOWN)
    others = [name for name in counts if name not in main]
    return ", ".join(f"{counts[name]} {name}" for name in (*main, *others))

"""`repost extract`: saved pages in, one JSON record a line out, no archive."""

import sys
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import click

from cli.console import Number, complain, json_line, sites_option
from cli.inputs import files_below
from crawler.items import Rejected
from pipelines.processes import Cleaners, get_ready
from pipelines.record_json import record_json, rejected_json
from sites.recipes import load_recipes
from spiders.saved import ManifestError, SavedPage, capture_of, manifest_pages

AHEAD = 16  # pages a process, cleaned or waiting for it, while an older one is still at work


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What is printed of one page.

    Attributes:
        line: its record as JSON.
        rejected: why it gave no article.
    """

    line: str
    rejected: str | None = None


def extract_saved(page: SavedPage, cleaners: Cleaners) -> Extracted:
    """Clean one saved page; a failing page gives a record with `rejected`, never an error."""
    recipes = load_recipes()
    try:
        capture = replace(capture_of(page), site=recipes.site_of(page.url))
        result = cleaners.outcome(capture, recipes.for_capture(capture))
    except Rejected as rejected:
        result = rejected
    if isinstance(result, Rejected):
        return Extracted(line=json_line(rejected_json(result, page.url)), rejected=str(result))
    return Extracted(line=json_line(record_json(result.record)))


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--url", default="", help="The address the page was fetched from; goes with one FILE.")
@click.option("--encoding-header", metavar="CHARSET", help="The charset its HTTP header named.")
@click.option("--manifest", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help='JSON lines {"file", "url", "encoding_header"} instead of FILES.')  # fmt: skip
@sites_option
@click.option("--jobs", type=Number(1, 64), default=1, show_default=True, help="Processes to use.")
@click.pass_context
def extract_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context, files: tuple[Path, ...], url: str, encoding_header: str | None, manifest: Path | None, jobs: int
) -> None:
    """Clean saved pages (files, or folders with everything below them): one JSON record a line, in input order.

    A page that gives no article has `rejected` set; it is also named on standard error, and the exit code is 1.
    """
    if manifest and encoding_header:
        raise click.UsageError("--encoding-header goes with files; a manifest's lines have their own", ctx)
    if bool(files) == bool(manifest):
        raise click.UsageError("give files or folders, or --manifest FILE", ctx)
    if url and (len(files) != 1 or files[0].is_dir()):
        raise click.UsageError("--url goes with exactly one file", ctx)
    get_ready()  # while the pages are looked for
    if manifest:
        try:
            pages = list(manifest_pages(manifest))
        except ManifestError as error:
            raise click.UsageError(str(error), ctx) from error
    else:
        pages = [
            SavedPage(path=path, url=url, encoding_header=encoding_header)
            for given in files
            for path in files_below(given)
        ]
    if not pages:
        complain("no page was found")
        ctx.exit(3)
    load_recipes()  # a wrong site file is said once, before any page is read
    failed = False
    for page, extracted in zip(pages, extract_all(pages, min(jobs, len(pages))), strict=True):
        sys.stdout.write(f"{extracted.line}\n")
        if extracted.rejected:
            failed = True
            complain(f"{page.path}: {extracted.rejected}")
    ctx.exit(1 if failed else 0)


def extract_all(pages: Iterable[SavedPage], jobs: int) -> Generator[Extracted]:
    """What is printed of each page, in order, as far ahead of the reader as a few pages a process.

    A page over which its process takes too long is rejected as `too-hard`, one over which it dies as `internal`.
    """
    following = iter(pages)
    with Cleaners(jobs) as cleaners, ThreadPoolExecutor(jobs) as threads:
        try:
            due = deque(threads.submit(extract_saved, page, cleaners) for page in islice(following, AHEAD * jobs))
            while due:
                yield due.popleft().result()
                due.extend(threads.submit(extract_saved, page, cleaners) for page in islice(following, 1))
        finally:
            cleaners.close()  # first, or the threads would be waited for until their pages are cleaned
            threads.shutdown(cancel_futures=True)

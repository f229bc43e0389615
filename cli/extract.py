"""`repost extract`: saved pages in, one JSON record a line out, no archive."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from cli.console import complain, json_line, sites_option
from cli.inputs import files_below
from cli.jobs import map_in_processes
from crawler.items import Reason, Rejected
from pipelines.outcome import outcome_of
from pipelines.record_json import record_json, rejected_json
from sites.recipes import load_recipes
from spiders.replay import ManifestError, SavedPage, capture_of, manifest_pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What is printed of one page.

    Attributes:
        line: its record as JSON; written where the page is cleaned, because a string passes between processes at a
            fraction of the cost of its parts.
        rejected: why it gave no article.
    """

    line: str
    rejected: str | None = None


def extract_saved(page: SavedPage) -> Extracted:
    """Clean one saved page; a failing page gives a record with `rejected`, never an error."""
    recipes = load_recipes()
    try:
        capture = replace(capture_of(page), site=recipes.site_of(page.url))
        result = outcome_of(capture, recipes.for_capture(capture))
    except Rejected as rejected:
        result = rejected
    if isinstance(result, Rejected):
        return _refused(page, result)
    return Extracted(line=json_line(record_json(result.record)))


def _lost(page: SavedPage, exit_code: int) -> Extracted:
    how = f"by signal {-exit_code}" if exit_code < 0 else f"with exit code {exit_code}"
    return _refused(page, Rejected(Reason.INTERNAL, f"the process that cleaned it ended {how}"))


def _refused(page: SavedPage, rejected: Rejected) -> Extracted:
    return Extracted(line=json_line(rejected_json(rejected, page.url)), rejected=str(rejected))


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--url", default="", help="The address the page was fetched from; goes with one FILE.")
@click.option("--encoding-header", metavar="CHARSET", help="The charset its HTTP header named.")
@click.option("--manifest", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help='JSON lines {"file", "url", "encoding_header"} instead of FILES.')  # fmt: skip
@sites_option
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to use.")
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
    load_recipes()  # a wrong site file is said once, before any page is read
    failed = False
    for page, extracted in zip(pages, extract_all(pages, jobs), strict=True):
        sys.stdout.write(f"{extracted.line}\n")
        if extracted.rejected:
            failed = True
            complain(f"{page.path}: {extracted.rejected}")
    ctx.exit(1 if failed else 0)


def extract_all(pages: Sequence[SavedPage], jobs: int) -> Iterator[Extracted]:
    """What is printed of each page, in order; a page that kills its process is rejected as `internal`."""
    jobs = min(jobs, len(pages))
    return map(extract_saved, pages) if jobs < 2 else map_in_processes(extract_saved, pages, jobs, lost=_lost)

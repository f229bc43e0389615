"""`repost extract`: saved pages in, one JSON record a line out, no archive."""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click

from cli.console import print_json
from crawler.items import Rejected
from pipelines.outcome import outcome_of
from pipelines.record_json import record_json, rejected_json
from spiders.replay import ManifestError, SavedPage, capture_of, files_below, manifest_pages


def extract_saved(page: SavedPage) -> dict[str, object]:
    """The record of one saved page, as `repost extract` prints it; a failing page gives `rejected`, never an error."""
    try:
        result = outcome_of(capture_of(page))
    except Rejected as rejected:
        result = rejected
    return rejected_json(result, page.url) if isinstance(result, Rejected) else record_json(result.record)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--url", default="", help="The address the page was fetched from; goes with one FILE.")
@click.option("--encoding-header", metavar="CHARSET", help="The charset its HTTP header named.")
@click.option("--manifest", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help='JSON lines {"file", "url", "encoding_header"} instead of FILES.')  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to use.")
@click.pass_context
def extract_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context, files: tuple[Path, ...], url: str, encoding_header: str | None, manifest: Path | None, jobs: int
) -> None:
    """Clean saved pages (files, or folders with everything below them): one JSON record a line, in input order.

    A page that gives no article has `rejected` set; it is also named on standard error, and the exit code is 1.
    """
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
    failed = False
    for page, record in zip(pages, _records(pages, jobs), strict=True):
        print_json(record)
        rejected = record["rejected"]
        if isinstance(rejected, dict):
            failed = True
            sys.stderr.write(f"repost: {page.path}: {rejected['reason']}: {rejected['detail']}\n")
    ctx.exit(1 if failed else 0)


def _records(pages: list[SavedPage], jobs: int) -> Iterator[dict[str, object]]:
    if jobs == 1 or len(pages) < 2:
        yield from map(extract_saved, pages)
        return
    with ProcessPoolExecutor(jobs) as pool:
        # Chunks amortise the hand-over; four a process keep the last ones from waiting on one slow chunk.
        yield from pool.map(extract_saved, pages, chunksize=max(1, min(16, len(pages) // (jobs * 4))))

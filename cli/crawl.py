"""`repost crawl`: fetch pages and keep their articles in the archive."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.console import db_option, printable

if TYPE_CHECKING:
    from crawler.summary import RunSummary


@click.command()
@click.argument("urls", nargs=-1)
@click.option("-f", "--file", "url_file", type=click.Path(), help="Addresses in a file, one a line.")
@db_option
@click.option("--max-pages", type=click.IntRange(1), help="Stop after so many pages (exit code 4).")
@click.option("--max-time", type=click.FloatRange(1), metavar="SECONDS", help="Stop after so long (exit code 4).")
@click.option("--delay", type=click.FloatRange(0), metavar="SECONDS",
              help="Between two requests to one host. Default: 1, longer where a host is slow.")  # fmt: skip
@click.option("--allow-address", "allowed", multiple=True, metavar="ADDRESS[:PORT]",
              help="A loopback address that may be fetched; for tests.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error unless something is wrong.")
@click.option("-v", "--verbose", is_flag=True, help="Log every request.")
@click.pass_context
def crawl_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context,
    urls: tuple[str, ...],
    url_file: str | None,
    db_path: Path,
    max_pages: int | None,
    max_time: float | None,
    delay: float | None,
    allowed: tuple[str, ...],
    *,
    quiet: bool,
    verbose: bool,
) -> None:
    """Fetch each of URLS once, politely, and keep what it holds; an article split over several pages is joined.

    The same page crawled again gives a second capture, and a new version only where the article changed.
    """
    if not urls and not url_file:
        raise click.UsageError("give an address, or --file FILE", ctx)
    summary = fetch(
        urls,
        url_file=url_file,
        overrides={
            "ARCHIVE_PATH": str(db_path),
            "ALLOWED_ADDRESSES": list(allowed),
            "QUIET": quiet,
            "LOG_LEVEL": "DEBUG" if verbose else "WARNING",
            **({"MAX_PAGES": max_pages} if max_pages else {}),
            **({"MAX_SECONDS": max_time} if max_time else {}),
            **({"DOWNLOAD_DELAY": delay, "AUTOTHROTTLE_START_DELAY": delay} if delay is not None else {}),
        },
    )
    if not quiet or summary.exit_code:
        for line in summary.lines():
            sys.stderr.write(f"repost: {printable(line)}\n")
    ctx.exit(summary.exit_code)


def fetch(urls: tuple[str, ...], *, url_file: str | None, overrides: dict[str, object]) -> "RunSummary":
    """Run the `pages` spider; a wrong setting or site file becomes a usage error.

    Raises:
        click.UsageError: a setting, address or site file is wrong.
        ArchiveError: the archive cannot be used.
    """
    from crawler.run import run  # noqa: PLC0415 - Scrapy takes a third of a second to import; --help does without

    try:
        return run("pages", {"urls": urls, "file": url_file or ""}, overrides)
    except ValueError as error:
        raise click.UsageError(str(error)) from error

"""`repost crawl`: fetch pages and keep their articles in the archive."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.console import db_option, printable, sites_option
from crawler.items import Reason
from sites.recipes import MOST_PAGES

if TYPE_CHECKING:
    from crawler.summary import RunSummary


@click.command()
@click.argument("urls", nargs=-1)
@click.option("-f", "--file", "url_file", type=click.Path(), help="Addresses in a file, one a line; - for stdin.")
@click.option("--discover", is_flag=True,
              help="URLS are section pages, sitemaps or feeds: fetch the articles that they lead to.")  # fmt: skip
@click.option("--site", "names", multiple=True, metavar="NAME",
              help="Discover from the seeds of this site's file; all for every site that has some.")  # fmt: skip
@click.option("--depth", type=click.IntRange(1, MOST_PAGES), metavar="PAGES",
              help="Pages of each section to follow. Default: the site file's, else 1.")  # fmt: skip
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
              help="Leave what is known to be older; follow sections only so far.")  # fmt: skip
@db_option
@sites_option
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
    names: tuple[str, ...],
    depth: int | None,
    since: datetime | None,
    db_path: Path,
    max_pages: int | None,
    max_time: float | None,
    delay: float | None,
    allowed: tuple[str, ...],
    *,
    discover: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Fetch each of URLS once, politely, and keep what it holds; an article split over several pages is joined.

    With --discover or --site, fetch the articles that section pages, sitemaps and feeds lead to, on the same site. The
    same page crawled again gives a second capture, and a new version only where the article changed.
    """
    if not urls and not url_file and not names:
        raise click.UsageError("give an address, --file FILE, or --site NAME", ctx)
    discover = discover or bool(names)
    if (depth or since) and not discover:
        raise click.UsageError("--depth and --since go with --discover or --site", ctx)
    arguments: dict[str, object] = {"urls": list(urls), "file": url_file or ""}
    if discover:
        arguments |= {"sites": list(names), "depth": depth or 0, "since": since.date().isoformat() if since else ""}
    summary = fetch(
        "discover" if discover else "pages",
        arguments,
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
        if not discover and Reason.LISTING in summary.reasons:
            sys.stderr.write("repost: a section page holds no article; --discover fetches those that it lists\n")
    ctx.exit(summary.exit_code)


def fetch(spider: str, arguments: dict[str, object], *, overrides: dict[str, object]) -> "RunSummary":
    """Run a spider; a wrong setting or site file becomes a usage error.

    Raises:
        click.UsageError: a setting, address or site file is wrong.
        ArchiveError: the archive cannot be used.
    """
    from crawler.run import run  # noqa: PLC0415 - Scrapy takes a third of a second to import; --help does without

    try:
        return run(spider, arguments, overrides)
    except ValueError as error:
        raise click.UsageError(str(error)) from error

"""`repost crawl`: fetch pages and keep their articles in the archive."""

import sys
from datetime import date
from typing import Any

import click

from cli.console import Number
from cli.filters import Day
from cli.running import fetch, run_options
from crawler.items import Reason
from sites.recipes import MOST_PAGES


@click.command()
@click.argument("urls", nargs=-1)
@click.option("-f", "--file", "url_file", type=click.Path(), help="Addresses in a file, one a line; - for stdin.")
@click.option("--discover", is_flag=True,
              help="URLS are section pages, sitemaps or feeds: fetch the articles that they lead to.")  # fmt: skip
@click.option("--site", "names", multiple=True, metavar="NAME",
              help="Discover from the seeds of this site's file; all for every site that has some.")  # fmt: skip
@click.option("--depth", type=Number(1, MOST_PAGES), metavar="PAGES",
              help="Pages of each section to follow. Default: the site file's, else 1.")  # fmt: skip
@click.option("--since", type=Day(), metavar="DATE",
              help="Leave what is known to be older (than 2026-03-09, 2026-03 or 2026).")  # fmt: skip
@run_options
@click.pass_context
def crawl_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context,
    /,
    urls: tuple[str, ...],
    url_file: str | None,
    names: tuple[str, ...],
    depth: int | None,
    since: date | None,
    *,
    discover: bool,
    **options: Any,  # noqa: ANN401 - those of run_options
) -> None:
    """Fetch each of URLS once, politely, and keep what it holds; an article split over several pages is joined.

    With --discover or --site, fetch the articles that section pages, sitemaps and feeds lead to, on the same site. The
    same page crawled again gives a second capture where its server sends it again, and a new version only where the
    article changed. A crawl that was cut short (killed, interrupted, ended by a limit) goes on when it is given again.
    """
    if not urls and not url_file and not names:
        raise click.UsageError("give an address, --file FILE, or --site NAME", ctx)
    discover = discover or bool(names)
    if (depth or since) and not discover:
        raise click.UsageError("--depth and --since go with --discover or --site", ctx)
    arguments: dict[str, object] = {"urls": list(urls), "file": url_file or ""}
    if discover:
        arguments |= {"sites": list(names), "depth": depth or 0, "since": since.isoformat() if since else ""}
    summary = fetch(ctx, "discover" if discover else "pages", arguments, options)
    if not options["quiet"] and not discover and Reason.LISTING in summary.reasons:
        sys.stderr.write("repost: a section page holds no article; --discover fetches those that it lists\n")
    ctx.exit(summary.exit_code)

"""`repost crawl`: fetch pages and keep their articles in the archive."""

from typing import Any

import click

from cli.running import fetch, run_options


@click.command()
@click.argument("urls", nargs=-1)
@click.option("-f", "--file", "url_file", type=click.Path(), help="Addresses in a file, one a line.")
@run_options
@click.pass_context
def crawl_command(ctx: click.Context, /, urls: tuple[str, ...], url_file: str | None, **options: Any) -> None:  # noqa: ANN401 - click's
    """Fetch each of URLS once, politely, and keep what it holds; an article split over several pages is joined.

    The same page crawled again gives a second capture, and a new version only where the article changed. A crawl that
    was cut short (killed, interrupted, ended by a limit) goes on when it is given again.
    """
    if not urls and not url_file:
        raise click.UsageError("give an address, or --file FILE", ctx)
    fetch(ctx, "pages", {"urls": urls, "file": url_file or ""}, options)

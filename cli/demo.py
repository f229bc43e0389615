"""`repost demo`: the main job on a sample web that this program serves itself."""

from pathlib import Path

import click
from rich.console import Console

from cli.console import complain, db_option


@click.command()
@db_option
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def demo_command(ctx: click.Context, db_path: Path, *, quiet: bool) -> None:
    """Serve a small web of invented outlets on 127.0.0.1, crawl it, and hold every stored field against its answer.

    The exit code is 1 where the archive is not what it must be.
    """
    from samples.demo import print_demo, run_demo  # noqa: PLC0415 - Scrapy takes a third of a second to import

    result = run_demo(db_path, quiet=quiet)
    if not result.sites:
        for line in result.summary.lines():
            complain(line)
    else:
        print_demo(result, Console(highlight=False))
    ctx.exit(result.exit_code)

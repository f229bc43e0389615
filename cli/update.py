"""`repost update`: fetch whatever is due; made for cron."""

from typing import Any

import click

from archive.connect import refuse_missing
from cli.running import fetch, run_options


@click.command()
@run_options
@click.pass_context
def update_command(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click's
    """Fetch everything that is due: pages whose time has come, and what runs that were cut short left behind.

    Servers are asked whether a page changed since the last time; what did not is not transferred again.
    """
    refuse_missing(options["db_path"])
    ctx.exit(fetch(ctx, "update", {}, options).exit_code)

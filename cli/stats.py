"""`repost stats`: what the archive holds, in numbers."""

import sys
from pathlib import Path
from typing import Any

import click

from archive.connect import reading
from archive.stats import figures
from cli.console import db_option, print_json, print_rich
from cli.filters import filter_options, selected
from cli.look import json_option
from reader.stats_text import stats_tables


@click.command()
@filter_options
@json_option
@db_option
def stats_command(*, db_path: Path, as_json: bool, **filters: Any) -> None:  # noqa: ANN401 - one type an option
    """Show articles a day by site, sources, families and their spread, damage, hijacks and which fields there are.

    `--json` prints every row of every figure as one object, with the figure's name as `figure`.
    """
    with reading(db_path) as db:
        scope, found = figures(db, selected(db, filters))
    if as_json:
        for figure in found:
            for row in figure.rows:
                print_json({"figure": figure.name, **dict(zip(figure.columns, row, strict=True))})
        return
    days = f", published from {scope.first} to {scope.last}" if scope.first else ""
    sys.stdout.write(f"{scope.articles} articles on {scope.sites} sites, from {scope.captures} captures{days}\n")
    if any(figure.rows for figure in found):
        print_rich(*stats_tables(found))

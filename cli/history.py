"""`repost history`: what became of one article."""

import sys
from pathlib import Path

import click

from archive.connect import reading
from archive.history import history
from cli.console import db_option, print_json, printable
from cli.look import json_option
from cli.painted import has_colours, painted_changes
from reader.history import history_json, history_lines, steps


@click.command()
@click.argument("which", metavar="URL")
@db_option
@json_option
def history_command(which: str, db_path: Path, as_json: bool) -> None:  # noqa: FBT001 - by name
    """What became of an article, by its address or its id in `repost list`.

    Every look at it: what changed in the text, views over time, hijack begun and ended, gone and back.
    """
    colours = has_colours()
    with reading(db_path) as db:
        found = history(db, which)
        if as_json:
            for value in history_json(found, steps(db, found)):
                print_json(value)
            return
        for line in history_lines(found, steps(db, found)):
            sys.stdout.write(printable(line.text) + painted_changes(line.spans, colours=colours) + "\n")

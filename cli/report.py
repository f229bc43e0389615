"""`repost report`: the archive in plots."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from archive.connect import reading
from archive.stats import figures
from archive.write import cleaner_version
from cli.console import complain, db_option, need_extra
from cli.filters import filter_options, selected
from cli.outputs import STDOUT, opened
from reader.report import Imprint, report_html
from reader.whole_file import whole_file


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The HTML file to write, - for standard output; it is replaced when the new one is whole.",
)
@click.option(
    "--png",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the plots as PNG files into this folder, too or instead.",
)
@filter_options
@db_option
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error unless something is wrong.")
@click.pass_context
def report_command(
    ctx: click.Context,
    /,
    *,
    output: Path | None,
    png: Path | None,
    db_path: Path,
    quiet: bool,
    **filters: Any,  # noqa: ANN401 - one type an option
) -> None:
    """Write one HTML file with a plot, and the numbers behind it, for each question of `repost stats`.

    The file needs no network and no script; each plot's numbers are a CSV file behind a link in it.
    """
    if not output and not png:
        raise click.UsageError("say where to: -o FILE for the report, --png DIR for pictures", ctx)
    need_extra("report", "report", "vl_convert")
    from reader.report_pictures import has_chinese_font, pictures, svg  # noqa: PLC0415 - needs the extra "report"

    if not has_chinese_font():
        complain("no Chinese font to draw with: labels may be boxes (./repost extras installs one)")
    with reading(db_path) as db:
        scope, found = figures(db, selected(db, filters))
    if output:
        imprint = Imprint(
            subject=_subject(db_path, filters), made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            program=cleaner_version(), font=has_chinese_font(),
        )  # fmt: skip
        pieces = report_html(imprint, scope, found, svg)
        with opened(ctx, output) as stream:
            for piece in pieces:
                stream.write(piece.encode("utf-8", "replace"))
    if png:
        png.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures(found):
            with whole_file(png / name) as stream:
                stream.write(picture)
    written = [str(place) for place in (output, png) if place and place != STDOUT]
    if written and not quiet:
        sys.stderr.write(f"repost: {scope.articles} articles in {' and '.join(written)}\n")


def _subject(db_path: Path, filters: Mapping[str, Any]) -> str:
    """What was asked for, in words."""
    asked = ", ".join(f"{name} {value}" for name, value in filters.items() if value is not None)
    return f"{db_path.name}: {asked}" if asked else db_path.name

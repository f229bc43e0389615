"""`repost export`: articles as tables, captures as WARC."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from archive.connect import Archive, reading, snapshot
from archive.exchange import give_out
from archive.export_rows import Column, columns_named, rows
from cli.console import complain, db_option, need_extra
from cli.filters import filter_options, selected
from cli.outputs import STDOUT, opened
from crawler.items import Capture, FetchFailure
from pipelines.record_json import record_json
from reader.export import write_csv, write_jsonl

CSV, JSONL, PARQUET, WARC = FORMATS = ("csv", "jsonl", "parquet", "warc")
_SUFFIXES = {".csv": CSV, ".jsonl": JSONL, ".ndjson": JSONL, ".parquet": PARQUET, ".warc.gz": WARC}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What an export wrote, in words, whether that is nothing, and how many captures it could not."""

    what: str
    empty: bool
    damaged: int = 0


@click.command()
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), help="Default: by the ending of the file's name.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=STDOUT,
    metavar="FILE",
    help="The file to write, - for standard output (the default). It is replaced when the new one is whole.",
)
@click.option("--warc", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Captures as WARC: the same as --format warc -o FILE.")  # fmt: skip
@click.option("--fields", metavar="NAME,…", help="Only these columns, in this order; docs/data-dictionary.md has all.")
@click.option("--bom", is_flag=True, help="Begin a CSV file with a byte order mark, so that Excel reads its Chinese.")
@filter_options
@db_option
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error unless something is wrong.")
@click.pass_context
def export_command(  # noqa: PLR0913 - one parameter an option of the command line
    ctx: click.Context,
    /,
    *,
    form: str | None,
    output: Path,
    warc: Path | None,
    fields: str | None,
    bom: bool,
    db_path: Path,
    quiet: bool,
    **filters: Any,  # noqa: ANN401 - one type an option
) -> None:
    """Write articles as CSV, JSON Lines or Parquet, or captures as WARC.

    A table has one row an article, its present version; docs/exports.md says how to read it. A CSV file is safe to open
    in a spreadsheet: a text that it could take for a formula begins with an apostrophe. A WARC file (WARC/1.1, gzipped)
    has the captures as fetched with the records read from them, for other programs and for `repost import`.
    """
    if warc:
        if form not in {None, WARC} or output != STDOUT:
            raise click.UsageError("--warc FILE says both the format and the file", ctx)
        form, output = WARC, warc
    form = form or _by_name(output)
    if form is None:
        raise click.UsageError("say which --format: the file's name does not tell", ctx)
    if form == WARC and output.name.lower().endswith(".warc"):
        raise click.UsageError(f"{output}: a WARC file is written gzipped; name it {output.name}.gz", ctx)
    if form == WARC and fields:
        raise click.UsageError("--fields goes with tables, not with WARC", ctx)
    if bom and form != CSV:
        raise click.UsageError("--bom goes with CSV", ctx)
    if form == PARQUET:
        need_extra("export --format parquet", "parquet", "pyarrow")
    with reading(db_path) as db, snapshot(db):
        columns = columns_named(name.strip() for name in fields.split(",")) if fields else columns_named(())
        article_ids = selected(db, filters)
        with opened(ctx, output) as stream:
            if form == WARC:
                written = _write_warc(db, stream, article_ids)
            else:
                count = _writer(form, bom=bom)(stream, columns, rows(db, columns, article_ids))
                written = _Written(what=f"{count} article{'' if count == 1 else 's'}", empty=not count)
            size = stream.tell() if output != STDOUT else None
    _tell(written, "" if quiet or size is None else f"{size / 1e6:.1f} MB in {output}")
    ctx.exit(1 if written.damaged else 0)


def _tell(written: _Written, where: str) -> None:
    if written.empty:
        complain("no article was found")
    if where:
        sys.stderr.write(f"repost: {written.what}, {where}\n")


def _by_name(output: Path) -> str | None:
    return next((form for suffix, form in _SUFFIXES.items() if output.name.lower().endswith(suffix)), None)


def _writer(form: str, *, bom: bool) -> Callable[[BinaryIO, tuple[Column, ...], Any], int]:
    if form == CSV:
        return lambda stream, columns, given: write_csv(stream, columns, given, bom=bom)
    if form == JSONL:
        return write_jsonl
    from reader.export_parquet import write_parquet  # noqa: PLC0415 - needs the extra "parquet"

    return write_parquet


def _write_warc(db: Archive, stream: BinaryIO, article_ids: Iterator[int] | None) -> _Written:
    captures = failures = damaged = 0
    for item, problem in give_out(db, stream, record_json, article_ids):
        captures += isinstance(item, Capture)
        failures += isinstance(item, FetchFailure)
        if problem:
            damaged += 1
            complain(problem)
    what = f"{captures} capture{'' if captures == 1 else 's'}"
    if failures:
        what += f", {failures} failure{'' if failures == 1 else 's'}"
    return _Written(what=what, empty=not captures + failures, damaged=damaged)

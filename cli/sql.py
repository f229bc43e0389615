"""`repost sql`: any question, in SQL, to an archive that the question cannot change."""

import base64
import csv
import math
import sys
from itertools import islice
from pathlib import Path

import click

from archive.sql import TIME_LIMIT, Answer, Cell, TooLong, ask, asking
from cli.console import Number, Seconds, complain, db_option, print_json, printable
from cli.look import json_option, print_table
from reader.export import defused

ROWS = 1_000
_SCHEMA = """
    SELECT sql FROM sqlite_schema WHERE type IN ('table', 'view') AND NOT name GLOB '_sqlite*'
        AND NOT name GLOB 'sqlite*' AND NOT name GLOB 'search_index_*' ORDER BY type DESC, rowid
"""


@click.command()
@click.argument("sql", metavar="SQL", required=False)
@click.option(
    "-p",
    "--param",
    "parameters",
    type=(str, str),
    multiple=True,
    metavar="NAME VALUE",
    help="The value of :NAME in the statement.",
)
@click.option("--limit", type=Number(1, 2**31), default=ROWS, show_default=True, help="At most so many rows.")
@click.option(
    "--time-limit",
    type=Seconds(0.01, 86_400),
    default=TIME_LIMIT,
    show_default=True,
    metavar="SECONDS",
    help="Stop a statement that takes longer.",
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="CSV that is safe to open in a spreadsheet.")
@click.option("--schema", is_flag=True, help="Print the tables and views instead, with what each column means.")
@db_option
@click.pass_context
def sql_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context,
    sql: str | None,
    parameters: tuple[tuple[str, str], ...],
    limit: int,
    time_limit: float,
    as_json: bool,  # noqa: FBT001 - click passes it by name
    as_csv: bool,  # noqa: FBT001 - click passes it by name
    schema: bool,  # noqa: FBT001 - click passes it by name
    db_path: Path,
) -> None:
    """Run one SELECT on the archive, which it cannot change; `-` reads it from standard input.

    `repost sql --schema` shows the tables with their comments; the view `latest` has one row an article. Exit code 4: a
    limit ended it, of rows or of time.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other", ctx)
    if as_csv and sys.stdout.isatty():
        raise click.UsageError("--csv writes text as it is archived, which could drive a terminal; use a pipe", ctx)
    if (sql is None) is not schema:
        raise click.UsageError("give one SELECT, or --schema", ctx)
    if schema:
        with asking(db_path) as connection:
            for (table,) in ask(connection, _SCHEMA, {}, time_limit=time_limit).rows:
                sys.stdout.write(f"{printable(str(table).rstrip())};\n\n")
        return
    statement = _from_stdin(ctx) if sql == "-" else str(sql)
    with asking(db_path) as connection:
        try:
            answer = ask(connection, statement, dict(parameters), time_limit=time_limit)
            _print(answer, limit, as_json=as_json, as_csv=as_csv)
            more = next(answer.rows, None) is not None
        except TooLong as error:
            complain(str(error))
            ctx.exit(4)
    if more:
        complain(f"the first {limit} rows; there are more (--limit)")
        ctx.exit(4)


def _from_stdin(ctx: click.Context) -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"standard input: not UTF-8 (byte {error.start})", ctx) from error


def _print(answer: Answer, limit: int, *, as_json: bool, as_csv: bool) -> None:
    rows = islice(answer.rows, limit)
    if as_json:
        for row in rows:
            print_json(dict(zip(answer.columns, map(_json, row), strict=True)))
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(map(defused, answer.columns))
        writer.writerows(map(_csv_row, rows))
    else:
        print_table(answer.columns, ([_shown(cell) for cell in row] for row in rows))


def _shown(cell: Cell) -> object:
    return f"<{len(cell):,} bytes>" if isinstance(cell, bytes) else cell


def _json(cell: Cell) -> object:
    """A cell as JSON has it: bytes in base64, and no number for what is none."""
    if isinstance(cell, bytes):
        return base64.b64encode(cell).decode("ascii")
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _csv_row(row: tuple[Cell, ...]) -> list[object]:
    return [defused(cell) if isinstance(cell, str) else _json(cell) for cell in row]

"""`repost search` and `reindex`: finding articles by their words, and making the index for that anew."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from archive.connect import reading, refuse_missing, transaction, writing
from archive.families import index as families_index
from archive.search.find import Found, Order, Query, literal_sql, search, sql_of
from archive.search.index import rebuild
from archive.search.marks import Part
from archive.search.query import QueryError
from cli.console import Number, complain, db_option, print_json, printable
from cli.filters import narrowing_options
from cli.look import json_option
from cli.painted import has_colours, one_line, painted_marks
from pipelines.fingerprint import sketch
from reader.search import hit_json

INDENT: Final = 4  # columns before a headline and a snippet on a terminal


@click.command()
@click.argument("words", nargs=-1)
@db_option
@narrowing_options
@click.option(
    "--order",
    type=click.Choice([str(order) for order in Order]),
    default=str(Order.NEWEST),
    show_default=True,
    help="By date, or BM25.",
)
@click.option("--limit", type=Number(1, 2**31), default=20, show_default=True, help="At most so many.")
@click.option("--offset", type=Number(0, 2**31), default=0, help="Leave out the first so many.")
@click.option("--sql", "as_sql", is_flag=True, help="Print the SQL statement instead of running it.")
@json_option
@click.pass_context
def search_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context,
    /,
    words: tuple[str, ...],
    db_path: Path,
    order: str,
    limit: int,
    offset: int,
    as_sql: bool,  # noqa: FBT001 - click passes it by name
    as_json: bool,  # noqa: FBT001 - click passes it by name
    **filters: Any,  # noqa: ANN401 - those of `narrowing_options`, as `Query` has them
) -> None:
    """Find articles by their words, in headline, text and captions; either script finds both.

    词 词 both words; 词 OR 词 either; 词 NOT 词 the first without the second; "两个 词" one after the other; ( ) what
    belongs together. Capitals, full width and punctuation around a word do not count.
    """
    text = " ".join(words) if words else None
    query = Query(text=text, order=Order(order), limit=limit, offset=offset, **filters)
    if text is None and all(value is None for value in filters.values()):
        raise click.UsageError("nothing to search for: give words or a filter", ctx)
    try:
        with reading(db_path) as db:
            if as_sql:
                _print_sql(literal_sql(*sql_of(db, query)), query)
                return
            found = search(db, query)
            shown = _print_json(found) if as_json else _print_hits(found)
    except QueryError as error:
        raise click.UsageError(printable(str(error))) from error
    if not shown:
        complain("no article was found")
    if found.bounded:
        complain(
            f"ranked are the newest {found.ranked:,} hits; there are more, older ones (--until, or --order newest)"
        )


def _print_sql(sql: str, query: Query) -> None:
    if query.order is Order.RANK and query.text is not None:
        sys.stdout.write("-- the hits that are ranked, the newest first; the program sorts them by BM25\n")
    sys.stdout.write(printable(sql) + "\n")


def _print_json(found: Found) -> bool:
    """Print the hits; whether there were any."""
    any_shown = False
    for hit in found.hits:
        any_shown = True
        print_json(hit_json(hit, found))
    return any_shown


def _print_hits(found: Found) -> bool:
    """A few lines a hit on a terminal; elsewhere one, with tabs, so that cut and awk can read it."""
    console = Console(markup=False, highlight=False, emoji=False)
    is_terminal = sys.stdout.isatty()
    any_shown = False
    for hit in found.hits:
        any_shown = True
        state = "hijacked" if hit.hijacked else ""
        fields = [*map(one_line, (str(hit.article_id), hit.published_at or "", hit.site, hit.source or "", state))]
        if is_terminal:
            console.print("  ".join(filter(None, fields)), soft_wrap=True)
            for parts in (hit.headline_parts, hit.snippet):
                console.print(_indented(parts, console.width))
        else:
            texts = (painted_marks(parts, colours=False) for parts in (hit.headline_parts, hit.snippet))
            sys.stdout.write("\t".join((*fields, *texts)) + "\n")
    return any_shown


def _indented(parts: Sequence[Part], columns: int) -> Padding:
    """A text with its marks in two lines of a terminal at most, where a Han character takes two columns."""
    if has_colours():
        text = Text.assemble(*((one_line(part.text), "bold red" if part.marked else "") for part in parts))
    else:
        text = Text(painted_marks(parts, colours=False))
    text.truncate(2 * (columns - INDENT), overflow="ellipsis")
    text.overflow = "fold"
    return Padding(text, (0, 0, 0, INDENT), expand=False)


@click.command()
@db_option
def reindex_command(db_path: Path) -> None:
    """Make the search index anew from the articles, and file those that are in no index of families yet."""
    refuse_missing(db_path)
    with writing(db_path) as db:
        with transaction(db):
            count = rebuild(db)
        filed = sum(1 for _ in families_index.reindex(db, lambda record: sketch(record.body)))
    sys.stdout.write(f"{db_path}: {count} articles in the search index, {filed} looked at for families\n")

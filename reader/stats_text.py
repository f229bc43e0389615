"""Figures for a terminal: tables, and bars where a share or a count is to be compared."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from rich.bar import Bar
from rich.table import Table
from rich.text import Text

from archive.stats import Cell, Figure
from reader.report_plots import label

SHOWN = 20  # rows of a figure; `--json` and the report have all
SITE = 16  # characters of a site's name at least, where the columns are many
BAR = 24  # characters wide
# What is drawn as a bar: the column, and whether its longest is all of it (a share) or the largest there is.
_BARS = {
    "articles-a-day": "articles",
    "sources": "articles",
    "family-sizes": "families",
    "damage": "articles",
    "hijack-share": "share",
}


def stats_tables(figures: Sequence[Figure]) -> Iterator[Table | Text]:
    """What `repost stats` prints, one after the other; nothing in it drives a terminal."""
    for figure in figures:
        yield Text(f"\n{figure.title}", style="bold")
        yield Text(figure.note, style="dim")
        if not figure.rows:
            yield Text("nothing to show")
            continue
        yield _fields(figure) if figure.name == "field-coverage" else _table(figure)
        if len({row[0] for row in figure.rows} if figure.name == "field-coverage" else figure.rows) > SHOWN:
            yield Text(f"… {len(figure.rows) - SHOWN} more (--json has all)", style="dim")


def _table(figure: Figure) -> Table:
    barred = _BARS.get(figure.name)
    rows = _newest(figure)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in figure.columns:
        numeric = all(not isinstance(row[figure.columns.index(name)], str) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    if barred is None:
        for row in rows:
            table.add_row(*map(_cell, row))
        return table
    column = figure.columns.index(barred)
    values = [_number(row[column]) for row in rows]
    whole = 1.0 if barred == "share" else max(values)
    table.add_column("", min_width=BAR)
    for row, value in zip(rows, values, strict=True):
        cells: list[Any] = [_cell(cell) for cell in row]
        table.add_row(*cells, Bar(whole or 1.0, 0, value, width=BAR, color="cyan"))
    return table


def _fields(figure: Figure) -> Table:
    """Which fields there are: a line a site, a column a field."""
    fields = list(dict.fromkeys(str(field) for _, field, _, _ in figure.rows))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("site", overflow="fold", min_width=SITE)
    table.add_column("articles", justify="right")
    for field in fields:
        table.add_column(field, justify="right")
    sites = {site: articles for site, _, articles, _ in figure.rows}
    shares = {(site, field): _number(share) for site, field, _, share in figure.rows}
    for site, articles in islice(sites.items(), SHOWN):
        table.add_row(_cell(site), _cell(articles), *(f"{shares[site, field]:.0%}" for field in fields))
    return table


def _newest(figure: Figure) -> Sequence[tuple[Cell, ...]]:
    """The rows that are shown: of a time series the last ones."""
    return figure.rows[-SHOWN:] if figure.columns[0] == "day" else figure.rows[:SHOWN]


def _cell(cell: Cell) -> Text:
    if isinstance(cell, float):
        return Text(f"{cell:.4g}")
    return Text("" if cell is None else label(cell))


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0

"""Figures for a terminal: short tables, with bars where counts are compared and a line of blocks where time runs.

What a figure has by day and site has a line a day here, or a line a site; `--json` and the report have all of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rich.bar import Bar
from rich.table import Table
from rich.text import Text

from archive.stats import Cell, Figure
from reader.report_plots import day_of, label, site_label, sizes_in_classes

SHOWN = 20  # lines of a figure
BAR = 24  # characters wide
PERIODS = 40  # days that are told apart; a longer time is shown by month
HEADLINE = 14  # characters of one beside numbers: twice as many columns
SLOTS = 14  # a growth is drawn in
LEVELS = "▁▂▃▄▅▆▇█"
NONE = "·"  # a day or month without a capture
_HEADS = {"publication time": "time", "source (来源)": "source", "its own address": "address"}  # 80 columns for all


@dataclass(frozen=True, slots=True, kw_only=True)
class _Short:
    """A figure cut down to what a terminal can show.

    Attributes:
        rows: the lines, the last cell of each a line of blocks where `bars` is None.
        bars: what is drawn behind each line, as shares of the widest bar.
        left: how many lines were left out, or 0.
        key: what the blocks mean, or nothing.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    bars: Sequence[float] | None = None
    left: int = 0
    key: str = ""


def stats_tables(figures: Sequence[Figure]) -> Iterator[Table | Text]:
    """What `repost stats` prints, one after the other; nothing in it drives a terminal."""
    for figure in figures:
        yield Text(f"\n{figure.title}", style="bold")
        yield Text(figure.note, style="dim")
        if not figure.rows:
            yield Text("nothing to show")
            continue
        short = _SHORTENED[figure.name](figure)
        yield _table(short)
        notes = [short.key, f"… {short.left:,} more (--json has all)" if short.left > 0 else ""]
        if any(notes):
            yield Text("  ".join(filter(None, notes)), style="dim")


def _table(short: _Short) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2 if len(short.columns) < len(_HEADS) * 3 else 1, 0, 0))
    for number, name in enumerate(short.columns):
        texts = any(isinstance(row[number], str) and not _is_share(row[number]) for row in short.rows)
        table.add_column(name, justify="left" if texts else "right", overflow="fold")
    if short.bars is not None:
        table.add_column("", min_width=BAR)
    for number, row in enumerate(short.rows):
        cells: list[Text | Bar] = [_cell(cell) for cell in row]
        if short.bars is not None:
            cells.append(Bar(1.0, 0, short.bars[number], width=BAR, color="cyan"))
        table.add_row(*cells)
    return table


def _articles_a_day(figure: Figure) -> _Short:
    length, unit = _period([day_of(str(row[0])) for row in figure.rows])
    counts: dict[str, int] = defaultdict(int)
    sites: dict[str, set[Cell]] = defaultdict(set)
    for day, site, count in figure.rows:
        counts[str(day)[:length]] += int(_number(count))
        sites[str(day)[:length]].add(site)
    newest = sorted(counts)[-SHOWN:]
    return _Short(
        columns=(unit, "articles", "sites"),
        rows=[(period, counts[period], len(sites[period])) for period in newest],
        bars=_to_the_largest([counts[period] for period in newest]),
        left=len(counts) - len(newest),
    )


def _sources(figure: Figure) -> _Short:
    rows = figure.rows[:SHOWN]
    return _Short(
        columns=figure.columns,
        rows=[(source, count, _share(share)) for source, count, share in rows],
        bars=_to_the_largest([row[1] for row in rows]),
        left=len(figure.rows) - len(rows),
    )


def _sizes(figure: Figure) -> _Short:
    rows = sizes_in_classes(figure)
    return _Short(columns=figure.columns, rows=rows, bars=_to_the_largest([count for _, count in rows]))


def _spread(figure: Figure) -> _Short:
    """A line a family: how its copies became more between the first and the last."""
    families: dict[Cell, list[tuple[Cell, ...]]] = defaultdict(list)
    for row in figure.rows:
        families[row[0]].append(row)
    lines: list[tuple[Cell, ...]] = []
    for family, rows in families.items():
        hours = [_number(row[4]) for row in rows]
        took = max(hours)
        steps = [sum(hour <= took * (step / (SLOTS - 1)) for hour in hours) / len(hours) for step in range(SLOTS)]
        growth = "".join(map(_level, steps))
        lines.append((family, label(rows[0][1], HEADLINE), str(rows[0][2])[:10], len(rows), round(took), growth))
    return _Short(columns=("family", "headline", "first", "copies", "hours", "growth"), rows=lines)


def _damage(figure: Figure) -> _Short:
    rows = figure.rows[:SHOWN]
    return _Short(
        columns=figure.columns, rows=rows, bars=_to_the_largest([row[1] for row in rows]),
        left=len(figure.rows) - len(rows),
    )  # fmt: skip


def _hijacks(figure: Figure) -> _Short:
    """A line a site: a block for each day or month up to the last, as high as its share of hijacked captures."""
    days = [day_of(str(row[0])) for row in figure.rows]
    length, unit = _period(days)
    periods = _periods(min(days), max(days), length)
    captures: dict[tuple[Cell, str], float] = defaultdict(float)
    hijacked: dict[tuple[Cell, str], float] = defaultdict(float)
    totals: dict[Cell, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for day, (_, site, number, bad) in zip(days, figure.rows, strict=True):
        period = day.isoformat()[:length]
        captures[site, period] += _number(number)
        hijacked[site, period] += _number(bad)
        totals[site][0] += _number(bad)
        totals[site][1] += _number(number)
    worst = sorted(totals, key=lambda site: (*totals[site], str(site)), reverse=True)
    lines: list[tuple[Cell, ...]] = []
    for site in worst[:SHOWN]:
        blocks = "".join(
            _level(hijacked[site, period] / captures[site, period]) if captures[site, period] else NONE
            for period in periods
        )
        bad, number = totals[site]
        lines.append((site_label(figure, site), int(number), int(bad), blocks))
    return _Short(
        columns=("site", "captures", "hijacked", f"{periods[0]} to {periods[-1]}"),
        rows=lines,
        left=len(worst) - len(lines),
        key=f"{LEVELS[0]} none hijacked, {LEVELS[-1]} all, {NONE} nothing fetched that {unit}",
    )


def _hijacked_sites(figure: Figure) -> _Short:
    rows = figure.rows[:SHOWN]
    return _Short(
        columns=figure.columns,
        rows=[(site_label(figure, site), number, bad, _share(share)) for site, number, bad, share in rows],
        bars=[_number(row[3]) for row in rows],
        left=len(figure.rows) - len(rows),
    )


def _coverage(figure: Figure) -> _Short:
    """A line a site, by its key, so that it fits 80 columns; a column a field."""
    fields = list(dict.fromkeys(str(field) for _, field, _, _ in figure.rows))
    articles = {site: number for site, _, number, _ in figure.rows}
    shares = {(site, field): share for site, field, _, share in figure.rows}
    largest = sorted(articles, key=lambda site: -_number(articles[site]))[:SHOWN]
    return _Short(
        columns=("site", "all", *(_HEADS.get(field, field) for field in fields)),
        rows=[(site, articles[site], *(f"{_number(shares[site, field]):.0%}" for field in fields)) for site in largest],
        left=len(articles) - len(largest),
    )


_SHORTENED: Mapping[str, Callable[[Figure], _Short]] = {
    "articles-a-day": _articles_a_day,
    "sources": _sources,
    "family-sizes": _sizes,
    "family-spread": _spread,
    "damage": _damage,
    "hijack-timeline": _hijacks,
    "hijack-share": _hijacked_sites,
    "field-coverage": _coverage,
}


def _period(days: Sequence[date]) -> tuple[int, str]:
    """How long a period's name is, and what it is called."""
    return (10, "day") if (max(days) - min(days)).days < PERIODS else (7, "month")


def _periods(first: date, last: date, length: int) -> list[str]:
    """The days or months from the first to the last, the last `PERIODS` of them."""
    if length == len("2026-02-11"):
        return [date.fromordinal(day).isoformat() for day in range(first.toordinal(), last.toordinal() + 1)]
    newest = last.year * 12 + last.month - 1
    oldest = max(first.year * 12 + first.month - 1, newest - PERIODS + 1)
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(oldest, newest + 1)]


def _level(share: float) -> str:
    """A block as high as a share; only nothing is the lowest."""
    return LEVELS[0] if share <= 0 else LEVELS[max(1, min(len(LEVELS) - 1, int(share * len(LEVELS))))]


def _to_the_largest(values: Sequence[Cell]) -> list[float]:
    most = max(map(_number, values)) or 1.0
    return [_number(value) / most for value in values]


def _share(share: Cell) -> str:
    return f"{_number(share):.1%}"


def _is_share(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.endswith("%") and cell[:-1].replace(".", "").isdigit()


def _cell(cell: Cell) -> Text:
    return Text("" if cell is None else label(cell))


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0

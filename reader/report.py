"""The report: one HTML file with everything in it, that runs nothing and asks nobody for anything.

Pictures are SVG in `<img>`, where no script of theirs could run; every text of the archive is escaped, and the page's
Content-Security-Policy allows its own style and pictures alone.
"""

import base64
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from archive.stats import Cell, Figure, Scope
from reader.export import defused
from reader.report_plots import label

SHOWN = 200  # rows of a table that stand in the page; the file behind its link has all
LONGEST = 80  # characters of a cell in the page

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1.5rem 1rem 4rem; color: #20242a; background: #faf9f6;
  font: 1rem/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 0; }
p { margin: .3rem 0; }
.quiet, figcaption { color: #5a6068; }
nav ul { columns: 2; padding-left: 1.2rem; }
section { background: #fff; border: 1px solid #dcd8ce; border-radius: 8px; padding: 1rem 1.2rem; margin: 1.2rem 0; }
figure { margin: .6rem 0; }
figure img { display: block; max-width: 100%; height: auto; }
a { color: #0f5257; }
a:focus-visible, summary:focus-visible { outline: 3px solid #d9822b; outline-offset: 2px; }
summary { cursor: pointer; }
.rows { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; margin: .5rem 0; }
th, td { border-bottom: 1px solid #dcd8ce; padding: .2rem .7rem; text-align: left; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) {
  nav ul { columns: 1; }
  section { padding: .8rem; }
  figure img { max-width: none; width: 46rem; }
}
@media print { details { display: none; } section { break-inside: avoid; } }
""".strip()
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What a report says of itself.

    Attributes:
        subject: what it is about, in words: the archive, and what was asked for.
        made: when, for people.
        program: the version of what made it.
        font: whether the pictures were drawn with a Chinese font.
    """

    subject: str
    made: str
    program: str
    font: bool


def report_html(
    imprint: Imprint, scope: Scope, figures: tuple[Figure, ...], picture: Callable[[Figure], str | None]
) -> Iterator[str]:
    """The report, piece by piece.

    Args:
        imprint: what it says of itself.
        scope: what it is about, in numbers.
        figures: what it shows.
        picture: draws a figure as SVG; None where there is nothing to show.
    """
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>Report: {_text(imprint.subject)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<main>\n"
    )
    yield f"<h1>Repost Archive: report</h1>\n<p>{_text(imprint.subject, 300)}</p>\n"
    days = f", published from {scope.first} to {scope.last}" if scope.first else ""
    yield (
        f"<p>{scope.articles:,} articles on {scope.sites:,} sites, from {scope.captures:,} captures{_text(days)}.</p>\n"
    )
    yield f'<p class="quiet">Made on {_text(imprint.made)} by Repost Archive {_text(imprint.program)}.</p>\n'
    if not imprint.font:
        yield "<p>Drawn without a Chinese font of its own: labels may be boxes in pictures.</p>\n"
    links = "".join(f'<li><a href="#{figure.name}">{_text(figure.title)}</a></li>' for figure in figures)
    yield f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n'
    for figure in figures:
        yield from _section(figure, picture(figure))
    yield "</main>\n</body>\n</html>\n"


def csv_of(figure: Figure) -> str:
    """A figure's table as CSV, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(figure.columns)
    writer.writerows([defused(cell) if isinstance(cell, str) else cell for cell in row] for row in figure.rows)
    return text.getvalue()


def _section(figure: Figure, svg: str | None) -> Iterator[str]:
    yield f'<section id="{figure.name}">\n<h2>{_text(figure.title)}</h2>\n'
    yield "<figure>\n"
    if svg is None:
        yield "<p>Nothing to show.</p>\n"
    else:
        alternative = f"{_text(figure.title)}: the table below has the numbers"
        yield f'<div class="rows" tabindex="0" role="region" aria-label="{_text(figure.title)}, as a plot">'
        yield f'<img alt="{alternative}" src="{_data("image/svg+xml", svg)}"></div>\n'
    yield f"<figcaption>{_text(figure.note, 300)}</figcaption>\n</figure>\n"
    if figure.rows:
        # with a byte order mark, so that Excel reads its Chinese
        address = _data("text/csv;charset=utf-8", "\ufeff" + csv_of(figure))
        yield f'<p><a download="{figure.name}.csv" href="{address}">{figure.name}.csv</a> '
        yield f'<span class="quiet">({len(figure.rows):,} rows)</span></p>\n'
        yield from _table(figure)
    yield "</section>\n"


def _table(figure: Figure) -> Iterator[str]:
    most = f", the first {SHOWN}" if len(figure.rows) > SHOWN else ""
    yield f"<details><summary>The numbers{most}</summary>\n"
    yield f'<div class="rows" tabindex="0" role="region" aria-label="{_text(figure.title)}, as a table">\n<table>\n'
    yield "<thead><tr>" + "".join(f'<th scope="col">{_text(name)}</th>' for name in figure.columns) + "</tr></thead>\n"
    yield "<tbody>\n"
    for row in figure.rows[:SHOWN]:
        yield "<tr>" + "".join(map(_cell, row)) + "</tr>\n"
    yield "</tbody>\n</table>\n</div></details>\n"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<td></td>"
    if isinstance(cell, str):
        return f"<td>{_text(cell, LONGEST)}</td>"
    return f'<td class="number">{cell:,}</td>'


def _text(text: object, length: int = LONGEST) -> str:
    """A text as HTML: on one line, nothing in it that is markup or cannot be seen."""
    return escape(label(str(text), length))


def _data(kind: str, content: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content.encode('utf-8', 'replace')).decode('ascii')}"

"""Articles as CSV and JSON Lines, row by row.

Parquet is in `reader.export_parquet`; what all formats hold is the same, and stands in `archive.export_rows`.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import BinaryIO

from archive.export_rows import Column, Value

Rows = Iterable[tuple[Value, ...]]

# A cell that begins so is a formula to Excel, LibreOffice and Google Sheets: white space, invisible characters and
# apostrophes in front do not count (`\t=…`, `　＝cmd|…`, U+FEFF before `@SUM(`), and East Asian versions read the
# full-width forms. TAB and CR on their own can move what follows into a cell of its own.
_FORMULA = re.compile(
    r"'*(?:[\t\r\n]|[\s\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*[=+\-@＝＋－＠])"
)
# What JSON itself allows in a string but some readers take for the end of the line.
_LINE_ENDS = re.compile(r"[\x85\u2028\u2029]")


def defused(text: str) -> str:
    r"""A text as a spreadsheet shows it rather than runs it: an apostrophe in front of what could be a formula.

    An apostrophe that stands in front of one already gets a second one, so taking one away gives the text back.

    >>> defused("=1+1"), defused("'=1+1"), defused("'quoted'"), defused("晴，-3 ℃")
    ("'=1+1", "''=1+1", "'quoted'", '晴，-3 ℃')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def restored_cell(cell: str) -> str:
    """The text that `defused` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_csv(stream: BinaryIO, columns: Sequence[Column], rows: Rows, *, bom: bool = False) -> int:
    """Write rows as CSV (RFC 4180, UTF-8) under a line of names; lists are JSON.

    Args:
        stream: where to.
        columns: what the rows hold.
        rows: the rows.
        bom: begin with a byte order mark, without which Excel takes UTF-8 for the system's old encoding.

    Returns:
        How many rows there were.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig" if bom else "utf-8", newline="")
    writer = csv.writer(text)
    count = 0
    try:
        writer.writerow([column.name for column in columns])
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    finally:
        text.detach()  # writes out what it holds; whoever opened the stream closes it
    return count


def write_jsonl(stream: BinaryIO, columns: Sequence[Column], rows: Rows) -> int:
    """Write rows as JSON Lines: one object a line, every column in it; how many there were."""
    names = [column.name for column in columns]
    count = 0
    for row in rows:
        line = json.dumps(dict(zip(names, map(_json, row), strict=True)), ensure_ascii=False, separators=(",", ":"))
        line = _LINE_ENDS.sub(lambda end: f"\\u{ord(end[0]):04x}", line)
        stream.write(f"{line}\n".encode())
        count += 1
    return count


def _cell(value: Value) -> str | int:
    """A value as a cell; no value is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return defused(value) if isinstance(value, str) else value.isoformat()


def _json(value: Value) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value

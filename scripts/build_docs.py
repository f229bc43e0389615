"""Write docs/cli.md and docs/data-dictionary.md from the program itself; a test holds the files against it.

.venv/bin/python -m scripts.build_docs
"""

from collections.abc import Iterator
from pathlib import Path

import click

from archive.export_rows import COLUMNS, Column, Kind
from cli.main import repost

DOCS = Path(__file__).parents[1] / "docs"
WIDTH = 100  # of the help texts, whatever the terminal

_TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "int64",
    Kind.BOOLEAN: "bool",
    Kind.TIMESTAMP: "timestamp[us, UTC]",
    Kind.DATE: "date32",
    Kind.TEXTS: "list<string>",
}


def cli_reference() -> str:
    """Every command with the help that it prints."""
    parts = [
        "# Commands",
        "",
        "Written by `scripts/build_docs.py` from the program's own help; `repost COMMAND --help` prints the same.",
        "",
    ]
    for path, command, context in _commands(repost, "repost", None):
        parts += [f"## {path}", "", "```", command.get_help(context).strip(), "```", ""]
    return "\n".join(parts)


def data_dictionary() -> str:
    """Every column of `repost export`."""
    return "\n".join(
        [
            "# Data dictionary",
            "",
            "The columns of `repost export`, one row an article, its present version. Written by",
            "`scripts/build_docs.py` from `archive/export_rows.py`. Names and types stay. Columns marked ° are",
            "exported only when named with `--fields`.",
            "",
            "An empty cell in CSV, null in JSON Lines and Parquet: the page does not say. How each type is written:",
            "",
            "| type | CSV | JSON Lines | Parquet |",
            "| --- | --- | --- | --- |",
            "| text | UTF-8; an apostrophe before what could be a formula | string | string |",
            "| integer | digits | number | int64 |",
            "| boolean | `true`, `false` | `true`, `false` | bool |",
            "| timestamp | ISO 8601 with offset | the same as a string | timestamp in microseconds, UTC |",
            "| date | ISO 8601 | the same as a string | date32 |",
            "| list | JSON array | array | list |",
            "",
            "| column | type | Parquet | meaning |",
            "| --- | --- | --- | --- |",
            *(_line(column) for column in COLUMNS),
            "",
        ]
    )


def _commands(
    command: click.Command, path: str, parent: click.Context | None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    context = click.Context(
        command, info_name=path.rpartition(" ")[2], parent=parent, terminal_width=WIDTH, max_content_width=WIDTH,
        **command.context_settings,
    )  # fmt: skip
    yield path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _commands(below, f"{path} {name}", context)


def _line(column: Column) -> str:
    mark = "" if column.by_default else "°"
    kind = str(column.kind)
    if column.parts:
        kind = f"list of {{{', '.join(name for name, _ in column.parts)}}}"
    parquet = _TYPES.get(column.kind) or (
        f"list<struct<{', '.join(f'{name}: {_TYPES[part]}' for name, part in column.parts)}>>"
    )
    return f"| `{column.name}`{mark} | {kind} | {parquet} | {column.doc} |"


FILES = {"cli.md": cli_reference, "data-dictionary.md": data_dictionary}


def main() -> None:
    """Write the files."""
    for name, text in FILES.items():
        (DOCS / name).write_text(text(), encoding="utf-8")
        print(DOCS / name)


if __name__ == "__main__":
    main()

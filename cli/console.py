"""What the command line shares: options, and text that is safe to print."""

import json
import os
import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from archive.connect import default_path
from sites.recipes import FOLDER_VARIABLE

# C0 (but tab and newline), DEL, C1, and the bidirectional overrides: archived text must not drive a terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# The same in JSON, whose strings have C0 escaped already; and the two line ends that some readers split lines at.
_NOT_IN_JSON = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""Archived text with every control and direction-override character made visible.

    >>> printable("台\x1b[31m湾")
    '台\\x1b[31m湾'
    """
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def json_line(value: object) -> str:
    r"""One object as one line of JSON; what would drive a terminal or break the line is written as an escape.

    >>> json_line({"台": "\x9b31m湾\u202e"})
    '{"台": "\\u009b31m湾\\u202e"}'
    """
    return _NOT_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))


def print_json(value: object) -> None:
    """Print one object as one line of JSON."""
    sys.stdout.write(json_line(value) + "\n")


def complain(message: str) -> None:
    """Say on standard error, in one line, what went wrong."""
    sys.stderr.write(f"repost: {printable(' '.join(message.split()))}\n")


def need_extra(command: str, extra: str, *modules: str) -> None:
    """End a command in one line where the packages of an extra are not installed.

    Args:
        command: as it is called, e.g. `serve`.
        extra: the extra's name in pyproject.toml.
        modules: what the command will import of it.

    Raises:
        click.UsageError: one of them is missing; the line says how to get it.
    """
    if any(find_spec(module) is None for module in modules):
        raise click.UsageError(
            f'{command} needs the extra "{extra}": ./repost extras in a checkout, '
            f"or pip install 'repost-archive[{extra}]'"
        )


_P = ParamSpec("_P")
_R = TypeVar("_R")


def db_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add `--db PATH` to a command that touches an archive."""
    return click.option(
        "--db",
        "db_path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=default_path,
        help="The archive file. Default: $ARCHIVE_PATH, else archive.db beside scrapy.cfg, else in this folder.",
    )(command)


def sites_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add `--sites DIR` to a command that uses site files."""

    def use(_: click.Context, __: click.Parameter, folder: Path | None) -> None:
        # Every room that asks for site files must get the same ones, processes that clean included; so it is the
        # environment that says where they are, and this option says it for one command.
        if folder is not None:
            os.environ[FOLDER_VARIABLE] = str(folder.absolute())

    return click.option(
        "--sites",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        metavar="DIR",
        expose_value=False,
        is_eager=True,
        callback=use,
        help=f"The folder of the site files. Default: ${FOLDER_VARIABLE}, else the program's own.",
    )(command)

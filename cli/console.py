"""What the command line shares: options, and text that is safe to print."""

import json
import math
import os
import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from sites.recipes import FOLDER_VARIABLE

if TYPE_CHECKING:
    from rich.console import RenderableType

# C0 (but tab and newline), DEL, C1, and the bidirectional overrides: archived text must not drive a terminal. And the
# surrogates in which Python has the bytes of file names and arguments that are not UTF-8.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# The same in JSON, whose strings have C0 escaped already; and the two line ends that some readers split lines at.
_NOT_IN_JSON = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


_WIDE = 200  # characters of a line where no terminal says how many it has
_LONGEST_COMPLAINT = 1_000  # characters: an argument may have a hundred thousand


def printable(text: str) -> str:
    r"""Archived text with every control and direction-override character made visible, and bytes that are no UTF-8.

    >>> printable("台\x1b[31m湾")
    '台\\x1b[31m湾'
    """
    return _CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    is_byte = "\udc80" <= match[0] <= "\udcff"
    return f"\\x{ord(match[0]) - 0xDC00:02x}" if is_byte else match[0].encode("unicode_escape").decode("ascii")


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
    """Say on standard error, in one line, what went wrong; the middle of a very long one is left out."""
    line = " ".join(message.split())
    if len(line) > _LONGEST_COMPLAINT:
        line = f"{line[: _LONGEST_COMPLAINT // 2]} … {line[-_LONGEST_COMPLAINT // 2 :]}"
    sys.stderr.write(f"repost: {printable(line)}\n")


def print_rich(*parts: "RenderableType") -> None:
    """Print tables and charts: as wide as the terminal; in a pipe or file without folded lines and blanks at their end.

    Not by Rich itself, which ends the program with exit code 1 where nobody reads its output any more.
    """
    from rich.console import Console  # noqa: PLC0415 - a twentieth of a second to import; --help does without

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDE
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    for line in captured.get().splitlines():
        sys.stdout.write((line if console.is_terminal else line.rstrip()) + "\n")


class Number(click.IntRange):
    """A whole number within bounds, which click would call an integer range in help and in messages."""

    name = "number"


class Seconds(click.FloatRange):
    """So many seconds: no `nan`, which is within any range, and no `inf`."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's
        """The number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return number


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
        default=_default_path,
        help="The archive file. Default: $ARCHIVE_PATH, else archive.db beside scrapy.cfg, else in this folder.",
    )(command)


def _default_path() -> Path:
    from archive.connect import default_path  # noqa: PLC0415 - commands without an archive start in half the time

    return default_path()


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

"""The file that a command writes, or standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from reader.whole_file import NotOverwritten, whole_file

STDOUT = Path("-")


@contextmanager
def opened(ctx: click.Context, output: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its place when it is whole; for `-` standard output, where that is no terminal.

    Raises:
        click.UsageError: it is a terminal, or what stands there is not written over.
    """
    if output == STDOUT:
        if sys.stdout.isatty():
            raise click.UsageError("archived text could drive a terminal; name a file with -o, or use a pipe", ctx)
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with whole_file(output) as stream:
            yield stream
    except NotOverwritten as error:
        raise click.UsageError(str(error), ctx) from error

"""Writing a file so that nobody ever finds half of it: beside its place, then put there when it is whole."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_SQLITE = b"SQLite format 3\x00"


class NotOverwritten(Exception):  # noqa: N818 - says what was done
    """What stands there is too good to be written over; the message is one line for people."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its place when the block ends well; what stood there stays until then.

    A link leads to the file it names; what is no regular file (`/dev/null`, a pipe) is written to as it is.

    Raises:
        NotOverwritten: a database stands there: an archive is not to be lost to a slip of the hand.
        OSError: the file cannot be written; it names the file.
    """
    place = path.resolve()
    try:
        if _exists(place) and not place.is_file():
            with place.open("wb") as stream:
                yield stream
            return
        if place.is_file() and _begins(place) == _SQLITE:
            raise NotOverwritten(f"{path}: a database stands there; it is not written over")
        unfinished = place.with_name(f".{place.name}.{os.getpid()}.partial")
        try:
            with unfinished.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if place.exists():  # a file that others may read stays one
                unfinished.chmod(stat.S_IMODE(place.stat().st_mode))
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _exists(place: Path) -> bool:
    try:
        place.stat()
    except FileNotFoundError:
        return False
    return True


def _begins(place: Path) -> bytes:
    with place.open("rb") as stream:
        return stream.read(len(_SQLITE))

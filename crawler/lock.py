"""One run at a time on one archive, by a lock that a dead process cannot hold."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self


class Locked(Exception):  # noqa: N818 - named after the decision the caller takes
    """Another process is at work on this archive; the message names it."""


def is_locked(archive: Path) -> bool:
    """Whether a process is at work on an archive just now; False where that cannot be seen."""
    try:
        handle = os.open(_beside(archive), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _beside(archive: Path) -> Path:
    with suppress(OSError, RuntimeError):  # a link to itself, before Python 3.13: who opens it says so
        archive = archive.resolve()
    return archive.with_name(f"{archive.name}.lock")


class RunLock:
    """A lock on the file `<archive>.lock`, held until it is released or the process ends, however it ends.

    It lies beside the archive itself, whichever of its names was given: a symbolic link is no second archive.
    """

    def __init__(self, archive: Path) -> None:
        self._path = _beside(archive)
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            Locked: another process holds it.
            OSError: the folder cannot be written.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            os.close(handle)
            raise Locked(f"{self._path}: held by process {holder or 'unknown'}") from None
        with suppress(OSError):  # a full disk: the lock holds all the same, only without the holder's name
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode("ascii"))
        # The file stays when the lock goes: removing it would let two processes lock two files of one name.
        self._handle = handle

    def __enter__(self) -> Self:
        """Hold the lock until the end of a block; raises as `acquire`."""
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back."""
        self.release()

    def release(self) -> None:
        """Give the lock back; without effect where it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

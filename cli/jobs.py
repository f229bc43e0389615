"""Work spread over processes: results in the items' order, and an item that kills its process costs only itself."""

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

AHEAD = 2  # items a process holds: it goes on with the second while the result of the first is read
WINDOW = 64  # results a process that may wait in memory for an older one

# A forked process has everything imported; forking is safe here, because the command line runs no threads. Elsewhere it
# breaks system libraries (macOS) or does not exist (Windows).
_PROCESSES = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_processes(
    work: Callable[[Item], Result], items: Iterable[Item], jobs: int, *, lost: Callable[[Item, int], Result]
) -> Generator[Result]:
    """The result of every item, in the items' order.

    Args:
        work: a function of a module; what it raises ends its process.
        items: what to do it to; taken when there is room for more.
        jobs: how many processes.
        lost: gives the result of an item whose process died over it, from the item and the process's exit code
            (negative: the signal that killed it).
    """
    numbered = enumerate(items)
    done: dict[int, Result] = {}
    due = 0  # the number of the result that comes next
    workers = [_Worker(work, lost) for _ in range(jobs)]
    try:
        while True:
            for worker in workers:
                while len(worker.given) < AHEAD and len(done) < WINDOW * jobs and (following := next(numbered, None)):
                    worker.give(*following)
            busy = [worker for worker in workers if worker.given]
            if not busy:
                return
            ready = wait([worker.pipe for worker in busy])
            for worker in busy:
                if worker.pipe in ready:
                    number, result = worker.answer()
                    done[number] = result
            while due in done:
                yield done.pop(due)
                due += 1
    finally:
        for worker in workers:
            worker.end()


class _Worker(Generic[Item, Result]):
    """One process, and the next one when it dies.

    Attributes:
        pipe: our end of the pipe to it: items go in, results come out, in the same order.
        given: the numbered items it has not answered yet.
    """

    def __init__(self, work: Callable[[Item], Result], lost: Callable[[Item, int], Result]) -> None:
        self._work = work
        self._lost = lost
        self.given: deque[tuple[int, Item]] = deque()
        self._start()

    def give(self, number: int, item: Item) -> None:
        """Hand an item over."""
        self.given.append((number, item))
        self._send(item)

    def answer(self) -> tuple[int, Result]:
        """The number and the result of the oldest item given; to be called when the pipe has something to say."""
        number, item = self.given.popleft()
        try:
            return number, self.pipe.recv()
        except (EOFError, OSError):
            exit_code = self.end()
            self._start()
            return number, self._lost(item, exit_code)

    def end(self) -> int:
        """End the process and say how it ended: its exit code."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()
        return self._process.exitcode or 0

    def _start(self) -> None:
        self.pipe, theirs = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(target=_serve, args=(self._work, theirs, self.pipe), daemon=True)
        # Ctrl-C reaches every process of the terminal's group; only this one shall answer it, by ending the others.
        answer = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._process.start()
        finally:
            signal.signal(signal.SIGINT, answer)
        theirs.close()
        for _, item in self.given:
            self._send(item)

    def _send(self, item: Item) -> None:
        try:
            self.pipe.send(item)
        except OSError:
            return  # it is dead; reading the result tells


def _serve(
    work: Callable[[Item], Result], pipe: "Connection[Result, Item]", other_end: "Connection[Item, Result]"
) -> None:
    """Work until the other end is closed, also because the process that held it was killed."""
    other_end.close()  # the copy that came with forking would keep the pipe open for ever
    try:
        while True:
            pipe.send(work(pipe.recv()))
    except (EOFError, OSError):
        return

"""Cleaning in processes of its own: the crawl goes on meanwhile, and a page that hangs or kills costs only itself.

A hostile page can be made to cost a regular expression minutes or a parser gigabytes. It was stored before it was
cleaned, so without a bound every next start would take it up again, and end there again.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver, resource_tracker
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from crawler.items import Article, Capture, Reason, Rejected, SiteRecipe

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import TracebackType

SECONDS = 60.0
"""How long one page may take. The longest real page met (2 MB) takes two seconds on a slow machine."""

MEMORY = 4_000_000_000
"""Bytes of address space a process may have. The hostile pages of the tests at 20 MB take less than a fourth of it."""

_T = TypeVar("_T")

BY_A_THREAD = 150_000
"""Bytes of a page, with its headers, from which on an event loop has it sent by a thread: a shorter one fits into a
pipe on Linux, and elsewhere is taken out of it at once by the process that waits for it."""

# A fork server has imported everything once, and was itself started fresh: forking a process that runs threads and an
# event loop may copy a lock that is never opened again. Where there is none (Windows), each process imports for itself.
if sys.platform == "linux":
    _CONTEXT = multiprocessing.get_context("forkserver")
    _CONTEXT.set_forkserver_preload(["pipelines.outcome"])
else:
    _CONTEXT = multiprocessing.get_context("spawn")


def get_ready() -> None:
    """Let the fork server import what cleans while the first page is fetched: half a second that it need not wait."""
    if sys.platform != "linux":
        return
    resource_tracker.ensure_running()  # started by the server's start it would let the signal through again
    # Ctrl-C reaches the whole group, and a server that still imports would die of it
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _as_no_script():
            forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


class Stopped(Exception):  # noqa: N818 - named after what happened, not after a fault
    """The processes were closed before they had cleaned a capture."""


class Cleaners:
    """Processes that clean captures, each started when it is first needed and again when it has died."""

    def __init__(self, count: int = 1, *, seconds: float = SECONDS) -> None:
        """Make room for processes.

        Args:
            count: how many.
            seconds: how long one page may take.
        """
        self._all = [_Cleaner(seconds) for _ in range(count)]
        self._jobs: deque[_Job] = deque()
        self._idle: SimpleQueue[_Cleaner] = SimpleQueue()
        for cleaner in self._all:
            self._idle.put(cleaner)

    def outcome(self, capture: Capture, site: SiteRecipe | None = None) -> Article | Rejected:
        """What becomes of a capture, as `pipelines.outcome.outcome_of` says; waits for an idle process, and for it.

        May be called from several threads at once. A page over which its process takes too long is rejected as
        `too-hard`, one over which it dies as `internal`; the next page gets a new process.

        Raises:
            Stopped: they were closed meanwhile; nothing is decided about the capture.
        """
        cleaner = self._idle.get()
        try:
            return cleaner.outcome(capture, site)
        finally:
            self._idle.put(cleaner)

    async def outcome_async(self, capture: Capture, site: SiteRecipe | None = None) -> Article | Rejected:
        """The same for an event loop, which goes on meanwhile; a thread for each page would take it a tenth more.

        Raises:
            Stopped: they were closed meanwhile; nothing is decided about the capture.
        """
        job = _Job(capture=capture, site=site, outcome=asyncio.get_running_loop().create_future())
        self._jobs.append(job)
        self._hand_over()
        return await job.outcome

    def serve(self) -> None:
        """Take what is cleaned, and hand over what waits: for who keeps the event loop from it for long."""
        for cleaner in self._all:
            cleaner.answer_if_done()

    def _hand_over(self) -> None:
        for cleaner in self._all:
            if self._jobs and cleaner.job is None:
                cleaner.take_up(self._jobs.popleft(), then=self._hand_over)

    def close(self) -> None:
        """End the processes at once, whatever they are at work on."""
        for cleaner in self._all:
            cleaner.close()

    def __enter__(self) -> Self:
        """Use them until the end of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        """End the processes."""
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A page that an event loop has cleaned."""

    capture: Capture
    site: SiteRecipe | None
    outcome: "asyncio.Future[Article | Rejected]"


class _Cleaner:
    """One process, and the next one when it has died.

    Attributes:
        job: what an event loop has it do.
    """

    def __init__(self, seconds: float) -> None:
        self.job: _Job | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._seconds = seconds
        self._process: multiprocessing.process.BaseProcess | None = None
        self._closed = False

    def outcome(self, capture: Capture, site: SiteRecipe | None) -> Article | Rejected:
        try:
            self._send(capture, site)
        except (EOFError, OSError):
            return self._died()
        return self._result(self._seconds)

    def take_up(self, job: "_Job", *, then: Callable[[], None]) -> None:
        """Begin with a page for an event loop, and call something when its outcome is there."""
        self.job, self._then = job, then
        if self._process is not None and _fits_into_a_pipe(job.capture):
            self._begun(self._try_to_send(job))
        else:
            sending = asyncio.ensure_future(asyncio.to_thread(self._try_to_send, job))
            sending.add_done_callback(lambda sent: self._begun(sent.result()))

    def answer_if_done(self) -> None:
        if self._timer and self._pipe.poll():
            self._answer()

    def _try_to_send(self, job: "_Job") -> Rejected | Exception | None:
        """Send a page; what comes of it where it cannot be sent."""
        try:
            self._send(job.capture, job.site)
        except (EOFError, OSError):
            return _or_error(self._died)
        except Exception as error:  # noqa: BLE001 - raised where the page is waited for, as by `_or_error`
            return error
        return None

    def _begun(self, failure: Rejected | Exception | None) -> None:
        if failure:
            self._settle(failure)
            return
        loop = asyncio.get_running_loop()  # it tells of no pipe on Windows
        loop.add_reader(self._pipe.fileno(), self._answer)
        self._timer = loop.call_later(self._seconds, self._answer)

    def _answer(self) -> None:
        """The process is done, or died, or its time is over."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        self._settle(_or_error(partial(self._result, 0)))

    def _settle(self, outcome: Article | Rejected | Exception) -> None:
        job, self.job = self.job, None
        if not isinstance(outcome, Article | Rejected) and self._process is not None:
            self._end()  # half a message may stand in its pipe
        if job and not job.outcome.done():  # nobody waits for it any more where the run was ended at once
            if isinstance(outcome, Article | Rejected):
                job.outcome.set_result(outcome)
            else:
                job.outcome.set_exception(outcome)
        self._then()

    def _result(self, seconds: float) -> Article | Rejected:
        """What comes out of the process within a time.

        Raises:
            Stopped: it was closed meanwhile.
        """
        try:
            if self._pipe.poll(seconds):
                result: Article | Rejected = self._pipe.recv()
                return result
        except (EOFError, OSError):
            return self._died()
        self._end()
        return Rejected(Reason.TOO_HARD, f"not cleaned within {self._seconds:g} s")

    def _died(self) -> Rejected:
        if self._closed:
            raise Stopped from None
        return Rejected(Reason.INTERNAL, f"the process that cleaned it ended {_how(self._end())}")

    def close(self) -> None:
        self._closed = True
        if process := self._process:
            process.kill()

    def _send(self, capture: Capture, site: SiteRecipe | None) -> None:
        if self._process is not None:
            try:
                self._pipe.send((capture, site))
            except OSError:  # it ended while it had nothing to do: not this page's fault
                self._end()
            else:
                return
        self._start()
        self._pipe.send((capture, site))

    def _start(self) -> None:
        if self._closed:
            raise Stopped
        get_ready()
        self._pipe, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(theirs,), daemon=True)
        with _as_no_script():
            process.start()
        theirs.close()
        self._process = process
        if self._closed:  # meanwhile, by another thread, which saw no process to kill
            self._end()
            raise Stopped

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:  # none could be started, perhaps for want of a pipe
            return None
        self._pipe.close()
        if process.is_alive():
            # one that died by itself is given a moment, so that the reason said is its own and not this signal
            process.join(0.2)
            process.kill()
        process.join()
        return process.exitcode


def _fits_into_a_pipe(capture: Capture) -> bool:
    """Whether a page can be sent without the other end; headers are texts, of up to two bytes a character."""
    headers = sum(len(name) + len(value) for name, value in capture.headers)
    return len(capture.body) + 2 * headers <= BY_A_THREAD and not capture.parts


def _or_error(outcome: Callable[[], _T]) -> _T | Exception:
    """What comes of something, also where it is an error: who waits for the page must hear of it, or waits for ever."""
    try:
        return outcome()
    except Exception as error:  # noqa: BLE001 - raised again where the page is waited for
        return error


_AT_THE_MAIN_MODULE = Lock()


@contextmanager
def _as_no_script() -> Iterator[None]:
    """Keep a process that is started from running the program's own script first, as multiprocessing has it do.

    What cleans needs nothing of it, it takes the time of all of the program's imports, and a script that is not written
    with this in mind would start its work once more.
    """
    main = sys.modules["__main__"]
    with _AT_THE_MAIN_MODULE:
        names: dict[str, Any] = {name: vars(main).pop(name) for name in ("__file__", "__spec__") if name in vars(main)}
        main.__spec__ = None
        try:
            yield
        finally:
            vars(main).update(names)


def _how(exit_code: int | None) -> str:
    return f"by signal {-exit_code}" if exit_code and exit_code < 0 else f"with exit code {exit_code}"


def _serve(pipe: "Connection[Article | Rejected, tuple[Capture, SiteRecipe | None]]") -> None:
    """Clean until the other end is closed, also because the process that held it was killed."""
    from pipelines.outcome import outcome_of  # noqa: PLC0415 - who has pages cleaned by others does without all of it

    # Ctrl-C reaches the whole group, and so does what systemd ends a unit with; the crawl ends its own processes
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _bound_memory()
    with suppress(EOFError, OSError):
        while True:
            capture, site = pipe.recv()
            with _ending_with(pipe):
                result = outcome_of(capture, site)
            pipe.send(result)


@contextmanager
def _ending_with(pipe: "Connection[Article | Rejected, tuple[Capture, SiteRecipe | None]]") -> Iterator[None]:
    """Be ended by the system when the process at the other end dies; within a regular expression no code would notice.

    Raises:
        EOFError: it died already.
    """
    if sys.platform != "linux":  # elsewhere this signal ends no process
        yield
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    flags = fcntl.fcntl(pipe.fileno(), fcntl.F_GETFL)
    fcntl.fcntl(pipe.fileno(), fcntl.F_SETOWN, os.getpid())
    # SIGIO, which ends a process that does not expect it, when there is something to read: nothing comes meanwhile but
    # the end.
    fcntl.fcntl(pipe.fileno(), fcntl.F_SETFL, flags | os.O_ASYNC)
    try:
        if pipe.poll():
            raise EOFError
        yield
    finally:
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETFL, flags)


def _bound_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # not on Windows; or a stricter bound is there already
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))

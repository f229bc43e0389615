"""Pages that hang or kill the process that cleans them cost themselves, and nothing else."""

import asyncio
import errno
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Article, Capture, Reason, Rejected, Verdict
from pipelines import outcome, processes
from pipelines.processes import BY_A_THREAD, Cleaners, Stopped

ROOT = Path(__file__).parents[2]
HEADLINE = "岚桥镇的廊桥修好了"
PARAGRAPH = "岚桥镇的廊桥去年夏天被洪水冲坏了栏杆，镇上请来三位老木匠，用了四个月把它修回原来的样子，今天重新开放。"


def capture(body: bytes) -> Capture:
    return Capture(url="http://lanqiao.example/1.html", body=body, fetched_at=datetime(2026, 2, 11, tzinfo=UTC))


@pytest.fixture
def article(article_html: Callable[..., str]) -> Capture:
    return capture(article_html(HEADLINE, PARAGRAPH, PARAGRAPH).encode())


def _outcome(capture: Capture, _: object) -> Article | Rejected:
    """What a hostile page brings about; a function of the module, because it runs in the other process."""
    if capture.body == b"hang":
        while True:
            time.sleep(1)
    if capture.body == b"killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if capture.body == b"gone":
        os._exit(3)
    return Rejected(Reason.EMPTY, f"by {os.getpid()}", encoding="gb18030")


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cleaners whose processes do as the bodies say; forked, so that they know this module."""
    monkeypatch.setattr(processes, "_CONTEXT", processes.multiprocessing.get_context("fork"))
    serve = processes._serve

    def start(pipe: Any) -> None:
        outcome.outcome_of = _outcome  # type: ignore[assignment]  # in the forked process alone
        serve(pipe)

    monkeypatch.setattr(processes, "_serve", start)


def test_an_article_is_what_it_is_in_one_process(article: Capture) -> None:
    with Cleaners() as cleaners:
        result = cleaners.outcome(article)
    assert result == outcome.outcome_of(article)
    assert isinstance(result, Article)


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"hang", Reason.TOO_HARD, "not cleaned within 0.3 s"),
        (b"killed", Reason.INTERNAL, "the process that cleaned it ended by signal 9"),
        (b"gone", Reason.INTERNAL, "the process that cleaned it ended with exit code 3"),
    ],
)
def test_a_hostile_page_is_rejected_and_the_next_gets_a_new_process(body: bytes, reason: Reason, detail: str) -> None:
    with Cleaners(seconds=0.3) as cleaners:
        before = cleaners.outcome(capture(b""))
        assert cleaners.outcome(capture(b"")).detail == before.detail  # the same process
        result = cleaners.outcome(capture(body))
        assert (result.reason, result.detail) == (reason, detail)
        after = cleaners.outcome(capture(b""))
    assert after.reason is Reason.EMPTY
    assert after.detail != before.detail


@pytest.mark.usefixtures("hostile")
def test_an_event_loop_has_pages_cleaned_and_goes_on_meanwhile() -> None:
    """The hanging page waits for its time, those that kill for nothing, and each next one gets a new process."""
    bodies = [b"hang", b"killed", b"", bytes(2 * BY_A_THREAD), b"gone", b""]

    async def outcomes(cleaners: Cleaners) -> list[Any]:
        return await asyncio.gather(*(cleaners.outcome_async(capture(body)) for body in bodies))

    with Cleaners(seconds=0.5) as cleaners:
        reasons = [result.reason for result in asyncio.run(outcomes(cleaners))]
    internal, empty = Reason.INTERNAL, Reason.EMPTY
    assert reasons == [Reason.TOO_HARD, internal, empty, empty, internal, empty]


@pytest.mark.usefixtures("hostile")
def test_who_keeps_the_event_loop_can_see_to_the_processes() -> None:
    async def blocked(cleaners: Cleaners) -> list[Any]:
        await cleaners.outcome_async(capture(b""))  # starts the process
        waiting = [asyncio.ensure_future(cleaners.outcome_async(capture(b""))) for _ in range(3)]
        await asyncio.sleep(0)
        until = time.monotonic() + 5
        while cleaners._all[0].job and time.monotonic() < until:
            cleaners.serve()
        assert cleaners._all[0].job is None, "all were cleaned, and the event loop had no part in it"
        return await asyncio.gather(*waiting)

    with Cleaners() as cleaners:
        assert [result.reason for result in asyncio.run(blocked(cleaners))] == [Reason.EMPTY] * 3


@pytest.mark.usefixtures("hostile")
def test_closing_ends_the_page_that_an_event_loop_waits_for() -> None:
    cleaners = Cleaners(seconds=60)

    async def closed_meanwhile() -> None:
        asyncio.get_running_loop().call_later(0.3, cleaners.close)
        await cleaners.outcome_async(capture(b"hang"))

    with pytest.raises(Stopped):
        asyncio.run(closed_meanwhile())


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("page", [{"body": bytes(2 * BY_A_THREAD)}, {"headers": (("X-Lanqiao", "é" * 120_000),)}])
def test_a_page_that_fits_into_no_pipe_does_not_keep_the_event_loop(page: dict[str, Any]) -> None:
    """The process takes nothing out of its pipe for a while, as one that is swapped out; headers count, too."""

    async def goes_on(cleaners: Cleaners) -> None:
        await cleaners.outcome_async(capture(b""))  # starts the process
        process = cleaners._all[0]._process
        assert process
        assert process.pid
        os.kill(process.pid, signal.SIGSTOP)
        continued = threading.Timer(1, os.kill, (process.pid, signal.SIGCONT))
        continued.start()
        cleaning = asyncio.ensure_future(cleaners.outcome_async(replace(capture(b""), **page)))
        await asyncio.sleep(0)
        assert continued.is_alive(), "the event loop has waited for the process"
        assert (await cleaning).reason is Reason.EMPTY

    with Cleaners() as cleaners:
        asyncio.run(goes_on(cleaners))


def _raise(error: Exception) -> Any:
    raise error


@pytest.mark.usefixtures("hostile")
def test_a_process_that_cannot_be_started_is_no_page_that_is_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The very first one has no pipe yet that could be closed."""
    full = OSError(errno.EMFILE, "Too many open files")
    monkeypatch.setattr(processes._CONTEXT, "Pipe", lambda: _raise(full))

    async def outcomes(cleaners: Cleaners) -> list[Any]:
        waiting = asyncio.gather(*(cleaners.outcome_async(capture(b"")) for _ in range(2)))
        return await asyncio.wait_for(waiting, 5)

    with Cleaners() as cleaners:
        assert [result.reason for result in asyncio.run(outcomes(cleaners))] == [Reason.INTERNAL] * 2


@pytest.mark.usefixtures("hostile")
def test_an_outcome_that_cannot_be_read_is_said_where_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is where an article is too large for the memory that is left; the next page gets a new process."""

    async def outcomes(cleaners: Cleaners) -> list[Any]:
        before = await cleaners.outcome_async(capture(b""))
        with monkeypatch.context() as patched:
            patched.setattr(type(cleaners._all[0]._pipe), "recv", lambda _: _raise(MemoryError()))
            with pytest.raises(MemoryError):
                await asyncio.wait_for(cleaners.outcome_async(capture(b"")), 5)
        return [before, await asyncio.wait_for(cleaners.outcome_async(capture(b"")), 5)]

    with Cleaners() as cleaners:
        before, after = asyncio.run(outcomes(cleaners))
    assert after.reason is Reason.EMPTY
    assert after.detail != before.detail


@pytest.mark.usefixtures("hostile")
def test_a_process_that_died_between_two_pages_costs_neither() -> None:
    with Cleaners() as cleaners:
        cleaners.outcome(capture(b""))
        process = cleaners._all[0]._process
        assert process
        process.kill()
        process.join()
        assert cleaners.outcome(capture(b"")).reason is Reason.EMPTY


def test_what_ends_the_whole_group_does_not_end_a_page(article: Capture) -> None:
    with Cleaners() as cleaners:
        expected = cleaners.outcome(article)
        process = cleaners._all[0]._process
        assert process
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process.pid, number)
        assert cleaners.outcome(article) == expected
        assert cleaners._all[0]._process is process


@pytest.mark.usefixtures("hostile")
def test_closing_ends_a_page_at_once_and_decides_nothing_about_it() -> None:
    cleaners = Cleaners(seconds=60)
    threading.Timer(0.3, cleaners.close).start()
    with pytest.raises(Stopped):
        cleaners.outcome(capture(b"hang"))
    with pytest.raises(Stopped):
        cleaners.outcome(capture(b""))


@pytest.mark.usefixtures("hostile")
def test_two_processes_work_at_once() -> None:
    """The second page is answered while the first still hangs."""
    cleaners = Cleaners(2, seconds=60)
    answers: list[Rejected] = []

    def hang() -> None:
        with pytest.raises(Stopped):
            cleaners.outcome(capture(b"hang"))

    hanging = threading.Thread(target=hang)
    hanging.start()
    answers.append(cleaners.outcome(capture(b"")))
    assert hanging.is_alive()
    cleaners.close()
    hanging.join(5)
    assert not hanging.is_alive()
    assert answers[0].reason is Reason.EMPTY


def test_a_process_ends_with_the_one_that_started_it(article: Capture) -> None:
    cleaners = Cleaners()
    cleaners.outcome(article)
    cleaner = cleaners._all[0]
    process = cleaner._process
    cleaner._pipe.close()  # as the system does when it ends a process, however
    process.join(5)
    assert process.exitcode == 0


HANGING = """
import threading
from datetime import UTC, datetime
from crawler.items import Capture
from pipelines import processes
processes._CONTEXT.set_forkserver_preload(["tests.faults.hanging"])
cleaners = processes.Cleaners()
page = Capture(url="http://a.example/1", body=b"hang here", fetched_at=datetime.now(UTC))
cleaners.outcome(Capture(url="http://a.example/1", body=b"", fetched_at=datetime.now(UTC)))
threading.Timer(0.5, lambda: print(cleaners._all[0]._process.pid, flush=True)).start()
cleaners.outcome(page)
"""


SCRIPT = """
from datetime import UTC, datetime
from crawler.items import Capture
from pipelines.processes import Cleaners
print("started")
with Cleaners() as cleaners:
    print(cleaners.outcome(Capture(url="http://a.example/1", body=b"", fetched_at=datetime.now(UTC))).reason)
print(__file__, __spec__)
"""


def test_a_script_of_a_users_is_not_run_again_by_the_processes(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout.splitlines() == ["started", "empty", f"{script} None"], done.stderr


INTERRUPTED = """
import os, signal
from datetime import UTC, datetime
from crawler.items import Capture
from pipelines.processes import Cleaners, get_ready
signal.signal(signal.SIGINT, lambda *_: print("interrupted"))
get_ready()
os.killpg(0, signal.SIGINT)
with Cleaners() as cleaners:
    print(cleaners.outcome(Capture(url="http://a.example/1", body=b"", fetched_at=datetime.now(UTC))))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is imported beforehand")
def test_an_interrupt_does_not_reach_what_still_imports() -> None:
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, start_new_session=True)
    assert (done.stdout.splitlines(), done.stderr) == (["interrupted", "empty: no byte"], "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the page is cleaned to its end first")
def test_no_process_outlives_the_one_that_started_it_though_killed_over_a_page_that_hangs() -> None:
    """Neither the one that cleans, in a regular expression that never ends, nor the one that it was forked from."""
    command = [sys.executable, "-c", HANGING]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as killed:
        assert killed.stdout is not None
        cleaning = int(killed.stdout.readline())
        assert Path(f"/proc/{cleaning}").exists()
        killed.kill()
    deadline = time.monotonic() + 5
    while left := _of_group(killed.pid):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def _of_group(group: int) -> list[str]:
    """What the processes of a group are called that are alive."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(state[2]) == group and state[0] != "Z":
                found.append((folder / "cmdline").read_text())
    return found


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks for more is rejected by its process; the machine does not notice."""
    monkeypatch.setattr(processes, "_CONTEXT", processes.multiprocessing.get_context("fork"))

    def asks_for_too_much(*_: object) -> Rejected:
        try:
            bytearray(processes.MEMORY)
        except MemoryError:
            return Rejected(Reason.INTERNAL, "MemoryError")
        return Rejected(Reason.EMPTY, "there was room")

    monkeypatch.setattr(outcome, "outcome_of", asks_for_too_much)
    with Cleaners() as cleaners:
        assert cleaners.outcome(capture(b"")).detail == "MemoryError"


def test_a_rejection_passes_between_processes_whole() -> None:
    verdict = Verdict(hijacked=True, evidence=())
    rejected = Rejected(Reason.ONLY_SPAM, "nothing else", verdict=verdict, encoding="gb18030")
    copy = pickle.loads(pickle.dumps(rejected))  # noqa: S301 - our own
    assert (copy.reason, copy.detail, copy.verdict, copy.encoding) == (
        Reason.ONLY_SPAM, "nothing else", verdict, "gb18030",
    )  # fmt: skip
    assert str(copy) == str(rejected)

"""`repost extract --jobs`: one record a page in the pages' order, whatever becomes of the processes."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from cli import extract
from crawler.items import Article, Capture, Reason, Rejected, SiteRecipe
from pipelines import outcome, processes
from pipelines.processes import Cleaners
from spiders.saved import SavedPage

COMMAND = (sys.executable, "-c", "from cli.main import main; main()")
PARAGRAPH = "岚桥镇的廊桥去年夏天被洪水冲坏了栏杆，镇上请来三位老木匠，用了四个月把它修回原来的样子，今天重新开放。"
HANGS, KILLED, GONE, SLOW = b"hangs", b"killed", b"gone", b"slow"

forked = pytest.mark.skipif(sys.platform != "linux", reason="what a test changes reaches only forked processes")


def _fate(capture: Capture, _: SiteRecipe | None = None) -> Article | Rejected:
    """What a hostile page brings about; any other is rejected with its own bytes as the detail."""
    if capture.body == HANGS:
        time.sleep(60)
    if capture.body == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    if capture.body == GONE:
        os._exit(3)
    if capture.body == SLOW:
        time.sleep(0.2)
    return Rejected(Reason.EMPTY, capture.body.decode())


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that do as the pages say, within half a second a page; forked, so that they know this module."""
    monkeypatch.setattr(processes, "_CONTEXT", multiprocessing.get_context("fork"))
    monkeypatch.setattr(outcome, "outcome_of", _fate)
    monkeypatch.setattr(extract, "Cleaners", partial(Cleaners, seconds=0.5))


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[list[bytes]], list[SavedPage]]:
    def save(bodies: list[bytes]) -> list[SavedPage]:
        pages = [SavedPage(path=tmp_path / f"{number}.html") for number in range(len(bodies))]
        for page, body in zip(pages, bodies, strict=True):
            page.path.write_bytes(body)
        return pages

    return save


def _told(pages: list[SavedPage], jobs: int) -> list[str]:
    rejected = [json.loads(extracted.line)["rejected"] for extracted in extract.extract_all(pages, jobs)]
    return [why["detail"] if why["reason"] == Reason.EMPTY else why["reason"] for why in rejected]


@forked
@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([b"1"], ["1"], id="fewer than processes"),
        pytest.param(
            [SLOW, *(b"%d" % number for number in range(40))], ["slow", *map(str, range(40))], id="a slow one first"
        ),
        pytest.param([b"1", HANGS, b"2"], ["1", Reason.TOO_HARD, "2"], id="one hangs"),
    ],
)
def test_every_page_has_its_record_in_its_place(
    bodies: list[bytes], expected: list[str], jobs: int, saved: Callable[[list[bytes]], list[SavedPage]]
) -> None:
    assert _told(saved(bodies), jobs) == expected


@forked
@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("deadly", [KILLED, GONE])
def test_a_page_that_kills_its_process_is_rejected_and_the_others_are_not(
    deadly: bytes, saved: Callable[[list[bytes]], list[SavedPage]]
) -> None:
    """One process: of two that are forked at once, as only here, each holds the other's pipe open when that dies."""
    assert _told(saved([b"1", deadly, b"2", deadly]), 1) == ["1", Reason.INTERNAL, "2", Reason.INTERNAL]


@forked
@pytest.mark.usefixtures("hostile")
def test_pages_are_taken_only_as_far_as_records_can_wait(saved: Callable[[list[bytes]], list[SavedPage]]) -> None:
    """The first page is slow: the other process goes on, but not to the end of a manifest of a million pages."""
    taken = 0
    slow, quick = saved([SLOW, b"1"])

    def pages() -> Iterator[SavedPage]:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield quick if number else slow

    records = extract.extract_all(pages(), 2)
    next(records)
    assert taken <= 2 * extract.AHEAD + 1
    records.close()


@forked
@pytest.mark.usefixtures("hostile")
def test_ending_early_ends_the_processes(saved: Callable[[list[bytes]], list[SavedPage]]) -> None:
    """Also the one that is at work on a page; a killed process takes a moment to be gone."""
    before = set(multiprocessing.active_children())
    records = extract.extract_all(saved([b"1", SLOW, *[SLOW] * 50]), 2)
    next(records)
    begun = set(multiprocessing.active_children()) - before
    assert begun
    records.close()
    for process in begun:
        process.join(20)
    assert [process.exitcode for process in begun] == [-signal.SIGKILL] * len(begun)


def test_pages_are_read_alike_whatever_the_number_of_jobs(tmp_path: Path, article_html: Callable[..., str]) -> None:
    for number in range(6):
        markup = article_html(f"岚桥镇第{number}座廊桥修好了", PARAGRAPH, PARAGRAPH)
        (tmp_path / f"{number}.html").write_text(markup, encoding="utf-8")
    pages = [SavedPage(path=tmp_path / f"{number}.html") for number in range(6)]
    one, two = (list(extract.extract_all(pages, jobs)) for jobs in (1, 2))
    assert one == two
    assert [json.loads(extracted.line)["headline"] for extracted in one] == [
        f"岚桥镇第{number}座廊桥修好了" for number in range(6)
    ]


@pytest.fixture
def at_work(tmp_path: Path, article_html: Callable[..., str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The command with far too much to do, in a group of processes of its own, past its first page."""
    (tmp_path / "1.html").write_text(article_html("岚桥镇的廊桥修好了", *[PARAGRAPH] * 100), encoding="utf-8")
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text('{"file": "1.html"}\n' * 20_000, encoding="utf-8")
    with subprocess.Popen(
        [*COMMAND, "extract", "--manifest", manifest, "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process


@forked
def test_ctrl_c_ends_every_process_with_one_line(at_work: "subprocess.Popen[bytes]") -> None:
    """A terminal sends it to the whole group, the command and its processes."""
    os.killpg(at_work.pid, signal.SIGINT)
    _, said = at_work.communicate(timeout=20)
    assert (at_work.returncode, said.strip()) == (130, b"repost: interrupted")


@forked
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_processes_end_with_the_command(number: signal.Signals, at_work: "subprocess.Popen[bytes]") -> None:
    """They hold its standard error open: that it can be read to the end shows that they are gone."""
    at_work.send_signal(number)
    _, said = at_work.communicate(timeout=20)
    assert (at_work.returncode, said) == (-number, b"")


@forked
def test_a_reader_that_goes_away_ends_it_in_peace(at_work: "subprocess.Popen[bytes]") -> None:
    """`repost extract … | head`."""
    assert at_work.stdout is not None
    assert at_work.stderr is not None
    at_work.stdout.close()
    assert at_work.stderr.read() == b""

"""`repost extract --jobs`: one result a page in the pages' order, whatever becomes of the processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import extract
from cli.jobs import AHEAD, WINDOW, map_in_processes
from crawler.items import Capture, Reason, SiteRecipe
from pipelines.outcome import outcome_of

COMMAND = (sys.executable, "-c", "from cli.main import main; main()")
DEADLY = b"<p>deadly</p>"
PARAGRAPH = "岚桥镇的廊桥去年夏天被洪水冲坏了栏杆，镇上请来三位老木匠，用了四个月把它修回原来的样子，今天重新开放。"

forked = pytest.mark.skipif(sys.platform != "linux", reason="what a test changes reaches only forked processes")


def _double(number: int) -> int:
    """A negative number kills the process; 0 takes a while."""
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 0:
        time.sleep(0.3)
    return 2 * number


def _lost(number: int, exit_code: int) -> int:
    return 1000 * exit_code + number


@forked
@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param([], id="nothing"),
        pytest.param([1], id="fewer than processes"),
        pytest.param([0, *range(1, 40)], id="a slow one first"),
        pytest.param([1, 2, -1, 3, 4, 5], id="one dies"),
        pytest.param([-1, -2, -3, -4, -5], id="all die"),
        pytest.param([1, 2, 3, -1], id="the last one dies"),
    ],
)
def test_every_item_has_its_result_in_its_place(numbers: list[int], jobs: int) -> None:
    expected = [2 * number if number >= 0 else -9000 + number for number in numbers]
    assert list(map_in_processes(_double, numbers, jobs, lost=_lost)) == expected


@forked
def test_items_are_taken_only_as_far_as_results_can_wait() -> None:
    """The first item is slow: the other process goes on, but not to the end of a manifest of a million pages."""
    taken = 0

    def numbers() -> Iterator[int]:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield number

    results = map_in_processes(_double, numbers(), 2, lost=_lost)
    assert next(results) == 0
    assert taken <= 2 * (WINDOW + AHEAD)
    results.close()


@forked
def test_ending_early_leaves_no_process() -> None:
    results = map_in_processes(os.getpgid, [0] * 50, 2, lost=_lost)
    next(results)
    assert _children()
    results.close()
    assert not _children()


@forked
@pytest.mark.parametrize(
    "deadly",
    [
        pytest.param(lambda: os.kill(os.getpid(), signal.SIGKILL), id="killed, as for want of memory"),
        pytest.param(lambda: os._exit(3), id="gone without a word"),
    ],
)
def test_a_page_that_kills_its_process_is_rejected_and_the_others_are_not(
    deadly: Callable[[], None], tmp_path: Path, article_html: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = []
    for number in range(8):
        file = tmp_path / f"{number}.html"
        file.write_text(article_html(f"岚桥镇第{number}座廊桥修好了", PARAGRAPH, PARAGRAPH), encoding="utf-8")
        pages.append(extract.SavedPage(path=file))
    pages[3].path.write_bytes(DEADLY)

    def deadly_outcome_of(capture: Capture, site: SiteRecipe | None) -> Any:
        if capture.body == DEADLY:
            deadly()
        return outcome_of(capture, site)

    monkeypatch.setattr(extract, "outcome_of", deadly_outcome_of)
    records = [json.loads(extracted.line) for extracted in extract.extract_all(pages, 2)]
    assert [record["headline"] for record in records] == [
        None if number == 3 else f"岚桥镇第{number}座廊桥修好了" for number in range(8)
    ]
    assert records[3]["rejected"]["reason"] == Reason.INTERNAL


@pytest.fixture
def at_work(tmp_path: Path, article_html: Callable[..., str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The command with far too much to do, in a group of processes of its own, past its first page."""
    (tmp_path / "1.html").write_text(article_html("岚桥镇的廊桥修好了", *[PARAGRAPH] * 500), encoding="utf-8")
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


def _children() -> list[str]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return listed.split()

"""What a clock may rely on: limits, exit codes, the summary, the table of runs, and a disk that is full."""

import base64
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.connect import writing

PARAGRAPHS = (
    "沙河镇的公共浴室重新开门了，池子换成了淋浴，票价三块，老人凭证免费，头一天来的人把巷子都站满了。",
    "浴室的锅炉改烧秸秆，附近四个村的秸秆从此有了去处，一吨给八十块钱，冬天里这是一笔不小的收入。",
    "管浴室的李师傅说，最受欢迎的是傍晚，下了工的人在这里说说笑笑，谁家要盖房、谁家娶媳妇，都先在这里传开。",
)
# without pandas, as conftest has it
COMMAND = (sys.executable, "-c", "import sys; sys.modules['pandas'] = None; from cli.main import main; main()")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def urls(web: Any, article_html: Callable[..., str]) -> list[str]:
    return [web.page(f"/{n}.html", article_html(f"沙河镇浴室开门第{n}天", *PARAGRAPHS)) for n in range(6)]


@pytest.fixture
def repost(web: Any, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run a command on an archive of this test."""

    def run(command: str, *arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        fetching = ("--delay", "0", "--allow-address", web.origin.removeprefix("http://"))
        manners = fetching if command in {"crawl", "update"} else ()
        return subprocess.run(
            [*COMMAND, command, "--db", tmp_path / "archive.db", *manners, *map(str, arguments)],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment},
        )  # fmt: skip

    return run


def test_what_a_limit_ended_goes_on_night_after_night_and_an_update_takes_it_up(
    repost: Any, urls: list[str], tmp_path: Path
) -> None:
    listed = tmp_path / "urls.txt"
    listed.write_text("\n".join(urls), encoding="utf-8")
    nights = [repost("crawl", "-f", listed, "--max-pages", 2, "--quiet") for _ in range(2)]
    assert [night.returncode for night in nights] == [4, 4]
    done = repost("update", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "quiet unless something is wrong"
    lines = [json.loads(line) for line in repost("status", "--json").stdout.splitlines()]
    assert [(run["finish"], run["exit_code"]) for run in lines if run["type"] == "run"] == [
        ("finished", 0), ("pages", 4), ("pages", 4),
    ]  # fmt: skip
    (site,) = [line for line in lines if line["type"] == "site"]
    assert (site["known"], site["queued"], site["due"], site["articles"]) == (6, 0, 0, 6)


def test_the_summary_is_one_json_object_and_so_is_each_log_line(
    repost: Any, web: Any, urls: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "last.json"
    done = repost("crawl", *urls[:2], web.origin + "/missing.html", "--summary", path, "--log-json")
    summary = json.loads(path.read_text(encoding="utf-8"))
    assert done.returncode == summary["exit_code"] == 1
    assert summary["outcomes"] == {"new": 2, "failed": 1}
    assert summary["by_site"] == {web.origin.removeprefix("http://"): {"new": 2, "failed": 1}}
    assert summary["reasons"] == {"http-error": 1}
    assert summary["failures"][0]["url"].endswith("/missing.html")
    assert summary["bytes_received"] > 1000
    again = repost("crawl", urls[0], "--quiet", "--summary", "-")
    assert json.loads(again.stdout)["outcomes"] == {"unchanged": 1}
    assert not list(tmp_path.glob(".*partial"))
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert any(line["message"].startswith("3 pages in ") for line in lines)
    assert {"time", "level", "logger", "message"} <= lines[0].keys()


def test_a_summary_that_cannot_be_written_is_said_before_anything_is_fetched(
    repost: Any, web: Any, urls: list[str], tmp_path: Path
) -> None:
    web.asked.clear()
    done = repost("crawl", urls[0], "--summary", tmp_path / "nowhere" / "last.json")
    assert done.returncode == 2
    assert "no such folder" in done.stderr
    assert not web.asked


@pytest.mark.parametrize("command", ["update", "status"])
def test_an_archive_that_is_none_is_a_usage_error(repost: Any, tmp_path: Path, command: str) -> None:
    (tmp_path / "archive.db").write_bytes(b"no database" * 100)
    done = repost(command)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_disk_with_too_little_left_ends_the_run_before_it_asks(repost: Any, web: Any, urls: list[str]) -> None:
    web.asked.clear()
    done = repost("crawl", *urls, "--min-free-disk", "999T")
    assert done.returncode == 4
    assert "(disk: 6 pages left)" in done.stderr
    assert not web.asked
    assert repost("update", "--quiet").returncode == 0, "with room again, it goes on"


@pytest.mark.parametrize("room", [0, 2])
def test_a_disk_that_is_full_ends_the_run_with_a_clean_archive(  # noqa: PLR0913, PLR0917 - fixtures
    room: int, repost: Any, web: Any, urls: list[str], tmp_path: Path, rows_of: Callable[..., Any]
) -> None:
    """SQLite's own limit of pages gives the error that a full disk gives, at a moment that can be chosen."""
    archive = tmp_path / "archive.db"
    with writing(archive) as db:
        ((pages,),) = db.execute("PRAGMA page_count").fetchall()
    program = (
        "import archive.connect as c\n"
        "plain = c._connect\n"
        "def full(path, how):\n"
        "    db = plain(path, how)\n"
        f"    db.execute('PRAGMA max_page_count = {pages + room}')\n"
        "    return db\n"
        "c._connect = full\n"
        "from cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "crawl", *urls, "--db", archive, "--delay", "0",
         "--allow-address", web.origin.removeprefix("http://")],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "sound" in repost("check").stdout
    assert repost("crawl", *urls, "--quiet").returncode == 0
    assert rows_of(archive, "SELECT count(*), count(DISTINCT url) FROM captures") == [(6, 6)]
    assert rows_of(archive, "SELECT count(*) FROM articles") == [(6,)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no mount command")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_real_disk_that_is_full_ends_the_run_with_a_clean_archive(
    repost: Any, web: Any, article_html: Callable[..., str], small_disk: Path, rows_of: Callable[..., Any]
) -> None:
    """Pages that cannot be packed small, more of them than there is room for; with more room the next run goes on."""
    archive = small_disk / "archive.db"
    chance = random.Random(20260211)  # noqa: S311 - the same pages every time
    urls = []
    for number in range(12):
        filler = base64.b64encode(chance.randbytes(200_000)).decode()
        page = article_html(f"沙河镇浴室账本第{number}页", *PARAGRAPHS) + f"<!-- {filler} -->"
        urls.append(web.page(f"/big/{number}.html", page))
    done = repost("crawl", *urls, "--min-free-disk", 0, "--db", archive)
    assert done.returncode == 4, done.stderr
    assert "disk: " in done.stderr
    assert "Traceback" not in done.stderr
    ((kept,),) = rows_of(archive, "SELECT count(*) FROM captures")
    assert 0 < kept < len(urls)
    subprocess.run(["mount", "-o", "remount,size=50m", small_disk], check=True)
    assert "sound" in repost("check", "--db", archive).stdout
    assert repost("crawl", *urls, "--db", archive, "--min-free-disk", 0, "--quiet").returncode == 0
    assert rows_of(archive, "SELECT count(*), count(DISTINCT url) FROM captures") == [(12, 12)]
    assert rows_of(archive, "SELECT count(*) FROM articles") == [(12,)]


def test_a_disk_that_is_full_from_the_start_is_said_in_one_line(
    repost: Any, web: Any, urls: list[str], small_disk: Path, tmp_path: Path
) -> None:
    archive, page = small_disk / "archive.db", tmp_path / "page.html"
    page.write_text("<p>沙河镇浴室", encoding="utf-8")
    assert repost("crawl", urls[0], "--db", archive, "--quiet", "--min-free-disk", 0).returncode == 0
    (small_disk / "rest").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    web.asked.clear()
    for command in (("crawl", urls[1], "--min-free-disk", 0), ("import", page), ("reclean",)):
        done = repost(*command, "--db", archive)
        assert (done.returncode, done.stderr.count("\n")) == (4, 1), (command, done.stderr)
        assert "the disk is full" in done.stderr
    assert not web.asked

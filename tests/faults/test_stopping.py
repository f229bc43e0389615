"""How runs end before their time: by a signal, a limit, a lock, a kill, a wrong argument or archive."""

import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.lock import Locked, RunLock

PAGES = 40
PARAGRAPH = "溪口村的路灯今年冬天换成了太阳能的，天黑得早，孩子们放学回家的那一段山路终于整夜都是亮的，老人也敢出门了。"


@pytest.fixture(scope="module")
def urls(web: Any, article_html: Callable[..., str]) -> list[str]:
    """More pages than a run of a few seconds gets to."""
    return [
        web.page(f"/{number}.html", article_html(f"溪口村的第{number}盏路灯", *[PARAGRAPH] * 3))
        for number in range(PAGES)
    ]


def _captures(crawl: Any, rows_of: Callable[..., Any]) -> int:
    ((count,),) = rows_of(crawl.archive, "SELECT count(*) FROM captures")
    return int(count)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_in_order(  # noqa: PLR0913, PLR0917 - fixtures
    number: signal.Signals,
    code: int,
    web: Any,
    crawl: Any,
    urls: list[str],
    rows_of: Callable[..., Any],
    wait_until: Callable[..., None],
) -> None:
    """What was fetched is kept, what was not is counted, and a second run meanwhile is turned away with 75."""
    web.asked.clear()
    process = crawl.start(urls, DOWNLOAD_DELAY=0.3)
    wait_until(lambda: web.asked["/0.html"])
    if number == signal.SIGINT:
        second = crawl(urls)
        assert second.code == 75
        assert second.summary["finish"] == "locked"
        assert f"held by process {process.pid}" in second.summary["detail"]
    before = _captures(crawl, rows_of)
    process.send_signal(number)
    done = crawl.finish(process)
    assert done.code == code
    assert done.summary["signal"] == number
    assert done.summary["pages"] + done.summary["left"] == PAGES
    assert 0 < done.summary["pages"] < PAGES
    assert _captures(crawl, rows_of) >= before
    assert "Traceback" not in done.stderr
    ((verdict,),) = rows_of(crawl.archive, "PRAGMA integrity_check")
    assert verdict == "ok"


def test_a_second_signal_ends_the_run_at_once_and_says_what_was_done(  # noqa: PLR0913, PLR0917 - fixtures
    web: Any, crawl: Any, urls: list[str], rows_of: Callable[..., Any], tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    """What is in flight is not waited for: it is queued again, and all the rest is summed up as ever."""
    asked, go_on = threading.Event(), threading.Event()

    def stuck(handler: Any) -> None:
        asked.set()
        go_on.wait(20)
        handler.reply(b"late")

    archive = tmp_path / "archive.db"
    process = crawl.start([*urls[:3], web.answer("/stuck.html", stuck), *urls[3:6]], ARCHIVE_PATH=str(archive))
    wait_until(asked.is_set)
    wait_until(lambda: rows_of(archive, "SELECT count(*) FROM captures WHERE outcome IS NOT NULL") == [(3,)])
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)  # for Scrapy to have begun to stop
    process.send_signal(signal.SIGINT)
    done = crawl.finish(process)
    go_on.set()
    assert done.code == 130
    assert (done.summary["finish"], done.summary["pages"], done.summary["left"]) == ("interrupted", 3, 3)
    assert done.summary["outcomes"] == {"new": 3}
    assert "Traceback" not in done.stderr
    assert rows_of(archive, "SELECT state, count(*) FROM frontier GROUP BY state") == [("answered", 3), ("queued", 4)]
    assert rows_of(archive, "SELECT finish, exit_code, finished_at IS NOT NULL FROM runs") == [("interrupted", 130, 1)]


def test_a_split_article_that_is_interrupted_keeps_the_parts_it_has_and_is_asked_for_again(
    web: Any,
    crawl: Any,
    article_html: Callable[..., str],
    rows_of: Callable[..., Any],
    wait_until: Callable[..., None],
) -> None:
    """The part being fetched is waited for; the next one is recorded as not fetched, and the next run fetches all."""
    url = web.page("/split101.html", article_html("溪口村路灯账", *[PARAGRAPH] * 3, next_part="split101_2.html"))
    second = article_html("溪口村路灯账", *[PARAGRAPH] * 3, next_part="split101_3.html").encode()
    web.page("/split101_3.html", article_html("溪口村路灯账", *[PARAGRAPH] * 3))
    interrupted = threading.Event()

    def slow(handler: Any) -> None:
        interrupted.wait(10)
        handler.reply(second, headers=[("Content-Type", "text/html")])

    web.answer("/split101_2.html", slow)
    process = crawl.start([url])
    wait_until(lambda: web.asked["/split101_2.html"])
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)  # for Scrapy to have begun to stop
    interrupted.set()
    done = crawl.finish(process)
    assert done.code == 130
    assert web.asked["/split101_3.html"] == 0
    parts = "SELECT p.url FROM captures p JOIN captures f ON f.id = p.part_of WHERE f.url = ?"
    assert rows_of(crawl.archive, parts, url) == [(f"{web.origin}/split101_2.html",)]
    missing = "SELECT state, reason FROM urls WHERE url = ?"
    assert rows_of(crawl.archive, missing, f"{web.origin}/split101_3.html") == [("failed", "interrupted")]
    assert crawl([url]).code == 0
    assert web.asked["/split101_3.html"] == 1
    assert rows_of(crawl.archive, missing, f"{web.origin}/split101_3.html") == [("part", None)]


@pytest.fixture
def hanging(crawl: Any, tmp_path: Path) -> Any:
    """Crawls into an archive of this test, whose cleaning does not come to an end over some pages."""
    return replace(crawl, archive=tmp_path / "archive.db", cleans_with="tests.faults.hanging")


@pytest.mark.parametrize("how", ["a signal", "its time"])
def test_a_run_that_ends_does_not_wait_for_a_page_that_takes_a_minute_and_the_next_takes_it_up(  # noqa: PLR0913, PLR0917 - fixtures
    how: str, web: Any, hanging: Any, urls: list[str], rows_of: Callable[..., Any], wait_until: Callable[..., None]
) -> None:
    web.asked.clear()
    page = web.page("/hangs.html", "<html><body>hang here</body></html>")
    limits = {"MAX_SECONDS": 2} if how == "its time" else {}
    process = hanging.start([page, *urls[:2]], **limits)
    if how == "a signal":
        wait_until(lambda: web.asked["/1.html"])
        wait_until(lambda: rows_of(hanging.archive, "SELECT count(*) FROM captures") == [(3,)])
        process.send_signal(signal.SIGINT)
    began = time.monotonic()
    done = hanging.finish(process)
    assert time.monotonic() - began < 45, "on the slowest machine; the page takes 60 s"
    assert done.code == (130 if how == "a signal" else 4)
    assert done.summary["outcomes"].get("pending", 0) >= 1
    assert "Traceback" not in done.stderr
    pending = "SELECT count(*) FROM captures WHERE outcome IS NULL"
    assert rows_of(hanging.archive, pending) == [(done.summary["outcomes"]["pending"],)]
    done = hanging.update(CLEANING_SECONDS=1)
    assert rows_of(hanging.archive, "SELECT url, reason FROM captures WHERE outcome <> 'article'") == [
        (page, "too-hard")
    ]
    assert rows_of(hanging.archive, "SELECT count(*) FROM articles") == [(2,)]
    assert done.summary["reasons"] == {"too-hard": 1}


def test_a_killed_run_holds_no_lock(web: Any, crawl: Any, urls: list[str], wait_until: Callable[..., None]) -> None:
    web.asked.clear()
    process = crawl.start(urls, DOWNLOAD_DELAY=0.3)
    wait_until(lambda: web.asked["/0.html"])
    process.kill()
    process.communicate()
    assert crawl(urls[:1]).code == 0


def test_a_limit_of_pages_is_exact(web: Any, crawl: Any, urls: list[str]) -> None:
    web.asked.clear()
    done = crawl(urls, MAX_PAGES=3)
    assert done.code == 4
    assert (done.summary["finish"], done.summary["pages"], done.summary["left"]) == ("pages", 3, PAGES - 3)
    assert sum(count for path, count in web.asked.items() if path != "/robots.txt") == 3


def test_a_limit_that_is_not_reached_changes_nothing(crawl: Any, urls: list[str]) -> None:
    assert crawl(urls[:2], MAX_PAGES=2, MAX_SECONDS=30).code == 0


def test_a_limit_of_time_ends_the_run_in_order(crawl: Any, urls: list[str]) -> None:
    done = crawl(urls, MAX_SECONDS=1, DOWNLOAD_DELAY=0.2)
    assert done.code == 4
    assert done.summary["finish"] == "seconds"
    assert 0 < done.summary["pages"] < PAGES
    assert done.summary["pages"] + done.summary["left"] == PAGES


def test_nothing_fetched_at_all_is_its_own_exit_code(crawl: Any) -> None:
    done = crawl(["http://10.0.0.1/1.html"])
    assert done.code == 3
    assert done.summary["reasons"] == {"refused-address": 1}


def test_a_wrong_address_is_one_line_before_anything_is_fetched(web: Any, crawl: Any, urls: list[str]) -> None:
    web.asked.clear()
    done = crawl([urls[0], "lanqiao.example"])
    assert done.code == 2
    assert done.summary["detail"] == "not an http:// or https:// address: 'lanqiao.example'"
    assert not web.asked


def test_another_programs_database_is_left_alone(crawl: Any, urls: list[str], tmp_path: Any) -> None:
    foreign = tmp_path / "foreign.db"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()
    before = foreign.read_bytes()
    done = crawl(urls[:1], ARCHIVE_PATH=str(foreign))
    assert done.code != 0
    assert done.stderr.splitlines()[-1].startswith("archive.errors.ArchiveError")  # one line on the command line
    assert "Scraper" not in done.stderr  # said before Scrapy starts
    assert foreign.read_bytes() == before


def test_a_lock_turns_others_away_until_it_is_released(tmp_path: Any) -> None:
    first, second = RunLock(tmp_path / "a.db"), RunLock(tmp_path / "a.db")
    first.acquire()
    with pytest.raises(Locked, match="held by process"):
        second.acquire()
    RunLock(tmp_path / "b.db").acquire()
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_a_link_to_an_archive_has_the_archives_lock(tmp_path: Any) -> None:
    archive = tmp_path / "a.db"
    archive.touch()
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "link.db").symlink_to(archive)
    with RunLock(archive), pytest.raises(Locked, match="held by process"):
        RunLock(folder / "link.db").acquire()

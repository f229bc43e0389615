"""A crawl that is killed with SIGKILL again and again ends as one that nobody disturbed.

`make soak` does it with 2,000 pages and 20 kills.
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PARAGRAPHS = (
    "石桥乡的磨坊修了三个月，水轮是照着老照片一片一片做回来的，开磨那天来的人比乡里的人口还多，面粉半天就卖光了。",
    "守磨坊的老人说，水轮转得慢，磨出来的面不烫手，留得住麦子的香味，邻县的面馆已经订下了今年秋天的头一批新面。",
    "乡里的学校把磨坊当成了课堂，孩子们在这里量水位、记转速、称面粉，算出一袋麦子要用多少水，答案写在石墙上。",
)
# All that a page leaves in the archive, without the times and the row numbers of the run.
ROWS = """
    SELECT captures.url, requested_url, captures.status, body_sha256, part, outcome, captures.reason,
        version, digest,
        headline, body, (SELECT count(*) FROM notes WHERE version_id = versions.id),
        (SELECT count(*) FROM evidence WHERE version_id = versions.id), urls.state,
        frontier.state, attempts, interval, misses, etag
    FROM captures LEFT JOIN versions ON versions.id = version_id JOIN urls ON urls.url = captures.url
        LEFT JOIN frontier ON frontier.url = coalesce(requested_url, captures.url)
    ORDER BY captures.url, part
"""
FAILED = "SELECT url, state, reason FROM urls WHERE capture_id IS NULL ORDER BY url"


@pytest.fixture
def urls(web: Any, article_html: Callable[..., str], pages: int) -> list[str]:
    """Articles, some of them in two parts, moved, gone or forbidden."""
    urls = []
    web.page("/robots.txt", "User-agent: *\nDisallow: /private/\n", headers={"Content-Type": "text/plain"})
    for number in range(pages):
        headline = f"石桥乡磨坊开磨第{number}天"
        if number % 10 == 3:
            web.page(f"/{number}_2.html", article_html(headline, PARAGRAPHS[0]))
            page = article_html(headline, *PARAGRAPHS, next_part=f"{number}_2.html")
        else:
            page = article_html(headline, *PARAGRAPHS)
        url = web.page(f"/{number}.html", page, headers={"ETag": f'"{number}"'})
        urls.append(web.redirect(f"/old/{number}.html", f"/{number}.html") if number % 10 == 5 else url)
    return [*urls, web.origin + "/gone.html", web.origin + "/private/1.html"]


@pytest.mark.parametrize(
    ("pages", "kills"),
    [(60, 4), pytest.param(2000, 20, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])],
)
def test_killed_again_and_again_it_ends_as_if_undisturbed(  # noqa: PLR0913, PLR0917 - fixtures
    web: Any, crawl: Any, urls: list[str], kills: int, rows_of: Callable[..., list[Any]], tmp_path: Path
) -> None:
    undisturbed, killed = tmp_path / "undisturbed.db", tmp_path / "killed.db"
    began = time.monotonic()
    assert crawl.finish(crawl.start(urls, ARCHIVE_PATH=str(undisturbed)), timeout=1800).code == 1
    duration = time.monotonic() - began
    web.asked.clear()
    chance = random.Random(20260211)  # noqa: S311 - the same moments every time
    died = 0
    for _ in range(kills):
        process = crawl.start(urls, ARCHIVE_PATH=str(killed), JOB="mill")
        try:
            # From the moment that nothing is there yet, to one where most of what is left is done.
            process.wait(timeout=chance.uniform(0.3, 1.5 + duration / kills))
        except subprocess.TimeoutExpired:
            process.kill()
            died += 1
        process.communicate()
    assert died
    last = crawl.start(urls, ARCHIVE_PATH=str(killed), JOB="mill")
    assert crawl.finish(last, timeout=1800).code in {0, 1}
    assert rows_of(killed, ROWS) == rows_of(undisturbed, ROWS)
    assert rows_of(killed, FAILED) == rows_of(undisturbed, FAILED)
    pages = {path: count for path, count in web.asked.items() if path != "/robots.txt"}
    assert sum(pages.values()) - len(pages) <= 3 * died, "only what was in flight is asked for twice"
    assert rows_of(killed, "SELECT count(*) FROM frontier WHERE state <> 'answered'") == [(0,)]
    check = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", "check", "--db", killed],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "sound" in check.stdout, check.stderr

"""What a site's file says about pace is kept to: between two requests, and between two visits."""

import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

TEXTS = (
    "石浦镇的老邮局重新开门，柜台还是从前的样子，寄明信片的人从门口排到桥头，盖一个戳要等上半个钟头。",
    "邮局后院的信鸽房也修好了，十二只鸽子由两位退休邮递员照看，每个周末放飞一次，孩子们在桥上数它们的归程。",
)


@pytest.fixture(autouse=True)
def fresh(web: Any, crawl: Any) -> None:
    """Each test has a web and an archive of its own."""
    web.pages.clear()
    web.asked.clear()
    for path in crawl.archive.parent.glob("archive.db*"):
        path.unlink()


@pytest.fixture
def times(web: Any, article_html: Callable[..., str]) -> Callable[[int], tuple[list[str], list[float]]]:
    """Put articles on the web that note when they are asked for."""

    def put(count: int) -> tuple[list[str], list[float]]:
        asked: list[float] = []
        lock = threading.Lock()

        def answer_with(body: bytes) -> Callable[[Any], None]:
            def answer(handler: Any) -> None:
                with lock:
                    asked.append(time.monotonic())
                handler.reply(body, headers=[("Content-Type", "text/html")])

            return answer

        pages = (article_html(f"老邮局的第{number}天", *TEXTS).encode() for number in range(count))
        return [web.answer(f"/{number}.html", answer_with(page)) for number, page in enumerate(pages)], asked

    return put


@pytest.fixture
def site(web: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Write the site file of the web."""

    def write(fields: str) -> None:
        text = f'hosts = ["{web.origin.removeprefix("http://")}"]\n{fields}\n'
        (tmp_path / "post.toml").write_text(text, encoding="utf-8")

    monkeypatch.setenv("REPOST_SITES", str(tmp_path))
    return write


@pytest.mark.parametrize(
    ("in_file", "in_robots", "least"),
    [("delay = 0.6", None, 0.6), ("delay = 0.2", "0.6", 0.6), ("delay = 0.6", "0.2", 0.6), ("delay = 0", "0.6", 0.6)],
    ids=["file alone", "robots asks for more", "file asks for more", "no file makes it faster"],
)
def test_the_longer_delay_is_kept_to(  # noqa: PLR0913, PLR0917 - fixtures
    in_file: str, in_robots: str | None, least: float, web: Any, crawl: Any, times: Any, site: Any
) -> None:
    if in_robots:
        web.page("/robots.txt", f"User-agent: *\nCrawl-delay: {in_robots}\n", headers={"Content-Type": "text/plain"})
    site(in_file)
    urls, asked = times(3)
    assert crawl(urls).code == 0
    assert min(after - before for before, after in pairwise(asked)) >= least * 0.5  # a request may arrive late


def test_no_site_file_goes_below_the_programs_own_delay(crawl: Any, times: Any, site: Any) -> None:
    site("delay = 0.1")
    urls, asked = times(3)
    assert crawl(urls, DOWNLOAD_DELAY=0.8, AUTOTHROTTLE_START_DELAY=0.8).code == 0
    assert min(after - before for before, after in pairwise(asked)) >= 0.3  # ± 50 %, and one may arrive late


def _set_visited(archive: Path, hours_ago: float, due_in: float) -> None:
    now = datetime.now(UTC)
    with sqlite3.connect(archive) as connection:
        connection.execute(
            "UPDATE frontier SET answered_at = ?, due_at = ?",
            ((now - timedelta(hours=hours_ago)).isoformat(), (now + timedelta(hours=due_in)).isoformat()),
        )
    connection.close()


def test_pages_are_visited_within_the_bounds_of_their_sites_file(web: Any, crawl: Any, times: Any, site: Any) -> None:
    """Which stand in the file today, also for pages that were visited before."""
    (url,), _ = times(1)
    site("")
    crawl([url])
    web.asked.clear()
    _set_visited(crawl.archive, hours_ago=25, due_in=-1)
    site('revisit = "2d"')
    assert crawl.update().summary["pages"] == 0
    _set_visited(crawl.archive, hours_ago=25, due_in=500)
    site('revisit = "6h"\nrevisit_within = "1d"')
    assert crawl.update().summary["pages"] == web.asked["/0.html"] == 1

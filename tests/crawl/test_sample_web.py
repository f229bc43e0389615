"""One crawl of the whole sample web over real HTTP; its archive is compared row by row with what must be in it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from archive.connect import reading
from archive.read import article, articles, rejections
from samples.gold import fields_of, stored, wanted
from samples.web import Expected, SampleWeb, serve, sites

# without pandas, as conftest has it
COMMAND = (sys.executable, "-c", "import sys; sys.modules['pandas'] = None; from cli.main import main; main()")
CASES = [
    pytest.param(f"{site.key}{page.path}", field, id=f"{site.key}{page.path}-{field}")
    for site in sites()
    for page in site.pages
    if page.gold
    for field in fields_of(page.gold)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """The sample web after one crawl of it.

    Attributes:
        code, stderr: of the command.
        stored, wanted: site and path → field → value.
    """

    web: SampleWeb
    db: Path
    code: int
    stderr: str
    stored: Mapping[str, Mapping[str, object]]
    wanted: Mapping[str, Mapping[str, object]]


def _crawl(web: SampleWeb, db: Path, urls: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    allowed = [part for address in web.allowed_addresses() for part in ("--allow-address", address)]
    return subprocess.run(
        [*COMMAND, "crawl", *urls, "--db", db, "--delay", "0", "--quiet", *allowed],
        capture_output=True, text=True, timeout=110, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


def _key(page: Expected) -> str:
    return page.site + page.url.removeprefix(page.base)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    db = tmp_path_factory.mktemp("sample-web") / "archive.db"
    with serve() as web:
        done = _crawl(web, db, web.start_urls())
        found = stored(db, web.expected())
        yield Crawled(
            web=web,
            db=db,
            code=done.returncode,
            stderr=done.stderr,
            stored={_key(page): found[page.url].fields for page in web.expected()},
            wanted={_key(page): wanted(page) for page in web.expected()},
        )


@pytest.mark.parametrize(("page", "field"), CASES)
def test_each_field_of_each_page_is_stored_as_its_author_wrote_it(page: str, field: str, crawled: Crawled) -> None:
    assert crawled.stored[page].get(field) == crawled.wanted[page][field]


def test_the_exit_code_says_that_some_addresses_could_not_be_fetched(crawled: Crawled) -> None:
    """The redirect loop and what robots.txt forbids are failures; rejected pages are not."""
    assert crawled.code == 1
    assert "Traceback" not in crawled.stderr


def test_nothing_else_is_stored(crawled: Crawled) -> None:
    kept = sum(values["rejected"] is None for values in crawled.wanted.values())
    with reading(crawled.db) as archive:
        assert sum(1 for _ in articles(archive)) == kept
        assert sum(1 for _ in rejections(archive)) == len(crawled.wanted) - kept


def test_a_second_crawl_adds_captures_and_a_version_where_the_article_changed(crawled: Crawled) -> None:
    """Who names a page gets it fetched, though the web would have said that it is what it was."""
    same, changed, *_ = crawled.web.expected()
    page = crawled.web.page(changed.site, changed.gold.path)
    sentence = changed.gold.body[-1]
    edited = replace(page, body=page.body.replace(sentence.encode(), f"{sentence}记者还将继续关注。".encode()))
    assert edited != page
    crawled.web.put(changed.site, edited)
    done = _crawl(crawled.web, crawled.db, (same.url, changed.url))
    assert done.returncode == 0, done.stderr
    with reading(crawled.db) as archive:
        unchanged, new = article(archive, same.url), article(archive, changed.url)
    assert (len(unchanged.captures), len(unchanged.versions)) == (2, 1)
    assert (len(new.captures), len(new.versions)) == (2, 2)
    assert new.record.body[-1].endswith("继续关注。")


def test_other_spam_around_the_same_article_makes_no_version(crawled: Crawled) -> None:
    hijacked = next(expected for expected in crawled.web.expected() if expected.site == "hijacked")
    page = crawled.web.page(hijacked.site, hijacked.gold.path)
    crawled.web.put("hijacked", replace(page, body=page.body.replace("天天彩票站".encode(), "好运彩票站".encode())))
    done = _crawl(crawled.web, crawled.db, (hijacked.url,))
    assert done.returncode == 0, done.stderr
    with reading(crawled.db) as archive:
        known = article(archive, hijacked.url)
    assert (len(known.captures), len(known.versions)) == (2, 1)


def test_the_demo_can_be_run_twice_on_one_archive(tmp_path: Path) -> None:
    db = tmp_path / "demo.db"
    program = (
        "import sys; from pathlib import Path; from rich.console import Console; from samples.demo import *\n"
        "result = run_demo(Path(sys.argv[1]), quiet=True); print_demo(result, Console()); sys.exit(result.exit_code)"
    )
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", program, db], capture_output=True, text=True, timeout=110, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout

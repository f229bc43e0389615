"""`repost sites`: mistakes are named by file and line; a proposal is a site file that can be used as it is."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.items import Capture
from samples.web import serve
from sites.proposal import Sample, Seen, propose
from sites.recipes import load_recipes, read_recipe

COMMAND = (sys.executable, "-c", "from cli.main import main; main()")

WRONG = """\
# a site
hosts = [
    "www.lanqiao.example",
    "http://lanqiao.example/",
]
seeds = ['http://www.lanqiao.example/xw/']
time_zone = "Asia/Lanqiao"

article_url = "t(\\\\d+"
depth = 0
delay = "2"
revisit = "often"
valid_until = "2026-12-31"
titel = "h1"
"""


def _repost(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "NO_COLOR": "1", **environment},
    )  # fmt: skip


def test_every_mistake_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "lanqiao.toml"
    path.write_text(WRONG, encoding="utf-8")
    (tmp_path / "open.toml").write_text("hosts = [\n'a.example'\n", encoding="utf-8")
    (tmp_path / "seed.toml").write_text('hosts = ["s.example"]\nseeds = [\n"http://other.example/"]', encoding="utf-8")
    (tmp_path / "syntax.toml").write_text("depth = 2\nhosts = oops\n", encoding="utf-8")
    (tmp_path / "zweite.toml").write_text('depth = 1\nhosts = ["a.example", "b.example"]\n', encoding="utf-8")
    (tmp_path / "zzz.toml").write_text('hosts = [\n  "c.example",\n  "b.example",\n]\n', encoding="utf-8")
    run = _repost("sites", "check", "--sites", tmp_path)
    assert run.returncode == 2
    lines = [line.removeprefix(f"{tmp_path}/") for line in run.stderr.splitlines()]
    assert [line.partition(": ")[0] for line in lines] == [
        "lanqiao.toml:4", "lanqiao.toml:7", "lanqiao.toml:9", "lanqiao.toml:10", "lanqiao.toml:11", "lanqiao.toml:12",
        "lanqiao.toml:13", "lanqiao.toml:14", "open.toml:3", "seed.toml:3", "syntax.toml:2", "zzz.toml:3",
    ]  # fmt: skip
    assert "hosts: 'http://lanqiao.example/' is an address, not a host name" in lines[0]
    assert "seeds: http://other.example/: its host is not among hosts" in lines[9]
    assert "b.example belongs to zweite.toml already" in lines[-1]


def test_right_files_are_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "lanqiao.toml").write_text('seeds = ["http://lanqiao.example/xw/"]\nrevisit = "6h"\n', encoding="utf-8")
    run = _repost("sites", "check", REPOST_SITES=str(tmp_path))
    assert (run.returncode, run.stderr) == (0, "")
    assert "1 site file, nothing wrong" in run.stdout


def test_what_will_not_do_what_it_seems_to_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "lanqiao.toml").write_text('hosts = ["a.example"]\nvalid_until = 2020-01-01', encoding="utf-8")
    run = _repost("sites", "check", "--sites", tmp_path)
    assert run.returncode == 0
    assert "lanqiao.toml: warning: valid until 2020-01-01" in run.stderr


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    run = _repost("sites", "check", REPOST_SITES=str(tmp_path / "nowhere"))
    assert run.returncode == 2
    assert "no such folder" in run.stderr


def test_a_recipe_holds_what_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "lanqiao.toml"
    path.write_text(
        'seeds = ["http://www.lanqiao.example/xw/", "http://m.lanqiao.example:8080/rss.xml"]\n'
        "article_url = '/t\\d+_\\d+\\.html$'\ndepth = 7\ndelay = 2\nrevisit = \"2w\"\nvalid_until = 2026-12-31\n",
        encoding="utf-8",
    )
    recipe = read_recipe(path)
    assert recipe.hosts == ("www.lanqiao.example", "m.lanqiao.example:8080")
    assert recipe.seeds == ("http://www.lanqiao.example/xw/", "http://m.lanqiao.example:8080/rss.xml")
    assert recipe.article_url == r"/t\d+_\d+\.html$"
    assert (recipe.depth, recipe.delay, recipe.revisit) == (7, 2.0, timedelta(weeks=2))
    assert recipe.valid_until == date(2026, 12, 31)


@pytest.mark.parametrize(("day", "body"), [(31, "div.text"), (1, None)])
def test_selectors_count_only_until_the_day_they_are_valid(tmp_path: Path, day: int, body: str | None) -> None:
    (tmp_path / "lanqiao.toml").write_text(
        'hosts = ["lanqiao.example"]\nbody = "div.text"\nsite_name = "蓝桥网"\nvalid_until = 2026-01-31\n',
        encoding="utf-8",
    )
    fetched_at = datetime(2026, 1 if day == 31 else 2, day, 23, tzinfo=UTC)
    capture = Capture(url="http://lanqiao.example/1.html", body=b"", fetched_at=fetched_at, site="lanqiao")
    recipe = load_recipes(tmp_path).for_capture(capture)
    assert recipe
    assert (recipe.body, recipe.site_name) == (body, "蓝桥网")


def test_learning_from_a_section_page_proposes_a_site_file_that_works(tmp_path: Path) -> None:
    with serve() as web:
        base = web.bases["outlet"]
        allow = ("--allow-address", base.removeprefix("http://"), "--delay", "0")
        run = _repost("sites", "learn", base + "/list/latest.html", *allow)
        missing = _repost("sites", "learn", base + "/nothing.html", *allow)
    assert run.returncode == 0, run.stderr
    path = tmp_path / "outlet.toml"
    path.write_text(run.stdout, encoding="utf-8")
    recipe = read_recipe(path)
    assert recipe.seeds == (base + "/list/latest.html",)
    assert recipe.article_url
    assert recipe.site_name == "华昭社"
    assert recipe.depth == 5
    assert run.stdout.count("#   headline: ") == 3
    assert "# charset: utf-8" in run.stdout
    assert (missing.returncode, missing.stdout) == (3, "")
    assert "status 404" in missing.stderr


def test_a_page_cannot_write_into_a_proposal(tmp_path: Path) -> None:
    hostile = 'x"\nbody = "div\x1b[31m\u2028depth = 9'
    seen = Seen(
        url="http://lanqiao.example/",
        charset="utf-8",
        article_url=r"^https?://lanqiao\.example/\d+'\.html$",
        articles=3,
        next_page=None,
        samples=[Sample(url="http://lanqiao.example/1'.html", fields={"headline": hostile}, site_name=hostile)],
    )
    path = tmp_path / "lanqiao.toml"
    path.write_text(propose(seen), encoding="utf-8")
    recipe = read_recipe(path)
    assert (recipe.body, recipe.depth) == (None, None)
    assert recipe.article_url == seen.article_url


def test_a_proposal_says_what_was_not_found() -> None:
    seen = Seen(url="http://a.example/", charset="gb18030", article_url=None, articles=0, next_page=None,
                samples=[Sample(url="http://a.example/1.html", problem="no-article: nothing")])  # fmt: skip
    text = propose(seen)
    assert "#   gave no article: no-article: nothing" in text
    assert "Not found on any sample: headline, published_at, source, body" in text

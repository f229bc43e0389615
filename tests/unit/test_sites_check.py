"""What is wrong with a site file, to the letter; and what the documentation says may stand in one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.items import SiteRecipe
from sites.recipes import CHECKS, EXCEPTIONS, MOST_PAGES, SHORTEST_REASON, read_folder

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "sites.md"

HOSTS = 'hosts = ["a.example"]'
# a file, and the lines that `repost sites check` prints of it, without the path
MISTAKES = (
    ('hosts = "a.example"', '1: hosts: must be a list, like ["www.news.example"]'),
    ("hosts = [\n  'a.example',\n  'http://b.example/',\n]",
     "3: hosts: 'http://b.example/' is an address, not a host name"),
    ("hosts = ['a b.example']", "1: hosts: 'a b.example' is no host name"),
    ("hosts = ['']", "1: hosts: must be text"),
    ("# a site\nsite_name = 7", "2: site_name: must be text"),
    ("time_zone = 'Beijing'", "1: time_zone: 'Beijing' is no IANA time zone, like \"Asia/Shanghai\""),
    *((f"{name} = 'h1, h2'",
       f"1: {name}: 'h1, h2' cannot be used: types, classes, ids, descendants and children can")
      for name in ("headline", "body", "byline")),
    ("valid_until = '2026-12-31'", "1: valid_until: must be a date without quotes, like 2026-12-31"),
    ("valid_until = 2026-12-31T00:00:00", "1: valid_until: must be a date without quotes, like 2026-12-31"),
    ("seeds = ['a.example/xw/']", "1: seeds: 'a.example/xw/' is no http:// or https:// address"),
    ("seeds = ['ftp://a.example/']", "1: seeds: 'ftp://a.example/' is no http:// or https:// address"),
    ("seeds = ['http://a.example:port/']", "1: seeds: 'http://a.example:port/' is no http:// or https:// address"),
    (f"{HOSTS}\nseeds = [\n  'http://a.example/',\n  'http://b.example/',\n]",
     "4: seeds: http://b.example/: its host is not among hosts, so nothing of it is followed"),
    (r"article_url = 't(\d+'",
     "1: article_url: 't(\\\\d+' is no regular expression: missing ), unterminated subpattern at position 1"),
    ("depth = 0", "1: depth: must be a whole number from 1 to 1000"),
    ("depth = '5'", "1: depth: must be a whole number from 1 to 1000"),
    ("depth = 2.5", "1: depth: must be a whole number from 1 to 1000"),
    ("depth = true", "1: depth: must be a whole number from 1 to 1000"),
    ("delay = -1", "1: delay: must be seconds, from 0 to 3600"),
    ("delay = '2s'", "1: delay: must be seconds, from 0 to 3600"),
    ("revisit = '6 hours'", "1: revisit: '6 hours' is no interval, like \"30m\", \"6h\", \"1d\" or \"2w\""),
    ("revisit = '0h'", "1: revisit: '0h' is no interval, like \"30m\", \"6h\", \"1d\" or \"2w\""),
    ("revisit_within = 7", "1: revisit_within: must be text"),
    ("revisit = '2d'\nrevisit_within = '1d'", "2: revisit_within: is shorter than revisit"),
    (f"{HOSTS}\nexceptions = 'all'", '2: exceptions: must be a table, like [exceptions] and below it robots = "why"'),
    (f"{HOSTS}\n[exceptions]\nrobots = 'needed'",
     "3: exceptions: robots: needs its reason, of at least 10 characters"),
    (f"{HOSTS}\n[exceptions]\nspeed = 'they asked us to hurry'",
     "3: exceptions: speed: no such rule; there are robots, certificate"),
    ("[exceptions]\nrobots = 'their owner asked us to'",
     "1: exceptions: holds for the site's own hosts, and the file names none"),
    ("title = 'h1'", f"1: title: no such field; there are {', '.join(CHECKS)}"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "line"), MISTAKES)
def test_a_mistake_is_said_in_one_line_with_its_place(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "one.toml"
    path.write_text(text + "\n", encoding="utf-8")
    recipes, wrong = read_folder(tmp_path)
    assert [str(problem) for problem in wrong] == [f"{path}:{line}"]
    assert not recipes.by_name


def test_every_field_has_a_mistake_above() -> None:
    named = {line.split(": ")[1] for _, line in MISTAKES}
    assert named == {*CHECKS, "title"}


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"site_name = 'a'\nhosts = oops\n", 2),
        (b"site_name = 'a'\nsite_name = 'b'\n", 2),
        (b"site_name = 'a'\nhosts = [\n", 3),
        (b"site_name = 'a'\n\nhosts == 1\n", 3),
        ("site_name = '蓝桥'".encode("gb18030"), 1),
    ],
)
def test_what_is_no_toml_is_said_where_it_stops(tmp_path: Path, raw: bytes, line: int) -> None:
    path = tmp_path / "one.toml"
    path.write_bytes(raw)
    (problem,) = read_folder(tmp_path)[1]
    assert (problem.path, problem.line) == (path, line)
    assert "\n" not in str(problem)


def test_every_mistake_of_every_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(f"{HOSTS}\ndepth = 0\ndelay = -1\n")
    (tmp_path / "b.toml").write_text(f"{HOSTS}\nrevisit = 'often'\n")
    (tmp_path / "c.toml").write_text(HOSTS)
    (tmp_path / "d.toml").write_text(f"\n{HOSTS}")
    recipes, wrong = read_folder(tmp_path)
    assert [(problem.path.name, problem.line) for problem in wrong] == [
        ("a.toml", 2), ("a.toml", 3), ("b.toml", 2), ("d.toml", 2),
    ]  # fmt: skip
    assert str(wrong[-1]).endswith(":2: hosts: a.example belongs to c.toml already")
    assert list(recipes.by_name) == ["c", "d"]


def _documented() -> Iterator[tuple[str, str]]:
    """Field → example, as the table of the documentation has them."""
    table = DOCUMENTATION.read_text(encoding="utf-8").partition("| field | meaning | example |")[2].partition("\n\n")[0]
    for row in table.strip().splitlines()[1:]:
        names, _, example = (cell.strip() for cell in row.strip("|").split(" | "))
        for name in re.findall(r"`\[?(\w+)\]?`", names):
            yield name, example.strip("`")


def test_the_documentation_describes_every_field_and_no_other() -> None:
    assert sorted(name for name, _ in _documented()) == sorted(CHECKS)


@pytest.mark.parametrize(("name", "example"), list(_documented()))
def test_an_example_of_the_documentation_is_right(tmp_path: Path, name: str, example: str) -> None:
    text = f"[exceptions]\n{example}" if name == "exceptions" else f"{name} = {example}"
    lines = HOSTS if name not in {"hosts", "seeds"} else ""
    (tmp_path / "one.toml").write_text(f"{lines}\n{text}\n", encoding="utf-8")
    recipes, wrong = read_folder(tmp_path)
    assert wrong == []
    assert getattr(recipes.by_name["one"], name) != getattr(SiteRecipe(), name)


def test_the_documentation_says_what_the_program_does() -> None:
    text = " ".join(DOCUMENTATION.read_text(encoding="utf-8").split())
    assert f"without it `{SiteRecipe().time_zone}`" in text
    assert f"at most {MOST_PAGES:,}" in text
    assert SHORTEST_REASON == 10
    assert "(ten characters at least)" in text
    assert all(f"`{rule}` " in text for rule in EXCEPTIONS)

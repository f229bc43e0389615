"""Site files: what a good one gives, and the one line that a wrong one gives."""

import re
from pathlib import Path

import pytest

from crawler.items import SiteRecipe
from sites.recipes import CHECKS, RecipeError, Recipes, load_recipes, read_recipe

GOOD = """
hosts = ["www.lanqiao.example", "Lanqiao.example:8080"]
site_name = "蓝桥新闻网"
time_zone = "Asia/Taipei"
headline = "h1.title"
body = "#content > p"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lanqiao.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_a_site_file_gives_its_recipe_under_the_name_of_the_file(folder: Path) -> None:
    assert load_recipes(folder).of("lanqiao") == SiteRecipe(
        name="lanqiao",
        hosts=("www.lanqiao.example", "lanqiao.example:8080"),
        site_name="蓝桥新闻网",
        time_zone="Asia/Taipei",
        headline="h1.title",
        body="#content > p",
    )


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("http://www.lanqiao.example/a.html", "lanqiao"),
        ("https://WWW.Lanqiao.example:443/a.html", "lanqiao"),
        ("http://lanqiao.example:8080/", "lanqiao"),
        ("http://lanqiao.example/", "lanqiao.example"),
        ("http://m.lanqiao.example/", "m.lanqiao.example"),
        ("http://127.0.0.1:8001/", "127.0.0.1:8001"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
    ],
)
def test_a_site_is_known_by_its_recipe_or_by_its_host(folder: Path, url: str, site: str) -> None:
    assert load_recipes(folder).site_of(url) == site


def test_a_site_without_a_file_has_no_recipe() -> None:
    assert Recipes().of("lanqiao.example") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hosts = [", "at end of document"),
        ("site_name = 'a'\nhosts = oops", "line 2"),
        ("hosts = 'www.lanqiao.example'", "hosts: must be a list"),
        ("hosts = []", "hosts: must be a list"),
        ("hosts = [7]", "hosts: must be text"),
        ("hosts = ['http://www.lanqiao.example/']", "hosts: 'http://www.lanqiao.example/' is an address"),
        ("site_name = ' '", "site_name: must be text"),
        ("time_zone = 'Asia/Lanqiao'", "time_zone: 'Asia/Lanqiao' is no IANA time zone"),
        ("time_zone = 'Asia'", "time_zone: 'Asia' is no IANA time zone"),
        ("time_zone = '../etc/passwd'", "time_zone: '../etc/passwd' is no IANA time zone"),
        ("body = 'div[['", "body: 'div[[' is no CSS selector"),
        ("title = 'h1'", "title: no such field; there are hosts, site_name"),
    ],
)
def test_a_wrong_file_is_explained_in_one_line_that_names_it(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "lanqiao.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        read_recipe(path)
    assert re.match(rf"{re.escape(str(path))}:\d+: ", str(caught.value))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "lanqiao.toml"
    path.write_bytes("site_name = '蓝桥'".encode("gb18030"))
    with pytest.raises(RecipeError, match="utf-8"):
        read_recipe(path)


def test_two_sites_cannot_claim_one_host(folder: Path) -> None:
    (folder / "second.toml").write_text('hosts = ["www.lanqiao.example"]', encoding="utf-8")
    with pytest.raises(RecipeError, match=r"second\.toml:1: hosts: www\.lanqiao\.example belongs to lanqiao\.toml"):
        load_recipes(folder)


def test_the_site_files_of_the_repository_are_right() -> None:
    assert isinstance(load_recipes(), Recipes)


def test_the_documentation_lists_every_field() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sites.md").read_text(encoding="utf-8")
    assert [name for name in CHECKS if f"`{name}`" not in text] == []

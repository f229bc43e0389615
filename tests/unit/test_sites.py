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
        ("body = 'div[['", "body: 'div[[' cannot be used"),
        ("body = 'h1, h2'", "body: 'h1, h2' cannot be used"),
        ("body = 'p::text'", "body: 'p::text' cannot be used"),
        ("body = 'div[id=zoom]'", "body: 'div[id=zoom]' cannot be used"),
        ("hosts = ['a|b.example']", "hosts: 'a|b.example' is no host name"),
        ("hosts = ['a b.example']", "hosts: 'a b.example' is no host name"),
        ("seeds = ['http://a|b.example/']", "seeds: 'http://a|b.example/' is no http:// or https:// address"),
        ("seeds = ['http://me@a.example/']", "seeds: 'http://me@a.example/' is no http:// or https:// address"),
        ("revisit = '2d'\nrevisit_within = '1d'", "toml:2: revisit_within: is shorter than revisit"),
        ("hosts = ['a.example']\nexceptions = true", "toml:2: exceptions: must be a table"),
        ("hosts = ['a.example']\n[exceptions]", "toml:2: exceptions: must be a table"),
        ("hosts = ['a.example']\n[exceptions]\nrobots = ''", "toml:3: exceptions: robots: needs its reason"),
        ("hosts = ['a.example']\n[exceptions]\nrobots = true", "toml:3: exceptions: robots: needs its reason"),
        (
            "hosts = ['a.example']\n[exceptions]\n\ndelay = 'they asked us'",
            "toml:4: exceptions: delay: no such rule",
        ),
        ("[exceptions]\nrobots = 'their owner asked us to'", "toml:1: exceptions: holds for the site's own hosts"),
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


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("新闻.example", "https://新闻.example/1.html"),
        ("新闻.example", "https://xn--efvy88h.example/1.html"),
        ("XN--EFVY88H.Example", "https://新闻.example/1.html"),
        ("新闻。example:8080", "http://新闻.example:8080/1.html"),
        ("www.lanqiao.example", "http://ｗｗｗ.lanqiao.example/1.html"),
    ],
)
def test_a_host_is_the_same_in_every_spelling(host: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(f'hosts = ["{host}"]', encoding="utf-8")
    assert load_recipes(tmp_path).site_of(url) == "one"


def test_seeds_are_addresses_as_browsers_ask_for_them(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text('seeds = ["http://新闻.example/a b|c.html?x={1}#top"]', encoding="utf-8")
    recipe = read_recipe(path)
    assert recipe.seeds == ("http://新闻.example/a%20b%7Cc.html?x=%7B1%7D",)
    assert recipe.hosts == ("xn--efvy88h.example",)


def test_an_exception_comes_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    text = 'hosts = ["a.example"]\n[exceptions]\nrobots = "馆方来函同意全站保存"\ncertificate = "expired\\n in 2025"\n'
    path.write_text(text, encoding="utf-8")
    assert read_recipe(path).exceptions == {"robots": "馆方来函同意全站保存", "certificate": "expired in 2025"}


def test_a_file_that_is_not_text_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "lanqiao.toml"
    path.write_bytes("site_name = '蓝桥'".encode("gb18030"))
    with pytest.raises(RecipeError, match="not UTF-8"):
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

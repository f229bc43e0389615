"""Article patterns learned from a section page's links: which links are articles, and which addresses will be."""

import re

import pytest

from sites.patterns import day_in_address, is_headline, learn_pattern

HOST = "http://lanqiao.example"
HEADLINE = "蓝桥县共享菜园对居民开放"
MENU = [
    (f"{HOST}/{name}/", text) for name, text in (("xw", "新闻"), ("ms", "民生"), ("zt", "专题"), ("about", "关于我们"))
]


def _links(*paths: str, text: str = HEADLINE) -> list[tuple[str, str]]:
    return [(HOST + path, text) for path in paths]


@pytest.mark.parametrize(
    ("links", "tomorrow", "never"),
    [
        (
            _links("/xw/202602/t20260211_17.html", "/xw/202602/t20260210_9.html", "/ms/202601/t20260131_123.html"),
            "/zt/202603/t20260301_2041.html",
            ["/xw/202603/index.html", "/xw/202603/t20260301_2041.pdf", "/xw/t20260301_2041.html"],
        ),
        (
            _links("/show.asp?id=7", "/show.asp?id=18", "/show.asp?id=102"),
            "/show.asp?id=12345",
            ["/list.asp?id=7", "/show.asp?id=x", "/show.asp?id=7&page=2"],
        ),
        (
            _links("/2026/0305/ferry.html", "/2026/0226/library.html", "/2025/1119/new-bridge.html"),
            "/2027/0101/birds.html",
            ["/2027/birds.html"],
        ),
        (
            _links("/a/3f9ac01b77de41.html", "/a/09cc1b2277aa10.html", "/a/ARTIk2Xq81LmZ1.html"),
            "/a/77de413f9ac01b.html",
            ["/a/关于.html", "/b/x/77de413f9ac01b.html"],
        ),
        (
            _links("/2026/02/11/new-bridge-opened/", "/2026/02/12/ferry/", "/2026/03/01/three-schools-grow/"),
            "/2026/04/01/birds-are-back/",
            ["/2026/04/", "/category/birds/", "/2026/04/01/birds-are-back/feed/"],
        ),
        (
            _links("/c/2026-02-11/doc-3f9ac01b77de41.shtml", "/c/2026-02-12/doc-09cc1b2277aa10.shtml",
                   "/c/2026-02-13/doc-ihq7de413f9ac0.shtml"),
            "/c/2026-04-01/doc-77de413f9ac01b.shtml",
            ["/c/2026-04-01/index.shtml", "/c/2026-04-01/vid-77de413f9ac01b.shtml"],
        ),
        (_links("/news/Article_20418.htm", "/news/Article_9.htm", "/news/Article_7.htm"), "/news/Article_11.htm",
         ["/news/x_1.htm"]),
        (_links("/c/9/content_1.htm", "/c/10/content_2.htm", "/c/11/content_3.htm"), "/c/12/content_99.htm", []),
        ([(HOST + f"/{n}.html", "A bridge was opened to the public today") for n in (1, 2, 3)], "/4.html", ["/4.htm"]),
        (
            _links("/show?id=3f9ac01b77de", "/show?id=a0c44d19e2bb", "/show?id=09cc1b2277aa10"),
            "/show?id=77de413f9ac01b",
            ["/show?id=关于", "/show?page=77de413f9ac01b", "/show?id=77de413f9ac01b&page=2"],
        ),
        (
            _links("/read?no=7&t=ferry", "/read?no=8&t=xin-qiao-tong-che", "/read?no=11&t=bridge-2-opens-again"),
            "/read?no=12&t=birds",
            ["/read?no=x&t=birds"],
        ),
        (_links("/show?7", "/show?8", "/show?11"), "/show?12", ["/show?x", "/show?id=12"]),
        (_links("?id=7", "/?id=8", "/?id=9"), "/?id=10", ["/?id=x"]),
        (_links("/é１-1.html", "/é１-2.html", "/é１-3.html"), "/é１-4.html", ["/é1-4.html", "/4.html"]),
        (_links("/1-²-1.html", "/2-²-2.html", "/3-²-3.html"), "/4-²-4.html", ["/4-2-4.html"]),
    ],
    ids=["dated", "query", "words", "ids", "slash", "word and id", "named", "folders", "latin",
         "hashes asked for", "words asked for", "no name", "no path", "wide digit", "superscript"],
)  # fmt: skip
def test_tomorrows_articles_have_the_pattern_and_menus_do_not(
    links: list[tuple[str, str]], tomorrow: str, never: list[str]
) -> None:
    pattern = learn_pattern([*MENU, *links, (HOST + "/xw/index_2.html", "下一页")])
    assert pattern
    assert all(re.search(pattern, url) for url, _ in links)
    assert re.search(pattern, HOST + tomorrow)
    assert [path for path in never if re.search(pattern, HOST + path)] == []
    assert [url for url, _ in MENU if re.search(pattern, url)] == []


@pytest.mark.parametrize(
    "links",
    [
        [],
        MENU,
        _links("/xw/1.html", "/xw/2.html"),  # two may be chance
        _links("/xw/1.html", "/xw/2.html", "/xw/3.html", text="详细"),
        _links("/xw/index_1.html", "/xw/index_2.html", "/xw/list_3.html"),
        _links("/about.html", "/contact.html", "/law.html"),
        [("http://lanqiao.example", HEADLINE), ("http://[", HEADLINE), ("", HEADLINE)][:1],
    ],
)
def test_links_that_do_not_read_like_articles_teach_nothing(links: list[tuple[str, str]]) -> None:
    assert learn_pattern(links) is None


def test_a_picture_and_a_headline_that_link_one_page_count_as_its_headline() -> None:
    links = [pair for url, text in _links("/1.html", "/2.html", "/3.html") for pair in ((url, ""), (url, text))]
    assert learn_pattern(links)


def test_a_page_of_endless_links_is_cut() -> None:
    assert learn_pattern((f"{HOST}/{n}.html", HEADLINE) for n in range(10_000_000))


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/xw/202602/t20260211_17.html", "2026-02-11"),
        ("/2026/02/11/1.html", "2026-02-11"),
        ("/2026/0211/1.html", "2026-02-11"),
        ("/2026-02/11/c_1.htm", "2026-02-11"),
        ("/a/20260211154941.html", "2026-02-11"),
        ("/a/20260231/1.html", None),
        ("/a/120260211.html", None),
        ("/a/1.html", None),
    ],
)
def test_the_day_that_an_address_names(path: str, day: str | None) -> None:
    found = day_in_address(HOST + path)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("text", "so"), [(HEADLINE, True), ("民生", False), ("more", False), ("详细内容请点击", False)]
)
def test_headlines_are_long(text: str, so: bool) -> None:  # noqa: FBT001 - a case's answer
    assert is_headline(text) is so


@pytest.mark.parametrize("odd", ["/é１.html", "/<n>.html", "/².html", "/<id>.html", "/show?<n>=1", "/?=&=", "?"])
def test_an_odd_address_beside_usual_ones_costs_no_pattern(odd: str) -> None:
    usual = _links("/é1.html", "/é2.html", "/é3.html", "/7.html", "/8.html", "/9.html")
    pattern = learn_pattern([*usual, *_links(odd)])
    assert pattern
    assert all(re.search(pattern, url) for url, _ in usual)


@pytest.mark.parametrize(
    "path", ["/e/tags/?tagname={}", "/tag/{}-qing-xi-he-xin-qiao/", "/author/{}/", "/search/{}.html"]
)
def test_lists_below_a_list_folder_are_no_articles_however_long_their_names(path: str) -> None:
    assert learn_pattern(_links(*(path.format(number) for number in range(12)))) is None

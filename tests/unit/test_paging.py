"""The next part of an article, never the next article."""

import pytest

from pipelines.article.paging import continues, next_part

SITE = "http://news.bailu.example"


@pytest.mark.parametrize(
    ("here", "there", "page"),
    [
        ("/a/123.html", "/a/123_2.html", 2),
        ("/a/123_2.html", "/a/123_3.html", 3),
        ("/a/123.html", "/a/123_1.html", 1),
        ("/s-263-377-0.html", "/s-263-377-1.html", 1),
        ("/v?id=5", "/v?id=5&page=2", 2),
        ("/v?id=5&page=2", "/v?page=3&id=5", 3),
        ("/a/123.html", "/a/123.html?page=2", 2),
        ("/a/123456/", "/a/123456/2/", 2),
        ("/a/123456/2", "/a/123456/3", 3),
        ("/a/123_2.html", "/a/123_1.html", None),
        ("/a/123_2.html", "/a/123_2.html", None),
        ("/a/123.html", "/a/124.html", None),
        ("/s-263-377-0.html", "/s-263-378-0.html", None),
        ("/v?id=5", "/v?id=6", None),
        ("/2026/04/18", "/2026/04/19", None),
        ("/a/12.html", "/a/13.html", None),
        ("/a/123.html", "http://other.example/a/123_2.html", None),
        ("/a/123.html", "http://[::1", None),
    ],
)
def test_addresses_that_continue_another(here: str, there: str, page: int | None) -> None:
    there = there if there.startswith("http") else SITE + there
    assert continues(SITE + here, there) == page


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ("<a href='123_2.html'>下一页</a>", "/a/123_2.html"),
        (
            "<a href='123_3.html'>3</a><a href='123_2.html'>2</a><a href='123_2.html'>下一頁&gt;&gt;</a>",
            "/a/123_2.html",
        ),
        ("<a href='124.html'>下一页</a>", None),
        ("<a href='123_2.html'>下一篇</a>", None),
        ("<a href='123_2.html'>2</a>", None),  # no word says that there are pages
        ("<a href='javascript:next()'>下一页</a>", None),
        ("<p>翻到下一页就是结局。</p>", None),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_next_part(markup: str, address: str | None, encoding: str) -> None:
    page = f"<meta charset={encoding}><p>青溪河上的新桥昨天上午通车，孩子不用再绕路。</p>{markup}".encode(encoding)
    assert next_part(page, f"{SITE}/a/123.html") == (SITE + address if address else None)


@pytest.mark.parametrize("path", ["/news/index.htm", "/list/latest.html", "/2026/04/index.html", "/", "/list_12.html"])
def test_the_next_page_of_a_list_is_no_part_of_an_article(path: str) -> None:
    stem = path.rpartition(".")[0] or "/index"
    page = f"<a href='{stem}_2.html'>下一页</a><a href='/2026/04/'>下一页</a>".encode()
    assert next_part(page, SITE + path) is None


def test_most_pages_are_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.article.paging.walk_lxml", lambda _: pytest.fail("parsed"))
    assert next_part("<p>没有分页</p>".encode(), f"{SITE}/a/123.html") is None


def test_bytes_that_cannot_be_read_have_no_next_part() -> None:
    assert next_part(bytes(range(128, 256)) * 50 + "下一页".encode(), f"{SITE}/a/123.html") is None

"""Where a split article goes on: 下一页 of the same article, never 下一篇, never the next page of a list."""

import pytest

from pipelines.paging import next_part

HERE = "http://yunxi.example/ms/2026/0211/8812.html"


def link(href: str, text: str) -> str:
    return f'<p>正文</p><a class="p" href="{href}">{text}</a>'


@pytest.mark.parametrize(
    ("url", "href", "text", "expected"),
    [
        (HERE, "8812_2.html", "下一页", "http://yunxi.example/ms/2026/0211/8812_2.html"),
        (HERE, "/ms/2026/0211/8812_2.html", "<b>下一页</b> &gt;", "http://yunxi.example/ms/2026/0211/8812_2.html"),
        (HERE, "8812_1.html", "下一页", "http://yunxi.example/ms/2026/0211/8812_1.html"),
        (HERE, "8812-2.html", "2", "http://yunxi.example/ms/2026/0211/8812-2.html"),
        (HERE, "8812_2.html", "&#19979;&#19968;&#39029;", "http://yunxi.example/ms/2026/0211/8812_2.html"),
        ("http://y.example/a/8812_2.html", "8812_3.html#p", "下一页", "http://y.example/a/8812_3.html"),
        ("http://y.example/v.php?id=5", "?id=5&amp;page=2", "下一页", "http://y.example/v.php?id=5&page=2"),
        ("http://y.example/v.php?id=5&page=2", "?id=5&page=3", "下一页", "http://y.example/v.php?id=5&page=3"),
        (HERE, "8813.html", "下一篇", None),
        (HERE, "8813.html", "下一页", None),
        (HERE, "8812.html", "下一页", None),
        (HERE, "javascript:void(0)", "下一页", None),
        (HERE, "http://[", "下一页", None),
        (HERE, "http://other.example/ms/2026/0211/8812_2.html", "下一页", None),
        (HERE, "8812_7.html", "下一页", None),
        ("http://y.example/a/8812_2.html", "8812_1.html", "上一页", None),
        ("http://y.example/a/8812_3.html", "8812_2.html", "2", None),
        ("http://y.example/ms/index.html", "index_2.html", "下一页", None),
        ("http://y.example/ms/list-263-1.html", "list-263-2.html", "下一页", None),
        ("http://y.example/list/ms.html", "ms_2.html", "下一页", None),
        ("http://y.example/ms/", "/ms/index_2.html", "下一页", None),
        ("http://y.example/ms?page=1", "?page=2", "下一页", None),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_next_part(url: str, href: str, text: str, expected: str | None, encoding: str) -> None:
    assert next_part(link(href, text).encode(encoding), url) == expected


def test_the_first_link_that_fits_is_taken() -> None:
    page = link("8813.html", "下一篇") + link("8812_2.html", "2") + link("8812_3.html", "3")
    assert next_part(page.encode(), HERE) == "http://yunxi.example/ms/2026/0211/8812_2.html"

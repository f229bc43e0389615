"""The mobile and the desktop address of one article: a relation between two articles, never one article."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlite_utils import Database

from archive.twins import Twin, twins_of
from archive.write import keep_article, keep_capture

Make = Callable[..., Any]


@pytest.fixture
def keep(db: Database, make_capture: Make, make_article: Make) -> Callable[..., int]:
    """Keep an article under an address, and under what it declares as its own; its id."""

    def kept(url: str, declared: str | None = None) -> int:
        capture_id = keep_capture(db, make_capture(f"<p>{url}</p>", url=url, site="any"))
        return keep_article(db, capture_id, make_article(url=url, declared_url=declared)).article_id

    return kept


@pytest.mark.parametrize(
    ("mobile", "declared", "other", "how"),
    [
        ("http://m.lanqiao.example/xw/1.html", None, "http://www.lanqiao.example/xw/1.html", ("host",)),
        ("http://m.lanqiao.example/xw/1.html", None, "http://lanqiao.example/xw/1.html", ("host",)),
        ("http://wap.lanqiao.example/xw/1.html", None, "http://www.lanqiao.example/xw/1.html", ("host",)),
        ("http://3g.lanqiao.example/?id=7", None, "http://lanqiao.example/?id=7", ("host",)),
        ("http://m.news.lanqiao.example/1.html", None, "http://news.lanqiao.example/1.html", ("host",)),
        ("http://m.lanqiao.example/a/1", "https://www.lanqiao.example/xw/1.html",
         "http://www.lanqiao.example/xw/1.html", ("declared",)),
        ("http://m.lanqiao.example/xw/1.html", "http://www.lanqiao.example/xw/1.html",
         "http://www.lanqiao.example/xw/1.html", ("declared", "host")),
        # no twins
        ("http://m.lanqiao.example/xw/1.html", None, "http://www.lanqiao.example/xw/2.html", None),
        ("http://m.lanqiao.example/xw/1.html", None, "http://www.qingshi.example/xw/1.html", None),
        ("http://m.lanqiao.example/xw/1.html", None, "http://m.lanqiao.example/xw/11.html", None),
        ("http://news.lanqiao.example/xw/1.html", None, "http://www.lanqiao.example/xw/1.html", None),
        ("http://mlanqiao.example/xw/1.html", None, "http://lanqiao.example/xw/1.html", None),
        # another site's article, which it names as its source, is no twin
        ("http://m.lanqiao.example/xw/1.html", "http://www.qingshi.example/1.html",
         "http://www.qingshi.example/1.html", None),
        ("http://www.lanqiao.example/a/1", "http://www.lanqiao.example/b/1", "http://www.lanqiao.example/b/1", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mobile_first", [True, False])
def test_twins_are_related_and_stay_two_articles(  # noqa: PLR0913, PLR0917 - a table's columns
    db: Database,
    keep: Callable[..., int],
    mobile: str,
    declared: str | None,
    other: str,
    how: tuple[str, ...] | None,
    mobile_first: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    if mobile_first:
        one = keep(mobile, declared)
        two = keep(other)
    else:
        two = keep(other)
        one = keep(mobile, declared)
    assert one != two
    expected_other = [Twin(article_id=two, url_key=other, is_mobile=False, how=how)] if how else []
    expected_mobile = [Twin(article_id=one, url_key=mobile, is_mobile=True, how=how)] if how else []
    assert list(twins_of(db, one)) == expected_other
    assert list(twins_of(db, two)) == expected_mobile


def test_a_relation_is_looked_up_not_searched_for(db: Database) -> None:
    plan = " ".join(row[3] for row in db.execute("EXPLAIN QUERY PLAN SELECT * FROM twins"))
    assert "SCAN articles" not in plan
    assert "SCAN other" not in plan

"""When was it published: the election among byline, head and address."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.items import Declared
from pipelines.details.bylines import pieces
from pipelines.details.publication import published

NOW = datetime(2026, 2, 12, 1, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def elect(
    *lines: str, declared: Declared | None = None, url: str = "http://qingyu.example/news/377758.html"
) -> tuple[str | None, str | None]:
    byline = [piece for line in lines for piece in pieces(line)]
    return published(byline, declared or Declared(), url, now=NOW, zone=SHANGHAI)


@pytest.mark.parametrize(
    ("lines", "iso", "raw"),
    [
        (["时间:2026-02-11 15:49:41|来源:青榆日报|点击量:180"], "2026-02-11T15:49:41+08:00", "2026-02-11 15:49:41"),
        (["發布時間：2026年2月11日 下午3:49　來源：松港時報"], "2026-02-11T15:49+08:00", "2026年2月11日 下午3:49"),
        (["来源：青榆晚报 2026-02-11 15:49"], "2026-02-11T15:49+08:00", "2026-02-11 15:49"),
        (["2026-02-11"], "2026-02-11", "2026-02-11"),
        (["青榆新闻网2026-02-11 15:49"], "2026-02-11T15:49+08:00", "2026-02-11 15:49"),
        (["榆钱儿 发表于 2026-02-11 15:49|35次阅读"], "2026-02-11T15:49+08:00", "2026-02-11 15:49"),
        # not the times of something else
        (["更新时间：2026-02-12 08:00", "发布时间：2026-02-11 15:49"], "2026-02-11T15:49+08:00", "2026-02-11 15:49"),
        (["2026-02-10 15:49", "2026-02-11 06:40更新"], "2026-02-10T15:49+08:00", "2026-02-10 15:49"),
        (["成文日期：2026-02-01 发布日期：2026-02-09"], "2026-02-09", "2026-02-09"),
        (["截稿时间：2026-02-10 18:00　发布时间：2026-02-11 00:10"], "2026-02-11T00:10+08:00", "2026-02-11 00:10"),
        (["本站建立于:2004年10月6日", "2026-02-11 15:49"], "2026-02-11T15:49+08:00", "2026-02-11 15:49"),
        (["当地时间：2026-02-08 20:00", "2026-02-11"], "2026-02-11", "2026-02-11"),
        (["（截止2026年8月10日）", "2026-02-11"], "2026-02-11", "2026-02-11"),
        # a later line's date is a neighbour's
        (["2026-02-11 15:49", "2026-02-07 10:00", "2026-02-07 10:00"], "2026-02-11T15:49+08:00", "2026-02-11 15:49"),
        # the only date there is
        (["更新时间：2026-02-11 15:49"], "2026-02-11T15:49+08:00", "2026-02-11 15:49"),
        (["版权所有 2026"], None, None),
        (["1975年1月28日"], None, None),
    ],
)
def test_a_byline_tells_the_time(lines: list[str], iso: str | None, raw: str | None) -> None:
    assert elect(*lines) == (iso, raw)


@pytest.mark.parametrize(
    ("declared", "iso"),
    [
        (Declared(json_ld=({"datePublished": "2026-02-11T07:49:41Z"},)), "2026-02-11T15:49:41+08:00"),
        (Declared(json_ld=({"@type": "WebPage"}, {"datePublished": "2026-02-11"})), "2026-02-11"),
        (Declared(json_ld=({"datePublished": 20260211},)), None),
        (Declared(json_ld=({"dateModified": "2026-02-11"},)), None),
        (Declared(meta={"article:published_time": "2026-02-11T15:49:41+08:00"}), "2026-02-11T15:49:41+08:00"),
        (Declared(meta={"pubdate": "2026-02-11 15:49"}), "2026-02-11T15:49+08:00"),
        (Declared(meta={"publishdate": "2026-02-11"}), "2026-02-11"),
        (Declared(meta={"pubdate": "2026-02-11 00:00:00"}), "2026-02-11"),  # a template's midnight
        (Declared(meta={"article:modified_time": "2026-02-11"}), None),
        (Declared(times=("2026-02-11 15:49", "2026-02-01 10:00", "2026-02-01 11:00")), "2026-02-11T15:49+08:00"),
    ],
)
def test_the_head_tells_where_the_byline_does_not(declared: Declared, iso: str | None) -> None:
    assert elect("来源：青榆日报", declared=declared)[0] == iso


@pytest.mark.parametrize(
    ("url", "iso"),
    [
        ("http://qingyu.example/2026-02/11/content_1.htm", "2026-02-11"),
        ("http://qingyu.example/2026/0211/c1-4.html", "2026-02-11"),
        ("http://qingyu.example/202602/11/1.html", "2026-02-11"),
        ("http://qingyu.example/2026/2/11/1.html", "2026-02-11"),
        ("http://qingyu.example/xw/202602/t20260211_123.shtml", "2026-02-11"),
        ("http://qingyu.example/detail/20260211/1000200033136171.html", "2026-02-11"),
        ("http://qingyu.example/a/20260211154941.html", "2026-02-11"),
        ("http://qingyu.example/26/0211/08/1.html", "2026-02-11"),
        ("http://qingyu.example/260211/1.html", "2026-02-11"),
        ("https://archive.example/web/20260212010203/http://qingyu.example/2026-02-11/1.html", "2026-02-11"),
        ("https://archive.example/web/20260212010203/http://qingyu.example/1.html", None),
        ("http://qingyu.example/1.html?id=20260211", None),
        ("http://qingyu.example/82026021199/1.html", None),
        ("http://qingyu.example/2026-02-31/1.html", None),
        ("http://qingyu.example/2031-02-11/1.html", None),  # a number, not a day to come
        ("http://[qingyu.example/2026-02-11/", None),
    ],
)
def test_the_address_tells_where_nobody_else_does(url: str, iso: str | None) -> None:
    assert elect(url=url)[0] == iso


class TestDisagreement:
    def test_the_printed_time_beats_the_day_of_the_address(self) -> None:
        url = "http://qingyu.example/2026-02/11/1.html"
        assert elect("2026-02-11 15:49", url=url)[0] == "2026-02-11T15:49+08:00"

    def test_a_printed_day_gets_its_time_from_the_head(self) -> None:
        head = Declared(meta={"pubdate": "2026-02-11 09:53"})
        assert elect("发布日期：2026-02-11", declared=head)[0] == "2026-02-11T09:53+08:00"

    def test_the_printed_time_beats_the_head_of_the_same_day(self) -> None:
        head = Declared(meta={"article:published_time": "2026-02-11T17:01:09+08:00"})
        assert elect("2026年02月11日 15:49", declared=head)[0] == "2026-02-11T15:49+08:00"

    def test_a_labelled_byline_beats_the_head(self) -> None:
        head = Declared(meta={"pubdate": "2026-02-12 00:10"})
        assert elect("发布时间：2026-02-11 15:49", declared=head)[0] == "2026-02-11T15:49+08:00"

    def test_head_and_address_outvote_an_unlabelled_date(self) -> None:
        """Today's date in the page's header bar."""
        head = Declared(meta={"pubdate": "2025-11-03 08:30"})
        url = "http://qingyu.example/2025-11/03/1.html"
        assert elect("2026年2月12日 星期四", declared=head, url=url)[0] == "2025-11-03T08:30+08:00"

    def test_a_neighbours_line_does_not_outvote_the_pages_own(self) -> None:
        neighbour = "·别处的三座水厂昨天也已经开始供水（2026-02-03 17:19）"
        assert elect("2026-02-10 06:40更新", neighbour)[0] == "2026-02-10T06:40+08:00"

    def test_the_time_of_a_touch_is_not_that_of_publication(self) -> None:
        assert elect("发布日期：2026-02-10", "更新时间：2026-02-10 18:00")[0] == "2026-02-10"

    def test_a_date_to_come_yields(self) -> None:
        assert elect("2026-03-15 19:30", url="http://qingyu.example/2026-02/11/1.html")[0] == "2026-02-11"

    def test_the_address_gives_the_year_of_a_short_date(self) -> None:
        assert elect("02-11 15:49", url="http://qingyu.example/2019/02/1.html")[0] == "2019-02-11T15:49+08:00"
        assert elect("02-11 15:49", declared=Declared(meta={"pubdate": "2019-02-11"}))[0] == "2019-02-11T15:49+08:00"

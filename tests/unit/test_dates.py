"""Every form of date that Chinese pages print, and what is none."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.details.dates import LONGEST, Precision, find_moments

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 2, 12, 9, 0, tzinfo=SHANGHAI)


def dates(line: str, **frame: object) -> list[str]:
    settings: dict[str, object] = {"now": NOW, "zone": SHANGHAI, **frame}
    return [moment.iso() for moment in find_moments(line, **settings)]  # type: ignore[arg-type] - now, zone, year


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("2026-02-11 15:49:41", "2026-02-11T15:49:41+08:00"),
        ("2026-02-11 15:49", "2026-02-11T15:49+08:00"),
        ("2026-02-1115:49", "2026-02-11T15:49+08:00"),  # the space was lost with a tag
        ("2026-2-1 5:09", "2026-02-01T05:09+08:00"),
        ("2026-02-11", "2026-02-11"),
        ("2026/2/11", "2026-02-11"),
        ("2026/02/11 15:49", "2026-02-11T15:49+08:00"),
        ("2026.02.11", "2026-02-11"),
        ("20260211", "2026-02-11"),
        ("20260211154941", "2026-02-11T15:49:41+08:00"),
        ("2026年2月11日", "2026-02-11"),
        ("2026年2月11日 15:49", "2026-02-11T15:49+08:00"),
        ("2026年02月11日15:49", "2026-02-11T15:49+08:00"),
        ("2026 年 2 月 11 日 15 时 49 分", "2026-02-11T15:49+08:00"),
        ("2026年2月11日15時49分41秒", "2026-02-11T15:49:41+08:00"),
        ("2026年2月11號", "2026-02-11"),
        ("２０２６年２月１１日　１５：４９", "2026-02-11T15:49+08:00"),
        ("2026年2月11日 星期三 15:49", "2026-02-11T15:49+08:00"),
        ("2026年2月11日（周三）下午3点49分", "2026-02-11T15:49+08:00"),
        ("2026年2月11日 下午3点", "2026-02-11T15:00+08:00"),
        ("2026年2月11日晚上8点整", "2026-02-11T20:00+08:00"),
        ("2026年2月11日 凌晨12:05", "2026-02-11T00:05+08:00"),
        ("2026年2月11日 中午12:05", "2026-02-11T12:05+08:00"),
        ("2026-02-11 03:49 PM", "2026-02-11T15:49+08:00"),
        ("2026-02-11 17:49PM", "2026-02-11T17:49+08:00"),  # a 24-hour clock with a template's PM
        ("2026-02-11 12:05 AM", "2026-02-11T00:05+08:00"),
        ("二月 11, 2026 at 12:05 上午", "2026-02-11T00:05+08:00"),
        ("2026年2月11日 上午12:05", "2026-02-11T12:05+08:00"),
        ("二O二六年二月十一日", "2026-02-11"),
        ("二o二六年二月十一日", "2026-02-11"),
        ("二ｏ二六年二月十一日", "2026-02-11"),
        ("二〇二六年二月十一日", "2026-02-11"),
        ("二○二五年十二月三十一日", "2025-12-31"),
        ("二零二六年一月二十日", "2026-01-20"),
        ("民國115年2月11日", "2026-02-11"),
        ("中華民國一一五年二月十一日", "2026-02-11"),
        ("民國一百一十五年二月十一日", "2026-02-11"),
        ("115/02/11", "2026-02-11"),
        ("2026-02-11 - 15:49", "2026-02-11T15:49+08:00"),
        ("民国99年10月1日", "2010-10-01"),
        ("2026-02-11T15:49:41+08:00", "2026-02-11T15:49:41+08:00"),
        ("2026-02-11T15:49:41.123+0800", "2026-02-11T15:49:41+08:00"),
        ("2026-02-11T15:49:41", "2026-02-11T15:49:41+08:00"),
        # UTC is how machines store: given in the site's zone; another offset stays as printed
        ("2026-02-11T17:49:41Z", "2026-02-12T01:49:41+08:00"),
        ("Wed, 11 Feb 2026 07:49:41 GMT", "2026-02-11T15:49:41+08:00"),
        ("2026-02-11T16:49:41+09:00", "2026-02-11T16:49:41+09:00"),
        ("2026-02-11T16:49:41-05:00", "2026-02-11T16:49:41-05:00"),
        ("Wed Feb 11 15:49:41 CST 2026", "2026-02-11T15:49:41+08:00"),
        ("Wed Feb 11 15:49:41 +0800 2026", "2026-02-11T15:49:41+08:00"),
        ("February 11, 2026 3:49 pm", "2026-02-11T15:49+08:00"),
        ("Feb. 11th, 2026", "2026-02-11"),
        ("11 February 2026", "2026-02-11"),
        ("11-Feb-2026", "2026-02-11"),
        ("2/11/2026 3:49:41 PM", "2026-02-11T15:49:41+08:00"),
        ("23/11/2025", "2025-11-23"),
        ("26-02-11 15:49", "2026-02-11T15:49+08:00"),
        ("02-11 15:49", "2026-02-11T15:49+08:00"),
        ("12-28 19:55", "2025-12-28T19:55+08:00"),  # not after the capture
        ("2月11日 15:49", "2026-02-11T15:49+08:00"),
        ("昨天 15:49", "2026-02-11T15:49+08:00"),
        ("前天", "2026-02-10"),
        ("今日 08:30", "2026-02-12T08:30+08:00"),
        ("3小时前", "2026-02-12T06:00+08:00"),
        ("3個小時前", "2026-02-12T06:00+08:00"),
        ("半小时前", "2026-02-12T08:30+08:00"),
        ("25分钟前", "2026-02-12T08:35+08:00"),
        ("刚刚", "2026-02-12T09:00+08:00"),
        ("3天前", "2026-02-09"),
        ("两天前", "2026-02-10"),
        ("一周前", "2026-02-05"),
        ("5 hours ago", "2026-02-12T04:00+08:00"),
        ("yesterday 15:49", "2026-02-11T15:49+08:00"),
    ],
)
def test_is_read(line: str, iso: str) -> None:
    assert dates(line) == [iso]
    assert dates(f"发布时间：{line}|来源：青榆日报|点击：35") == [iso]


@pytest.mark.parametrize(
    "line",
    [
        "阅读(2026)",
        "2026-13-45",
        "2026年2月30日",
        "2026-02",
        "电话：0478-8655532",
        "http://qingyu.example/10.12677/82002",
        "下午3点49分",
        "版权所有 1998-2026",
        "编号12026021199",
        "24.5/36",
        "第3-4版",
        "99999999999天前",
        "民国二年",
        "今晚",
        "三座水厂昨天也已经开始供水",
        "今日要闻",
        "刚刚结束的会议",
        "",
    ],
)
def test_is_no_date(line: str) -> None:
    assert dates(line) == []


def test_a_year_from_elsewhere_completes_a_date() -> None:
    assert dates("02-11 15:49", year=2019) == ["2019-02-11T15:49+08:00"]
    assert dates("12月28日", year=2019) == ["2019-12-28"]


def test_the_site_has_its_zone() -> None:
    assert dates("2026-02-11 15:49", zone=ZoneInfo("America/New_York")) == ["2026-02-11T15:49-05:00"]
    assert dates("昨天 23:00", zone=ZoneInfo("America/New_York")) == ["2026-02-10T23:00-05:00"]


def test_several_dates_stand_in_their_order_with_their_places() -> None:
    line = "2026-02-11 15:49 更新，原载2026年2月9日"
    first, second = find_moments(line, now=NOW, zone=SHANGHAI)
    assert (line[first.start : first.end], line[second.start : second.end]) == ("2026-02-11 15:49", "2026年2月9日")
    assert (first.precision, second.precision) == (Precision.MINUTE, Precision.DAY)


def test_places_are_those_of_the_line_as_printed() -> None:
    line = "時間：２０２６年２月１１日　１５：４９　來源"
    (moment,) = find_moments(line, now=NOW, zone=SHANGHAI)
    assert line[moment.start : moment.end] == "２０２６年２月１１日　１５：４９"


@pytest.mark.parametrize("line", ["1" * 5000, "2026-" * 1000, "一" * 5000, "12月" * 1000, "jan " * 1000, "9:9:" * 900])
def test_long_lines_are_cut_and_cost_little(line: str) -> None:
    began = time.process_time()
    dates(line)
    assert time.process_time() - began < 0.2
    assert dates(" " * LONGEST + "2026-02-11") == []


def test_a_date_is_never_after_the_capture_when_its_year_is_guessed() -> None:
    for days in range(365):
        day = NOW - timedelta(days=days)
        assert dates(f"{day:%m-%d} 08:00") == [f"{day:%Y-%m-%d}T08:00+08:00"]

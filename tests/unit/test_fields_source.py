"""来源: the outlet, free of what is glued to it."""

import pytest

from pipelines.details.bylines import pieces
from pipelines.details.outlets import source_of


def source(*lines: str, **meta: str) -> str | None:
    return source_of([piece for line in lines for piece in pieces(line)], meta)[0]


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("时间:2026-02-11 15:49:41|来源:青榆新闻客户端|点击量:180", "青榆新闻客户端"),
        ("来源：青榆日报", "青榆日报"),
        ("来 源：青榆日报", "青榆日报"),
        ("來源：松港時報", "松港時報"),
        ("稿源：青榆日报", "青榆日报"),
        ("文章来源：青榆日报　　责任编辑：江某", "青榆日报"),
        ("信息来源：\n            市水务局", "市水务局"),
        ("转自：青榆日报", "青榆日报"),
        ("2026年02月11日 15:49:41来源：青榆日报", "青榆日报"),
        ("来源：青榆日报 2026-02-11 15:49:41", "青榆日报"),
        ("来源：青榆日报 作者：江某", "青榆日报"),
        ("本文来源：青榆日报作者：江某", "青榆日报"),
        ("来源: 青榆日报\n                举报", "青榆日报"),
        ("来源：青榆日报 字号：大 中 小", "青榆日报"),
        ("来源: 青榆财经报道(榆城)", "青榆财经报道"),
        ("来源：青榆日报（记者 江某）", "青榆日报"),
        ("来源：青榆日报(海外版)", "青榆日报(海外版)"),
        ("来源：《青榆日报》", "青榆日报"),
        ("来源：《青榆日报》海外版", "《青榆日报》海外版"),
        ("来源：[ 青榆日报 ]", "青榆日报"),
        ("来源：青榆网－青榆日报", "青榆网－青榆日报"),
        ("来源：青榆新闻·榆号·政务", "青榆新闻·榆号·政务"),
        ("来源：青榆日报 www.qingyu.example", "青榆日报"),
        ("来源丨青榆日报", "青榆日报"),
        ("发表于2026-02-11 15:49|1164次阅读|来源YUDN|0 条评论|作者江某", "YUDN"),
        ("来源：Qingyu Daily", "Qingyu Daily"),
        # an outlet beside the time, without a label
        ("2026年2月11日 15:49 青榆晚报", "青榆晚报"),
        ("2026年2月11日 15:49　　青榆网—新快报", "青榆网—新快报"),
        # no outlet
        ("图片来源：青榆日报", None),
        ("数据来源：市统计局", None),
        ("来源：网络", None),
        ("来源：", None),
        ("来源：未知 作者：佚名", None),
        ("2026年2月11日 15:49 青榆市民中心", None),
        ("2026年2月11日 15:49 收藏 举报", None),
    ],
)
def test_a_byline_names_the_outlet(line: str, outlet: str | None) -> None:
    assert source(line) == outlet


def test_an_outlet_that_is_none_leaves_the_word_to_the_next() -> None:
    assert source("06:40更新 来源：转载文章", "来源：青榆晨报") == "青榆晨报"


def test_the_head_is_heard_after_the_byline() -> None:
    assert source("2026-02-11", contentsource="来源：青榆日报") == "青榆日报"
    assert source("来源：青榆晚报", contentsource="青榆日报") == "青榆晚报"


def test_the_office_that_issued_it_stands_in() -> None:
    assert source("发布机构：青榆市水务局 索引号：11220000/2026-00426") == "青榆市水务局"
    assert source("发布机构：青榆市水务局 来源：青榆日报") == "青榆日报"


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        # 林, 文, 宣 and 江 are family names
        ("发布机构：林业局", "林业局"),
        ("发布单位：文旅局", "文旅局"),
        ("发布者：宣传部", "宣传部"),
        ("发布人：江城发布", "江城发布"),
        ("發佈者：衛生處", "衛生處"),
        ("发布者：张三", None),
        ("发布者：李建中 发布时间：2026-02-11", None),
        ("发布人：系统管理员", None),
    ],
)
def test_who_put_it_online_is_an_outlet_where_it_is_an_office(line: str, outlet: str | None) -> None:
    assert source(line) == outlet


def test_the_raw_string_is_kept() -> None:
    assert source_of(pieces("来源: 青榆财经报道(榆城)"), {}) == ("青榆财经报道", "青榆财经报道(榆城)")

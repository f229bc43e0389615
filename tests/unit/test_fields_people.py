"""Who wrote it, who did what."""

import time

import pytest

from crawler.items import Credit, Declared
from pipelines.details.bylines import pieces, pieces_of_lines
from pipelines.details.people import authors_of, credits_of, declared_authors, names, poster, signed_authors


def authors(line: str) -> tuple[str, ...]:
    return authors_of(pieces(line))[0]


def roles(*lines: str) -> dict[str, tuple[str, ...]]:
    read = credits_of([piece for line in lines for piece in pieces(line)])
    assert all(isinstance(credit, Credit) for credit in read)
    return {credit.role: credit.names for credit in read}


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("作者：江小渔", ("江小渔",)),
        ("来源：青榆日报 作者：江小渔 何 田", ("江小渔", "何田")),
        ("作　者：江小渔、何田", ("江小渔", "何田")),
        ("作者：江小渔|点击：35", ("江小渔",)),
        ("文/江小渔 图/何田", ("江小渔",)),
        ("文/江小渔 题图/视觉青榆", ("江小渔",)),
        ("作者：江小渔，题图来自：视觉青榆", ("江小渔",)),
        ("【文/青榆网专栏作者 江小渔】", ("江小渔",)),
        ("撰文 | 江小渔", ("江小渔",)),
        ("采写：榆城记者 江小渔 何田", ("江小渔", "何田")),
        ("□ 本报记者 江小渔", ("江小渔",)),
        ("本报记者江小渔发自榆城", ("江小渔",)),
        ("青榆日报记者 江小渔 何田 摄影报道", ("江小渔", "何田")),
        ("記者 江小漁／松港報導", ("江小漁",)),
        ("作者：记者江小渔", ("江小渔",)),
        ("作者：江小渔返回首页，查看更多", ("江小渔",)),
        ("作者: 江小渔：青榆大学，榆城", ("江小渔",)),
        ("作者：阿依古丽·买买提", ("阿依古丽·买买提",)),
        ("作者：J. Smith", ("J. Smith",)),
        ("作者：青榆市人民政府办公室", ("青榆市人民政府办公室",)),
        ("江小渔来源：青榆日报", ()),
        ("作者：佚名", ()),
        ("作者：", ()),
        ("作者：本文系网友投稿，不代表本站立场。", ()),
        # an interview's questions
        ("记者：你们的水厂建在什么地方？", ()),
        ("记者：据你了解农民通过什么渠道来获取这些信息", ()),
        # words, not names
        ("青榆网记者看东北", ()),
        ("小记者训练营", ()),
        ("编辑：江小渔", ()),
    ],
)
def test_authors(line: str, people: tuple[str, ...]) -> None:
    assert authors(line) == people


@pytest.mark.parametrize(
    ("lines", "people"),
    [
        (["总监制丨江小渔 何田"], {"总监制": ("江小渔", "何田")}),
        (["制片人丨小安 何田 监制丨江小渔"], {"制片人": ("小安", "何田"), "监制": ("江小渔",)}),
        (["编辑：江小渔、何田、于 安"], {"编辑": ("江小渔", "何田", "于安")}),
        (["编辑：江小渔  何田"], {"编辑": ("江小渔", "何田")}),
        (["（责编：江小渔、何田）"], {"责编": ("江小渔", "何田")}),
        (["[责任编辑：江小渔 PK155]"], {"责任编辑": ("江小渔",)}),
        (["责任编辑：江小渔_NB12082"], {"责任编辑": ("江小渔",)}),
        (["责任编辑：NF058"], {}),
        (["责任编辑:\n            江小渔"], {"责任编辑": ("江小渔",)}),
        (["責任編輯：江小漁　校對：何田"], {"責任編輯": ("江小漁",), "校對": ("何田",)}),
        (["编辑 江小渔"], {"编辑": ("江小渔",)}),
        (["监制/江小渔 策划/何田 于安"], {"监制": ("江小渔",), "策划": ("何田", "于安")}),
        (["编辑：江小渔", "新闻中心"], {"编辑": ("江小渔",)}),
        (["编辑：江小渔", "编辑：何田"], {"编辑": ("江小渔", "何田")}),
        (["来源：青榆日报　编辑：江小渔"], {"编辑": ("江小渔",)}),
        (["编辑：江小渔(实习)"], {"编辑": ("江小渔",)}),
        (["出品：青榆新闻中心"], {"出品": ("青榆新闻中心",)}),
        (["监制：江小渔；统筹：何田；视觉：于安"], {"监制": ("江小渔",), "统筹": ("何田",), "视觉": ("于安",)}),
        (["执笔/江小渔&何田"], {"执笔": ("江小渔", "何田")}),
        (["审稿/编委"], {}),
        (["编辑：锁定 讨论"], {}),
        (["联系编辑部"], {}),
    ],
)
def test_credits(lines: list[str], people: dict[str, tuple[str, ...]]) -> None:
    assert roles(*lines) == people


def test_those_whose_role_is_writing_are_authors_where_nobody_signs() -> None:
    assert authors("执笔丨江小渔 编辑丨何田") == ("江小渔",)
    assert authors("作者：于安 记者：江小渔") == ("于安",)


@pytest.mark.parametrize(
    ("body", "people"),
    [
        (("青榆社榆城2月9日电（记者江小渔）新建的三座水厂已经开始供水。",), ("江小渔",)),
        (("青榆报讯（见习记者 江小渔 何田）昨日上午，", "第二段。"), ("江小渔", "何田")),
        (("本报记者 江小渔", "新建的三座水厂已经开始供水。"), ("江小渔",)),
        (("新建的三座水厂已经开始供水。", "第二段。", "第三段。", "第四段。", "记者 江小渔"), ("江小渔",)),
        (("新建的三座水厂已经开始供水。", "（记者）", "记者 看东北"), ()),
        (("图为水厂外景。青榆社记者 江小渔 摄影，水厂于昨日开始供水，预计可以满足二十万人的用水。",), ()),
    ],
)
def test_signatures_in_the_text(body: tuple[str, ...], people: tuple[str, ...]) -> None:
    assert signed_authors(body)[0] == people


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("榆钱儿2026 发表于 2026-02-11 15:49", ("榆钱儿2026",)),
        ("由榆钱儿张贴 @ 2026-02-11 15:49 (370)", ("榆钱儿",)),
        ("〓 榆城论坛 发布时间 2026/02/11 15:49:41 by yuqianer 〓", ("yuqianer",)),
        ("2026-02-11 15:49", ()),
    ],
)
def test_forums_sign_around_the_time(line: str, people: tuple[str, ...]) -> None:
    assert poster(pieces(line))[0] == people


@pytest.mark.parametrize(
    ("declared", "people"),
    [
        (Declared(json_ld=({"author": {"@type": "Person", "name": "江小渔"}},)), ("江小渔",)),
        (Declared(json_ld=({"author": [{"name": "江小渔"}, {"name": "何田"}]},)), ("江小渔",)),
        (Declared(json_ld=({"author": "江小渔、何田"},)), ("江小渔", "何田")),
        (Declared(meta={"author": "江小渔"}), ("江小渔",)),
        # the site, a template, a staff number
        (Declared(meta={"author": "江城网"}), ()),
        (Declared(meta={"author": "name, email@example.com"}), ()),
        (Declared(meta={"author": "L_104485"}), ()),
        (Declared(json_ld=({"author": {"name": 7}}, {"author": None})), ()),
    ],
)
def test_heads_name_persons_now_and_then(declared: Declared, people: tuple[str, ...]) -> None:
    assert declared_authors(declared)[0] == people


def test_a_label_may_stand_a_line_above_its_value() -> None:
    read = pieces_of_lines(("作者：", "江小渔", "编辑：", "责任编辑：", "何田"))
    assert authors_of(read)[0] == ("江小渔",)
    assert credits_of(read) == (Credit(role="责任编辑", names=("何田",)),)


@pytest.mark.parametrize("value", ["江" * 5000, "江 " * 2500, "记者" * 2500, "(" * 5000, "江小渔、" * 1200])
def test_long_values_cost_little(value: str) -> None:
    began = time.process_time()
    assert len(names(value)) <= 40
    pieces(f"编辑：{value}")
    signed_authors((value, value))
    assert time.process_time() - began < 0.3


def test_a_post_that_repeats_takes_no_time() -> None:
    """驻驻驻… once doubled the time with every character; a page would have held up a crawl for ever."""
    assert names("驻" * 5_000) == names("驻" * 5_000)

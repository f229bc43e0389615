"""A draft's parts become a record's values."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.items import Credit, Declared, Draft, Evidence, Note, SiteRecipe, Verdict
from pipelines.fields import read_fields
from pipelines.script import fold_script, script_of

RECIPE = SiteRecipe()


@pytest.fixture
def draft() -> Draft:
    return Draft(
        url="http://www.qingyu.example/showinfo-263-377758-0.html",
        fetched_at=datetime(2026, 2, 12, 1, tzinfo=UTC),
        encoding="gb18030",
        headline="三座水厂开始供水",
        byline=("时间:2026-02-11 15:49:41|来源:青榆新闻客户端|点击量:180",),
        credits=("总监制丨江小渔 何田", "执笔丨于安"),
        breadcrumb=("您当前所在位置:青榆广视网>外宣> 正文",),
        body=("新建的三座水厂已经开始供水。", "预计可以满足二十万人的用水。"),
    )


def test_a_whole_record(draft: Draft) -> None:
    record = read_fields(draft, RECIPE)
    assert record.published_at == "2026-02-11T15:49:41+08:00"
    assert record.published_raw == "2026-02-11 15:49:41"
    assert (record.source, record.source_raw) == ("青榆新闻客户端", "青榆新闻客户端")
    assert record.credits == (
        Credit(role="总监制", names=("江小渔", "何田")),
        Credit(role="执笔", names=("于安",)),
    )
    assert record.credits_raw == draft.credits
    assert (record.authors, record.authors_raw) == (("于安",), "于安")
    assert (record.view_count, record.view_count_raw) == (180, "180")
    assert record.site_name == "青榆广视网"
    assert record.breadcrumb == ("青榆广视网", "外宣")
    assert (record.encoding, record.script, record.body) == ("gb18030", "hans", draft.body)


def test_an_empty_draft_gives_an_empty_record(draft: Draft) -> None:
    bare = Draft(url="", fetched_at=draft.fetched_at, encoding="utf-8", headline="三座水厂开始供水")
    record = read_fields(bare, RECIPE)
    assert (record.published_at, record.source, record.authors, record.credits) == (None, None, (), ())
    assert (record.view_count, record.site_name, record.breadcrumb, record.declared_url) == (None, None, (), None)


def test_the_sites_zone_is_that_of_its_recipe(draft: Draft) -> None:
    record = read_fields(draft, SiteRecipe(time_zone="Asia/Tokyo"))
    assert record.published_at == "2026-02-11T15:49:41+09:00"


def test_the_pages_own_strings_stand_beside_the_restored_ones(draft: Draft) -> None:
    restored = replace(draft, headline_raw="三座水廠開始供水", body_raw=("新建的三座水廠",))
    record = read_fields(restored, RECIPE)
    assert (record.headline_raw, record.body_raw) == ("三座水廠開始供水", ("新建的三座水廠",))
    assert read_fields(draft, RECIPE).headline_raw == draft.headline


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("点击量:180", 180),
        ("點擊數：3,456", 3456),
        ("阅读数(15878）", 15878),
        ("阅读 1.2万", 12_000),
        ("浏览次数：10万+", 100_000),
        ("1164次阅读", 1164),
        ("1.5萬人看过", 15_000),
        ("浏览:\n            6,323", 6323),
        ("瀏覽人數：2.3萬", 23_000),
        ("人气：35 次", 35),
        ("阅读：2.1亿", 210_000_000),
        ("Views: 2k", 2000),
        ("浏览次数： ", None),
        ("延伸阅读：2026年的水价", None),
        ("35 条评论", None),
        ("点击查看", None),
        ("阅读：15:49", None),
    ],
)
def test_view_counts(draft: Draft, line: str, count: int | None) -> None:
    assert read_fields(replace(draft, byline=(line,)), RECIPE).view_count == count


@pytest.mark.parametrize(
    ("crumbs", "names"),
    [
        (("您当前所在位置:青榆广视网>外宣> 正文",), ("青榆广视网", "外宣")),
        (("首页", "新闻", "本地", "正文"), ("新闻", "本地")),
        (("当前位置：青榆网首页 > 新闻中心 > 三座水厂开始供水",), ("青榆网", "新闻中心")),
        (("目前位置：首頁 » 地方新聞",), ("地方新聞",)),
        (("青榆网 → 财经 → 正文",), ("青榆网", "财经")),
        (("您的位置： 青榆网 / 财经",), ("青榆网", "财经")),
        ((), ()),
    ],
)
def test_breadcrumbs(draft: Draft, crumbs: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert read_fields(replace(draft, breadcrumb=crumbs), RECIPE).breadcrumb == names


class TestSiteName:
    @pytest.fixture
    def named(self, draft: Draft) -> Callable[..., str | None]:
        def name(*, recipe: SiteRecipe = RECIPE, **changes: object) -> str | None:
            return read_fields(replace(draft, **{"breadcrumb": (), **changes}), recipe).site_name  # type: ignore[arg-type] - fields of Draft

        return name

    def test_the_recipe_knows_best(self, named: Callable[..., str | None]) -> None:
        assert named(recipe=SiteRecipe(site_name="青榆广视"), breadcrumb=("青榆网", "外宣")) == "青榆广视"

    def test_a_section_is_no_site(self, named: Callable[..., str | None]) -> None:
        assert named(breadcrumb=("首页", "外宣")) is None
        assert named(breadcrumb=("外宣",), declared=Declared(meta={"og:site_name": "青榆网"})) == "青榆网"

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("三座水厂开始供水_青榆网", "青榆网"),
            ("三座水厂开始供水-新闻频道-青榆网", "青榆网"),
            ("三座水厂开始供水", None),
            ("三座水厂开始供水（图）", None),
            ("别的新闻_青榆网", None),
        ],
    )
    def test_titles_end_with_it(self, named: Callable[..., str | None], title: str, name: str | None) -> None:
        assert named(declared=Declared(title=title)) == name

    def test_a_hijackers_head_is_not_heard(self, named: Callable[..., str | None]) -> None:
        spam = Declared(title="三座水厂开始供水_注册送礼", meta={"og:site_name": "注册送礼"})
        assert named(declared=spam, verdict=Verdict(hijacked=True)) is None
        assert named(breadcrumb=("青榆网",), declared=spam, verdict=Verdict(hijacked=True)) == "青榆网"


class TestDeclaredUrl:
    URL = "http://www.qingyu.example/showinfo-263-377758-0.html"

    @pytest.fixture
    def declared(self, draft: Draft) -> Callable[..., str | None]:
        def url(**changes: object) -> str | None:
            return read_fields(replace(draft, **changes), RECIPE).declared_url  # type: ignore[arg-type] - fields of Draft

        return url

    def test_canonical_then_og_then_the_notice(self, declared: Callable[..., str | None]) -> None:
        notices = (f"如需转载请标注来源并添加本文链接：{self.URL}，谢谢。",)
        og = {"og:url": "http://og.example/1"}
        assert (
            declared(declared=Declared(canonical="http://c.example/1", meta=og), notices=notices)
            == "http://c.example/1"
        )
        assert declared(declared=Declared(meta=og), notices=notices) == "http://og.example/1"
        assert declared(notices=notices) == self.URL

    def test_is_absolute(self, declared: Callable[..., str | None]) -> None:
        assert declared(declared=Declared(meta={"og:url": "/1.html"})) == "http://www.qingyu.example/1.html"

    @pytest.mark.parametrize("address", ["javascript:void(0)", "http://[x", "mailto:a@b.example", ""])
    def test_what_is_no_address_is_none(self, declared: Callable[..., str | None], address: str) -> None:
        assert declared(declared=Declared(meta={"og:url": address})) is None

    def test_a_page_without_a_readable_address(self, declared: Callable[..., str | None]) -> None:
        assert declared(url="http://[", declared=Declared(canonical="http://c.example/1")) is None
        assert declared(url="", declared=Declared(canonical="http://c.example/1")) == "http://c.example/1"

    def test_a_hijacker_does_not_lead_away(self, declared: Callable[..., str | None]) -> None:
        head = Declared(canonical="http://spam.example/")
        assert declared(declared=head, verdict=Verdict(hijacked=True)) is None

    def test_the_address_of_another_page_is_not_its_own(self, declared: Callable[..., str | None]) -> None:
        assert declared(notices=("原文链接：http://other.example/1.html",)) is None


def test_repairs_count_the_places_of_each_rule(draft: Draft) -> None:
    notes = (
        Note(step="decode", rule="orphan-byte", where="page"),
        Note(step="restore", rule="pinyin-note", where="body/0"),
        Note(step="restore", rule="pinyin-note", where="body/1"),
        Note(step="restore", rule="byte-run", where="headline", doubtful=True),
    )
    record = read_fields(replace(draft, notes=notes), RECIPE)
    assert record.repairs == {"pinyin-note": 2, "byte-run": 1, "doubtful": 1}
    assert record.notes == notes


def test_what_was_found_before_is_handed_on(draft: Draft) -> None:
    seen = (Evidence(kind="valid-utf-8", detail="the bytes read as utf-8"),)
    found = replace(draft, damage="converted", damage_evidence=seen, encoding_evidence=seen, notices=("免责声明",))
    record = read_fields(found, RECIPE)
    assert (record.damage, record.damage_evidence, record.encoding_evidence) == ("converted", seen, seen)
    assert record.notices == ("免责声明",)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("新建的三座水厂已经开始供水。", "hans"),
        ("新建的三座水廠已經開始供水。", "hant"),
        ("中文大事", "hans"),
        ("青榆市的水厂，一块旧匾上写着「濟民」二字，据说是光绪年间的东西。", "hans"),
        ("この新しい工場は昨日から水を供給しています。", "other"),
        ("The works supply water.", "other"),
        ("The works of 青榆 supply water to two hundred thousand people.", "other"),
        ("", "other"),
    ],
)
def test_script(text: str, script: str) -> None:
    assert script_of((text,)) == script


def test_script_folds_character_by_character_and_once() -> None:
    assert fold_script("新建的三座水廠") == "新建的三座水厂"
    every = "".join(map(chr, range(0x4E00, 0xA000)))
    assert fold_script(fold_script(every)) == fold_script(every)

"""Whatever stands on a page, its fields are read: no error, no value longer than what it was read from."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Declared, Draft, SiteRecipe
from pipelines.fields import read_fields
from pipelines.fingerprint import fingerprint
from pipelines.record_json import record_json

NOW = datetime(2026, 2, 12, 1, tzinfo=UTC)
# pieces that bylines are made of, in any order
SCRAPS = st.sampled_from(
    [
        *(
            "时间:",
            "来源：",
            "作者：",
            "编辑丨",
            "责任编辑：",
            "記者 ",
            "点击量:",
            "发布于",
            "更新",
            "（",
            "）",
            "[",
            "]",
            "《",
            "》",
        ),
        *(
            "2026-02-11 15:49:41",
            "2026年2月11日",
            "民國115年",
            "昨天",
            "3小时前",
            "99:99",
            "1.2万",
            "35",
            "次阅读",
            "|",
            "丨",
            "/",
            "、",
        ),
        *(
            " ",
            "\u3000",
            "\n",
            "江小渔",
            "何田",
            "青榆日报",
            "青榆网",
            "首页",
            ">",
            "正文",
            "http://[",
            "https://qingyu.example/1",
            "\ud800",
        ),
    ]
)
LINE = st.one_of(st.lists(SCRAPS, max_size=14).map("".join), st.text(max_size=60))
LINES = st.lists(LINE, max_size=4).map(tuple)
DECLARED = st.builds(
    Declared,
    title=LINE,
    meta=st.dictionaries(st.sampled_from(["pubdate", "og:url", "og:site_name", "source", "author"]), LINE),
    json_ld=st.lists(
        st.dictionaries(
            st.sampled_from(["datePublished", "author"]),
            st.one_of(LINE, st.none(), st.integers(), st.lists(LINE), st.dictionaries(st.just("name"), LINE)),
        ),
        max_size=2,
    ).map(tuple),
    times=LINES,
    canonical=st.one_of(st.none(), LINE),
)
DRAFT = st.builds(
    Draft,
    url=st.one_of(st.just("http://qingyu.example/2026-02/11/1.html"), LINE),
    fetched_at=st.just(NOW),
    encoding=st.just("utf-8"),
    headline=LINE,
    byline=LINES,
    credits=LINES,
    breadcrumb=LINES,
    body=LINES,
    notices=LINES,
    declared=DECLARED,
)


@given(DRAFT)
def test_any_draft_gives_a_record(draft: Draft) -> None:
    article = fingerprint(read_fields(draft, SiteRecipe()))
    record = article.record
    assert (record.headline, record.body) == (draft.headline, draft.body)
    if record.published_at:
        assert datetime.fromisoformat(record.published_at).year >= 1990
        assert record.published_raw
    printed = "".join(draft.byline + draft.credits + draft.body) + repr(draft.declared)
    assert all(set(name) <= set(printed) for credit in record.credits for name in credit.names)
    assert record_json(record)["rejected"] is None


@pytest.mark.parametrize("scrap", [" ", "来源：", "编辑：江小渔、", "2026-", "(", "> ", "[《", "http://", "记者"])
def test_long_lines_cost_little(scrap: str) -> None:
    line = scrap * (200_000 // len(scrap))
    head = Declared(title=line, meta={"pubdate": line, "og:url": line, "source": line, "author": line}, times=(line,))
    draft = Draft(
        url="http://qingyu.example/" + line, fetched_at=NOW, encoding="utf-8", headline="三座水厂",
        byline=(line, line), credits=(line,), breadcrumb=(line,), body=(line,), notices=(line,), declared=head,
    )  # fmt: skip
    began = time.process_time()
    fingerprint(read_fields(draft, SiteRecipe()))
    assert time.process_time() - began < 3

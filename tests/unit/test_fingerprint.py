"""One key for all spellings of an address, one digest for all settings of a text."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Record, Verdict
from pipelines.fingerprint import digest, fingerprint, url_key

HEADLINE = "三座水厂开始供水"
BODY = ("新建的三座水厂已经开始供水。", "预计可以满足20万人的用水。")


@pytest.mark.parametrize(
    "spelling",
    [
        "http://www.qingyu.example/news/1.html",
        "https://www.qingyu.example/news/1.html",
        "HTTP://WWW.Qingyu.Example/news/1.html",
        "http://www.qingyu.example:80/news/1.html",
        "https://www.qingyu.example:443/news/1.html",
        "http://www.qingyu.example/news/1.html#comments",
        "http://www.qingyu.example/news/1.html?utm_source=wechat&utm_medium=share",
        "http://www.qingyu.example/news/1.html?from=timeline&isappinstalled=0",
        "http://www.qingyu.example/news/1.html;jsessionid=0A1B2C.node1",
        "http://www.qingyu.example/news/1.html?PHPSESSID=9f8e7d",
        "http://www.qingyu.example/(S(lit3py55t21z5v55vlm25s55))/news/1.html",
        "  http://www.qingyu.example/news/1.html  ",
    ],
)
def test_spellings_of_one_address(spelling: str) -> None:
    assert url_key(spelling) == "http://www.qingyu.example/news/1.html"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.qingyu.example/1.html", "http://m.qingyu.example/1.html"),  # the mobile twin is another page
        ("http://www.qingyu.example/1.html", "http://qingyu.example/1.html"),
        ("http://qingyu.example/show?id=1", "http://qingyu.example/show?id=2"),
        ("http://qingyu.example/list?from=city", "http://qingyu.example/list?from=county"),
        ("http://qingyu.example/A.html", "http://qingyu.example/a.html"),
        ("http://qingyu.example:8080/1.html", "http://qingyu.example/1.html"),
        ("https://qingyu.example:80/1.html", "https://qingyu.example/1.html"),
    ],
)
def test_addresses_of_different_pages(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_the_query_is_sorted() -> None:
    assert url_key("http://qingyu.example/show?b=2&a=1") == url_key("http://qingyu.example/show?a=1&b=2")


@pytest.mark.parametrize("text", ["", "http://[half", "not an address", "http://qingyu.example:99999/"])
def test_what_is_no_address_is_its_own_key(text: str) -> None:
    assert url_key(text) == text


PARTS = st.text(string.ascii_letters + string.digits + "-_.~%/;()", max_size=20)


@given(st.sampled_from(["http", "https", "HTTP"]), PARTS, st.lists(st.tuples(PARTS, PARTS), max_size=4))
def test_a_key_is_its_own_key(scheme: str, path: str, query: list[tuple[str, str]]) -> None:
    pairs = "&".join(f"{name}={value}" for name, value in query)
    key = url_key(f"{scheme}://Qingyu.example/{path}?{pairs}")
    assert url_key(key) == key


@pytest.mark.parametrize(
    ("headline", "body"),
    [
        ("三座水廠開始供水", ("新建的三座水廠已經開始供水。", "預計可以滿足20萬人的用水。")),
        ("三座水厂 开始供水", ("新建的三座水厂已经开始供水.", "预计可以满足２０万人的用水.")),
        (HEADLINE, ("新建的三座水厂已经开始供水。预计可以满足20万人的用水。",)),
        (HEADLINE, ("\u3000\u3000新建的三座水厂“已经”开始供水", "", "预计可以满足20万人的用水！")),
    ],
)
def test_settings_of_one_text(headline: str, body: tuple[str, ...]) -> None:
    assert digest(headline, body) == digest(HEADLINE, BODY)


@pytest.mark.parametrize(
    ("headline", "body"),
    [
        ("四座水厂开始供水", BODY),
        (HEADLINE, BODY[:1]),
        (HEADLINE, (*BODY, "记者从市水务局获悉。")),
        (HEADLINE, BODY[::-1]),
        (HEADLINE, (BODY[0], "预计可以满足30万人的用水。")),
    ],
)
def test_different_texts(headline: str, body: tuple[str, ...]) -> None:
    assert digest(headline, body) != digest(HEADLINE, BODY)


def test_only_address_and_text_make_the_keys() -> None:
    when = datetime(2026, 2, 12, tzinfo=UTC)
    url = "http://qingyu.example/1.html"
    plain = Record(url=url, fetched_at=when, headline=HEADLINE, headline_raw=HEADLINE, body=BODY)
    churned = Record(
        url=url, fetched_at=when, headline=HEADLINE, headline_raw="三座水廠", body=BODY,
        view_count=99, verdict=Verdict(hijacked=True, spam_title="注册送礼"), notices=("免责声明",),
    )  # fmt: skip
    one, other = fingerprint(plain), fingerprint(churned)
    assert (one.url_key, one.digest) == (other.url_key, other.digest)
    assert one.record is plain
    assert len(one.digest) == 64

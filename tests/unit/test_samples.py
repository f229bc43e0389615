"""The sample web as such: enough of it, the same every time, honest gold, plain HTTP."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from crawler.items import Reason
from crawler.summary import RunSummary
from samples.demo import DemoResult, Example, SiteOutcome, print_demo
from samples.gold import Difference
from samples.hosts import hijacked, parts, traditional
from samples.pages import Gold, SamplePage, Site
from samples.stories import Kind, story
from samples.web import SampleWeb, serve, sites

PAGES = [(site, page) for site in sites() for page in site.pages]
GOLD = [(site, page, page.gold) for site, page in PAGES if page.gold]
ARTICLES = [(site, page, gold) for site, page, gold in GOLD if not gold.rejected]


def _name(value: object) -> str | None:
    return value.key if isinstance(value, Site) else value.path if isinstance(value, Gold) else None


@pytest.fixture(scope="module")
def web() -> Iterator[SampleWeb]:
    with serve() as running:
        yield running


def test_there_is_enough_of_it() -> None:
    assert len(sites()) >= 4
    assert len(GOLD) >= 28
    levels = {repost.level for repost in hijacked.REPOSTS}
    assert {None, 0, 3, 8, 12, 15} <= levels
    assert {"utf-8", "gbk"} == {repost.charset for repost in hijacked.REPOSTS}
    assert {"utf-8", "big5"} == {report.charset for report in traditional.REPORTS}
    assert max(len(repost.cuts) for repost in parts.REPOSTS) == 2


@pytest.mark.parametrize(
    "reason",
    [
        Reason.HTTP_ERROR, Reason.SOFT_404, Reason.REDIRECT_LOOP, Reason.ONLY_SPAM, Reason.EMPTY, Reason.NOT_HTML,
        Reason.LISTING, Reason.ROBOTS,
    ],
)  # fmt: skip
def test_every_ugly_case_is_there(reason: Reason) -> None:
    assert reason in {gold.rejected for _, _, gold in GOLD}


def test_addresses_are_distinct() -> None:
    for site in sites():
        paths = [page.path for page in site.pages]
        assert len(paths) == len(set(paths))


def test_building_it_again_gives_the_same_bytes() -> None:
    again = (parts.site(), hijacked.site(), traditional.site())
    assert again == tuple(site for site in sites() if site.key in {"hijacked", "parts", "traditional"})


@pytest.mark.parametrize(("site", "gold"), [(site, gold) for site, _, gold in ARTICLES], ids=_name)
def test_what_must_be_found_is_on_the_page_unless_it_is_damaged(site: Site, gold: Gold) -> None:
    by_path = {each.path: each for each in site.pages}
    stem = gold.path.removesuffix(".html")
    served = [by_path[path] for path in by_path if path in {gold.path, f"{stem}_2.html", f"{stem}_3.html"}]
    text = "".join(each.body.decode(gold.encoding, "replace") for each in served)
    assert gold.hijacked == ("caipiao" in text)
    if site.key == "hijacked" and "華昭" in text:
        return
    for paragraph in (gold.headline, *gold.body, *(image.src for image in gold.images)):
        assert paragraph in text
    if gold.view_count is not None:
        assert str(gold.view_count) in text


@pytest.mark.parametrize("repost", hijacked.REPOSTS, ids=lambda repost: f"{repost.key}-{repost.level}")
def test_the_gold_of_a_damaged_page_is_the_authors_text_where_it_can_be_had(repost: hijacked.Repost) -> None:
    gold = next(gold for _, page, gold in ARTICLES if page.path == hijacked.path_of(repost))
    own = [block.text for block in story(repost.key).blocks if block.kind is not Kind.PICTURE]
    assert len(gold.body) == len(own)
    for kept, original in zip(gold.body, own, strict=True):
        assert len(kept) == len(original)
        assert all(have in {want, "\ufffd"} for have, want in zip(kept, original, strict=True))


def test_an_eaten_digit_is_not_guessed() -> None:
    """當地16家: the orphan byte of a straddling note eats the 1."""
    gold = next(gold for _, page, gold in ARTICLES if page.path == "/show/29007.html")
    assert any("当地\ufffd6家加工企业" in paragraph for paragraph in gold.body)


@pytest.mark.parametrize(
    ("path", "trace"),
    [
        ("/show/30112.html", "沉璧湖濕地"),  # level 0: converted, no notes
        ("/show/30431.html", "區(qū)"),
        ("/show/29988.html", "?"),  # a straddling key
        ("/show/30401.html", "\ufffd"),  # orphan bytes lost by somebody before us
    ],
)
def test_damage_is_on_the_page(path: str, trace: str) -> None:
    page = next(page for site, page in PAGES if site.key == "hijacked" and page.path == path)
    assert trace in page.body.decode()


def test_the_gbk_page_holds_bytes_that_are_no_character() -> None:
    page = next(page for site, page in PAGES if site.key == "hijacked" and page.path == "/show/30390.html")
    with pytest.raises(UnicodeDecodeError):
        page.body.decode("gb18030")
    assert "網（wǎng）".encode("gbk") in page.body


def test_the_spam_title_is_the_same_everywhere_and_was_never_converted() -> None:
    titles = {gold.spam_title for _, _, gold in ARTICLES if gold.hijacked}
    assert titles == {hijacked.SPAM_TITLE}
    assert 60 <= len(hijacked.SPAM_TITLE) <= 400


def _get(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts_ = urlsplit(url)
    connection = HTTPConnection(parts_.netloc, timeout=5)
    try:
        path = url.partition(parts_.netloc)[2]
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_every_page_is_served_as_it_is(web: SampleWeb) -> None:
    for site, page in PAGES:
        status, headers, body = _get(web.bases[site.key] + page.path)
        assert (status, body) == (page.status, page.body)
        assert dict(page.headers).items() <= headers.items()


def test_head_sends_no_body(web: SampleWeb) -> None:
    status, headers, body = _get(web.start_urls()[0], "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 1000


def test_an_unknown_address_is_not_found(web: SampleWeb) -> None:
    assert _get(web.bases["outlet"] + "/nothing.html")[0] == 404


def test_a_page_that_has_not_changed_is_not_sent_again_and_one_that_has_is() -> None:
    with serve() as web:
        first = web.expected()[0]
        _, headers, _ = _get(first.url)
        assert headers["Last-Modified"] == "Thu, 02 Apr 2026 09:00:00 GMT"
        assert _get(first.url, If_None_Match=headers["ETag"])[0] == 304
        web.put(first.site, SamplePage(path=first.gold.path, body=b"changed"))
        status, _, body = _get(first.url, If_None_Match=headers["ETag"])
        assert (status, body) == (200, b"changed")


def test_each_site_has_a_place_of_its_own_also_where_there_is_one_address() -> None:
    with serve(one_address=True) as web:
        assert len(set(web.bases.values())) == len(sites())
        assert {base.rpartition(":")[0] for base in web.bases.values()} == {"http://127.0.0.1"}
        assert _get(web.start_urls()[0])[0] == 200


def test_where_the_wished_port_is_taken_another_is_found() -> None:
    with serve() as first:
        taken = int(first.bases["outlet"].rpartition(":")[2])
        with serve(taken) as second:
            assert not set(first.bases.values()) & set(second.bases.values())


def test_the_wished_port_is_used_where_it_is_free() -> None:
    with serve() as first:
        port = int(first.bases["outlet"].rpartition(":")[2])
    with serve(port) as again:
        assert again.bases == first.bases


SUMMARY = RunSummary(finish="finished", started_at=datetime.now(UTC), finished_at=datetime.now(UTC))
RESULT = DemoResult(
    db_path=Path("elsewhere.db"),
    summary=SUMMARY,
    sites=(
        SiteOutcome(
            base="http://127.0.0.4:8093", name="望槎新闻网", about="", pages=3, articles=1, hijacked=1, changes=2,
            rejected={"only-spam": 2},
        ),
    ),
    repairs={"pinyin-note": 2},
    examples=(Example(article_id=7, before="[b]發(fā)布[/b]", after="[b]发布[/b]", rules=("pinyin-note",)),),
    compared=40,
)  # fmt: skip


def _printed(result: DemoResult) -> str:
    console = Console(file=io.StringIO(), width=100)
    print_demo(result, console, command="./repost")
    return console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO above


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.4:8093 望槎新闻网", "only-spam 2", "pinyin-note 2", "- [b]發(fā)布[/b]", "+ [b]发布[/b]",
        "All 40 fields", "./repost show 7 --db elsewhere.db", "./repost explain 7",
    ],
)  # fmt: skip
def test_the_demo_says_what_it_found_and_what_to_type_next(text: str) -> None:
    assert text in _printed(RESULT)
    assert RESULT.exit_code == 0


def test_the_demo_says_where_a_long_value_parts_from_the_gold() -> None:
    want = ("同" * 60, "甲" * 60 + "乙" + "甲" * 60)
    wrong = Difference(url="http://127.0.0.4:8093/1.html", field="body", want=want, have=(want[0], "甲" * 121))
    result = replace(RESULT, differences=(wrong,) * 12)
    text = _printed(result)
    assert "12 of 40 fields differ" in text
    assert "want …甲甲" in text
    assert "乙" in text
    assert "and 2 more" in text
    assert result.exit_code == 1


def test_a_demo_that_could_not_run_says_why() -> None:
    locked = DemoResult(
        db_path=Path("a.db"), summary=replace(SUMMARY, finish="locked", detail="by process 12"), repairs={}
    )
    assert locked.exit_code == 75
    assert "by process 12" in _printed(locked)

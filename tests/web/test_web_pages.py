"""Every page over HTTP: what is on it, and that nothing on it is more than text."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from lxml import html

from reader.web.guard import POLICY
from reader.web.plugin import ROUTES

TABLES = (
    "/archive",
    "/archive/latest?_facet=site&_facet=damage",
    "/archive/spam_links?_facet=domain&_facet=anchor&_size=5",
    "/archive/versions?_size=3&hijacked=1",
    "/archive/articles/1",
    "/archive?sql=SELECT+spam_title,+headline,+url+FROM+latest",
    "/archive?sql=SELEC",
    "/archive/nothing",
    "/nothing",
    "/-/settings",
)
TORN_OFF = "垄"  # from the first copy; the others have it
ENOUGH = 5  # pages of one kind
TYPES = {
    "text/html",
    "text/css",
    "text/csv",
    "text/plain",
    "image/svg+xml",
    "application/json",
    "application/octet-stream",
}


@pytest.fixture(scope="module")
def pages(served: Any) -> dict[str, httpx.Response]:
    """Some pages of every kind of ours, found by following links from the first one; and some of Datasette's."""
    found: dict[str, httpx.Response] = {}
    kinds: Counter[str] = Counter()
    waiting = ["/", "/search?q=" + quote("老人"), f"/article/{served.ids['hostile']}", *TABLES]
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"=[^&]*|(?<=/)[^/?]*[0-9%.][^/?]*", "", path)
        if path not in found and (kinds[kind] < ENOUGH or path in TABLES):
            kinds[kind] += 1
            found[path] = served.get(path)
            waiting.extend(_followed(path, found[path]))
    return found


def _followed(path: str, page: httpx.Response) -> Iterator[str]:
    if not page.headers["content-type"].startswith("text/html") or path.startswith("/archive"):
        return
    for link in html.fromstring(page.text).iterlinks():
        address = urljoin(path, link[2])
        if address.startswith("/") and not address.startswith("/archive"):
            yield address.partition("#")[0]


def _html(pages: dict[str, httpx.Response]) -> Iterator[tuple[str, html.HtmlElement]]:
    for path, page in pages.items():
        if page.headers["content-type"].startswith("text/html"):
            yield path, html.fromstring(page.text)


def test_links_lead_to_every_kind_of_page(pages: dict[str, httpx.Response]) -> None:
    for route in ROUTES:
        first = route.path.partition("NAME")[0].partition("ID")[0]
        assert any(path.startswith(first) for path in pages), route.path


def test_no_link_of_ours_is_dead(pages: dict[str, httpx.Response]) -> None:
    dead = {path: page.status_code for path, page in pages.items() if page.status_code != 200 and path not in TABLES}
    assert dead == {}


def test_every_answer_has_the_headers_that_keep_it_harmless(pages: dict[str, httpx.Response]) -> None:
    for path, page in pages.items():
        assert page.headers["content-security-policy"] == POLICY, path
        assert page.headers["x-content-type-options"] == "nosniff", path
        assert page.headers["referrer-policy"] == "no-referrer", path
        assert page.headers["cache-control"] == "private, no-cache", path
        assert "set-cookie" not in page.headers, path
        assert page.headers["content-type"].partition(";")[0] in TYPES, path


def test_no_page_holds_anything_that_could_run(pages: dict[str, httpx.Response]) -> None:
    for path, tree in _html(pages):
        assert not tree.xpath("//script | //iframe | //object | //embed | //base | //style | //img | //*[@style]"), path
        attributes = {name for element in tree.iter("*") for name in element.attrib}
        assert not {name for name in attributes if name.startswith("on")}, path
        for element, attribute, address, _ in tree.iterlinks():
            assert urlsplit(address).scheme in {"", "http", "https"}, (path, address)
            if urlsplit(address).scheme:
                assert (element.tag, attribute) == ("a", "href"), (path, address)
                assert set(element.get("rel", "").split()) == {"noreferrer", "noopener", "nofollow"}, (path, address)


def test_no_address_of_a_farm_stands_on_a_page_of_ours_as_it_is(pages: dict[str, httpx.Response]) -> None:
    for path, tree in _html(pages):
        if "/archive" not in path:
            assert "caipiao-farm.example" not in tree.text_content(), path
        for link in tree.xpath("//a"):
            assert not link.get("href", "").startswith("http") or "caipiao" not in link.get("href"), path


def test_nothing_that_changes_the_direction_of_text_reaches_a_page(pages: dict[str, httpx.Response]) -> None:
    for path, page in pages.items():
        if page.headers["content-type"].startswith("text/html"):
            assert not {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x07\x1b"} & {*page.text}, path


def test_every_page_has_one_heading_a_language_and_labels(pages: dict[str, httpx.Response]) -> None:
    for path, tree in _html(pages):
        assert tree.get("lang") == "en", path
        assert len(tree.xpath("//h1")) == 1, path
        assert tree.xpath("string(//title)").strip(), path
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        for field in tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
            labelled = field.get("aria-label") or tree.xpath("//label[@for=$id]", id=field.get("id") or "-")
            assert labelled or next(field.iterancestors("label"), None) is not None, (path, field.get("name"))


def test_a_title_of_a_megabyte_is_cut(served: Any) -> None:
    page = served.get(f"/article/{served.ids['hostile']}")
    assert len(page.content) < 40_000
    assert "cut: 1,000," in page.text


def test_markup_and_templates_in_a_text_are_text(served: Any) -> None:
    tree = html.fromstring(served.get(f"/article/{served.ids['hostile']}").text)
    paragraphs = [paragraph.text_content() for paragraph in tree.xpath("//div[contains(@class, 'text')]/p")]
    assert paragraphs[0].startswith("渡口<script>document.title='ran'")
    assert paragraphs[1] == "{{ 7 * 7 }} {% include 'base.html' %}"
    assert paragraphs[2] == "[U+202E][U+2066]右到左[U+0007][U+001B][31m"


def test_only_addresses_that_lead_where_they_say_are_links(served: Any) -> None:
    tree = html.fromstring(served.get(f"/article/{served.ids['hostile']}").text)
    outward = {href for href in tree.xpath("//a/@href") if urlsplit(href).scheme}
    assert outward == {"http://wangcha.example/hostile.html", "http://pictures.example/1.jpg"}


def test_an_article_shows_what_was_repaired_and_why(served: Any) -> None:
    tree = html.fromstring(served.get(f"/article/{served.ids['repaired']}").text)
    marks = tree.xpath("//mark[contains(@class, 'repair')]")
    assert len(marks) > 20
    for mark in marks:
        assert mark.get("tabindex") == "0"
        assert tree.xpath("//*[@id=$id and @role='tooltip']", id=mark.get("aria-describedby"))
    first = tree.xpath("//h1//*[@role='tooltip']")[0].text_content()
    assert [words in first for words in ("蘆", "芦", "traditional")] == [True, True, True]


@pytest.mark.parametrize(
    ("page", "tag"),
    [
        ("hijacked/show/30431.html", "zh-Hans"),
        ("traditional/story/20260221/postman", "zh-Hant"),
    ],
)
def test_texts_carry_the_language_of_their_script(page: str, tag: str, served: Any) -> None:
    tree = html.fromstring(served.get(f"/article/{served.ids[page]}").text)
    assert tree.xpath("//h1/@lang") == [tag]
    assert tree.xpath("//div[contains(@class, 'text')]/@lang") == [tag]


@pytest.mark.parametrize(
    ("view", "marks", "raws"), [("repairs", True, False), ("text", False, False), ("raw", True, True)]
)
def test_an_article_is_shown_in_three_ways(view: str, marks: bool, raws: bool, served: Any) -> None:  # noqa: FBT001 - a case
    tree = html.fromstring(served.get(f"/article/{served.ids['repaired']}?view={view}").text)
    assert bool(tree.xpath("//mark[contains(@class, 'repair')]")) == marks
    assert bool(tree.xpath("//p[@class='raw']")) == raws
    if raws:
        assert "蘆" in tree.xpath("//h1/following-sibling::p[@class='raw']")[0].text_content()
    assert tree.xpath("//nav[@class='views']/a[@aria-current='page']/@href")[0].endswith(f"?view={view}")


@pytest.mark.parametrize(
    ("query", "headline"),
    [("气象站", "云陂山顶的气象站"), ("氣象站", "云陂山顶的气象站"), ("站", "气象站"), ("渡輪", "百年渡輪線")],
)
def test_a_search_marks_what_was_searched_for(query: str, headline: str, served: Any) -> None:
    tree = html.fromstring(served.get("/search?q=" + quote(query)).text)
    hits = tree.xpath("//ol[@class='articles']/li")
    assert any(headline in hit.xpath("string(a)") for hit in hits)
    assert all(hit.xpath(".//mark[@class='hit']") for hit in hits)


def test_a_search_offers_the_sites_that_there_are(served: Any) -> None:
    offered = html.fromstring(served.get("/search").text).xpath("//datalist[@id='sites']/option/@value")
    assert {"hijacked", '"><b>bad/site'} <= set(offered)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("q=%22", "quotation mark"),
        ("q=NOT", "NOT"),
        ("since=yesterday", "since is a day"),
        ("family=x", "family is a number"),
        ("family=999", "no family 999"),
        ("hijacked=maybe", "yes or no"),
        ("order=best", "newest or rank"),
        ("q=" + "a" * 2_000, ""),
    ],
)
def test_a_search_that_cannot_be_understood_says_why(arguments: str, words: str, served: Any) -> None:
    page = served.get(f"/search?{arguments}")
    assert page.status_code in {200, 400}
    assert words in html.fromstring(page.text).text_content()


def test_a_long_result_is_turned_page_by_page(served: Any) -> None:
    seen: list[str] = []
    path: str | None = "/search?hijacked=no"
    while path:
        tree = html.fromstring(served.get(path).text)
        seen.extend(tree.xpath("//ol[@class='articles']/li/a/@href"))
        path = next(iter(tree.xpath("//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) > 20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [("?a=1&b=1", "Their words are the same."), ("", "Their words are the same."), ("?a=99", "no such member")],
)
def test_copies_of_a_family_are_compared(arguments: str, words: str, served: Any) -> None:
    assert words in html.fromstring(served.get(f"/family/1{arguments}").text).text_content()


def test_every_copy_is_drawn_and_every_story_was_taken_from_somewhere(served: Any) -> None:
    for family in html.fromstring(served.get("/families").text).xpath("//ol//a/@href"):
        tree = html.fromstring(served.get(family).text)
        rows = tree.xpath("//table[contains(@class, 'copies')]/tbody/tr")
        assert len(rows) == len(tree.xpath("//*[name()='circle']"))
        assert tree.xpath("//*[name()='svg']//*[name()='path']"), "nobody took it from anybody"


def test_what_one_copy_lost_is_filled_from_those_that_kept_it(served: Any) -> None:
    article = html.fromstring(served.get(f"/article/{served.ids['torn']}").text)
    (family,) = article.xpath("//p[@class='family-link']/a/@href")
    tree = html.fromstring(served.get(family).text)
    (mark,) = tree.xpath("//div[contains(@class, 'collation')]//mark")
    (reason,) = tree.xpath("//*[@id=$id]", id=mark.get("aria-describedby"))
    assert mark.text_content() == TORN_OFF
    for words in ("苇滩新闻、白鹭网", "lost"):
        assert words in reason.text_content()


def test_who_names_a_copy_as_its_source_has_it_from_there(served: Any) -> None:
    (family,) = html.fromstring(served.get(f"/article/{served.ids['torn']}").text).xpath(
        "//p[@class='family-link']/a/@href"
    )
    tree = html.fromstring(served.get(family).text)
    (likely,) = tree.xpath("//section[@aria-labelledby='origin']")
    assert "澄湖日报. What speaks for it:" in likely.text_content()
    assert "2 of 2 other copies name 澄湖日报 as their source" in likely.text_content()
    assert len(tree.xpath("//*[name()='path'][@class='declared']")) == 2
    assert "澄湖日报 it says so" in " ".join(tree.xpath("//tbody/tr[3]")[0].text_content().split())


def test_the_table_of_a_search_is_what_it_found_and_runs_nowhere(served: Any) -> None:
    answer = served.get("/search.csv?q=" + quote("渡口"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="articles.csv"'
    csv.field_size_limit(2_000_000)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(html.fromstring(served.get("/search?q=" + quote("渡口")).text).xpath("//ol/li"))
    assert served.get("/search.csv?q=%22").status_code == 404


def test_no_cell_of_a_table_is_a_formula(served: Any) -> None:
    sql = quote("SELECT '=1+1' AS a, '@x' AS b, -5 AS c, ' ＝1' AS d, '国家' AS e, '\"=x\"\n=y' AS f")
    answer = served.get(f"/archive.csv?sql={sql}")
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row == {"a": "'=1+1", "b": "'@x", "c": "-5", "d": "' ＝1", "e": "国家", "f": '"=x"\n=y'}


def test_bytes_of_strangers_are_only_for_saving(served: Any) -> None:
    article = served.get(f"/article/{served.ids['hostile']}").text
    (path,) = html.fromstring(article).xpath("//a[@download]/@href")
    answer = served.get(path)
    assert answer.content.startswith(b"<script>")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")


def test_a_site_whose_name_is_markup_has_a_page(served: Any) -> None:
    page = served.get("/site/" + quote('"><b>bad/site', safe=""))
    assert page.status_code == 200
    assert html.fromstring(page.text).xpath("string(//h1/text())").strip() == '"><b>bad/site'


def test_a_site_tells_what_it_has_and_when_it_was_hijacked(served: Any) -> None:
    text = html.fromstring(served.get("/site/hijacked").text).text_content()
    for words in ("Coverage of fields", "hijacked when first seen", "hijack ended", "only-spam", "annotated"):
        assert words in text


@pytest.mark.parametrize("path", ["/", "/search?site=hijacked", "/sites", "/site/hijacked"])
def test_a_site_is_named_as_it_calls_itself(path: str, served: Any) -> None:
    assert "望槎新闻网" in html.fromstring(served.get(path).text).xpath("string(//main)")


def test_pages_of_one_farm_are_one_campaign(served: Any) -> None:
    tree = html.fromstring(served.get("/campaigns").text)
    (campaign,) = tree.xpath("//section[@class='campaign']")
    spam = campaign.xpath("details[@class='spam']")
    assert [each.get("open") for each in spam] == [None, None]
    assert "www[.]farm0[.]caipiao-farm[.]example" in spam[1].text_content()
    assert not spam[1].xpath(".//a")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/article/99999", 404),
        ("/article/1?version=99", 404),
        ("/article/1?version=²", 404),
        ("/article/999999999999999999999", 404),
        ("/capture/99999/raw", 404),
        ("/site/nowhere", 404),
        ("/archive.db", 403),
        ("/archive?sql=DROP+TABLE+articles", 400),
        ("/archive?sql=SELECT+load_extension('x')", 400),
        ("/archive?sql=PRAGMA+journal_mode", 400),
        ("/_internal", 404),
        ("/_memory", 404),
        ("/-/plugins.json", 404),
        ("/static/../plugin.py", 404),
        ("/static/%2e%2e/plugin.py", 404),
    ],
)
def test_what_is_not_there_is_said_in_a_page(path: str, status: int, served: Any) -> None:
    page = served.get(path)
    assert page.status_code == status
    assert "Traceback" not in page.text


def test_a_query_that_goes_on_is_stopped(served: Any) -> None:
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c"
    page = served.get("/archive?sql=" + quote(endless))
    assert page.status_code == 400
    assert "longer than it may" in page.text


def test_no_more_rows_are_given_than_a_browser_can_show(served: Any) -> None:
    many = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT 5000) SELECT x FROM c"
    found = served.get("/archive.json?_shape=objects&sql=" + quote(many)).json()
    assert (len(found["rows"]), found["truncated"]) == (1_000, True)


def test_nothing_is_written_to_the_archive(served: Any, rows_of: Callable[..., list[tuple[Any, ...]]]) -> None:
    before = rows_of(served.archive, "PRAGMA data_version"), served.archive.read_bytes()
    for path in ("/", "/search?q=a", "/campaigns", "/archive/latest"):
        served.get(path)
    assert (rows_of(served.archive, "PRAGMA data_version"), served.archive.read_bytes()) == before

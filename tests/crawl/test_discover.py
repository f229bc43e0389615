"""Articles found from where a site lists them, over real HTTP: what is asked for, and what never is."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

TEXT = "蓝桥县今年第一批共享菜园二月十一日对居民开放，两百四十块地在半天之内全部认领完毕，最早排队的人凌晨五点就到了。"
HEADLINES = {n: f"共享菜园第{n}批今日对居民开放" for n in range(1, 100)}
# without pandas, as conftest has it
COMMAND = (sys.executable, "-c", "import sys; sys.modules['pandas'] = None; from cli.main import main; main()")


@pytest.fixture(autouse=True)
def fresh(web: Any, crawl: Any) -> None:
    """Each test has a web and an archive of its own."""
    web.pages.clear()
    web.asked.clear()
    for path in crawl.archive.parent.glob("archive.db*"):
        path.unlink()


@pytest.fixture
def article(web: Any, article_html: Callable[..., str]) -> Callable[..., str]:
    """Put an article on the web; its path."""

    def put(number: int, day: str = "20260211") -> str:
        path = f"/xw/{day[:6]}/t{day}_{number}.html"
        web.page(path, article_html(HEADLINES[number], TEXT, TEXT.replace("第一批", f"第{number}批")))
        return path

    return put


def _section(paths: dict[str, str], further: str = "") -> str:
    items = "".join(f'<li><a href="{path}">{text}</a></li>' for path, text in paths.items())
    return f"""<html><head><title>新闻-蓝桥新闻网</title></head><body>
<div class="nav"><a href="/">首页</a><a href="/xw/">新闻</a><a href="/ms/">民生</a></div>
<ul class="list">{items}</ul><div class="page">{further}</div></body></html>"""


def _asked(web: Any) -> set[str]:
    return set(web.asked) - {"/robots.txt"}


def test_a_section_is_followed_page_by_page_to_its_depth(web: Any, crawl: Any, article: Any) -> None:
    paths = [article(n) for n in range(1, 13)]
    texts = dict(zip(paths, HEADLINES.values(), strict=False))
    pages = [dict(list(texts.items())[at : at + 3]) for at in range(0, 12, 3)]
    for number, page in enumerate(pages):
        name = f"/xw/index_{number}.html" if number else "/xw/index.html"
        web.page(name, _section(page, f'<a href="index_{number + 1}.html">下一页</a>'))
    run = crawl.discover([web.origin + "/xw/index.html"], depth=3)
    assert run.summary["outcomes"] == {"new": 9}, run
    assert _asked(web) == {*paths[:9], "/xw/index.html", "/xw/index_1.html", "/xw/index_2.html"}
    assert run.code == 0


PAGERS = {
    "words": '<a href="list_2.html"><span>下一頁</span></a>',
    "numbers": '<a href="list_1.html">1</a><a href="list_2.html">2</a><a href="list_9.html">尾页</a>',
    "arrow": '<a href="list_2.html">&gt;</a>',
    "script": '<script>createPageHTML(9, 1, "list", "html");</script>',
}


def test_pagers_of_every_make_are_understood(web: Any, crawl: Any, article: Any) -> None:
    numbers = iter(range(1, 100))
    for make, pager in PAGERS.items():
        first, second = ({article(n): HEADLINES[n] for n in islice(numbers, 3)} for _ in range(2))
        web.page(f"/{make}/list_1.html", _section(first, pager))
        web.page(f"/{make}/list_2.html", _section(second))
    run = crawl.discover([f"{web.origin}/{make}/list_1.html" for make in PAGERS], depth=2)
    assert {path for path in _asked(web) if "list" in path} == {f"/{m}/list_{n}.html" for m in PAGERS for n in (1, 2)}
    assert run.summary["outcomes"] == {"new": 24}


def test_only_links_in_sight_on_the_same_host_are_followed(web: Any, crawl: Any, article: Any) -> None:
    good = {article(n): HEADLINES[n] for n in range(1, 4)}
    bad = {
        "http://elsewhere.example/xw/202602/t20260211_9.html": HEADLINES[9],
        web.origin.replace("127.0.0.1", "localhost") + "/xw/202602/t20260211_9.html": HEADLINES[9],
        "javascript:location='/xw/202602/t20260211_9.html'": HEADLINES[9],
        "ftp://127.0.0.1/xw/202602/t20260211_9.html": HEADLINES[9],
        "http://[/xw/202602/t20260211_9.html": HEADLINES[9],
        "file:///xw/202602/t20260211_9.html": HEADLINES[9],
        "data:text/html,/xw/202602/t20260211_9.html": HEADLINES[9],
        "http://a:b@127.0.0.1/xw/202602/t20260211_9.html": HEADLINES[9],
        "/about/": "关于我们",
    }
    farm = '<div style="display:none"><a href="/xw/202602/t20260211_8.html">天天彩票站官网手机版下载安装</a></div>'
    web.page("/xw/", _section({**good, **bad}) + farm)
    run = crawl.discover([web.origin + "/xw/"])
    assert _asked(web) == {*good, "/xw/"}
    assert run.summary["outcomes"] == {"new": 3}


def test_since_leaves_what_is_older_and_ends_the_section(web: Any, crawl: Any, article: Any) -> None:
    new = {article(n, "20260211"): HEADLINES[n] for n in range(1, 4)}
    old = {article(n, "20260131"): HEADLINES[n] for n in range(4, 7)}
    web.page("/xw/", _section({**new, **old}, '<a href="index_1.html">下一页</a>'))
    web.page("/xw/index_1.html", _section(old | {article(n, "20260120"): HEADLINES[n] for n in range(7, 10)},
                                          '<a href="index_2.html">下一页</a>'))  # fmt: skip
    run = crawl.discover([web.origin + "/xw/"], depth=9, since="2026-02-01")
    assert _asked(web) == {*new, "/xw/", "/xw/index_1.html"}
    assert run.summary["outcomes"] == {"new": 3}


def test_a_day_that_stands_beside_the_link_counts_too(web: Any, crawl: Any, article_html: Any) -> None:
    rows = []
    for number, day in enumerate(["2026-02-11", "2026-02-10", "2026-01-05", "2025-12-31"], 1):
        web.page(f"/show.asp?id={number}", article_html(HEADLINES[number], TEXT))
        rows.append(f'<li><a href="/show.asp?id={number}">{HEADLINES[number]}</a><span>{day}</span></li>')
    web.page("/", f"<html><body><ul>{''.join(rows)}</ul></body></html>")
    crawl.discover([web.origin + "/"], since="2026-02-01")
    assert _asked(web) == {"/", "/show.asp?id=1", "/show.asp?id=2"}


def test_a_pager_without_end_is_left_where_nothing_new_comes(web: Any, crawl: Any, article: Any) -> None:
    texts = {article(n): HEADLINES[n] for n in range(1, 4)}
    for number in range(50):
        web.page(f"/xw/?p={number}", _section(texts, f'<a href="?p={number + 1}">下一页</a>'))
    run = crawl.discover([web.origin + "/xw/?p=0"], depth=1000)
    assert _asked(web) == {*texts, "/xw/?p=0", "/xw/?p=1"}
    assert run.code == 0


def test_a_calendar_trap_is_cut_at_the_depth(web: Any, crawl: Any) -> None:
    def day(handler: Any) -> None:
        today = datetime.strptime(handler.path[5:15], "%Y-%m-%d").replace(tzinfo=UTC)
        links = {f"/xw/{handler.path[5:15]}/{n}.html": HEADLINES[n] for n in range(1, 4)}
        tomorrow = (today + timedelta(days=1)).date().isoformat()
        body = _section(links, f'<a href="/day/{tomorrow}/">下一页</a>').encode()
        handler.reply(body, headers=[("Content-Type", "text/html")])
        web.answer(f"/day/{tomorrow}/", day)

    web.answer("/day/2026-02-11/", day)
    crawl.discover([web.origin + "/day/2026-02-11/"], depth=5)
    assert len([path for path in _asked(web) if path.startswith("/day/")]) == 5


def test_a_page_without_articles_is_a_failure_that_says_so(web: Any, crawl: Any) -> None:
    web.page("/xw/", _section({"/about.html": "关于我们"}))
    web.page("/huge/", "<p>x" * 1_300_000)
    run = crawl.discover([web.origin + path for path in ("/xw/", "/missing/", "/huge/")])
    assert {failed["url"]: failed["detail"] for failed in run.summary["failures"]} == {
        web.origin + "/xw/": "no links that look like articles",
        web.origin + "/missing/": "status 404",
        web.origin + "/huge/": "a section page of more than 5,000,000 bytes is not read",
    }


SITEMAP = '<?xml version="1.0"?><{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{1}</{0}>'


def _sitemap(entries: list[tuple[str, str]], *, index: bool = False) -> bytes:
    tag = "sitemap" if index else "url"
    parts = [f"<{tag}><loc>{url}</loc><lastmod>{day}</lastmod></{tag}>" for url, day in entries]
    return SITEMAP.format("sitemapindex" if index else "urlset", "".join(parts)).encode()


def test_a_sitemap_index_leads_to_gz_and_news_sitemaps(web: Any, crawl: Any, article: Any) -> None:
    plain = [article(n) for n in (1, 2, 3)]
    news = SITEMAP.replace("xmlns=", 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns=').format(
        "urlset",
        "".join(
            f"<url><loc>{web.origin}{path}</loc><news:news><news:publication_date>{day}T08:00:00+08:00"
            "</news:publication_date></news:news></url>"
            for path, day in ((plain[1], "2026-02-11"), (plain[2], "2026-01-01"))
        ),
    )
    day = "2026-02-11"
    old = web.page("/old.xml", _sitemap([(web.origin + "/old.html", "2025-01-01")]))
    gz = web.page("/a.xml.gz", gzip.compress(_sitemap([(web.origin + plain[0], day)])),
                  headers={"Content-Type": "application/octet-stream"})  # fmt: skip
    entries = [(gz, day), (web.page("/news.xml", news), day), (old, "2025-01-01"), ("http://elsewhere.example/", day)]
    web.page("/sitemap.xml", _sitemap(entries, index=True))
    web.page("/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {web.origin}/sitemap.xml\n")
    run = crawl.discover([web.origin + "/robots.txt"], since="2026-02-01")
    assert _asked(web) == {"/sitemap.xml", "/a.xml.gz", "/news.xml", *plain[:2]}
    assert run.summary["outcomes"] == {"new": 2}


def test_a_circle_of_sitemap_indexes_ends(web: Any, crawl: Any) -> None:
    for number in range(9):
        following = f"{web.origin}/s{number + 1}.xml"
        web.page(f"/s{number}.xml", _sitemap([(following, "2026-02-11"), (web.origin + "/s0.xml", "")], index=True))
    crawl.discover([web.origin + "/s0.xml"])
    assert _asked(web) == {f"/s{number}.xml" for number in range(4)}


def test_xml_bombs_and_damaged_files_are_failures_in_one_line(web: Any, crawl: Any) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    read = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    pages = {
        "/bomb.xml": bomb + "<urlset><url><loc>http://127.0.0.1/&b;</loc></url></urlset>",
        "/read.xml": read + "<urlset><url><loc>http://127.0.0.1/&a;</loc></url></urlset>",
        "/wide.xml": (bomb + "<urlset><url><loc>&b;</loc></url></urlset>").encode("utf-16"),
        "/feed.xml": bomb + "<rss><channel><item><link>http://127.0.0.1/&b;</link></item></channel></rss>",
        "/gz.xml.gz": gzip.compress(bytes(60_000_000)),
        "/cut.xml.gz": gzip.compress(b"<urlset></urlset>")[:12] + b"\xff" * 20,
    }
    for path, body in pages.items():
        web.page(path, body)
    run = crawl.discover([web.origin + path for path in pages])
    failures = {failed["url"].removeprefix(web.origin): failed["detail"] for failed in run.summary["failures"]}
    assert set(failures) == set(pages)
    assert all(failures[path] == "XML that declares entities is not read" for path in list(pages)[:4])
    assert failures["/gz.xml.gz"] == "more than 50,000,000 bytes, once unpacked"
    assert failures["/cut.xml.gz"].startswith("damaged gz file")
    assert _asked(web) == set(pages)


def _feeds(origin: str, links: list[str]) -> dict[str, bytes]:
    """The same entries in feeds of several makes, with one that is older."""
    date = "Wed, 11 Feb 2026 08:00:00 +0800"
    items = "".join(f"<item><title>桥</title><link>{link}</link><pubDate>{date}</pubDate></item>" for link in links)
    old = f"<item><link>{origin}/old.html</link><pubDate>Fri, 02 Jan 2026 08:00:00 GMT</pubDate></item>"
    channel = f"<channel><title>新闻</title>{items}{old}</channel>"
    rss = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0">{channel}</rss>'
    entries = "".join(f'<entry><title>桥</title><link href="{link}"/><updated>2026-02-11T08:00:00Z</updated></entry>'
                      for link in links)  # fmt: skip
    return {
        "rss": rss.encode(),
        "atom": f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode(),
        "gbk": rss.replace("utf-8", "gbk").encode("gbk"),
        "broken": rss.replace("新闻</title>", "新闻 & 民生</title>").replace("</channel></rss>", "").encode(),
    }


def test_feeds_of_every_make_lead_to_their_entries(web: Any, crawl: Any, article: Any) -> None:
    numbers = iter(range(1, 100))
    expected = set()
    for kind in ("rss", "atom", "gbk", "broken"):
        paths = [article(n) for n in islice(numbers, 2)]
        links = [web.origin + paths[0], paths[1], "javascript:alert(1)", "http://elsewhere.example/9.html"]
        feed = _feeds(web.origin, links)[kind]
        web.page(f"/{kind}.xml", feed, headers={"Content-Type": "application/xml"})
        expected |= {f"/{kind}.xml", *paths}
    seeds = [web.origin + path for path in expected if path.endswith(".xml")]
    run = crawl.discover(seeds, since="2026-02-01")
    assert _asked(web) == expected
    assert run.summary["outcomes"] == {"new": 8}


@pytest.mark.parametrize("count", [5_000, pytest.param(50_000, marks=pytest.mark.soak)])
def test_a_sitemap_of_as_many_addresses_as_the_protocol_allows_is_queued_whole(
    count: int, web: Any, crawl: Any, rows_of: Callable[..., Any]
) -> None:
    """At once, and kept: the run that its limit ends leaves them to the next."""
    entries = [(f"{web.origin}/xw/{number}.html", "2026-02-11") for number in range(count)]
    web.page("/sitemap.xml", _sitemap(entries))
    run = crawl.discover([web.origin + "/sitemap.xml"], limits={"MAX_PAGES": 2})
    assert (run.code, run.summary["left"]) == (4, count - 1)
    assert _asked(web) == {"/sitemap.xml", "/xw/0.html"}
    assert rows_of(crawl.archive, "SELECT count(*) FROM frontier WHERE state = 'queued'") == [(count - 1,)]


def test_a_text_file_of_addresses_is_followed_on_its_own_host(web: Any, crawl: Any, article: Any) -> None:
    lines = [web.origin + article(1), "http://elsewhere.example/1.html", "not an address", web.origin + article(2)]
    web.page("/urls.txt", "\n".join(lines), headers={"Content-Type": "text/plain"})
    assert crawl.discover([web.origin + "/urls.txt"]).summary["outcomes"] == {"new": 2}


def _repost(*arguments: object, stdin: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True, text=True, input=stdin, timeout=60, check=False,
        env={**os.environ, "NO_COLOR": "1", **environment},
    )  # fmt: skip


def test_a_site_file_names_seeds_pattern_and_depth(
    web: Any, crawl: Any, article: Any, tmp_path: Path, rows_of: Any
) -> None:
    paths = [article(n) for n in range(1, 7)]
    web.page(
        "/xw/", _section({paths[0]: "桥", paths[1]: "路", "/about.html": "关于我们"}, '<a href="2.html">下一页</a>')
    )
    web.page("/xw/2.html", _section({paths[2]: "河"}, '<a href="3.html">下一页</a>'))
    web.page("/xw/3.html", _section({paths[3]: "山"}))
    (tmp_path / "lanqiao.toml").write_text(
        f"seeds = [{json.dumps(web.origin + '/xw/')}]\narticle_url = '/t\\d+_\\d+\\.html$'\ndepth = 2\n",
        encoding="utf-8",
    )
    options = ("--db", crawl.archive, "--delay", "0", "--allow-address", web.origin.removeprefix("http://"))
    run = _repost("crawl", "--site", "lanqiao", "--sites", tmp_path, *options)
    assert run.returncode == 0, run.stderr
    assert _asked(web) == {*paths[:3], "/xw/", "/xw/2.html"}
    assert rows_of(crawl.archive, "SELECT DISTINCT site FROM captures") == [("lanqiao",)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--site", "nobody"), "no site file nobody.toml; there are: lanqiao"),
        (("--site", "lanqiao"), "lanqiao.toml has no seeds"),
        (("--depth", "2", "http://a.example/"), "--depth and --since go with --discover or --site"),
        ((), "give an address, --file FILE, or --site NAME"),
    ],
)
def test_wrong_usage_is_said_in_one_line(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "lanqiao.toml").write_text('hosts = ["lanqiao.example"]', encoding="utf-8")
    run = _repost("crawl", *arguments, "--sites", tmp_path, "--db", tmp_path / "archive.db")
    assert run.returncode == 2
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_addresses_come_from_standard_input(web: Any, crawl: Any, article: Any) -> None:
    options = ("--db", crawl.archive, "--delay", "0", "--allow-address", web.origin.removeprefix("http://"))
    run = _repost(
        "crawl", "-f", "-", *options, stdin=f"{web.origin}{article(1)}\n# not this\n{web.origin}{article(2)}\n"
    )
    assert run.returncode == 0, run.stderr
    assert "2 new" in run.stderr


def test_a_section_page_given_as_a_page_is_told_how_to_be_followed(web: Any, crawl: Any, article: Any) -> None:
    web.page("/xw/", _section({article(n): HEADLINES[n] for n in range(1, 60)}))
    options = ("--db", crawl.archive, "--delay", "0", "--allow-address", web.origin.removeprefix("http://"))
    run = _repost("crawl", web.origin + "/xw/", *options)
    assert "listing" in run.stderr
    assert "--discover fetches those that it lists" in run.stderr

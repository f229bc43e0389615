"""Sitemaps and feeds as bytes: what is read, how much at most, and that nothing in them is obeyed."""

import resource
import time

import pytest

from spiders.feed import read_feed
from spiders.sitemap import MAX_ENTRIES, read_address_lines, read_robots, read_sitemap

URL = "http://lanqiao.example/sitemap.xml"


@pytest.mark.parametrize("more", [0, 1])
def test_as_many_addresses_as_the_protocol_allows_are_no_problem(more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spiders.sitemap.MAX_ENTRIES", 5)
    entries = "".join(f"<url><loc>http://lanqiao.example/{n}.html</loc></url>" for n in range(5 + more))
    reading = read_sitemap(f"<urlset>{entries}</urlset>".encode(), URL)
    assert (len(reading.articles), bool(reading.problem)) == (5, bool(more))


def test_entries_without_an_address_count_too() -> None:
    reading = read_sitemap(
        b"<urlset>" + b"<url/>" * (MAX_ENTRIES + 1) + b"<url><loc>http://a.example/</loc></url>", URL
    )
    assert reading.articles == ()
    assert "more than 50,000 entries" in reading.problem


def test_fifty_thousand_addresses_are_read_and_no_more() -> None:
    entries = "".join(f"<url><loc>http://lanqiao.example/{n}.html</loc></url>" for n in range(MAX_ENTRIES + 500))
    started = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading = read_sitemap(f"<urlset>{entries}</urlset>".encode(), URL)
    assert len(reading.articles) == MAX_ENTRIES
    assert "more than 50,000 entries" in reading.problem
    assert time.process_time() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


@pytest.mark.parametrize(
    ("entry", "day"),
    [
        ("<loc>/1.html</loc><lastmod>2026-02-11</lastmod>", "2026-02-11"),
        ("<loc> http://lanqiao.example/1.html\n</loc><lastmod>2026-02-11T08:00:00+08:00</lastmod>", "2026-02-11"),
        ("<loc><![CDATA[http://lanqiao.example/1.html]]></loc><lastmod>soon</lastmod>", None),
        ("<lastmod>2026-02-01</lastmod><a><publication_date>2026-02-11</publication_date></a><loc>1.html</loc>",
         "2026-02-11"),
    ],
)  # fmt: skip
def test_an_entry_gives_its_address_and_day(entry: str, day: str | None) -> None:
    (found,) = read_sitemap(f"<urlset><!-- x --><url>{entry}</url></urlset>".encode(), URL).articles
    assert found.url == "http://lanqiao.example/1.html"
    assert (found.day.isoformat() if found.day else None) == day


@pytest.mark.parametrize(
    "loc",
    ["", "javascript:alert(1)", "ftp://a.example/", "http://[x/", "http://u:p@a.example/", "http://" + "a" * 3000],
)
def test_what_is_no_address_is_left(loc: str) -> None:
    assert read_sitemap(f"<urlset><url><loc>{loc}</loc></url></urlset>".encode(), URL).articles == ()


@pytest.mark.parametrize(
    "body", [b"", b"<", b"<urlset>", b"\xff\xfe<urlset", b"<urlset>" + b"<a>" * 10_000, b"\0" * 1000]
)
def test_damaged_xml_never_raises(body: bytes) -> None:
    assert read_sitemap(body, URL).articles == ()
    assert read_feed(body, URL).articles == ()


def test_robots_names_its_sitemaps() -> None:
    body = b"SITEMAP : /a.xml\r\nsitemap:http://lanqiao.example/b.xml\n# Sitemap: /c.xml\nSitemap: javascript:x\n"
    reading = read_robots(body, "http://lanqiao.example/robots.txt")
    assert [found.url for found in reading.further] == ["http://lanqiao.example/a.xml", "http://lanqiao.example/b.xml"]


@pytest.mark.parametrize("body", [b"<rss>" + b"<item>" * 5_001, b"<feed>" + b"<A:Entry/>" * 5_001, b"<rss>" * 600_001])
def test_a_feed_that_would_keep_the_crawl_waiting_is_not_read(body: bytes) -> None:
    reading = read_feed(body, URL)
    assert reading.articles == ()
    assert "is not read" in reading.problem


def test_a_list_of_addresses_is_read_to_its_bound() -> None:
    body = b"\xef\xbb\xbf" + b"".join(b"http://lanqiao.example/%d\r\n" % n for n in range(MAX_ENTRIES + 10))
    assert len(read_address_lines(body).articles) == MAX_ENTRIES


def test_an_entry_that_was_changed_has_the_later_day() -> None:
    feed = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="1.html"/>
        <published>2026-02-01T00:00:00Z</published><updated>2026-02-11T00:00:00Z</updated></entry></feed>"""
    (found,) = read_feed(feed, "http://lanqiao.example/rss/feed.xml").articles
    assert (found.url, str(found.day)) == ("http://lanqiao.example/rss/1.html", "2026-02-11")

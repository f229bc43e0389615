"""How well articles are found on section pages, in figures; and what is proposed for a site from them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.sites import seen
from crawler.items import Capture, SiteRecipe
from samples.sections import SectionPage, section_pages
from samples.web import sites
from sites.addresses import host_of
from sites.proposal import propose
from sites.recipes import read_recipe
from spiders.found import Reading
from spiders.listing import links_of, read_listing

PAGES = Path(__file__).parents[1] / "pages"
WHEN = datetime(2026, 5, 1, tzinfo=UTC)
PRECISION, RECALL = 0.97, 0.99  # floors, over all pages

# Pages of other tests that list articles, and what the addresses of those are.
LISTS = {
    "listing": r"/sh/\d+\.html",
    "section_page": r"/a\d+\.html",
    "portal_front": r"/(?:a\d+|t1)\.html",
    "search_results": r"/a\d+\.html",
    "teaser_list": r"/a/\d+\.html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A section page and the addresses of its articles."""

    name: str
    capture: Capture
    articles: frozenset[str]


def _capture(url: str, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> Capture:
    return Capture(url=url, body=body, headers=headers, fetched_at=WHEN)


def _lists() -> Iterator[Listed]:
    for page in section_pages():
        yield Listed(name=page.system, capture=_capture(page.url, page.body), articles=page.articles)
    for name, pattern in LISTS.items():
        capture = _capture(json.loads((PAGES / name / "expected.json").read_text("utf-8"))["url"],
                           (PAGES / name / "page.html").read_bytes())  # fmt: skip
        linked = {link.url for link in links_of(capture, SiteRecipe())}
        yield Listed(name=name, capture=capture, articles=frozenset(filter(re.compile(pattern).search, linked)))
    for site in sites():
        articles = frozenset(
            f"http://{site.domain}{each.path}" for each in site.pages if each.gold and not each.gold.rejected
        )
        for each in site.pages:
            if each.path.startswith("/list/"):
                headers = tuple((name.lower(), value) for name, value in each.headers.items())
                capture = _capture(f"http://{site.domain}{each.path}", each.body, headers)
                linked = {link.url for link in links_of(capture, SiteRecipe())}
                yield Listed(name=site.key + each.path, capture=capture, articles=articles & linked)


def _read(capture: Capture) -> Reading:
    host = host_of(capture.url)
    return read_listing(capture, SiteRecipe(), follows=lambda url: host_of(url) == host)


def test_article_links_are_found_and_others_are_not() -> None:
    right = found = true = 0
    missed = []
    lists = list(_lists())
    for listed in lists:
        urls = {article.url for article in _read(listed.capture).articles}
        right += len(urls & listed.articles)
        found += len(urls)
        true += len(listed.articles)
        missed += [(listed.name, url) for url in urls ^ listed.articles]
    assert len(lists) >= 16
    assert true > 170
    figures = f"precision {right / found:.3f}, recall {right / true:.3f}; missed or wrong: {missed}"
    assert right / found >= PRECISION, figures
    assert right / true >= RECALL, figures


@pytest.mark.parametrize("page", section_pages(), ids=lambda page: page.system)
def test_a_section_is_followed_to_its_next_page(page: SectionPage) -> None:
    assert [further.url for further in _read(_capture(page.url, page.body)).further] == (
        [page.next_page] if page.next_page else []
    )


@pytest.mark.parametrize("page", section_pages(), ids=lambda page: page.system)
def test_what_is_proposed_for_a_site_finds_its_articles_and_no_lists(page: SectionPage, tmp_path: Path) -> None:
    section = _capture(page.url, page.body)
    samples = [
        _capture(url, (PAGES / name / "page.html").read_bytes())
        for url, name in zip(sorted(page.articles), ("dedecms", "phpcms", "wordpress_post"), strict=False)
    ]
    text = propose(seen(section, samples))
    path = tmp_path / "one.toml"
    path.write_text(text, encoding="utf-8")
    recipe = read_recipe(path)
    assert recipe.seeds == (page.url,)
    assert recipe.hosts == (host_of(page.url),)
    assert recipe.depth == (5 if page.next_page else None)
    assert recipe.article_url
    matched = {link.url for link in links_of(section, SiteRecipe()) if re.search(recipe.article_url, link.url)}
    assert page.articles <= matched
    threads = {url for url in matched if "viewthread" in url}  # as long as headlines, and as many
    assert matched - page.articles == threads
    assert page.next_page is None or not re.search(recipe.article_url, page.next_page)
    assert not re.search(recipe.article_url, page.url)
    charset = "gb18030" if b'charset="gb18030' in page.body else "utf-8"
    assert re.search(rf"^# charset: .*\b{charset}\b", text, re.MULTILINE)
    assert text.count("#   headline: ") == len(samples), "the fields found on three samples"

"""Section pages: which of their links are articles, and where the list goes on."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from crawler.items import Capture, Rejected, SiteRecipe
from pipelines.decode import decode
from pipelines.details.dates import find_moments
from pipelines.parse import Page, parse
from sites.patterns import day_in_address, learn_pattern
from spiders.found import Found, Reading, web_address

MAX_LINKS = 3_000  # of one page
MAX_BYTES = 5_000_000  # of one page: what it links is read while the crawl waits, at a second a megabyte

_NEXT = re.compile(r"(?:下一?[页頁]|[后後]一?[页頁]|next(?: page)?)\s*[>»›→]*|[>»›→]{1,2}", re.IGNORECASE)
# What the widespread publishing system TRS WCM writes in place of links: 20 pages, this is number 0, index_1.html …
_PAGER_SCRIPT = re.compile(
    r"""createPageHTML\(\s*(?P<pages>\d{1,5})\s*,\s*(?P<here>\d{1,5})\s*,\s*["'](?P<name>[\w-]{1,60})["']\s*,"""
    r"""\s*["'](?P<suffix>\w{2,6})["']"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in sight: its absolute address, its text, and the day that stands in the address or beside it."""

    url: str
    text: str
    day: date | None


def read_listing(
    capture: Capture, recipe: SiteRecipe, *, number: int = 1, follows: Callable[[str], bool] = bool
) -> Reading:
    """The articles that a section page links, and its next page.

    Links that are kept from sight are left out: they are what hijackers plant.

    Args:
        capture: the page.
        recipe: what is known of the site; without an article pattern it is learned from this page's links.
        number: which page of its list it is, from 1.
        follows: whether an address may be followed at all.
    """
    if len(capture.body) > MAX_BYTES:
        return Reading(problem=f"a section page of more than {MAX_BYTES:,} bytes is not read")
    try:
        page = parse(decode(capture))
    except Rejected as rejected:
        return Reading(problem=f"{rejected.reason}: {rejected.detail}")
    links = [link for link in _links(page, recipe) if follows(link.url)]
    pattern = recipe.article_url or learn_pattern((link.url, link.text) for link in links)
    articles: dict[str, Found] = {}
    for link in links:
        if pattern and link.url != capture.url and re.search(pattern, link.url):
            known = articles.get(link.url)
            articles[link.url] = Found(url=link.url, day=link.day or (known.day if known else None))
    further = _next_page(page, links, number)
    is_followed = further and further not in articles and further != capture.url and follows(further)
    return Reading(
        articles=tuple(articles.values()),
        further=(Found(url=further),) if further and is_followed else (),
        problem="" if articles else "no links that look like articles",
    )


def links_of(capture: Capture, recipe: SiteRecipe) -> list[Link]:
    """Every link in sight of a page; none of what is no page."""
    try:
        return list(_links(parse(decode(capture)), recipe))
    except Rejected:
        return []


def _links(page: Page, recipe: SiteRecipe) -> Iterator[Link]:
    zone = ZoneInfo(recipe.time_zone)
    for link in islice(page.links, MAX_LINKS):
        href = page.absolute(link.href) if not link.hidden else None
        url = web_address(page.url, href) if href else None
        if url is None:
            continue
        day = day_in_address(url)
        if day is None and link.block < len(page.blocks):
            # the day stands behind the headline, in its line or in the next: <li><a>…</a><span>02-11</span>
            near = page.blocks[link.block : link.block + 2]
            moments = [find_moments(block.text, now=page.capture.fetched_at, zone=zone) for block in near]
            day = next((found[-1].at.date() for found in moments if found), None)
        yield Link(url=url, text=link.text, day=day)


def _next_page(page: Page, links: list[Link], number: int) -> str | None:
    """Where the list goes on: by a link that says so, by a link with the next number, or by the pager's script."""
    here = urlsplit(page.url)
    folder = here.path.rpartition("/")[0]
    for link in links:
        if _NEXT.fullmatch(link.text.strip(" \t[]()<【】「」")) or _NEXT.fullmatch(link.text.strip()):
            return link.url
    for link in links:
        if link.text.strip(" []()【】第页頁") == str(number + 1) and urlsplit(link.url).path.startswith(folder):
            return link.url
    for script in page.head.scripts:
        if (pager := _PAGER_SCRIPT.search(script)) and int(pager["here"]) + 1 < int(pager["pages"]):
            return urljoin(page.url, f"{pager['name']}_{int(pager['here']) + 1}.{pager['suffix']}")
    return None

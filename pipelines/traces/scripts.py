"""What hijackers' scripts do: they write titles and links, and tell search engines from readers."""

import html
import re
from collections.abc import Iterator

from crawler.items import Evidence
from pipelines.markup.visibility import look_of
from pipelines.parse import Page
from pipelines.rules.spam import CRAWLERS, SEARCH_ENGINES
from pipelines.traces.farms import FARM_LINKS, FARM_SITES, outgoing_links, site_count
from pipelines.traces.titles import is_foreign
from pipelines.traces.trace import DEVIOUS, Trace, hostname, site_of, spam_words

# Characters of a script that are read from one document.write on, and of a script that may be a cloak: those are short,
# what frameworks put into a page is long.
LONGEST_WRITE = 5_000
LONGEST_CLOAK = 60_000

_TITLE_SET = re.compile(r"document\.title\s*=\s*(?:unescape\(|decodeURIComponent\()?\s*[\"']([^\"']{8,400})")
_CODED_HAN = re.compile(r"[\u4e00-\u9fff]|\\u[4-9]|&#|%u[4-9]|%E[4-9]", re.IGNORECASE)
_MOVES = re.compile(r"location(?:\.href)?\s*=|location\.replace\(|window\.open\(|document\.write", re.IGNORECASE)
_REFRESH = re.compile(r"url\s*=\s*['\"]?\s*(https?://[^'\"\s]+)", re.IGNORECASE)
_WRITTEN_STYLE = re.compile(r"style\s*=\s*\\?[\"']([^\"'<>]{4,300})", re.IGNORECASE)
_WRITTEN_HOST = re.compile(r"href\s*=\s*\\?[\"']?(?:https?:)?\\?/\\?/([^/\\\"'\s>]{4,200})", re.IGNORECASE)
# document.write('<div style="…">') and no more: what follows in the page stands in it
_COVER = re.compile(
    r"document\.write(?:ln)?\(\s{0,9}([\"'])\s{0,9}<(?:div|span|p)\b[^<>]{0,300}>\s{0,9}\1\s{0,9}\)", re.IGNORECASE
)


def scripted_title(page: Page) -> Iterator[Trace]:
    """A script that writes another title over the page's own: search engines read one, people see the other."""
    for script in page.head.scripts:
        found = _TITLE_SET.search(script) if "document.title" in script else None
        if found is None or not _CODED_HAN.search(found[1]):
            continue
        spam = spam_words(html.unescape(found[1])) or any(spam_words(title) for title in page.head.titles)
        weight = 0.6 if spam else 0.5 if is_foreign(page, page.declared.title) else 0.3
        evidence = Evidence(kind="scripted-title", detail="a script replaces the title", weight=weight)
        yield Trace(evidence=evidence)
        return


def cloaking(page: Page) -> Iterator[Trace]:
    """A script that asks whether a search engine is looking, or sent the reader, and then moves or writes the page."""
    for script in page.head.scripts:
        if len(script) > LONGEST_CLOAK or ("referrer" not in script and "userAgent" not in script):
            continue
        low = script.lower()
        crawlers = "useragent" in low and sum(name in low for name in CRAWLERS) >= 2
        senders = "document.referrer" in low and sum(name in low for name in SEARCH_ENGINES) >= 3
        if (crawlers or senders) and _MOVES.search(script):
            # Counters ask for the sender as well, to name the search words.
            detail = "a script treats search engines, or readers who come from them, apart"
            yield Trace(evidence=Evidence(kind="cloaking", detail=detail, weight=0.6 if crawlers else 0.3))
            return


def written_links(page: Page) -> Iterator[Trace]:
    """A script that writes several links into the page: spam by their anchors, or kept from sight by what it writes."""
    for script in page.head.scripts:
        at = script.find("document.write")
        while at >= 0 and "<a " in script:
            written = script[at : at + LONGEST_WRITE]
            if written.count("<a ") >= 3 and (spam_words(written) >= 2 or _hides_links(written)):
                detail = "a script writes links with spam anchors, or kept from sight"
                yield Trace(evidence=Evidence(kind="written-links", detail=detail, weight=1.0))
                return
            at = script.find("document.write", at + LONGEST_WRITE)


def _hides_links(written: str) -> bool:
    hidden = any(look_of(style).hides for style in _WRITTEN_STYLE.findall(written))
    return hidden and len({site_of(host) for host in _WRITTEN_HOST.findall(written)}) >= FARM_SITES


def written_cover(page: Page) -> Iterator[Trace]:
    """A script that writes the opening tag of a box out of sight, around links that the page holds plainly.

    Counters cover their picture with display:none in the same way, but not off the screen.
    """
    for script in page.head.scripts:
        if "document.write" not in script or len(script) > LONGEST_CLOAK:
            continue
        covers = (cover[0] for cover in _COVER.finditer(script))
        if any(look_of(style).hides in DEVIOUS for cover in covers for style in _WRITTEN_STYLE.findall(cover)):
            links = outgoing_links(page)
            around = len(links) >= FARM_LINKS and site_count(links) >= FARM_SITES
            evidence = Evidence(
                kind="written-links",
                detail="a script writes a box out of sight around what follows",
                weight=1.0 if around else 0.5,
            )
            yield Trace(evidence=evidence, links=tuple(links) if around else ())
            return


def forwarding(page: Page) -> Iterator[Trace]:
    """A meta refresh that leads to another site at once."""
    target = _REFRESH.search(page.declared.meta.get("refresh", ""))
    own = site_of(hostname(page.url))
    if target is not None and own and site_of(hostname(target[1])) != own:
        yield Trace(evidence=Evidence(kind="forwarding", detail="the page forwards to another site", weight=0.7))

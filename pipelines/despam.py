"""Is the page hijacked, on what evidence, and what of it did the hijackers put there.

Each rule looks at the page for one kind of trace and says what it saw, how much that counts, and which blocks are spam.
A page is hijacked when the weights sum to 1. Precision comes first: what honest pages do too (hidden menus, closed
dialogues, long titles, tests of the referrer) counts only together with something they do not.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlsplit

from crawler.items import Evidence, Reason, Rejected, SpamLink, Verdict
from pipelines.labelling import label_form
from pipelines.parse import Page
from pipelines.posts import prose_of
from pipelines.rules.spam import BRAND, BRAND_STEMS, CRAWLERS, SEARCH_ENGINES, STRONG
from pipelines.script import scripts_in
from pipelines.walk import Link

KEPT_LINKS = 200
# Links that a farm has at least, and sites they lead to.
FARM_LINKS = 5
FARM_SITES = 3
# Hiding that menus and dialogues do not use.
DEVIOUS = frozenset({"off-screen", "zero-size", "zero-font", "transparent", "same-colour", "clipped"})
# Running text that makes a page more than its spam.
LEAST_TEXT = 60

_SEGMENT = re.compile(r"\s*[_,，|｜•丨、]\s*|\s+[I-]\s+|-(?=[^-]{3,20}(?:-|$))")
_BRAND = re.compile(BRAND, re.IGNORECASE)
_TITLE_SET = re.compile(r"document\.title\s*=\s*(?:unescape\(|decodeURIComponent\(|String\.fromCharCode\()?\s*[\"']([^\"']{8,400})")
_WRITES_LINKS = re.compile(r"document\.write(?:ln)?\s*\([^;]{0,4000}?(?:<a\s[^;]{0,400}){3}", re.IGNORECASE)
_MOVES = re.compile(r"location(?:\.href)?\s*=|location\.replace\(|window\.open\(|document\.write", re.IGNORECASE)
_REFRESH = re.compile(r"url\s*=\s*['\"]?\s*(https?://[^'\"\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one rule saw.

    Attributes:
        evidence: the observation and its weight.
        title: the injected title or header, verbatim.
        blocks: blocks that are spam.
        links: links of a farm.
    """

    evidence: Evidence
    title: str | None = None
    blocks: frozenset[int] = frozenset()
    links: tuple[Link, ...] = ()


Rule = Callable[[Page], Trace | None]


def despam(page: Page) -> Page:
    """Judge a page and take what hijackers added out of sight.

    Raises:
        Rejected: `only-spam`, when nothing else is left; the verdict comes with it.
    """
    traces = [trace for trace in (rule(page) for rule in RULES) if trace is not None]
    if not traces:
        return page
    links = [link for trace in traces for link in trace.links]
    hijacked = sum(trace.evidence.weight for trace in traces) >= 1
    verdict = Verdict(
        hijacked=hijacked,
        evidence=tuple(trace.evidence for trace in traces),
        spam_title=next((trace.title for trace in traces if trace.title), None) if hijacked else None,
        links=tuple(_spam_link(link) for link in links[:KEPT_LINKS]) if hijacked else (),
        link_count=len(links) if hijacked else 0,
    )
    if not hijacked:
        return replace(page, verdict=verdict)
    spam = frozenset().union(*(trace.blocks for trace in traces))
    blocks = tuple(
        block._replace(hidden="spam") if index in spam and block.hidden is None else block
        for index, block in enumerate(page.blocks)
    )
    if sum(prose_of(block.text, block.linked) for block in blocks if block.hidden is None) < LEAST_TEXT:
        raise Rejected(Reason.ONLY_SPAM, "nothing but injected spam", verdict=verdict, encoding=page.encoding)
    return replace(page, blocks=blocks, verdict=verdict)


def spam_words(text: str) -> int:
    """How many different words of the spam vocabulary a text holds."""
    form = label_form(text.lower())
    return sum(word in form for word in STRONG)


def segments(text: str) -> int:
    """How many pieces the separators of injected headers cut a text into."""
    return len([piece for piece in _SEGMENT.split(text) if len(piece) > 2])


def is_converted(page: Page) -> bool:
    """Whether the page's running text is Traditional throughout, as a converter leaves it."""
    running = (block.text for block in page.blocks if block.hidden is None and prose_of(block.text, block.linked))
    text = "".join(islice(running, 60))[:6_000]
    simplified, traditional = scripts_in(text)
    return traditional > 20 and traditional > 4 * simplified


# -- the rules --------------------------------------------------------------------------------------------------------


def unconverted_header(page: Page) -> Trace | None:
    """A header in simplified characters on a page whose text is Traditional: it was put on after the converter."""
    lines = _header_lines(page)
    if not any(_never_converted(line) for line in lines) or not is_converted(page):
        return None
    header = next(line for line in lines if _never_converted(line))
    weight = 1.0 if segments(header) >= 3 else 0.5
    evidence = Evidence(
        kind="unconverted-header",
        detail=f"a header of {segments(header)} segments in simplified characters over Traditional text",
        weight=weight,
    )
    return Trace(evidence=evidence, title=header, blocks=_blocks_like(page, header))


def spam_header(page: Page) -> Trace | None:
    """A declared title made of spam words in segments, which no line of the text agrees with."""
    for title in (*page.head.titles, page.declared.meta.get("og:title", "")):
        words = spam_words(title)
        if words < 2 or segments(title) < 2 or _is_headline(page, title):
            continue
        evidence = Evidence(
            kind="spam-header",
            detail=f"a title of {segments(title)} segments with {words} words of the spam vocabulary",
            weight=1.0 if words >= 3 else 0.7,
        )
        return Trace(evidence=evidence, title=title, blocks=_blocks_like(page, title))
    return None


def hidden_header(page: Page) -> Trace | None:
    """A heading out of sight that repeats a title of many segments."""
    for block in page.blocks[:200]:
        if block.hidden in DEVIOUS and segments(block.text) >= 3 and len(block.text) >= 30:
            repeats = any(label_form(block.text) in label_form(title) for title in page.head.titles)
            if repeats and spam_words(block.text):
                detail = f"a heading hidden by {block.hidden} repeats the title"
                return Trace(evidence=Evidence(kind="hidden-header", detail=detail, weight=0.6), title=block.text)
    return None


def hidden_farm(page: Page) -> Trace | None:
    """Links to many other sites, kept from sight."""
    own = _site(urlsplit(page.url).hostname or "")
    farm = [link for link in page.links if link.hidden and _outside(link, own)]
    if len(farm) < FARM_LINKS or len({_host(link) for link in farm}) < FARM_SITES:
        return None
    spam = sum(spam_words(link.text) > 0 for link in farm)
    devious = [link for link in farm if link.hidden in DEVIOUS]
    if spam * 4 >= len(farm):
        weight = 1.0
    elif len(devious) >= FARM_LINKS and len({_host(link) for link in devious}) >= FARM_SITES:
        weight = 0.7
    else:
        return None  # a closed menu of partner sites
    ways = sorted({link.hidden for link in farm if link.hidden})
    detail = f"{len(farm)} links to {len({_host(link) for link in farm})} other sites, hidden by {', '.join(ways)}"
    return Trace(evidence=Evidence(kind="hidden-link-farm", detail=detail, weight=weight), links=tuple(farm))


def visible_farm(page: Page) -> Trace | None:
    """Links to many other sites in plain sight, their anchors made of spam words."""
    anchors = label_form("\n".join(link.text for link in page.links if not link.hidden).lower())
    if sum(map(anchors.count, STRONG)) < FARM_LINKS:
        return None
    own = _site(urlsplit(page.url).hostname or "")
    farm = [link for link in page.links if not link.hidden and spam_words(link.text) and _outside(link, own)]
    if len(farm) < FARM_LINKS or len({_host(link) for link in farm}) < FARM_SITES:
        return None
    detail = f"{len(farm)} links to {len({_host(link) for link in farm})} other sites with spam anchors"
    blocks = frozenset(
        link.block for link in farm if link.block < len(page.blocks) and page.blocks[link.block].linked * 2 > len(page.blocks[link.block].text)
    )
    return Trace(evidence=Evidence(kind="link-farm", detail=detail), links=tuple(farm), blocks=blocks)


def scripted_title(page: Page) -> Trace | None:
    """A script that writes another title over the page's own: search engines read one, people see the other."""
    for script in page.head.scripts:
        if "document.title" not in script:
            continue
        found = _TITLE_SET.search(script)
        title = html.unescape(found[1]) if found else ""
        if not found or not re.search(r"[\u4e00-\u9fff]|\\u[4-9]|&#|%u[4-9]|%E[4-9]", found[1], re.IGNORECASE):
            continue
        spam = max(spam_words(title), *(spam_words(declared) for declared in page.head.titles), 0)
        detail = "a script replaces the title"
        return Trace(evidence=Evidence(kind="scripted-title", detail=detail, weight=0.6 if spam else 0.3))
    return None


def cloaking(page: Page) -> Trace | None:
    """A script that asks whether a search engine is looking, or sent the reader, and then moves or writes the page."""
    for script in page.head.scripts:
        if "referrer" not in script and "userAgent" not in script:
            continue
        low = script[:200_000].lower()
        asks = ("useragent" in low and sum(name in low for name in CRAWLERS) >= 2) or (
            "document.referrer" in low and sum(name in low for name in SEARCH_ENGINES) >= 3
        )
        if asks and _MOVES.search(script):
            detail = "a script treats search engines, or readers who come from them, apart"
            return Trace(evidence=Evidence(kind="cloaking", detail=detail, weight=0.6))
    return None


def written_links(page: Page) -> Trace | None:
    """A script that writes several links into the page."""
    for script in page.head.scripts:
        if "document.write" in script and _WRITES_LINKS.search(script) and spam_words(script[:100_000]) >= 2:
            detail = "a script writes links with spam anchors"
            return Trace(evidence=Evidence(kind="written-links", detail=detail, weight=0.7))
    return None


def forwarding(page: Page) -> Trace | None:
    """A meta refresh that leads to another site at once."""
    target = _REFRESH.search(page.declared.meta.get("refresh", ""))
    own = _site(urlsplit(page.url).hostname or "")
    if target is None or not own or _site(_hostname(target[1])) == own:
        return None
    return Trace(evidence=Evidence(kind="forwarding", detail="the page forwards to another site", weight=0.4))


def coded_title(page: Page) -> Trace | None:
    """A title written in character references on a page that writes its text plainly."""
    if not page.head.coded_title:
        return None
    weight = 0.5 if spam_words(page.declared.title) else 0.2
    return Trace(
        evidence=Evidence(kind="coded-title", detail="the title is written in character references", weight=weight)
    )


def brand_insertion(page: Page) -> Trace | None:
    """A gambling brand grown into the words of a text."""
    text = "\n".join(block.text for block in page.blocks if block.hidden is None)
    found = {match[0].lower() for match in _BRAND.finditer(text)} if any(stem in text for stem in BRAND_STEMS) else set()
    if not found:
        return None
    detail = f"{len(found)} places where a brand is grown into the text"
    return Trace(evidence=Evidence(kind="brand-insertion", detail=detail, weight=0.5))


RULES: tuple[Rule, ...] = (
    unconverted_header,
    spam_header,
    hidden_header,
    hidden_farm,
    visible_farm,
    scripted_title,
    cloaking,
    written_links,
    forwarding,
    coded_title,
    brand_insertion,
)


# -- what the rules share ---------------------------------------------------------------------------------------------


def _header_lines(page: Page) -> list[str]:
    """Where injected headers stand: titles, and the first lines of the page, hidden or not."""
    return [*page.head.titles, *(block.text for block in page.blocks[:12] if len(block.text) >= 20)]


def _never_converted(line: str) -> bool:
    if segments(line) < 3:
        return False
    simplified, traditional = scripts_in(line)
    return simplified >= 2 and traditional == 0


def _blocks_like(page: Page, header: str) -> frozenset[int]:
    """The blocks near the top and the end that repeat a header or most of it."""
    form = label_form(header)
    return frozenset(
        index
        for index, block in enumerate(page.blocks)
        if len(block.text) >= 12 and ((own := label_form(block.text)) in form or (len(form) >= 12 and form in own))
    )


def _is_headline(page: Page, title: str) -> bool:
    """Whether a line of the page in sight, above running text, says what the title says."""
    form = label_form(title)
    return any(
        block.hidden is None and 8 <= len(block.text) <= 120 and not spam_words(block.text) and label_form(block.text) in form
        for block in page.blocks[:400]
    )


def _spam_link(link: Link) -> SpamLink:
    return SpamLink(domain=_host(link), anchor=link.text[:200], hidden_by=link.hidden or "visible")


def _hostname(href: str) -> str:
    try:
        return (urlsplit(href).hostname or "").lower()
    except ValueError:
        return ""


def _host(link: Link) -> str:
    if not link.href.startswith(("http:", "https:", "//", "HTTP")):
        return ""
    # the whole of urlsplit costs ten times as much, and every link of every page comes by here
    return link.href.partition("//")[2].partition("/")[0].partition("?")[0].rpartition("@")[2].partition(":")[0].lower()


def _site(host: str) -> str:
    """The registrable part of a host name, near enough: news.example.com.cn and www.example.com.cn are one site."""
    labels = host.lower().split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in {"com", "net", "org", "gov", "edu", "ac", "co"}
    return ".".join(labels[-3 if short else -2 :])


def _outside(link: Link, own: str) -> bool:
    host = _host(link)
    return bool(host) and _site(host) != own

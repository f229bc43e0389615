"""Is the page hijacked, on what evidence, and what of it did the hijackers put there.

Each rule looks at the page for one kind of trace and says what it saw, how much that counts, and which blocks are spam.
A page is hijacked when the weights sum to 1. Precision comes first: what honest pages do too (hidden menus, closed
dialogues, long titles, tests of the referrer) counts only together with something they do not.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlsplit

from crawler.items import Evidence, Reason, Rejected, SpamLink, Verdict
from pipelines.article.labelling import label_form
from pipelines.markup.blocks import Link
from pipelines.parse import Page
from pipelines.rules.spam import BRAND, BRAND_STEMS, CRAWLERS, SEARCH_ENGINES, STRONG
from pipelines.script import scripts_in

KEPT_LINKS = 200
# Links that a farm has at least, and sites they lead to.
FARM_LINKS = 5
FARM_SITES = 3
# Or hosts, where a farm lives on the subdomains of one site (a1.farm.example, a2.farm.example …).
FARM_HOSTS = 10
# Hiding that menus and dialogues do not use.
DEVIOUS = frozenset({"off-screen", "zero-size", "zero-font", "transparent", "same-colour", "clipped"})
# Characters of a script that are read from one document.write on, and of a script that may be a cloak: those are short,
# what frameworks put into a page is long.
LONGEST_WRITE = 5_000
LONGEST_CLOAK = 60_000
# Injected headers have 60 to 400 characters, titles of articles 10 to 30 and a site's name.
LONG_TITLE = 60
# Running text that makes a page more than its spam.
LEAST_TEXT = 60

# Segments of a title that make two words of the vocabulary enough.
MANY_SEGMENTS = 4
# Words of the vocabulary in meta elements that leave no doubt.
LEAST_META_WORDS = 4
# Characters of a text that repeats its title.
LEAST_DOORWAY = 200

_META_TITLES = ("og:title", "twitter:title")
_META_TEXTS = ("keywords", "description", "og:description", "twitter:description", *_META_TITLES)
_SEGMENT = re.compile(r"\s*[_,，|｜•丨、]\s*|\s+[I-]\s+|-(?=[^-]{3,20}(?:-|$))")
_WORDS = re.compile("|".join(map(re.escape, sorted(STRONG, key=len, reverse=True))))
_BRAND = re.compile(BRAND, re.IGNORECASE)
_TITLE_SET = re.compile(r"document\.title\s*=\s*(?:unescape\(|decodeURIComponent\()?\s*[\"']([^\"']{8,400})")
_CODED_HAN = re.compile(r"[\u4e00-\u9fff]|\\u[4-9]|&#|%u[4-9]|%E[4-9]", re.IGNORECASE)
_MOVES = re.compile(r"location(?:\.href)?\s*=|location\.replace\(|window\.open\(|document\.write", re.IGNORECASE)
_LINK_HOST = re.compile(r"^(?:https?:)?//([^/\n]{1,200})", re.MULTILINE)
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


Rule = Callable[[Page], Iterable[Trace]]


def despam(page: Page) -> Page:
    """Judge a page and take what hijackers added out of sight.

    Raises:
        Rejected: `only-spam`, when nothing else is left; the verdict comes with it.
    """
    traces = [trace for rule in RULES for trace in rule(page)]
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
    if sum(block.running for block in blocks if block.hidden is None) < LEAST_TEXT:
        raise Rejected(Reason.ONLY_SPAM, "nothing but injected spam", verdict=verdict, encoding=page.encoding)
    return replace(page, blocks=blocks, verdict=verdict)


def spam_words(text: str) -> int:
    """How many different words of the spam vocabulary a text holds."""
    return len(set(_WORDS.findall(label_form(text.lower()))))


def segments(text: str) -> int:
    """How many pieces the separators of injected headers cut a text into."""
    return len([piece for piece in _SEGMENT.split(text) if len(piece) > 2])


def is_converted(page: Page) -> bool:
    """Whether the page's running text is Traditional throughout, as a converter leaves it."""
    text = "".join(islice((block.text for block in page.blocks if block.running), 20))[:1_000]
    simplified, traditional = scripts_in(text)
    return traditional > 20 and traditional > 4 * simplified


# -- the rules --------------------------------------------------------------------------------------------------------


def unconverted_header(page: Page) -> Iterator[Trace]:
    """A header in simplified characters on a page whose text is Traditional: it was put on after the converter."""
    first_lines = (block.text for block in page.blocks[:12] if len(block.text) >= 20)
    header = next((line for line in (*page.head.titles, *first_lines) if _never_converted(line)), None)
    if header is None or not is_converted(page):
        return
    detail = f"a header of {segments(header)} segments in simplified characters over Traditional text"
    yield Trace(
        evidence=Evidence(kind="unconverted-header", detail=detail), title=header, blocks=_blocks_like(page, header)
    )


def spam_header(page: Page) -> Iterator[Trace]:
    """A declared title made of spam words in segments, but for what a line of the page agrees with.

    国产精品…_亚洲…-青溪河新桥通车: campaigns leave the page's own title behind theirs.
    """
    for title in (*page.head.titles, *(page.declared.meta.get(name, "") for name in _META_TITLES)):
        if spam_words(title) < 2 or segments(title) < 2:
            continue
        words = spam_words(_without_headline(page, title))
        if words < 2:
            continue
        detail = f"a title of {segments(title)} segments with {words} words of the spam vocabulary"
        sure = words >= 3 or (segments(title) >= MANY_SEGMENTS and not _is_headline(page, title))
        evidence = Evidence(kind="spam-header", detail=detail, weight=1.0 if sure else 0.7)
        yield Trace(evidence=evidence, title=title, blocks=_blocks_like(page, title))
        return


def foreign_title(page: Page) -> Iterator[Trace]:
    """A long title of many segments that no line of the page agrees with; a weak trace, for it needs no vocabulary."""
    title = page.declared.title
    if _is_foreign(page, title):
        detail = f"no line agrees with a title of {segments(title)} segments and {len(title)} characters"
        yield Trace(evidence=Evidence(kind="foreign-title", detail=detail, weight=0.3), title=title)


def spam_meta(page: Page) -> Iterator[Trace]:
    """Spam words in what the head tells search engines, none of which the text says: a report of a case says them."""
    told = label_form(" ".join(page.declared.meta.get(name, "") for name in _META_TEXTS).lower())
    words = set(_WORDS.findall(told))
    if len(words) < 2:
        return
    text = label_form("".join(block.text for block in page.blocks if block.running).lower())
    words = {word for word in words if word not in text}
    if len(words) >= 2:
        detail = f"{len(words)} words of the spam vocabulary in the meta elements, none in the text"
        weight = 1.0 if len(words) >= LEAST_META_WORDS else 0.5
        yield Trace(evidence=Evidence(kind="spam-meta", detail=detail, weight=weight))


def second_title(page: Page) -> Iterator[Trace]:
    """A long title of many segments put before the page's own, which a line of the page agrees with."""
    titles = page.head.titles
    if len(titles) < 2 or not _is_foreign(page, titles[0]):
        return
    if any(title != titles[0] and _is_headline(page, title) for title in titles[1:]):
        evidence = Evidence(kind="second-title", detail="a title was put before the page's own", weight=0.7)
        yield Trace(evidence=evidence, title=titles[0], blocks=_blocks_like(page, titles[0]))


def doorway(page: Page) -> Iterator[Trace]:
    """A text that is made of the title's own segments, again and again."""
    title = page.declared.title
    if not _is_foreign(page, title):
        return
    like = _blocks_like(page, title)
    running = sum(block.running for block in page.blocks)
    spam = sum(page.blocks[index].running for index in like)
    if spam >= LEAST_DOORWAY and spam * 5 >= running * 4:
        detail = f"{spam} of {running} characters of text repeat the title's {segments(title)} segments"
        yield Trace(evidence=Evidence(kind="doorway", detail=detail), title=title, blocks=like)


def hidden_header(page: Page) -> Iterator[Trace]:
    """A heading out of sight that repeats a title of many segments: with spam words, or hidden deviously."""
    titles = [
        label_form(title)
        for title in page.head.titles
        if segments(title) >= 3 and (spam_words(title) or _is_foreign(page, title))
    ]
    if not titles:
        return
    for block in page.blocks[:200]:
        if block.hidden is None or len(block.text) < 30 or segments(block.text) < 3:
            continue
        spam, devious = spam_words(block.text), block.hidden in DEVIOUS
        if (spam or devious) and any(label_form(block.text) in title for title in titles):
            detail = f"a heading hidden by {block.hidden} repeats the title"
            weight = 0.7 if devious else 0.6
            yield Trace(evidence=Evidence(kind="hidden-header", detail=detail, weight=weight), title=block.text)
            return


def link_farms(page: Page) -> Iterator[Trace]:
    """Links to many other sites: kept from sight, or in plain sight with anchors made of spam words."""
    outgoing = _outgoing(page)
    if len(outgoing) < FARM_LINKS:
        return
    hidden = [link for link in outgoing if link.hidden]
    sites, hosts = _sites(hidden), len({_hostname(link.href) for link in hidden})
    if len(hidden) >= FARM_LINKS and (sites >= FARM_SITES or hosts >= FARM_HOSTS):
        weight = _weight_of_hidden(hidden)
        ways = ", ".join(sorted({link.hidden for link in hidden if link.hidden}))
        detail = f"{len(hidden)} links to {hosts} hosts of {sites} other sites, hidden by {ways}"
        if weight:
            evidence = Evidence(kind="hidden-link-farm", detail=detail, weight=weight)
            yield Trace(evidence=evidence, links=tuple(hidden))
    anchors = label_form("\n".join(link.text for link in outgoing if not link.hidden).lower())
    if sum(1 for _ in islice(_WORDS.finditer(anchors), FARM_LINKS)) < FARM_LINKS:
        return
    shown = [link for link in outgoing if not link.hidden and spam_words(link.text)]
    if len(shown) >= FARM_LINKS and _sites(shown) >= FARM_SITES:
        detail = f"{len(shown)} links to {_sites(shown)} other sites with spam anchors"
        yield Trace(
            evidence=Evidence(kind="link-farm", detail=detail), links=tuple(shown), blocks=_link_blocks(page, shown)
        )


def scripted_title(page: Page) -> Iterator[Trace]:
    """A script that writes another title over the page's own: search engines read one, people see the other."""
    for script in page.head.scripts:
        found = _TITLE_SET.search(script) if "document.title" in script else None
        if found is None or not _CODED_HAN.search(found[1]):
            continue
        spam = spam_words(html.unescape(found[1])) or any(spam_words(title) for title in page.head.titles)
        weight = 0.6 if spam else 0.5 if _is_foreign(page, page.declared.title) else 0.3
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
    """A script that writes several links into the page."""
    for script in page.head.scripts:
        at = script.find("document.write") if "<a " in script else -1
        while at >= 0:
            written = script[at : at + LONGEST_WRITE]
            if written.count("<a ") >= 3 and spam_words(written) >= 2:
                detail = "a script writes links with spam anchors"
                yield Trace(evidence=Evidence(kind="written-links", detail=detail, weight=1.0))
                return
            at = script.find("document.write", at + LONGEST_WRITE)


def forwarding(page: Page) -> Iterator[Trace]:
    """A meta refresh that leads to another site at once."""
    target = _REFRESH.search(page.declared.meta.get("refresh", ""))
    own = _site(_hostname(page.url))
    if target is not None and own and _site(_hostname(target[1])) != own:
        yield Trace(evidence=Evidence(kind="forwarding", detail="the page forwards to another site", weight=0.7))


def coded_title(page: Page) -> Iterator[Trace]:
    """A title written in character references, `&#22269;&#20135;`, on a page that writes its text plainly."""
    if page.head.coded_title:
        weight = 0.5 if spam_words(page.declared.title) else 0.2
        detail = "the title is written in character references"
        yield Trace(evidence=Evidence(kind="coded-title", detail=detail, weight=weight))


def brand_insertion(page: Page) -> Iterator[Trace]:
    """A gambling brand grown into the words of a text."""
    text = "\n".join(block.text for block in page.blocks if block.running)
    if not any(stem in text for stem in BRAND_STEMS):
        return
    places = len(_BRAND.findall(text))
    if places:
        detail = f"{places} places where a brand is grown into the text"
        yield Trace(evidence=Evidence(kind="brand-insertion", detail=detail, weight=0.5))


RULES: tuple[Rule, ...] = (
    unconverted_header,
    spam_header,
    spam_meta,
    foreign_title,
    second_title,
    doorway,
    hidden_header,
    link_farms,
    scripted_title,
    cloaking,
    written_links,
    forwarding,
    coded_title,
    brand_insertion,
)


# -- what the rules share ---------------------------------------------------------------------------------------------


def _is_foreign(page: Page, title: str) -> bool:
    """Whether a title is as long as injected ones, of many segments, and no line of the page agrees with it."""
    return len(title) >= LONG_TITLE and segments(title) >= 3 and not _is_headline(page, title)


def _never_converted(line: str) -> bool:
    if segments(line) < 3:
        return False
    simplified, traditional = scripts_in(line)
    return simplified >= 2 and traditional == 0


def _blocks_like(page: Page, header: str) -> frozenset[int]:
    """The blocks that repeat a header or most of it, or are made of its segments, as the text of doorway pages is."""
    form = label_form(header)
    pieces = sorted({label_form(piece) for piece in _SEGMENT.split(header) if len(piece) > 3}, key=len, reverse=True)

    def is_like(text: str) -> bool:
        own = label_form(text)
        if own in form or (len(form) >= 12 and form in own):
            return True
        rest = own
        for piece in pieces[:20]:
            rest = rest.replace(piece, "")
        return len(rest) * 4 < len(own)

    return frozenset(index for index, block in enumerate(page.blocks) if len(block.text) >= 12 and is_like(block.text))


def _is_headline(page: Page, title: str) -> bool:
    """Whether a line of the page in sight, above running text, says what the title says."""
    form = label_form(title)
    return next(_agreeing(page, form), None) is not None


def _agreeing(page: Page, form: str) -> Iterator[str]:
    """The lines in sight that a title, in label form, holds: in label form, too."""
    for block in page.blocks[:400]:
        if block.hidden is None and 8 <= len(block.text) <= 120 and (own := label_form(block.text)) in form:
            pieces = segments(block.text)
            # a line of three segments is no headline, whoever put it there
            if pieces < 2 or (pieces < 3 and not spam_words(block.text)):
                yield own


def _without_headline(page: Page, title: str) -> str:
    """A title without the lines of the page that it repeats: 警方捣毁百家乐赌场 is a headline."""
    form = label_form(title)
    for own in list(_agreeing(page, form)):
        form = form.replace(own, "")
    return form


def _spam_link(link: Link) -> SpamLink:
    return SpamLink(domain=_hostname(link.href), anchor=link.text[:200], hidden_by=link.hidden or "visible")


def _sites(links: Sequence[Link]) -> int:
    return len({_site(_hostname(link.href)) for link in links})


def _weight_of_hidden(links: Sequence[Link]) -> float:
    """How much hidden links count: spam words prove a farm, devious hiding makes one likely, else it is a menu."""
    spam = [link for link in links if spam_words(link.text)]
    if len(spam) * 4 >= len(links) or (len(spam) >= FARM_LINKS and _sites(spam) >= FARM_SITES):
        return 1.0
    devious = [link for link in links if link.hidden in DEVIOUS]
    return 0.7 if len(devious) >= FARM_LINKS and _sites(devious) >= FARM_SITES else 0.0


def _link_blocks(page: Page, links: Sequence[Link]) -> frozenset[int]:
    """The blocks that hold these links and little else."""
    blocks = page.blocks
    at = {link.block for link in links if link.block < len(blocks)}
    return frozenset(index for index in at if blocks[index].linked * 2 > len(blocks[index].text))


def _hostname(href: str) -> str:
    try:
        return (urlsplit(href).hostname or "").lower()
    except ValueError:
        return ""


def _site(host: str) -> str:
    """The registrable part of a host name, near enough: news.example.com.cn and www.example.com.cn are one site."""
    labels = host.lower().split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in {"com", "net", "org", "gov", "edu", "ac", "co"}
    return ".".join(labels[-3 if short else -2 :])


def _outgoing(page: Page) -> list[Link]:
    """The links that lead to other sites, where there are several of them.

    The page's own site is told by most of its links where its address is not known.
    """
    hosts = Counter(_LINK_HOST.findall("\n".join(page.links.href)))
    own = _site(_hostname(page.url) or (hosts.most_common(1)[0][0] if hosts else ""))
    foreign = {host for host in hosts if _site(host) != own}
    if len({_site(host) for host in foreign}) < FARM_SITES and len(foreign) < FARM_HOSTS:
        return []
    links = page.links
    return [
        Link(href, links.text[index], links.block[index], links.hidden[index])
        for index, href in enumerate(links.href)
        if "//" in href and href.partition("//")[2].partition("/")[0] in foreign
    ]

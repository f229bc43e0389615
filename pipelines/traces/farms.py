"""Link farms: links to many other sites, kept from sight or made of anchors that name no site."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from crawler.items import Evidence
from pipelines.article.labelling import label_form
from pipelines.markup.blocks import Link
from pipelines.parse import Page
from pipelines.traces.trace import DEVIOUS, WORDS, Trace, hostname, names_a_site, site_of, spam_words

# Links that a farm has at least, and sites they lead to.
FARM_LINKS = 5
FARM_SITES = 3
# Or hosts, where a farm lives on the subdomains of one site (a1.farm.example, a2.farm.example …).
FARM_HOSTS = 10
# Anchors that each lead to several hosts, and how long they are: 更多 and 详细 stand beside any list.
REUSED = 3
LEAST_ANCHOR = 4
# Beginnings that several hidden anchors share: so many of them, so long.
STEMS, LEAST_STEM = 4, 3
# So many deviously hidden links of which less than one in three is the name of a site leave no doubt.
SURE_LINKS = 8
NAMED = 3

_LINK_HOST = re.compile(r"\n(?:https?:)?//([^/\n]{1,200})")  # each address on a line of its own, behind its break


def link_farms(page: Page) -> Iterator[Trace]:
    """Links to many other sites: kept from sight, or in plain sight with anchors that give them away."""
    outgoing = outgoing_links(page)
    if len(outgoing) < FARM_LINKS:
        return
    hidden = [link for link in outgoing if link.hidden]
    if _is_spread(hidden):
        weight = _weight_of_hidden(hidden)
        if weight:
            ways = ", ".join(sorted({link.hidden for link in hidden if link.hidden}))
            hosts = len({hostname(link.href) for link in hidden})
            detail = f"{len(hidden)} links to {hosts} hosts of {site_count(hidden)} other sites, hidden by {ways}"
            evidence = Evidence(kind="hidden-link-farm", detail=detail, weight=weight)
            yield Trace(evidence=evidence, links=tuple(hidden))
    in_sight = [link for link in outgoing if not link.hidden]
    shown = _with_spam_words(in_sight)
    told = "with spam anchors"
    if len(shown) < FARM_LINKS or site_count(shown) < FARM_SITES:
        shown, told = _reused(in_sight), "whose anchors each lead to several of them"
    if len(shown) >= FARM_LINKS and site_count(shown) >= FARM_SITES:
        evidence = Evidence(kind="link-farm", detail=f"{len(shown)} links to {site_count(shown)} other sites {told}")
        yield Trace(evidence=evidence, links=tuple(shown), blocks=_link_blocks(page, shown))


def site_count(links: Sequence[Link]) -> int:
    """How many sites some links lead to."""
    return len({site_of(hostname(link.href)) for link in links})


def _is_spread(links: Sequence[Link]) -> bool:
    """Whether links are as many, to as many sites or hosts, as a farm has."""
    if len(links) < FARM_LINKS:
        return False
    return site_count(links) >= FARM_SITES or len({hostname(link.href) for link in links}) >= FARM_HOSTS


def _with_spam_words(links: Sequence[Link]) -> list[Link]:
    anchors = label_form("\n".join(link.text for link in links).lower())
    if sum(1 for _ in islice(WORDS.finditer(anchors), FARM_LINKS)) < FARM_LINKS:
        return []
    return [link for link in links if spam_words(link.text)]


def _reused(links: Sequence[Link], *, least: int = REUSED, stem: int | None = None) -> list[Link]:
    """The links whose anchors lead to several hosts each, where there are several such anchors.

    A campaign has few key words and many sites; honest lists name each site once.

    Args:
        links: links to other sites.
        least: how many such anchors there must be.
        stem: how many characters anchors must share to be one; all of them where it is not given.
    """
    hosts: dict[str, set[str]] = {}
    for link in links:
        if len(link.text) >= LEAST_ANCHOR and not names_a_site(label_form(link.text)):
            hosts.setdefault(link.text[:stem], set()).add(hostname(link.href))
    reused = {anchor for anchor, led_to in hosts.items() if len(led_to) > 1}
    return [link for link in links if link.text[:stem] in reused] if len(reused) >= least else []


def _weight_of_hidden(links: Sequence[Link]) -> float:
    """How much hidden links count: what their anchors say and how they are hidden tells a farm from a closed menu."""
    spam = [link for link in links if spam_words(link.text)]
    if len(spam) * 4 >= len(links) or (len(spam) >= FARM_LINKS and site_count(spam) >= FARM_SITES):
        return 1.0
    if _is_spread(_reused(links)):
        return 1.0
    # 琉璃花园入口, 琉璃花园合集 …: key words in several phrases each
    if len(_reused(links, least=STEMS, stem=LEAST_STEM)) >= SURE_LINKS:
        return 1.0
    devious = [link for link in links if link.hidden in DEVIOUS]
    if not _is_spread(devious):
        return 0.0
    # a list of partners rolled up to no height, or off the screen until the mouse comes, is made of names
    named = sum(names_a_site(label_form(link.text)) for link in devious)
    return 1.0 if named * NAMED < len(devious) and len(devious) >= SURE_LINKS else 0.7


def _link_blocks(page: Page, links: Sequence[Link]) -> frozenset[int]:
    """The blocks that hold these links and little else."""
    blocks = page.blocks
    at = {link.block for link in links if link.block < len(blocks)}
    return frozenset(index for index in at if blocks[index].linked * 2 > len(blocks[index].text))


def outgoing_links(page: Page) -> list[Link]:
    """The links that lead to other sites, where there are several of them.

    The page's own site is told by most of its links where its address is not known.
    """
    hosts = Counter(_LINK_HOST.findall("\n".join(("", *page.links.href))))
    own = site_of(hostname(page.url) or (hosts.most_common(1)[0][0] if hosts else ""))
    foreign = {host for host in hosts if site_of(host) != own}
    if len({site_of(host) for host in foreign}) < FARM_SITES and len(foreign) < FARM_HOSTS:
        return []
    links = page.links
    return [
        Link(href, links.text[index], links.block[index], links.hidden[index])
        for index, href in enumerate(links.href)
        if "//" in href and href.partition("//")[2].partition("/")[0] in foreign
    ]

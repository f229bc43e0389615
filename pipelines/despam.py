"""Is the page hijacked, on what evidence, and what of it did the hijackers put there.

Each rule looks at the page for one kind of trace and says what it saw, how much that counts, and which blocks are spam.
A page is hijacked when the weights sum to 1. Precision comes first: what honest pages do too (hidden menus, closed
dialogues, long titles, tests of the referrer) counts only together with something they do not.
"""

from dataclasses import replace

from crawler.items import Reason, Rejected, SpamLink, Verdict
from pipelines.markup.blocks import Link
from pipelines.parse import Page
from pipelines.traces import farms, scripts, titles
from pipelines.traces.trace import Rule, hostname

KEPT_LINKS = 200
# Running text that makes a page more than its spam.
LEAST_TEXT = 60

RULES: tuple[Rule, ...] = (
    titles.unconverted_header,
    titles.spam_header,
    titles.spam_meta,
    titles.repeated_header,
    titles.foreign_title,
    titles.second_title,
    titles.doorway,
    titles.hidden_header,
    farms.link_farms,
    scripts.scripted_title,
    scripts.cloaking,
    scripts.written_links,
    scripts.written_cover,
    scripts.forwarding,
    titles.coded_title,
    titles.brand_insertion,
)


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


def _spam_link(link: Link) -> SpamLink:
    return SpamLink(domain=hostname(link.href), anchor=link.text[:200], hidden_by=link.hidden or "visible")

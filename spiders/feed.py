"""RSS and Atom feeds as sites really write them, read with feedparser."""

import re
import warnings
from datetime import date
from itertools import islice

import feedparser

from spiders.found import Found, Reading, web_address
from spiders.sitemap import declares_entities

MAX_ENTRIES = 5_000
MAX_BYTES = 3_000_000  # a feed has fifty entries, perhaps with their whole text; a megabyte takes four seconds
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>/]", re.IGNORECASE)


def read_feed(body: bytes, url: str, *, content_type: str = "") -> Reading:
    """The addresses of a feed's entries."""
    if declares_entities(body):
        return Reading(problem="XML that declares entities is not read")
    if len(body) > MAX_BYTES:
        return Reading(problem=f"a feed of more than {MAX_BYTES:,} bytes is not read")
    if sum(1 for _ in islice(_ENTRY.finditer(body), MAX_ENTRIES + 1)) > MAX_ENTRIES:
        return Reading(problem=f"a feed of more than {MAX_ENTRIES:,} entries is not read")
    headers = {"content-location": url, **({"content-type": content_type} if content_type else {})}
    parsed = feedparser.parse(body, response_headers=headers, sanitize_html=False)
    found: dict[str, Found] = {}
    for entry in parsed.entries:
        address = web_address(url, entry.get("link") or "") if entry.get("link") else None
        if address:
            found.setdefault(address, Found(url=address, day=_day(entry)))
    problem = f"damaged feed: {parsed.get('bozo_exception')}" if parsed.get("bozo") and not found else ""
    return Reading(articles=tuple(found.values()), problem=" ".join(problem.split())[:200])


def _day(entry: feedparser.FeedParserDict) -> date | None:
    """The day an entry was published or changed, whichever is later."""
    with warnings.catch_warnings():  # feedparser maps updated to published where it is missing, and warns of that
        warnings.simplefilter("ignore", DeprecationWarning)
        times = (entry.get("published_parsed"), entry.get("updated_parsed"))
    try:
        return max((date(*moment[:3]) for moment in times if moment), default=None)
    except (ValueError, TypeError):
        return None

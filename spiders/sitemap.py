"""Sitemaps: lists and indexes, plain or gz, with news dates; also lists of bare addresses and robots.txt.

They are XML of strangers: nothing is read that declares entities, and no more than the protocol allows.
"""

import re
import zlib
from collections.abc import Iterator
from datetime import date
from io import BytesIO

from lxml import etree

from spiders.found import Found, Reading, web_address

MAX_ENTRIES = 50_000  # of one file, as the protocol has it
MAX_BYTES = 50_000_000  # of one file, unpacked, as the protocol has it
GZIP = b"\x1f\x8b"

_ENTRIES = ("{*}url", "{*}sitemap")
_DAYS = ("lastmod", "publication_date")  # the later wins: an article that was changed is worth fetching again
_SITEMAP_LINE = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


class UnpackError(ValueError):
    """A gz file that is damaged, or more than may be read once it is unpacked."""


def unpacked(body: bytes) -> bytes:
    """The bytes of a file that may be gz.

    Raises:
        UnpackError: they are damaged, or more than `MAX_BYTES`.
    """
    if not body.startswith(GZIP):
        return body
    try:
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain = unpacking.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise UnpackError(f"damaged gz file: {error}") from error
    if len(plain) <= MAX_BYTES and not unpacking.eof:
        raise UnpackError("damaged gz file: cut short")
    if len(plain) > MAX_BYTES:
        raise UnpackError(f"more than {MAX_BYTES:,} bytes, once unpacked")
    return plain


def declares_entities(body: bytes) -> bool:
    """Whether XML brings entities of its own: through them a small file becomes endless, or reads other files."""
    return b"<!ENTITY" in body.replace(b"\0", b"")  # NUL: UTF-16 would hide it


def read_sitemap(body: bytes, url: str) -> Reading:
    """The addresses of a sitemap: of pages, or of further sitemaps where it is an index."""
    if declares_entities(body):
        return Reading(problem="XML that declares entities is not read")
    pages: dict[str, Found] = {}
    sitemaps: dict[str, Found] = {}
    problem = ""
    try:
        for number, (kind, found) in enumerate(_entries(body, url)):
            if number == MAX_ENTRIES:
                problem = f"more than {MAX_ENTRIES:,} entries; the rest is not read"
                break
            if found:
                (sitemaps if kind == "sitemap" else pages).setdefault(found.url, found)
    except etree.XMLSyntaxError as error:
        problem = f"damaged XML: {error.msg}"
    return Reading(articles=tuple(pages.values()), further=tuple(sitemaps.values()), problem=problem)


def read_address_lines(body: bytes) -> Reading:
    """A text file of one whole address a line, which the protocol allows too; any other text has none."""
    lines = body.decode("utf-8-sig", "replace").split("\n", MAX_ENTRIES)[:MAX_ENTRIES]
    urls = dict.fromkeys(address for line in lines if (address := web_address("", line)))
    return Reading(articles=tuple(Found(url=address) for address in urls))


def read_robots(body: bytes, url: str) -> Reading:
    """The sitemaps that a robots.txt names."""
    named = (web_address(url, line.decode("utf-8", "replace")) for line in _SITEMAP_LINE.findall(body[:512_000]))
    return Reading(further=tuple(Found(url=address) for address in dict.fromkeys(named) if address))


def _entries(body: bytes, url: str) -> Iterator[tuple[str, Found | None]]:
    """The entries, also those without an address: a file of nothing else has to end too."""
    events = etree.iterparse(
        BytesIO(body), tag=_ENTRIES, resolve_entities=False, no_network=True, recover=True, remove_comments=True
    )
    for _, element in events:
        texts = {
            etree.QName(child).localname: (child.text or "").strip()
            for child in element.iter()
            if isinstance(child.tag, str)
        }
        address = web_address(url, texts.get("loc", ""))
        days = [day for name in _DAYS if (day := _day(texts.get(name, "")))]
        found = Found(url=address, day=max(days, default=None)) if address and texts.get("loc") else None
        yield etree.QName(element).localname, found
        element.clear()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None

"""Articles split over several pages: where the next page is, seen without parsing the page a second time."""

import html
import re
from urllib.parse import urljoin, urlsplit

MAX_ADDRESS = 2_000  # characters
MAX_PAGES = 100  # a part's number; larger ones are dates and ids

_NEXT_WORDS = ("下一页", "下一頁", "下页", "下頁", "后一页", "后页")
# The words in the encodings such pages come in; only a page that has one of them, or a link named 2, is looked at.
_NEXT_BYTES = tuple(
    {word.encode(name, "ignore") for word in _NEXT_WORDS for name in ("utf-8", "gb18030", "big5") if word} - {b""}
)
_NEXT_ENTITY = b"&#19979;"  # 下
_ANCHOR = re.compile(rb"<a\b([^>]{1,2000})>(.{0,300}?)</a", re.IGNORECASE | re.DOTALL)
_HREF = re.compile(rb"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_TAG = re.compile(rb"<[^>]*>")
# `t20260211_123_2.html`, `123-2.shtml`: the last number of a file's name, behind a separator
_NUMBERED = re.compile(r"(?P<stem>.+)[_-](?P<number>\d{1,3})(?P<suffix>\.\w{2,6})?")
_PAGE_QUERY = re.compile(r"(?:^|&)(?:page|p|pageno|pn)=(?P<number>\d{1,3})(?:&|$)", re.IGNORECASE)
# Names of section pages, whose next page is another list: `index_2.html`, `list-263-2.html`, `node_12.htm`; and of the
# folders that hold nothing else: `/list/local_2.html`
_SECTION = re.compile(r"(?:index|list|default|node|more|column|channel|category)(?![a-z])", re.IGNORECASE)
_SECTION_FOLDER = re.compile(r"/(?:lists?|channel|category)$", re.IGNORECASE)


def next_part(body: bytes, url: str) -> str | None:
    """The address of the page that the same article goes on with, or None.

    It must be linked with the words 下一页 (or with the number 2 from the first page), and its address must be this
    page's with another part number: `123.html` → `123_2.html`, `123_2.html` → `123_3.html`, `?id=5` → `?id=5&page=2`.
    So 下一篇 never counts, nor the next page of a list.
    """
    if not (any(word in body for word in _NEXT_BYTES) or _NEXT_ENTITY in body or b">2<" in body):
        return None
    for attributes, inner in _ANCHOR.findall(body):
        text = _TAG.sub(b"", inner).strip(b" \t\r\n[]()<>")
        says_next = any(word in text for word in _NEXT_BYTES) or _says_next_in_entities(text)
        if not (says_next or text == b"2"):
            continue
        target = _address(attributes, url)
        if target and _is_next(url, target, first_only=not says_next):
            return target
    return None


def _says_next_in_entities(text: bytes) -> bool:
    return _NEXT_ENTITY in text and html.unescape(text.decode("ascii", "replace")).strip() in _NEXT_WORDS


def _address(attributes: bytes, url: str) -> str | None:
    found = _HREF.search(attributes)
    if not found:
        return None
    href = html.unescape(b"".join(group or b"" for group in found.groups()).decode("utf-8", "replace")).strip()
    if not href or len(href) > MAX_ADDRESS:
        return None
    try:
        return urljoin(url, href).partition("#")[0]
    except ValueError:  # `http://[`: not an address
        return None


def _is_next(url: str, target: str, *, first_only: bool) -> bool:
    """Whether an address is this one with the part number that follows.

    Args:
        url: this page's address.
        target: the address linked.
        first_only: the link is named `2`, which means the next part only from the first page.
    """
    here, there = urlsplit(url), urlsplit(target)
    (folder, _, name), (other_folder, _, other_name) = here.path.rpartition("/"), there.path.rpartition("/")
    if (here.scheme, here.netloc, folder) != (there.scheme, there.netloc, other_folder):
        return False
    if not name or _SECTION.match(name) or _SECTION_FOLDER.search(folder):
        return False
    if name == other_name:
        return _follows_in_query(here.query, there.query, first_only=first_only)
    return here.query == there.query and _follows_in_name(name, other_name, first_only=first_only)


def _follows_in_name(name: str, other: str, *, first_only: bool) -> bool:
    """Whether two file names are the same but for a part number that follows."""
    theirs, ours = _NUMBERED.fullmatch(other), _NUMBERED.fullmatch(name)
    if not theirs:
        return False
    number, suffix = int(theirs["number"]), theirs["suffix"] or ""
    if name == theirs["stem"] + suffix:
        return number in {1, 2}  # some count their parts from 0: 123.html, 123_1.html
    if first_only or not ours or (ours["stem"], ours["suffix"] or "") != (theirs["stem"], suffix):
        return False
    return number == int(ours["number"]) + 1 <= MAX_PAGES


def _follows_in_query(query: str, other: str, *, first_only: bool) -> bool:
    """Whether two queries are the same but for a page number that follows."""
    theirs = _PAGE_QUERY.search(other)
    ours = _PAGE_QUERY.search(query)
    if not theirs or _without_page(query) != _without_page(other) or not _without_page(query):
        return False  # nothing but a page number: a list
    if ours is None:
        return int(theirs["number"]) == 2
    return not first_only and int(theirs["number"]) == int(ours["number"]) + 1 <= MAX_PAGES


def _without_page(query: str) -> str:
    return "&".join(part for part in query.split("&") if not _PAGE_QUERY.fullmatch(part))

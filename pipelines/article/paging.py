"""Articles split over several pages: where does the next part stand.

The next part of this article (`…/123.html` → `…/123_2.html`, 下一页), never the next article (下一篇): its address must
continue this page's own address.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from crawler.items import Capture, Rejected
from pipelines.article.labelling import label_form
from pipelines.decode import decode
from pipelines.parse import absolute_url, walk_lxml

MOST_PARTS = 99

_WORDS = ("下一页", "下一頁", "下页", "下頁", "后一页", "後一頁")
# Pages that hold none of these are not parsed a second time; nine of ten hold none. The words are looked for among the
# bytes that are not ASCII, a fifth of a page: the second byte of 下 in Big5 is a `U`, which is left out on both sides.
_ASCII = bytes(range(128))
_HAN = {
    *(word.encode(codec).translate(None, _ASCII) for word in _WORDS for codec in ("utf-8", "gb18030")),
    *(word.encode("big5").translate(None, _ASCII) for word in ("下一頁", "下頁", "後一頁")),
}
_CODED = b"&#19979;&#19968;&#39029;"
_REL = (b"rel=", b'rel="', b"rel='")
_LABEL = re.compile(r"^[\[(<]*(?:下一?页|后一页|nextpage|next)[\])>.]*$", re.IGNORECASE)
_NUMBER = re.compile(r"^[\[(]?(\d{1,2})[\])]?$")
_LIST_NAMES = ("index", "default", "list", "node_", "channel")
_PAGE_KEYS = frozenset(
    {"page", "p", "pn", "pageno", "pagenum", "pageindex", "cp", "curpage", "currentpage", "paged", "pagecode"}
)
_ID = re.compile(r"\d{3}|[a-z]\d|[0-9a-f]{6}", re.IGNORECASE)
_STEM = re.compile(r"^(?P<stem>.*?)(?:(?P<mark>[_-]|/p?)(?P<page>\d{1,2}))?(?P<ext>\.[a-zA-Z]{2,6})?/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """An address taken apart: what all parts of the article share, and the number of this one."""

    stem: str
    ext: str
    query: tuple[tuple[str, str], ...]
    page: int | None
    mark: str = ""


def next_part(body: bytes, url: str) -> str | None:
    """The address of the article's next page, or None where this is the last or only one.

    Args:
        body: the page's bytes.
        url: its address.
    """
    if _is_list_address(url) or not _may_name_a_next_part(body):
        return None
    try:
        text = decode(Capture(url=url, body=body, fetched_at=datetime.fromtimestamp(0, UTC))).text
    except Rejected:
        return None
    walked = walk_lxml(text)
    best: tuple[int, str] | None = None
    for link in walked.links:
        label = label_form(link.text)
        number = _NUMBER.match(label)
        if not (number or _LABEL.match(label)):
            continue
        address = absolute_url(walked.head.base, url, link.href)
        page = continues(url, address) if address else None
        # A number in a pager must be the number in the address.
        if address is None or page is None or (number and int(number[1]) not in {page, page + 1}):
            continue
        if best is None or page < best[0]:
            best = page, address
    return best[1] if best else None


def _may_name_a_next_part(body: bytes) -> bool:
    high = body.translate(None, _ASCII)
    try:
        text = high.decode()
    except UnicodeDecodeError:
        names = any(word in high for word in _HAN)
    else:
        names = any(word in text for word in _WORDS)  # a third of the time, and most pages are UTF-8
    return names or _CODED in body or b"Next page" in body or _says_next(body)


def _says_next(body: bytes) -> bool:
    """Whether `next page` or `rel=next` is somewhere: each way to write them by itself would be one more pass."""
    at = body.find(b"next")
    while at >= 0 and not (body.startswith(b" page", at + 4) or body.endswith(_REL, 0, at)):
        at = body.find(b"next", at + 4)
    return at >= 0


def _is_list_address(url: str) -> bool:
    """Whether an address names a section, whose next page lists more articles: articles have numbers, lists names."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    name = parts.path.rstrip("/").rpartition("/")[2].lower()
    return name.startswith(_LIST_NAMES) or not any(char.isdigit() for char in parts.path + parts.query)


def continues(url: str, address: str) -> int | None:
    """The number of the part that `address` is of the article at `url`, or None where it is no later part of it.

    >>> continues("http://news.example/a/123.html", "http://news.example/a/123_2.html")
    2
    >>> continues("http://news.example/a/123.html", "http://news.example/a/124.html") is None
    True
    """
    try:
        here, there = urlsplit(url), urlsplit(address)
    except ValueError:
        return None
    if here.netloc.lower() != there.netloc.lower():
        return None
    for mine, other in zip(_readings(here.path, here.query), _readings(there.path, there.query), strict=True):
        if (mine.stem, mine.ext, mine.query) != (other.stem, other.ext, other.query):
            continue
        # /2026/02/11 and /2026/02/12 are two days; /123456/2 and /123456/3 two parts of one article
        dated = mine.page is not None and mine.mark == "/" and not _ID.search(mine.stem.rpartition("/")[2])
        if other.page is not None and (mine.page or 0) < other.page <= MOST_PARTS and not dated:
            return other.page
    # …/123.html → …/123_2.html: this page's number is not written
    mine, other = _whole(here.path, here.query), _numbered(there.path, there.query)
    same = (mine.stem, mine.ext, mine.query) == (other.stem, other.ext, other.query)
    return other.page if same and other.page and other.page <= MOST_PARTS else None


def _readings(path: str, query: str) -> tuple[_Part, _Part]:
    return _numbered(path, query), _paged(path, query)


def _numbered(path: str, query: str) -> _Part:
    """A page number at the end of the path: 123_2.html, 123/2."""
    found = _STEM.match(path)
    if found is None:
        return _whole(path, query)
    page = int(found["page"]) if found["page"] else None
    return _Part(
        stem=found["stem"],
        ext=found["ext"] or "",
        query=tuple(parse_qsl(query)[:20]),
        page=page,
        mark=found["mark"] or "",
    )


def _paged(path: str, query: str) -> _Part:
    """A page number in the query: ?id=123&page=2."""
    pairs = parse_qsl(query)[:20]
    pages = [
        value
        for key, value in pairs
        if key.lower() in _PAGE_KEYS and value.isascii() and value.isdigit() and len(value) <= 2
    ]
    rest = tuple((key, value) for key, value in pairs if key.lower() not in _PAGE_KEYS)
    return _Part(stem=path, ext="", query=rest, page=int(pages[0]) if pages else None)


def _whole(path: str, query: str) -> _Part:
    stem, dot, ext = path.rstrip("/").rpartition(".")
    if not dot or "/" in ext:
        stem, ext = path.rstrip("/"), ""
    return _Part(stem=stem, ext=f".{ext}" if ext else "", query=tuple(parse_qsl(query)[:20]), page=None)

"""Text to page: lxml reads the markup once.

Where it can make no sense of it, what swallowed the page is opened and lxml reads it again; BeautifulSoup is the second
opinion where nothing is to be opened.
"""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import etree

from crawler.items import Capture, Declared, Decoded, Evidence, Note, Reason, Rejected, Verdict
from pipelines.collector import collector_paused
from pipelines.markup.blocks import Block, Boxes, Head, Links, Picture
from pipelines.markup.walk import EnoughSeenError, Walked, Walker

MAX_CHARACTERS = 20_000_000
AT_A_TIME = 1_000_000  # characters handed to the reader; nearly all pages are shorter
# BeautifulSoup builds a Python tree, 60 times slower than lxml: for the pages that need it, which are small.
MAX_SECOND_OPINION = 1_000_000

# First bytes of files that are no HTML, whatever their name or header says (file(1) magic numbers).
_SIGNATURES = (
    (b"%PDF-", "PDF"), (b"\x89PNG", "PNG image"), (b"GIF8", "GIF image"), (b"\xff\xd8\xff", "JPEG image"),
    (b"PK\x03\x04", "ZIP archive or office document"), (b"\x1f\x8b", "gzip data"), (b"BM", "BMP image"),
    (b"\xd0\xcf\x11\xe0", "office document"), (b"RIFF", "RIFF media"), (b"\x00\x00\x01\x00", "icon"),
    (b"ID3", "MP3 audio"), (b"Rar!", "RAR archive"), (b"7z\xbc\xaf", "7z archive"), (b"{\\rtf", "RTF document"),
)  # fmt: skip
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<(rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.DOTALL
)
# NUL ends the text for the reader. The others are white space to Python and to nobody else: as the converter's hidden
# byte one of them would leave a space before each mark (近日 ，记者), and any other control character says the same.
_FOREIGN = str.maketrans(dict.fromkeys("\x1c\x1d\x1e\x1f", "\x10") | {"\0": None})
_FOREIGN_BYTES = tuple(bytes([char]) for char in _FOREIGN)
_NOT_SPACE = re.compile(r"\S")
_MARKUP = re.compile(r"<\s*(?:p|div|td|br|table|body|article|span|h[1-6])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as its walk left it: text in reading order, not a tree.

    Attributes:
        capture: where it came from.
        encoding, encoding_evidence: how it was decoded.
        blocks: runs of text in reading order.
        boxes: the block-level elements that hold them.
        links, pictures: in reading order.
        head: titles, meta, scripts as written.
        declared: what the head says of the page, read; witnesses all of it.
        verdict: the hijack verdict, once `despam` gave one.
    """

    capture: Capture
    encoding: str
    encoding_evidence: tuple[Evidence, ...] = ()
    blocks: tuple[Block, ...] = field(repr=False)
    boxes: Boxes = field(repr=False)
    links: Links = field(repr=False)
    pictures: tuple[Picture, ...] = field(repr=False)
    head: Head = field(repr=False)
    declared: Declared = field(repr=False)
    verdict: Verdict = field(default_factory=Verdict)
    notes: tuple[Note, ...] = ()

    @property
    def url(self) -> str:
        """The page's address."""
        return self.capture.url

    def absolute(self, href: str) -> str | None:
        """The http(s) address that a link or picture of this page means, or None."""
        return absolute_url(self.head.base, self.url, href)


def parse(decoded: Decoded) -> Page:
    """Read a page's markup.

    Raises:
        Rejected: `not-html` (the bytes are something else), `empty` (no visible text, no picture, no script).
    """
    _refuse_other_formats(decoded)
    text = decoded.text[:MAX_CHARACTERS]
    own = _as_read(decoded)
    if own is None and any(chr(char) in text for char in _FOREIGN):
        text = text.translate(_FOREIGN)
    walked = walk_lxml(own or text)
    notes = decoded.notes
    if len(text) <= MAX_SECOND_OPINION and _makes_no_sense(text, walked):
        opened = _opened(text)
        second = walk_lxml(opened) if opened != text else _second_opinion(text)
        if _visible(second) > 2 * _visible(walked):
            walked = second
            notes += (Note(step="parse", rule="tolerant-parser", where="page"),)
    head = walked.head
    if not (walked.blocks or walked.pictures or head.scripts or head.script_files):
        raise Rejected(Reason.EMPTY, "no text in the page", encoding=decoded.encoding)
    return Page(
        capture=decoded.capture,
        encoding=decoded.encoding,
        encoding_evidence=decoded.evidence,
        blocks=walked.blocks,
        boxes=walked.boxes,
        links=walked.links,
        pictures=walked.pictures,
        head=head,
        declared=_declared(head, decoded.capture.url),
        notes=notes,
    )


def _as_read(decoded: Decoded) -> bytes | None:
    """The page's own bytes where they are what the reader wants anyway: short, intact UTF-8 without foreign bytes."""
    body = decoded.capture.body
    if (
        decoded.encoding != "utf-8"
        or decoded.notes
        or len(body) > AT_A_TIME
        or any(map(body.__contains__, _FOREIGN_BYTES))
    ):
        return None
    return body.removeprefix(BOM_UTF8)


def walk_lxml(markup: str | bytes) -> Walked:
    """Walk markup, text or UTF-8, while lxml reads it; the reader has no depth limit and no entity expansion."""
    walker = Walker()
    parser = etree.HTMLParser(
        target=walker,  # type: ignore[arg-type]  # the stubs ask for `comment`, which is never called here
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    with collector_paused():
        try:
            for at in range(0, len(markup), AT_A_TIME):
                piece = markup[at : at + AT_A_TIME]
                parser.feed(piece.encode("utf-8", "replace") if isinstance(piece, str) else piece)
                walker.pause()
            parser.close()
        except EnoughSeenError:
            walker.close()
        except etree.LxmlError:
            # An empty or hopeless document: whatever was seen before the error stands.
            walker.close()
    return walker.walked()


def _second_opinion(text: str) -> Walked:
    from pipelines.soup import walk_soup  # noqa: PLC0415 - BeautifulSoup takes 7 MB, and few pages need it

    return walk_soup(text)


def _opened(text: str) -> str:
    """Take the markup away that hides the rest of the page: unclosed comments, titles, text areas."""
    start = text.rfind("<!--")
    if start >= 0 and text.find("-->", start) < 0:
        text = text[:start] + text[start + 4 :]
    text = re.sub(r"</?textarea\b", "<div", text, flags=re.IGNORECASE)
    title = re.search(r"<title\b[^>]{0,200}>", text, re.IGNORECASE)
    if title and not re.match(r"[^<]{0,2000}</title", text[title.end() :], re.IGNORECASE):
        line_end = re.search(r"[\r\n<]", text[title.end() :])
        if line_end:
            cut = title.end() + line_end.start()
            text = f"{text[:cut]}</title>{text[cut:]}"
    return text


def _visible(walked: Walked) -> int:
    return sum(len(block.text) for block in walked.blocks if block.hidden is None)


def _makes_no_sense(text: str, walked: Walked) -> bool:
    """Whether the walk shows that the parser lost the text: it is swallowed, or next to nothing of it came out."""
    if walked.head.swallowed > 2_000:
        return True
    seen = 0
    for block in walked.blocks:
        seen += len(block.text) if block.hidden is None else 0
        if seen > 200:
            return False
    last_comment = text.rfind("<!--")
    unclosed = last_comment >= 0 and text.find("-->", last_comment) < 0 and len(text) - last_comment > 500
    return unclosed or (not walked.blocks and bool(_MARKUP.search(text)))


def _refuse_other_formats(decoded: Decoded) -> None:
    start = decoded.capture.body[:16].lstrip(b"\xef\xbb\xbf\r\n\t ")
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            raise Rejected(Reason.NOT_HTML, f"the bytes are {name}", encoding=decoded.encoding)
    text = decoded.text
    opening = _NOT_SPACE.search(text)
    if opening is None:
        raise Rejected(
            Reason.EMPTY, "no byte" if not decoded.capture.body else "only white space", encoding=decoded.encoding
        )
    feed = _FEED.match(text[:2_000])
    if feed:
        raise Rejected(Reason.NOT_HTML, f"an XML document: <{feed[1]}>", encoding=decoded.encoding)
    if opening[0] in "{[" and not _MARKUP.search(text[:100_000]):
        try:
            json.loads(text[:1_000_000])
        except (ValueError, RecursionError):
            return
        raise Rejected(Reason.NOT_HTML, "the bytes are JSON", encoding=decoded.encoding)


# -- what the head says -----------------------------------------------------------------------------------------------


def absolute_url(base: str | None, url: str, href: str) -> str | None:
    """The http(s) address that `href` means on a page, or None where it means none.

    >>> absolute_url(None, "http://news.example/a/1.html", "../img/2.jpg")
    'http://news.example/img/2.jpg'
    >>> absolute_url(None, "http://news.example/", "javascript:void(0)") is None
    True
    """
    try:
        joined = urljoin(urljoin(url, base) if base else url, href.strip())
    except ValueError:
        return None
    return joined if joined[:8].lower().startswith(("http://", "https://")) else None


def _declared(head: Head, url: str) -> Declared:
    return Declared(
        title=head.titles[0] if head.titles else "",
        meta=head.meta,
        json_ld=tuple(_json_objects(head.json_ld)),
        times=tuple(head.times),
        canonical=absolute_url(head.base, url, head.canonical) if head.canonical else None,
    )


def _json_objects(scripts: list[str]) -> Iterator[Mapping[str, object]]:
    """The objects of JSON-LD scripts, lists and @graph flattened; a script that is no JSON says nothing."""
    for script in scripts[:20]:
        try:
            # Real pages write raw line breaks into strings, which strict JSON forbids.
            waiting = [json.loads(script.strip().rstrip(";"), strict=False)]
        except (ValueError, RecursionError):
            continue
        seen = 0
        while waiting and seen < 100:
            value = waiting.pop()
            if isinstance(value, list):
                waiting.extend(value[:100])
            elif isinstance(value, dict):
                seen += 1
                yield value
                graph = value.get("@graph")
                if isinstance(graph, list):
                    waiting.extend(graph[:100])

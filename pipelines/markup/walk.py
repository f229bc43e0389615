"""One walk over the markup: text gathered once, into flat lists that later steps read by index.

`Walker` is a parser target: lxml calls `start`, `data` and `end` while it reads, so no tree is built and none is walked
again; `pipelines.soup` replays a BeautifulSoup tree into the same three methods when lxml could not make sense of the
markup. What comes out is reading order: `Block`s of text, the boxes (block-level elements) that hold them as ranges of
blocks, and the links and pictures with the block they stand in.

Every list is bounded, and a page beyond a bound is cut there: the largest real page met has 30,000 boxes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipelines.markup.blocks import LEAST_RUNNING, MAX_ATTRIBUTE, Block, Boxes, Head, Links, Picture, running_text
from pipelines.markup.visibility import hiding_rules, look_of

MAX_BOXES = 300_000
BLOCK_ROOM = 25  # characters that a block counts beside its own, so that there are at most 300,000 of them
MAX_PIECES = 1_000_000  # pieces of text that wait for the end of their block; a page of `< a< a` is one piece a sign
MAX_TEXT = 8_000_000  # characters of visible and hidden text together
MAX_SCRIPT = 2_000_000  # characters of inline script kept for the tests of `despam`
MAX_LINKS = 50_000
MAX_PICTURES = 5_000
MAX_META = 200
MAX_TITLES = 20
MAX_TIMES = 50
MAX_SHEET = 50_000  # characters of a style sheet that are read
LONGEST_APART, MOST_APART = 200, 100  # characters and pieces of a line that may be a byline

# Elements that begin a new line of text: the block-level and table elements of HTML, plus those that old pages use so.
BLOCK_TAGS = (
    *("html", "body", "div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "dir"),
    *(
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "section",
        "article",
        "main",
        "header",
        "footer",
    ),
    *("nav", "aside", "figure", "figcaption", "blockquote", "pre", "address", "center", "form", "fieldset", "legend"),
    *("details", "summary", "marquee", "hgroup", "menu", "frameset", "noframes", "multicol", "layer"),
)
# Elements whose content is no text of the page: programs, styles, form fields, drawings, other documents.
SILENT_TAGS = (
    *("script", "style", "noscript", "template", "title", "select", "option", "button", "textarea", "datalist", "svg"),
    *("math", "iframe", "object", "applet", "map", "audio", "video", "canvas", "noembed"),
)

# Attributes by which an element may hide or centre what it holds.
_DRESSING = frozenset({"style", "hidden", "bgcolor", "align", "scrollamount"})
_NO_SIZE = frozenset({"0", "1", "2", "0px", "1px", "2px"})


@lru_cache(maxsize=4096)
def _ident(name: str | None, key: str | None) -> str:
    """A box's class and id in one line, the same object for all boxes that are called alike."""
    return f"{name or ''} {key or ''}"[:200].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What a walk gathered, in reading order.

    Attributes:
        blocks: runs of text.
        boxes: the block-level elements that hold them.
        links, pictures: with the block they stand in.
        head: titles, meta, scripts as written.
    """

    blocks: tuple[Block, ...]
    boxes: Boxes
    links: Links
    pictures: tuple[Picture, ...]
    head: Head


class EnoughSeenError(Exception):
    """A bound is reached; what was gathered so far stands."""


# What closing an element undoes: nothing; a box, whose parent's index is kept; a link; or a call with what was saved
# when it opened.
_Undo = int | tuple[Callable[..., None], tuple[object, ...]] | None
_LINK = -1

_new = tuple.__new__  # makes a named tuple at half the cost of calling its class; there are 50,000 a hundred pages


class Walker:
    """Parser target that gathers blocks, boxes, links, pictures and the head in reading order.

    `data` is the append method of the list of pending pieces: text arrives 150,000 times on a hundred pages, and
    everything else about it (is it linked, silent, hidden) can be told from where in that list an element began.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.boxes = Boxes()
        self.pictures: list[Picture] = []
        self.head = Head()
        self._ends = self.boxes.end
        # boxes and links by row, and by column when the walk is over: a row costs one append
        self._boxes: list[tuple[int, str, str, int]] = [(-1, "", "", 0)]
        self._links: list[tuple[str, str, int, str | None]] = []
        self._pieces: list[str] = []
        self.data: Callable[[str], None] = self._pieces.append
        self._room = MAX_TEXT
        self._script_room = MAX_SCRIPT
        self._open: list[_Undo] = []
        self._starts: dict[str, Callable[[str, Mapping[str, str]], _Undo]] = {
            **dict.fromkeys(BLOCK_TAGS, self._open_box),
            **dict.fromkeys(SILENT_TAGS, self._open_silent),
            **dict.fromkeys(("meta", "link", "base"), self._declare),
            **dict.fromkeys(("br", "hr"), self._break),
            "pre": self._open_pre,
            "a": self._open_link,
            "img": self._picture,
            "amp-img": self._picture,
            "time": self._open_time,
            "input": self._input,
        }
        self._sheet: dict[str, str] = {}  # what the page's own style sheets hide
        self._box = 0
        self._hidden: str | None = None
        self._background: str | None = None
        self._href: str | None = None
        self._link_from = 0  # where in the pending pieces the open link's text begins
        self._link_text = ""  # what of it stood in blocks that are closed
        self._linked = 0  # characters of closed links in the pending pieces
        self._silent = 0  # how many silent elements are open
        self._pre = 0  # how many elements are open whose line ends are line ends

    # -- parser target ------------------------------------------------------------------------------------------------

    def start(self, tag: str, attrib: Mapping[str, str]) -> None:
        """An element opens."""
        handler = self._starts.get(tag)
        if handler is not None:
            self._open.append(handler(tag, attrib))
        elif attrib and ("style" in attrib or "hidden" in attrib):
            self._open.append(self._open_inline(attrib))
        else:
            self._open.append(None)

    def end(self, _tag: str) -> None:
        """An element closes."""
        undo = self._open.pop() if self._open else None
        if undo is None:
            return
        if isinstance(undo, int):
            if undo == _LINK:
                self._close_link()
                return
            pieces = self._pieces
            if pieces:
                if len(pieces) == 1 and pieces[0].isspace():  # two of three: the line ends between tags
                    pieces.clear()
                else:
                    self._flush()
            self._ends[self._box] = len(self.blocks)
            self._box = undo
        else:
            undo[0](*undo[1])

    def pause(self) -> None:
        """So much is read, and more is to come: the place to see that text without any tag has a bound too."""
        if len(self._pieces) > MAX_PIECES:
            raise EnoughSeenError

    def close(self) -> None:
        """The document ends, or a bound was reached: close whatever is open."""
        self._room = MAX_TEXT
        while self._open:
            self.end("")
        if self._pieces:
            self._flush()
        self.boxes.end[0] = len(self.blocks)

    def walked(self) -> Walked:
        """What was gathered, once the document was closed.

        The walker is empty after it: lxml keeps each parser and its target in a cycle, and with them everything that
        they hold, a thousand objects a page, until the garbage collector comes.
        """
        boxes = self.boxes
        boxes.parent, boxes.tag, boxes.ident, boxes.first = map(list, zip(*self._boxes, strict=True))
        links = Links(*map(list, zip(*self._links, strict=True))) if self._links else Links()
        walked = Walked(
            blocks=tuple(self.blocks), boxes=boxes, links=links, pictures=tuple(self.pictures), head=self.head
        )
        vars(self).clear()
        return walked

    # -- boxes and blocks ---------------------------------------------------------------------------------------------

    def _open_box(self, tag: str, attrib: Mapping[str, str]) -> _Undo:
        if self._silent:
            return None
        pieces = self._pieces
        if pieces:
            if len(pieces) == 1 and pieces[0].isspace():
                pieces.clear()
            else:
                self._flush()
        ends = self._ends
        box = len(ends)
        if box > MAX_BOXES:
            raise EnoughSeenError
        parent = self._box
        self._box = box
        undo: _Undo = parent
        ident = ""
        if attrib:
            name, key = attrib.get("class"), attrib.get("id")
            if name or key:
                ident = _ident(name, key)
            # most boxes have a class and nothing else
            if self._sheet or ((len(attrib) > 1 or name is None) and not _DRESSING.isdisjoint(attrib)):
                undo = self._dress(box, parent, ident, attrib)
        elif tag == "center":
            self.boxes.centred.add(box)
        self._boxes.append((parent, tag, ident, len(self.blocks)))
        ends.append(0)
        return undo

    def _dress(self, box: int, parent: int, ident: str, attrib: Mapping[str, str]) -> _Undo:
        """Note how a box looks by its own attributes and by the page's own style sheets."""
        hidden, background = self._hidden, self._background
        if self._look(attrib) or attrib.get("align", "").lower() == "center":
            self.boxes.centred.add(box)
        if self._sheet and self._hidden is None:
            self._hidden = next((self._sheet[name] for name in ident.split() if name in self._sheet), None)
        if self._hidden == hidden and self._background == background:
            return parent
        return self._close_changed_box, (parent, hidden, background)

    def _close_changed_box(self, parent: int, hidden: str | None, background: str | None) -> None:
        if self._pieces:
            self._flush()
        self.boxes.end[self._box] = len(self.blocks)
        self._box, self._hidden, self._background = parent, hidden, background

    def _open_pre(self, tag: str, attrib: Mapping[str, str]) -> _Undo:
        """Bulletin boards and old sites keep their texts in `<pre>`, a line of the text a line of the page."""
        undo = self._open_box(tag, attrib)
        if undo is None:
            return None
        self._pre += 1
        return self._close_pre, (undo,)

    def _close_pre(self, undo: _Undo) -> None:
        if self._pieces:
            self._flush()
        self._pre -= 1
        self._open.append(undo)
        self.end("pre")

    def _break(self, _tag: str, _attrib: Mapping[str, str]) -> _Undo:
        if self._pieces and not self._silent:
            self._flush()
        return None

    def _flush(self) -> None:
        """End the current block."""
        pieces = self._pieces
        raw = pieces[0] if len(pieces) == 1 else "".join(pieces)
        if self._pre and "\n" in raw:
            self._flush_lines(raw)
            return
        if self._href is not None:
            linked = "".join(pieces[self._link_from :])
            if len(self._link_text) < MAX_ATTRIBUTE:  # a link around the whole page grows by every block
                self._link_text += linked
            self._linked += len(linked)
            self._link_from = 0
        words = raw.split()
        if words:
            text = words[0] if len(words) == 1 else " ".join(words)
            size = len(text)
            apart = tuple(pieces) if 1 < len(pieces) <= MOST_APART and size <= LONGEST_APART else ()
            linked_size = self._linked if self._linked < size else size  # noqa: FURB136 - a call takes 1 % of a page
            hidden = self._hidden
            running = running_text(text, linked_size) if size - linked_size >= LEAST_RUNNING and hidden is None else 0
            self.blocks.append(_new(Block, (text, self._box, linked_size, hidden, running, apart)))
            self._room -= size + BLOCK_ROOM
            if self._room < 0:
                raise EnoughSeenError
        pieces.clear()
        self._linked = 0

    def _flush_lines(self, raw: str) -> None:
        """End a block for every line."""
        linked = self._linked * 2 > len(raw)
        self._pieces.clear()
        for line in raw.split("\n"):
            self._pieces.append(line)
            self._linked = len(line) if linked else 0
            self._flush()

    def _look(self, attrib: Mapping[str, str]) -> bool:
        """Note how an element's own attributes hide or show it, both are inherited; say whether they centre it."""
        centred = False
        style = attrib.get("style")
        if style:
            look = look_of(style[:MAX_ATTRIBUTE])
            centred = look.centred
            if look.background:
                self._background = look.background
            if look.hides:
                self._hidden = look.hides
            elif self._hidden in look.shows:
                self._hidden = None
            elif look.colour is not None and look.colour == self._background and self._hidden is None:
                self._hidden = "same-colour"
        if "bgcolor" in attrib:
            self._background = attrib["bgcolor"][:30].lower()
        if "hidden" in attrib and attrib["hidden"] != "until-found":
            self._hidden = "hidden-attribute"
        elif "scrollamount" in attrib and (attrib.get("height") in _NO_SIZE or attrib.get("width") in _NO_SIZE):
            self._hidden = "zero-size"  # <marquee height=1 width=1 scrollamount=3000> runs too small to be seen
        return centred

    # -- inline elements ----------------------------------------------------------------------------------------------

    def _open_inline(self, attrib: Mapping[str, str]) -> _Undo:
        if self._silent:
            return None
        before = self._hidden, self._background
        self._look(attrib)
        if (self._hidden, self._background) == before:
            return None
        return self._close_inline, (*before, self._box, len(self._pieces))

    def _close_inline(self, hidden: str | None, background: str | None, box: int, since: int) -> None:
        if self._hidden != hidden and box == self._box and since < len(self._pieces):
            # Hidden words inside a sentence become a block of their own, and the sentence stays whole.
            text = " ".join("".join(self._pieces[since:]).split())
            del self._pieces[since:]
            if text:
                self._room -= len(text)
                self.blocks.append(Block(text, self._box, 0, self._hidden or hidden, 0, ()))
        self._hidden, self._background = hidden, background

    def _open_time(self, _tag: str, attrib: Mapping[str, str]) -> _Undo:
        times = self.head.times
        if self._silent or len(times) >= MAX_TIMES:
            return None
        value = attrib.get("datetime")
        if value:
            times.append(value[:100])
        return self._close_time, (self._box, len(self._pieces))

    def _close_time(self, box: int, since: int) -> None:
        text = " ".join("".join(self._pieces[since:]).split()) if box == self._box else ""
        if text:
            self.head.times.append(text[:100])

    # -- links and pictures -------------------------------------------------------------------------------------------

    def _open_link(self, _tag: str, attrib: Mapping[str, str]) -> _Undo:
        if self._silent:
            return None
        href = attrib.get("href")
        inline = self._open_inline(attrib) if "style" in attrib or "hidden" in attrib else None
        if href is None or self._href is not None:  # a link inside a link: its text is linked anyway
            return inline
        self._href, self._link_from, self._link_text = href[:MAX_ATTRIBUTE].strip(), len(self._pieces), ""
        return _LINK if inline is None else (self._close_hidden_link, (inline,))

    def _close_hidden_link(self, inline: _Undo) -> None:
        self._close_link()
        inline[0](*inline[1])  # type: ignore[index]  # what _open_inline gave: never a box

    def _close_link(self) -> None:
        pending = "".join(self._pieces[self._link_from :])
        self._linked += len(pending)
        if len(self._links) < MAX_LINKS:
            text = (self._link_text + pending).strip()[:MAX_ATTRIBUTE]
            self._links.append((self._href or "", text, len(self.blocks), self._hidden))
        self._href = None

    def _picture(self, _tag: str, attrib: Mapping[str, str]) -> _Undo:
        if self._silent or len(self.pictures) >= MAX_PICTURES or not attrib:
            return None
        style = attrib.get("style")
        hidden = (look_of(style[:MAX_ATTRIBUTE]).hides if style else None) or self._hidden
        self.pictures.append(_new(Picture, (attrib, len(self.blocks), self._box, hidden, self._href)))
        return None

    # -- head and silent elements -------------------------------------------------------------------------------------

    def _declare(self, tag: str, attrib: Mapping[str, str]) -> _Undo:
        get = attrib.get
        head = self.head
        if tag == "meta":
            content = get("content", "").strip()
            if content and len(head.meta) < MAX_META:
                for key in ("property", "name", "itemprop", "http-equiv"):
                    name = get(key)
                    if name:
                        head.meta.setdefault(name[:100].strip().lower(), content[:10_000])
        elif tag == "base":
            head.base = head.base or get("href", "")[:MAX_ATTRIBUTE] or None
        elif "canonical" in get("rel", "").lower():
            head.canonical = head.canonical or get("href", "")[:MAX_ATTRIBUTE].strip() or None
        return None

    def _input(self, _tag: str, attrib: Mapping[str, str]) -> _Undo:
        if attrib.get("type", "").lower() == "password":
            self.head.has_password = True
        return None

    def _open_silent(self, tag: str, attrib: Mapping[str, str]) -> _Undo:
        self._silent += 1
        if tag == "script" and "src" in attrib:
            self.head.script_files += 1
        return self._close_silent, (tag, attrib.get("type", ""), len(self._pieces))

    def _close_silent(self, tag: str, kind: str, since: int) -> None:
        self._silent -= 1
        if since == len(self._pieces):
            return
        text = "".join(self._pieces[since:])
        pieces = len(self._pieces) - since
        del self._pieces[since:]
        head = self.head
        if tag in {"script", "style"}:
            text = text[: self._script_room]
            self._script_room -= len(text)
            kept = head.styles if tag == "style" else head.json_ld if "ld+json" in kind else head.scripts
            kept.append(text)
            if tag == "style":
                self._sheet.update(hiding_rules(text[:MAX_SHEET]))
        elif tag == "title":
            head.swallowed += len(text)
            if not head.titles:
                # the parser hands every character reference over by itself
                head.coded_title = len(text) >= 8 and pieces * 2 > len(text)
            if len(head.titles) < MAX_TITLES:
                head.titles.append(" ".join(text[:20_000].split())[:5_000])
        elif tag == "textarea":
            head.swallowed += len(text)
        elif tag == "noscript":
            head.noscript = (head.noscript + " ".join(text[:20_000].split()))[:2_000]

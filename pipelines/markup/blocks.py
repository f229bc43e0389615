"""What a page is made of once it was walked: blocks of text, the boxes around them, links, pictures, the head."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# What bylines hold and lines of menus do not: a colon, a year, 3小时前.
_LABELLED = re.compile(r"[:：前]|(?:19|20)\d\d")
# 記者 and the linked name behind it are one piece: 白鷺報／ 記者<a>王小明</a>／青溪報導
_POST_ENDS = ("记者", "記者", "作者", "编辑", "編輯")
# Marks that running text has and menus, labels and dates have not.
_MARKS = re.compile("[，。！？；,!?;…]")


MAX_ATTRIBUTE = 2_000  # characters of one attribute; data: addresses of pictures run to megabytes
# Where pictures that are loaded late keep their address while src holds a placeholder.
LAZY_SOURCES = frozenset({
    *("data-src", "data-original", "data-original-src", "data-lazy-src", "data-lazyload", "data-lazy"),
    *("data-actualsrc", "data-echo", "data-url", "data-cover", "original", "lazysrc", "zoomfile", "file", "_src"),
})  # fmt: skip
LEAST_RUNNING = 12  # characters; 通车了。 is a sentence as well, but so is 返回首页！


def running_text(text: str, linked: int) -> int:
    """How many characters of a line are running text: all outside links, where it is long or holds sentence marks.

    >>> running_text("小城的桥昨天修好了，今天通车。", 0), running_text("首页 新闻 体育 娱乐 财经 科技 教育", 0)
    (15, 0)
    """
    size = len(text)
    own = size - linked
    if own < LEAST_RUNNING or linked * 2 > size:
        return 0
    return own if own >= 40 or _MARKS.search(text) else 0


def kept_apart(text: str, pieces: Sequence[str]) -> str:
    """A line with two spaces between its text nodes, where it may be a byline.

    A label keeps its value: after a colon nothing is put; nor is it around a lone mark, such as 克里斯&middot;李 has.
    """
    if len(pieces) < 2 or not _LABELLED.search(text):
        return text
    line, glued = "", True
    for piece in pieces:
        word = " ".join(piece.split())
        if not word:
            continue
        lone_mark = len(word) == 1 and not word.isalnum()
        if glued or lone_mark or line[-1] in ":：" or word[0] in "/／" or line.endswith(_POST_ENDS):
            line += word
        else:  # <em>2026</em> <em>04</em>/<em>18</em> is one date
            line += f" {word}" if line[-1].isdigit() and word[0].isdigit() else f"  {word}"
        glued = lone_mark
    return line


class Block(NamedTuple):
    """A run of text between two block boundaries or line breaks.

    Attributes:
        text: its text, white space collapsed.
        box: index of the innermost box around it.
        linked: how many of its characters stand in links.
        hidden: how it is kept from sight (`display-none` …), or None.
        running: how many of its characters are running text: none in menus, labels, headings and hidden words.
        pieces: the text nodes that a short line was put together from, as written; none where there is but one.
    """

    text: str
    box: int
    linked: int
    hidden: str | None
    running: int
    pieces: tuple[str, ...]

    @property
    def apart(self) -> str:
        """The line with its inline elements kept apart by spaces.

        Readers see 来源：青溪日报 阅读 1.2万 where the markup has `<span>来源：青溪日报</span><span>阅读 1.2万</span>`.
        """
        return kept_apart(self.text, self.pieces)


@dataclass(slots=True)
class Boxes:
    """The block-level elements, one column a property, one row a box; row 0 stands for the page.

    Columns, because a page has twice as many boxes as blocks of text and few of them are ever looked at.

    Attributes:
        parent: the box around it, -1 for the page.
        tag: its element name.
        ident: its class and id, lower case.
        first, end: the blocks inside it: `first` to `end`, exclusive.
        centred: the boxes that centre their text by their own attributes.
    """

    parent: list[int] = field(default_factory=lambda: [-1])
    tag: list[str] = field(default_factory=lambda: [""])
    ident: list[str] = field(default_factory=lambda: [""])
    first: list[int] = field(default_factory=lambda: [0])
    end: list[int] = field(default_factory=lambda: [0])
    centred: set[int] = field(default_factory=set)


class Link(NamedTuple):
    """A link: where it points as written, its text, the block it stands in (or before), how it is hidden."""

    href: str
    text: str
    block: int
    hidden: str | None


@dataclass(slots=True)
class Links:
    """The links of a page, one column a property of `Link`: half of all that a page holds, and seldom looked at."""

    href: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    block: list[int] = field(default_factory=list)
    hidden: list[str | None] = field(default_factory=list)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.href)

    def __iter__(self) -> Iterator[Link]:
        """Every link, in reading order."""
        return map(Link, self.href, self.text, self.block, self.hidden)


class Picture(NamedTuple):
    """An image element: its attributes as written, the block it stands in (or before), box, link."""

    attributes: Mapping[str, str]
    block: int
    box: int
    hidden: str | None
    href: str | None

    @property
    def src(self) -> str:
        """The address as written: the one that is loaded late, where `src` holds a placeholder."""
        late = (address for name, address in self.attributes.items() if name in LAZY_SOURCES)
        own = self.attributes.get("src", "")
        src = next((address for address in late if len(address) > 4 and not address.startswith("data:")), own)
        return src[:MAX_ATTRIBUTE].strip()

    @property
    def alt(self) -> str:
        """The alternative text as written."""
        return self.attributes.get("alt", "")[:MAX_ATTRIBUTE].strip()


@dataclass(slots=True)
class Head:
    """What the head and the structured data say, as written.

    Attributes:
        titles: the text of every `<title>`, in order.
        meta: name, property, itemprop or http-equiv (lower case) → first non-empty content.
        scripts: inline scripts; `json_ld`: those of that type; `styles`: style sheets.
        times: texts and datetime values of `<time>` elements.
        base, canonical: their `href`s.
        noscript: what is shown when scripts do not run.
        script_files: how many scripts are loaded from files.
        has_password: a form asks for a password.
        coded_title: most characters of the first title are written as references (`&#22269;`).
        swallowed: characters in titles and text areas: huge when an unclosed one swallowed the page.
    """

    titles: list[str] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    base: str | None = None
    canonical: str | None = None
    noscript: str = ""
    script_files: int = 0
    has_password: bool = False
    swallowed: int = 0
    coded_title: bool = False

"""The vocabulary: what passes between the rooms. Standard library only; everyone may import it.

One page changes shape on its way: `Capture` (bytes as fetched) → `Decoded` (text) → `Page` (tree and visible blocks,
defined in `pipelines.parse` because it holds an lxml tree) → `Draft` (the article's parts as they stand on the page)
→ `Record` (restored and parsed fields) → `Article` (record with its keys). Every shape carries the `Note`s of the steps
so far. A step that cannot go on raises `Rejected`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import NamedTuple


class Reason(StrEnum):
    """Why a page gave no article; a closed set, used as a column, a Scrapy stat and a JSON value."""

    # nothing was fetched: these come with a `FetchFailure`, the others with a stored capture
    REFUSED_ADDRESS = "refused-address"  # not a public address, or not http(s): never dialled
    ROBOTS = "robots"  # robots.txt disallows it
    UNREACHABLE = "unreachable"  # the name does not resolve, the connection is refused or reset, TLS fails
    TIMEOUT = "timeout"
    REDIRECT_LOOP = "redirect-loop"  # more redirects than are followed
    INTERRUPTED = "interrupted"  # the run was stopped before it could be fetched

    UNREADABLE = "unreadable"  # a file that cannot be read, an archive record or a response cut short
    HTTP_ERROR = "http-error"  # status outside 2xx
    TOO_HARD = "too-hard"  # not cleaned within the time that a page may take
    TOO_LARGE = "too-large"  # over the size that is fetched or parsed
    NOT_HTML = "not-html"  # the bytes are a PDF, an image, JSON …, whatever the URL or header says
    EMPTY = "empty"  # no byte, or no visible text
    UNDECODABLE = "undecodable"  # no encoding gives readable text
    LOST = "lost"  # every Han was replaced (all `?`): nothing to restore from
    ONLY_SPAM = "only-spam"  # nothing but injected spam
    SOFT_404 = "soft-404"  # says "not found" with status 200
    LOGIN_WALL = "login-wall"
    SCRIPT_ONLY = "script-only"  # the text comes only by script
    LISTING = "listing"  # a section page: links to articles, no article
    GALLERY = "gallery"  # images without text
    NO_ARTICLE = "no-article"  # none of the above, yet no headline and body
    INTERNAL = "internal"  # our own error; the detail names it, the capture can be cleaned again later


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observation behind a decision.

    Attributes:
        kind: a stable slug, e.g. `hidden-link-farm`, `unconverted-header`, `meta-charset`.
        detail: what was seen, for people; spam domains and anchors in it are masked.
        weight: how much it counts, in the unit of the decision it belongs to.
    """

    kind: str
    detail: str
    weight: float = 1.0


class Note(NamedTuple):
    """One change made to one text, and why; applying a field's notes in order to its raw text gives the result.

    A named tuple, because a page has hundreds: it passes from process to process at a quarter of a dataclass's cost.

    Attributes:
        step: the pipeline step (`decode`, `despam`, `extract`, `restore`, `fields`).
        rule: the rule's name: the same word as the function, the `repairs` key and the documentation entry.
        where: the field changed: `headline`, `body/3` (from 0), `images/0/caption`, `page` for the whole page.
        at: offset in characters into the field as it stood just before this note.
        before: what stood at `at`.
        after: what stands there now.
        confidence: margin of the chosen reading over the runner-up, in natural-log units a character; None where the
            rule is deterministic.
        doubtful: the margin is too small to be sure; `before` keeps the raw reading.
    """

    step: str
    rule: str
    where: str
    at: int = 0
    before: str = ""
    after: str = ""
    confidence: float | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpamLink:
    """One link of an injected farm, kept as data: campaigns are a research object.

    Attributes:
        domain: the link's host, lower case.
        anchor: its text.
        hidden_by: how it was kept from sight (`display-none`, `off-screen`, `zero-size`, …) or `visible`.
    """

    domain: str
    anchor: str
    hidden_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Is the page hijacked, on what evidence.

    Attributes:
        hijacked: True when the evidence's weights sum to at least 1.
        evidence: what was seen.
        spam_title: the injected title or header, verbatim, or None.
        links: the farm's links (bounded; `link_count` counts all).
        link_count: how many links the farms held.
    """

    hijacked: bool = False
    evidence: tuple[Evidence, ...] = ()
    spam_title: str | None = None
    links: tuple[SpamLink, ...] = field(default=(), repr=False)
    link_count: int = 0


class Rejected(Exception):  # noqa: N818 - named after the decision the caller takes, not after a fault
    """A page that gives no article.

    Attributes:
        reason: one of `Reason`.
        detail: one line for people.
        verdict: the hijack verdict, where the page came far enough to have one.
        encoding: the encoding the page was decoded with, where it came so far.
    """

    def __init__(
        self, reason: Reason, detail: str, *, verdict: Verdict | None = None, encoding: str | None = None
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.verdict = verdict
        self.encoding = encoding

    def __reduce__(self) -> "tuple[partial[Rejected], tuple[()]]":
        """How it passes between processes: an exception would otherwise be made anew from its message alone."""
        return partial(Rejected, self.reason, self.detail, verdict=self.verdict, encoding=self.encoding), ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One fetched page, nothing decided about it.

    Attributes:
        url: the address that answered (after redirects).
        requested_url: the address that was asked for, where it differs from `url`.
        status: the HTTP status.
        headers: (lower-case name, value) in the order received, repeated names kept.
        body: the bytes after transfer and content decoding.
        fetched_at: when the response was complete; aware, UTC.
        site: the site's key: the name of its recipe, else its host.
        parts: the later pages of an article that is split over several, in order.
        complete: no later page is missing that might be had another time; else the next visit fetches all again.
    """

    url: str
    requested_url: str | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(repr=False)
    fetched_at: datetime
    site: str = ""
    parts: tuple["Capture", ...] = field(default=(), repr=False)
    complete: bool = True

    def header(self, name: str) -> str | None:
        """The first value of a header, by lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """A page that could not be fetched: there is no response to keep, only the fact.

    Attributes:
        url: the address that failed: where redirects led, or the one that was asked for.
        requested_url: the address that was asked for, where it differs from `url`.
        reason: why, one of `Reason`.
        detail: one line for people.
        failed_at: when it was given up; aware, UTC.
        site: the site's key, as in `Capture`.
    """

    url: str
    requested_url: str | None = None
    reason: Reason
    detail: str
    failed_at: datetime
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A page that its server says is what it was when it was fetched last (status 304): no bytes came.

    Attributes:
        url: the address that answered.
        requested_url: the address that was asked for, where it differs from `url`.
        seen_at: when it answered; aware, UTC.
        site: the site's key, as in `Capture`.
    """

    url: str
    requested_url: str | None = None
    seen_at: datetime
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecipe:
    """What is known of a site beforehand; every field is optional and none is needed.

    Attributes:
        name: the site's key, also the file's stem.
        hosts: host names it covers.
        site_name: how the site calls itself, in Chinese.
        time_zone: IANA name for times the site prints without a zone.
        headline, body, byline: CSS selectors that sharpen what the rules find.
        valid_until: the last day on which the selectors fit; pages fetched later are read by the rules alone.
        seeds: where its articles are found: section pages, sitemaps, feeds, or lists of addresses.
        article_url: a regular expression that the addresses of its articles match; learned from links where None.
        depth: how many pages of a section are followed; None for the command's own.
        delay: seconds between two requests to it, at least; None for the program's own.
        revisit: how long its pages are left alone, at least; None for the program's own.
        revisit_within: how long they are left alone, at most; None for the program's own.
        exceptions: rule that is set aside for its hosts (`robots`, `certificate`) → the reason written in its file.
    """

    name: str = ""
    hosts: tuple[str, ...] = ()
    site_name: str | None = None
    time_zone: str = "Asia/Shanghai"
    headline: str | None = None
    body: str | None = None
    byline: str | None = None
    valid_until: date | None = None
    seeds: tuple[str, ...] = ()
    article_url: str | None = None
    depth: int | None = None
    delay: float | None = None
    revisit: timedelta | None = None
    revisit_within: timedelta | None = None
    exceptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A capture as text.

    Attributes:
        capture: what was decoded.
        text: the page; a byte that no character could be made of stands as U+F700 + byte (`pipelines.decode`),
            because an orphan byte that is still known makes a repair exact.
        encoding: Python codec name (`utf-8`, `gb18030`, `big5hkscs` …).
        evidence: every witness heard, in order; the one that decided has weight 1, the others 0.
    """

    capture: Capture
    text: str = field(repr=False)
    encoding: str
    evidence: tuple[Evidence, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the page's head and structured data say of it: witnesses, none of them trusted on its own.

    Attributes:
        title: the text of the first `<title>`.
        meta: `name`/`property`/`itemprop` (lower case) → first non-empty content.
        json_ld: the objects of every JSON-LD script, flattened.
        times: texts and `datetime` values of `<time>` elements.
        canonical: `<link rel=canonical>`, absolute.
    """

    title: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    json_ld: tuple[Mapping[str, object], ...] = ()
    times: tuple[str, ...] = ()
    canonical: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of the article.

    Attributes:
        src: absolute http(s) address.
        alt: alternative text, or None.
        caption: the caption shown with it, without its △ or 图为 mark, or None.
    """

    src: str
    alt: str | None = None
    caption: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The article's parts as they stand on the page, before or after restoring.

    Attributes:
        url: the page's address.
        headline, kicker, subtitle: 标题, 引题 (above it), 副题 (below it); None where absent.
        byline: the lines that carry time, source, author, views.
        credits: the lines that name roles (编辑 张三 李四).
        breadcrumb: the pieces of 当前位置, as they stand.
        body: paragraphs in reading order.
        images: pictures in reading order.
        notices: disclaimers, copyright lines, funding lines.
        declared: what the head says.
        verdict: the hijack verdict.
        damage: the damage class that restoring found (`clean` before it ran).
        headline_raw, body_raw: `headline` and `body` as they stood before restoring; restoring copies them here
            before it changes them, so until it ran they are None and empty.
        encoding_evidence: `Decoded.evidence` of the page (of the first one, where the article is split).
    """

    url: str
    fetched_at: datetime
    encoding: str
    encoding_evidence: tuple[Evidence, ...] = ()
    headline: str | None = None
    headline_raw: str | None = None
    kicker: str | None = None
    subtitle: str | None = None
    byline: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    breadcrumb: tuple[str, ...] = ()
    body: tuple[str, ...] = field(default=(), repr=False)
    body_raw: tuple[str, ...] = field(default=(), repr=False)
    images: tuple[Image, ...] = field(default=(), repr=False)
    notices: tuple[str, ...] = field(default=(), repr=False)
    declared: Declared = field(default_factory=Declared, repr=False)
    verdict: Verdict = field(default_factory=Verdict)
    damage: str = "clean"
    damage_evidence: tuple[Evidence, ...] = ()
    notes: tuple[Note, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Who did what: one role and its people, in the order printed."""

    role: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The structured article; the contract of `repost extract`.

    A `*_raw` field is the string that the parsed value beside it was read from, restored but not parsed; `headline_raw`
    and `body_raw` are the page's own strings, before restoring.

    Attributes:
        published_at: ISO 8601 with offset (`2026-02-11T15:49:41+08:00`); a date alone when the page gives no more.
        source: 来源, the outlet it was taken from.
        site_name: the reposting site, in its own words.
        breadcrumb: section names from the root down, without the closing 正文.
        view_count: 点击量 as a whole number.
        declared_url: the address that the page itself names as its own.
        encoding_evidence: how the encoding was found, as in `Decoded.evidence`.
        script: `hans`, `hant` or `other`, of the restored text.
        damage: the damage class found (`clean`, `annotated`, `converted` …).
        repairs: rule → number of places; `doubtful` counts the uncertain ones.
    """

    url: str
    fetched_at: datetime
    headline: str
    headline_raw: str
    kicker: str | None = None
    subtitle: str | None = None
    published_at: str | None = None
    published_raw: str | None = None
    source: str | None = None
    source_raw: str | None = None
    site_name: str | None = None
    breadcrumb: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    authors_raw: str | None = None
    credits: tuple[Credit, ...] = ()
    credits_raw: tuple[str, ...] = ()
    view_count: int | None = None
    view_count_raw: str | None = None
    declared_url: str | None = None
    body: tuple[str, ...] = field(default=(), repr=False)
    body_raw: tuple[str, ...] = field(default=(), repr=False)
    images: tuple[Image, ...] = field(default=(), repr=False)
    notices: tuple[str, ...] = field(default=(), repr=False)
    verdict: Verdict = field(default_factory=Verdict)
    encoding: str = ""
    encoding_evidence: tuple[Evidence, ...] = ()
    script: str = "other"
    damage: str = "clean"
    damage_evidence: tuple[Evidence, ...] = ()
    repairs: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What tells whether another page has the same text, however it is set, cut or embedded.

    Attributes:
        algorithm: how it was made; sketches of two algorithms are not compared.
        words: the body as comparable words: simplified, without punctuation, white space and boilerplate.
        hashes: a sample of its shingles as 31-bit hashes, each once: the same shingle is taken from every text.
        places: where each of them first stands in `words`, in characters; ascending.
    """

    algorithm: str
    words: str = field(repr=False)
    hashes: tuple[int, ...] = field(repr=False)
    places: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A record with the keys it is filed under.

    Attributes:
        url_key: canonical form of the address: the same article reached by two spellings has one key.
        digest: SHA-256 (hex) of the normalised headline and body; a new digest is a new version.
        sketch: what finds its reposts; None: it is filed in no family.
    """

    record: Record
    url_key: str
    digest: str
    sketch: Sketch | None = None

"""Articles that stand only in the data that a page's script reads: JSON-LD, `__NEXT_DATA__`, `window.STATE = {…}`.

Such a page shows nothing until its script has run. What the script would show is written down as markup and walked
like any other page, so that headline, byline, text and pictures are found by the same rules.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import unquote

from pipelines.article.labelling import label_form
from pipelines.markup.blocks import running_text
from pipelines.parse import Page, walk_lxml

# Running text in sight that makes what scripts hold their own business.
ENOUGH = 150
# Characters of running text that make a value an article's text.
LEAST_TEXT = 60
LONGEST_DATA = 2_000_000  # characters of one script
MOST_SCRIPTS = 30
MOST_ASSIGNED = 5  # `name = {` of one script that are tried
MOST_VALUES = 50_000
# So many articles in one page's data are a list of them.
A_LIST = 3

_TITLE_KEYS = ("title", "headline", "newstitle", "articletitle", "news_title", "article_title", "posttitle")
_TEXT_KEYS = (
    *(
        "articlebody",
        "content",
        "body",
        "contenthtml",
        "content_html",
        "htmlcontent",
        "detail",
        "text",
        "articlecontent",
    ),
    *("article_content", "newscontent", "contents", "paragraphs", "maintext", "html", "contentdata", "contentlist"),
)
_PIECE_KEYS = ("text", "value", "content", "html", "data")
DEEPEST = 3  # levels below the title's own that the text may lie: "contentData": {"contentList": [{"data": "<p>…"}]}
# What a byline would say, and under which keys data keep it.
_BYLINE = (
    (
        "发布时间",
        (
            "publishtime",
            "publish_time",
            "newstime",
            "publishdate",
            "publish_date",
            "pubtime",
            "pubdate",
            "datepublished",
        ),
    ),
    ("发布时间", ("createtime", "create_time", "createdat", "created_at", "ctime", "releasetime", "time", "date")),
    ("来源", ("source", "sourcename", "source_name", "origin", "media", "medianame", "media_name", "copyfrom")),
    ("作者", ("author", "authorname", "author_name", "writer")),
)
_ASSIGNED = re.compile(r"=\s{0,9}(?=[{\[])")
_PARSED = re.compile(r"JSON\.parse\(\s{0,9}(?=\")")
_TAG = re.compile(r"<[^<>]{0,2000}>")
# var publish_time = "2026-04-07"; var ct = "1775532000"; createTime: '2026-04-07 11:20'
_SCRIPTED = re.compile(
    r"""\b(?:ct|(?:ori)?create_?time|publish_?(?:time|date)|pub_?(?:time|date))["']?\s{0,9}[:=]\s{0,9}["']?"""
    r"""(1[0-9]{9}(?:[0-9]{3})?\b|(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}[^"'\\<>;,{}]{0,20})""",
    re.IGNORECASE,
)
_SCRIPTED_STEMS = ("ublish", "reate", "pub", "ct =", "ct=")
LONGEST_SCRIPT = 200_000  # characters of one script in which times are looked for
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A title and a text that stand side by side in the data, and the byline that stands with them."""

    title: str
    text: str
    byline: str
    size: int


def embedded(page: Page) -> Page:
    """The page with its article taken from its data, where next to nothing is to be read and the data hold one."""
    shown = sum(block.running for block in page.blocks)
    if shown >= ENOUGH:
        return page
    article = _chosen(page, list(_articles(page)))
    if article is None or article.size < 3 * shown:
        return page
    markup = f"<h1>{html.escape(article.title)}</h1><p>{html.escape(article.byline)}</p><div>{article.text}</div>"
    walked = walk_lxml(markup)
    return replace(
        page,
        blocks=walked.blocks,
        boxes=walked.boxes,
        links=walked.links,
        pictures=walked.pictures,
    )


def scripted_times(page: Page) -> tuple[str, ...]:
    """The times of publication that scripts assign, for pages that show none until a script has run."""
    found: dict[str, None] = {}
    for script in page.head.scripts[:MOST_SCRIPTS]:
        text = script[:LONGEST_SCRIPT]
        if any(stem in text for stem in _SCRIPTED_STEMS):
            found.update((told_by_machine(time[1].strip()), None) for time in _SCRIPTED.finditer(text))
    # of 2026-04-07 and 2026-04-07 11:20 the one that says more
    return tuple(sorted(found, key=len, reverse=True)[:3])


def _chosen(page: Page, found: Sequence[_Found]) -> _Found | None:
    """The article that the head names, else the longest, unless the data are a list of articles."""
    declared = label_form(f"{page.declared.title} {page.declared.meta.get('og:title', '')}")
    named = [each for each in found if label_form(each.title) in declared]
    if not named and len({each.title for each in found}) >= A_LIST:
        return None
    return max(named or found, key=lambda each: each.size, default=None)


def _articles(page: Page) -> Iterator[_Found]:
    waiting: list[object] = list(reversed([*page.declared.json_ld, *_documents(page.head.scripts[:MOST_SCRIPTS])]))
    seen = 0
    while waiting and seen < MOST_VALUES:
        seen += 1
        value = waiting.pop()
        if isinstance(value, Mapping):
            article = _article(value)
            if article:
                yield article
            waiting.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _documents(scripts: Sequence[str]) -> Iterator[object]:
    """The JSON values that scripts consist of, assign to a name or hand to JSON.parse."""
    for script in scripts:
        text = script[:LONGEST_DATA].strip()
        if text.startswith(("%7B", "%5B")):  # `<script type="application/json">%7B%22data%22…`
            text = unquote(text)
        if text.startswith(("{", "[")):
            yield _decoded(text, 0)
            continue
        tried = 0
        at = 0
        while tried < MOST_ASSIGNED:
            start = _ASSIGNED.search(text, at)
            if start is None:
                break
            tried += 1
            at = start.end()
            yield _decoded(text, at)
        handed = _PARSED.search(text)
        inner = _decoded(text, handed.end()) if handed else None
        if isinstance(inner, str):
            yield _decoded(inner, 0)


def _decoded(text: str, at: int) -> object:
    """The JSON value that begins at `at`, or None; `undefined`, which scripts write and JSON forbids, is null."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, at)[0]
    except (ValueError, RecursionError):
        if ":undefined" not in text[at:]:
            return None
    try:
        return json.JSONDecoder(strict=False).raw_decode(text[at:].replace(":undefined", ":null"))[0]
    except (ValueError, RecursionError):
        return None


def _article(thing: Mapping[str, object]) -> _Found | None:
    own = {str(key).lower(): value for key, value in thing.items()}
    title = next((value for key in _TITLE_KEYS if isinstance(value := own.get(key), str) and value.strip()), "")
    if not title or len(title) > 200:
        return None
    best, size = "", 0
    for key in _TEXT_KEYS:
        markup = _markup(own.get(key))
        here = _running(markup)
        if here > size:
            best, size = markup, here
    if size < LEAST_TEXT:
        return None
    return _Found(title=_TAG.sub("", title).strip(), text=best, byline=_byline(own), size=size)


def _markup(value: object, depth: int = 0) -> str:
    """A text value as markup: as it stands, with its lines broken, or a paragraph for each of its pieces."""
    if isinstance(value, Mapping) and depth < DEEPEST:
        own = {str(key).lower(): inner for key, inner in value.items()}
        return next((found for key in _TEXT_KEYS if (found := _markup(own.get(key), depth + 1))), "")
    if isinstance(value, str):
        return value if "<" in value else "<br>".join(map(html.escape, value.splitlines()))
    if not isinstance(value, list):
        return ""
    pieces = []
    for item in value[:2_000]:
        text = next((item[key] for key in _PIECE_KEYS if key in item), None) if isinstance(item, Mapping) else item
        if isinstance(text, str):
            pieces.append(f"<p>{text}</p>")
    return "".join(pieces)


def _running(markup: str) -> int:
    """How many characters of a text are running text: addresses and programs hold no sentence marks."""
    lines = _TAG.sub("\n", markup).split("\n")
    return sum(running_text(line.strip(), 0) for line in lines if not line.isascii())


def _byline(own: Mapping[str, object]) -> str:
    """The line that a template would print above the text; the times of machines are told as ISO 8601."""
    said: dict[str, str] = {}
    for label, keys in _BYLINE:
        for key in keys:
            value = own.get(key)
            if isinstance(value, list) and value:
                value = value[0]
            if isinstance(value, Mapping):
                value = value.get("name") or value.get("title")
            words = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
            if not words or len(words) > 60 or label in said:
                continue
            if label == "发布时间":
                words = told_by_machine(words)
            said[label] = words
    return "  ".join(f"{label}：{words}" for label, words in said.items() if words)


def told_by_machine(words: str) -> str:
    """A time as people write it; seconds or milliseconds since 1970 become ISO 8601 in UTC.

    >>> told_by_machine("1775532000"), told_by_machine("2026-04-07 11:20")
    ('2026-04-07T03:20:00Z', '2026-04-07 11:20')
    """
    if not _EPOCH.fullmatch(words):
        return words
    return datetime.fromtimestamp(int(words[:10]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

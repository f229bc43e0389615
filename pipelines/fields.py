"""The parts of an article as values: what the page prints is read, and kept beside what was read from it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from crawler.items import Draft, Note, Record, SiteRecipe
from pipelines.details.bylines import Kind, Piece, fold, pieces_of_lines
from pipelines.details.outlets import source_of
from pipelines.details.people import authors_of, credits_of, declared_authors, poster, signed_authors
from pipelines.details.publication import published
from pipelines.rules.words import words
from pipelines.script import script_of

_NUMBER = r"(?P<number>\d[\d,，]{0,14}(?:\.\d{1,2})?)\s?(?P<unit>[万萬亿億kw]?)\+?"
# behind a label; not a date or a share of something
_COUNT = re.compile(_NUMBER + r"(?=\s?(?:次|人|回|\Z|[^\w.:：/%-]))", re.IGNORECASE)
# without one: 1164次阅读, 1.2万人看过
_READ = "(?:阅读|閱讀|浏览|瀏覽|点击|點擊|围观|观看|看过|查看|views\\b)"
# 10:21 阅读 has a time before the word, 评论 - 36 阅读 - 12万 another word's number
_TIMES_READ = re.compile(rf"(?<![\d:：.-]){_NUMBER}\s?[次人]?\s?{_READ}(?!\s?[-—:：]\s?\d)", re.IGNORECASE)
# behind the word, 10:21 阅读 10万+, but not 预计阅读 3 分钟
_READ_TIMES = re.compile(rf"{_READ}[量数次]{{0,2}} {_NUMBER}(?=\Z|\s(?!\s?[分秒小]))", re.IGNORECASE)
_UNIT = {"": 1, "k": 1_000, "万": 10_000, "萬": 10_000, "w": 10_000, "亿": 100_000_000, "億": 100_000_000}

_CRUMB_LABEL = re.compile(
    r"^[\s•·]*(?:您|你)?的?(?:当前|现在|目前)?的?(?:所在|所处)?的?(?:位置|地点|栏目)\s*(?:是|为|在)?\s*[:：]?\s*"
)
_CRUMB_BREAK = re.compile(r"\s*(?:[>＞»›→⟩/／|｜﹥]|-{1,2}>|::)+\s*")
_NO_CRUMB = frozenset(
    {
        "",
        "首页",
        "主页",
        "网站首页",
        "正文",
        "内容",
        "详情",
        "文章",
        "全文",
        "文章正文",
        "浏览文章",
        "查看",
        "查看内容",
        "查看新闻",
        "查看信息",
        "查看详情",
        "浏览",
        "浏览新闻",
        "浏览信息",
        "新闻浏览",
        "文章浏览",
        "新闻正文",
        "查看文章",
        "文章内容",
        "新闻内容",
        "信息内容",
        "详细内容",
        "内容详情",
        "文章详情",
        "新闻详情",
        "详情页",
        "阅读",
        "内容页",
        "home",
    }
)
_OWN_ADDRESS = re.compile(
    r"(?:本文|本页|本页面|文章)(?:的)?(?:链接|連結|地址|网址|網址)(?:为|為|是)?\s*[:：]?\s*(https?://[\x21-\x7e]{4,500})"
)
_TITLE_BREAK = re.compile(r"\s*[-_|—–·｜»]+\s*")
_SITE_ENDS = words("网 網 在线 在線 台 报 報 社 网站 網站 频道 客户端 传媒 博客 论坛 門戶 门户")
# roots that name a part of the site: 社区首页
_NO_SITE = frozenset({"", "社区", "论坛", "新闻", "资讯", "博客", "频道", "网站", "本站", "政务公开"})
LONGEST_SITE_NAME = 30
# characters that are read of a breadcrumb and of a title; spam is longer
LONGEST_CRUMB = 300
LONGEST_TITLE = 500


def read_fields(draft: Draft, recipe: SiteRecipe) -> Record:
    """Read every field of a restored draft.

    Args:
        draft: the article's parts, restored.
        recipe: what is known of the site; its zone is that of times printed without one.
    """
    lines = pieces_of_lines((*draft.byline, *draft.credits))
    headline = draft.headline or ""
    published_at, published_raw = published(
        lines, draft.declared, draft.url, now=draft.fetched_at, zone=ZoneInfo(recipe.time_zone)
    )
    source, source_raw = source_of(lines, draft.declared.meta)
    authors, authors_raw = next((said for said in _author_witnesses(draft, lines) if said[0]), ((), None))
    views, views_raw = _view_count(lines)
    crumbs = _crumbs(draft)
    return Record(
        url=draft.url,
        fetched_at=draft.fetched_at,
        headline=headline,
        headline_raw=draft.headline_raw if draft.headline_raw is not None else headline,
        kicker=draft.kicker,
        subtitle=draft.subtitle,
        published_at=published_at,
        published_raw=published_raw,
        source=source,
        source_raw=source_raw,
        site_name=_site_name(draft, recipe, crumbs),
        breadcrumb=_breadcrumb(crumbs, headline),
        authors=authors,
        authors_raw=authors_raw,
        credits=credits_of(lines),
        credits_raw=draft.credits,
        view_count=views,
        view_count_raw=views_raw,
        declared_url=_declared_url(draft),
        body=draft.body,
        body_raw=draft.body_raw or draft.body,
        images=draft.images,
        notices=draft.notices,
        verdict=draft.verdict,
        encoding=draft.encoding,
        encoding_evidence=draft.encoding_evidence,
        script=script_of((headline, *draft.body)),
        damage=draft.damage,
        damage_evidence=draft.damage_evidence,
        repairs=_repairs(draft.notes),
        notes=draft.notes,
    )


def _author_witnesses(draft: Draft, lines: list[Piece]) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Who is said to have written it: byline, the text's own signature, the forum's line, the head."""
    yield authors_of(lines)
    yield signed_authors(draft.body)
    yield poster(lines)
    if not draft.verdict.hijacked:
        yield declared_authors(draft.declared)


def _view_count(lines: Iterable[Piece]) -> tuple[int | None, str | None]:
    """点击量 as a number; 1.2万 is 12,000 and 10万+ 100,000. The raw string is the piece with its label."""
    for piece in lines:
        if piece.kind is Kind.VIEWS:
            found = _COUNT.match(piece.value)
        else:
            told = piece.value if piece.kind is Kind.NONE else ""
            found = _TIMES_READ.search(told) or _READ_TIMES.search(told)
        if found:
            number = float(re.sub("[,，]", "", found["number"]))
            return round(number * _UNIT[found["unit"].lower()]), piece.value
    return None, None


def _crumbs(draft: Draft) -> list[str]:
    """The names in 当前位置, the root's 首页 included."""
    parts = (
        part
        for crumb in draft.breadcrumb
        for part in _CRUMB_BREAK.split(_CRUMB_LABEL.sub("", crumb[:LONGEST_CRUMB], count=1))
    )
    return [name for part in parts if (name := _CRUMB_LABEL.sub("", part).strip(" \u3000\xa0:：-—_·"))]


def _breadcrumb(crumbs: list[str], headline: str) -> tuple[str, ...]:
    """The section names from the root down: no bare 首页, no 正文, not the headline itself."""
    parts = (name for name in crumbs if name != headline and fold(name).lower() not in _NO_CRUMB)
    names = (_without_home(name).strip("[]【】") for name in parts)
    return tuple(name for name in names if fold(name).lower() not in _NO_CRUMB)


def _without_home(name: str) -> str:
    """示例网首页 → 示例网."""
    return name[:-2] if len(name) > 3 and fold(name).endswith("首页") else name


def _site_name(draft: Draft, recipe: SiteRecipe, crumbs: list[str]) -> str | None:
    """How the site calls itself: its recipe, the breadcrumb's root, og:site_name, what the title ends with.

    On a hijacked page the head is the hijacker's, so only what readers see is heard.
    """
    if recipe.site_name:
        return recipe.site_name
    root = _without_home(crumbs[0]) if crumbs else ""
    if (root.endswith(_SITE_ENDS) or (crumbs and root != crumbs[0])) and fold(root) not in _NO_SITE:
        return root
    if draft.verdict.hijacked:
        return None
    named = draft.declared.meta.get("og:site_name", "").strip()
    if named and len(named) <= LONGEST_SITE_NAME:
        return named
    headline = fold(draft.headline_raw or draft.headline or "").strip()
    title = draft.declared.title[:LONGEST_TITLE].strip()
    if not headline or not fold(title).startswith(headline):
        return None
    behind = title[len(headline) :]
    suffix = _TITLE_BREAK.split(behind)[-1].strip() if _TITLE_BREAK.match(behind) else ""
    return suffix if 1 < len(suffix) <= LONGEST_SITE_NAME else None


def _declared_url(draft: Draft) -> str | None:
    """The address the page gives as its own: canonical link, og:url, 本文链接 in a notice; absolute.

    The head of a hijacked page may be the hijacker's, so it must not lead to another host; readers see a notice.
    """
    here = _host(draft.url)
    for declared in (draft.declared.canonical, draft.declared.meta.get("og:url")):
        address = _absolute(declared, draft.url)
        if address and not (draft.verdict.hijacked and _host(address) != here):
            return address
    named = (str(match[1]) for notice in draft.notices for match in _OWN_ADDRESS.finditer(notice))
    return next((address for each in named if (address := _absolute(each, draft.url))), None)


def _absolute(address: str | None, base: str) -> str | None:
    """The http(s) address that a reference means on a page; None where it means none."""
    try:
        absolute = urljoin(base, address or "")
    except ValueError:  # half an IPv6 address
        return None
    return absolute if address and absolute.startswith(("http://", "https://")) and _host(absolute) else None


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _repairs(notes: Iterable[Note]) -> dict[str, int]:
    """How often each rule changed the text; `doubtful` counts the changes that were not sure."""
    restored = [note for note in notes if note.step == "restore"]
    counts = Counter(note.rule for note in restored)
    doubtful = sum(note.doubtful for note in restored)
    return {**counts, "doubtful": doubtful} if doubtful else dict(counts)

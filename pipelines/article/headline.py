"""The headline, elected among witnesses none of which is trusted alone.

`<title>` and og:title are what hijackers overwrite, an h1 may be the site's logo or hidden spam, a box called "title"
a teaser. A line that several of them agree on, in sight and just above the text, is the headline.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.article.content import Region
from pipelines.article.labelling import label_form
from pipelines.article.lines import LineKind, has_date, line_kind
from pipelines.parse import Page

# _ | and the like always part a title; a dash only where it stands between spaces or before a short last piece, because
# 中美“贸易战”—影响几何 and Wi-Fi hold dashes of their own.
_PARTS = re.compile(
    r"\s*(?:[_|｜丨│»«]|::|>|--|——|\s[-–—－·:：]\s|"
    r"(?:(?<![A-Za-z0-9])[-–—－]|[-–—－](?![A-Za-z0-9]))(?=[^-–—－_|]{2,14}$))+\s*"
)
_SITE_ENDS = re.compile(
    r"(?:网|网站|新闻|频道|[日晚早时]报|在线|门户|论坛|博客|首页|中心|客户端|社区|资讯|电视台|正文|百科|专栏|公众号|"
    r"政府|委员会|协会|大学|学院|公司|\.com|\.cn|\.net|财经|体育|娱乐|科技|国[际内]|社会|滚动|要闻|时政|动态|公告|通知)$"
)
_SITE_BEHIND = re.compile(r"(?<=.{6})\s*[-–—－/【]\s*([^-–—－/【】]{2,12})】?$")
_TITLE_BOX = re.compile(r"title|headline|\btit|biaoti|\bbt\b|arti[-_]?name|h1")
_KICKER_BOX = re.compile(r"yinti|jianti|kicker|pre[-_]?title|\bpre\b|shoulder|sup[-_]?title|top[-_]?title")
_SUBTITLE_BOX = re.compile(r"sub[-_]?(?:title|head|tit)|\bsub\b|futi|fubiao|fu_?title|ftit")
_HOME = re.compile(
    r"(?:https?://[^/]{1,200})?/?(?:\./|(?:index|default)\.\w{2,5})?(?:[?#](?!\w{1,20}=\d).{0,200})?$", re.IGNORECASE
)
_HEADINGS = {"h1": 3.0, "h2": 2.0, "h3": 1.5, "h4": 1.0}
LONGEST = 150
LONGEST_BESIDE = 80  # of a line above or below it
LONGEST_SECTION = 12  # of a section's name
LONGEST_TITLE = 300  # of a declared title, which injected headers exceed
SURE = 2.5
NAMES_SITE = 0.2  # trust in what a title ends with and reads as a site's name: <h1>白鹭新闻网</h1> is no headline
STRONG = 3.0  # agreement that stands by itself
# Characters that headline, byline and section names above a text have at most.
MOST_ABOVE = 250
# Blocks above the text in which any line may be the headline; further up, only headings and what a title repeats.
NEAR = 12
MOST_LINES = 6  # that a headline is broken into
# Declared titles beside <title>: Open Graph, Twitter, government pages, Dublin Core.
_META_TITLES = ("og:title", "twitter:title", "articletitle", "dc.title", "weibo:article:title", "weibo: article:title")
_TAG = re.compile(r"[\[【][^\[\]【】]{1,8}[\]】]\s*")
# Badges behind a headline, in its own element: <h1>新桥通车<span>原创</span></h1>
_BADGE = re.compile(
    r"\s*[\[【(（]?(?:原创|原創|置顶|置頂|推荐|推薦|独家|獨家|精华|精華|转载|轉載|加精|热|荐|new)[\]】)）]?$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[标標] ?[题題] ?[:：] ?(?=\S{2})")
# How a blog's name opens its titles, 雨桐的角落: 河边的旧桥
_BLOG = re.compile(r"[^:|_]{2,30}: (?=[^:\s])")
_ELLIPSIS = re.compile(r"(?:\.{2,}|…+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The elected headline.

    Attributes:
        text: as it stands on the page, site suffix stripped.
        first, end: the blocks it and its subtitle stand in, `end` exclusive; equal where it was only declared.
        kicker, subtitle: 引题 and 副题, where they stand apart.
    """

    text: str | None
    first: int
    end: int
    kicker: str | None = None
    subtitle: str | None = None


def title_parts(title: str) -> list[str]:
    """The pieces of a title between its separators, in order.

    >>> title_parts("小城的桥修好了_要闻_白鹭新闻网")
    ['小城的桥修好了', '要闻', '白鹭新闻网']
    """
    return [part for part in (piece.strip() for piece in _PARTS.split(title)) if part]


def first_prose(page: Page, region: Region) -> int:
    """The block where the text begins: the first of the core too long or too punctuated for a headline.

    Lyrics and poems have no such line; there it begins where the short lines add up.
    """
    short = 0
    for index in range(region.core_first, region.core_end):
        block = page.blocks[index]
        if block.hidden or index in region.furniture:
            continue
        size = 0 if has_date(block.text) else block.running
        if size >= 60 or (size >= 20 and sum(map(block.text.count, "，。,")) >= 2):
            return index
        short += len(block.text) - block.linked
        if short > MOST_ABOVE:
            return index
    return region.core_first


def elect(page: Page, region: Region, named: Sequence[int] = ()) -> Headline:
    """Elect the headline among the lines above the running text, and what the head declares.

    Args:
        page: the page.
        region: where the article stands.
        named: boxes that the site's recipe names as the headline; the first with text in sight is it.
    """
    for box in named:
        first, end = page.boxes.first[box], page.boxes.end[box]
        shown = [block.text for block in page.blocks[first:end] if block.hidden is None]
        if shown and sum(map(len, shown)) <= LONGEST:
            return Headline(text=" ".join(shown), first=first, end=end)
    claims = _claims(page)
    prose_at = first_prose(page, region)
    labelled = _labelled(page, prose_at)
    if labelled is not None:
        return labelled
    below = _distances(page, prose_at)
    best: tuple[float, int, int] | None = None
    for first, end, heading in _lines(page, claims, prose_at):
        near = below.get(end - 1) if end <= prose_at else None
        score = _score(page, claims, (first, end, heading), near)
        if score is None or (first >= prose_at and not heading and score < STRONG):
            continue
        score += (region.first <= first) - 2 * (first in region.furniture)
        # Of equals the later one, it stands nearer to the text; below the first running text only what is better.
        if best is None or score > best[0] or (score == best[0] and first <= prose_at):
            best = score, first, end
    declared = _from_declared(page)
    # Where the head names only the site, the line above the text is the better guess even if nothing vouches for it.
    if best is not None and best[0] >= (SURE if declared else 1.5):
        _, first, end = best
        text = " ".join(page.blocks[index].text for index in range(first, end))
        subtitle = _subtitle(page, end, prose_at)
        return Headline(
            text=_whole(_untagged(text, page), page),
            first=first,
            end=end + (subtitle is not None),
            kicker=_kicker(page, first - 1),
            subtitle=subtitle,
        )
    return Headline(text=declared or next(iter(title_parts(page.declared.title)), None), first=prose_at, end=prose_at)


def _labelled(page: Page, prose_at: int) -> Headline | None:
    """The headline that is called so right above the text: 标  题: 河边的旧桥, as bulletin boards have it."""
    for index in range(prose_at - 1, max(-1, prose_at - MOST_LINES), -1):
        block = page.blocks[index]
        label = _LABEL.match(block.text) if block.hidden is None and len(block.text) <= LONGEST else None
        if label:
            return Headline(text=block.text[label.end() :], first=index, end=index + 1)
    return None


@dataclass(frozen=True, slots=True)
class _Claim:
    """A declared title or a piece of one, in label form, and how far it is believed."""

    form: str
    trust: float


def _claims(page: Page) -> list[_Claim]:
    """What the head says the headline is: whole titles, and the pieces of `<title>`, the first one most of all."""
    title = page.declared.title[:LONGEST_TITLE]
    parts = title_parts(title)
    site = label_form(page.declared.meta.get("og:site_name", ""))
    claims = [_Claim(label_form(title), 1.0)]
    for position, part in enumerate(parts):
        form = label_form(part).strip("[]")  # 【红烧豆腐的做法步骤图】_小厨房
        named_site = form == site or _names_a_site(form)
        last = 0 < position == len(parts) - 1
        trust = 1.0 if position == 0 else 0.5 if last else 0.8
        claims.append(_Claim(form, NAMES_SITE if last and named_site else trust * (0.4 if named_site else 1.0)))
    named = _BLOG.match(title)
    claims += [_Claim(label_form(title[named.end() :]), 0.9)] if named else []
    claims += [_Claim(label_form(name), 1.0) for name in _meta_titles(page)]
    spam = label_form(page.verdict.spam_title or "")
    if spam:
        claims = [claim for claim in claims if claim.form not in spam and spam not in claim.form]
    return [_Claim(_ELLIPSIS.sub("", claim.form), claim.trust) for claim in claims if len(claim.form) > 1]


def _names_a_site(form: str) -> bool:
    """Whether a piece of a title reads as the name of a site or a section: 关于放假的通知 is too long for one."""
    return len(form) <= LONGEST_SECTION and _SITE_ENDS.search(form) is not None


def _meta_titles(page: Page) -> list[str]:
    return [page.declared.meta[name][:LONGEST_TITLE] for name in _META_TITLES if name in page.declared.meta]


def _lines(page: Page, claims: list[_Claim], prose_at: int) -> Iterator[tuple[int, int, float]]:
    """Candidate lines with the weight of their heading: headings, lines near the text, lines that a title repeats.

    A blog's greeting is running text above the headline: for some blocks below it, headings count that a title repeats.
    """
    blocks = page.blocks
    forms = {claim.form for claim in claims}
    titles = "\n".join(title[:LONGEST] for title in (page.declared.title, *_meta_titles(page)))
    stop = min(prose_at + 1, len(blocks))
    for index in range(min(stop + NEAR, len(blocks))):
        block = blocks[index]
        text = block.text
        if block.hidden or not 2 <= len(text) <= LONGEST:
            continue
        if index < stop - NEAR and block.linked * 2 > len(text) and text not in titles:
            continue  # a menu's entry
        heading = _heading(page, block.box)
        if index >= stop:
            if heading and text in titles:
                yield index, index + 1, heading
            continue
        if heading or index >= stop - NEAR or text in titles:
            yield index, index + 1, heading
        end = _end_of_broken(page, forms, index, stop) if len(text) >= 4 and (heading or text[:4] in titles) else None
        if end is not None:
            yield index, end, heading


def _end_of_broken(page: Page, titles: set[str], first: int, stop: int) -> int | None:
    """Where lines end that make up a declared title together: 关于禁止在 / 青溪河范围内 / 新增建设的通告."""
    form = label_form(page.blocks[first].text)
    for title in titles:
        whole, end = form, first + 1
        while whole != title and end < min(stop, first + MOST_LINES) and title.startswith(whole):
            whole += label_form(page.blocks[end].text)
            end += 1
        if whole == title and end > first + 1:
            return end
    return None


def _distances(page: Page, prose_at: int) -> dict[int, tuple[int, int, bool]]:
    """For the blocks just above the text: how many blocks and characters lie below each, and whether a date does."""
    found: dict[int, tuple[int, int, bool]] = {}
    count = size = 0
    dated: list[int] = []
    for index in range(prose_at - 1, max(-1, prose_at - 5 * NEAR), -1):
        block = page.blocks[index]
        if block.hidden:
            continue
        found[index] = count, size, bool(dated) and count - dated[-1] <= 3
        if has_date(block.text):
            dated.append(count)
        count += 1
        size += len(block.text)
    return found


def _score(
    page: Page, claims: list[_Claim], line: tuple[int, int, float], below: tuple[int, int, bool] | None
) -> float | None:
    """How much speaks for a line, or None where it cannot be the headline.

    Args:
        page: the page.
        claims: what the head declares.
        line: first block, end, weight of the heading.
        below: blocks, characters and a date between the line and the text, where it is near.
    """
    first, end, heading = line
    text = "".join(block.text for block in page.blocks[first:end])
    form = label_form(text)
    if not 2 <= len(form) <= LONGEST or has_date(text):
        return None
    if max((claim.trust for claim in claims if claim.form == form), default=1.0) <= NAMES_SITE:
        return None
    agreement = _agreement_of(page, claims, text, form)
    if agreement < STRONG and line_kind(text) is not LineKind.TEXT:
        return None
    if not heading and not agreement and _shares_box(page, first, end):
        return None  # 一、培养目标： parted by <br> from the text it opens
    score = heading + agreement + 0.5 * (page.blocks[first].box in page.boxes.centred)
    if sum(block.linked for block in page.blocks[first:end]) * 2 > len(text):
        # Blogs link their headlines, menus everything; what leads home is the site's name, which the title has as well.
        score -= 3 + agreement if _leads_home(page, first) else 0.5 if agreement >= STRONG else 1.5
    if below is not None:
        count, size, dated = below
        score += (count <= 8 and size < 300) + 0.5 * dated
    if len(form) < 5 and not agreement:
        score -= 2
    return score


def _agreement_of(page: Page, claims: list[_Claim], text: str, form: str) -> float:
    """How well a line agrees with what the head declares."""
    agreement = max((claim.trust * _agreement(form, claim.form) for claim in claims), default=0.0)
    title = page.declared.title
    if text in title and title != page.verdict.spam_title:
        # 山中一日 (上) @ 某人的家 :: 某站: a mark parts it from the rest of the title, whatever the mark is.
        opens = title.startswith(text) and not title[len(text) :].lstrip()[:1].isalnum()
        # what it ends with is the site's name, unless that is most of it
        closes = title.endswith(text) and 2 * len(text) > len(title) and not title[: -len(text)].rstrip()[-1:].isalnum()
        agreement = max(agreement, _agreement(form, form) * (1.0 if opens else 0.9 if closes else 0.0))
    return agreement


def _leads_home(page: Page, block: int) -> bool:
    """Whether the link in a block leads to the site's front page."""
    at = bisect_left(page.links.block, block)
    return at < len(page.links) and page.links.block[at] == block and _HOME.match(page.links.href[at]) is not None


def _shares_box(page: Page, first: int, end: int) -> bool:
    """Whether a line is parted from the next one by a line break only."""
    blocks = page.blocks
    return end < len(blocks) and blocks[end].box == blocks[first].box


def _heading(page: Page, box: int) -> float:
    """How much the boxes around a line say that it is a heading."""
    tags, idents, parents = page.boxes.tag, page.boxes.ident, page.boxes.parent
    weight = 0.0
    for _ in range(3):
        if box <= 0:
            break
        tag, ident = tags[box], idents[box]
        if tag in _HEADINGS and _HEADINGS[tag] > weight:
            weight = _HEADINGS[tag]
        if weight < 1 and ident and _is_title_box(ident):
            weight = 1.0
        box = parents[box]
    return weight


@lru_cache(maxsize=4096)
def _is_title_box(ident: str) -> bool:
    return _TITLE_BOX.search(ident) is not None


def _agreement(form: str, declared: str) -> float:
    """How well a line agrees with a declared title, 0 to 4.5; short lines agree by chance and count less."""
    if form == declared:
        return min(4.5, 1 + len(form) / 2)
    if len(form) >= 6 and (declared.startswith(form) or (len(declared) >= 8 and form.startswith(declared))):
        shorter, longer = sorted((len(form), len(declared)))
        # A site's name opens its titles too: what covers little of a title vouches for little.
        return min(4.0, shorter / 2.5) * (0.6 + 0.4 * shorter / longer)
    if len(form) >= 8 and form in declared:
        return min(3.5, len(form) / 4)
    if len(declared) >= 8 and declared in form:
        return min(2.5, len(declared) / 6)
    return 0.0


def _untagged(text: str, page: Page) -> str:
    """The headline without the section's tag before it, [散文] 老屋后的银杏, or a badge, which the title has not."""
    tag, badge = _TAG.match(text), _BADGE.search(text)
    bare = text[tag.end() :] if tag else text[: badge.start()] if badge else text
    titles = (page.declared.title, *_meta_titles(page))
    declared = any(title.startswith(bare) and not title.startswith(text) for title in titles)
    return bare if len(bare) >= 4 and declared else text


def _whole(text: str, page: Page) -> str:
    """The headline uncut: a list template's 定了！南岸码头… is completed from a declared title that begins the same."""
    stem = _ELLIPSIS.sub("", text)
    if stem == text or len(stem) < 8:
        return text
    for title in (page.declared.title, *_meta_titles(page)):
        for part in title_parts(title):
            if part.startswith(stem) and not _ELLIPSIS.search(part):
                return part
    return text


def _subtitle(page: Page, at: int, prose_at: int) -> str | None:
    """副题: the line after the headline that begins with a dash or stands in a box that is called so."""
    if at >= prose_at:
        return None
    text = _beside(page, at)
    named = _SUBTITLE_BOX.search(page.boxes.ident[page.blocks[at].box]) is not None
    return text.lstrip("—─－- ") if text and (text[0] in "—─－" or named) else None


def _kicker(page: Page, at: int) -> str | None:
    """引题: the line above the headline, in a box that is called so."""
    named = at >= 0 and _KICKER_BOX.search(page.boxes.ident[page.blocks[at].box]) is not None
    return _beside(page, at) if named else None


def _beside(page: Page, at: int) -> str | None:
    """The line at `at` where it may be a part of the heading: in sight, of a heading's length, no link, no date."""
    block = page.blocks[at]
    if block.hidden or not 4 <= len(block.text) <= LONGEST_BESIDE or block.linked * 2 > len(block.text):
        return None
    return None if has_date(block.text) or line_kind(block.text) is not LineKind.TEXT else block.text


def _from_declared(page: Page) -> str | None:
    """The headline from the head alone: the longest piece that does not read as a site's or section's name.

    What is a link's whole text somewhere on the page (要闻, 艺术教育) names a section, too.
    """
    names = {page.declared.meta.get("og:site_name", ""), *page.links.text}
    for title in (page.declared.title, *_meta_titles(page)):
        own = [
            part for part in title_parts(title) if label_form(part) not in names and not _names_a_site(label_form(part))
        ]
        if own:
            return _without_site(max(own[:2], key=len))
    return None


def _without_site(part: str) -> str:
    """A piece without the names of sites and sections behind its marks: 新桥通车-社会频道, 新桥通车【白鹭网】."""
    tail = _SITE_BEHIND.search(part)
    while tail and _names_a_site(label_form(tail[1])):
        part = part[: tail.start()]
        tail = _SITE_BEHIND.search(part)
    return part

"""The headline, elected among witnesses none of which is trusted alone.

`<title>` and og:title are what hijackers overwrite, an h1 may be the site's logo or hidden spam, a box called "title"
a teaser. A line that several of them agree on, in sight and just above the text, is the headline.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.content import Region
from pipelines.labelling import label_form
from pipelines.lines import LineKind, has_date, line_kind
from pipelines.parse import Page

# _ | and the like always part a title; a dash only where it stands between spaces or before a short last piece, because
# 中美“贸易战”—影响几何 and Wi-Fi hold dashes of their own.
_PARTS = re.compile(
    r"\s*(?:[_|｜丨│»]|::|>|--|——|\s[-–—－·:：]\s|"
    r"(?:(?<![A-Za-z0-9])[-–—－]|[-–—－](?![A-Za-z0-9]))(?=[^-–—－_|]{2,14}$))+\s*"
)
_SITE_ENDS = re.compile(
    r"(?:网|网站|新闻|频道|日报|晚报|早报|时报|在线|门户|论坛|博客|首页|中心|客户端|社区|资讯|新闻网|电视台|正文|百科|专栏|公众号|门户网|"
    r"政府|委员会|协会|大学|学院|公司|\.com|\.cn|\.net|财经|体育|娱乐|科技|国际|国内|社会|滚动|要闻|时政|动态|公告|通知)$"
)
_TITLE_BOX = re.compile(r"title|headline|\btit|biaoti|\bbt\b|arti[-_]?name|h1")
_KICKER_BOX = re.compile(r"yinti|jianti|kicker|pre[-_]?title|\bpre\b|shoulder|sup[-_]?title|top[-_]?title")
_SUBTITLE_BOX = re.compile(r"sub[-_]?(?:title|head|tit)|\bsub\b|futi|fubiao|fu_?title|ftit")
_HEADINGS = {"h1": 3.0, "h2": 2.0, "h3": 1.5, "h4": 1.0}
LONGEST = 150
LONGEST_BESIDE = 80  # of a line above or below it
LONGEST_TITLE = 300  # of a declared title, which injected headers exceed
SURE = 2.5
# Characters that headline, byline and section names above a text have at most.
MOST_ABOVE = 250
# Blocks above the text in which any line may be the headline; further up, only headings and what a title repeats.
NEAR = 12
# Declared titles beside <title>: Open Graph, Twitter, government pages, Dublin Core.
_META_TITLES = ("og:title", "twitter:title", "articletitle", "dc.title", "weibo:article:title", "weibo: article:title")
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
        size = block.running
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
    below = _distances(page, prose_at)
    best: tuple[float, int, int] | None = None
    for first, end, heading in _lines(page, claims, min(prose_at + 1, len(page.blocks))):
        near = below.get(end - 1) if end <= prose_at else (0, 0, False)
        score = _score(page, claims, (first, end, heading), near, first_line=first == prose_at)
        if score is None:
            continue
        score += (region.first <= first) - 2 * (first in region.furniture)
        # of equals the later one: it stands nearer to the text
        if best is None or score >= best[0]:
            best = score, first, end
    declared = _from_declared(page)
    # Where the head names only the site, the line above the text is the better guess even if nothing vouches for it.
    if best is not None and best[0] >= (SURE if declared else 1.5):
        _, first, end = best
        text = " ".join(page.blocks[index].text for index in range(first, end))
        subtitle = _subtitle(page, end, prose_at)
        return Headline(
            text=_whole(text, page),
            first=first,
            end=end + (subtitle is not None),
            kicker=_kicker(page, first - 1),
            subtitle=subtitle,
        )
    return Headline(text=declared or next(iter(title_parts(page.declared.title)), None), first=prose_at, end=prose_at)


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
        form = label_form(part)
        named_site = form == site or _SITE_ENDS.search(form) is not None
        trust = 1.0 if position == 0 else 0.6 if position == len(parts) - 1 else 0.8
        claims.append(_Claim(form, trust * (0.4 if named_site else 1.0)))
    claims += [_Claim(label_form(name), 1.0) for name in _meta_titles(page)]
    spam = label_form(page.verdict.spam_title or "")
    if spam:
        claims = [claim for claim in claims if claim.form not in spam and spam not in claim.form]
    return [_Claim(_ELLIPSIS.sub("", claim.form), claim.trust) for claim in claims if len(claim.form) > 1]


def _meta_titles(page: Page) -> list[str]:
    return [page.declared.meta[name][:LONGEST_TITLE] for name in _META_TITLES if name in page.declared.meta]


def _lines(page: Page, claims: list[_Claim], stop: int) -> Iterator[tuple[int, int, float]]:
    """Candidate lines with the weight of their heading: headings, lines near the text, lines that a title repeats.

    Lines that together make up a declared title are one: a long title is broken into 关于禁止在 /
    青溪河治理工程范围内 / 新增建设项目的通告.
    """
    blocks = page.blocks
    forms = {claim.form for claim in claims}
    titles = "\n".join(title[:LONGEST] for title in (page.declared.title, *_meta_titles(page)))
    for index in range(stop):
        block = blocks[index]
        text = block.text
        if block.hidden or not 2 <= len(text) <= LONGEST:
            continue
        heading = _heading(page, block.box)
        if heading or index >= stop - NEAR or text in titles:
            yield index, index + 1, heading
        if len(text) < 4 or not (heading or text[:4] in titles):
            continue
        form = label_form(text)
        for title in forms:
            if not title.startswith(form):
                continue
            whole, end = form, index + 1
            while whole != title and end < min(stop, index + 6) and title.startswith(whole):
                whole += label_form(blocks[end].text)
                end += 1
            if whole == title and end > index + 1:
                yield index, end, heading


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
    page: Page,
    claims: list[_Claim],
    line: tuple[int, int, float],
    below: tuple[int, int, bool] | None,
    *,
    first_line: bool,
) -> float | None:
    """How much speaks for a line.

    Args:
        page: the page.
        claims: what the head declares.
        line: first block, end, weight of the heading.
        below: blocks, characters and a date between the line and the text, where it is near.
        first_line: the line is itself the first that could be running text.
    """
    blocks, boxes = page.blocks, page.boxes
    first, end, heading = line
    text = "".join(block.text for block in blocks[first:end])
    form = label_form(text)
    if not 2 <= len(form) <= LONGEST or has_date(text):
        return None
    agreement = max((claim.trust * _agreement(form, claim.form) for claim in claims), default=0.0)
    if agreement < 3 and (first_line and not heading):
        return None
    if agreement < 3 and line_kind(text) is not LineKind.TEXT:
        return None
    score = heading + agreement
    if blocks[first].box in boxes.centred:
        score += 0.5
    linked = sum(block.linked for block in blocks[first:end])
    if linked * 2 > len(text):
        score -= 0.5 if agreement >= 3 else 1.5  # blogs link their headlines, menus everything
    if below is not None:
        count, size, dated = below
        if count <= 8 and size < 300:
            score += 1
        if dated:
            score += 0.5
    if len(form) < 5 and not agreement:
        score -= 2
    return score


def _heading(page: Page, box: int) -> float:
    """How much the boxes around a line say that it is a heading."""
    boxes = page.boxes
    weight = 0.0
    for _ in range(3):
        if box <= 0:
            break
        weight = max(weight, _HEADINGS.get(boxes.tag[box], 0.0))
        if weight < 1 and boxes.ident[box] and _is_title_box(boxes.ident[box]):
            weight = 1.0
        box = boxes.parent[box]
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
    """The headline from the head alone: the longest piece that does not read as a site's or section's name."""
    for title in (page.declared.title, *_meta_titles(page)):
        parts = title_parts(title)
        names = {label_form(page.declared.meta.get("og:site_name", ""))}
        own = [part for part in parts if label_form(part) not in names and not _SITE_ENDS.search(label_form(part))]
        if own:
            return max(own[:2], key=len)
    return None

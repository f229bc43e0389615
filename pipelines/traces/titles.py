"""Injected titles and headers: what they are made of, and that nothing on the page agrees with them."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from crawler.items import Evidence
from pipelines.article.labelling import label_form
from pipelines.markup.blocks import Block
from pipelines.parse import Page
from pipelines.rules.spam import BRAND, BRAND_STEMS
from pipelines.script import scripts_in
from pipelines.traces.trace import DEVIOUS, SEGMENT, WORDS, Trace, names_a_site, segments, spam_words

# Injected headers have 60 to 400 characters, titles of articles 10 to 30 and a site's name.
LONG_TITLE = 50
# Segments of a title that make two words of the vocabulary enough.
MANY_SEGMENTS = 4
# Words of the vocabulary in meta elements that leave no doubt.
LEAST_META_WORDS = 4
# Characters of a text that repeats its title.
LEAST_DOORWAY = 200
# A segment is strange to a page when it is as long as a phrase and less than two in five of its pairs of characters
# stand anywhere in the text. Of 229 honest pages none has more than two such segments in its title; headers have four
# to ten.
LEAST_STRANGE = 5
STRANGE_TITLE, DOUBTFUL_TITLE = 4, 3
# Characters in sight that a title can be held against.
LEAST_TEXT = 120
MOST_TEXT = 20_000
LONGEST_HEADER = 1_000

_META_TITLES = ("og:title", "twitter:title")
_META_TEXTS = ("keywords", "description", "og:description", "twitter:description", *_META_TITLES)
_BRAND = re.compile(BRAND, re.IGNORECASE)
_LATIN = re.compile(r"[A-Za-z.]+")  # the name of a site, said again behind it: 浮桥新闻-The Bridge
# What parts headers and no sentence: a line that has two of these is no headline, whoever put it there; nor is one of
# five key words between commas of half width.
_HARD = re.compile(r"[_|｜丨•]")
MOST_COMMAS = 4


def unconverted_header(page: Page) -> Iterator[Trace]:
    """A header in simplified characters on a page whose text is Traditional: it was put on after the converter."""
    first_lines = (block.text for block in page.blocks[:12] if len(block.text) >= 20)
    header = next((line for line in (*page.head.titles, *first_lines) if _never_converted(line)), None)
    if header is None or not is_converted(page):
        return
    detail = f"a header of {segments(header)} segments in simplified characters over Traditional text"
    yield Trace(
        evidence=Evidence(kind="unconverted-header", detail=detail), title=header, blocks=_blocks_like(page, header)
    )


def spam_header(page: Page) -> Iterator[Trace]:
    """A declared title made of spam words in segments, but for what a line of the page agrees with.

    国产精品…_亚洲…-青溪河新桥通车: campaigns leave the page's own title behind theirs.
    """
    for title in (*page.head.titles, *(page.declared.meta.get(name, "") for name in _META_TITLES)):
        if spam_words(title) < 2 or segments(title) < 2:
            continue
        words = spam_words(_without_headline(page, title))
        if words < 2:
            continue
        detail = f"a title of {segments(title)} segments with {words} words of the spam vocabulary"
        sure = words >= 3 or (segments(title) >= MANY_SEGMENTS and not _is_headline(page, title))
        evidence = Evidence(kind="spam-header", detail=detail, weight=1.0 if sure else 0.7)
        yield Trace(evidence=evidence, title=title, blocks=_blocks_like(page, title))
        return


def foreign_title(page: Page) -> Iterator[Trace]:
    """A declared title made of phrases that the page's text does not speak of; it needs no vocabulary.

    A title of many segments that no line agrees with is a weak trace where they do speak of the same.
    """
    for title in (*page.head.titles, *(page.declared.meta.get(name, "") for name in _META_TITLES)):
        strange = strange_segments(page, title)
        if strange >= DOUBTFUL_TITLE:
            detail = f"{strange} of a title's {segments(title)} segments are strange to the text"
            evidence = Evidence(kind="foreign-title", detail=detail, weight=1.0 if strange >= STRANGE_TITLE else 0.7)
            yield Trace(evidence=evidence, title=title, blocks=_blocks_like(page, title))
            return
    title = page.declared.title
    if is_foreign(page, title):
        detail = f"no line agrees with a title of {segments(title)} segments and {len(title)} characters"
        yield Trace(evidence=Evidence(kind="foreign-title", detail=detail, weight=0.3), title=title)


def spam_meta(page: Page) -> Iterator[Trace]:
    """Spam words in what the head tells search engines, none of which the text says: a report of a case says them."""
    told = label_form(" ".join(page.declared.meta.get(name, "") for name in _META_TEXTS).lower())
    words = set(WORDS.findall(told))
    if len(words) < 2:
        return
    text = label_form("".join(block.text for block in page.blocks if block.running).lower())
    words = {word for word in words if word not in text}
    if len(words) >= 2:
        detail = f"{len(words)} words of the spam vocabulary in the meta elements, none in the text"
        weight = 1.0 if len(words) >= LEAST_META_WORDS else 0.5
        yield Trace(evidence=Evidence(kind="spam-meta", detail=detail, weight=weight))


def repeated_header(page: Page) -> Iterator[Trace]:
    """One header, strange to the text, told as key words and as description: honest heads tell two things there."""
    told = [page.declared.meta.get(name, "")[:LONGEST_HEADER] for name in _META_TEXTS]
    forms = ["".join(map(label_form, SEGMENT.split(text))) for text in told]
    for text, form in zip(told, forms, strict=True):
        if len(form) >= LONG_TITLE // 2 and forms.count(form) > 1 and strange_segments(page, text) >= STRANGE_TITLE:
            evidence = Evidence(kind="spam-meta", detail="one header in several meta elements", weight=0.7)
            yield Trace(evidence=evidence)
            return


def second_title(page: Page) -> Iterator[Trace]:
    """A long title of many segments put before the page's own, which a line of the page agrees with."""
    titles = page.head.titles
    if len(titles) < 2 or not is_foreign(page, titles[0]):
        return
    if any(title != titles[0] and _is_headline(page, title) for title in titles[1:]):
        evidence = Evidence(kind="second-title", detail="a title was put before the page's own", weight=0.7)
        yield Trace(evidence=evidence, title=titles[0], blocks=_blocks_like(page, titles[0]))


def doorway(page: Page) -> Iterator[Trace]:
    """A text that is made of the title's own segments, again and again."""
    title = page.declared.title
    if not is_foreign(page, title):
        return
    like = _blocks_like(page, title)
    running = sum(block.running for block in page.blocks)
    spam = sum(page.blocks[index].running for index in like)
    if spam >= LEAST_DOORWAY and spam * 5 >= running * 4:
        detail = f"{spam} of {running} characters of text repeat the title's {segments(title)} segments"
        yield Trace(evidence=Evidence(kind="doorway", detail=detail), title=title, blocks=like)


def hidden_header(page: Page) -> Iterator[Trace]:
    """A heading out of sight that repeats a title of many segments: with spam words, or hidden deviously."""
    titles = [
        label_form(title)
        for title in page.head.titles
        if segments(title) >= 3 and (spam_words(title) or is_foreign(page, title))
    ]
    if not titles:
        return
    for block in page.blocks[:200]:
        if block.hidden is None or len(block.text) < 30 or segments(block.text) < 3:
            continue
        spam, devious = spam_words(block.text), block.hidden in DEVIOUS
        if (spam or devious) and any(label_form(block.text) in title for title in titles):
            detail = f"a heading hidden by {block.hidden} repeats the title"
            weight = 0.7 if devious else 0.6
            yield Trace(evidence=Evidence(kind="hidden-header", detail=detail, weight=weight), title=block.text)
            return


def coded_title(page: Page) -> Iterator[Trace]:
    """A title written in character references, `&#22269;&#20135;`, on a page that writes its text plainly."""
    if page.head.coded_title:
        weight = 0.5 if spam_words(page.declared.title) else 0.2
        detail = "the title is written in character references"
        yield Trace(evidence=Evidence(kind="coded-title", detail=detail, weight=weight))


def brand_insertion(page: Page) -> Iterator[Trace]:
    """A gambling brand grown into the words of a text."""
    text = "\n".join(block.text for block in page.blocks if block.running)
    if not any(stem in text for stem in BRAND_STEMS):
        return
    places = len(_BRAND.findall(text))
    if places:
        detail = f"{places} places where a brand is grown into the text"
        yield Trace(evidence=Evidence(kind="brand-insertion", detail=detail, weight=0.5))


def is_foreign(page: Page, title: str) -> bool:
    """Whether a title is as long as injected ones, of many segments, and no line of the page agrees with it."""
    return len(title) >= LONG_TITLE and segments(title) >= 3 and not _is_headline(page, title)


def _never_converted(line: str) -> bool:
    if segments(line) < 3:
        return False
    simplified, traditional = scripts_in(line)
    return simplified >= 2 and traditional == 0


def _blocks_like(page: Page, header: str) -> frozenset[int]:
    """The blocks that repeat a header or most of it, or are made of its segments, as the text of doorway pages is."""
    form = label_form(header)
    pieces = sorted({label_form(piece) for piece in SEGMENT.split(header) if len(piece) > 3}, key=len, reverse=True)

    def is_like(text: str) -> bool:
        own = label_form(text)
        if own in form or (len(form) >= 12 and form in own):
            return True
        rest = own
        for piece in pieces[:20]:
            rest = rest.replace(piece, "")
        return len(rest) * 4 < len(own)

    return frozenset(index for index, block in enumerate(page.blocks) if len(block.text) >= 12 and is_like(block.text))


def _is_headline(page: Page, title: str) -> bool:
    """Whether a line of the page in sight, above running text, says what the title says."""
    form = label_form(title)
    return next(_agreeing(page, form), None) is not None


def _agreeing(page: Page, form: str) -> Iterator[str]:
    """The lines in sight that a title, in label form, holds: in label form, too."""
    for block in page.blocks[:400]:
        if block.hidden is None and 8 <= len(block.text) <= 120 and (own := label_form(block.text)) in form:
            pieces = segments(block.text)
            # a line of three segments is no headline, whoever put it there; but for an enumeration that the text
            # speaks of, too: 警方捣毁赌博团伙 百家乐、老虎机、六合彩投注站藏身居民楼
            if pieces < 2 or (pieces < 3 and not spam_words(block.text)) or _is_told(page, block, own):
                yield own


def _is_told(page: Page, line: Block, form: str) -> bool:
    """Whether a line without the marks that part headers speaks of what the text below it speaks of."""
    if _HARD.search(line.text) or line.running:
        return False
    lines = (block.text for block in page.blocks if block.running and block.hidden is None)
    return not _is_strange(form, label_form("\n".join(lines)[:MOST_TEXT]))


def _without_headline(page: Page, title: str) -> str:
    """A title without the lines of the page that it repeats: 警方捣毁百家乐赌场 is a headline."""
    form = label_form(title)
    for own in list(_agreeing(page, form)):
        form = form.replace(own, "")
    return form


def is_converted(page: Page) -> bool:
    """Whether the page's running text is Traditional throughout, as a converter leaves it."""
    text = "".join(islice((block.text for block in page.blocks if block.running), 20))[:1_000]
    simplified, traditional = scripts_in(text)
    return traditional > 20 and traditional > 4 * simplified


def strange_segments(page: Page, title: str) -> int:
    """How many phrases of a title the text in sight does not speak of, names of sites and sections left out."""
    pieces = [label_form(piece) for piece in SEGMENT.split(title[:LONGEST_HEADER])]
    phrases = [
        form
        for before, form in pairwise(("", *pieces))
        if len(form) >= LEAST_STRANGE and not (names_a_site(form) or (_LATIN.fullmatch(form) and names_a_site(before)))
    ]
    if len(phrases) < DOUBTFUL_TITLE:
        return 0
    lines = (block.text for block in page.blocks if block.hidden is None and not _is_header(block.text))
    text = label_form("\n".join(lines)[:MOST_TEXT])
    if len(text) < LEAST_TEXT:
        return 0
    return sum(_is_strange(form, text) for form in phrases)


def _is_header(line: str) -> bool:
    if len(_HARD.findall(line)) >= 2:
        return True
    return line.count(",") >= MOST_COMMAS and "。" not in line and len(line) <= LONGEST_HEADER


def _is_strange(phrase: str, text: str) -> bool:
    pairs = [phrase[at : at + 2] for at in range(len(phrase) - 1)]
    return sum(pair in text for pair in pairs) * 5 < len(pairs) * 2

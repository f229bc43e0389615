"""Page to draft: the article's parts as they stand on the page, and what of the page is not the article."""

from collections.abc import Sequence
from dataclasses import replace

from crawler.items import Draft, Image, Reason, Rejected, SiteRecipe
from pipelines.content import find_region
from pipelines.headline import elect
from pipelines.lines import LineKind, line_kind
from pipelines.paragraphs import read_text
from pipelines.parse import Page


def extract(page: Page, recipe: SiteRecipe) -> Draft:
    """Find the article's parts.

    Raises:
        Rejected: the page holds no article; the reason says what it holds.
    """
    region = find_region(page)
    headline = elect(page, region)
    text = read_text(page, region, headline.end)
    body = tuple(page.blocks[index].text for index in text.body)
    if not body:
        raise Rejected(Reason.NO_ARTICLE, "no running text", verdict=page.verdict, encoding=page.encoding)
    kinds = [(line_kind(block.text), block.text) for block in page.blocks if block.hidden is None]
    return Draft(
        url=page.url,
        fetched_at=page.capture.fetched_at,
        encoding=page.encoding,
        headline=headline.text,
        subtitle=headline.subtitle,
        byline=tuple(text for kind, text in kinds if kind is LineKind.BYLINE)[:10],
        credits=tuple(text for kind, text in kinds if kind is LineKind.CREDIT)[:20],
        notices=tuple(text for kind, text in kinds if kind is LineKind.NOTICE)[:10],
        body=body,
        declared=page.declared,
        verdict=page.verdict,
        notes=page.notes,
    )


def join(drafts: Sequence[Draft]) -> Draft:
    """One draft of an article's parts: every paragraph once, in order."""
    first = drafts[0]
    if len(drafts) == 1:
        return first
    seen: set[str] = set()
    body: list[str] = []
    images: list[Image] = []
    for draft in drafts:
        body += [text for text in draft.body if text not in seen]
        seen.update(draft.body)
        images += [image for image in draft.images if image.src not in {kept.src for kept in images}]
    return replace(first, body=tuple(body), images=tuple(images))

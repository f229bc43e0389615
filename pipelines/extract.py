"""Page to draft: the article's parts as they stand on the page, and what of the page is not the article."""

from collections.abc import Sequence
from dataclasses import replace

from crawler.items import Draft, Image, Rejected, SiteRecipe
from pipelines.content import find_region
from pipelines.headline import elect
from pipelines.paragraphs import read_text
from pipelines.parse import Page
from pipelines.pictures import pictures
from pipelines.refusals import refuse
from pipelines.surroundings import breadcrumb, byline_blocks, notice_blocks


def extract(page: Page, recipe: SiteRecipe) -> Draft:  # noqa: ARG001 - selectors come with the next step
    """Find the article's parts.

    Raises:
        Rejected: the page holds no article; the reason says what it holds.
    """
    region = find_region(page)
    headline = elect(page, region)
    text = read_text(page, region, headline.end)
    images, captions = pictures(page, region, headline, text)

    def lines(blocks: Sequence[int]) -> tuple[str, ...]:
        return tuple(page.blocks[index].text for index in blocks)

    body = lines([index for index in text.body if index not in captions])
    refused = refuse(page, headline, text, images)
    if refused:
        reason, detail = refused
        raise Rejected(reason, detail, verdict=page.verdict, encoding=page.encoding)
    return Draft(
        url=page.url,
        fetched_at=page.capture.fetched_at,
        encoding=page.encoding,
        encoding_evidence=page.encoding_evidence,
        headline=headline.text,
        kicker=headline.kicker,
        subtitle=headline.subtitle,
        byline=lines(byline_blocks(page, headline, text)),
        credits=lines(text.credits),
        breadcrumb=breadcrumb(page, headline),
        body=body,
        images=images,
        notices=lines(notice_blocks(page, text)),
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
    images: dict[str, Image] = {}
    for draft in drafts:
        body += [text for text in draft.body if text not in seen]
        seen.update(draft.body)
        for image in draft.images:
            images.setdefault(image.src, image)
    return replace(first, body=tuple(body), images=tuple(images.values()))

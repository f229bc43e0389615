"""Page to draft: the article's parts as they stand on the page, and what of the page is not the article."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.items import Draft, Rejected, SiteRecipe
from pipelines.article.content import find_region
from pipelines.article.embedded import embedded, scripted_times
from pipelines.article.headline import elect
from pipelines.article.layout import paragraphs
from pipelines.article.lines import has_date
from pipelines.article.paragraphs import read_text
from pipelines.article.pictures import pictures
from pipelines.article.refusals import refuse
from pipelines.article.selectors import select
from pipelines.article.surroundings import breadcrumb, byline_blocks, credit_blocks, notice_blocks
from pipelines.article.unveil import unveil
from pipelines.parse import Page


def extract(page: Page, recipe: SiteRecipe) -> Draft:
    """Find the article's parts; a recipe's selectors go before what the rules find.

    Raises:
        Rejected: the page holds no article; the reason says what it holds.
    """
    page = embedded(unveil(page))
    region = find_region(page, select(page, recipe.body))
    headline = elect(page, region, select(page, recipe.headline))
    text = read_text(page, region, headline.end)
    images, captions = pictures(page, region, headline, text)

    def lines(blocks: Sequence[int]) -> tuple[str, ...]:
        return tuple(page.blocks[index].text for index in blocks)

    def labelled(blocks: Sequence[int]) -> tuple[str, ...]:
        return tuple(page.blocks[index].apart for index in blocks)

    body = tuple(paragraphs(page, [index for index in text.body if index not in captions]))
    refused = refuse(page, headline, text, images)
    if refused:
        reason, detail = refused
        raise Rejected(reason, detail, verdict=page.verdict, encoding=page.encoding)
    byline = labelled(byline_blocks(page, headline, text, select(page, recipe.byline)))
    declared = page.declared
    if not any(map(has_date, byline)):
        declared = replace(declared, times=(*declared.times, *scripted_times(page)))
    return Draft(
        url=page.url,
        fetched_at=page.capture.fetched_at,
        encoding=page.encoding,
        encoding_evidence=page.encoding_evidence,
        headline=headline.text,
        kicker=headline.kicker,
        subtitle=headline.subtitle,
        byline=byline,
        credits=labelled(credit_blocks(page, text)),
        breadcrumb=breadcrumb(page, headline),
        body=body,
        images=images,
        notices=lines(notice_blocks(page, text)),
        declared=declared,
        verdict=page.verdict,
        notes=page.notes,
    )


def join(drafts: Sequence[Draft]) -> Draft:
    """One draft of an article's parts: every paragraph, picture, credit and notice once, in order.

    Headline, byline and breadcrumb are the first part's; what a later part repeats of an earlier one (a summary, the
    headline, a notice) is left out.
    """
    first = drafts[0]
    if len(drafts) == 1:
        return first
    body = list(first.body)
    for draft in drafts[1:]:
        seen = {first.headline, *body}
        body += [text for text in draft.body if text not in seen]
    images = {image.src: image for draft in reversed(drafts) for image in reversed(draft.images)}
    return replace(
        first,
        body=tuple(body),
        images=tuple(reversed(images.values())),
        credits=_once(draft.credits for draft in drafts),
        notices=_once(draft.notices for draft in drafts),
        notes=tuple(note for draft in drafts for note in draft.notes),
    )


def _once(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for part in parts for line in part))

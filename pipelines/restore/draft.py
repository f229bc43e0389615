"""The restoring step of the flow: every text of a draft, under one verdict for the page."""

from collections.abc import Iterator
from dataclasses import replace

from crawler.items import Draft, Image
from pipelines.restore.classify import classify
from pipelines.restore.engine import restore_on
from pipelines.restore.page import CLEAN


def restore_draft(draft: Draft) -> Draft:
    """Restore the article's texts, and what the head declares, by the verdict on the article's texts together.

    The head is no witness: an injected title was never converted and says nothing of the rest.
    """
    visible, declared = list(_visible(draft)), list(_declared(draft))
    page = classify([text for _, text in visible])
    raw = replace(draft, headline_raw=draft.headline, body_raw=draft.body)
    if page.kind == CLEAN:
        return replace(raw, damage=page.kind, damage_evidence=page.evidence)
    restored = restore_on(page, visible + declared)
    texts = iter(restored.texts)
    return replace(
        _refilled(raw, texts),
        declared=replace(
            draft.declared,
            title=next(texts),
            meta={name: next(texts) for name in draft.declared.meta},
        ),
        damage=page.kind,
        damage_evidence=page.evidence,
        notes=(*draft.notes, *restored.notes),
    )


def _visible(draft: Draft) -> Iterator[tuple[str, str]]:
    """The article's texts with their names, in the order in which `_refilled` takes them back."""
    for name in ("headline", "kicker", "subtitle"):
        text: str | None = getattr(draft, name)
        if text is not None:
            yield name, text
    for name in ("byline", "credits", "breadcrumb", "body", "notices"):
        for number, line in enumerate(getattr(draft, name)):
            yield f"{name}/{number}", line
    for number, image in enumerate(draft.images):
        if image.alt is not None:
            yield f"images/{number}/alt", image.alt
        if image.caption is not None:
            yield f"images/{number}/caption", image.caption


def _declared(draft: Draft) -> Iterator[tuple[str, str]]:
    yield "declared/title", draft.declared.title
    for name, text in draft.declared.meta.items():
        yield f"declared/meta/{name}", text


def _refilled(draft: Draft, texts: Iterator[str]) -> Draft:
    """The draft with its texts taken from `texts`, in the order of `_visible`."""

    def one(text: str | None) -> str | None:
        return None if text is None else next(texts)

    def all_of(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(next(texts) for _ in lines)

    def image(old: Image) -> Image:
        alt = one(old.alt)
        return replace(old, alt=alt, caption=one(old.caption))

    return replace(
        draft,
        headline=one(draft.headline),
        kicker=one(draft.kicker),
        subtitle=one(draft.subtitle),
        byline=all_of(draft.byline),
        credits=all_of(draft.credits),
        breadcrumb=all_of(draft.breadcrumb),
        body=all_of(draft.body),
        notices=all_of(draft.notices),
        images=tuple(image(old) for old in draft.images),
    )

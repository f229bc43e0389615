"""The headline, elected among witnesses none of which is trusted alone."""

import re
from difflib import SequenceMatcher

from pipelines.content import Region
from pipelines.labelling import label_form
from pipelines.parse import Page

_SPLIT = re.compile(r"\s*[_|｜丨»>]+\s*|\s+[-–—－]+\s*|\s*[-–—－]+\s+|\s*--+\s*|\s*——\s*|\s*[-–—－]\s*(?=[^-]{2,14}$)")


def title_parts(title: str) -> list[str]:
    """The pieces of a title between its separators, in order."""
    return [part.strip() for part in _SPLIT.split(title) if part.strip()]


def elect(page: Page, region: Region) -> tuple[str | None, int | None]:
    """The headline and the block it stands in."""
    title = page.declared.title
    og = page.declared.meta.get("og:title", "")
    parts = title_parts(title)
    whole = label_form(title)
    ogform = label_form(og)
    best: tuple[float, int] | None = None
    limit = min(region.end, len(page.blocks))
    for index in range(limit):
        block = page.blocks[index]
        text = block.text
        if block.hidden or not 4 <= len(text) <= 120:
            continue
        form = label_form(text)
        if len(form) < 4:
            continue
        tag = page.boxes.tag[block.box]
        score = 0.0
        if tag in {"h1", "h2", "h3"}:
            score += {"h1": 3, "h2": 2, "h3": 1.5}[tag]
        if whole.startswith(form) or form in (label_form(part) for part in parts) or ogform.startswith(form):
            score += 4 * min(1.0, len(form) / 8)
        elif whole and SequenceMatcher(None, form, whole, autojunk=False).find_longest_match().size >= 0.6 * len(form):
            score += 1.5
        if "title" in page.boxes.ident(block.box):
            score += 1
        if block.linked * 2 > len(text):
            score -= 2
        if score >= 2.5 and (best is None or score > best[0]):
            best = score, index
    if best is not None:
        return page.blocks[best[1]].text, best[1]
    if parts:
        return max(parts[:2], key=len), None
    return (og or None), None

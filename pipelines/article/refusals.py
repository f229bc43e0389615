"""Pages that hold no article, each with its own reason: not found, behind a login, written by script, pictures, a list.

Only a page whose text is short or doubtful is asked: rejecting an article loses it, keeping a list does little harm.
"""

import re
from itertools import islice

from crawler.items import Image, Reason
from pipelines.article.headline import Headline
from pipelines.article.labelling import label_form
from pipelines.article.lines import any_of, has_date
from pipelines.article.paragraphs import Text
from pipelines.article.teasers import LONGEST_TEASER, TITLE_LENGTH, title_above
from pipelines.parse import Page
from pipelines.rules import refusals

# Characters of running text. A notice of one sentence is an article where it has a headline and a date.
PLENTY = 400
LITTLE = 150
HARDLY_ANY = 60
# A visible page of fewer characters is a shell.
SHELL = 150
# Links with a title's length that make a page a list.
LIST_LINKS = 12
SHORT_LIST = 4
LEAST_TEASERS, ENOUGH_TEASERS = 4, 20

_NOT_FOUND = any_of(refusals.NOT_FOUND)
_LOGIN = any_of(refusals.LOGIN)
_LOGIN_WORD = any_of(refusals.LOGIN_WORDS)
_TO_WRITE = any_of(refusals.LOGIN_TO_WRITE)
_CHECK = any_of(refusals.CHECK)
_SCRIPT = any_of(refusals.SCRIPT)
_TEASER_END = any_of(refusals.TEASER_ENDS)
_LIST_ADDRESS = re.compile(r"^https?://[^/]+(?:/?|/(?:index|default|list|node)[\w-]*\.\w{2,5}|/[\w/-]*/)$")


def refuse(page: Page, headline: Headline, text: Text, images: tuple[Image, ...]) -> tuple[Reason, str] | None:
    """Why a page holds no article, or None where it holds one."""
    running = sum(page.blocks[index].running for index in text.body)
    if running >= PLENTY and not _is_teaser_list(page, text):
        return None
    visible = [block.text for block in page.blocks if block.hidden is None]
    return (
        _not_found(page, visible, running)
        or _login(page, visible, running)
        or _script_only(page, visible)
        or _gallery(images, running, text)
        or _listing(page, headline, text, running)
        or _nothing(page, headline, text, running)
    )


def _not_found(page: Page, visible: list[str], running: int) -> tuple[Reason, str] | None:
    if running >= LITTLE:
        return None
    lines = [page.declared.title, *(line for line in visible[:40] if len(line) <= 80)]
    said = next((line for line in lines if _NOT_FOUND.search(label_form(line.lower()))), None)
    return (Reason.SOFT_404, f"says: {said[:80]}") if said else None


def _login(page: Page, visible: list[str], running: int) -> tuple[Reason, str] | None:
    if running >= LITTLE:
        return None
    lines = [page.declared.title, *(line for line in visible[:60] if len(line) <= 80)]
    said = next((line for line in lines if _asks_for_login(line)), None)
    short = sum(map(len, visible)) < PLENTY
    if said and (page.head.has_password or short or running >= HARDLY_ANY):
        return Reason.LOGIN_WALL, f"says: {said[:80]}"
    checks = [line for line in lines if _CHECK.search(label_form(line.lower()))] if short else []
    if short and (len(checks) >= 2 or (checks and running < HARDLY_ANY)):
        return Reason.LOGIN_WALL, f"asks who reads: {checks[0][:80]}"
    if page.head.has_password and running < HARDLY_ANY and short:
        return Reason.LOGIN_WALL, "a form that asks for a password, and hardly any text"
    return None


def _asks_for_login(line: str) -> bool:
    """Whether a line asks for a login to read on: 您需要登录后才可以回帖 asks those who want to write."""
    form = label_form(line.lower())
    return _LOGIN_WORD.search(form) is not None and _LOGIN.search(form) is not None and _TO_WRITE.search(form) is None


def _script_only(page: Page, visible: list[str]) -> tuple[Reason, str] | None:
    if sum(map(len, visible)) >= SHELL:
        return None
    shown = label_form(" ".join((*visible, page.head.noscript)).lower())
    if page.head.scripts and not any(visible):
        return Reason.SCRIPT_ONLY, "nothing to see, only a script"
    programs = sum(map(len, page.head.scripts)) + 500 * page.head.script_files
    if programs >= 500 and (_SCRIPT.search(shown) or len("".join(visible)) < HARDLY_ANY // 2):
        return Reason.SCRIPT_ONLY, "a shell that scripts fill"
    return None


def _gallery(images: tuple[Image, ...], running: int, text: Text) -> tuple[Reason, str] | None:
    if len(images) >= 3 and running < HARDLY_ANY and len(text.body) <= len(images):
        return Reason.GALLERY, f"{len(images)} pictures, {running} characters of text"
    return None


def _listing(page: Page, headline: Headline, text: Text, running: int) -> tuple[Reason, str] | None:
    titles = len(_linked_titles(page))
    detail = f"{titles} links with titles, {running} characters of text"
    if titles >= SHORT_LIST and _is_teaser_list(page, text):
        return Reason.LISTING, detail
    if titles < LIST_LINKS:
        return None
    in_sight = headline.first < headline.end
    dated = any(
        has_date(page.blocks[index].text)
        for index in (*range(headline.end, min(headline.end + 8, len(page.blocks))), *text.byline)
    )
    speaks = [
        _LIST_ADDRESS.match(page.url) is not None,
        not in_sight,
        not dated,
        running < LITTLE,
        running < HARDLY_ANY,
    ]
    return (Reason.LISTING, detail) if sum(speaks) >= 3 and running < PLENTY else None


def _is_teaser_list(page: Page, text: Text) -> bool:
    """Whether the running text is a row of teasers: short, each under a linked title or ending in 阅读全文."""
    running = list(islice((index for index in text.body if page.blocks[index].running), ENOUGH_TEASERS))
    if len(running) < LEAST_TEASERS:
        return False
    teasers = sum(
        len(page.blocks[index].text) < LONGEST_TEASER
        and (title_above(page, index) is not None or _ends_as_teaser(page.blocks[index].text))
        for index in running
    )
    return teasers * 10 >= len(running) * 7


def _ends_as_teaser(text: str) -> bool:
    return not text.endswith(("。", "！", "？", "”")) and _TEASER_END.search(label_form(text[-12:])) is not None


def _nothing(page: Page, headline: Headline, text: Text, running: int) -> tuple[Reason, str] | None:
    """A page without running text is a list where titles that are links make up much of it, however few they are.

    Beside them stand their dates, and what every page of the site has above and below.
    """
    if text.body and (headline.text or running):
        return None  # one word without a headline is none: a file that holds the letter x
    titles = _linked_titles(page)
    visible = sum(len(block.text) for block in page.blocks if block.hidden is None)
    if len(titles) >= SHORT_LIST and sum(map(len, titles)) * 3 > visible:
        return Reason.LISTING, f"{len(titles)} links with titles, no text"
    return Reason.NO_ARTICLE, "no headline with text below it"


def _linked_titles(page: Page) -> list[str]:
    """The texts of the visible links that are long enough to be titles of articles."""
    links = zip(page.links.text, page.links.hidden, strict=True)
    return [name for name, way in links if len(name) >= TITLE_LENGTH and way is None]

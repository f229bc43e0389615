"""The article's pictures and what is written under them."""

import re
from dataclasses import dataclass

from crawler.items import Image
from pipelines.article.content import Region
from pipelines.article.headline import Headline
from pipelines.article.lines import is_caption
from pipelines.article.paragraphs import Text
from pipelines.markup.blocks import Block, Picture
from pipelines.parse import Page

SMALLEST = 60  # pixels; below are icons, buttons, tracking pixels
LONGEST_CAPTION = 250
LONGEST_PLAIN = 120  # of a caption that only its place tells
MOST_LEVELS = 60

# Names of pictures that belong to the page, not to the article.
_ORNAMENTS = (
    *("logo", "icon", "avatar", "qrcode", "qr_", "qr-", "ewm", "erweima", "spacer", "blank", "pixel", "loading"),
    *("placeholder", "share", "sprite", "button", "btn", "arrow", "banner", "smile", "smiley", "emoji", "face/"),
    *("weixin", "weibo", "wechat", "tracking", "beacon", "counter", "stat.", "1x1", "dot.gif", "line.gif", "bg."),
    *("/ad/", "/ads/", "gongan", "beian", "/qr."),
)
_FACE = "avatar"  # how writers' portraits are called: <img class="Avatar" src="/v2-1_xs.jpg">
# the alternative text of a code to scan, 观澜网微信二维码; 市民扫描二维码乘车 is a picture of the news
_CODE = re.compile(
    r"^(?:[^，。,扫掃]{0,10}(?:网|網|站|报|報|微信|微博|号|號|抖音|客户端|小程序|app|官方|赞赏|打赏|本页|本文))?二[维維][码碼]$",
    re.IGNORECASE,
)
# image-text is no caption's: boxes that mix pictures with paragraphs (图文) are called so
_CAPTION_BOX = re.compile(
    r"caption|(?:pic|img)[-_]?(?:txt|text|desc|info)|photo[-_]?(?:txt|text|desc)|(?:picture|image)[-_]?desc|tuzhu|tushuo"
)
_LEADING_MARK = re.compile(
    r"^[\s(（\[【]*(?:[△▲▼▽↑↓◎◆■]|(?:上|下)?[图圖](?:\(tú\))?(?:[为為](?:\(wéi\))?|说|說|注|片说明|片說明|解)?[:：丨|]|[图圖](?:\(tú\))?[为為](?:\(wéi\))?)\s*"
)


def pictures(page: Page, region: Region, headline: Headline, text: Text) -> tuple[tuple[Image, ...], frozenset[int]]:
    """The article's pictures in reading order, and the blocks that are captions of theirs."""
    body = frozenset(text.body)
    running = [page.blocks[index].box for index in text.body if page.blocks[index].running]
    centred_text = sum(box in page.boxes.centred for box in running) * 2 >= len(running)
    beside = _Beside(page=page, body=body, centred_text=centred_text)
    chosen = [picture for picture in page.pictures if _belongs(page, region, headline, text, picture)]
    images: list[Image] = []
    captions: set[int] = set()
    seen: set[str] = set()
    for position, picture in enumerate(chosen):
        src = page.absolute(picture.src)
        if src is None or src in seen:
            continue
        seen.add(src)
        following = chosen[position + 1].block if position + 1 < len(chosen) else None
        caption = beside.caption(picture, captions, following)
        words = None
        if caption is not None:
            captions.add(caption)
            words = caption_text(page.blocks[caption].text)
        images.append(Image(src=src, alt=picture.alt or None, caption=words or None))
    return tuple(images), frozenset(captions)


def caption_text(line: str) -> str:
    """A caption without the mark that says that it is one.

    >>> caption_text("△新桥昨天通车。"), caption_text("图为新桥。")
    ('新桥昨天通车。', '新桥。')
    """
    bare = _LEADING_MARK.sub("", line, count=1).strip()
    return bare.rstrip(")）]】") if line[:1] in "(（[【" and bare[:1] not in "(（[【" else bare


def _belongs(page: Page, region: Region, headline: Headline, text: Text, picture: Picture) -> bool:
    if picture.hidden or (text.body and not headline.first <= picture.block <= max(text.end, region.core_end)):
        return False
    src, size = picture.src, picture.attributes.get
    if _FACE in size("class", "").lower():
        return False
    if not src or src.startswith("data:") or _is_ornament(src) or _CODE.search(picture.alt):
        return False
    if _too_small(size("width", "")) or _too_small(size("height", "")):
        return False
    around = _around(page, picture.box)
    if region.furniture_boxes.intersection(around):
        return False
    return not text.body or region.core_box in around or headline.end <= picture.block < text.end


def _is_ornament(src: str) -> bool:
    low = src.lower()
    return any(name in low for name in _ORNAMENTS)


def _too_small(size: str) -> bool:
    digits = re.match(r"\s*(\d{1,5})(?:px)?\s*$", size[:10])
    return digits is not None and int(digits[1]) < SMALLEST


def _around(page: Page, box: int) -> list[int]:
    """A box and those around it, from the inside out."""
    found: list[int] = []
    while box >= 0 and len(found) < MOST_LEVELS:
        found.append(box)
        box = page.boxes.parent[box]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """Finds the line that captions a picture.

    Attributes:
        page: the page.
        body: the blocks of the article's text.
        centred_text: the text itself is centred, so that being centred tells nothing.
    """

    page: Page
    body: frozenset[int]
    centred_text: bool

    def caption(self, picture: Picture, taken: set[int], following: int | None) -> int | None:
        """The block that captions a picture: the one after it, else the one before."""
        after = picture.block
        if following != after and after not in taken and self._captions(picture, after):
            return after
        before = after - 1
        if before >= 0 and before not in taken and is_caption(self.page.blocks[before].text):
            return before if self._captions(picture, before) else None
        return None

    def _captions(self, picture: Picture, index: int) -> bool:
        """Whether a block captions a picture beside it: by its own words, by its box, or by standing there like one."""
        if index >= len(self.page.blocks):
            return False
        block = self.page.blocks[index]
        if block.hidden or len(block.text) > LONGEST_CAPTION or block.linked * 2 > len(block.text):
            return False
        return (
            self._in_caption_box(block.box)
            or is_caption(block.text)
            or (bool(picture.alt) and block.text == picture.alt)
            or (index in self.body and len(block.text) <= LONGEST_PLAIN and self._stands_under(picture, block))
        )

    def _in_caption_box(self, box: int) -> bool:
        boxes = self.page.boxes
        around = (box, boxes.parent[box])
        return any(boxes.tag[up] == "figcaption" or _CAPTION_BOX.search(boxes.ident[up]) for up in around if up > 0)

    def _stands_under(self, picture: Picture, block: Block) -> bool:
        """Alone with its picture in one box, or centred under a centred one where the text itself is not."""
        box, boxes = block.box, self.page.boxes
        if box == picture.box and boxes.end[box] - boxes.first[box] == 1 and not block.running:
            return True
        return box in boxes.centred and picture.box in boxes.centred and not self.centred_text

"""望槎新闻网: a repost site that has been hijacked: its text went through the converter, spam was put around it.

The order is that of the real thing: the page is made, the converter runs over its text, the spam header and the link
farms are added afterwards (so they alone were never converted). The spam is of invented lotteries and card rooms.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape

from crawler.items import Credit, Reason
from samples.damage import LOST, Archive, damage
from samples.pages import CHINA, Gold, Picture, SamplePage, Site, credit_lines, html_blocks, paragraphs
from samples.stories import Kind, story

DOMAIN = "www.wangcha-news.example"
NAME = "望槎新闻网"
SOURCE = "华昭社客户端"
SPAM_WORDS = (
    "天天彩票站官方网站登录入口",
    "真金棋牌网手机版免费下载安装",
    "幸运转盘平台注册送体验金",
    "红运电玩城最新版本现场开奖",
    "极速快三走势图计划软件",
)
SPAM_TITLE = "_".join(SPAM_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repost:
    """One article as this site carries it.

    Attributes:
        key: of the story.
        published: when, as the page prints it.
        level: of the damage; None where the converter did not run.
        archive: in which state of decay the page is served.
        charset: of the bytes, also declared.
        hiding: the style that hides the second farm (the first is off-screen).
    """

    key: str
    number: int
    section: str
    published: datetime
    views: int
    level: int | None
    archive: Archive = Archive.FOLDED
    charset: str = "utf-8"
    hiding: str = "display:none"


REPOSTS = (
    Repost(
        key="birds",
        number=30112,
        section="生态",
        published=datetime(2026, 1, 20, 9, 30, 15, tzinfo=CHINA),
        views=66,
        level=0,
    ),
    Repost(
        key="kiln",
        number=30254,
        section="文旅",
        published=datetime(2026, 2, 10, 10, 1, 44, tzinfo=CHINA),
        views=143,
        level=3,
        hiding="width:0;height:0;overflow:hidden",
    ),
    Repost(
        key="rice",
        number=29007,
        section="科教",
        published=datetime(2025, 10, 24, 15, 47, 2, tzinfo=CHINA),
        views=310,
        level=8,
    ),
    Repost(
        key="ferry",
        number=30390,
        section="外宣",
        published=datetime(2026, 3, 6, 8, 12, 30, tzinfo=CHINA),
        views=75,
        level=8,
        archive=Archive.LIVE,
        charset="gbk",
        hiding="font-size:0;line-height:0",
    ),
    Repost(
        key="canteen",
        number=30431,
        section="民生",
        published=datetime(2026, 3, 19, 17, 20, 9, tzinfo=CHINA),
        views=208,
        level=12,
        archive=Archive.WIDE,
        hiding="position:absolute;top:-5000px",
    ),
    Repost(
        key="station",
        number=29988,
        section="人物",
        published=datetime(2026, 1, 7, 11, 6, 58, tzinfo=CHINA),
        views=91,
        level=15,
        archive=Archive.FOLDED_ALL,
    ),
    Repost(
        key="clinic",
        number=30401,
        section="民生",
        published=datetime(2026, 3, 12, 9, 55, 20, tzinfo=CHINA),
        views=59,
        level=5,
        archive=Archive.REPLACED,
        hiding="visibility:hidden;height:0",
    ),
    Repost(
        key="lab",
        number=29140,
        section="科教",
        published=datetime(2025, 11, 18, 16, 40, 0, tzinfo=CHINA),
        views=120,
        level=None,
    ),
)

_FORMS = {
    Kind.PARAGRAPH: "<p>　　{text}</p>",
    Kind.HEADING: "<p>　　<b>{text}</b></p>",
    Kind.PICTURE: '<p align="center"><img src="/attached/{file}" alt="@headline@"></p>\n<p align="center">△{text}</p>',
}
_TEXT = """<div class="header"><a href="/">{name}</a></div>
<div class="weizhi">您所在的位置：<a href="/">{name}</a> &gt; <a href="/c/{section}">{section}</a> &gt; 正文</div>
<div class="wz">
<h2>{headline}</h2>
<div class="wzxx">发布时间：{published}　来源：{source}　浏览次数：<span id="click">{views}</span></div>
<div class="wzfx">分享到 微信 微博</div>
<div class="wznr">
{content}
</div>
<div class="wzsm">{statement}</div>
</div>
<div class="foot">主办单位：望槎县融媒体中心</div>"""
_PAGE = """<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{spam}</title>
<meta name="keywords" content="{keywords}">
<meta name="description" content="{keywords}">
<script>if(/baidu|sogou|so\\.com/i.test(document.referrer)){{location.href="http://go.caipiao-farm.example/"}}</script>
</head>
<body>
<h1 style="position:absolute;left:-8000px"><a href="/">{spam}</a></h1>
<div style="position:fixed;left:-8888px;top:-8888px">
{farm}
</div>
{text}
<div style="{hiding}">
{farm}
</div>
</body>
</html>
"""
_TEXT_NODE = re.compile(r'(?<=>)[^<>]*[^\s<>][^<>]*(?=<)|(?<=alt=")[^"]+')


def site() -> Site:
    """The hijacked reposts, and a page on which nothing else than spam is left."""
    return Site(
        key="hijacked",
        domain=DOMAIN,
        name=NAME,
        about="a hijacked repost site: spam header, hidden link farms, text damaged at several levels",
        pages=(*map(_article, REPOSTS), _only_spam()),
    )


def path_of(repost: Repost) -> str:
    """The address of a repost."""
    return f"/show/{repost.number}.html"


def spam_farm(links: int) -> str:
    """Links of the kind that is hidden in hijacked pages."""
    words = itertools.cycle(SPAM_WORDS)
    return "\n".join(
        f'<a href="http://www.farm{number}.caipiao-farm.example/{number}.html">{next(words)}</a>'
        for number in range(links)
    )


def spam_around(text: str, *, charset: str, hiding: str) -> str:
    """The page as the hijack leaves it: its own markup between the spam."""
    return _PAGE.format(
        charset=charset, spam=SPAM_TITLE, keywords=",".join(SPAM_WORDS), farm=spam_farm(24), text=text, hiding=hiding
    )


def _article(repost: Repost) -> SamplePage:
    item = story(repost.key)
    url = f"http://{DOMAIN}{path_of(repost)}"
    statement = (
        f"本网声明：转载其他媒体的稿件意在传播资讯，版权归原作者所有。欢迎转载本网稿件，转载时请保留本文网址：{url}"
    )
    credit_html = "\n".join(f"<p>　　{line}</p>" for line in credit_lines(item.credits, "丨"))
    notice_html = "\n".join(f"<p>　　{notice.replace('©', '&copy;')}</p>" for notice in item.notices)
    whole = _TEXT.format(
        name=NAME,
        section=repost.section,
        headline=escape(item.headline),
        published=f"{repost.published:%Y-%m-%d %H:%M:%S}",
        source=SOURCE,
        views=repost.views,
        content=f"{html_blocks(item.blocks, _FORMS)}\n{credit_html}\n{notice_html}",
        statement=statement,
    ).replace("@headline@", escape(item.headline))
    text, known = _convert(whole, repost)
    page = spam_around(text, charset="gb2312" if repost.charset == "gbk" else repost.charset, hiding=repost.hiding)
    gold = Gold(
        path=path_of(repost),
        headline=known[item.headline],
        published_at=repost.published.isoformat(),
        source=SOURCE,
        site_name=NAME,
        breadcrumb=(NAME, repost.section),
        credits=tuple(
            Credit(role=credit.role, names=tuple(known[line].partition("丨")[2].split(" ")))
            for credit, line in zip(item.credits, credit_lines(item.credits, "丨"), strict=True)
        ),
        authors=_writers(item.credits),
        view_count=repost.views,
        declared_url=url,
        body=tuple(known[paragraph] for paragraph in paragraphs(item.blocks)),
        images=tuple(
            Picture(
                src=f"/attached/{block.file}",
                alt=known[item.headline],
                caption=known[f"△{block.text}"].removeprefix("△"),
            )
            for block in item.blocks
            if block.kind is Kind.PICTURE
        ),
        notices=(*(known[notice] for notice in item.notices), known[statement]),
        hijacked=True,
        spam_title=SPAM_TITLE,
        encoding="gb18030" if repost.charset == "gbk" else "utf-8",
    )
    return SamplePage(
        path=gold.path, body=_to_bytes(page, repost.charset), headers={"Content-Type": "text/html"}, gold=gold
    )


def _convert(markup: str, repost: Repost) -> tuple[str, Mapping[str, str]]:
    """Run the converter over the words of a page.

    Returns:
        The markup with damaged words, and for each original piece of text what can be had back of it.
    """
    pieces = _TEXT_NODE.findall(markup)
    plain = [_words(piece) for piece in pieces]
    if repost.level is None:
        return markup, dict(zip(plain, plain, strict=True))
    damaged = damage("\n".join(pieces), level=repost.level, seed=repost.number, archive=repost.archive)
    expected = (
        # of a Traditional character in the original (显著) the model says only that it looks converted; a reader knows
        have if have == LOST else want
        for want, have in zip("\n".join(pieces), damaged.expected, strict=True)
    )
    known = dict(zip(plain, map(_words, "".join(expected).split("\n")), strict=True))
    shown = iter(damaged.text.split("\n"))
    return _TEXT_NODE.sub(lambda _: next(shown), markup), known


def _writers(credits_: tuple[Credit, ...]) -> tuple[str, ...]:
    """The page prints no 作者; whoever held the pen is the author."""
    return tuple(name for credit in credits_ if credit.role in {"执笔", "记者"} for name in credit.names)


def _words(piece: str) -> str:
    return unescape(piece).strip()


def _to_bytes(page: str, charset: str) -> bytes:
    """Encode; an orphan byte, which the forward model shows as a private character, becomes that byte again."""
    if charset == "utf-8":
        return page.encode()
    return b"".join(
        bytes([ord(char) - 0xF700]) if "\uf780" <= char <= "\uf7ff" else char.encode("gbk") for char in page
    )


def _only_spam() -> SamplePage:
    path = "/show/30399.html"
    advertising = "\n".join(f"<p>{'，'.join(SPAM_WORDS)}，{SPAM_WORDS[number]}。</p>" for number in range(3))
    page = spam_around(f"<h1>{SPAM_TITLE}</h1>\n{advertising}", charset="utf-8", hiding="display:none")
    return SamplePage(
        path=path,
        body=page.encode(),
        headers={"Content-Type": "text/html"},
        gold=Gold(path=path, rejected=Reason.ONLY_SPAM),
    )

"""芦汀在线: reposts in division markup, UTF-8; long articles are split over several pages (_2.html, _3.html)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape

from crawler.items import Credit
from samples.pages import CHINA, Gold, Picture, SamplePage, Site, html_blocks, paragraphs
from samples.stories import Block, Kind, story

DOMAIN = "www.luting-online.example"
NAME = "芦汀在线"
STATEMENT = "声明：凡注明来源为“华昭社客户端”的文章，版权归原作者所有，转载请注明出处。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repost:
    """One article as this site carries it.

    Attributes:
        key: of the story.
        number: the site's own; part of the address.
        published: when, as the page prints it.
        cuts: the numbers of the blocks that begin a later page.
        editor: 责编.
    """

    key: str
    number: int
    section: str
    published: datetime
    editor: str
    cuts: tuple[int, ...] = ()


REPOSTS = (
    Repost(
        key="river",
        number=1009,
        section="深度观察",
        editor="宁采薇",
        published=datetime(2026, 3, 23, 8, 2, tzinfo=CHINA),
        cuts=(6, 10),
    ),
    Repost(
        key="canteen",
        number=1004,
        section="芦汀要闻",
        editor="宁采薇",
        published=datetime(2026, 3, 18, 11, 35, tzinfo=CHINA),
        cuts=(7,),
    ),
    Repost(
        key="marathon",
        number=871,
        section="文体新闻",
        editor="程砚",
        published=datetime(2025, 11, 3, 7, 45, tzinfo=CHINA),
    ),
    Repost(
        key="lab", number=885, section="教育", editor="程砚", published=datetime(2025, 11, 17, 14, 20, tzinfo=CHINA)
    ),
)

_FORMS = {
    Kind.PARAGRAPH: "<p>　　{text}</p>",
    Kind.HEADING: '<p style="text-align: left;"><strong>　　{text}</strong></p>',
    Kind.PICTURE: '<p style="text-align: center;"><img src="./W0{file}" alt="" width="600"></p>\n'
    '<p style="text-align: center;">△{text}</p>',
}
_PAGE = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{headline} - {section} - {name}</title>
<meta name="keywords" content="芦汀,新闻,{section}" />
</head>
<body>
<div id="top"><a href="/login">登录</a> | <a href="/mobile">手机版</a> | <a href="/epaper">数字报</a></div>
<div id="nav"><ul><li><a href="/">首页</a></li><li><a href="/news/">芦汀要闻</a></li>\
<li><a href="/depth/">深度观察</a></li>\
<li><a href="/edu/">教育</a></li><li><a href="/sports/">文体新闻</a></li></ul></div>
<div class="position">当前位置：<a href="/">{name}</a> &gt; <a href="/{number}/">{section}</a> &gt; 正文</div>
<div id="main">
<div class="detail">
<h1 id="title">{headline}</h1>
<div class="info">{published}　来源：华昭社客户端　编辑：{editor}</div>
<div id="share">分享到：<a href="#">微信</a> <a href="#">微博</a> <a href="#">QQ空间</a></div>
<div class="TRS_Editor" id="content">
{content}
</div>
{pager}<div class="statement">{statement}</div>
</div>
<div class="side"><h3>推荐阅读</h3><ul>
{others}
</ul></div>
</div>
<div id="footer">芦汀在线 主办：芦汀区融媒体中心　互联网新闻信息服务许可证编号：00000000</div>
</body>
</html>
"""


def site() -> Site:
    """The reposts, each with its later pages."""
    return Site(
        key="parts",
        domain=DOMAIN,
        name=NAME,
        about="a repost site that splits long articles over several pages",
        pages=tuple(page for repost in REPOSTS for page in _pages(repost)),
    )


def path_of(repost: Repost, part: int = 1) -> str:
    """The address of one page of a repost, from 1."""
    suffix = f"_{part}" if part > 1 else ""
    return f"/news/{repost.published:%Y%m}/t{repost.published:%Y%m%d}_{repost.number}{suffix}.html"


def _pages(repost: Repost) -> Iterator[SamplePage]:
    item = story(repost.key)
    starts = (0, *repost.cuts)
    ends = (*repost.cuts, len(item.blocks))
    pieces = [item.blocks[start:end] for start, end in zip(starts, ends, strict=True)]
    for part, blocks in enumerate(pieces, 1):
        page = _PAGE.format(
            headline=escape(item.headline),
            section=repost.section,
            name=NAME,
            number=repost.number,
            published=f"{repost.published:%Y年%m月%d日 %H:%M}",
            editor=repost.editor,
            content=html_blocks(blocks, _FORMS),
            statement=STATEMENT,
            pager=_pager(repost, part, len(pieces)),
            others="\n".join(_link(other) for other in REPOSTS if other is not repost),
        )
        yield SamplePage(path=path_of(repost, part), body=page.encode(), gold=_gold(repost) if part == 1 else None)


def _gold(repost: Repost) -> Gold:
    item = story(repost.key)
    return Gold(
        path=path_of(repost),
        headline=item.headline,
        published_at=repost.published.isoformat(timespec="minutes"),
        source="华昭社客户端",
        site_name=NAME,
        breadcrumb=(NAME, repost.section),
        credits=(Credit(role="编辑", names=(repost.editor,)),),
        body=paragraphs(item.blocks),
        images=tuple(map(_picture, (block for block in item.blocks if block.kind is Kind.PICTURE))),
        notices=(STATEMENT,),
    )


def _picture(block: Block) -> Picture:
    return Picture(src=f"./W0{block.file}", alt=None, caption=block.text)


def _pager(repost: Repost, part: int, parts: int) -> str:
    if parts == 1:
        return ""
    numbers = " ".join(
        f"<span>{number}</span>" if number == part else f'<a href="{_file(repost, number)}">{number}</a>'
        for number in range(1, parts + 1)
    )
    before = f'<a href="{_file(repost, part - 1)}">上一页</a> ' if part > 1 else ""
    after = f' <a href="{_file(repost, part + 1)}">下一页</a>' if part < parts else ""
    return f'<div class="page">{before}{numbers}{after}</div>\n'


def _file(repost: Repost, part: int) -> str:
    return path_of(repost, part).rpartition("/")[2]


def _link(repost: Repost) -> str:
    return f'<li><a href="{path_of(repost)}">{escape(story(repost.key).headline)}</a></li>'

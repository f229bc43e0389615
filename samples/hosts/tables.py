"""临澄信息港: reposts in the table markup of 2003; GBK that calls itself gb2312, no metadata to speak of."""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from crawler.items import Credit, Reason
from samples.pages import CHINA, Gold, Picture, SamplePage, Site, html_blocks, paragraphs
from samples.stories import Kind, story

DOMAIN = "www.lincheng-info.example"
NAME = "临澄信息港"
HEADERS = {"Content-Type": "text/html"}  # such servers name no charset
DISCLAIMER = (
    "免责声明：本站转载的文章均注明出处，转载是为了传递更多信息，"
    "不代表本站赞同其观点。如有侵权，请与我们联系，我们将及时删除。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repost:
    """One article as this site carries it.

    Attributes:
        key: of the story.
        source: the outlet it names.
        published: when, as the page prints it.
    """

    key: str
    number: int
    section: str
    source: str
    published: datetime
    views: int
    editor: str


REPOSTS = (
    Repost(
        key="ferry",
        number=20418,
        section="临澄新闻",
        source="华昭社客户端",
        views=356,
        editor="郑小满",
        published=datetime(2026, 3, 5, 10, 22, 7, tzinfo=CHINA),
    ),
    Repost(
        key="clinic",
        number=20467,
        section="民生健康",
        source="华昭社客户端",
        views=188,
        editor="郑小满",
        published=datetime(2026, 3, 12, 8, 40, 51, tzinfo=CHINA),
    ),
    Repost(
        key="loquat",
        number=18902,
        section="三农在线",
        source="华昭社",
        views=97,
        editor="白术",
        published=datetime(2025, 6, 3, 9, 5, 33, tzinfo=CHINA),
    ),
    Repost(
        key="opera",
        number=20011,
        section="文化生活",
        source="望槎县文化馆",
        views=241,
        editor="白术",
        published=datetime(2025, 12, 22, 16, 18, 0, tzinfo=CHINA),
    ),
    Repost(
        key="notice",
        number=20533,
        section="通知公告",
        source="临澄市教育局",
        views=1204,
        editor="郑小满",
        published=datetime(2026, 4, 2, 15, 30, 12, tzinfo=CHINA),
    ),
)

_FORMS = {
    Kind.PARAGRAPH: "　　{text}<BR><BR>",
    Kind.HEADING: "　　<STRONG>{text}</STRONG><BR><BR>",
    Kind.PICTURE: '<CENTER><IMG src="../upfile/{file}" border=0><BR><FONT size=2>△{text}</FONT></CENTER><BR>',
}
_PAGE = """<HTML>
<HEAD>
<META http-equiv="Content-Type" content="text/html; charset=gb2312">
<TITLE>{headline}-{section}-{name}</TITLE>
<LINK href="/css/style.css" rel=stylesheet>
</HEAD>
<BODY bgColor=#ffffff leftMargin=0 topMargin=0>
<TABLE width=980 align=center border=0 cellPadding=0 cellSpacing=0>
<TR><TD height=80><IMG src="/images/logo.gif" alt="{name}"></TD></TR>
<TR><TD class=menu><A href="/">首页</A> | <A href="/news/">临澄新闻</A> | <A href="/life/">民生健康</A> | \
<A href="/farm/">三农在线</A> | <A href="/culture/">文化生活</A> | <A href="/bbs/">市民论坛</A></TD></TR>
<TR><TD class=path>您现在的位置：<A href="/">{name}</A> &gt;&gt; <A href="/class/">{section}</A> &gt;&gt; 正文</TD></TR>
</TABLE>
<TABLE width=980 align=center border=0 cellPadding=0 cellSpacing=0>
<TR>
<TD vAlign=top width=700>
<TABLE width="100%" border=0 cellPadding=6>
<TR><TD align=center><FONT size=5><B>{headline}</B></FONT></TD></TR>
<TR><TD align=center bgColor=#eeeeee>来源：{source}　　发布时间：{published}　　点击数：{views}</TD></TR>
<TR><TD class=content style="FONT-SIZE: 14px; LINE-HEIGHT: 200%">
{content}
</TD></TR>
<TR><TD align=right>责任编辑：{editor}</TD></TR>
<TR><TD class=notice><FONT size=2>{disclaimer}</FONT></TD></TR>
</TABLE>
</TD>
<TD vAlign=top width=280 bgColor=#f6f6f6>
<TABLE width="100%" border=0 cellPadding=4>
<TR><TD><B>热门文章</B></TD></TR>
{hot}
</TABLE>
</TD>
</TR>
</TABLE>
<TABLE width=980 align=center border=0><TR><TD align=center>{name} 版权所有　澄ICP备00000000号<BR>\
地址：临澄市安济路18号　电话：0000-1234567</TD></TR></TABLE>
</BODY>
</HTML>
"""


def site() -> Site:
    """The reposts and the section page that lists them."""
    return Site(
        key="tables",
        domain=DOMAIN,
        name=NAME,
        about="a repost site of 2003: tables, GBK that is declared as gb2312",
        pages=(*map(_article, REPOSTS), _section()),
    )


def path_of(repost: Repost) -> str:
    """The address of a repost."""
    return f"/news/Article_{repost.number}.htm"


def _article(repost: Repost) -> SamplePage:
    item = story(repost.key)
    page = _PAGE.format(
        headline=escape(item.headline),
        section=repost.section,
        name=NAME,
        source=repost.source,
        published=f"{repost.published:%Y-%m-%d %H:%M:%S}",
        views=repost.views,
        content=html_blocks(item.blocks, _FORMS),
        editor=repost.editor,
        disclaimer=DISCLAIMER,
        hot="\n".join(f"<TR><TD>·{_link(other)}</TD></TR>" for other in REPOSTS if other is not repost),
    )
    gold = Gold(
        path=path_of(repost),
        headline=item.headline,
        published_at=repost.published.isoformat(),
        source=repost.source,
        site_name=NAME,
        breadcrumb=(NAME, repost.section),
        credits=(Credit(role="责任编辑", names=(repost.editor,)),),
        view_count=repost.views,
        body=paragraphs(item.blocks),
        images=tuple(
            Picture(src=f"../upfile/{block.file}", alt=None, caption=block.text)
            for block in item.blocks
            if block.kind is Kind.PICTURE
        ),
        notices=(DISCLAIMER,),
        encoding="gb18030",
    )
    return SamplePage(path=gold.path, body=page.encode("gbk"), headers=HEADERS, gold=gold)


def _link(repost: Repost) -> str:
    return f'<A href="Article_{repost.number}.htm">{escape(story(repost.key).headline)}</A>'


def _section() -> SamplePage:
    path = "/news/index.htm"
    rows = "\n".join(f"<TR><TD>·{_link(repost)}</TD><TD>{repost.published:%Y-%m-%d}</TD></TR>" for repost in REPOSTS)
    page = f"""<HTML><HEAD><META http-equiv="Content-Type" content="text/html; charset=gb2312">
<TITLE>文章列表-{NAME}</TITLE></HEAD>
<BODY><TABLE width=980 align=center>
<TR><TD colspan=2>您现在的位置：<A href="/">{NAME}</A> &gt;&gt; 文章列表</TD></TR>
{rows}
<TR><TD colspan=2 align=center>首页 上一页 <A href="index_2.htm">下一页</A> <A href="index_9.htm">尾页</A></TD></TR>
</TABLE></BODY></HTML>
"""
    return SamplePage(
        path=path, body=page.encode("gbk"), headers=HEADERS, gold=Gold(path=path, rejected=Reason.LISTING)
    )

"""云陂网: the ugly cases. Every page of it is wrong in a way of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html import escape

from crawler.items import Reason
from samples.hosts.hijacked import SPAM_TITLE, spam_farm
from samples.pages import CHINA, Gold, Picture, SamplePage, Site, html_blocks, paragraphs
from samples.stories import Kind, story

DOMAIN = "www.yunpi.example"
NAME = "云陂网"
SOURCE = "华昭社"
BARE = {"Content-Type": "text/html"}
SAYS_UTF_8 = {"Content-Type": "text/html; charset=utf-8"}

_FORMS = {
    Kind.PARAGRAPH: "<p>{text}</p>",
    Kind.HEADING: "<h3>{text}</h3>",
    Kind.PICTURE: '<p class="pic"><img src="/pic/{file}" alt="{text}"></p>',
}
_PAGE = """<!DOCTYPE html>
<html>
<head>
{charset}<title>{headline}_{section}_{name}</title>
</head>
<body>
<div class="head"><a href="/">{name}</a></div>
<div class="crumbs"><a href="/">{name}</a> &gt; <a href="/s/">{section}</a> &gt; 正文</div>
<div class="con">
<h1>{headline}</h1>
<div class="xinxi">{published} 来源：{source} 浏览：{views}次</div>
<div class="neirong">
{content}
</div>
</div>
<div class="foot">云陂网 云陂县网络传播中心主办</div>
</body>
</html>
"""
_MESSAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}_云陂网</title></head>
<body><div class="head"><a href="/">云陂网</a></div><div class="msg"><h2>{title}</h2><p>{text}</p></div>
<div class="foot">云陂网 云陂县网络传播中心主办</div></body></html>
"""
# the smallest file that readers take for a PDF
_PDF = (
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
)


def site() -> Site:
    """The ugly cases."""
    return Site(
        key="oddities",
        domain=DOMAIN,
        name=NAME,
        about="the ugly cases: lying charsets, two documents in one, redirects, pages that are none",
        pages=(
            _header_lies(),
            _meta_lies(),
            _two_documents(),
            _without_body(),
            *_redirect(),
            *_redirect_loop(),
            *_without_article(),
        ),
    )


def _header_lies() -> SamplePage:
    """GBK bytes that declare nothing, under a server whose default header says utf-8."""
    page, gold = _article(
        "bus", path="/shehui/5521.html", section="社会", published=datetime(2025, 9, 29, 9, 14, tzinfo=CHINA), views=402
    )
    return SamplePage(
        path=gold.path, body=page.encode("gbk"), headers=SAYS_UTF_8, gold=replace(gold, encoding="gb18030")
    )


def _meta_lies() -> SamplePage:
    """UTF-8 bytes in a template that still says gbk, from before the site moved."""
    page, gold = _article(
        "opera",
        path="/wenhua/5817.html",
        section="文化",
        published=datetime(2025, 12, 21, 8, 3, tzinfo=CHINA),
        views=77,
        charset="gbk",
    )
    return SamplePage(path=gold.path, body=page.encode(), headers=BARE, gold=gold)


def _two_documents() -> SamplePage:
    """A whole spam document in front of the page's own."""
    page, gold = _article(
        "marathon",
        path="/tiyu/5630.html",
        section="体育",
        published=datetime(2025, 11, 3, 10, 0, tzinfo=CHINA),
        views=955,
    )
    spam = f"""<html><head><meta charset="utf-8"><title>{SPAM_TITLE}</title></head>
<body><div style="display:none"><h1>{SPAM_TITLE}</h1>
{spam_farm(30)}
</div></body></html>
"""
    gold = replace(gold, hijacked=True, spam_title=SPAM_TITLE)
    return SamplePage(path=gold.path, body=(spam + page).encode(), headers=SAYS_UTF_8, gold=gold)


def _without_body() -> SamplePage:
    """Neither html nor body element, and no paragraph: lines of text with <br> between them."""
    item = story("loquat")
    published = datetime(2025, 6, 4, 11, 20, tzinfo=CHINA)
    blocks = tuple(block for block in item.blocks if block.kind is not Kind.PICTURE)
    lines = "\n".join(f"　　{escape(text)}<br>" for text in paragraphs(blocks))
    page = f"""<title>{item.headline}</title>
<center><b>{item.headline}</b></center>
<center>{published:%Y-%m-%d %H:%M}　来源：{SOURCE}</center>
<hr>
{lines}
"""
    gold = Gold(
        path="/txt/2025/0604.htm",
        headline=item.headline,
        published_at=published.isoformat(timespec="minutes"),
        source=SOURCE,
        body=paragraphs(blocks),
    )
    return SamplePage(path=gold.path, body=page.encode(), headers=BARE, gold=gold)


def _redirect() -> Iterator[SamplePage]:
    """An address of the old system leads to the article."""
    page, gold = _article(
        "library",
        path="/wenhua/6011.html",
        section="文化",
        published=datetime(2026, 2, 27, 9, 41, tzinfo=CHINA),
        views=63,
    )
    yield SamplePage(path=gold.path, body=page.encode(), headers=SAYS_UTF_8)
    yield SamplePage(path="/shownews.asp?id=6011", body=b"", status=301, headers={"Location": gold.path}, gold=gold)


def _redirect_loop() -> Iterator[SamplePage]:
    one, other = "/login.asp?back=vip", "/vip.asp"
    gold = Gold(path=other, status=None, rejected=Reason.REDIRECT_LOOP)  # given up at the sixth address
    yield SamplePage(path=one, body=b"", status=302, headers={"Location": other}, gold=gold)
    yield SamplePage(path=other, body=b"", status=302, headers={"Location": one})


def _without_article() -> Iterator[SamplePage]:
    missing = _MESSAGE.format(
        title="页面不存在", text="您访问的页面不存在或者已经被删除，请检查网址是否正确。5秒后返回首页。"
    )
    yield SamplePage(
        path="/shehui/404.html",
        body=missing.encode(),
        status=404,
        headers=SAYS_UTF_8,
        gold=Gold(path="/shehui/404.html", status=404, rejected=Reason.HTTP_ERROR),
    )
    for path, body, reason in (
        ("/shehui/4711.html", missing.encode(), Reason.SOFT_404),
        ("/shehui/5000.html", b"", Reason.EMPTY),
        ("/gonggao/fujian.html", _PDF, Reason.NOT_HTML),
    ):
        yield SamplePage(path=path, body=body, headers=SAYS_UTF_8, gold=Gold(path=path, rejected=reason))
    yield SamplePage(
        path="/private/1.html",
        body=_MESSAGE.format(title="内部通讯录", text="robots.txt 不允许抓取这个页面。").encode(),
        headers=SAYS_UTF_8,
        gold=Gold(path="/private/1.html", status=None, rejected=Reason.ROBOTS),
    )
    yield SamplePage(
        path="/robots.txt", body=b"User-agent: *\nDisallow: /private/\n", headers={"Content-Type": "text/plain"}
    )


def _article(  # noqa: PLR0913 - what a template of this kind has slots for
    key: str, *, path: str, section: str, published: datetime, views: int, charset: str = ""
) -> tuple[str, Gold]:
    """An ordinary page of this site, and what must be stored of it."""
    item = story(key)
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n' if charset else ""
    page = _PAGE.format(
        charset=meta,
        headline=escape(item.headline),
        section=section,
        name=NAME,
        published=f"{published:%Y-%m-%d %H:%M}",
        source=SOURCE,
        views=views,
        content=html_blocks(item.blocks, _FORMS),
    )
    gold = Gold(
        path=path,
        headline=item.headline,
        published_at=published.isoformat(timespec="minutes"),
        source=SOURCE,
        site_name=NAME,
        breadcrumb=(NAME, section),
        view_count=views,
        body=paragraphs(item.blocks),
        images=tuple(
            Picture(src=f"/pic/{block.file}", alt=block.text, caption=None)
            for block in item.blocks
            if block.kind is Kind.PICTURE
        ),
    )
    return page, gold

"""嶼光日報: a genuine Traditional site; nothing on it may be changed. One page is Big5, the others UTF-8."""

from dataclasses import dataclass
from html import escape

from crawler.items import Credit
from samples.pages import Gold, SamplePage, Site, html_blocks, paragraphs
from samples.stories import Kind, story

DOMAIN = "www.yuguang-daily.example"
NAME = "嶼光日報"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One article: the key of the story, and the encoding of its page."""

    key: str
    charset: str


REPORTS = (
    Report(key="trad-postman", charset="utf-8"),
    Report(key="trad-bookshop", charset="big5"),
    Report(key="trad-ferry", charset="utf-8"),
)
_FORMS = {Kind.PARAGRAPH: "<p>{text}</p>"}
_PAGE = """<!DOCTYPE html>
<html lang="zh-Hant">
<head>
<meta charset="{charset}">
<title>{headline} | {section} | {name}</title>
<meta property="og:title" content="{headline}">
<meta property="og:site_name" content="{name}">
<link rel="canonical" href="{url}">
</head>
<body>
<header><a href="/">{name}</a><nav><a href="/local">地方</a><a href="/culture">文化</a><a href="/hk">港聞</a>\
<a href="/opinion">評論</a></nav></header>
<ol class="breadcrumb"><li><a href="/">{name}</a></li><li><a href="/s">{section}</a></li></ol>
<article>
<h1>{headline}</h1>
<div class="meta"><time datetime="{published}">{printed}</time> <span class="author">記者：{authors}</span></div>
<section class="article-body">
{content}
</section>
</article>
<footer>{name} 版權所有　聯絡我們　服務條款</footer>
</body>
</html>
"""


def site() -> Site:
    """The reports."""
    return Site(
        key="traditional",
        domain=DOMAIN,
        name=NAME,
        about="a genuine Traditional site, one page in Big5: nothing may be changed",
        pages=tuple(map(_article, REPORTS)),
    )


def _article(report: Report) -> SamplePage:
    item = story(report.key)
    path = f"/story/{item.published:%Y%m%d}/{item.key.removeprefix('trad-')}"
    page = _PAGE.format(
        charset=report.charset,
        headline=escape(item.headline),
        section=item.section,
        name=NAME,
        url=f"https://{DOMAIN}{path}",
        published=item.published.isoformat(),
        printed=f"{item.published:%Y/%m/%d %H:%M}",
        authors="、".join(item.authors),
        content=html_blocks(item.blocks, _FORMS),
    )
    gold = Gold(
        path=path,
        headline=item.headline,
        published_at=item.published.isoformat(timespec="minutes"),
        site_name=NAME,
        breadcrumb=(NAME, item.section),
        authors=item.authors,
        credits=(Credit(role="記者", names=item.authors),),
        declared_url=f"https://{DOMAIN}{path}",
        body=paragraphs(item.blocks),
        encoding="big5hkscs" if report.charset == "big5" else "utf-8",
        script="hant",
    )
    return SamplePage(path=path, body=page.encode(report.charset), headers={"Content-Type": "text/html"}, gold=gold)

"""华昭社: the outlet that the articles come from; modern markup, UTF-8, honest metadata."""

import json
from html import escape

from crawler.items import Reason
from samples.pages import Gold, Picture, SamplePage, Site, credit_lines, html_blocks, paragraphs
from samples.stories import Kind, Story, story

DOMAIN = "www.huazhao.example"
NAME = "华昭社"
SOURCE = "华昭社客户端"
STORIES = ("ferry", "library", "clinic", "birds", "canteen", "kiln", "rice", "station", "bridge", "river")

_FORMS = {
    Kind.PARAGRAPH: "<p>{text}</p>",
    Kind.HEADING: "<h2>{text}</h2>",
    Kind.PICTURE: '<figure><img src="/images/{file}" alt="{text}"><figcaption>△{text}</figcaption></figure>',
}
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{headline}_{name}</title>
<meta property="og:type" content="article">
<meta property="og:title" content="{headline}">
<meta property="og:site_name" content="{name}">
<meta property="article:published_time" content="{published}">
<link rel="canonical" href="{url}">
<link rel="stylesheet" href="/static/news.css">
<script type="application/ld+json">{json_ld}</script>
</head>
<body>
<header class="site-header"><a class="logo" href="/">{name}</a>
<nav class="channels"><a href="/list/local.html">地方</a><a href="/list/culture.html">文化</a>\
<a href="/list/science.html">科技</a><a href="/list/society.html">社会</a><a href="/list/sports.html">体育</a></nav>
</header>
<main>
<nav class="breadcrumb">当前位置：<a href="/">{name}</a> &gt; <a href="/list/{section}.html">{section}</a> &gt; \
<span>正文</span></nav>
<article class="news">
<h1 class="news-title">{headline}</h1>
{subtitle}<div class="news-info"><span class="time">{printed}</span><span class="source">来源：{source}</span>\
<span class="author">作者：{authors}</span><span class="views">阅读量：{views}</span></div>
<div class="news-content">
{content}
</div>
<div class="news-credits">
{credits}
</div>
<p class="copyright">{notice}</p>
</article>
<aside class="related"><h3>相关阅读</h3><ul>
{related}
</ul></aside>
</main>
<footer class="site-footer"><p>关于我们 | 联系方式 | 招聘信息 | 网站地图</p><p>华昭社新媒体中心主办</p></footer>
</body>
</html>
"""


def site() -> Site:
    """The outlet's pages: the clean originals and a section page."""
    return Site(
        key="outlet",
        domain=DOMAIN,
        name=NAME,
        about="the outlet that wrote the articles: clean UTF-8 originals",
        pages=(
            *(_article(story(key)) for key in STORIES),
            _section(),
            SamplePage(
                path="/robots.txt", body=b"User-agent: *\nDisallow: /admin/\n", headers={"Content-Type": "text/plain"}
            ),
        ),
    )


def path_of(item: Story) -> str:
    """The address of an article at the outlet."""
    return f"/{item.published:%Y/%m%d}/{item.key}.html"


def _article(item: Story) -> SamplePage:
    path = path_of(item)
    url = f"http://{DOMAIN}{path}"
    page = _PAGE.format(
        headline=escape(item.headline, quote=True),
        name=NAME,
        published=item.published.isoformat(),
        printed=f"{item.published:%Y-%m-%d %H:%M}",
        url=url,
        json_ld=json.dumps(_structured(item, url), ensure_ascii=False),
        section=item.section,
        subtitle=f'<h2 class="news-subtitle">——{item.subtitle}</h2>\n' if item.subtitle else "",
        source=SOURCE,
        authors=" ".join(item.authors),
        views=item.views,
        content=html_blocks(item.blocks, _FORMS),
        credits="\n".join(f"<p>{line}</p>" for line in credit_lines(item.credits, "丨")),
        notice=item.notices[0],
        related="\n".join(_link(story(key)) for key in STORIES if key != item.key),
    )
    gold = Gold(
        path=path,
        headline=item.headline,
        subtitle=item.subtitle,
        published_at=item.published.isoformat(timespec="minutes"),
        source=SOURCE,
        site_name=NAME,
        breadcrumb=(NAME, item.section),
        authors=item.authors,
        credits=item.credits,
        view_count=item.views,
        declared_url=url,
        body=paragraphs(item.blocks),
        images=tuple(
            Picture(src=f"/images/{block.file}", alt=block.text, caption=block.text)
            for block in item.blocks
            if block.kind is Kind.PICTURE
        ),
        notices=item.notices,
    )
    return SamplePage(path=path, body=page.encode(), gold=gold)


def _structured(item: Story, url: str) -> dict[str, object]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": item.headline,
        "datePublished": item.published.isoformat(),
        "mainEntityOfPage": url,
        "author": [{"@type": "Person", "name": name} for name in item.authors],
        "publisher": {"@type": "Organization", "name": NAME},
    }


def _link(item: Story) -> str:
    return f'<li><a href="{path_of(item)}">{item.headline}</a><time>{item.published:%m-%d}</time></li>'


def _section() -> SamplePage:
    path = "/list/latest.html"
    page = f"""<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>最新消息_{NAME}</title></head>
<body>
<header class="site-header"><a class="logo" href="/">{NAME}</a></header>
<main><h1>最新消息</h1>
<ul class="news-list">
{chr(10).join(_link(story(key)) for key in STORIES)}
</ul>
<div class="pager"><a href="/list/latest_2.html">下一页</a></div></main>
<footer class="site-footer"><p>关于我们 | 联系方式 | 招聘信息 | 网站地图</p></footer>
</body>
</html>
"""
    return SamplePage(path=path, body=page.encode(), gold=Gold(path=path, rejected=Reason.LISTING))

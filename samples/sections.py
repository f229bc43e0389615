"""Invented section pages of the publishing systems that Chinese sites run on, with the links that are articles marked.

They measure how well articles are found: menus, pagers, tags, other sections, friends' links, forum threads and planted
links stand among them, as they do on such sites.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

HEADLINES = (
    "青溪河新桥昨天上午建成通车", "石泉村通上了柏油路", "县城三所学校秋季开学扩招", "春茶开采产量预计增一成",
    "渡口老街修缮一期完工，两岸居民可以步行过河", "水厂改造三万人受益", "河口镇插秧机比武", "白鹭湖又见白鹭",
    "八十岁老人登台唱山歌", "林江开渔首日卸货百余吨", "清明后的油菜花还在", "荒滩变成了千亩良田",
    "读书节在石桥小学开幕", "便桥今年再建两座", "夜间封闭检修河口大桥的通告",
)  # fmt: skip
MENU = ("首页", "要闻", "民生", "文化", "专题", "视频", "关于我们", "联系方式")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPage:
    """One section page.

    Attributes:
        system: the publishing system whose habits it has.
        url: its address.
        body: the bytes.
        articles: the addresses of its articles.
        next_page: where its list goes on, or None.
    """

    system: str
    url: str
    body: bytes = field(repr=False)
    articles: frozenset[str] = field(repr=False)
    next_page: str | None = None


def section_pages() -> tuple[SectionPage, ...]:
    """All of them."""
    return tuple(
        make()
        for make in (
            _trs_wcm, _dedecms, _phpcms, _wordpress, _empirecms, _asp, _discuz, _portal, _digital_newspaper, _hijacked,
        )
    )  # fmt: skip


def _link(href: str, text: str, more: str = "") -> str:
    return f'<a href="{escape(href)}"{more}>{text}</a>'


def _items(hrefs: Sequence[str], form: str = "<li>{link}<span>2026-02-{day:02d}</span></li>") -> str:
    """A list of articles by their headlines."""
    return "\n".join(
        form.format(link=_link(href, text), day=number % 28 + 1)
        for number, (href, text) in enumerate(zip(hrefs, HEADLINES, strict=False))
    )


def _menu(hrefs: Sequence[str]) -> str:
    return " | ".join(_link(href, text) for href, text in zip(hrefs, MENU, strict=False))


def _page(  # noqa: PLR0913 - what a section page consists of
    system: str,
    url: str,
    hrefs: Sequence[str],
    *,
    menu: Sequence[str],
    around: str = "",
    pager: str = "",
    next_page: str | None = None,
    encoding: str = "utf-8",
    items: Callable[[Sequence[str]], str] = _items,
    absolute: Callable[[str], str],
) -> SectionPage:
    markup = (
        f'<html><head><meta charset="{encoding}"><title>要闻_青溪网</title></head><body><div class="nav">{_menu(menu)}'
        f'</div>\n<div class="list"><h2>要闻</h2><ul>\n{items(hrefs)}\n</ul>\n<div class="pages">{pager}</div></div>\n'
        f'{around}\n<div class="footer">{_link("/about/", "关于我们")} {_link("/legal/", "法律声明")} '
        f"{_link('http://beian.example/', '某公网安备 00000000000000号')}</div></body></html>"
    )
    return SectionPage(
        system=system,
        url=url,
        body=markup.encode(encoding),
        articles=frozenset(map(absolute, hrefs)),
        next_page=absolute(next_page) if next_page else None,
    )


def _trs_wcm() -> SectionPage:
    base = "http://www.qingxi.example/xw/yw/"
    friends = "".join(
        f'<option value="http://f{at}.example/">某某市人民政府办公室门户网站{at}</option>' for at in range(9)
    )
    return _page(
        "TRS WCM",
        base,
        [f"./2026{at % 3 + 1:02d}/t2026{at % 3 + 1:02d}{at + 10}_{4100 + at}.html" for at in range(15)],
        menu=["../../", "../yw/", "../ms/", "../wh/", "../../zt/", "../../sp/", "../../gy/", "../../lx/"],
        around=f"<select>{friends}</select>",
        pager='<script>createPageHTML(20, 0, "index", "html");</script>',
        next_page="index_1.html",
        absolute=lambda href: base + href.removeprefix("./"),
    )


def _dedecms() -> SectionPage:
    host = "http://www.shiqiao.example"
    hrefs = [f"/a/xinwen/2026/02{at + 10}/{900 + at}.html" for at in range(12)]
    tags = " ".join(_link(f"/tags.php?/{name}/", name) for name in ("桥梁", "春茶", "学校", "渡口老街改造工程"))
    return _page(
        "DedeCMS",
        host + "/a/xinwen/",
        hrefs,
        menu=["/", "/a/xinwen/", "/a/minsheng/", "/a/wenhua/", "/a/zhuanti/", "/a/shipin/", "/a/gywm/", "/a/lxfs/"],
        around=f'<div class="hot"><h3>热点</h3>{_items(hrefs[:5], "<li>{link}</li>")}</div><div>{tags}</div>',
        pager=_link("list_1_2.html", "2") + _link("list_1_2.html", "下一页") + _link("list_1_9.html", "末页"),
        next_page="/a/xinwen/list_1_2.html",
        encoding="gb18030",
        absolute=lambda href: host + href,
    )


def _phpcms() -> SectionPage:
    host = "http://www.hekou.example"
    lists = [f"/index.php?m=content&c=index&a=lists&catid={at}" for at in range(1, 9)]
    return _page(
        "PHPCMS",
        host + lists[1],
        [f"/index.php?m=content&c=index&a=show&catid=9&id={700 + at}" for at in range(12)],
        menu=lists,
        around=_link("/index.php?m=content&c=index&a=lists&catid=31", "学习贯彻落实全县水利工作会议精神专题报道栏目"),
        pager=_link("/index.php?m=content&c=index&a=lists&catid=9&page=2", "下一页"),
        next_page="/index.php?m=content&c=index&a=lists&catid=9&page=2",
        absolute=lambda href: host + href,
    )


def _wordpress() -> SectionPage:
    host = "https://www.yunling.example"
    names = (
        "new-bridge-opened", "road", "three-schools-grow", "spring-tea", "old-street-done", "water-works-rebuilt",
        "rice-planters-race", "egrets-are-back", "she-sings-at-eighty", "fishing-season-open",
    )  # fmt: skip
    hrefs = [f"/2026/02/{at + 10}/{name}/" for at, name in enumerate(names)]

    def items(hrefs: Sequence[str]) -> str:
        return "\n".join(
            f"<article><h2>{_link(href, text)}</h2><p>{_link('/category/news/', '要闻')} "
            f"{_link('/author/wei/', '韦小舟')} {_link(href + '#comments', '3 条评论')}</p><p>摘要。"
            f"{_link(href, '阅读全文')}</p></article>"
            for href, text in zip(hrefs, HEADLINES, strict=False)
        )

    tags = "".join(_link(f"/tag/{at}-qing-xi-he-xin-qiao/", f"青溪河新桥通车后续报道{at}") for at in "abcde")
    months = "".join(_link(f"/2025/{at:02d}/", f"2025 年 {at} 月") for at in range(1, 13))
    return _page(
        "WordPress",
        host + "/category/news/",
        hrefs,
        menu=["/", *(f"/category/{name}/" for name in ("news", "life", "culture", "topics", "video")), "/about/"],
        around=f"<aside>{tags}{months}</aside>",
        pager=_link("/category/news/page/2/", "下一页 »"),
        next_page="/category/news/page/2/",
        items=items,
        absolute=lambda href: host + href,
    )


def _empirecms() -> SectionPage:
    host = "http://www.linjiang.example"
    return _page(
        "EmpireCMS",
        host + "/news/yaowen/",
        [f"/news/yaowen/2026-02-{at + 10}/{23_000 + at}.html" for at in range(12)],
        menu=["/", *(f"/news/{name}/" for name in ("yaowen", "minsheng", "wenhua")), "/zt/", "/sp/", "/gy/", "/lx/"],
        around="".join(_link(f"/e/tags/?tagname={at}", "春茶开采季全程跟踪报道") for at in range(6)),
        pager=_link("/news/yaowen/index_2.html", "下一页"),
        next_page="/news/yaowen/index_2.html",
        absolute=lambda href: host + href,
    )


def _asp() -> SectionPage:
    host = "http://www.luling.example/"
    classes = [f"Article_Class2.asp?ClassID={at}" for at in range(1, 9)]
    return _page(
        "ASP of 2003",
        host + classes[1],
        [f"Article_Show.asp?ArticleID={1020 + at}" for at in range(11)],
        menu=classes,
        pager=" ".join(_link(f"Article_Class2.asp?ClassID=2&page={at}", f"[{at}]") for at in (2, 3, 4)),
        next_page="Article_Class2.asp?ClassID=2&page=2",
        items=lambda hrefs: "<table>" + _items(hrefs, "<tr><td>·{link}</td><td>2-{day}</td></tr>") + "</table>",
        encoding="gb18030",
        absolute=lambda href: host + href,
    )


def _discuz() -> SectionPage:
    host = "http://bbs.hekou.example/"
    threads = "".join(
        f"<li>{_link(f'forum.php?mod=viewthread&tid={5000 + at}', '有人知道周末的班车改到几点了吗')}</li>"
        for at in range(4)
    )
    users = "".join(_link(f"home.php?mod=space&uid={at}", "石泉老渔翁") for at in range(6))
    return _page(
        "Discuz! portal",
        host + "portal.php?mod=list&catid=2",
        [f"portal.php?mod=view&aid={70 + at}" for at in range(12)],
        menu=[f"portal.php?mod=list&catid={at}" for at in range(1, 9)],
        around=f"<div class='bbs'>{threads}{users}</div>",
        pager=_link("portal.php?mod=list&catid=2&page=2", "下一页"),
        next_page="portal.php?mod=list&catid=2&page=2",
        absolute=lambda href: host + href,
    )


def _portal() -> SectionPage:
    host = "https://news.chengshi.example"
    ids = ("3f9ac01b77de41", "09cc1b2277aa10", "a0c44d19e2bb73", "77de413f9ac01b", "5b02c7e9a1d3f4", "c19e2bb73a0c44")
    hrefs = [f"/c/2026-02-{at + 10}/doc-{name}.shtml" for at, name in enumerate(ids)]
    hrefs += [f"/w/2026-02-{at + 10}/doc-{name[::-1]}.shtml" for at, name in enumerate(ids)]
    topics = "".join(_link(f"/zt/{name}/", "青溪河大桥通车特别报道专题") for name in ("qiao", "cha"))
    elsewhere = "".join(_link(f"https://ad.example/click?id={at}", "春季家装节全场五折起售完即止") for at in range(5))
    return _page(
        "a portal of its own make",
        host + "/yaowen/",
        hrefs,
        menu=["/", "/yaowen/", "/minsheng/", "/wenhua/", "/zt/", "/video/", "/about/", "/contact/"],
        around=topics + elsewhere,
        absolute=lambda href: host + href,
    )


def _digital_newspaper() -> SectionPage:
    base = "http://szb.luling.example/html/2026-02/11/"
    return _page(
        "a digital newspaper",
        base + "node_3.htm",
        [f"content_{88_120 + at}.htm" for at in range(5)],
        menu=[f"node_{at}.htm" for at in range(2, 10)],
        absolute=lambda href: base + href,
    )


def _hijacked() -> SectionPage:
    host = "http://www.shuiwu.example"
    farm = "".join(_link(f"/xw/2026/{600 + at}.html", "正规平台注册就送彩金八十八元") for at in range(40))
    return _page(
        "a hijacked office",
        host + "/xw/",
        [f"/xw/2026/{at + 31}.html" for at in range(10)],
        menu=["/", "/xw/", "/ms/", "/wh/", "/zt/", "/sp/", "/gy/", "/lx/"],
        around=f'<div style="position:absolute;left:-9999px">{farm}</div>',
        pager=_link("/xw/index_2.html", "下一页"),
        next_page="/xw/index_2.html",
        absolute=lambda href: host + href,
    )

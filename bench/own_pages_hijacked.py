"""Invented hijacked pages, made from the project's own clean ones: every way of injecting on every page.

Each way is one that campaigns on Chinese sites use; the words are invented in their style. Beside them stand honest
pages that do something alike: partner links, closed menus, news of gambling cases. What must come of each is known, so
that recall and precision of the verdict are figures.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from bench.own_pages import OwnPage
from pipelines.decode import decode

# Headers of five campaigns: pornography, gambling, game servers, and two of fresh words that no vocabulary holds.
HEADERS: Final = (
    "国产精品一区二区三区在线播放_亚洲av无码中文字幕_人妻熟女免费观看_成人福利视频网站",
    "云顶彩票平台官网登录入口_真人娱乐棋牌游戏注册送彩金_北京赛车投注网_体育投注app下载安装",
    "新开传奇私服发布网_今日新开传奇一条龙_变态传奇手游开服表_传奇sf999登录器下载",
    "蓝月剧场最新网址入口大全_深夜放映厅大片合集全集更新_高清资源随便看不卡顿_老司机导航页_琉璃花园私人包厢等您来_蓝月剧场备用地址发布页",
    "云裳馆春季私藏合集,花间渡口秘密入口,夜阑珊影音大全无删减,秋水阁宝藏资源分享,玉清池备用线路导航,落霞亭贵宾通道",
)
FRESH: Final = 2  # the last of them
ANCHORS: Final = (
    ("国产精品无码", "一区二区在线观看", "人妻中文字幕", "亚洲av在线", "成人免费视频", "麻豆传媒"),
    ("云顶棋牌游戏", "时时彩平台", "百家乐官网", "北京赛车开户", "六合彩特码", "体育投注网"),
    ("新开传奇私服", "私服发布网", "传奇sf", "变态传奇", "传奇一条龙", "传奇登录器"),
    ("蓝月剧场", "深夜放映厅", "老司机导航", "大片合集", "琉璃花园", "高清资源"),
    # each of these leads to one site only, as on honest lists
    ("云裳馆私藏", "花间渡口入口", "夜阑珊影音", "秋水阁宝藏", "玉清池线路", "落霞亭通道",
     "云裳馆合集", "花间渡口秘密", "夜阑珊无删减", "秋水阁资源", "玉清池导航", "落霞亭贵宾"),
)  # fmt: skip
_TITLE: Final = re.compile(r"<title>.*?</title>", re.IGNORECASE | re.DOTALL)
_BODY: Final = re.compile(r"<body[^>]*>", re.IGNORECASE)
_HEAD_END: Final = re.compile(r"</head>", re.IGNORECASE)
_BODY_END: Final = re.compile(r"</body>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """A page as injected, and whether that makes it hijacked.

    Attributes:
        way: what was done to it.
        fresh: its campaign uses no word of the vocabulary, so that only its traces tell.
        page: the page; its `expected` holds `hijacked` alone.
    """

    way: str
    fresh: bool
    page: OwnPage = field(repr=False)


def injected_pages(pages: list[OwnPage]) -> Iterator[Injected]:
    """Every way on every page that gives an article and is not hijacked already; the campaigns take turns."""
    hosts = [page for page in pages if page.expected.get("rejected") is None and not page.expected.get("hijacked")]
    for turn, host in enumerate(hosts):
        markup = decode(host.capture).text
        campaign = turn % len(HEADERS)
        for name, way in HIJACKS.items():
            fresh = campaign >= len(HEADERS) - FRESH
            yield _made(host, name, way(markup, HEADERS[campaign], ANCHORS[campaign]), hijacked=True, fresh=fresh)
        for name, honest in HONEST.items():
            yield _made(host, name, honest(markup), hijacked=False, fresh=False)


def _made(host: OwnPage, way: str, markup: str, *, hijacked: bool, fresh: bool) -> Injected:
    headers = (("content-type", "text/html; charset=utf-8"),)
    capture = replace(host.capture, headers=headers, body=markup.encode("utf-8", "replace"), parts=())
    return Injected(
        way=way, fresh=fresh, page=OwnPage(name=host.name, capture=capture, expected={"hijacked": hijacked})
    )


# -- ways of hijacking ------------------------------------------------------------------------------------------------


def _titled(markup: str, title: str) -> str:
    made, count = _TITLE.subn(lambda _: f"<title>{title}</title>", markup, count=1)
    return made if count else f"<title>{title}</title>{markup}"


def _at_top(markup: str, added: str) -> str:
    made, count = _BODY.subn(lambda body: body[0] + added, markup, count=1)
    return made if count else added + markup


def _at_end(markup: str, added: str) -> str:
    made, count = _BODY_END.subn(lambda end: added + end[0], markup, count=1)
    return made if count else markup + added


def _in_head(markup: str, added: str) -> str:
    made, count = _HEAD_END.subn(lambda end: added + end[0], markup, count=1)
    return made if count else added + markup


def _coded(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


def _links(anchors: tuple[str, ...], *, sites: bool = True) -> str:
    hosts = [f"www.spam{at}.example" if sites else f"a{at}.farm.example" for at in range(12)]
    return " ".join(f'<a href="http://{host}/">{anchors[at % len(anchors)]}</a>' for at, host in enumerate(hosts))


def _farm(style: str) -> Callable[[str, str, tuple[str, ...]], str]:
    return lambda markup, _, anchors: _at_end(markup, f'<div style="{style}">{_links(anchors)}</div>')


def _own_title(markup: str) -> str:
    found = _TITLE.search(markup)
    return found[0][7:-8] if found else ""


def _cloak(markup: str) -> str:
    script = (
        "<script>var a=navigator.userAgent.toLowerCase();if(a.indexOf('baiduspider')>-1||a.indexOf('sogouspider')>-1||"
        "a.indexOf('360spider')>-1){document.write('<iframe src=//spam.example></iframe>')}"
        "if(/baidu|sogou|so.com|sm.cn/.test(document.referrer)){location.href='http://spam.example/'}</script>"
    )
    return _in_head(markup, script)


HIJACKS: Final[dict[str, Callable[[str, str, tuple[str, ...]], str]]] = {
    "title": lambda markup, header, _: _titled(markup, header),
    "title before the own": lambda markup, header, _: _titled(markup, f"{header}-{_own_title(markup)}"),
    "coded title": lambda markup, header, _: _titled(markup, _coded(header)),
    "second title": lambda markup, header, _: f"<title>{header}</title>\n{markup}",
    "header at the top": lambda markup, header, _: _at_top(_titled(markup, header), f"<h1>{header}</h1>"),
    "hidden heading": lambda markup, header, _: _at_top(
        _titled(markup, header), f'<h1 style="position:absolute;top:-9999px">{header}</h1>'
    ),
    "meta": lambda markup, header, _: _in_head(
        markup,
        f'<meta property="og:title" content="{header}"><meta name="twitter:title" content="{header}">'
        f'<meta name="description" content="{header}"><meta name="keywords" content="{header.replace("_", ",")}">',
    ),
    "keywords and description": lambda markup, header, _: _in_head(
        re.sub(r"(?i)<meta[^>]*name=.?(?:keywords|description)[^>]*>", "", markup),
        f'<meta name="keywords" content="{header.replace("_", ",")}"><meta name="description" content="{header}">',
    ),
    "scripted title": lambda markup, header, _: _in_head(
        _titled(markup, _coded(header)), f'<script>document.title="{_own_title(markup)}";</script>'
    ),
    "farm display:none": _farm("display:none"),
    "farm off screen": _farm("position:absolute;left:-4000px"),
    "farm by top": _farm("position: fixed; top: -999px"),
    "farm by indent": _farm("text-indent:-9999px"),
    "farm in zero height": _farm("height:0;overflow:hidden"),
    "farm in zero type": _farm("font-size:0;line-height:0"),
    "farm transparent": _farm("opacity:0"),
    "farm in plain sight": _farm(""),
    "farm on subdomains": lambda markup, _, anchors: _at_end(
        markup, f'<div style="display:none">{_links(anchors, sites=False)}</div>'
    ),
    "farm in a marquee": lambda markup, _, anchors: _at_end(
        markup, f'<marquee height="1" width="1" scrollamount="3000">{_links(anchors)}</marquee>'
    ),
    "farm by style sheet": lambda markup, _, anchors: _at_end(
        _in_head(markup, "<style>#xlink{position:absolute;left:-3000px;width:100px}</style>"),
        f'<div id="xlink">{_links(anchors)}</div>',
    ),
    "farm before the page": lambda markup, _, anchors: f'<div style="display:none">{_links(anchors)}</div>{markup}',
    "farm in its background's colour": _farm("color:#fff;background:#ffffff"),
    "written links": lambda markup, _, anchors: _at_end(
        markup, f"<script>document.write('<div style=\"display:none\">{_links(anchors)}</div>');</script>"
    ),
    "written style around links": lambda markup, _, anchors: _at_end(
        markup,
        "<script>document.write('<div style=\"position:absolute;left:-9999px\">');</script>"
        f"{_links(anchors)}<script>document.write('</div>');</script>",
    ),
    "cloak": lambda markup, header, _: _cloak(_titled(markup, _coded(header))),
    "forwarding": lambda markup, header, _: _in_head(
        _titled(markup, header), '<meta http-equiv="refresh" content="0;url=http://spam.example/">'
    ),
    "whole page of spam": lambda _, header, anchors: (
        f"<html><head><title>{header}</title></head><body><h1>{header}</h1>"
        + "".join(f"<p>{header.replace('_', '，')}，{anchor}，欢迎您的光临。</p>" for anchor in anchors * 3)
        + f"{_links(anchors)}</body></html>"
    ),
}  # fmt: skip

# -- what honest pages do ---------------------------------------------------------------------------------------------

_PARTNERS: Final = " ".join(
    f'<a href="http://www.partner{at}.example/">{name}</a>'
    for at, name in enumerate(
        ("青溪网", "白鹭网", "河口在线", "石泉之窗", "道河新闻", "云岭日报", "林江网", "芦洲热线")
    )
)
_BLOGS: Final = " ".join(
    f'<a href="http://blog{at}.example/">{name}</a>'
    for at, name in enumerate(
        (
            "老江的渡口",
            "雨桐随记",
            "半亩菜地",
            "山那边的灯",
            "晚归人",
            "石桥下",
            "一壶春茶",
            "河口听风",
            "慢火车",
            "纸上田园",
        )
    )
)
_CASE: Final = (
    "<p>警方提醒：所谓“百家乐”“时时彩”“六合彩”平台均为诈骗，该团伙通过“新葡京”“澳门彩”等虚假网站骗取钱财，"
    "受害人多为被“高额返利”“注册送彩金”吸引的年轻人。</p>"
)
HONEST: Final[dict[str, Callable[[str], str]]] = {
    "as it is": lambda markup: markup,
    "partner links": lambda markup: _at_end(markup, f'<div class="links">友情链接：{_PARTNERS}</div>'),
    "closed menu": lambda markup: _at_top(markup, f'<ul class="sub" style="display:none">{_PARTNERS}</ul>'),
    "case of gambling": lambda markup: _at_end(markup, f'<div class="c">{_CASE}</div>'),
    "counter asks the referrer": lambda markup: _at_end(
        markup,
        "<script>var r=document.referrer,k='';if(r.indexOf('baidu')>0)k='wd';if(r.indexOf('google')>0)k='q';"
        "if(r.indexOf('sogou')>0)k='query';document.write('<img src=//count.example/?'+k+'>');</script>",
    ),
    "long title": lambda markup: _titled(
        markup, html.unescape(_own_title(markup)) + "_民生_新闻中心_白鹭网_白鹭县委宣传部主管_白鹭县融媒体中心主办"
    ),
    "partners rolled up": lambda markup: _at_end(
        markup, f'<div class="links" style="height:0;overflow:hidden">友情链接：{_PARTNERS}</div>'
    ),
    "partners off the screen": lambda markup: _at_top(
        markup, f'<ul class="drop" style="position:absolute;left:-9999px">{_PARTNERS}</ul>'
    ),
    "blogs of friends": lambda markup: _at_end(markup, f'<div class="roll">{_BLOGS}</div>'),
    "closed list of blogs": lambda markup: _at_end(markup, f'<div style="display:none">{_BLOGS}</div>'),
    "title with key words": lambda markup: _titled(
        markup, html.unescape(_own_title(markup)) + "_白鹭旅游攻略_白鹭特产大全_白鹭天气预报查询"
    ),
    "covered counter": lambda markup: _at_end(
        markup,
        "<script>document.write('<div style=\"display:none\">');</script><script src=//count.example/c.js></script>"
        f"<script>document.write('</div>');</script><div>{_PARTNERS}</div>",
    ),
    "dialogue": lambda markup: _at_end(
        markup,
        '<div style="display:none">登录后可发表评论<a href="http://open.login-a.example/">微信登录</a>'
        '<a href="http://open.login-b.example/">微博登录</a><a href="http://open.login-c.example/">QQ登录</a></div>',
    ),
}

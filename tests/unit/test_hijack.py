"""Whole pages judged: what makes one hijacked, what honest pages do too, and what is left of a page of spam."""

from datetime import UTC, datetime

import pytest

from crawler.items import Capture, Reason, Rejected, Verdict
from pipelines.decode import decode
from pipelines.despam import despam
from pipelines.parse import parse

SPAM_TITLE = "天天彩票平台官网登录入口_真金棋牌游戏手机版下载_幸运转盘注册送体验金_红运博彩网现场开奖"
# Words that no vocabulary knows, in the shape of an injected header.
STRANGE_TITLE = (
    "碧落星辰大殿入口通道正版_霞光幻境全新版本领取大礼_九霄云海神话传说官方指定入口"
    "_紫微天府至尊体验专区开放_琉璃宝塔新区预约抢先登场"
)
HEADLINE = "云溪县新渡口通航，两岸往来不再绕行"
TEXT = (
    "2月10日清晨，云溪县新渡口正式通航，首班渡轮载着四十多名乘客驶向对岸。",
    "渡口负责人介绍，新码头每天开行二十四班，比原来多出一半，最晚一班延长到夜里九点。",
    "县交通局表示，下一步将在两岸各修一处候船廊，并把渡口接入公交线路，票价保持不变。",
)
SITES = [f"spam{number}.example" for number in range(8)]
SUBDOMAINS = [f"a{number}.farm.example" for number in range(12)]
OFFICES = ("县交通局", "县水利局", "云溪日报", "云溪在线", "市文化馆", "市图书馆", "省博物馆", "云溪大学", "云溪银行")
PHRASES = (
    "碧落星辰入口",
    "碧落星辰合集",
    "霞光幻境大全",
    "霞光幻境线路",
    "九霄云海通道",
    "九霄云海剧场",
    "紫微宫资源",
    "紫微宫专线",
)
FRIENDS = ("老江的渡口", "雨桐随记", "半亩菜地", "山那边的灯", "晚归人", "石桥下", "一壶春茶", "河口听风")
PARTNERS = [f"partner{number}.example" for number in range(12)]


def page(title: str = HEADLINE, top: str = "", text: tuple[str, ...] = TEXT, end: str = "") -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title></head><body>{top}"
        f"<h2>{HEADLINE}</h2><div>{body}</div>{end}</body></html>"
    )


def farm(style: str, hosts: list[str], anchor: str = "真金棋牌游戏下载") -> str:
    links = "".join(f"<a href='http://{host}/{number}.html'>{anchor}</a> " for number, host in enumerate(hosts))
    return f"<div style='{style}'>{links}</div>"


def partner(name: str) -> str:
    return f"<a href='http://p{sum(map(ord, name))}.example/'>{name}</a> "


def key_words(style: str, each: int = 2) -> str:
    """A farm of words that no vocabulary knows, each leading to so many sites."""
    words = ("碧落星辰", "霞光幻境", "九霄云海", "紫微天府", "琉璃宝塔", "玉清宝殿", "瑶池仙境", "碧波龙宫")
    links = "".join(
        f"<a href=//k{at}.spam{at}{turn}.example/>{word}</a> " for at, word in enumerate(words) for turn in range(each)
    )
    return f'<div style="{style}">{links}</div>'


def verdict(markup: str) -> Verdict:
    capture = Capture(
        url="http://yunxi.example/1.html", body=markup.encode(), fetched_at=datetime(2026, 2, 12, tzinfo=UTC)
    )
    return despam(parse(decode(capture))).verdict


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        (page(end=farm("display:none", SITES)), "hidden-link-farm"),
        (page(end=farm("position:absolute;left:-9999px", SITES)), "hidden-link-farm"),
        (page(STRANGE_TITLE, end=farm("position:absolute;left:-9999px", SITES, anchor="碧落星辰")), "foreign-title"),
        (page(STRANGE_TITLE), "foreign-title"),
        (page(f"{STRANGE_TITLE}-{HEADLINE}_云溪网"), "foreign-title"),
        (page(STRANGE_TITLE, top=f"<h1>{STRANGE_TITLE}</h1>"), "foreign-title"),
        (page(end=farm("display:none", SUBDOMAINS)), "hidden-link-farm"),
        (page(end=key_words("display:none")), "hidden-link-farm"),
        (page(end=key_words("")), "link-farm"),
        (page(end=f"<p style='display:none'>{''.join(map(partner, PHRASES))}</p>"), "hidden-link-farm"),
        (page(end=key_words("position:absolute;left:-9999px", each=1)), "hidden-link-farm"),
        (page(end=f"<script>document.write('{key_words('display:none', each=1)}')</script>"), "written-links"),
        (
            page(
                end="<script>document.write('<div style=\"text-indent:-9999px\">')</script>"
                + key_words("", each=1)
                + "<script>document.write('</div>')</script>"
            ),
            "written-links",
        ),
        (page(end=farm("", SITES)), "link-farm"),
        (page(SPAM_TITLE, top=f"<h1 style='display:none'>{SPAM_TITLE}</h1>"), "hidden-header"),
        (page(SPAM_TITLE), "spam-header"),
    ],
)
def test_a_hijacked_page_is_called_so_with_its_evidence(markup: str, kind: str) -> None:
    found = verdict(markup)
    assert found.hijacked
    assert kind in {item.kind for item in found.evidence}


@pytest.mark.parametrize(
    "markup",
    [
        page(),
        page(f"{HEADLINE}_民生_新闻中心_云溪网_云溪县人民政府主办_云溪县融媒体中心承办_云溪日报社技术支持"),
        page(end=farm("display:none", PARTNERS, anchor="友情链接")),  # a menu that a script opens
        page(end=farm("display:none", ["yunxi.example"] * 40)),  # its own pages
        page(end=f"<div style='height:0;overflow:hidden'>{''.join(map(partner, OFFICES))}</div>"),  # rolled up
        page(end="".join(f"<a href='http://blog{at}.example/'>{name}</a>" for at, name in enumerate(FRIENDS))),
        page(f"{HEADLINE}_云溪旅游攻略_云溪特产大全_云溪天气预报查询"),  # key words, but three
        # the site's name in Latin letters is no fourth phrase; nor behind a dash that parts nothing
        page("江面又添一座码头_现场见闻实录_津渡号·水乡人家_云溪新闻-The Creek"),
        page("江面又添一座码头_现场见闻实录_津渡号·水乡人家_云溪新闻—The Creek"),
        page(end=f"<script>document.write('<div style=\"display:none\">')</script>{partner('云溪在线')}"),  # a counter
        page("云溪网_云溪新闻_云溪县门户", top="<h1 style='display:none'>云溪网_云溪新闻_云溪县门户</h1>"),
        page(text=(*TEXT, "警方提醒：不要相信网络彩票和棋牌游戏的宣传，凡是要求充值的都是诈骗。")),
    ],
)
def test_what_honest_pages_do_too_is_no_hijack(markup: str) -> None:
    assert not verdict(markup).hijacked


def test_the_spam_title_is_kept_verbatim_and_the_farm_as_data() -> None:
    found = verdict(page(SPAM_TITLE, end=farm("display:none", SITES)))
    assert found.spam_title == SPAM_TITLE
    assert found.link_count == len(SITES)
    assert {link.domain for link in found.links} == set(SITES)
    assert {link.hidden_by for link in found.links} == {"display-none"}


def test_text_made_of_the_headers_own_segments_is_spam() -> None:
    """A doorway page: nothing of its running text is left when the header's key words are taken out of it."""
    words = SPAM_TITLE.split("_")
    doorway = "".join(f"<p>{'，'.join(words[at:] + words[:at])}。</p>" for at in range(3))
    markup = f"<html><head><title>{SPAM_TITLE}</title></head><body>{doorway}{farm('display:none', SITES)}</body></html>"
    with pytest.raises(Rejected) as rejected:
        verdict(markup)
    assert rejected.value.reason is Reason.ONLY_SPAM
    assert rejected.value.verdict is not None
    assert rejected.value.verdict.hijacked

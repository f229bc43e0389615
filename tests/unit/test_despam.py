"""The hijack verdict: what injected headers and farms leave behind, and what honest pages do too."""

from datetime import UTC, datetime

import pytest

from crawler.items import Capture, Reason, Rejected
from pipelines.decode import decode
from pipelines.despam import KEPT_LINKS, RULES, despam
from pipelines.parse import Page, parse
from pipelines.traces.trace import segments, spam_words

URL = "http://www.bailuxian.example/xw/1.html"
SIMPLIFIED = "青溪河上的新桥昨天上午通车，两岸三个村子的孩子从此不用再绕八里山路去上学。" * 3
CONVERTED = "青溪河上的新橋昨天上午通車，兩岸三個村子的孩子從此不用再繞八里山路去上學。" * 3
SPAM = "国产精品一区二区三区_成人av无码在线观看_人妻中文字幕在线播放"
# no word of the vocabulary, never converted
UNKNOWN_SPAM = "飞艇开奖记录_赛龙计划软件_满堂红论坛资讯_双龙戏珠图库"


def judge(markup: str, url: str = URL) -> Page:
    capture = Capture(url=url, body=markup.encode(), fetched_at=datetime(2026, 5, 1, tzinfo=UTC))
    return despam(parse(decode(capture)))


def article(
    text: str = SIMPLIFIED, title: str = "青溪河新桥通车_白鹭县人民政府", head: str = "", body: str = ""
) -> str:
    return f"<head><title>{title}</title>{head}</head><body>{body}<h1>青溪河新桥通车</h1><p>{text}</p></body>"


def farm(count: int, anchor: str = "国产精品无码", style: str = "display:none") -> str:
    links = "".join(f"<a href='http://s{i}.spam{i}.example/'>{anchor}{i}</a>" for i in range(count))
    return f"<div style='{style}'>{links}</div>"


def kinds(page: Page) -> set[str]:
    return {item.kind for item in page.verdict.evidence}


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        (article(CONVERTED, title=UNKNOWN_SPAM), "unconverted-header"),
        (article(CONVERTED, body=f"<p>{UNKNOWN_SPAM}</p>"), "unconverted-header"),
        (article(title=SPAM), "spam-header"),
        (article(head=f"<meta property='og:title' content='{SPAM}'>"), "spam-header"),
        (article(body=farm(12)), "hidden-link-farm"),
        (article(body=farm(12, style="position:absolute;left:-5000px")), "hidden-link-farm"),
        (article(body=farm(12, style="color:red")), "link-farm"),
        (
            article(title=SPAM, body=f"<h1 style='position:absolute;left:-9999px'>{SPAM}</h1>"),
            "hidden-header",
        ),
    ],
)
def test_hijacked_on_this_evidence(markup: str, kind: str) -> None:
    page = judge(markup)
    assert page.verdict.hijacked
    assert kind in kinds(page)


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        (article(body=farm(12, anchor="友好网站", style="position:absolute;left:-5000px")), "hidden-link-farm"),
        (article(head="<script>if(/baiduspider|googlebot/.test(navigator.userAgent)){}else{location='/x'}</script>"),
         "cloaking"),
        (article(head="<script>var r=document.referrer;if(/baidu|sogou|google/.test(r)){window.open('/t')}</script>"),
         "cloaking"),
        (article(head="<script>document.title='青溪河新桥通车 官方'</script>"), "scripted-title"),
        (article(head="<meta http-equiv='refresh' content='0;url=http://other.example/'>"), "forwarding"),
        (article(title="".join(f"&#{ord(char)};" for char in "青溪河新桥昨天上午通车")), "coded-title"),
        (article(SIMPLIFIED + "全市伟德betvlctor体育场馆免费开放。"), "brand-insertion"),
    ],
)  # fmt: skip
def test_seen_but_not_enough_alone(markup: str, kind: str) -> None:
    page = judge(markup)
    assert kinds(page) == {kind}
    assert not page.verdict.hijacked
    assert page.verdict.spam_title is None


@pytest.mark.parametrize(
    "markup",
    [
        article(),
        article(CONVERTED, title="青溪河新橋通車_要聞_白鷺縣人民政府"),
        article(CONVERTED, title="青溪河新桥通车"),  # simplified, but a title, not a header of segments
        article(title="青溪河新桥通车_要闻_社会_白鹭新闻网_白鹭县"),
        article(body=farm(12, anchor="县交通局")),  # a closed menu of partner sites
        article(body="".join(f"<a href='/l/{i}'>彩票网点巡查{i}</a>" for i in range(20))),
        article("警方侦破一起网上赌球案，抓获涉案人员十二名，该团伙通过棋牌游戏和时时彩网站招揽赌客。" * 2,
                title="警方捣毁赌球网站_法治_白鹭新闻网"),
        article(head="<script>document.write('<div style=\"display:none\">')</script>"),
        article(head="<script>var u=navigator.userAgent.toLowerCase();if(u.indexOf('micromessenger')>0){}</script>"),
        article(head="<meta http-equiv='refresh' content='600;url=http://www.bailuxian.example/'>"),
        article(body="<h1 style='text-indent:-9999px'>白鹭县人民政府_门户网站_首页</h1>"),
    ],
)  # fmt: skip
def test_honest_pages_are_not_accused(markup: str) -> None:
    page = judge(markup)
    assert not page.verdict.hijacked
    assert page.verdict.evidence == ()


def test_the_spam_title_is_kept_verbatim() -> None:
    assert judge(article(title=f" {SPAM} ")).verdict.spam_title == SPAM


def test_links_of_a_farm_are_kept_as_data_and_bounded() -> None:
    verdict = judge(article(body=farm(KEPT_LINKS + 50))).verdict
    assert verdict.link_count == KEPT_LINKS + 50
    assert len(verdict.links) == KEPT_LINKS
    first = verdict.links[0]
    assert (first.domain, first.anchor, first.hidden_by) == ("s0.spam0.example", "国产精品无码0", "display-none")


def test_evidence_names_no_spam_domain_and_no_anchor() -> None:
    for item in judge(article(title=SPAM, body=farm(12))).verdict.evidence:
        assert "spam" not in item.detail.replace("spam vocabulary", "").replace("spam anchors", "")
        assert "国产" not in item.detail


def test_injected_lines_in_sight_are_hidden() -> None:
    page = judge(article(title=SPAM, body=f"<h1>{SPAM}</h1>"))
    assert [block.hidden for block in page.blocks if block.text == SPAM] == ["spam"]
    assert any(block.text == "青溪河新桥通车" and block.hidden is None for block in page.blocks)


def test_a_page_of_nothing_but_spam_is_rejected_with_its_verdict() -> None:
    with pytest.raises(Rejected) as rejected:
        judge(f"<title>{SPAM}</title><h1>{SPAM}</h1>{farm(12, style='')}")
    assert rejected.value.reason is Reason.ONLY_SPAM
    assert rejected.value.verdict is not None
    assert rejected.value.verdict.hijacked


def test_the_own_site_is_told_by_most_links_where_the_address_is_unknown() -> None:
    own = "".join(f"<a href='http://news.bailu.example/{i}'>国产精品{i}</a>" for i in range(30))
    assert not judge(article(body=own), url="").verdict.hijacked
    assert judge(article(body=own + farm(12, style="")), url="").verdict.hijacked


def test_weights_of_one_rule_count_once() -> None:
    script = "<script>var r=document.referrer;if(/baidu|sogou|google/.test(r)){window.open('/t')}</script>"
    assert sum(item.weight for item in judge(article(head=script * 5)).verdict.evidence) < 1


def test_an_unknown_page_keeps_its_blocks() -> None:
    page = judge(article())
    assert all(block.hidden is None for block in page.blocks)


def test_segments_and_words() -> None:
    assert segments(SPAM) == 3
    assert segments("青溪河新桥通车-白鹭新闻网") == 2
    assert spam_words(SPAM) >= 4
    assert spam_words("青溪河新桥通车") == 0


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.__name__ for rule in RULES}) == len(RULES)

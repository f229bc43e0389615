"""Page to draft: the headline among witnesses, lines by their kinds, pictures, parts, refusals, recipes."""

from datetime import UTC, datetime

import pytest

from crawler.items import Capture, Draft, Reason, Rejected, SiteRecipe
from pipelines.article.headline import title_parts
from pipelines.article.labelling import label_form
from pipelines.article.lines import LineKind, has_date, is_caption, is_furniture_box, line_kind
from pipelines.article.pictures import caption_text
from pipelines.decode import decode
from pipelines.despam import despam
from pipelines.extract import extract, join
from pipelines.parse import parse
from sites.selectors import steps

URL = "http://news.bailu.example/a/123456.html"
P1 = "青溪河上的新桥昨天上午通车，两岸三个村子的孩子从此不用再绕八里山路去上学。"
P2 = "新桥全长一百二十六米，桥面宽八米，由县里和村民一起出资，去年三月动工，用了十三个月建成。"
P3 = "“以前下大雨，渡船一停就是好几天。”船工韦老根说，他在渡口撑了四十年船，如今成了桥上的管护员。"
P4 = "县交通局的负责人介绍，今年还要在上游再建两座便桥，并把通往石泉村的土路铺成水泥路，年底以前完工。"
TEXT = f"<p>{P1}</p><p>{P2}</p><p>{P3}</p><p>{P4}</p>"
BYLINE = "<div>2026-04-18 09:32 来源：青溪日报</div>"


def draft(markup: str, url: str = URL, recipe: SiteRecipe | None = None) -> Draft:
    capture = Capture(url=url, body=markup.encode(), fetched_at=datetime(2026, 5, 1, tzinfo=UTC))
    return extract(despam(parse(decode(capture))), recipe or SiteRecipe())


@pytest.mark.parametrize(
    ("markup", "headline"),
    [
        # what <title> and a heading agree on, its suffixes stripped
        (f"<title>新桥通车_要闻_白鹭新闻网</title><h1>新桥通车</h1>{BYLINE}{TEXT}", "新桥通车"),
        (f"<title>新桥通车 - 白鹭新闻网</title><h1>白鹭新闻网</h1><h2>新桥通车</h2>{BYLINE}{TEXT}", "新桥通车"),
        (f"<title>白鹭网-新桥通车了孩子上学近了</title><p>新桥通车了孩子上学近了</p>{BYLINE}{TEXT}",
         "新桥通车了孩子上学近了"),
        # a title of the site alone: the line above the text
        (f"<title>白鹭新闻网</title><div>青溪河新桥昨天通车</div>{BYLINE}{TEXT}", "青溪河新桥昨天通车"),
        # no line in sight says it: the head alone, without the site's name
        (f"<title>青溪河新桥昨天通车_白鹭新闻网</title>{TEXT}", "青溪河新桥昨天通车"),
        (f"<title>白鹭县关于清明放假安排的通知_通知公告_白鹭县政府</title>{TEXT}", "白鹭县关于清明放假安排的通知"),
        # dashes of its own stay
        (f"<title>江边—山上：两座桥的故事_白鹭网</title><h1>江边—山上：两座桥的故事</h1>{BYLINE}{TEXT}",
         "江边—山上：两座桥的故事"),
        # a cut headline is completed by a declared one
        (f"<title>定了！南岸码头下月开工建设，工期两年_白鹭网</title><h1>定了！南岸码头下月开...</h1>{BYLINE}{TEXT}",
         "定了！南岸码头下月开工建设，工期两年"),
        # broken into lines
        (f"<title>青溪河新桥通车孩子上学不再绕路_网</title><h1>青溪河新桥通车<br>孩子上学不再绕路</h1>{BYLINE}{TEXT}",
         "青溪河新桥通车 孩子上学不再绕路"),
        # a linked menu entry that the title repeats is no headline
        (f"<title>要闻_白鹭网</title><ul><li><a href='/'>要闻</a></li></ul><h1>青溪河新桥昨天通车</h1>{BYLINE}{TEXT}",
         "青溪河新桥昨天通车"),
        # a site's name leads home, and a section's name is a link
        (f"<title>云岭歌谣：渡口旧事一则</title><h1><a href='/'>云岭歌谣</a></h1><h3>渡口旧事一则</h3>{BYLINE}{TEXT}",
         "渡口旧事一则"),
        (f"<title>白鹭网>艺术教育</title><p><a href='/ys/'>艺术教育</a></p><div>美术班招生简章</div>{BYLINE}{TEXT}",
         "美术班招生简章"),
        # marks that are no separators elsewhere end a headline in the title
        (f"<title>山中一日 (上) @ 某人的家 :: 某站 ::</title><h1>某站</h1><h2>山中一日 (上)</h2>{BYLINE}{TEXT}",
         "山中一日 (上)"),
        # a blog's greeting is running text above the headline
        (f"<title>渡口旧事一则 - 手记</title><h1>手记</h1><p>{P2}{P2}</p><h2>渡口旧事一则</h2>{BYLINE}{TEXT}",
         "渡口旧事一则"),
        # a hidden heading is not elected
        (f"<title>新桥通车孩子近了</title><h1 hidden>别的标题别的</h1><h2>新桥通车孩子近了</h2>{BYLINE}{TEXT}",
         "新桥通车孩子近了"),
    ],
)  # fmt: skip
def test_headline(markup: str, headline: str) -> None:
    found = draft(markup)
    assert found.headline == headline
    assert found.body == (P1, P2, P3, P4)


@pytest.mark.parametrize(
    ("heading", "kicker", "subtitle"),
    [
        (
            "<h3 class='pre'>等了两代人</h3><h1>新桥通车</h1><h4 class='sub'>三个村子从此相连</h4>",
            "等了两代人",
            "三个村子从此相连",
        ),
        ("<p class='yinti'>等了两代人</p><h1>新桥通车</h1><p>——青溪河两岸见闻</p>", "等了两代人", "青溪河两岸见闻"),
        ("<p>白鹭新闻</p><h1>新桥通车</h1><p class='info'>青溪日报</p>", None, None),
        ("<p class='pre'><a href='/'>白鹭新闻</a></p><h1>新桥通车</h1><h4 class='sub'>2026-04-18</h4>", None, None),
    ],
)
def test_kicker_and_subtitle_stand_apart(heading: str, kicker: str | None, subtitle: str | None) -> None:
    found = draft(f"<title>新桥通车_白鹭网</title>{heading}{BYLINE}<div>{TEXT}</div>")
    assert (found.headline, found.kicker, found.subtitle) == ("新桥通车", kicker, subtitle)
    assert found.body == (P1, P2, P3, P4)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("新桥通车_要闻_白鹭网", ["新桥通车", "要闻", "白鹭网"]),
        ("新桥通车 - 白鹭网", ["新桥通车", "白鹭网"]),
        ("新桥通车|白鹭网", ["新桥通车", "白鹭网"]),
        ("Wi-Fi进村", ["Wi-Fi进村"]),
        ("", []),
    ],
)
def test_title_parts(title: str, parts: list[str]) -> None:
    assert title_parts(title) == parts


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("相关阅读", LineKind.CLOSING),
        ("【延伸阅读】", LineKind.CLOSING),
        ("相關新聞：", LineKind.CLOSING),
        ("上一篇：云岭茶叶节下周开幕", LineKind.CLOSING),
        ("下一篇", LineKind.CLOSING),
        ("网友评论(12)", LineKind.CLOSING),
        ("扫描下方二维码，关注白鹭新闻网官方微信", LineKind.CLOSING),
        ("返回首页", LineKind.CLOSING),
        ("【打印】【关闭】", LineKind.CLOSING),
        ("分享到：微信 微博", LineKind.CHROME),
        ("分 享 至 手 機(jī)", LineKind.CHROME),
        ("首页 上一页 1 2 3 下一页", LineKind.CHROME),
        ("标签：青溪河 桥", LineKind.CHROME),
        ("更多精彩内容，尽在白鹭新闻APP", LineKind.CHROME),
        ("“小礼物走一走，来岚桥书关注我”", LineKind.CHROME),
        ("您查看的内容可能不完整，部分内容和推荐被拦截！请取消拦截后查看。", LineKind.CHROME),
        ("责任编辑：张三", LineKind.CREDIT),
        ("責(zé)任編輯:張三", LineKind.CREDIT),
        ("编辑丨江雨 程昱", LineKind.CREDIT),
        ("（编辑 罗一禾）", LineKind.CREDIT),
        ("责编 罗一禾 校对 方小满", LineKind.CREDIT),
        ("来源：青溪日报", LineKind.BYLINE),
        ("作者：张三 来源：某报 发布日期：2026-04-18", LineKind.BYLINE),
        ("点击量：1024", LineKind.BYLINE),
        ("（文/张三 图/李四）", LineKind.BYLINE),
        ("（作者：张三（青溪大学））", LineKind.BYLINE),
        ("©2026云岭融媒版权所有。未经许可，请勿转载使用。", LineKind.NOTICE),
        ("免责声明：本文仅代表作者观点。", LineKind.NOTICE),
        ("“特别声明：以上作品为自媒体平台用户上传并发布，本平台仅提供信息存储空间服务。", LineKind.NOTICE),
        ("如有侵权请联系删除。", LineKind.NOTICE),
        ("某某基金会乡村报道专项基金支持项目", LineKind.NOTICE),
        # running text that begins or sounds like one of them
        (P1, LineKind.TEXT),
        ("相关部门昨天表示，今年还要再建两座桥。", LineKind.TEXT),
        ("推荐他去县里参赛的是小学老师。", LineKind.TEXT),
        ("评论认为，这座桥来得正是时候，也来得太晚。", LineKind.TEXT),
        ("编辑部的灯亮了一夜，第二天的报纸准时到了渡口。", LineKind.TEXT),
        ("未经批准，任何单位不得在保护范围内采砂。", LineKind.TEXT),
        ("版面上的照片占了四分之三，转眼就卖完了。", LineKind.TEXT),
        ("记者：您撑了多少年船？", LineKind.TEXT),
        ("上一次通车是四十年前。", LineKind.TEXT),
        ("（文：这座桥是宋代修的，后来毁了。）", LineKind.TEXT),
        ("她说她来信说一直关注我", LineKind.TEXT),
        ("那些年，从来没有人关注我", LineKind.TEXT),
        ("专家提醒，网上流传的内容可能不完整，读者应以公告为准。", LineKind.TEXT),
        ("“声明：我与此事无关。”他在村口的黑板上写道。", LineKind.TEXT),
        ("“特别提醒：桥上结冰”，老木匠在牌子上写道。", LineKind.TEXT),
    ],
)
def test_kinds_of_lines(line: str, kind: LineKind) -> None:
    assert line_kind(line) is kind


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("△通车仪式现场", True),
        ("图为船工韦老根。", True),
        ("圖為(wéi)船工韋老根。", True),
        ("桥头的长桌宴。韦小舟 摄", True),
        ("新桥效果图", True),
        ("图书馆昨天开放。", False),
        (P1, False),
    ],
)
def test_captions(line: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_caption(line) is expected


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("△通车仪式现场", "通车仪式现场"),
        ("▲ 通车仪式现场", "通车仪式现场"),
        ("图为船工。", "船工。"),
        ("圖(tú)為(wéi)船工。", "船工。"),
        ("（图：桥头）", "桥头"),
        ("桥头的长桌宴", "桥头的长桌宴"),
    ],
)
def test_caption_without_its_mark(line: str, text: str) -> None:
    assert caption_text(line) == text


@pytest.mark.parametrize(
    ("ident", "expected"),
    [("comment-list", True), ("article-footer", True), ("share", True), ("sidebar left", True), ("relatednews", True),
     ("appendqr_wrap", True), ("app-open-qr", True), ("qr", True), ("_21blqr _3kbg6i", False),
     ("article-content", False), ("shareholder", False), ("main", False), ("navy-text", False)],
)  # fmt: skip
def test_furniture_boxes(ident: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_furniture_box(ident) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("2026-04-18 09:32", True), ("2026年4月18日", True), ("4月18日 09:32", True), ("9/17/2004 5:54:13 AM", True),
     ("第2026次列车", False), ("4月18日", False), (P1, False)],
)  # fmt: skip
def test_dates_in_lines(line: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert has_date(line) is expected


def test_label_form_undoes_what_damage_does_to_labels() -> None:
    assert label_form("責(zé)任 編輯：張　三（zhāng）") == "责任编辑:张三"


def test_breadcrumb_in_one_line_and_in_boxes() -> None:
    line = "<div>您当前所在位置：<a href='/'>白鹭网</a> &gt; <a href='/y'>要闻</a> &gt; 正文</div>"
    boxes = "<ul class='crumbs'><li><a href='/'>白鹭网</a></li><li><a href='/y'>要闻</a></li></ul>"
    assert draft(f"{line}<h1>新桥通车</h1>{BYLINE}{TEXT}").breadcrumb == ("您当前所在位置：白鹭网", "要闻", "正文")
    assert draft(f"{boxes}<h1>新桥通车</h1>{BYLINE}{TEXT}").breadcrumb == ("白鹭网", "要闻")


def test_the_byline_keeps_its_elements_apart() -> None:
    byline = "<div><span>2026-04-18</span><span>来源：青溪日报</span><span>阅读 12</span></div>"
    assert draft(f"<h1>新桥通车</h1>{byline}{TEXT}").byline == ("2026-04-18  来源：青溪日报  阅读 12",)


def test_pictures_of_the_article_only() -> None:
    found = draft(
        f"<div><img src='/logo.png'><h1>新桥通车</h1>{BYLINE}<div><p>{P1}</p><p><img src='a.jpg' alt='桥'></p>"
        f"<p>{P2}</p>"
        f"<p><img src='a.jpg'><img src='/x/icon.png'><img src='/1.jpg' width='20'></p><p>{P3}</p></div>"
        "<div class='related'><img src='/r.jpg'></div></div>"
    )
    assert [(image.src, image.alt) for image in found.images] == [("http://news.bailu.example/a/a.jpg", "桥")]


def test_parts_are_joined_each_paragraph_once() -> None:
    first = draft(f"<title>新桥通车</title><h1>新桥通车</h1>{BYLINE}{TEXT}<p>编辑：甲某</p>")
    second = draft(
        f"<title>新桥通车</title><h1>新桥通车</h1><p>{P4}</p><p>{P1}旧桥拆了。</p><p>{P2}路也修了。</p><p>编辑：甲某</p>"
    )
    joined = join([first, second])
    assert joined.headline == "新桥通车"
    assert joined.body == (P1, P2, P3, P4, f"{P1}旧桥拆了。", f"{P2}路也修了。")
    assert joined.credits == ("编辑：甲某",)
    assert join([first]) is first


def test_a_recipe_sharpens_what_the_rules_find() -> None:
    markup = (
        f"<title>新桥通车</title><div class='Wrong'>{TEXT}{TEXT}</div><h4 class='hd'>渡口旧事</h4>"
        f"<div id='when'>2026-04-18</div><section><div class='story main'><p>{P3}</p><p>{P1}</p></div></section>"
    )
    recipe = SiteRecipe(headline="h4.hd", body="section > .story.main", byline="#when")
    found = draft(markup, recipe=recipe)
    assert found.headline == "渡口旧事"
    assert found.body == (P3, P1)
    assert found.byline == ("2026-04-18",)


@pytest.mark.parametrize("selector", ["", ">", "div >", "a[href]", "p:first-child", "a, b"])
def test_selectors_that_are_not_supported_say_so(selector: str) -> None:
    with pytest.raises(ValueError, match="not a selector"):
        steps(selector)


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<title>404 Not Found</title><p>您访问的页面不存在</p>", Reason.SOFT_404),
        ("<title>提示信息</title><p>抱歉，该文章已被删除。</p>", Reason.SOFT_404),
        ("<title>青溪日报</title><p>请登录后阅读全文</p><form><input type='password'></form>", Reason.LOGIN_WALL),
        ("<title>云岭融媒</title><div id='app'>加载中...</div><script src='/app.js'></script>", Reason.SCRIPT_ONLY),
        ("<title>组图</title><h1>组图</h1>" + "".join(f"<p><img src='/{i}.jpg'></p>" for i in range(5)),
         Reason.GALLERY),
        ("<title>要闻</title>" + "".join(f"<li><a href='/{i}'>青溪河两岸今天的新闻{i}</a></li>" for i in range(20)),
         Reason.LISTING),
        ("<title>x</title><p><a href='/'>进入</a></p>", Reason.NO_ARTICLE),
    ],
)  # fmt: skip
def test_pages_without_an_article_say_why(markup: str, reason: Reason) -> None:
    with pytest.raises(Rejected) as rejected:
        draft(markup)
    assert rejected.value.reason is reason


@pytest.mark.parametrize(
    "sentence",
    [
        "网友发现的页面不存在漏洞，县里已经登录系统核实。",
        "全县图书馆今年起免费开放，读者登录后可以查看馆藏。",
    ],
)
def test_a_short_article_is_no_error_page(sentence: str) -> None:
    found = draft(f"<title>图书馆开放_白鹭网</title><h1>图书馆开放</h1>{BYLINE}<p>{P1}{P2}{P3}</p><p>{sentence}</p>")
    assert found.body[-1] == sentence


def test_a_brief_is_an_article_among_many_links() -> None:
    links = "".join(f"<li><a href='/{i}.html'>青溪河两岸今天的新闻{i}</a></li>" for i in range(40))
    found = draft(f"<title>新桥通车_白鹭网</title><h1>新桥通车</h1>{BYLINE}<div>{P1}</div><ul>{links}</ul>")
    assert found.body == (P1,)

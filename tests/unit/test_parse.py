"""Markup to page: blocks in reading order, what hides them, what the head declares, what is no page at all."""

import contextlib
import gc
import time
import tracemalloc
from datetime import UTC, datetime

import pytest

from crawler.items import Capture, Reason, Rejected, SiteRecipe
from pipelines.decode import decode
from pipelines.despam import despam
from pipelines.extract import extract
from pipelines.markup.blocks import running_text
from pipelines.markup.visibility import look_of
from pipelines.markup.walk import MAX_BOXES, MAX_LINKS, Walked
from pipelines.outcome import outcome_of
from pipelines.parse import Page, absolute_url, parse, walk_lxml
from pipelines.soup import walk_soup

SENTENCE = "青溪河上的新桥昨天上午通车，两岸三个村子的孩子从此不用再绕八里山路去上学。"


def read(body: str | bytes, url: str = "http://news.bailu.example/a/1.html") -> Page:
    data = body.encode() if isinstance(body, str) else body
    return parse(decode(Capture(url=url, body=data, fetched_at=datetime(2026, 5, 1, tzinfo=UTC))))


def texts(page: Page | Walked) -> list[str]:
    return [block.text for block in page.blocks if block.hidden is None]


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
@pytest.mark.parametrize("hidden", ["\0", "\x02", "\x10", "\x1c", "\x1d", "\x1e", "\x1f"])
def test_a_hidden_byte_is_no_white_space(hidden: str, charset: str) -> None:
    """Python takes U+001C to U+001F for white space; before each mark stood a space."""
    (shown,) = texts(read(f'<meta charset="{charset}"><p>{SENTENCE.replace("，", hidden + "，")}</p>'.encode(charset)))
    assert " " not in shown
    assert shown.replace("\x02", "").replace("\x10", "") == SENTENCE


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>一</p><p>二</p>", ["一", "二"]),
        ("一<br>二<br/>三", ["一", "二", "三"]),
        ("<p>这是<b>一</b>句<i>话</i>。</p>", ["这是一句话。"]),
        ("<p>　　行首  缩进\n换行</p>", ["行首 缩进 换行"]),
        ("<table><tr><td>甲<td>乙<tr><td>丙</table>", ["甲", "乙", "丙"]),
        ("<div>前<div>中</div>后</div>", ["前", "中", "后"]),
        ("<p>文<script>var a='<p>不是文';</script>字</p>", ["文字"]),
        ("<p>文<svg><path d='x'/><text>图</text></svg>字</p>", ["文字"]),
        ("<select><option>选项</select><button>按钮</button><p>文</p>", ["文"]),
        ("<p>甲&nbsp;乙&middot;丙&#20013;</p>", ["甲 乙·丙中"]),
        ("<title>题</title><p>一</p>", ["一"]),
        ("<P>大写<BR>标签</P>", ["大写", "标签"]),
    ],
)
def test_blocks_in_reading_order(markup: str, expected: list[str]) -> None:
    assert texts(read(markup)) == expected


@pytest.mark.parametrize(
    ("style", "way"),
    [
        ("display:none", "display-none"),
        ("DISPLAY : NONE !important", "display-none"),
        ("visibility:hidden", "visibility-hidden"),
        ("opacity:0", "transparent"),
        ("opacity:0.9", None),
        ("position:absolute;left:-9999px", "off-screen"),
        ("position:fixed; top:-100em", "off-screen"),
        ("left:-9999px", None),
        ("position:relative;left:-10px", None),
        ("text-indent:-9999px", "off-screen"),
        ("margin-left:-5000px", "off-screen"),
        ("font-size:0", "zero-font"),
        ("font-size:1px", "zero-font"),
        ("font-size:12px", None),
        ("height:0;overflow:hidden", "zero-size"),
        ("width:1px;height:1px;overflow:hidden", "zero-size"),
        ("height:0", None),
        ("height:100px;overflow:hidden", None),
        ("clip:rect(0 0 0 0)", "clipped"),
        ("color:#fff", None),
    ],
)
def test_what_a_style_hides(style: str, way: str | None) -> None:
    assert look_of(style).hides == way


@pytest.mark.parametrize(
    ("markup", "hidden"),
    [
        ("<div style='display:none'><p>藏</p></div>", "display-none"),
        ("<div hidden><p>藏</p></div>", "hidden-attribute"),
        ("<div hidden='until-found'><p>藏</p></div>", None),
        ("<div style='font-size:0'><p style='font-size:14px'>藏</p></div>", None),
        ("<div style='visibility:hidden'><p style='visibility:visible'>藏</p></div>", None),
        ("<div style='background:#fff;color:white'>藏</div>", "same-colour"),
        ("<table bgcolor='#ffffff'><tr><td><font style='color:#fff'>藏</font></table>", "same-colour"),
        ("<div style='background:#000;color:#fff'>藏</div>", None),
        ("<p><span style='position:absolute;top:-900px'>藏</span></p>", "off-screen"),
        ("<p><a style='display:none' href='/x'>藏</a></p>", "display-none"),
    ],
)
def test_hidden_text_knows_how_it_is_hidden(markup: str, hidden: str | None) -> None:
    assert [block.hidden for block in read(markup).blocks if block.text == "藏"] == [hidden]


@pytest.mark.parametrize(
    ("sheet", "hidden"),
    [
        ("#k,.other{position:absolute;left:-9999px}", "off-screen"),
        ("div.k { text-indent : -999em }", "off-screen"),
        (".k{height:0;overflow:hidden}", None),
        (".k{margin-left:-12px;left:-999px}", None),
        ("@media screen{.k{position:fixed;top:-5000px}}", "off-screen"),
        (".k{display:none}", None),
        (".k{font-size:0}", None),
        (".a .k{position:absolute;left:-9999px}", None),
        (".k:hover{position:absolute;left:-9999px}", None),
    ],
)
def test_a_style_sheet_hides_by_class_or_id(sheet: str, hidden: str | None) -> None:
    page = read(f"<style>{sheet}</style><div class='x K' id='k'><p>藏</p></div><p>现</p>")
    assert [(block.text, block.hidden) for block in page.blocks] == [("藏", hidden), ("现", None)]


def test_hidden_words_leave_the_sentence_whole() -> None:
    page = read("<p>新桥<span style='display:none'>x7k2</span>昨天通车</p>")
    assert texts(page) == ["新桥昨天通车"]
    assert [block.text for block in page.blocks if block.hidden] == ["x7k2"]


def test_a_box_that_closes_shows_what_follows() -> None:
    page = read("<div style='display:none'>藏</div><p>现</p>")
    assert [(block.text, block.hidden) for block in page.blocks] == [("藏", "display-none"), ("现", None)]


def test_links_and_their_share_of_a_block() -> None:
    page = read("<p>来源：<a href=' /u/1 '>青溪 日报</a>客户端</p><a href='/2'><div>块</div></a>")
    assert [(link.href, link.text) for link in page.links] == [("/u/1", "青溪 日报"), ("/2", "块")]
    assert [block.linked for block in page.blocks] == [5, 1]


def test_boxes_hold_ranges_of_blocks() -> None:
    boxes = read("<body><div id='A' class='b C'><p>一<p>二</div><p>三</body>").boxes
    held = {boxes.ident[box]: (boxes.first[box], boxes.end[box]) for box in range(len(boxes.tag)) if boxes.ident[box]}
    assert held == {"b c a": (0, 2)}
    assert (boxes.first[0], boxes.end[0]) == (0, 3)


@pytest.mark.parametrize(
    ("markup", "apart"),
    [
        ("<p><span>来源：青溪日报</span><span>阅读 12</span></p>", "来源：青溪日报  阅读 12"),
        ("<p>来源：<a href='/'>青溪日报</a></p>", "来源：青溪日报"),
        ("<p><span>来源：</span><span>青溪日报</span></p>", "来源：青溪日报"),
        ("<p>没有标记的<b>一</b>句话</p>", "没有标记的一句话"),
        ("<p>来源：甲<svg><path/><path/></svg><em>作者：乙</em></p>", "来源：甲  作者：乙"),
        ("<p>作者：克里斯&middot;李</p>", "作者：克里斯·李"),
    ],
)
def test_inline_elements_of_a_byline_are_kept_apart(markup: str, apart: str) -> None:
    assert read(markup).blocks[0].apart == apart


def test_running_text_is_neither_menu_nor_label() -> None:
    assert running_text(SENTENCE, 0) == len(SENTENCE)
    assert running_text(SENTENCE, len(SENTENCE) - 4) == 0
    assert running_text("首页 新闻 体育 娱乐 财经 科技 教育", 0) == 0
    assert running_text("通车了。", 0) == 0


def test_pictures_take_the_address_they_are_loaded_from() -> None:
    page = read(
        "<img src='/blank.gif' data-src='/a.jpg' alt=' 桥 '><img src='b.jpg' data-original='data:x'><img>"
        "<p style='display:none'><img src='c.jpg'></p>"
    )
    assert [(picture.src, picture.alt, picture.hidden) for picture in page.pictures] == [
        ("/a.jpg", "桥", None),
        ("b.jpg", "", None),
        ("c.jpg", "", "display-none"),
    ]


def test_the_head_is_a_witness() -> None:
    page = read(
        "<head><title> 题\n目 </title><meta name='Author' content='梁小满'><meta property='og:title' content='题目'>"
        "<meta name='author' content='别人'><link rel='canonical' href='/c.html'><base href='http://m.bailu.example/'>"
        "<script type='application/ld+json'>{'no json'}</script>"
        '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","x":"a\nb"}]}</script></head>'
        "<time datetime='2026-04-18'>四月十八日</time>"
    )
    assert page.declared.title == "题 目"
    assert page.declared.meta["author"] == "梁小满"
    assert page.declared.meta["og:title"] == "题目"
    assert page.declared.canonical == "http://m.bailu.example/c.html"
    assert [item.get("@type") for item in page.declared.json_ld] == [None, "NewsArticle"]
    assert page.declared.times == ("2026-04-18", "四月十八日")


def test_a_title_in_character_references_is_noticed() -> None:
    coded = "".join(f"&#{ord(char)};" for char in "青溪河上的新桥昨天通车")
    assert read(f"<title>{coded}</title><p>文</p>").head.coded_title
    assert not read("<title>青溪河上的新桥 &amp; 渡口昨天</title><p>文</p>").head.coded_title


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("../b.jpg", "http://news.bailu.example/b.jpg"),
        ("//img.example/b.jpg", "http://img.example/b.jpg"),
        ("javascript:void(0)", None),
        ("data:image/png;base64,xx", None),
        ("http://[::1", None),
        ("", "http://news.bailu.example/a/1.html"),
    ],
)
def test_addresses_become_absolute(href: str, expected: str | None) -> None:
    assert absolute_url(None, "http://news.bailu.example/a/1.html", href) == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \r\n\t ", Reason.EMPTY),
        (b"%PDF-1.7 ...", Reason.NOT_HTML),
        (b"\x89PNG\r\n\x1a\n....", Reason.NOT_HTML),
        (b"PK\x03\x04....", Reason.NOT_HTML),
        (b'{"code": 0, "data": []}', Reason.NOT_HTML),
        (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', Reason.NOT_HTML),
        (b"<html><body></body></html>", Reason.EMPTY),
        (b"<!-- nothing -->", Reason.EMPTY),
    ],
)
def test_what_is_no_page_is_refused(body: bytes, reason: Reason) -> None:
    with pytest.raises(Rejected) as refused:
        read(body)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    "markup",
    [
        f"<body><p>头</p><!-- 没有关 <p>{SENTENCE * 20}</p>",
        f"<title>题目\n<body><p>{SENTENCE * 80}</p>",
        f"<body><textarea><p>{SENTENCE * 80}</p>",
    ],
    ids=["comment", "title", "textarea"],
)
def test_the_second_opinion_finds_what_unclosed_markup_swallows(markup: str) -> None:
    page = read(markup)
    assert any(SENTENCE in text for text in texts(page))
    assert [note.rule for note in page.notes if note.step == "parse"] == ["tolerant-parser"]


def test_a_readable_page_is_parsed_once() -> None:
    page = read(f"<p>{SENTENCE}</p><textarea>短</textarea><!-- 关 -->")
    assert not [note for note in page.notes if note.step == "parse"]


@pytest.mark.parametrize(
    "markup", ["<p>一<br>二<a href='/x'>三</a></p><div class='c'>四</div>", "<table><tr><td>甲</table>"]
)
def test_both_parsers_give_the_same_blocks(markup: str) -> None:
    first, second = walk_lxml(markup), walk_soup(markup)
    assert texts(first) == texts(second)
    assert list(first.links) == list(second.links)


def test_nul_bytes_are_nothing() -> None:
    assert texts(read(b"<p>\xe6\xa1\xa5\x00\xe6\xa1\xa5</p>")) == ["桥桥"]


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE html ['
    + "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(10))
    + f"]><html><body><p>&l9;</p><p>{SENTENCE}</p></body></html>"
)
HOSTILE = {
    "100,000 nested boxes": "<div>" * 100_000 + SENTENCE,
    "text at every depth": f"<div>{SENTENCE}" * 20_000,
    "unclosed inline elements": "字<b>" * 500_000,
    "a link around everything": "<a href='/x'>" + "<div>文字</div>" * 100_000,
    "20 MB of attributes": "<div " + " ".join(f'a{i}="{"x" * 480}"' for i in range(40_000)) + f">{SENTENCE}</div>",
    "a million links": "<a href='http://s.example/x'>abcd</a>" * 500_000,
    "entities": "<p>" + "&amp;" * 2_000_000,
    "billion laughs": BILLION_LAUGHS,
    "nested furniture": "<div class='comment related'>短句子，" * 30_000 + SENTENCE * 9,
    "nested link lists": SENTENCE * 9 + "<div><a href='/x'>相关链接文字</a>" * 30_000,
    "nested tables": "<table><tr><td>" * 10_000 + "<tr><td>格</td><td>子</td></tr>" * 10_000,
    "pictures": SENTENCE * 9 + "<img src='/a.jpg'><p>x</p>" * 100_000,
    "stamps": "".join(f"<div class='s{i}'>2026-04-18 20:{i % 60:02d}</div><p>{SENTENCE}</p>" for i in range(10_000)),
    "rows of digits and labels": "".join(f"<p>打印{'本文' * 28}x<p>{'1' * 55}x<p>{'[1]' * 18}x" for _ in range(3_000)),
    "a title of a million pieces": f"<title>{'一区_' * 300_000}</title><p>{SENTENCE}</p>",
    "nested JSON": f"<script type='application/ld+json'>{'[' * 500_000}</script><p>{SENTENCE}</p>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_end_in_bounded_time(name: str) -> None:
    """An article or a reason, within seconds; twenty times what this takes on a laptop-class core."""
    started = time.perf_counter()
    with contextlib.suppress(Rejected):
        extract(despam(read(HOSTILE[name])), SiteRecipe())
    assert time.perf_counter() - started < 20


def test_memory_is_bounded_by_the_page_size() -> None:
    markup = f"<div class='x'><p>{SENTENCE}</p></div>" * 30_000
    body = markup.encode()
    tracemalloc.start()
    read(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * len(body) + 60_000_000


def test_lists_are_bounded() -> None:
    walked = walk_lxml("<p>x</p>" * (MAX_BOXES + 10) + "<a href='/'>x</a>" * 10)
    assert len(walked.boxes.tag) <= MAX_BOXES + 1
    assert len(walk_lxml("<a href='/'>x</a>" * (MAX_LINKS + 10)).links) == MAX_LINKS
    assert walked.boxes.end[0] == len(walked.blocks)


def test_a_cleaned_page_leaves_nothing_to_the_collector() -> None:
    """Nothing of the page hangs on lxml's parser, which is itself a cycle of some twenty objects."""
    body = "".join(f"<div><a href='/{n}'>第{n}条</a><img src='/{n}.jpg'></div>" for n in range(500)) + f"<p>{SENTENCE}"
    capture = Capture(url="", body=body.encode(), fetched_at=datetime(2026, 5, 1, tzinfo=UTC))
    outcome_of(capture)  # imports and fills tables
    gc.collect()
    gc.disable()
    try:
        outcome_of(capture)
        assert not gc.isenabled()
        assert gc.collect() < 100
    finally:
        gc.enable()


def test_a_second_opinion_leaves_nothing_to_the_collector() -> None:
    """BeautifulSoup's tree is a cycle; the parts of an article would pile theirs up while the collector rests."""
    markup = "<title>x</title>" + "<p>闸门<b>由手</b>摇改为电动。" * 300
    walk_soup(markup)  # fills tables
    gc.collect()
    gc.disable()
    try:
        walk_soup(markup)
        assert gc.collect() < 100
    finally:
        gc.enable()


def test_the_collector_goes_on_when_a_page_is_rejected() -> None:
    assert isinstance(outcome_of(Capture(url="", body=b"", fetched_at=datetime(2026, 5, 1, tzinfo=UTC))), Rejected)
    assert gc.isenabled()

"""Hostile pages: whatever the bytes are, a record or a reason comes out, in time and memory that grow with the page.

No time is asserted in seconds: each kind of page is made in two sizes, and the larger must not take much more than its
share. `pytest -m soak` takes the same kinds of page at the largest size that is read.
"""

import gc
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from bench.bench_extract import Page, memory
from cli.extract import SavedPage, extract_all
from crawler.items import Article, Capture, Reason, Rejected
from pipelines import parse
from pipelines.article.paging import next_part
from pipelines.markup import walk
from pipelines.markup.walk import Walked
from pipelines.outcome import outcome_of
from pipelines.parse import walk_lxml
from pipelines.record_json import record_json, rejected_json
from samples.damage import damage
from spiders.saved import MAX_BYTES

MEASURABLE: Final = 0.0025  # seconds
SENTENCE: Final = (
    "岚桥镇的廊桥去年夏天被洪水冲坏了栏杆，镇上请来三位老木匠，用了四个月把它修回原来的样子，今天重新开放。"
)
STORY: Final = f"<h1>岚桥镇的廊桥修好了</h1><p>2026-02-11 15:49 来源：岚桥日报</p>{f'<p>{SENTENCE}</p>' * 4}"

# Markup that is repeated; the story stands behind it.
REPEATED: Final[Mapping[str, str]] = {
    # depth
    "nested divs": "<div>",
    "nested divs with text": "<div>字",
    "nested inline": "<span style='color:red'>",
    "nested hidden": "<span style='display:none'>",
    "nested fonts": "<font color=red>",
    "nested tables": "<table><tr><td>",
    "nested lists": "<ul><li>",
    "nested links": "<a href=x>",
    "nested furniture": "<div class='comment footer nav'>",
    # broken structure
    "unclosed everything": "<div><p><b><a href='x'><td><li>一",
    "unclosed paragraphs": "<p>一二三",
    "stray closing tags": "</div></p></b>",
    "crossed tags": "<b><p>字</b>",
    "unclosed attributes": '<a href="x',
    "self-closed divs": "<div/>",
    "comments": "<!--a-->",
    "comments never closed": "<!--",
    "CDATA never closed": "<![CDATA[",
    "angle brackets": "<",
    "almost tags": "< a",
    "ampersands": "&",
    "character references": "&#x4e00;",
    "entities": "&nbsp;&lt;&foo;",
    "NUL bytes": "\0\0\0\0a",
    "NUL in tags": "<d\0iv>\0字\0</d\0iv>",
    # number
    "text nodes": "a<b>",
    "line breaks": "字<br>",
    "paragraphs": f"<p>{SENTENCE}",
    "headings": "<h1>岚桥镇的廊桥修好了</h1>",
    "stories": STORY,
    "attributes": "<p class='a b c' id='d' style='color:red;left:-9999px' data-x='yy'>",
    "links": "<a href=x>y</a>",
    "list of links": "<li><a href=/x.html>一二三四五</a>",
    "pictures": "<img src=x.jpg alt=一二三>",
    "captions": "<p><img src=a.jpg></p><p>图为岚桥</p>",
    "comment boxes": f"<div class='comment'><p>{SENTENCE}</p></div>",
    "titles": "<title>岚桥镇的廊桥修好了，今天重新开放</title>",
    "times": "<time datetime='2026-01-01'>2026</time>",
    "metas": "<meta name=description content=岚桥>",
    "scripts": "<script>a</script>",
    "frames": "<iframe src=x></iframe>",
    "options": "<select><option>岚</select>",
    "bylines": "<p>2026-02-11 15:49</p>",
    "sources": "<p>来源：</p>",
    "editors": "<p>责任编辑：张三</p>",
    "crumbs": "<div>当前位置：<a href=/>首页</a> &gt; </div>",
}

# Text that is repeated on one line, to bait the patterns that read lines.
BAIT: Final = (
    "字", "x", "1", " ", "　", "?", "。", "_", "（", "(a)[", "“", "图", "年月日", "二〇", "2026-", "2026年", "15:",
    "昨天", "来源：", "作者：", "责任编辑 张三 ", "记者 张三、", "当前位置：首页 &gt; ", "浏览1.2万次",
    "版权声明转载请注明", "彩票平台注册", "http://", "本文网址：http://a.b/c", "數(shù)據(jù)", "數(shù",
    "當?shù)剡@個(gè)", "這個問題為什麼會發生在臺灣，我們來說說。", "下一页", "\uf7b5\uf7d8", "&#xd800;",
    "平台声明：转载", "记者张三／", "2026 04/18 ", "〔記者林曉／", "《白鹭晚报》（2026年", "点我下载",
)  # fmt: skip
IN_TITLE: Final = ("字", "x", " ", "_", "彩票-", "来源：", "&#22269;", "碧落星辰大殿_")
IN_SCRIPT: Final = (
    "document.write('<a href=x>", "location.href=document.referrer;", "document.title='彩", "unescape('%u5f69", "/*",
    "var a=1;", "document.write('<div style=\"left:-9999px\">')", "document.write('<div ",
)  # fmt: skip
IN_JSON: Final = ("[", '{"a":', '{"headline":"a"},', "9", '"\\ud800",')


Make = Callable[[int], bytes]


def _page(content: str) -> bytes:
    return f"<html><head><title>岚桥镇的廊桥修好了</title></head><body>{content}</body></html>".encode()


def _far_links(size: int) -> bytes:
    links = (f"<a href=http://a{number}.b{number % 97}.example/>彩票{number}</a>" for number in range(size // 45))
    return _page(f"<div style='display:none'>{''.join(links)}</div>{STORY}")


def _laughs(size: int) -> bytes:
    """Entities that would expand to 10^30 characters."""
    levels = "".join(f"<!ENTITY l{level} '{f'&l{level - 1};' * 10}'>" for level in range(1, 30))
    return f"<!DOCTYPE html [<!ENTITY l0 'haha'>{levels}]>".encode() + _page("&l29;" * (size // 5) + STORY)


def _damaged(size: int) -> bytes:
    """Text as the converter leaves it at its worst, for the restorer to work on."""
    spoilt = damage("\n".join([SENTENCE] * 8), level=15, seed=3).text
    return _page(STORY + "".join(f"<p>{line}</p>" for line in spoilt.split("\n")) * (size // 2_000))


def _repeated(start: str, text: str, end: str) -> Make:
    """A page that repeats a text between its two ends."""
    return lambda size: _page(f"{start}{text * (size // len(text.encode()) + 1)}{end}{STORY}")


def _titled(text: str) -> Make:
    """A page whose title repeats a text."""
    return lambda size: f"<title>{text * (size // len(text.encode()))}</title>{STORY}".encode()


def _kinds() -> Iterator[tuple[str, Make]]:
    """Every kind of page: its name, and how to make one of about so many bytes."""
    for name, markup in REPEATED.items():
        yield name, _repeated("", markup, "")
    for text in BAIT:
        yield f"line of {text}", _repeated("<p>", text, "</p>")
    for text in IN_TITLE:
        yield f"title of {text}", _titled(text)
    for text in IN_SCRIPT:
        yield f"script of {text}", _repeated("<script>", text, "</script>")
    for text in IN_JSON:
        yield f"JSON of {text}", _repeated("<script type='application/ld+json'>", text, "</script>")
    yield "huge attribute", lambda size: _page(f"<div class='{'x' * size}' style='{'a:b;' * (size // 4)}'>{STORY}")
    yield "many attributes", lambda size: _page(f"<p {' '.join(f'a{number}=b' for number in range(size // 9))}>{STORY}")
    yield "links to many sites", _far_links
    yield "anchors that lead to many sites", lambda size: _far_links(size).replace(b"display:none", b"")
    yield "billion laughs", _laughs
    yield "damaged text", _damaged
    yield "unclosed title", lambda size: f"<title>{STORY * (size // 700)}".encode()
    yield "unclosed textarea", lambda size: f"<textarea>{STORY * (size // 700)}".encode()
    yield "unclosed comment", lambda size: f"{STORY}<!--{SENTENCE * (size // 150)}".encode()
    yield "unclosed script", lambda size: f"{STORY}<script>{'var a = 1;' * (size // 10)}".encode()
    yield "feed that never begins", lambda size: f"<?xml {' ' * size}<!--{'-' * size}".encode()
    yield "white space", lambda size: b" \n" * (size // 2)
    yield "JSON alone", lambda size: b"[" * size
    yield "UTF-16", lambda size: (STORY * (size // 500)).encode("utf-16")
    yield "bytes FF", lambda size: b"\xff" * size + STORY.encode()
    yield "lead bytes", lambda size: b"\xb0 " * (size // 2) + STORY.encode("gb18030")
    yield "four-byte characters", lambda size: b"\x95\x32\x82\x36" * (size // 4) + STORY.encode("gb18030")
    yield "noise", lambda size: random.Random(size).randbytes(size)  # noqa: S311 - reproducible, nothing secret


KINDS: Final = dict(_kinds())


def _outcome(body: bytes, url: str = "http://lanqiao.example/1.html") -> Article | Rejected:
    """What comes of a page; an error of our own is none of the possible answers, and what comes out can be printed."""
    result = outcome_of(Capture(url=url, body=body, fetched_at=datetime(2026, 2, 12, tzinfo=UTC)))
    if isinstance(result, Rejected):
        assert result.reason is not Reason.INTERNAL, result.__cause__
        json.dumps(rejected_json(result, url))
    else:
        json.dumps(record_json(result.record))
    return result


@pytest.fixture(scope="module", autouse=True)
def _frozen() -> Iterator[None]:
    """Keep what the other tests left alive out of every garbage collection: it would be measured with the page."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def _seconds(work: Callable[[bytes], object], body: bytes) -> float:
    gc.collect()
    start = time.process_time()
    work(body)
    return time.process_time() - start


def _grows_no_faster_than_the_page(work: Callable[[bytes], object], make: Make) -> bool:
    """Whether an eightfold page takes less than 24 times as long; work that is quadratic takes 64 times.

    The smaller page is one that takes long enough to be measured. A busy machine only ever adds time, so one good
    measurement of three is enough.
    """
    size = 4_000
    while size < 64_000 and _seconds(work, make(size)) < MEASURABLE:
        size *= 2
    small, large = make(size), make(8 * size)
    return any(_seconds(work, large) < 24 * max(_seconds(work, small), MEASURABLE) for _ in range(3))


@pytest.mark.parametrize("kind", KINDS)
def test_time_grows_with_the_page(kind: str) -> None:
    assert _grows_no_faster_than_the_page(_outcome, KINDS[kind])


@pytest.mark.parametrize(
    "text",
    [
        "<a",
        "<a ",
        "<a >",
        "<a href='下一页",
        "<a href='2.html'>下一页",
        "<a href=1_2.html>2</a>",
        "下一页",
        ">2<",
        "&#19979;",
    ],
)
def test_looking_for_the_next_part_grows_with_the_page(text: str) -> None:
    def look(body: bytes) -> object:
        return next_part(body, "http://lanqiao.example/1.html")

    assert _grows_no_faster_than_the_page(look, lambda size: _page(f"下一页{text * (size // len(text.encode()))}"))


@pytest.mark.parametrize(
    ("kind", "gathered", "bound"),
    [
        ("nested divs", lambda walker: len(walker.boxes.parent), "MAX_BOXES"),
        ("paragraphs", lambda walker: sum(len(block.text) for block in walker.blocks), "MAX_TEXT"),
        ("line breaks", lambda walker: len(walker.blocks) * (1 + walk.BLOCK_ROOM), "MAX_TEXT"),
        ("links", lambda walker: len(walker.links), "MAX_LINKS"),
        ("pictures", lambda walker: len(walker.pictures), "MAX_PICTURES"),
        ("titles", lambda walker: len(walker.head.titles), "MAX_TITLES"),
        ("times", lambda walker: len(walker.head.times), "MAX_TIMES"),
        ("script of var a=1;", lambda walker: sum(map(len, walker.head.scripts)), "MAX_SCRIPT"),
        ("JSON of [", lambda walker: sum(map(len, walker.head.json_ld)), "MAX_SCRIPT"),
    ],
)
def test_what_is_gathered_has_a_bound(
    kind: str, gathered: Callable[[Walked], int], bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page beyond it is cut there; what stands before counts."""
    whole = gathered(walk_lxml(KINDS[kind](50_000).decode()))
    monkeypatch.setattr(walk, bound, whole // 2)
    cut = gathered(walk_lxml(KINDS[kind](50_000).decode()))
    assert 0 < cut <= whole // 2 + len(SENTENCE)


@pytest.mark.parametrize("kind", ["text nodes", "nested divs", "many attributes", "damaged text"])
def test_memory_grows_with_the_page(kind: str) -> None:
    _takes_no_more_memory_than_forty_pages(KINDS[kind](500_000))


def _takes_no_more_memory_than_forty_pages(body: bytes) -> None:
    capture = Capture(url="http://lanqiao.example/1.html", body=body, fetched_at=datetime(2026, 2, 12, tzinfo=UTC))
    peak = memory(Page(capture=capture, text=""))
    # 20 MB: what restoring loads when it is needed for the first time
    assert peak.after - peak.before < 40 * len(body) + 20_000_000


def test_text_without_tags_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader hands every bracket over by itself."""
    page = KINDS["almost tags"](50_000).decode()
    monkeypatch.setattr(parse, "AT_A_TIME", 10_000)
    whole = walk_lxml(page)
    assert SENTENCE in [block.text for block in whole.blocks]
    monkeypatch.setattr(walk, "MAX_PIECES", 10_000)
    assert sum(len(block.text) for block in walk_lxml(page).blocks) < 25_000


def test_a_page_over_the_bound_is_not_read(tmp_path: Path) -> None:
    """50 MB of attributes; a byte more than the bound is enough to know."""
    file = tmp_path / "page.html"
    with file.open("wb") as page:
        page.write(b"<p class='")
        page.truncate(50_000_000)
    (extracted,) = extract_all([SavedPage(path=file)], 1)
    assert json.loads(extracted.line)["rejected"]["reason"] == Reason.TOO_LARGE


def test_a_page_just_below_the_bound_is_read() -> None:
    body = KINDS["huge attribute"]((MAX_BYTES - 2_000) // 2)
    assert MAX_BYTES - 2_000 < len(body) <= MAX_BYTES
    result = _outcome(body)
    assert isinstance(result, Article)
    assert result.record.body == (SENTENCE,) * 4


def test_a_hundred_thousand_nested_divs_hide_no_article() -> None:
    result = _outcome(_page("<div>" * 100_000 + STORY))
    assert isinstance(result, Article)
    assert result.record.body == (SENTENCE,) * 4


# A page with every kind of markup that a broken byte can break, and characters that all of the encodings have.
LINES: Final = (
    "山村的老茶房去年夏天失火，木梁全失。",
    "三位工匠用了四月工夫修好它，分文未取。",
    "今天它重新迎客，孩子奔走在最前面。",
)
SMALL: Final = (
    "<!DOCTYPE html><html><head><meta charset={charset}><title>老茶房重新迎客_山村日刊</title>"
    '<script type="application/ld+json">{{"headline":"老茶房"}}</script><style>.a{{}}</style></head><body><!--山-->'
    "<h1>老茶房重新迎客</h1><div class=info>2026-02-11 作者：山人</div>\n"
    + "\n".join(f"<p>{line}</p>" for line in LINES)
    + '\n<img src="a.jpg" alt=山>&copy;&#23706;</body></html>'
)


def _small(charset: str) -> bytes:
    return SMALL.format(charset=charset).encode(charset)


def _flip(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 0xFF]) + body[at + 1 :]


def _remove(body: bytes, at: int) -> bytes:
    return body[:at] + body[at + 1 :]


def _cut(body: bytes, at: int) -> bytes:
    return body[:at]


@pytest.mark.parametrize(
    ("break_", "charset"),
    [(_flip, "utf-8"), (_remove, "utf-8"), (_cut, "utf-8"), (_flip, "gb18030"), (_remove, "gb18030")],
)
def test_a_byte_broken_anywhere_leaves_a_record_or_a_reason(
    break_: Callable[[bytes, int], bytes], charset: str
) -> None:
    whole = _small(charset)
    for at in range(len(whole)):
        _outcome(break_(whole, at))


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "big5"])
@pytest.mark.parametrize("break_", [_flip, _remove])
def test_a_byte_broken_in_a_paragraph_leaves_the_others_as_they_were(
    break_: Callable[[bytes, int], bytes], charset: str
) -> None:
    whole = _small(charset)
    start = whole.index(LINES[1].encode(charset))
    for at in range(start, start + len(LINES[1].encode(charset))):
        result = _outcome(break_(whole, at))
        assert isinstance(result, Article), at
        assert set(LINES) - {LINES[1]} <= set(result.record.body), at


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_pages_are_read_in_bounded_memory(kind: str) -> None:
    size = MAX_BYTES
    while len(body := KINDS[kind](size)) > MAX_BYTES:
        size = size * 9 // 10
    _takes_no_more_memory_than_forty_pages(body)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "big5"])
@pytest.mark.parametrize("value", range(0, 256, 5))
def test_any_byte_anywhere_leaves_a_record_or_a_reason(value: int, charset: str) -> None:
    whole = _small(charset)
    for at in range(len(whole)):
        _outcome(whole[:at] + bytes([value]) + whole[at + 1 :])

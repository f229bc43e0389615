"""Two webs of news pages for measuring crawls: invented texts among the furniture of a news site, served from memory.

One holds sound pages only. The other is the same but for one page in ten, which is a damaged repost of an article of
the sample web, as a hijacked site shows it.

`python -m bench.crawl_web --pages 2000` makes the pages, prints the port once it listens, and serves until its standard
input ends. Server and crawler share the machine's cores, so an answer is bytes that were ready before the first
request, and a request costs the server next to nothing.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Final

from bench.families_texts import sentence, story
from samples.damage import damage
from samples.damage_tables import LEVELS
from samples.stories import Kind
from samples.stories import story as sample_story

HOST: Final = "127.0.0.1"
SOUND: Final = "xw"
HIJACKED: Final = "zt"
DAMAGED: Final = 10  # every so many pages of the second web
OTHERS: Final = 60  # other stories that a page links

_PAGE: Final = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{headline}_云溪新闻网</title>
<meta name="keywords" content="云溪,新闻">
<meta name="description" content="{headline}">
{style}
</head>
<body>
<div class="header"><a class="logo" href="/">云溪新闻网</a><ul class="nav">{menu}</ul></div>
{program}
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/xw/">新闻</a> &gt; 正文</div>
<div class="article">
<h1 class="title">{headline}</h1>
<div class="info"><span>2026年03月{day:02d}日 08:{minute:02d}</span> <span>来源：云溪日报</span> \
<span>作者：杜云帆</span></div>
<div class="content">
{paragraphs}
</div>
<p class="editor">责任编辑：韦石溪</p>
</div>
<div class="sidebar"><h3>相关新闻</h3><ul>{others}</ul></div>
<div class="footer"><p>关于我们 | 联系方式 | 网站地图</p><p>云溪市融媒体中心主办</p></div>
</body>
</html>
"""


def path_of(number: int, web: str) -> str:
    """The path of a page, from 0."""
    return f"/{web}/202603/t202603{number % 28 + 1:02d}_{700_000 + number}.html"


def pages(count: int) -> dict[str, bytes]:
    """Path → body of both webs; the same bytes every time."""
    chance = random.Random(20260301)  # noqa: S311 - the same web every time
    sound = [(sentence(chance, 18).strip("。"), *story(chance)) for _ in range(count)]
    hijacked = [_repost(number) if number % DAMAGED == 0 else text for number, text in enumerate(sound)]
    furniture = _furniture()
    return {
        path_of(number, web): _page(number, web, texts, furniture)
        for web, texts in ((SOUND, sound), (HIJACKED, hijacked))
        for number in range(count)
    }


def _repost(number: int) -> Sequence[str]:
    """A sample article's headline and paragraphs, as a hijacked site shows them."""
    keys = sorted(item.name.removesuffix(".toml") for item in resources.files("samples").joinpath("articles").iterdir())
    article = sample_story(keys[number // DAMAGED % len(keys)])
    body = [block.text for block in article.blocks if block.kind is Kind.PARAGRAPH]
    return damage("\n".join((article.headline, *body)), level=number % len(LEVELS), seed=number).text.split("\n")


def _page(number: int, web: str, texts: Sequence[Sequence[str]], furniture: Mapping[str, str]) -> bytes:
    headline, *body = texts[number]
    chance = random.Random(number)  # noqa: S311 - the same page every time
    others = "".join(
        f'<li class="item"><a href="{path_of(other, web)}" target="_blank" title="{escape(texts[other][0])}">'
        f'{escape(texts[other][0])}</a> <em class="time">03-{other % 28 + 1:02d}</em></li>\n'
        for other in chance.sample(range(len(texts)), min(OTHERS, len(texts)))
    )
    markup = _PAGE.format(
        headline=escape(headline),
        paragraphs="\n".join(f"<p>　　{escape(text)}</p>" for text in body),
        day=number % 28 + 1,
        minute=number % 60,
        others=others,
        **furniture,
    )
    return markup.encode("utf-8", "replace")


def _furniture() -> dict[str, str]:
    """What stands around every article: a menu, and the style sheets and programs that fill a page up to 60 kB."""
    rule = ".box-{0} .item > a:hover{{color:#c00;padding:0 {0}px;background:url(/img/{0}.png) no-repeat}}\n"
    line = 'var w{0}=document.getElementById("box{0}");if(w{0}){{w{0}.onclick=function(e){{return go("/c{0}",e)}}}}\n'
    return {
        "menu": "".join(f'<li><a href="/c{at}/" target="_blank">栏目{at}</a></li>\n' for at in range(40)),
        "style": f"<style>{''.join(map(rule.format, range(220)))}</style>",
        "program": f"<script>{''.join(map(line.format, range(190)))}</script>",
    }


class _Server(asyncio.Protocol):
    """HTTP/1.1 with kept connections: each `GET path` is answered from the table."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = answers
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what TCP gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            path = self._received[:end].split(b" ", 2)[1]
            self._received = self._received[end + 4 :]
            self._transport.write(self._answers.get(path, _NOT_FOUND))


_NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def _serve(answers: Mapping[bytes, bytes]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Server(answers), HOST, 0, backlog=1024)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Make the pages and serve them until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    made = pages(parser.parse_args().pages)
    asyncio.run(_serve({path.encode(): _answer(body) for path, body in made.items()}))


if __name__ == "__main__":
    main()

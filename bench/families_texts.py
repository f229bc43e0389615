"""Generated articles: originals, what reposters make of them, and strangers that share only boilerplate.

Texts are sampled from the character pairs of the restorer's model, with stock phrases of reports among them, so that
strangers have as much in common by chance as real reports do. The same seed always gives the same web.
"""

import html
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from math import exp
from pathlib import Path
from typing import Final

from crawler.items import Capture, Record
from pipelines.clean import clean
from pipelines.restore import model
from samples.damage import damage
from samples.damage_tables import LEVELS

ARTICLES: Final = Path(__file__).parent / "restore_articles"
FIRST: Final = datetime(2026, 1, 1, 8, tzinfo=UTC)
OPENINGS: Final = (
    "记者从有关部门获悉，", "据介绍，", "近年来，当地坚持以人民为中心的发展思想，", "据了解，", "相关负责人表示，",
    "下一步，将继续加大工作力度，", "目前，各项工作正在有序推进，", "在新闻发布会上，", "认真贯彻落实上级部署要求，",
    "截至目前，", "与去年同期相比，", "进一步提升群众的获得感、幸福感、安全感，", "业内人士认为，", "值得注意的是，",
)  # fmt: skip
BOILERPLATE: Final = (
    # what everyone knows …
    "免责声明：本文转载自其他媒体，仅代表作者个人观点，与本网无关。其原创性以及文中陈述文字和内容未经本站证实，请读者仅作参考。",
    "版权声明：凡本网注明来源的所有作品，均为本网合法拥有版权或有权使用的作品，未经本网授权不得转载、摘编。",
    "本报地址：云溪市湖滨路十八号　邮编：000000　新闻热线：0000-1234567　投稿邮箱见首页，欢迎广大读者提供新闻线索。",
    "云溪新闻网由云溪市融媒体中心主办，网站标识码0000000000，违法和不良信息举报电话0000-1234567，许可证号0000000。",
    "（来源：综合华昭社、云溪日报、蓝桥晚报等）",
    "特别提醒：投资有风险，入市需谨慎，文中提及的数据与观点仅供读者参考，不构成任何买卖建议，据此操作风险自担。",
    "欢迎关注云溪发布官方账号，第一时间获取权威资讯、便民服务和政策解读，请下载云溪客户端，在首页点击订阅频道。",
    # … and what only the archive can tell
    "“湖滨夜话”每周三晚与您相约，由老街的说书人轮流讲述一座城市的旧事与新人，往期篇目见合订本，已出到第四十二辑，各书店均有陈列。",
    "（连载，未完待续。本书由蓝桥书局出版，全国新华书店有售，定价三十八元，连载期间每日一章，字句以纸书为准，插图从略。）",
    "青石镇地处云溪市东南，辖九村两社区，因镇口一方青石得名，盛产枇杷与竹编，素有“一石三桥十八巷”之称，常住人口两万余人。",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One generated page.

    Attributes:
        stories: the originals whose text it holds; none for a stranger.
        kind: what was done to the text: `original`, `scattered 30 %`, `cut`, `digest` …
    """

    record: Record
    stories: tuple[int, ...] = ()
    kind: str = "stranger"


@cache
def _followers(char: int) -> tuple[Sequence[int], Sequence[float]]:
    found = model.load().followers(char)
    costs = model.load().costs((model.UNKNOWN, model.UNKNOWN, char), found)
    return found, list(accumulate(exp(-cost / model.STEP) for cost in costs))


@cache
def _symbols() -> dict[int, str]:
    return {number: char for char, number in model.load().vocabulary.items()}


def sentence(chance: random.Random, length: int) -> str:
    """A sentence that reads like Chinese from afar."""
    out: list[str] = [chance.choice(OPENINGS)] if chance.random() < 0.2 else []
    number = start = model.load().vocabulary["，"]
    while len(out) < length:
        followers, weights = _followers(number)
        number = chance.choices(followers, cum_weights=weights)[0] if followers else start
        char = _symbols().get(number, "\n")
        if char == "0":
            char = chance.choice("0123456789")
        if char == "\n" or (char in "。！？；" and len(out) < length / 2):
            number, char = start, "，"
        out.append(char)
        if char in "。！？；":
            break
    return "".join(out).strip("，。") + "。"


def paragraphs(chance: random.Random, count: int) -> tuple[str, ...]:
    """Running text."""
    return tuple(
        "".join(sentence(chance, chance.randint(15, 50)) for _ in range(chance.randint(1, 4))) for _ in range(count)
    )


def story(chance: random.Random) -> tuple[str, ...]:
    """The body of an article: 200 to 3,000 characters, most of them about 800."""
    return paragraphs(chance, min(30, max(3, round(chance.lognormvariate(2.2, 0.5)))))


def record(chance: random.Random, number: int, body: Sequence[str]) -> Record:
    """An article's record as cleaning gives it, under an address and a headline of its own."""
    headline = sentence(chance, 16).strip("。")
    at = FIRST + timedelta(minutes=number)
    return Record(
        url=f"http://site{number % 97}.example/a/{number}.html",
        fetched_at=at,
        headline=headline,
        headline_raw=headline,
        published_at=at.isoformat(),
        body=tuple(body),
        body_raw=tuple(body),
        encoding="utf-8",
        script="hans",
    )


def stranger(chance: random.Random, number: int) -> Page:
    """An article of its own, often with boilerplate that many others have, sometimes short."""
    body = paragraphs(chance, 2) if chance.random() < 0.15 else story(chance)
    extra = tuple(chance.sample(BOILERPLATE, chance.choice((0, 1, 1, 2))))
    return Page(record=record(chance, number, (*body, *extra)))


def scattered(body: Sequence[str], chance: random.Random, rate: float) -> tuple[str, ...]:
    """Every so many characters another one, one more or one less."""

    def change(char: str) -> str:
        other = sentence(chance, 4)[0] if chance.random() < 0.02 else chance.choice(everything)
        return chance.choice((other, other, other, char + other, ""))

    everything = "".join(body)
    return tuple("".join(change(char) if chance.random() < rate else char for char in each) for each in body)


def rewritten(body: Sequence[str], chance: random.Random, rate: float) -> tuple[str, ...]:
    """So much of the text replaced, sentence by sentence, and no more than that."""
    parts = [[part + "。" for part in each.split("。") if part] for each in body]
    places = [(line, number) for line, each in enumerate(parts) for number in range(len(each))]
    chance.shuffle(places)
    left = rate * sum(map(len, body))
    for line, number in places:
        length = len(parts[line][number])
        if length <= left:
            parts[line][number] = sentence(chance, length)
            left -= length
    return tuple("".join(each) for each in parts)


def cut(body: Sequence[str], chance: random.Random, _: float = 0) -> tuple[str, ...]:
    """The first 25 to 80 % of the text, at least 60 characters."""
    left = max(60, round(sum(map(len, body)) * chance.uniform(0.25, 0.8)))
    kept = []
    for each in body:
        kept.append(each[:left])
        left -= len(each)
        if left <= 0:
            break
    return tuple(kept)


def embedded(body: Sequence[str], chance: random.Random, _: float = 0) -> tuple[str, ...]:
    """A digest: the text among others."""
    return (*story(chance), *body, *story(chance))


def framed(body: Sequence[str], chance: random.Random, _: float = 0) -> tuple[str, ...]:
    """An introduction and a footer of the reposter's own, and paragraphs run together."""
    middle = len(body) // 2
    return (*paragraphs(chance, 1), "".join(body[:middle]), "".join(body[middle:]), chance.choice(BOILERPLATE))


Change = Callable[[Sequence[str], random.Random, float], tuple[str, ...]]
CHANGES: Final[tuple[tuple[str, Change, float], ...]] = (
    *((f"scattered {rate:.0%}", scattered, rate) for rate in (0.05, 0.1, 0.2, 0.3)),
    *((f"rewritten {rate:.0%}", rewritten, rate) for rate in (0.05, 0.1, 0.2, 0.3)),
    ("cut", cut, 0),
    ("framed", framed, 0),
    ("embedded", embedded, 0),
)


def families(chance: random.Random, count: int, first: int) -> Iterator[Page]:
    """Originals with one repost of every kind, and digests of several originals."""
    number = first
    bodies = []
    for story_number in range(count):
        body = story(chance)
        bodies.append(body)
        yield Page(record=record(chance, number, body), stories=(story_number,), kind="original")
        number += 1
        for kind, change, rate in CHANGES:
            yield Page(
                record=record(chance, number, change(body, chance, rate)), stories=(story_number,), kind=kind
            )  # fmt: skip
            number += 1
        if story_number % 5 == 4:
            chosen = chance.sample(range(story_number + 1), 3)
            body = tuple(each for one in chosen for each in (*bodies[one], chance.choice(BOILERPLATE)))
            yield Page(record=record(chance, number, body), stories=tuple(sorted(chosen)), kind="digest")
            number += 1


def damaged(count: int, first: int, *, story_offset: int) -> Iterator[Page]:
    """Invented articles as they were written, and damaged at different levels and cleaned by the whole chain."""
    chance = random.Random(f"damaged {first}")  # noqa: S311 - reproducible, nothing secret
    number = first
    for story_number, path in enumerate(sorted(ARTICLES.glob("*.txt"))[:count], story_offset):
        text = path.read_text("utf-8").strip()
        lines = tuple(text.split("\n"))
        yield Page(record=record(chance, number, lines[1:]), stories=(story_number,), kind="original")
        number += 1
        for level in chance.sample(range(len(LEVELS)), 3):
            cleaned = clean_page(text, level=level, seed=number)
            yield Page(record=record(chance, number, cleaned.body), stories=(story_number,), kind=f"damaged {level:02}")
            number += 1


def clean_page(text: str, *, level: int, seed: int, straddle_rate: float | None = None) -> Record:
    """What the whole chain makes of a page with a damaged text; its first line is the headline."""
    headline, *body = damage(text, level=level, seed=seed, straddle_rate=straddle_rate).text.split("\n")
    markup = "".join(f"<p>{html.escape(each)}</p>\n" for each in body)
    page = (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{html.escape(headline)}</title></head><body>"
        f"<h1>{html.escape(headline)}</h1><div class=info>2026-02-11 15:49:41 来源：云溪日报</div>"
        f"<div class=content>{markup}</div></body></html>"
    )
    capture = Capture(url=f"http://copy{seed}.example/1.html", body=page.encode(), fetched_at=FIRST, site="copy")
    return clean(capture).record

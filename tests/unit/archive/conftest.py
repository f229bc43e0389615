"""An empty archive, and pages and records to put into it; each test changes only what it is about."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.connect import open_writing
from archive.rows import storable
from crawler.items import Article, Capture, Credit, Evidence, Image, Note, Record, SpamLink, Verdict

URL = "http://www.qingshi-ribao.example/2026/0211/17.html"
FIRST_DAY = datetime(2026, 2, 11, 8, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    opened = open_writing(path)
    yield opened
    opened.close()


@pytest.fixture
def make_capture() -> Callable[..., Capture]:
    def make(body: str = "<p>青石镇的桥修好了。</p>", day: int = 0, **fields: Any) -> Capture:
        defaults: dict[str, Any] = {
            "url": URL,
            "body": body.encode(),
            "fetched_at": FIRST_DAY + timedelta(days=day),
            "site": "www.qingshi-ribao.example",
            "headers": (("content-type", "text/html"), ("set-cookie", "a=1"), ("set-cookie", "b=2")),
        }
        return Capture(**{**defaults, **fields})

    return make


@pytest.fixture
def make_record() -> Callable[..., Record]:
    def make(**fields: Any) -> Record:
        defaults: dict[str, Any] = {
            "url": URL,
            "fetched_at": FIRST_DAY,
            "headline": "青石镇的桥修好了",
            "headline_raw": "青石镇的qiáo桥修好了",
            "subtitle": "车辆今起通行",
            "published_at": "2026-02-11T15:49:41+08:00",
            "published_raw": "2026年02月11日 15:49:41",
            "source": "青石晚报",
            "source_raw": "来源:青石晚报",
            "breadcrumb": ("新闻", "本地"),
            "authors": ("李一", "王二"),
            "authors_raw": "李一 王二",
            "credits": (Credit(role="编辑", names=("张三",)), Credit(role="监制", names=())),
            "credits_raw": ("编辑 张三", "监制"),
            "view_count": 128,
            "body": ("桥修好了。", "“明天通车。”"),
            "body_raw": ("桥修好了。", '"明天通车。"'),
            "images": (Image(src="http://img.example/1.jpg", caption="新桥"), Image(src="http://img.example/2.jpg")),
            "notices": ("免责声明",),
            "verdict": Verdict(
                hijacked=True,
                evidence=(Evidence(kind="hidden-link-farm", detail="3 links", weight=1.0),),
                spam_title="注入的标题",
                links=(SpamLink(domain="spam.example", anchor="点这里", hidden_by="display-none"),),
                link_count=3,
            ),
            "encoding": "gb18030",
            "encoding_evidence": (Evidence(kind="header", detail="says gbk"),),
            "script": "hans",
            "damage": "annotated",
            "damage_evidence": (Evidence(kind="pinyin", detail="1 note", weight=0.5),),
            "repairs": {"pinyin-note": 1, "quotes": 2, "doubtful": 1},
            "notes": (
                Note(step="decode", rule="orphan-byte", where="page", before="\uf7a1"),
                Note(step="restore", rule="pinyin-note", where="headline", at=4, before="qiáo", confidence=2.5),
                Note(step="restore", rule="quotes", where="body/1", at=0, before='"', after="“"),
                Note(step="restore", rule="quotes", where="body/1", at=6, before='"', after="”", doubtful=True),
            ),
        }
        return Record(**{**defaults, **fields})

    return make


@pytest.fixture
def fingerprint() -> Callable[[Record], Article]:
    """A stand-in for the pipelines' own: an article's key is its address, its digest that of its text."""

    def file(record: Record) -> Article:
        text = "\n".join(storable((record.headline, *record.body)))
        return Article(record=record, url_key=record.url, digest=hashlib.sha256(text.encode()).hexdigest())

    return file


@pytest.fixture
def make_article(
    make_record: Callable[..., Record], fingerprint: Callable[[Record], Article]
) -> Callable[..., Article]:
    return lambda **fields: fingerprint(make_record(**fields))

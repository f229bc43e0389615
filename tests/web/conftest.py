"""The site over an archive of the sample web and of a few pages made to do harm; and a browser to look at it with."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from archive.connect import Archive, writing
from archive.families.read import families_of
from archive.read import article
from archive.write import keep_article, keep_capture, keep_rejection
from crawler.items import Capture, Credit, Image, Record, Rejected
from pipelines.fingerprint import fingerprint
from pipelines.outcome import outcome_of
from reader.web.app import make_app
from reader.web.guard import Access, App
from samples.web import sites

FIRST_DAY = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
HOSTILE_URL = "http://wangcha.example/hostile.html"
SCRIPT = "<script>document.title='ran';fetch('http://stolen.example/')</script><img src=x onerror=alert(1)>"
TORN = (
    "澄湖东岸的芦苇到了十一月才肯黄。编织厂的老厂长沈阿满每天清早划船进荡，挑最直的一垄割下来，捆好，晒在堤上。"
    "他说苇子和人一样，晒得急了要裂，晒得慢了要霉，只有看着云彩过日子，才知道哪一天该收进仓里。厂里如今只剩下九个人，"
    "年纪最轻的也过了五十岁，可是订单却从去年春天起一张接一张地来，连海边的民宿也要他们的席子铺在屋顶下面。"
)
MEGABYTE = 1_000_000
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# one for all, and it need not read the certificates of all authorities for a server that has none
_CLIENT = httpx.Client(timeout=60, verify=False)  # noqa: S501 - no server here has a certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running site.

    Attributes:
        base: where, without a slash at the end.
        archive: what it shows.
        ids: `site/path` of a sample page → the id of its article; `hostile`, `moved`, `repaired`, `traditional` too.
    """

    base: str
    archive: Path
    ids: dict[str, int]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page; redirects are not followed."""
        return _CLIENT.get(self.base + path, headers=headers)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    archive = tmp_path_factory.mktemp("web") / "archive.db"
    with writing(archive) as db:
        ids = dict(_sample_web(db))
        ids["hostile"] = _keep_record(db, hostile_record(), site='"><b>bad/site')
        ids["torn"], *_ = (_keep_record(db, record, site=urlsplit(record.url).netloc) for record in torn_copies())
        (ids["torn-family"],) = families_of(db, ids["torn"])
        ids["repaired"] = _keep_record(db, shortened(db, ids["hijacked/show/30431.html"]), site="short.example")
    ids["traditional"] = ids["traditional/story/20260221/postman"]
    with running(make_app(archive, Access(names=frozenset({"archive.example"})), allow_sql=True)) as base:
        yield Served(base=base, archive=archive, ids=ids)


class running:  # noqa: N801 - a context manager
    """An application that listens on a free port of loopback until the context ends."""

    def __init__(self, app: App) -> None:
        config = uvicorn.Config(app, port=0, log_level="critical", ws="none", lifespan="off", server_header=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        host, port = self._server.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(60)


def _sample_web(db: Archive) -> Iterator[tuple[str, int]]:
    """Every page of the sample web that answers with HTML, one an hour; and one hijack that ends."""
    pages = [(site, page) for site in sites() for page in site.pages if page.gold and page.status == 200]
    for number, (site, page) in enumerate(pages):
        capture = Capture(
            url=f"http://{site.key}.example{page.path}",
            headers=tuple((name.lower(), value) for name, value in page.headers.items()),
            body=page.body,
            fetched_at=FIRST_DAY + timedelta(hours=number),
            site=site.key,
        )
        article_id = _keep(db, capture)
        if article_id is not None:
            yield f"{site.key}{page.path}", article_id
    hijacked = next(page for site, page in pages if site.key == "hijacked" and page.gold and page.gold.hijacked)
    sound = next(page for site, page in pages if site.key == "outlet" and page.gold and not page.gold.rejected)
    again = Capture(
        url=f"http://hijacked.example{hijacked.path}",
        body=sound.body,
        fetched_at=FIRST_DAY + timedelta(days=9),
        site="hijacked",
    )
    if (article_id := _keep(db, again)) is not None:
        yield "moved", article_id


def _keep(db: Archive, capture: Capture) -> int | None:
    capture_id = keep_capture(db, capture)
    outcome = outcome_of(capture)
    if isinstance(outcome, Rejected):
        keep_rejection(db, capture_id, outcome)
        return None
    return keep_article(db, capture_id, outcome).article_id


def _keep_record(db: Archive, record: Record, *, site: str) -> int:
    capture = Capture(url=record.url, body=SCRIPT.encode(), fetched_at=record.fetched_at, site=site)
    return keep_article(db, keep_capture(db, capture), fingerprint(record)).article_id


def hostile_record() -> Record:
    """A record as no page should give one: every text of it tries to be something else."""
    headline = f"望槎{SCRIPT}\u202egnp.exe" + "长" * MEGABYTE
    body = (f"渡口{SCRIPT}", "{{ 7 * 7 }} {% include 'base.html' %}", "\u202e\u2066右到左\x07\x1b[31m", "=HYPERLINK(1)")
    return Record(
        url=HOSTILE_URL,
        fetched_at=FIRST_DAY + timedelta(days=3),
        headline=headline,
        headline_raw=headline,
        kicker=SCRIPT,
        subtitle=SCRIPT,
        published_at="2026-03-23T10:00:00+08:00",
        source=SCRIPT,
        source_raw=SCRIPT,
        site_name=SCRIPT,
        breadcrumb=(SCRIPT, "javascript:alert(1)"),
        authors=(SCRIPT,),
        credits=(Credit(role=SCRIPT, names=(SCRIPT,)),),
        declared_url="javascript:alert(document.domain)",
        body=body,
        body_raw=body,
        images=(
            Image(src="javascript:alert(1)", caption=SCRIPT),
            Image(src="data:text/html,<script>alert(1)</script>"),
            Image(src="http://user@other.example/1.jpg", alt='"><script>alert(1)</script>'),
            Image(src="http://pictures.example/1.jpg", caption="渡船"),
        ),
        notices=(SCRIPT,),
        encoding="utf-8",
        script="hans",
    )


def shortened(db: Archive, article_id: int) -> Record:
    """The beginning of an article: enough repairs to look at, and few enough to look at fast."""
    record = article(db, str(article_id)).record
    kept = record.body[:2]
    places = {"headline", *(f"body/{number}" for number in range(len(kept)))}
    return replace(
        record,
        url="http://short.example/1.html",
        body=kept,
        body_raw=record.body_raw[: len(kept)],
        notes=tuple(note for note in record.notes if note.where in places),
    )


def torn_copies() -> Iterator[Record]:
    """Three copies of one text, each of which has lost another character."""
    for number in range(3):
        body = (
            f"{TORN[: 40 + 20 * number]}\ufffd{TORN[41 + 20 * number :]}",
            "编织厂的仓库里，还留着去年冬天没有卖完的苇席。",
        )
        yield Record(
            url=f"http://torn{number}.example/1.html",
            fetched_at=FIRST_DAY + timedelta(days=number),
            headline="芦苇荡里的编织厂",
            headline_raw="芦苇荡里的编织厂",
            published_at=f"2026-03-2{number}T10:00:00+08:00",
            site_name=("澄湖日报", "苇滩新闻", "白鹭网")[number],
            source=None if number == 0 else "澄湖日报",
            body=body,
            body_raw=body,
            encoding="utf-8",
            script="hans",
        )


@pytest.fixture(scope="module")  # not longer: while it lives, no other event loop can run in this process
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=list(SWITCHES))
        yield started
        started.close()


@pytest.fixture(scope="session", name="running")
def _running() -> type[running]:
    return running


@pytest.fixture(scope="session", name="make_app")
def _make_app() -> Callable[..., App]:
    return make_app

"""Reading: lists with their filters, one article by whatever names it, and what to say where there is none."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlite_utils import Database

from archive import read
from archive.errors import ArchiveError
from archive.write import keep_article, keep_capture, keep_rejection, record_failure
from crawler.items import FetchFailure, Reason, Rejected, Verdict

Make = Callable[..., Any]
SITES = ("a.example", "b.example")


@pytest.fixture
def filled(db: Database, make_capture: Make, make_article: Make) -> Database:
    """Four articles on two sites, every second one hijacked; a rejected listing; a failed address; one undecided."""
    for number in range(4):
        site = SITES[number // 2]
        url = f"http://{site}/{number}"
        capture_id = keep_capture(db, make_capture(f"<p>{number}</p>", day=number, url=url, site=site))
        verdict = Verdict(hijacked=number % 2 == 1)
        keep_article(db, capture_id, make_article(url=url, headline=f"第{number}条", verdict=verdict))
    listing = keep_capture(
        db, make_capture("listing", day=5, url="http://b.example/list", site="b.example", status=200)
    )
    keep_rejection(db, listing, Rejected(Reason.LISTING, "90 links"))
    failed_at = datetime(2026, 3, 1, tzinfo=UTC)
    record_failure(
        db,
        FetchFailure(
            url="http://a.example/x", reason=Reason.TIMEOUT, detail="60 s", failed_at=failed_at, site=SITES[0]
        ),
    )
    keep_capture(db, make_capture("waiting", url="http://b.example/waiting", site="b.example"))
    return db


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, [4, 3, 2, 1]),
        ({"limit": 2}, [4, 3]),
        ({"site": "a.example"}, [2, 1]),
        ({"hijacked": True}, [4, 2]),
        ({"hijacked": False}, [3, 1]),
        ({"site": "b.example", "hijacked": True, "limit": 5}, [4]),
        ({"site": "c.example"}, []),
    ],
)
def test_articles_are_listed_newest_first(filled: Database, filters: dict[str, Any], ids: list[int]) -> None:
    assert [line.id for line in read.articles(filled, **filters)] == ids


def test_a_line_counts_repairs_apart_from_doubts(filled: Database) -> None:
    line = next(read.articles(filled))
    assert (line.repairs, line.doubtful, line.versions, line.captures) == (3, 1, 1, 1)
    assert (line.headline, line.published_at, line.source) == ("第3条", "2026-02-11T15:49:41+08:00", "青石晚报")


@pytest.mark.parametrize(
    ("filters", "urls"),
    [
        ({}, ["http://a.example/x", "http://b.example/list"]),
        ({"reason": Reason.LISTING}, ["http://b.example/list"]),
        ({"reason": Reason.EMPTY}, []),
        ({"site": "a.example"}, ["http://a.example/x"]),
        ({"limit": 1}, ["http://a.example/x"]),
    ],
)
def test_rejections_include_what_was_never_fetched(filled: Database, filters: dict[str, Any], urls: list[str]) -> None:
    assert [line.url for line in read.rejections(filled, **filters)] == urls


@pytest.mark.parametrize("which", ["1", "001", "http://a.example/0"])
def test_an_article_is_found_by_id_or_address(filled: Database, which: str) -> None:
    article = read.article(filled, which)
    assert (article.id, article.record.headline, article.capture_id) == (1, "第0条", 1)


def test_an_article_is_found_by_every_address_it_had(db: Database, make_capture: Make, make_article: Make) -> None:
    part = make_capture("<p>2</p>", url="http://a.example/1?p=2")
    capture_id = keep_capture(
        db, make_capture(url="https://A.example/1?from=qq", requested_url="http://t.example/s", parts=(part,))
    )
    keep_article(db, capture_id, make_article(url="http://a.example/1"))
    for which in ("http://a.example/1", "https://A.example/1?from=qq", "http://t.example/s", part.url):
        assert read.article(db, which).id == 1


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("99", "no article 99; `repost list` shows what there is"),
        ("9" * 19, "no article 9999"),
        ("9" * 5000, "no article 9999"),
        ("\udcff", "no article \ufffd"),  # a byte on the command line that is no UTF-8
        ("²", "no article ²"),
        ("http://nowhere.example/", "no article http://nowhere.example/; `repost list`"),
        ("http://b.example/list", "no article http://b.example/list; rejected: listing: 90 links"),
        ("http://a.example/x", "no article http://a.example/x; failed: timeout: 60 s"),
        ("http://b.example/waiting", "its state is pending"),
    ],
)
def test_what_is_not_there_is_said_with_the_reason(filled: Database, which: str, words: str) -> None:
    with pytest.raises(ArchiveError) as missing:
        read.article(filled, which)
    assert words in str(missing.value)


def test_versions_are_shown_by_number(db: Database, make_capture: Make, make_article: Make) -> None:
    for day, text in enumerate(("旧文", "新文")):
        keep_article(db, keep_capture(db, make_capture(text, day=day)), make_article(body=(text,)))
    assert [read.article(db, "1", version=number).record.body for number in (None, 1, 2)] == [
        ("新文",),
        ("旧文",),
        ("新文",),
    ]
    with pytest.raises(ArchiveError, match="article 1 has no version 3, its newest is 2"):
        read.article(db, "1", version=3)


def test_a_walk_sees_each_capture_once_though_it_writes(db: Database, make_capture: Make) -> None:
    ids = [keep_capture(db, make_capture(str(day), day=day, parts=(make_capture("2"),))) for day in range(5)]
    seen = []
    for capture_id in read.capture_ids(db, pending=True):
        keep_rejection(db, capture_id, Rejected(Reason.EMPTY, ""))
        seen.append(capture_id)
    assert seen == ids == list(read.capture_ids(db))
    assert list(read.capture_ids(db, pending=True)) == []


def test_the_last_capture_of_an_address(filled: Database) -> None:
    listing = read.last_capture(filled, "http://b.example/list")
    assert listing is not None
    assert (listing.reason, listing.capture.body) == (Reason.LISTING, b"listing")
    assert read.last_capture(filled, "http://a.example/x") is None


@pytest.mark.parametrize("text", ["\udcff", "\x00"])
def test_no_filter_fails_on_what_cannot_be_stored(filled: Database, text: str) -> None:
    assert list(read.articles(filled, site=text)) == []
    assert list(read.rejections(filled, site=text)) == []
    assert read.last_capture(filled, text) is None


def test_a_capture_that_is_not_there(db: Database) -> None:
    with pytest.raises(ArchiveError, match="no capture 5"):
        read.capture(db, 5)


def test_counts(filled: Database) -> None:
    counts = read.counts(filled)
    assert (counts.articles, counts.versions, counts.captures, counts.hijacked, counts.pending) == (4, 4, 6, 2, 1)
    assert (counts.rejected, counts.failed) == ({"listing": 1}, {"timeout": 1})
    assert counts.body_bytes == 4 * len("<p>0</p>") + len("listingwaiting")


def test_the_view_gives_the_text_with_its_paragraphs_in_order(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    body = tuple(f"第{number}段" for number in range(12))
    keep_article(db, keep_capture(db, make_capture()), make_article(body=body))
    assert db.execute("SELECT text, hijacked, source FROM latest").fetchone() == ("\n".join(body), 1, "青石晚报")


@pytest.mark.parametrize(
    "forged",
    ["breadcrumb = '{'", "breadcrumb = '[1]'", "authors = 'null'", "repairs = '[]'", """repairs = '{"a": "x"}'""",
     "fetched_at = 'x'", "body = replace(hex(zeroblob(100000)), '00', '[')"],
)  # fmt: skip
def test_a_version_that_others_wrote_is_listed_and_refused_in_one_line(filled: Database, forged: str) -> None:
    filled.execute(f"UPDATE versions SET {forged}")  # noqa: S608 - from the table above
    assert [line.id for line in read.articles(filled)] == [4, 3, 2, 1]
    with pytest.raises(ArchiveError, match="version 4: not as this program writes it"):
        read.article(filled, "4")

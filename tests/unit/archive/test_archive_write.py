"""Writing: what a page leaves in the archive, and what it leaves when something dies in between."""

import dataclasses
import hashlib
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import frontier, read
from archive.connect import open_writing, reading
from archive.rows import storable
from archive.write import Outcome, keep_article, keep_capture, keep_rejection, record_failure, record_sighting
from crawler.items import (
    Article,
    Capture,
    Credit,
    Evidence,
    FetchFailure,
    Image,
    Note,
    Reason,
    Record,
    Rejected,
    Sighting,
    SpamLink,
    Verdict,
)

Make = Callable[..., Any]
URL = "http://www.qingshi-ribao.example/2026/0211/17.html"


def _urls(db: Database) -> dict[str, tuple[str, str | None]]:
    return {row["url"]: (row["state"], row["reason"]) for row in db.table("urls").rows}


def _count(db: Database, *tables: str) -> tuple[int, ...]:
    return tuple(db.table(table).count for table in tables)


def test_a_capture_waits_undecided(db: Database, make_capture: Make) -> None:
    capture = make_capture()
    capture_id = keep_capture(db, capture)
    stored = read.capture(db, capture_id)
    assert (stored.capture, stored.outcome, stored.version_id) == (capture, None, None)
    assert list(read.capture_ids(db, pending=True)) == [capture_id]
    assert _urls(db) == {URL: ("pending", None)}


def test_the_later_parts_of_an_article_come_back_in_order(db: Database, make_capture: Make) -> None:
    parts = tuple(make_capture(f"<p>第{number}页</p>", url=f"{URL}?p={number}") for number in (2, 3, 4))
    capture = make_capture(parts=parts)
    capture_id = keep_capture(db, capture)
    assert read.capture(db, capture_id).capture == capture
    assert list(read.capture_ids(db, pending=True)) == [capture_id]
    assert _urls(db)[f"{URL}?p=3"] == ("part", None)


def test_a_redirect_is_recorded_at_both_addresses(db: Database, make_capture: Make, make_article: Make) -> None:
    capture_id = keep_capture(db, make_capture(requested_url="http://old.example/17"))
    keep_article(db, capture_id, make_article())
    assert _urls(db) == {"http://old.example/17": ("redirected", None), URL: ("article", None)}


def test_the_same_page_twice_is_one_article_and_two_captures(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    outcomes = [keep_article(db, keep_capture(db, make_capture(day=day)), make_article()) for day in (0, 1)]
    assert [kept.outcome for kept in outcomes] == [Outcome.NEW, Outcome.UNCHANGED]
    assert _count(db, "articles", "versions", "captures", "bodies", "urls") == (1, 1, 2, 1, 1)
    (line,) = read.articles(db)
    assert (line.captures, line.last_seen) == (2, "2026-02-12T08:30:00+00:00")


def test_chrome_and_counters_make_no_version_but_a_series(db: Database, make_capture: Make, make_article: Make) -> None:
    for day, views in enumerate((128, 300, 451)):
        capture_id = keep_capture(db, make_capture(f"<p>{views}</p>", day=day))
        keep_article(db, capture_id, make_article(view_count=views, verdict=Verdict(hijacked=day == 2)))
    article = read.article(db, "1")
    assert len(article.versions) == 1
    assert [(line.view_count, line.hijacked) for line in article.captures] == [(128, False), (300, False), (451, True)]


def test_changed_words_are_a_new_version_and_old_words_the_old_one(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    texts = ("桥修好了。", "桥又坏了。", "桥修好了。")
    kept = [
        keep_article(db, keep_capture(db, make_capture(text, day=day)), make_article(body=(text,)))
        for day, text in enumerate(texts)
    ]
    assert [(item.version_id, item.outcome) for item in kept] == [
        (1, Outcome.NEW),
        (2, Outcome.CHANGED),
        (1, Outcome.UNCHANGED),
    ]
    article = read.article(db, URL)
    assert [(line.version, line.present) for line in article.versions] == [(1, True), (2, False)]
    assert article.record.body == ("桥修好了。",)


def test_a_page_fetched_earlier_but_stored_later_is_not_the_present_one(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    """As when an old WARC file is imported into an archive that has gone on."""
    for day, text in ((5, "今天的。"), (0, "从前的。")):
        keep_article(db, keep_capture(db, make_capture(text, day=day)), make_article(body=(text,)))
    assert read.article(db, "1").record.body == ("今天的。",)
    (line,) = read.articles(db)
    assert line.last_seen == "2026-02-16T08:30:00+00:00"


def _gone(db: Database, make_capture: Make, _: Make) -> None:
    keep_rejection(db, keep_capture(db, make_capture("", day=5, status=404)), Rejected(Reason.HTTP_ERROR, "status 404"))


def _failed(db: Database, make_capture: Make, _: Make) -> None:
    at = make_capture(day=5).fetched_at
    record_failure(db, FetchFailure(url=URL, reason=Reason.TIMEOUT, detail="too slow", failed_at=at, site="a"))


def _moved(db: Database, make_capture: Make, make_article: Make) -> None:
    page = make_capture(day=5, url="http://new.example/17", requested_url=URL)
    keep_article(db, keep_capture(db, page), make_article(url="http://new.example/17"))


def _changed(db: Database, make_capture: Make, make_article: Make) -> None:
    keep_article(db, keep_capture(db, make_capture("<p>新</p>", day=5)), make_article(body=("桥又坏了。",)))


@pytest.mark.parametrize("since", [_gone, _failed, _moved, _changed])
def test_a_page_of_earlier_says_nothing_of_how_its_address_is_now(
    db: Database, make_capture: Make, make_article: Make, since: Make
) -> None:
    """An old WARC file imported: the page is kept, and its address stays what it was found to be since."""
    since(db, make_capture, make_article)
    query = "SELECT state, reason, detail, status, redirects_to, last_seen FROM urls WHERE url = ?"
    before = db.execute(query, (URL,)).fetchone()
    old = make_capture("<p>旧</p>")
    kept = keep_article(db, keep_capture(db, old), make_article())
    assert db.execute(query, (URL,)).fetchone() == before
    first_seen, article_id = db.execute("SELECT first_seen, article_id FROM urls WHERE url = ?", (URL,)).fetchone()
    assert (first_seen, article_id) == (old.fetched_at.isoformat(), kept.article_id)
    query = """
        SELECT max(fetched_at) = (SELECT fetched_at FROM captures WHERE id = urls.capture_id)
        FROM captures JOIN urls USING (url) WHERE url = ?
    """
    assert db.execute(query, (URL,)).fetchone() == (1,)


def test_an_address_that_was_answered_since_learns_nothing_from_an_older_page(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    """Its validators and its time stay those of the last visit; one that is claimed is answered whatever its clock."""
    wanted = frontier.Wanted(url=URL, url_key="k", site="a", host="a", spider="pages", callback="parse")
    new = make_capture("<p>新</p>", day=5, headers=(("etag", '"new"'),))
    frontier.want(db, wanted, job="a", since=new.fetched_at, now=new.fetched_at)
    frontier.claim(db, job="a", host="a")
    keep_article(db, keep_capture(db, new), make_article())
    query = "SELECT state, etag, answered_at, due_at, interval FROM frontier"
    before = db.execute(query).fetchone()
    assert before[:2] == ("answered", '"new"')
    keep_article(db, keep_capture(db, make_capture("<p>旧</p>", headers=(("etag", '"old"'),))), make_article())
    assert db.execute(query).fetchone() == before
    db.execute("UPDATE frontier SET state = 'claimed'")
    keep_capture(db, make_capture("<p>旧</p>", day=1))
    assert db.execute("SELECT state FROM frontier").fetchone() == ("answered",)


def test_what_is_learned_is_never_of_the_future(db: Database, make_capture: Make, make_article: Make) -> None:
    """A clock that was wrong, or a capture of a merged archive: the address would not be asked for until then."""
    wanted = frontier.Wanted(url=URL, url_key="k", site="a", host="a", spider="pages", callback="parse")
    before = datetime.now(UTC)
    frontier.want(db, wanted, job="a", since=before, now=before)
    future = dataclasses.replace(make_capture(), fetched_at=datetime.max.replace(tzinfo=UTC))
    capture_id = keep_capture(db, future)
    query = "SELECT answered_at, due_at FROM frontier"
    for learn in (lambda: None, lambda: keep_article(db, capture_id, make_article())):
        learn()
        answered, due = map(datetime.fromisoformat, db.execute(query).fetchone())
        assert before <= answered <= datetime.now(UTC)
        assert answered < due < answered + timedelta(days=100)


def test_an_answer_of_the_future_is_none(db: Database, make_capture: Make) -> None:
    wanted = frontier.Wanted(url=URL, url_key="k", site="a", host="a", spider="pages", callback="parse")
    now = datetime.now(UTC)
    forge = "UPDATE frontier SET state = 'answered', answered_at = '2999-01-01', due_at = '2999-01-01'"
    frontier.want(db, wanted, job="a", since=now, now=now)

    db.execute(forge)
    frontier.adopt_due(db, job="b", spiders=["pages"], now=now, bounds=frontier.Bounds(least={"a": timedelta(days=1)}))
    assert frontier.queued(db, "b") == [("a", "a", 1)], "it is due, however long its site rests"
    db.execute(forge)
    assert frontier.want(db, wanted, job="c", since=now, now=now), "it is asked for where somebody asks"
    db.execute(forge)
    capture = dataclasses.replace(make_capture(), fetched_at=now)
    keep_capture(db, capture)
    assert db.execute("SELECT answered_at FROM frontier").fetchone() == (now.isoformat(),), "and it is answered"


def test_an_address_last_seen_in_the_future_is_what_it_is_now(db: Database, make_capture: Make) -> None:
    keep_capture(db, make_capture())
    db.execute("UPDATE urls SET last_seen = '2999-01-01'")
    failure = FetchFailure(url=URL, reason=Reason.TIMEOUT, detail="", failed_at=datetime.now(UTC), site="a")
    record_failure(db, failure)
    assert db.execute("SELECT state, last_seen FROM urls").fetchone() == ("failed", failure.failed_at.isoformat())


def test_a_page_is_seen_again_at_its_newest_capture_not_at_one_of_the_future(db: Database, make_capture: Make) -> None:
    keep_capture(db, make_capture("<p>未来</p>", fetched_at=datetime.max.replace(tzinfo=UTC)))
    newest = keep_capture(db, make_capture("<p>今天</p>"))
    record_sighting(db, Sighting(url=URL, seen_at=datetime.now(UTC)))
    assert db.execute("SELECT capture_id FROM sightings").fetchall() == [(newest,)]


def _sighted(db: Database, make_capture: Make, _: Make) -> str:
    record_sighting(db, Sighting(url=URL, seen_at=make_capture(day=5).fetched_at))
    return str(make_capture(day=5).fetched_at.isoformat())


def _fetched(db: Database, make_capture: Make, make_article: Make) -> str:
    page = make_capture(day=5)
    keep_article(db, keep_capture(db, page), make_article())
    return str(page.fetched_at.isoformat())


@pytest.mark.parametrize("again", [_sighted, _fetched])
def test_an_article_last_seen_in_the_future_is_seen_again(
    db: Database, make_capture: Make, make_article: Make, again: Make
) -> None:
    """It would be the first of the list for years."""
    keep_article(db, keep_capture(db, make_capture()), make_article())
    db.execute("UPDATE articles SET last_seen = '2999-01-01'")
    db.execute("UPDATE urls SET last_seen = '2999-01-01'")
    seen = again(db, make_capture, make_article)
    assert db.execute("SELECT last_seen FROM articles UNION ALL SELECT last_seen FROM urls").fetchall() == [(seen,)] * 2


@pytest.mark.parametrize(("complete", "etag"), [(True, '"1"'), (False, None)])
def test_an_article_that_misses_a_part_is_asked_for_again_without_validators(
    complete: bool,  # noqa: FBT001 - a case
    etag: str | None,
    db: Database,
    make_capture: Make,
) -> None:
    """Its first page did not change, so "not modified" would leave the part missing for ever."""
    wanted = frontier.Wanted(url=URL, url_key="k", site="a", host="a", spider="pages", callback="parse")
    capture = make_capture(headers=(("etag", '"1"'),), complete=complete)
    frontier.want(db, wanted, job="a", since=capture.fetched_at, now=capture.fetched_at)
    keep_capture(db, capture)
    assert db.execute("SELECT etag FROM frontier").fetchone() == (etag,)


def test_better_rules_make_a_version_of_the_capture_they_were_run_on(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    first, second = (keep_capture(db, make_capture(day=day)) for day in (0, 1))
    for capture_id in (first, second):
        keep_article(db, capture_id, make_article(source=None))
    better = make_article(source="青石晚报")  # the same words, so the same digest
    assert keep_article(db, first, better).outcome is Outcome.CHANGED
    assert keep_article(db, second, better).version_id == 2, "the other capture follows to the better version"
    assert keep_article(db, first, better).outcome is Outcome.UNCHANGED
    assert [row["source"] for row in db.table("versions").rows] == [None, "青石晚报"], "history is kept"


def test_a_rejection_keeps_reason_and_evidence(db: Database, make_capture: Make) -> None:
    verdict = Verdict(
        hijacked=True,
        evidence=(Evidence(kind="off-screen", detail="40 links"),),
        links=(SpamLink(domain="spam.example", anchor="博", hidden_by="off-screen"),),
        link_count=40,
    )
    capture_id = keep_capture(db, make_capture())
    keep_rejection(db, capture_id, Rejected(Reason.ONLY_SPAM, "nothing else", verdict=verdict, encoding="gb18030"))
    stored = read.capture(db, capture_id)
    assert (stored.outcome, stored.reason, stored.detail) == ("rejected", Reason.ONLY_SPAM, "nothing else")
    assert stored.evidence == verdict.evidence
    assert [row["domain"] for row in db.table("spam_links").rows] == ["spam.example"]
    assert _urls(db) == {URL: ("rejected", "only-spam")}


def test_a_later_decision_replaces_the_earlier_one(db: Database, make_capture: Make, make_article: Make) -> None:
    capture_id = keep_capture(db, make_capture())
    spam = Verdict(hijacked=True, evidence=(Evidence(kind="k", detail="d"),))
    keep_rejection(db, capture_id, Rejected(Reason.LISTING, "links", verdict=spam))
    keep_article(db, capture_id, make_article())
    assert read.capture(db, capture_id).evidence == ()
    assert list(read.rejections(db)) == []
    keep_rejection(db, capture_id, Rejected(Reason.LISTING, "links"))
    assert list(read.articles(db)) == [], "withdrawn"
    article = read.article(db, "1")
    assert article.record == make_article().record, "yet its last version can be looked at"
    assert not any(line.present for line in article.versions)


def test_what_was_asked_for_and_failed_is_not_gone(db: Database, make_capture: Make) -> None:
    failed_at = datetime(2026, 2, 11, tzinfo=UTC)
    record_failure(
        db,
        FetchFailure(
            url="http://10.0.0.1/",
            requested_url="http://out.example/",
            reason=Reason.REFUSED_ADDRESS,
            detail="private",
            failed_at=failed_at,
            site="out.example",
        ),
    )
    record_failure(db, FetchFailure(url=URL, reason=Reason.TIMEOUT, detail="60 s", failed_at=failed_at))
    assert _urls(db) == {
        "http://10.0.0.1/": ("failed", "refused-address"),
        "http://out.example/": ("redirected", None),
        URL: ("failed", "timeout"),
    }
    keep_capture(db, make_capture())
    assert _urls(db)[URL] == ("pending", None), "what was tried again and came is no failure any more"


def test_an_old_capture_cleaned_again_does_not_hide_a_failure_since(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    capture_id = keep_capture(db, make_capture())
    record_failure(
        db, FetchFailure(url=URL, reason=Reason.TIMEOUT, detail="60 s", failed_at=datetime(2026, 3, 1, tzinfo=UTC))
    )
    keep_article(db, capture_id, make_article())
    assert _urls(db) == {URL: ("failed", "timeout")}


def test_an_article_is_stored_whole_or_not_at_all(
    db: Database, make_capture: Make, make_article: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture_id = keep_capture(db, make_capture())

    def dies(*_: object) -> list[dict[str, object]]:
        raise KeyboardInterrupt

    monkeypatch.setattr("archive.write.note_rows", dies)
    with pytest.raises(KeyboardInterrupt):
        keep_article(db, capture_id, make_article())
    assert _count(db, "articles", "versions", "images", "evidence") == (0, 0, 0, 0)
    assert list(read.capture_ids(db, pending=True)) == [capture_id]


def test_a_process_killed_while_storing_leaves_the_capture_and_nothing_else(path: Path) -> None:
    script = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import archive.write
from archive.connect import open_writing, reading
from crawler.items import Article, Capture, Record
now = datetime(2026, 2, 11, tzinfo=UTC)
db = open_writing(Path(sys.argv[1]))
capture_id = archive.write.keep_capture(db, Capture(url="http://a.example/", body=b"<p>", fetched_at=now))
archive.write.note_rows = lambda record: os.kill(os.getpid(), signal.SIGKILL)
record = Record(url="http://a.example/", fetched_at=now, headline="a", headline_raw="a")
archive.write.keep_article(db, capture_id, Article(record=record, url_key="k", digest="d"))
"""
    assert subprocess.run([sys.executable, "-c", script, path], check=False).returncode == -signal.SIGKILL
    with reading(path) as db:
        assert _count(db, "captures", "articles", "versions") == (1, 0, 0)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert list(read.capture_ids(db, pending=True)) == [1]


def test_pages_of_one_site_are_packed_against_its_first(db: Database, make_capture: Make) -> None:
    template = "".join(f'<li><a href="/channel/{number}.html">栏目{number}</a></li>' for number in range(400))
    pages = [make_capture(template + text, url=f"{URL}?{text}") for text in ("甲", "乙", "丙")]
    unlike = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(100))
    other = make_capture(unlike, url=f"{URL}?other")
    ids = [keep_capture(db, page) for page in (make_capture("not found"), *pages, other, pages[0])]
    stored = {row["sha256"]: row["dictionary_sha256"] for row in db.table("bodies").rows}
    dictionaries = list(stored.values())
    first = list(stored)[1]  # the two words of an error page help nobody
    assert dictionaries == [None, None, first, first, None]
    assert [read.capture(db, number).capture.body for number in ids[1:4]] == [page.body for page in pages]


HOSTILE = "a\x00b\ud800c\U0010ffff\u202e'\"%s\r\n"


def test_hostile_text_is_stored_one_character_for_one(db: Database, make_capture: Make, make_article: Make) -> None:
    capture_id = keep_capture(
        db, make_capture(url=f"http://x.example/{HOSTILE}", site=HOSTILE, headers=(("x", HOSTILE),), status=10**30)
    )
    article = make_article(
        headline=HOSTILE, body=(HOSTILE,), repairs={HOSTILE: 1}, view_count=10**30, images=(Image(src=HOSTILE),)
    )
    keep_article(db, capture_id, article)
    record = read.article(db, "1").record
    assert record.headline == HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert len(record.body[0]) == len(HOSTILE), "the offsets of notes still hold"
    assert record.view_count == 2**63 - 1
    keep_rejection(db, capture_id, Rejected(Reason.INTERNAL, HOSTILE))
    record_failure(db, FetchFailure(url=HOSTILE, reason=Reason.ROBOTS, detail=HOSTILE, failed_at=datetime.now(UTC)))


texts = st.text(max_size=12)
maybe = st.none() | texts
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis takes the zone apart
    timezones=st.integers(-12, 12).map(lambda hours: timezone(timedelta(hours=hours))),
)
evidence = st.lists(st.builds(Evidence, kind=texts, detail=texts, weight=st.floats(allow_nan=False)), max_size=3).map(
    tuple
)
lists = st.lists(texts, max_size=3).map(tuple)
records = st.builds(
    Record,
    url=texts,
    fetched_at=moments,
    headline=texts,
    headline_raw=texts,
    **dict.fromkeys(("kicker", "subtitle", "published_at", "published_raw", "source", "source_raw"), maybe),
    **dict.fromkeys(("site_name", "authors_raw", "view_count_raw", "declared_url"), maybe),
    **dict.fromkeys(("breadcrumb", "authors", "credits_raw", "body", "body_raw", "notices"), lists),
    credits=st.lists(st.builds(Credit, role=texts, names=lists), max_size=3).map(tuple),
    view_count=st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
    images=st.lists(st.builds(Image, src=texts, alt=maybe, caption=maybe), max_size=3).map(tuple),
    verdict=st.builds(
        Verdict,
        hijacked=st.booleans(),
        evidence=evidence,
        spam_title=maybe,
        links=st.lists(st.builds(SpamLink, domain=texts, anchor=texts, hidden_by=texts), max_size=3).map(tuple),
        link_count=st.integers(0, 10**6),
    ),
    encoding=texts,
    encoding_evidence=evidence,
    script=texts,
    damage=texts,
    damage_evidence=evidence,
    repairs=st.dictionaries(texts, st.integers(0, 10**6), max_size=3),
    notes=st.lists(
        st.builds(
            Note,
            step=texts,
            rule=texts,
            where=texts,
            at=st.integers(0, 10**6),
            before=texts,
            after=texts,
            confidence=st.none() | st.floats(allow_nan=False),
            doubtful=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
)


def test_every_field_of_a_record_is_tried() -> None:
    """A field added to the vocabulary must be stored too; this fails until the property below covers it."""
    fields = {field.name for field in dataclasses.fields(Record)}
    assert fields == set(records.wrapped_strategy.kwargs)  # type: ignore[attr-defined]  # st.builds is lazy


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(record=records)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = open_writing(Path(folder) / "archive.db")
        capture = Capture(url="http://a.example/", body=b"", fetched_at=record.fetched_at)
        keep_article(db, keep_capture(db, capture), Article(record=record, url_key="k", digest="d"))
        assert read.article(db, "1").record == storable(record)
        db.close()


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE bodies SET packed = x'00'",
        "UPDATE bodies SET (packed, size) = (SELECT packed, size FROM bodies WHERE sha256 = :other)",
        "UPDATE bodies SET dictionary_sha256 = :other",
    ],
    ids=["no frame", "other bytes", "packed against another"],
)
def test_a_damaged_dictionary_costs_its_site_only_the_pages_packed_with_it(
    spoil: str, db: Database, make_capture: Make
) -> None:
    """The next page is stored alone and becomes the dictionary of those after it."""
    words = "".join(f"青石镇的第{number}座桥" for number in range(500))
    other = make_capture(f"{words}else", site="other", url="http://other.example/")
    first, *later = (make_capture(f"<p>{words}{day}</p>", day=day, url=f"{URL}?{day}") for day in range(4))
    digests = []
    for capture in (other, first):
        keep_capture(db, capture)
        digests.append(hashlib.sha256(capture.body).hexdigest())
    db.execute(f"{spoil} WHERE sha256 = :first", dict(zip(("other", "first"), digests, strict=True)))
    ids = [keep_capture(db, capture) for capture in later]
    assert [read.capture(db, capture_id).capture.body for capture_id in ids] == [capture.body for capture in later]
    second = hashlib.sha256(later[0].body).hexdigest()
    stored = {row["sha256"]: row["dictionary_sha256"] for row in db.table("bodies").rows}
    assert [stored[hashlib.sha256(capture.body).hexdigest()] for capture in later] == [None, second, second]

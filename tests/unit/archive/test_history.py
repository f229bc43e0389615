"""What became of an article: every look, what had happened since the one before, and how its text changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.history import Event, history
from archive.write import keep_article, keep_capture, keep_rejection, record_failure, record_sighting
from crawler.items import FetchFailure, Reason, Rejected, Sighting, Verdict
from reader.history import Line, changes, history_json, history_lines, steps

Make = Callable[..., Any]

URL = "http://www.qingshi.example/1.html"
FIRST_DAY = datetime(2026, 2, 11, 8, 30, tzinfo=UTC)
OLD, NEW = ("桥修好了。", "明天通车。"), ("桥修好了。", "后天通车，票价不变。")


@pytest.fixture
def lived(db: Database, make_capture: Make, make_article: Make) -> Database:
    """An article with a full life, a look a day."""

    def look(day: int, **fields: Any) -> None:
        capture_id = keep_capture(db, make_capture(f"<p>{day}</p>", url=URL, day=day))
        plain: dict[str, Any] = {"url": URL, "body": OLD, "body_raw": OLD, "verdict": Verdict(), "notes": ()}
        keep_article(db, capture_id, make_article(**{**plain, **fields}))

    def nothing(day: int, reason: Reason, **fields: Any) -> None:
        keep_rejection(
            db, keep_capture(db, make_capture(f"<p>{day}</p>", url=URL, day=day, **fields)), Rejected(reason, "no")
        )

    look(0, view_count=128)
    look(1, view_count=340)
    record_sighting(db, Sighting(url=URL, seen_at=FIRST_DAY + timedelta(days=2), site="www.qingshi.example"))
    look(3, body=NEW, body_raw=NEW, view_count=1_200, source="云岭日报")
    look(4, body=NEW, body_raw=NEW, view_count=None, verdict=Verdict(hijacked=True))
    look(5, body=NEW, body_raw=NEW, view_count=1_300)
    nothing(6, Reason.HTTP_ERROR, status=503)
    nothing(7, Reason.HTTP_ERROR, status=404)
    nothing(8, Reason.SOFT_404)
    look(9, body=NEW, body_raw=NEW, view_count=1_400)
    return db


def test_every_look_has_what_happened(lived: Database) -> None:
    found = history(lived, URL)
    assert [(look.at[:10], look.version, look.view_count, look.events) for look in found.looks] == [
        ("2026-02-11", 1, 128, ()),
        ("2026-02-12", 1, 340, ()),
        ("2026-02-14", 2, 1_200, (Event.CHANGED,)),
        ("2026-02-15", 2, None, (Event.HIJACK_BEGUN,)),
        ("2026-02-16", 2, 1_300, (Event.HIJACK_ENDED,)),
        ("2026-02-17", None, None, ()),
        ("2026-02-18", None, None, (Event.GONE,)),
        ("2026-02-19", None, None, (Event.SOFT_404,)),
        ("2026-02-20", 2, 1_400, (Event.BACK,)),
    ]
    assert found.looks[1].confirmed_at == "2026-02-13T08:30:00+00:00"
    assert (found.article_id, found.site, found.older_readings) == (1, "www.qingshi-ribao.example", 0)
    assert [(state.url, state.state) for state in found.states] == [(URL, "article")]


def test_the_view_of_all_events_tells_the_same(lived: Database) -> None:
    of_view = lived.execute(
        "SELECT capture_id, event FROM events WHERE url = ? ORDER BY capture_id, event", (URL,)
    ).fetchall()
    assert of_view == [(look.capture_id, event) for look in history(lived, "1").looks for event in sorted(look.events)]
    assert len(of_view) == 6


def test_pages_that_come_later_complete_an_article(db: Database, make_capture: Make, make_article: Make) -> None:
    one, two, other = ("第一页的话。",), ("第一页的话。", "第二页的话。"), ("改过的话。", "第二页的话。")
    for day, body in enumerate((one, two, one, other)):
        parts = tuple(make_capture(f"<p>{day}</p>", url=f"{URL}?page=2", day=day) for _ in body[1:])
        capture_id = keep_capture(db, make_capture(f"<p>{day}</p>", url=URL, day=day, parts=parts))
        keep_article(db, capture_id, make_article(url=URL, body=body, body_raw=body, notes=()))
    found = history(db, URL)
    expected = [(), (Event.COMPLETED,), (Event.CUT_SHORT,), (Event.CHANGED,)]
    assert [look.events for look in found.looks] == expected
    assert db.execute("SELECT event FROM events ORDER BY at").fetchall() == [(event,) for (event,) in expected[1:]]
    told = [
        line.text[19:].partition(";")[0] for line in history_lines(found, steps(db, found)) if line.text[:2] == "20"
    ]
    assert told[1:4] == [
        "completed by later pages: version 2",
        "cut short, later pages did not come: version 1",
        "changed to version 3",
    ]


def test_an_address_that_leads_there_has_a_history_of_its_own(
    lived: Database, make_capture: Make, make_article: Make
) -> None:
    short = "http://s.example/x"
    for day in (10, 11):
        capture = make_capture(f"{day}", url=URL, requested_url=short, day=day)
        keep_article(lived, keep_capture(lived, capture), make_article(url=URL, body=(str(day),), verdict=Verdict()))
    looks = history(lived, short).looks
    assert len(looks) == 11
    assert [look.events for look in looks if look.asked == short] == [(), (Event.CHANGED,)]


def test_versions_that_earlier_rules_read_are_counted_and_no_change_of_the_page(
    lived: Database, make_article: Make
) -> None:
    keep_article(lived, 1, make_article(url=URL, body=OLD, body_raw=OLD, authors=("新读法",), verdict=Verdict()))
    found = history(lived, URL)
    assert found.older_readings == 0, "the second capture still gives it"
    keep_article(lived, 2, make_article(url=URL, body=OLD, body_raw=OLD, authors=("新读法",), verdict=Verdict()))
    found = history(lived, URL)
    assert found.older_readings == 1
    assert not found.looks[1].events


def test_an_address_without_an_article_has_a_history_too(db: Database, make_capture: Make) -> None:
    for day, status in enumerate((200, 404)):
        capture_id = keep_capture(db, make_capture(f"{day}", url=URL, status=status, day=day))
        keep_rejection(db, capture_id, Rejected(Reason.LISTING if status == 200 else Reason.HTTP_ERROR, "no"))
    found = history(db, URL)
    assert (found.article_id, [look.events for look in found.looks]) == (None, [(), (Event.GONE,)])


@pytest.mark.parametrize("which", ["http://nowhere.example/", "99", "", "\ud800"])
def test_what_is_not_known_is_said(lived: Database, which: str) -> None:
    with pytest.raises(ArchiveError):
        history(lived, which)


def test_an_address_that_failed_since_says_so(lived: Database) -> None:
    failure = FetchFailure(
        url=URL,
        reason=Reason.TIMEOUT,
        detail="30 s",
        failed_at=FIRST_DAY + timedelta(days=20),
        site="www.qingshi.example",
    )
    record_failure(lived, failure)
    (state,) = history(lived, "1").states
    assert (state.state, state.reason, state.last_seen[:10]) == ("failed", "timeout", "2026-03-03")


def _plain(line: Line) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return line.text + "".join(marks[span.kind].format(span.text) for span in line.spans)


def test_the_lines_tell_it(lived: Database) -> None:
    found = history(lived, "1")
    assert [*map(_plain, history_lines(found, steps(lived, found)))] == [
        f"article 1: {URL}",
        f"2026-02-11 08:30Z  first fetched; {URL}; version 1; 128 views",
        "2026-02-12 08:30Z  version 1; 340 views (+212); still so on 2026-02-13 08:30Z",
        "2026-02-14 08:30Z  changed to version 2; 1,200 views (+860)",
        "    source: [-青石晚-][+云岭日+]报",
        "    body: 桥修好了。\n[-明-][+后+]天通车[+，票价不变+]。",
        "2026-02-15 08:30Z  hijacked; version 2",
        "2026-02-16 08:30Z  no longer hijacked; version 2; 1,300 views (+100)",
        "2026-02-17 08:30Z  no article: http-error: no",
        "2026-02-18 08:30Z  gone (status 404); no article: http-error: no",
        "2026-02-19 08:30Z  gone, as the page itself says; no article: soft-404: no",
        "2026-02-20 08:30Z  back; version 2; 1,400 views (+100)",
        "views: 128 to 1,400 over 5 looks, 141 a day",
        f"2026-02-20 08:30Z  last tried {URL}: article",
    ]


def test_a_page_hijacked_from_the_first_look_on_shows_its_title(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    keep_article(db, keep_capture(db, make_capture("x", url=URL)), make_article(url=URL))
    found = history(db, URL)
    assert "hijacked: 注入的标题" in [*history_lines(found, steps(db, found))][1].text


def test_the_json_tells_it(lived: Database) -> None:
    found = history(lived, "1")
    head, *looks = history_json(found, steps(lived, found))
    assert (head["kind"], head["id"], head["looks"]) == ("article", 1, 9)
    assert [look["events"] for look in looks][2:4] == [("changed",), ("hijack-begun",)]
    changed = {change["field"]: change["spans"] for change in looks[2]["changes"]}  # type: ignore[attr-defined]  # a list
    assert changed["source"][0] == {"kind": "removed", "text": "青石晚"}


def test_fields_that_differ(make_record: Make) -> None:
    one = make_record()
    other = make_record(headline="别的", authors=("李一",), notices=(), images=(), view_count=5, encoding="utf-8")
    assert [change.field for change in changes(one, other)] == ["headline", "authors", "images", "notices"]
    assert [*changes(one, one)] == []

"""Where a site is no longer what it was: alarms over archives filled by hand, and two weeks of mornings."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from archive import frontier
from archive.connect import transaction
from archive.revisit import Visit
from archive.status import Alarm, alarms, changed_after, sites
from archive.write import keep_article, keep_capture, keep_rejection, record_failure
from crawler.items import Article, Capture, FetchFailure, Image, Reason, Rejected, Verdict

Make = Callable[..., Any]
NOW = datetime(2026, 2, 11, 5, 15, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "www.lanqiao.example"
SECTION = f"http://{SITE}/xw/"

SOUND = {"verdict": Verdict(), "notes": (), "damage_evidence": (), "repairs": {}}
HIJACKED = {"verdict": Verdict(hijacked=True)}
NO_SOURCE = {**SOUND, "source": None}
NO_TIME = {**SOUND, "published_at": None}
NO_PICTURES = {**SOUND, "images": ()}
REJECTED = Rejected(Reason.NO_ARTICLE, "no headline and body")


@pytest.fixture
def keep(db: Database, make_capture: Make, make_article: Make) -> Callable[..., str]:
    """Keep one page, fetched at a time, of whatever kind; its address."""

    def kept(number: int, page: dict[str, Any] | Rejected, *, at: datetime, site: str = SITE) -> str:
        url = f"http://{site}/xw/{number}.html"
        capture_id = keep_capture(db, make_capture(f"<p>{number} {at}</p>", url=url, site=site, fetched_at=at))
        if isinstance(page, Rejected):
            keep_rejection(db, capture_id, page)
        else:
            body = (f"第{number}座桥修好了。",)
            keep_article(db, capture_id, make_article(url=url, fetched_at=at, body=body, body_raw=body, **page))
        return url

    return kept


@pytest.mark.parametrize(
    ("before", "since_then", "expected"),
    [
        (SOUND, HIJACKED, ("hijack-rate", "20 of the newest 20 pages are hijacked, 0 of the 40 before")),
        (SOUND, NO_SOURCE, ("field-missing", "20 of the newest 20 articles have no source, 0 of the 40 before")),
        (SOUND, NO_TIME, ("field-missing", "20 of the newest 20 articles have no time, 0 of the 40 before")),
        (SOUND, NO_PICTURES, ("field-missing", "20 of the newest 20 articles have no pictures, 0 of the 40 before")),
        (SOUND, REJECTED, ("no-article", "20 of the newest 20 pages give no article, 0 of the 40 before")),
        (SOUND, SOUND, None),
        (HIJACKED, SOUND, None),  # mended
        (NO_SOURCE, NO_SOURCE, None),  # a site that never names any
        (HIJACKED, HIJACKED, None),
    ],
)
def test_a_share_that_jumped_is_an_alarm_with_the_day_it_began_and_an_example(
    db: Database, keep: Callable[..., str], before: Any, since_then: Any, expected: tuple[str, str] | None
) -> None:
    for number in range(60):
        url = keep(number, before if number < 40 else since_then, at=NOW + number * DAY / 4)
    assert [(alarm.kind, alarm.detail, alarm.since, alarm.example) for alarm in alarms(db)] == (
        [(*expected, (NOW + 10 * DAY).isoformat(), url)] if expected else []
    )


@pytest.mark.parametrize(
    ("before", "recent", "is_alarm"),
    [
        ([0] * 100, [1] * 5, True),
        ([0] * 100, [1] * 4, False),
        ([0] * 100, [1, 0] * 5, True),
        ([0] * 100, [1, 0, 0] * 7, False),  # a third more: news without pictures, say
        ([1, 0] * 50, [1] * 20, True),
        ([1, 0] * 50, [1] * 17 + [0] * 3, False),
        ([0] * 5, [1] * 20, True),
        ([0, 1, 0, 1, 0], [1] * 16 + [0] * 4, False),  # of so few, chance does as much
        ([0] * 2, [1] * 20, False),
        ([], [1] * 20, False),  # a new site
        ([0] * 50, [1] * 30 + [0] * 7, False),  # mended
        ([0] * 50, [1] * 30 + [0] * 5, True),  # not yet
    ],
)
def test_what_chance_does_is_no_alarm(before: Sequence[int], recent: Sequence[int], *, is_alarm: bool) -> None:
    newest_first = [*before, *recent][::-1]
    assert bool(changed_after(newest_first)) == is_alarm


def test_what_is_dated_in_the_future_is_not_among_the_newest(db: Database, keep: Callable[..., str]) -> None:
    """Pages of a wrong clock, taken in from elsewhere, would hide an alarm until their day comes."""
    for number in range(25):
        keep(number, SOUND, at=datetime.max.replace(tzinfo=UTC) - number * DAY)
    for number in range(25, 85):
        keep(number, SOUND if number < 65 else HIJACKED, at=NOW + number * DAY / 4)
    assert [alarm.kind for alarm in alarms(db)] == ["hijack-rate"]


def test_another_sites_pages_say_nothing(db: Database, keep: Callable[..., str]) -> None:
    for number in range(60):
        keep(number, SOUND, at=NOW + number * DAY)
        keep(number, HIJACKED, at=NOW + number * DAY, site="www.other.example")
    assert list(alarms(db)) == []


@pytest.fixture
def visit(db: Database) -> Callable[..., None]:
    """Look at the section page: so many addresses found, or a failure."""
    wanted = frontier.Wanted(
        url=SECTION, url_key=SECTION, site=SITE, host=SITE, spider="discover", callback="read", errback="failed"
    )

    def visited(found: int | FetchFailure, *, at: datetime) -> None:
        frontier.want(db, wanted, job=at.isoformat(), since=at, now=at)
        frontier.claim(db, job=at.isoformat(), host=SITE)
        if isinstance(found, FetchFailure):
            record_failure(db, found)
        else:
            with transaction(db):
                frontier.learn(db, SECTION, Visit.CHANGED, at=at, led_to=found)

    return visited


def _failed(why: tuple[Reason, str], at: datetime) -> FetchFailure:
    return FetchFailure(url=SECTION, reason=why[0], detail=why[1], failed_at=at, site=SITE)


EMPTY = (Reason.LISTING, "no links that look like articles")
GONE = (Reason.HTTP_ERROR, "status 404")
DOWN = (Reason.TIMEOUT, "30 s")


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ([12, 12], None),
        ([12, EMPTY], ("listing-empty", "a page of addresses leads to no article; it last did on 2026-02-11")),
        ([12, GONE, GONE],
         ("listing-lost", "a page of addresses cannot be fetched: http-error: status 404; it last did on 2026-02-11")),
        ([12, DOWN, DOWN], None),  # a bad night
        ([12, DOWN, DOWN, DOWN],
         ("listing-lost", "a page of addresses cannot be fetched: timeout: 30 s; it last did on 2026-02-11")),
        ([12, EMPTY, 12], None),  # mended
        ([EMPTY], ("listing-empty", "a page of addresses leads to no article; it never did")),
        ([12, *[EMPTY] * 5],
         ("listing-empty",
          "a page of addresses leads to no article; it last did on 2026-02-11; it is not asked for any more")),
    ],
)  # fmt: skip
def test_a_section_page_that_leads_nowhere_is_an_alarm(
    db: Database, visit: Callable[..., None], visits: list[Any], expected: tuple[str, str] | None
) -> None:
    for day, found in enumerate(visits):
        at = NOW + day * DAY
        visit(_failed(found, at) if isinstance(found, tuple) else found, at=at)
    first_missed = NOW + next((day for day, found in enumerate(visits) if isinstance(found, tuple)), 0) * DAY
    assert list(alarms(db)) == (
        [Alarm(site=SITE, kind=expected[0], detail=expected[1], since=first_missed.isoformat(), example=SECTION)]
        if expected
        else []
    )


def test_an_article_that_is_gone_is_no_drift(db: Database, visit: Callable[..., None]) -> None:
    visit(12, at=NOW)
    wanted = frontier.Wanted(url=SECTION + "1.html", url_key="1", site=SITE, host=SITE, spider="x", callback="parse")
    frontier.want(db, wanted, job="j", since=NOW, now=NOW)
    for day in range(4):
        at = NOW + day * DAY
        failure = FetchFailure(url=wanted.url, reason=Reason.TIMEOUT, detail="30 s", failed_at=at, site=SITE)
        record_failure(db, failure)
    assert list(alarms(db)) == []


def test_a_sites_line_says_what_waits_and_what_fails(db: Database, visit: Callable[..., None], keep: Any) -> None:
    visit(12, at=NOW)
    keep(1, SOUND, at=NOW)
    keep(2, HIJACKED, at=NOW)
    (line,) = sites(db, NOW)
    assert (line.known, line.queued, line.due, line.failing, line.articles, line.hijacked) == (1, 0, 0, 0, 2, 1)
    assert (line.last_seen, line.next_due) == (NOW.isoformat(), (NOW + timedelta(hours=5.4)).isoformat())
    visit(_failed(DOWN, NOW + DAY), at=NOW + DAY)
    (line,) = sites(db, NOW + 2 * DAY)
    assert (line.due, line.failing) == (1, 1)


class Mornings:
    """A small site that changes, visited by an update each morning: the frontier's own queue, claims and answers.

    Three new articles a day stand on its section page. `page` says what an article's page gives on a morning, `listing`
    whether the section page still leads to them.
    """

    def __init__(self, db: Database, make_capture: Make, make_article: Make) -> None:
        self._db = db
        self._make_capture = make_capture
        self._make_article = make_article
        self.page: Callable[[int, int], dict[str, Any] | Rejected] = lambda _number, _day: SOUND
        self.listing: Callable[[int], Any] = lambda _day: None
        wanted = self._wanted(SECTION, "read")
        frontier.want(db, wanted, job="first", since=NOW, now=NOW)

    def __iter__(self) -> Iterator[list[tuple[str, str]]]:
        """Fourteen mornings: the alarms of each, as (kind, day it began)."""
        for day in range(14):
            now = NOW + day * DAY
            frontier.adopt_due(self._db, job=str(day), spiders=["discover"], now=now, bounds=frontier.Bounds())
            while claimed := frontier.claim(self._db, job=str(day), host=SITE):
                self._fetch(claimed[0][0].url, day, now)
            yield [(alarm.kind, alarm.since[5:10]) for alarm in alarms(self._db)]

    def _fetch(self, url: str, day: int, now: datetime) -> None:
        if url == SECTION:
            self._read_section(day, now)
            return
        number = int(url.removesuffix(".html").rpartition("/")[2])
        page = self.page(number, day)
        body = (f"第{number}座桥修好了。",) if number % 5 or day < 7 else (f"第{number}座桥修好了，又关了。",)
        text = f"{number} {page} {body}"
        capture: Capture = self._make_capture(text, url=url, site=SITE, fetched_at=now)
        capture_id = keep_capture(self._db, capture)
        if isinstance(page, Rejected):
            keep_rejection(self._db, capture_id, page)
        else:
            article: Article = self._make_article(url=url, fetched_at=now, body=body, body_raw=body, **page)
            keep_article(self._db, capture_id, article)

    def _read_section(self, day: int, now: datetime) -> None:
        if failure := self.listing(day):
            record_failure(self._db, _failed(failure, now))
            return
        numbers = range(max(0, 3 * day - 6), 3 * day + 6)  # the first morning finds six, each other three more
        found = [self._wanted(f"{SECTION}{number}.html", "parse") for number in numbers]
        with transaction(self._db):
            new = frontier.lead_to(self._db, found, job=str(day), now=now)
            result = Visit.CHANGED if new else Visit.UNCHANGED
            frontier.learn(self._db, SECTION, result, at=now, led_to=len(found))

    @staticmethod
    def _wanted(url: str, callback: str) -> frontier.Wanted:
        return frontier.Wanted(
            url=url, url_key=url, site=SITE, host=SITE, spider="discover", callback=callback, errback="failed"
        )


@pytest.fixture
def mornings(db: Database, make_capture: Make, make_article: Make) -> Mornings:
    return Mornings(db, make_capture, make_article)


def test_two_weeks_of_ordinary_mornings_raise_no_alarm(mornings: Mornings) -> None:
    chance = random.Random(20260211)  # noqa: S311 - the same weather every time

    def page(number: int, day: int) -> dict[str, Any] | Rejected:
        if number == 4 and day > 5:
            return Rejected(Reason.SOFT_404, "says that it is gone")
        if number % 11 == 7:
            return HIJACKED  # one page in eleven, as ever
        pictures = (Image(src="http://img.example/1.jpg"),) if chance.random() < 0.6 else ()
        return {**SOUND, "images": pictures, "source": None if number % 9 == 0 else "青石晚报"}

    mornings.page = page
    mornings.listing = lambda day: DOWN if day in {3, 8, 9} else None
    assert list(mornings) == [[]] * 14


@pytest.mark.parametrize(
    ("page", "kind"), [(HIJACKED, "hijack-rate"), (NO_SOURCE, "field-missing"), (REJECTED, "no-article")]
)
def test_a_site_that_changes_on_the_eighth_morning_raises_one_alarm_from_then_on(
    mornings: Mornings, page: Any, kind: str
) -> None:
    mornings.page = lambda _, day: page if day >= 7 else SOUND
    by_morning = list(mornings)
    began = by_morning.index([(kind, "02-18")])
    assert by_morning[:began] == [[]] * began
    assert by_morning[began:] == [[(kind, "02-18")]] * (14 - began), "the same alarm, with the same day"
    assert began == 7, "on the morning it happened"


def test_a_section_page_that_dries_up_is_said_until_it_is_mended(mornings: Mornings) -> None:
    mornings.listing = lambda day: EMPTY if 4 <= day < 6 else None
    said = [("listing-empty", "02-15")]
    assert list(mornings) == [[]] * 4 + [said] * 2 + [[]] * 8

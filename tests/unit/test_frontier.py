"""The order of requests: hosts take turns, a busy host waits, a page begun goes first; and what a dead run leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import FormRequest, Request, Spider

from archive import runs
from archive.connect import writing
from archive.write import keep_capture
from crawler.frontier import TOGETHER, Frontier, Leads
from crawler.items import Capture


class _Speaker(Spider):
    name = "speaker"

    def parse(self, response: Any, **_: Any) -> None: ...

    def failed(self, failure: Any) -> None: ...


class _Downloader:
    def __init__(self) -> None:
        self.active: set[Request] = set()

    def get_slot_key(self, request: Request) -> str:
        return urlsplit(request.url).hostname or ""


@pytest.fixture
def downloader() -> _Downloader:
    return _Downloader()


@pytest.fixture
def speaker() -> _Speaker:
    return _Speaker()


@pytest.fixture
def opened(downloader: _Downloader, speaker: _Speaker, tmp_path: Path) -> Iterator[Callable[..., Frontier]]:
    """Opens a frontier over the archive of this test; the one opened before dies as by kill -9."""
    alive: list[Frontier] = []

    def die() -> None:
        for frontier in alive:
            frontier._lock.release()
            frontier._db.close()
        alive.clear()

    def open_frontier(job: str = "job", limits: Any = None, at_once: int = 1) -> Frontier:
        die()
        nothing = lambda _: None  # noqa: E731 - no other component here
        stats = SimpleNamespace(set_value=lambda *_: None)
        crawler = SimpleNamespace(
            engine=SimpleNamespace(downloader=downloader), stats=stats, get_spider_middleware=nothing,
            get_downloader_middleware=nothing, get_extension=nothing, get_item_pipeline=nothing,
        )  # fmt: skip
        frontier = Frontier(crawler, tmp_path / "archive.db", job=job, at_once=at_once, limits=limits)
        frontier.open(speaker)
        alive.append(frontier)
        return frontier

    yield open_frontier
    die()


@pytest.fixture
def frontier(opened: Callable[..., Frontier]) -> Frontier:
    return opened()


@pytest.fixture
def ask(speaker: _Speaker) -> Callable[..., Request]:
    return lambda url, **fields: Request(f"http://{url}", callback=speaker.parse, errback=speaker.failed, **fields)


def _drain(frontier: Frontier) -> list[str]:
    order = []
    while request := frontier.next_request():
        order.append(request.url.removeprefix("http://"))
    return order


def test_hosts_take_turns(frontier: Frontier, ask: Callable[..., Request]) -> None:
    for url in ("a.example/1", "a.example/2", "a.example/3", "b.example/1", "c.example/1", "c.example/2"):
        assert frontier.enqueue_request(ask(url))
    assert frontier.left == 6
    assert _drain(frontier) == [
        "a.example/1", "b.example/1", "c.example/1", "a.example/2", "c.example/2", "a.example/3",
    ]  # fmt: skip
    assert not frontier.has_pending_requests()


def test_a_host_that_is_being_asked_waits(
    frontier: Frontier, ask: Callable[..., Request], downloader: _Downloader
) -> None:
    downloader.active.add(ask("a.example/0"))
    frontier.enqueue_request(ask("a.example/1"))
    frontier.enqueue_request(ask("b.example/1"))
    assert _drain(frontier) == ["b.example/1"]
    assert frontier.has_pending_requests()
    downloader.active.clear()
    assert _drain(frontier) == ["a.example/1"]


def test_a_host_is_asked_several_things_at_once_only_where_that_is_allowed(
    opened: Callable[..., Frontier], ask: Callable[..., Request], downloader: _Downloader
) -> None:
    frontier = opened(at_once=2)
    for number in (1, 2, 3):
        frontier.enqueue_request(ask(f"a.example/{number}"))
    for _ in range(2):
        request = frontier.next_request()
        assert request
        downloader.active.add(request)
    assert frontier.next_request() is None


@pytest.mark.parametrize("begun", [{"redirect_times": 1}, {"retry_times": 1}])
def test_a_page_begun_goes_first(frontier: Frontier, ask: Callable[..., Request], begun: dict[str, int]) -> None:
    frontier.enqueue_request(ask("a.example/1"))
    frontier.enqueue_request(ask("a.example/0", meta=begun))
    assert _drain(frontier) == ["a.example/0", "a.example/1"]


def test_the_urgent_goes_first(frontier: Frontier, ask: Callable[..., Request]) -> None:
    for number, priority in enumerate((0, 5, -1)):
        frontier.enqueue_request(ask(f"a.example/{number}", priority=priority))
    assert _drain(frontier) == ["a.example/1", "a.example/0", "a.example/2"]


def test_an_address_is_queued_once(frontier: Frontier, ask: Callable[..., Request]) -> None:
    assert [frontier.enqueue_request(ask("a.example/1")) for _ in range(2)] == [True, False]
    assert _drain(frontier) == ["a.example/1"]


def test_a_request_comes_back_as_it_was_given(frontier: Frontier, speaker: _Speaker, ask: Any) -> None:
    meta = {"depth": 2, "is_start_request": True}
    frontier.enqueue_request(ask("a.example/1", cb_kwargs={"n": 1}, meta=meta, priority=3))
    request = frontier.next_request()
    assert request is not None
    assert (request.callback, request.errback) == (speaker.parse, speaker.failed)
    assert (request.cb_kwargs, request.meta, request.priority) == ({"n": 1}, {"depth": 2}, 3)


def test_the_meta_of_a_strangers_queue_sets_nothing(opened: Any, ask: Callable[..., Request]) -> None:
    """A merged archive could have robots.txt and the bounds on what is fetched switched off by it."""
    opened().enqueue_request(ask("a.example/1", meta={"depth": 1}))
    frontier = opened()
    forged = '{"is_robots": true, "download_maxsize": 0, "dont_obey_robotstxt": true, "depth": 9}'
    frontier._db.execute("UPDATE frontier SET meta = ?", (forged,))
    assert frontier.next_request().meta == {"depth": 1}


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        ("callback = 'steal'", "speaker.steal cannot read it: no such method"),
        ("callback = 'name'", "speaker.name cannot read it: no such method"),
        ("callback = '__init__'", "speaker.__init__ cannot read it: no such method"),
        ("errback = 'steal'", "no such method"),
        ("errback = 'start'", "too many positional arguments"),
        ("spider = 'stranger'", "stranger.parse cannot read it: 'stranger'"),
        ("""arguments = '{"response": 1}'""", "multiple values for argument 'response'"),
        ("url = 'no address'", "Missing scheme"),
    ],
)
def test_what_no_spider_can_read_is_given_up_with_its_reason_and_the_next_is_asked_for(
    forged: str, why: str, opened: Any, ask: Callable[..., Request], caplog: pytest.LogCaptureFixture
) -> None:
    first = opened()
    for number in range(3):
        first.enqueue_request(ask(f"a.example/{number}"))
    first._db.execute(f"UPDATE frontier SET {forged} WHERE id = 1")  # noqa: S608 - from the table above
    frontier = opened()
    assert _drain(frontier) == ["a.example/1", "a.example/2"]
    assert why in caplog.text
    assert frontier.left == 0
    (state,) = frontier._db.execute("SELECT state FROM frontier WHERE id = 1").fetchone()
    (reason, detail) = frontier._db.execute("SELECT reason, detail FROM urls").fetchone()
    assert (state, reason) == ("answered", "internal")
    assert why in detail


@pytest.mark.parametrize("arguments", ["[]", "{", "[" * 200_000, "null"])
def test_arguments_that_are_no_object_are_none(arguments: str, opened: Any, ask: Callable[..., Request]) -> None:
    opened().enqueue_request(ask("a.example/1", cb_kwargs={"n": 1}))
    frontier = opened()
    frontier._db.execute("UPDATE frontier SET arguments = ?", (arguments,))
    assert frontier.next_request().cb_kwargs == {}


@pytest.mark.parametrize(
    "request_",
    [
        Request("http://a.example/1", callback=_Speaker().parse, meta={"cookiejar": 1}),
        Request("http://a.example/1", callback=print),
        Request("http://a.example/1", callback=_Speaker().parse, cb_kwargs={"x": object()}),
        FormRequest("http://a.example/1", callback=_Speaker().parse, formdata={"q": "1"}),
    ],
)
def test_what_cannot_be_written_down_waits_in_memory(frontier: Frontier, request_: Request) -> None:
    frontier.enqueue_request(request_)
    assert frontier.next_request() is request_


def test_what_was_claimed_when_a_run_died_is_asked_for_again(opened: Any, ask: Callable[..., Request]) -> None:
    first = opened()
    for number in range(3):
        first.enqueue_request(ask(f"a.example/{number}"))
    assert first.next_request().url.endswith("/0")
    assert _drain(opened()) == ["a.example/0", "a.example/1", "a.example/2"]


def test_what_was_claimed_and_not_asked_for_is_given_back_as_it_was(opened: Any, ask: Callable[..., Request]) -> None:
    """As many as may be asked for at once are claimed together; that is no attempt."""
    first = opened(at_once=3)
    for number in range(5):
        first.enqueue_request(ask(f"a.example/{number}"))
    assert first.next_request().url.endswith("/0")
    assert first.left == 4
    states = "SELECT state, attempts FROM frontier ORDER BY id"
    assert first._db.execute(states).fetchall() == [*[("claimed", 1)] * 3, *[("queued", 0)] * 2]
    first.close("shutdown")
    assert opened(at_once=3)._db.execute(states).fetchall() == [("queued", 1), *[("queued", 0)] * 4]


def test_what_a_spider_starts_with_is_queued_also_where_it_breaks_off(
    frontier: Frontier, ask: Callable[..., Request]
) -> None:
    unwritable = [Request(f"http://a.example/{name}", callback=print) for name in ("second", "last")]

    async def start() -> AsyncIterator[Request]:
        yield ask("a.example/1")
        yield unwritable[0]
        for number in range(3, TOGETHER + 4):
            yield ask(f"a.example/{number}")
        yield unwritable[1]
        raise ZeroDivisionError

    async def begin() -> list[Any]:
        leads = Leads()
        leads.frontier = frontier
        passed = []
        with suppress(ZeroDivisionError):
            async for request in leads.process_start(start()):
                passed.append(request)  # noqa: PERF401 - what came before it broke off is looked at
        return passed

    assert asyncio.run(begin()) == unwritable
    assert frontier.left == TOGETHER + 2
    assert len(_drain(frontier)) == TOGETHER + 2


def test_a_page_that_kills_the_program_is_left_alone_in_the_end(opened: Any, ask: Callable[..., Request]) -> None:
    opened().enqueue_request(ask("a.example/1"))
    asked = [_drain(opened()) for _ in range(7)]
    assert asked == [["a.example/1"]] * 5 + [[], []]


def test_another_job_does_not_ask_for_what_is_not_its_own(opened: Any, ask: Callable[..., Request]) -> None:
    opened("first").enqueue_request(ask("a.example/1"))
    assert _drain(opened("second")) == []
    assert _drain(opened("first")) == ["a.example/1"]


def test_what_a_page_leads_to_is_queued_once_in_any_spelling(frontier: Frontier, ask: Callable[..., Request]) -> None:
    spellings = ("a.example/1", "a.example/1#top", "a.example:80/1", "a.example/2")
    assert frontier.led_to([ask(url) for url in spellings]) == (2, [])
    assert _drain(frontier) == ["a.example/1", "a.example/2"]


def _through_leads(frontier: Frontier, request: Request, outputs: list[Any]) -> list[Any]:
    async def given() -> AsyncIterator[Any]:
        for output in outputs:
            yield output

    async def collect() -> list[Any]:
        leads = Leads()
        leads.frontier = frontier
        response = SimpleNamespace(request=request)
        return [output async for output in leads.process_spider_output(response, given())]

    return asyncio.run(collect())


def test_a_page_that_only_leads_to_others_is_answered_with_them(opened: Any, ask: Callable[..., Request]) -> None:
    frontier = opened()
    frontier.enqueue_request(ask("a.example/list"))
    section = frontier.next_request()
    assert _through_leads(frontier, section, [ask("a.example/1"), ask("a.example/2")]) == []
    assert _drain(opened()) == ["a.example/1", "a.example/2"], "killed now, only they are left"


def test_a_page_that_is_kept_is_answered_by_whoever_keeps_it(opened: Any, ask: Callable[..., Request]) -> None:
    frontier = opened()
    frontier.enqueue_request(ask("a.example/page"))
    page, post = frontier.next_request(), FormRequest("http://a.example/more", formdata={"q": "1"})
    item = object()
    assert _through_leads(frontier, page, [ask("a.example/1"), item, post]) == [item, post]
    assert _drain(opened()) == ["a.example/page", "a.example/1"], "killed before it was kept"


def test_what_a_dead_run_did_not_come_to_clean_is_the_first_thing_taken_up(
    opened: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    at = datetime(2026, 2, 11, tzinfo=UTC)
    with writing(tmp_path / "archive.db") as db:
        for number in (1, 2, 3):
            keep_capture(db, Capture(url=f"http://a.example/{number}", body=b"%d" % number, fetched_at=at, site="a"))
        db.execute("UPDATE bodies SET packed = x'00' WHERE size = 1 AND rowid = 2")
    frontier = opened()

    async def started() -> list[Any]:
        async def start() -> AsyncIterator[str]:
            yield "what the spider asks for"

        leads = Leads()
        leads.frontier = frontier
        return [item async for item in leads.process_start(start())]

    first, second, *rest = asyncio.run(started())
    assert [(kept.capture_id, kept.capture.body) for kept in (first, second)] == [(1, b"1"), (3, b"3")]
    assert rest == ["what the spider asks for"]
    assert "capture 2 cannot be cleaned" in caplog.text


def test_a_host_that_asked_for_peace_is_left_alone(frontier: Frontier, ask: Callable[..., Request]) -> None:
    for number in range(2):
        frontier.enqueue_request(ask(f"a.example/{number}"))
    frontier.pause(ask("a.example/0"), 3600)
    assert frontier.next_request() is None
    assert frontier.has_pending_requests(), "it is waited for"
    frontier.pause(ask("a.example/0"), None)
    assert not frontier.has_pending_requests(), "not in this run any more"
    assert frontier.left == 2


def test_a_redirect_to_a_host_that_is_left_alone_ends_with_the_run(
    opened: Callable[..., Any], ask: Callable[..., Request]
) -> None:
    """a.example/1 → www.a.example/1, which asked for an hour of peace: nobody waits for it, and it is not lost."""
    frontier = opened()
    frontier.enqueue_request(ask("a.example/1"))
    request = frontier.next_request()
    frontier.enqueue_request(request.replace(url="http://www.a.example/1", meta={"redirect_times": 1}))
    frontier.pause(ask("www.a.example/0"), None)
    assert frontier.next_request() is None
    assert not frontier.has_pending_requests()
    assert _drain(opened()) == ["a.example/1"]


@pytest.mark.parametrize(("finish", "resumed"), [("pages", True), ("interrupted", True), ("finished", False)])
def test_a_run_goes_on_with_its_job_unless_that_was_finished(
    opened: Any, tmp_path: Path, finish: str, *, resumed: bool
) -> None:
    first = opened()
    begun = first._run.since
    with writing(tmp_path / "archive.db") as db:
        runs.end(db, first._run.id, finish=finish, now=begun)
    assert (opened()._run.since == begun) is resumed

"""The order of requests: hosts take turns, a busy host waits, a page begun goes first."""

from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from scrapy import Request

from crawler.frontier import Frontier


class _Downloader:
    def __init__(self) -> None:
        self.active: set[Request] = set()

    def get_slot_key(self, request: Request) -> str:
        return urlsplit(request.url).hostname or ""


@pytest.fixture
def downloader() -> _Downloader:
    return _Downloader()


@pytest.fixture
def frontier(downloader: _Downloader) -> Frontier:
    return Frontier(SimpleNamespace(engine=SimpleNamespace(downloader=downloader)))


def _drain(frontier: Frontier) -> list[str]:
    order = []
    while request := frontier.next_request():
        order.append(request.url.removeprefix("http://"))
    return order


def test_hosts_take_turns(frontier: Frontier) -> None:
    for url in ("a.example/1", "a.example/2", "a.example/3", "b.example/1", "c.example/1", "c.example/2"):
        frontier.enqueue_request(Request(f"http://{url}"))
    assert _drain(frontier) == [
        "a.example/1", "b.example/1", "c.example/1", "a.example/2", "c.example/2", "a.example/3",
    ]  # fmt: skip
    assert not frontier.has_pending_requests()


def test_a_host_that_is_being_asked_waits(frontier: Frontier, downloader: _Downloader) -> None:
    downloader.active.add(Request("http://a.example/0"))
    frontier.enqueue_request(Request("http://a.example/1"))
    frontier.enqueue_request(Request("http://b.example/1"))
    assert _drain(frontier) == ["b.example/1"]
    assert frontier.has_pending_requests()
    downloader.active.clear()
    assert _drain(frontier) == ["a.example/1"]


@pytest.mark.parametrize("begun", [{"redirect_times": 1}, {"retry_times": 1}])
def test_a_page_begun_goes_first(frontier: Frontier, begun: dict[str, int]) -> None:
    frontier.enqueue_request(Request("http://a.example/1"))
    frontier.enqueue_request(Request("http://a.example/0", meta=begun))
    assert _drain(frontier) == ["a.example/0", "a.example/1"]


def test_the_same_page_can_be_asked_for_again(frontier: Frontier) -> None:
    for _ in range(2):
        assert frontier.enqueue_request(Request("http://a.example/1"))
    assert _drain(frontier) == ["a.example/1", "a.example/1"]

"""Whose turn of the downloader a request takes."""

import asyncio

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler import polite
from crawler.polite import OneMachine, Throttle


def test_a_host_takes_its_machines_turn_as_soon_as_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up that fails once does not give a host a turn of its own for the next minute; one that is found stays."""
    answers = iter([None, "192.0.2.7"])

    async def address_of(host: str, port: int) -> str | None:
        assert (host, port) == ("a.example", 80)
        return next(answers)

    monkeypatch.setattr(polite, "address_of", address_of)

    async def turns() -> list[str]:
        one_machine = OneMachine()
        requests = [Request(f"http://a.example/{number}") for number in range(3)]
        for request in requests:
            await one_machine.process_request(request)
        return [request.meta["download_slot"] for request in requests]

    assert asyncio.run(turns()) == ["a.example", "192.0.2.7", "192.0.2.7"]


@pytest.mark.parametrize(("status", "shortens"), [(200, True), (304, True), (404, False), (503, False)])
def test_a_delay_is_shortened_by_pages_and_by_what_did_not_change(status: int, shortens: bool) -> None:  # noqa: FBT001 - a column of the table
    crawler = get_crawler(settings_dict={"AUTOTHROTTLE_ENABLED": True})
    throttle, slot = Throttle(crawler), Slot(concurrency=1, delay=8.0, jitter=0.5)
    throttle.mindelay, throttle.maxdelay = 1.0, 60.0
    throttle._adjust_delay(slot, 0.2, Response("http://a.example/", status=status))
    assert (slot.delay < 8.0) is shortens
    throttle._adjust_delay(slot, 30.0, Response("http://a.example/", status=status))
    assert slot.delay == 30.0

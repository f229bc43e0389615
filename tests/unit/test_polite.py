"""Whose turn of the downloader a request takes."""

import asyncio

import pytest
from scrapy import Request

from crawler import polite
from crawler.polite import OneMachine


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

"""Pages that others saved: parts are joined whatever their order, hostile chains end, manifests are checked."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.warc import Skipped
from crawler.items import Capture, Reason
from sites.recipes import load_recipes
from spiders import replay
from spiders.replay import joined, replay_pages
from spiders.saved import ManifestError, SavedPage, manifest_pages

NOW = datetime(2026, 2, 11, tzinfo=UTC)
HOST = "http://lanqiao.example/"


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, list[str]]]]:
    """Join pages whose body is the name of the next part; the name of each first page with those of its parts."""
    monkeypatch.setattr("spiders.replay.next_part", lambda body, _: HOST + body.decode() if body else None)

    def join(*pages: tuple[str, str]) -> list[tuple[str, list[str]]]:
        captures = [Capture(url=HOST + name, body=following.encode(), fetched_at=NOW) for name, following in pages]
        names = ((item.url, [part.url for part in item.parts]) for item in joined(lambda: iter(captures)))  # type: ignore[union-attr]
        return [(url.removeprefix(HOST), [part.removeprefix(HOST) for part in parts]) for url, parts in names]

    return join


@pytest.mark.parametrize(
    ("pages", "together"),
    [
        ([("1", "2"), ("2", "3"), ("3", "")], [("1", ["2", "3"])]),
        ([("3", ""), ("1", "2"), ("x", ""), ("2", "3")], [("x", []), ("1", ["2", "3"])]),
        ([("2", "3"), ("3", "")], [("2", ["3"])]),
        ([("1", "2"), ("3", "")], [("3", []), ("1", [])]),
        ([("1", "2"), ("2", "1")], [("1", ["2"])]),
        ([("1", "1")], [("1", [])]),
        ([("1", "2"), ("2", ""), ("1", "2"), ("2", "")], [("1", ["2"]), ("1", ["2"])]),
    ],
    ids=["in order", "mixed", "first missing", "middle missing", "circle", "itself", "captured twice"],
)
def test_parts_are_put_behind_their_first_page(
    pages: list[tuple[str, str]],
    together: list[tuple[str, list[str]]],
    chain: Callable[..., list[tuple[str, list[str]]]],
) -> None:
    assert chain(*pages) == together


def test_what_waits_is_bounded(
    chain: Callable[..., list[tuple[str, list[str]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "HELD_BYTES", 2)
    pages = [(str(n), str(n + 1)) for n in range(1, 20)]
    assert [part for url, parts in chain(*pages) for part in (url, *parts)] == [name for name, _ in pages]


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (f"<!-- saved from url=(0029){HOST}1.html -->", f"{HOST}1.html"),
        (f"<!--\n Page saved with SingleFile \n url: {HOST}1.html \n saved date: Wed Feb 11 2026-->", f"{HOST}1.html"),
        ("<!-- saved from url=(0014)about:internet -->", None),
        ("<!-- saved from url=(0014)http://[half -->", None),
        ("<!-- saved from url=(0014)http://a.example:99999/ -->", None),
        ("x" * 5000 + f"<!-- saved from url=(0029){HOST}1.html -->", None),
    ],
)
def test_a_saved_page_has_the_address_that_its_browser_wrote(head: str, url: str | None, tmp_path: Path) -> None:
    path = tmp_path / "页.html"
    path.write_text(head + "<p>青石镇</p>", encoding="utf-8")
    (capture,) = replay_pages([SavedPage(path=path)], lambda url: url)
    assert isinstance(capture, Capture)
    assert capture.url == (url or path.as_uri())


def test_an_unreadable_page_is_skipped_with_its_reason(tmp_path: Path) -> None:
    (skipped,) = replay_pages([SavedPage(path=tmp_path / "missing.html")], str)
    assert isinstance(skipped, Skipped)
    assert skipped.reason is Reason.UNREADABLE


def test_a_manifest_gives_address_date_and_charset(tmp_path: Path) -> None:
    lines = [{"file": "a.html", "url": HOST, "encoding_header": "gbk", "fetched_at": "2026-02-11T08:00:00+08:00"}]
    path = tmp_path / "manifest.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    (tmp_path / "a.html").write_text("<p>桥", encoding="gbk")
    (capture,) = replay_pages(manifest_pages(path), str)
    assert isinstance(capture, Capture)
    assert (capture.url, capture.header("content-type")) == (HOST, "text/html; charset=gbk")
    assert capture.fetched_at == NOW


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"fetched_at": "0001-01-01T00:00:00+14:00"}, "no page was fetched then: 0001-01-01"),
        ({"fetched_at": "9999-12-31T23:59:59-12:00"}, "no page was fetched then: 9999-12-31"),
        ({"fetched_at": "1989-12-31"}, "no page was fetched then: 1989-12-31"),
        ({"url": "http://a.example:99999/"}, "not a web address"),
        ({"url": "http://[half/"}, "not a web address"),
    ],
)
def test_a_page_of_a_manifest_with_an_impossible_date_or_address_costs_itself_only(
    known: dict[str, str], told: str, tmp_path: Path
) -> None:
    (tmp_path / "a.html").write_text("<p>桥", encoding="utf-8")
    path = tmp_path / "manifest.jsonl"
    path.write_text("".join(json.dumps({"file": "a.html", **more}) + "\n" for more in (known, {"url": HOST})))
    skipped, capture = replay_pages(manifest_pages(path), load_recipes().site_of)
    assert isinstance(skipped, Skipped)
    assert skipped.reason is Reason.UNREADABLE
    assert told in skipped.detail
    assert isinstance(capture, Capture)


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'{"url": "x"}',
        b'{"file": "a", "fetched_at": "yesterday"}',
        b'{"file": 7}',
        b'{"file": "a", "url": 7}',
        b'{"file": "a", "encoding_header": ["gbk"]}',
        '{"file": "桥.html"}'.encode("gbk"),
        b"[" * 50_000,
        b'{"file": "' + b"a" * 100_000 + b'"}',
    ],
)
def test_a_wrong_line_of_a_manifest_is_named(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"file": "a"}\n' + line)
    with pytest.raises(ManifestError, match=r"manifest\.jsonl:2: "):
        list(manifest_pages(path))

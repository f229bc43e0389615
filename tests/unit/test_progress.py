"""What is counted of a run, and what is shown of it while it goes on."""

from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from archive.write import Kept, Outcome
from crawler.items import Capture, FetchFailure, Reason, Sighting
from crawler.progress import SHOWN_FAILURES, Progress
from pipelines.stages import Dropped, KeptCapture, NotCleaned, StoredPage, Unmodified

URL = "http://lanqiao.example/1.html"
WHEN = datetime(2026, 2, 11, 8, 0, tzinfo=UTC)
STATS = SimpleNamespace(get_value={"downloader/response_bytes": 1234}.get)


@pytest.fixture
def progress() -> Progress:
    return Progress(STATS, quiet=True, max_pages=0)


def _capture(url: str = URL) -> Capture:
    return Capture(url=url, body=b"", fetched_at=WHEN)


def _stored(outcome: Outcome) -> StoredPage:
    return StoredPage(
        url=URL, site="lanqiao.example", capture_id=1, kept=Kept(article_id=1, version_id=1, outcome=outcome)
    )


def _failure(reason: Reason = Reason.TIMEOUT, asked: str | None = None) -> FetchFailure:
    return FetchFailure(url=URL, requested_url=asked, reason=reason, detail="slow", failed_at=WHEN)


def test_every_page_is_counted_once_by_what_became_of_it(progress: Progress) -> None:
    for outcome in (Outcome.NEW, Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED):
        progress.kept(_stored(outcome))
    progress.dropped(_capture(), Dropped(Reason.ONLY_SPAM, "nothing else"))
    progress.dropped(_failure(), Dropped(Reason.TIMEOUT, "slow"))
    progress.closed("finished")
    assert progress.summary is not None
    assert progress.summary.outcomes == {"new": 2, "changed": 1, "unchanged": 1, "rejected": 1, "failed": 1}
    assert progress.summary.reasons == {"only-spam": 1, "timeout": 1}
    assert progress.summary.pages == 6
    assert progress.summary.bytes_received == 1234


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (Reason.LISTING, "rejected"),
        (Reason.SOFT_404, "rejected"),
        (Reason.HTTP_ERROR, "failed"),
        (Reason.NOT_HTML, "failed"),
        (Reason.EMPTY, "failed"),
        (Reason.INTERNAL, "failed"),
    ],
)
def test_a_page_that_was_had_and_holds_no_article_is_no_failure_one_that_cannot_be_read_is(
    progress: Progress, reason: Reason, outcome: str
) -> None:
    progress.dropped(_capture(), Dropped(reason, "detail"))
    progress.closed("finished")
    assert progress.summary is not None
    assert progress.summary.outcomes == {outcome: 1}


def test_what_an_earlier_run_kept_is_counted_as_what_it_turns_out_to_be(progress: Progress) -> None:
    kept = KeptCapture(capture_id=1, capture=_capture())
    progress.dropped(kept, Dropped(Reason.ONLY_SPAM, "nothing else"))
    progress.broken(kept, Failure(OSError("disk")))
    progress.dropped(kept, NotCleaned())
    progress.closed("interrupted")
    assert progress.summary is not None
    assert progress.summary.outcomes == {"rejected": 1, "failed": 1, "pending": 1}
    assert [page.url for page in (*progress.summary.failures, *progress.summary.rejections)] == [URL, URL]
    assert "1 rejected, 1 failed, 1 pending (interrupted" in next(iter(progress.summary.lines()))


def test_what_breaks_is_counted_with_the_first_line_of_its_error(progress: Progress) -> None:
    progress.broken(_capture(), Failure(OSError("disk\nfull")))
    response = Response(URL, request=Request(URL))
    progress.lost(Failure(KeyError("x")), response)
    progress.closed("finished")
    assert progress.summary is not None
    assert [(failed.url, failed.reason, failed.detail) for failed in progress.summary.failures] == [
        (URL, Reason.INTERNAL, "OSError: disk"),
        (URL, Reason.INTERNAL, "KeyError: 'x'"),
    ]


def test_a_failure_is_named_by_the_address_asked_for_and_only_the_first_are_named(progress: Progress) -> None:
    for number in range(SHOWN_FAILURES + 5):
        item = _failure(asked=f"http://lanqiao.example/asked-{number}")
        progress.dropped(item, Dropped(item.reason, item.detail))
    progress.closed("finished")
    assert progress.summary is not None
    assert progress.summary.outcomes["failed"] == SHOWN_FAILURES + 5
    assert len(progress.summary.failures) == SHOWN_FAILURES
    assert progress.summary.failures[0].url == "http://lanqiao.example/asked-0"


@pytest.mark.parametrize(
    ("status", "callback", "fetched"),
    [(200, print, 1), (204, print, 1), (304, print, 1), (404, print, 0), (200, NO_CALLBACK, 0), (200, None, 0)],
)
def test_a_page_is_fetched_when_it_answers_well(progress: Progress, status: int, callback: Any, fetched: int) -> None:
    """robots.txt has no callback, nor have the later parts of an article."""
    progress.received(Response(URL, status=status), Request(URL, callback=callback))
    progress.closed("finished")
    assert progress.summary is not None
    assert progress.summary.fetched == fetched


def test_a_page_seen_again_is_unchanged(progress: Progress) -> None:
    progress.dropped(Sighting(url=URL, seen_at=WHEN), Unmodified())
    progress.closed("finished")
    assert progress.summary is not None
    assert progress.summary.outcomes == {"unchanged": 1}


def test_what_is_left_is_what_the_frontier_has(progress: Progress) -> None:
    progress.frontier = SimpleNamespace(left=3)
    progress.kept(_stored(Outcome.NEW))
    progress.closed("shutdown")
    assert progress.summary is not None
    assert (progress.summary.pages, progress.summary.left) == (1, 3)


def test_the_reason_of_an_early_end_comes_with_its_words(progress: Progress) -> None:
    progress.closed("usage: urls.txt:3: not a web address: 'x'")
    assert progress.summary is not None
    assert (progress.summary.finish, progress.summary.detail) == ("usage", "urls.txt:3: not a web address: 'x'")


def test_the_line_says_how_far_it_is_within_the_limit() -> None:
    progress = Progress(STATS, quiet=True, max_pages=2)
    progress.frontier = SimpleNamespace(left=4)
    progress.kept(_stored(Outcome.NEW))
    assert progress._line().startswith("1 of 2 pages, ")


def test_quiet_shows_nothing(progress: Progress, capsys: pytest.CaptureFixture[str]) -> None:
    progress.opened()
    progress.closed("finished")
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_one_line_is_redrawn_and_taken_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    progress = Progress(STATS, quiet=False, max_pages=0)
    progress.opened()
    progress.closed("finished")
    out, err = capsys.readouterr()
    assert out == ""
    assert "0 of 0 pages" in err
    assert err.endswith("\x1b[2K")  # the line is cleared: the shell's prompt comes next


def test_where_no_terminal_is_a_line_is_written_for_all_and_one_for_each_site(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    progress = Progress(STATS, quiet=False, max_pages=0)
    queued = Counter({"other.example": 7, "lanqiao.example": 0})
    progress.frontier = SimpleNamespace(left=7, queued_of_site=queued)
    progress.kept(_stored(Outcome.NEW))
    progress._print_line()
    assert capsys.readouterr().err.splitlines() == [
        "1 of 8 pages, 1.0 a second, 0 rejected, 0 failed",
        "  other.example: 0 done, 7 queued, 0.0 a second, 0 failed",
        "  lanqiao.example: 1 done, 0 queued, 1.0 a second, 0 failed",
    ]

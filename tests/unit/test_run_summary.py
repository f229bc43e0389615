"""The exit code of a run, and how it is said."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.main import repost
from cli.update import update_command
from crawler.items import Reason
from crawler.summary import Failed, RunSummary

WHEN = datetime(2026, 2, 11, 8, 0, tzinfo=UTC)


def _summary(finish: str = "finished", **values: Any) -> RunSummary:
    return RunSummary(finish=finish, started_at=WHEN, finished_at=WHEN.replace(second=7), **values)


@pytest.mark.parametrize(
    ("summary", "code"),
    [
        (_summary(outcomes={"new": 3}, fetched=3), 0),
        (_summary(outcomes={"unchanged": 3, "rejected": 1}, fetched=4), 0),  # a page without an article is a finding
        (_summary(outcomes={"new": 3, "failed": 1}, fetched=3), 1),
        (_summary(outcomes={"failed": 1}), 3),
        (_summary("usage", detail="not a web address"), 2),
        (_summary("pages", outcomes={"new": 3, "failed": 1}, fetched=3), 4),
        (_summary("seconds", outcomes={"failed": 1}), 4),
        (_summary("locked", detail="another run"), 75),
        (_summary("interrupted", signal=2, outcomes={"failed": 1}), 130),
        (_summary("interrupted", signal=15), 143),
        (_summary("interrupted", outcomes={"new": 1}, fetched=1), 130),  # before signals were listened to
        (_summary("start_error", outcomes={"new": 1}, fetched=1), 1),
    ],
)
def test_what_happened_has_its_exit_code(summary: RunSummary, code: int) -> None:
    assert summary.exit_code == code


DOCS = (Path(__file__).parents[2] / "docs" / "cron.md").read_text(encoding="utf-8")


def test_every_exit_code_that_a_clock_can_meet_is_explained() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", DOCS, re.MULTILINE)
    assert [int(code) for row in rows for code in row.split(",")] == [0, 1, 2, 3, 4, 75, 130, 143]


def test_the_examples_for_a_clock_name_options_that_there_are() -> None:
    given = re.findall(r"\./repost update (--.+)|repost/repost update (--.+)|CMD \[\"update\", (.+)\]", DOCS)
    examples = ["".join(found).replace('"', "").replace(",", "") for found in given]
    assert len(examples) == 3
    # Below `repost`, as it is typed: click keeps the help option of a command's first context, and one without this
    # parent leaves the command without its `-h` for the rest of the process.
    parent = repost.make_context("repost", ["update"])
    for example in examples:
        update_command.make_context("update", example.split(), parent=parent)


def test_a_summary_names_the_first_pages_without_an_article_and_counts_the_rest() -> None:
    failure = Failed(url="http://a.example/1", reason=Reason.TIMEOUT, detail="slow")
    rejection = Failed(url="http://a.example/2", reason=Reason.LISTING, detail="31 links, no text")
    summary = _summary(
        pages=12, fetched=5, bytes_received=1_240_000, failures=(failure,), rejections=(rejection,),
        outcomes={"new": 3, "changed": 1, "unchanged": 1, "rejected": 2, "failed": 5},
    )  # fmt: skip
    assert list(summary.lines()) == [
        "12 pages in 7 s, 1.2 MB: 3 new, 1 changed, 1 unchanged, 2 rejected, 5 failed",
        "failed: http://a.example/1: timeout: slow",
        "failed: 4 more",
        "rejected: http://a.example/2: listing: 31 links, no text",
        "rejected: 1 more",
    ]


def test_a_run_cut_short_says_what_is_left() -> None:
    assert next(_summary("pages", pages=2, left=8).lines()).endswith("(pages: 8 pages left)")


def test_a_run_that_did_nothing_says_only_why() -> None:
    assert list(_summary("usage", detail="urls.txt:3: not a web address: 'x'").lines()) == [
        "urls.txt:3: not a web address: 'x'"
    ]

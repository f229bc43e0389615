"""How the command line starts a crawl: Scrapy's process with this project's settings, and what came of it."""

import gc
import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from twisted.logger import globalLogBeginner

from archive import exceptions, runs
from archive.connect import open_writing, writing
from archive.errors import DiskFull
from crawler.guard import Allowance
from crawler.limits import Limits
from crawler.lock import Locked, RunLock
from crawler.log_lines import log_json
from crawler.progress import Progress
from crawler.summary import RunSummary
from sites.recipes import load_recipes


def run(spider: str, arguments: Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> RunSummary:
    """Run one spider to its end, in this process; once a process, because Twisted's reactor cannot start again.

    Args:
        spider: the spider's name, e.g. `pages`.
        arguments: the spider's arguments, e.g. `{"urls": [...]}`.
        overrides: settings that replace those of `crawler.settings`, e.g. `ARCHIVE_PATH`, `ALLOWED_ADDRESSES`,
            `DOWNLOAD_DELAY`, `MAX_PAGES`, `QUIET`, `LOG_LEVEL`.

    Raises:
        ArchiveError: the archive cannot be opened.
        RecipeError: a site file is wrong.
        ValueError: a setting is wrong; the message is for people.
    """
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict({"JOB": runs.job_key(spider, arguments), **(overrides or {})}, priority="cmdline")
    if settings.getbool("LOG_JSON"):
        settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
        log_json(settings["LOG_LEVEL"])
    # What is wrong with these is said before anything starts: inside Scrapy it would be a page of tracebacks.
    tuple(map(Allowance.parse, settings.getlist("ALLOWED_ADDRESSES")))
    load_recipes()
    archive = Path(settings["ARCHIVE_PATH"])
    open_writing(archive).close()
    started_at = datetime.now(UTC)
    try:
        with RunLock(archive):  # the frontier takes it again; here only so that Scrapy is not started for nothing
            pass
    except Locked as held:
        detail = f"another run is at work on this archive ({held})"
        return RunSummary(finish="locked", detail=detail, started_at=started_at, finished_at=datetime.now(UTC))
    process = AsyncCrawlerProcess(settings)
    # Until told otherwise, Twisted prints its own view of some errors, with a traceback, past every logging setting.
    globalLogBeginner.beginLoggingTo((), discardBuffer=True, redirectStandardIO=False)
    crawler = process.create_crawler(spider)
    interruptions = _note_signals(crawler)
    # What was imported stays, and a page leaves no cycles behind: to look through all of it for garbage, ten times as
    # often as here, takes a run's twentieth part.
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    task = process.crawl(crawler, **arguments)
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    progress, limits = crawler.get_extension(Progress), crawler.get_extension(Limits)
    summary = progress.summary if progress else None
    if summary is None:  # a second signal ended it before the spider was closed
        summary = RunSummary(finish="interrupted", started_at=started_at, finished_at=datetime.now(UTC))
        if progress:
            progress.hide()
            summary = progress.so_far("interrupted")
            if progress.frontier:
                progress.frontier.close("interrupted")
    if interruptions:
        summary = replace(summary, finish="interrupted", signal=interruptions[0])
    elif limits and limits.reached:
        summary = replace(summary, finish=limits.reached)
    run_id = crawler.stats.get_value("repost/run") if crawler.stats else None
    return summary if run_id is None else _written_down(summary, archive, run_id)


def _written_down(summary: RunSummary, archive: Path, run_id: int) -> RunSummary:
    """The summary with what happened to pages meanwhile, once it stands beside the run."""
    try:
        with writing(archive) as db:
            set_aside = tuple(exceptions.noted(db, summary.started_at))
            summary = replace(summary, events=runs.events_since(db, summary.started_at), exceptions=set_aside)
            runs.sum_up(db, run_id, exit_code=summary.exit_code, summary=summary.as_json())
    except DiskFull:
        pass  # the run is told of on standard error, and the archive says that it began
    return summary


def _note_signals(crawler: Crawler) -> list[int]:
    """The list that will hold the signals that interrupt the run; Scrapy's handlers still end it in order."""
    noted: list[int] = []

    def wrap() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, partial(_note, noted, signal.getsignal(number)))

    crawler.signals.connect(wrap, signals.spider_opened, weak=False)  # by then Scrapy has set its handlers
    return noted


def _note(
    noted: list[int], then: Callable[[int, FrameType | None], Any] | int | None, number: int, frame: FrameType | None
) -> None:
    noted.append(number)
    if callable(then):
        then(number, frame)

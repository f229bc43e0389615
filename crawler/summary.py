"""What one run did: counts by outcome and reason, the first failures, and the exit code they amount to."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from archive.exceptions import ExceptionLine
from crawler.items import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A page that was not had.

    Attributes:
        url: the address that was asked for.
        reason: one of `Reason`.
        detail: one line for people.
    """

    url: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What one run did.

    Attributes:
        finish: `finished`; `pages`, `seconds` or `disk` (the limit that ended it); `interrupted`; `locked` (another run
            is at work on the archive); `usage` (an address was wrong, nothing was fetched); else Scrapy's word.
        detail: one line for people, where `finish` is `locked` or `usage`.
        signal: the signal that interrupted it, or None.
        started_at, finished_at: aware, UTC.
        pages: how many pages were answered for: fetched, or given up.
        left: how many are still queued, because the run ended before.
        fetched: how many pages answered with a status of 2xx.
        outcomes: `new`, `changed`, `unchanged` articles, `rejected` pages, `failed` pages, `pending` pages (kept, and
            cleaned by the next run, because this one was stopped) → count.
        reasons: `Reason` of the rejected and failed pages → count.
        by_site: site → outcome → count.
        events: what happened to pages that were known: `changed`, `gone`, `soft-404`, `back`, `hijack-begun`,
            `hijack-ended` → count.
        exceptions: rules that were set aside for a host, with the reasons in the site files.
        bytes_received: bytes of all responses as transferred, robots.txt and redirects included.
        failures: the first pages that failed, in the order they did.
        rejections: the first pages that could be read and hold no article.
    """

    finish: str
    detail: str = ""
    signal: int | None = None
    started_at: datetime
    finished_at: datetime
    pages: int = 0
    left: int = 0
    fetched: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    by_site: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    exceptions: tuple[ExceptionLine, ...] = ()
    bytes_received: int = 0
    failures: tuple[Failed, ...] = ()
    rejections: tuple[Failed, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def exit_code(self) -> int:
        """The exit code of the command that ran it, as every command documents them."""
        if self.signal is not None:
            return 128 + self.signal
        # interrupted before the signals were listened to, which one it was is not known
        fixed = {"interrupted": 130, "locked": 75, "usage": 2, "pages": 4, "seconds": 4, "disk": 4}
        if self.finish in fixed:
            return fixed[self.finish]
        failed = self.outcomes.get("failed", 0)
        if failed and not self.fetched:
            return 3
        return 1 if failed or self.finish != "finished" else 0

    def as_json(self) -> dict[str, Any]:
        """The summary for machines: every field, with the exit code and the seconds it took; times in ISO 8601."""
        times = {name: getattr(self, name).isoformat() for name in ("started_at", "finished_at")}
        return {**asdict(self), **times, "seconds": round(self.seconds, 3), "exit_code": self.exit_code}

    def lines(self) -> Iterator[str]:
        """The summary for people: one line, then one for each of the first failures; or why nothing was done."""
        if self.detail:
            yield self.detail
            return
        articles = " ".join(f"{self.outcomes.get(kind, 0)} {kind}," for kind in ("new", "changed", "unchanged"))
        pending = f", {self.outcomes['pending']} pending" if self.outcomes.get("pending") else ""
        ending = "" if self.finish == "finished" else f" ({self.finish}: {_pages(self.left)} left)"
        yield (
            f"{_pages(self.pages)} in {self.seconds:.0f} s, {self.bytes_received / 1e6:.1f} MB: {articles} "
            f"{self.outcomes.get('rejected', 0)} rejected, {self.outcomes.get('failed', 0)} failed{pending}{ending}"
        )
        if self.events:
            yield "events: " + ", ".join(f"{count} {event}" for event, count in self.events.items())
        for line in self.exceptions:
            yield f"exception: {line.host}: {line.rule} set aside: {line.reason}"
        for kind, first in (("failed", self.failures), ("rejected", self.rejections)):
            for page in first:
                yield f"{kind}: {page.url}: {page.reason}: {page.detail}"
            if (rest := self.outcomes.get(kind, 0) - len(first)) > 0:
                yield f"{kind}: {rest} more"


def _pages(count: int) -> str:
    return f"{count} page{'' if count == 1 else 's'}"

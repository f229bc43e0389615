"""Log lines: none about what goes well, but for who wants all of them; for machines as one JSON object each."""

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from scrapy.logformatter import LogFormatter

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from twisted.python.failure import Failure


class FewLines(LogFormatter):
    """Scrapy's messages, without the two about each page that `LOG_LEVEL` lets through only when it is `DEBUG`.

    Scrapy makes them all the same, and lets its handler drop them: a fiftieth of a page's time.
    """

    def __init__(self, *, detailed: bool = False) -> None:
        self._detailed = detailed

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Read the level."""
        return cls(detailed=crawler.settings["LOG_LEVEL"] in {"DEBUG", logging.DEBUG})

    def crawled(  # type: ignore[override]  # None is how Scrapy is told to say nothing
        self, request: "Request", response: "Response", spider: "Spider"
    ) -> "LogFormatterResult | None":
        """A page was fetched."""
        return super().crawled(request, response, spider) if self._detailed else None

    def scraped(  # type: ignore[override]  # as above
        self,
        item: Any,  # noqa: ANN401 - Scrapy's
        response: "Response | Failure | None",
        spider: "Spider",
    ) -> "LogFormatterResult | None":
        """An article was stored."""
        return super().scraped(item, response, spider) if self._detailed else None


class JsonLines(logging.Formatter):
    """Formats a record as one line: `time` (ISO 8601), `level`, `logger`, `message`, and `error` where there was one.

    >>> record = logging.LogRecord("repost", logging.INFO, "", 0, "%s pages", (3,), None)
    >>> json.loads(JsonLines().format(record))["message"]
    '3 pages'
    """

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object, without a line break whatever the message holds."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_json(level: str) -> None:
    """Write log lines so to standard error, in place of Scrapy's handler (`LOG_INSTALL_ROOT_HANDLER`)."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    handler.setLevel(level)
    logging.root.addHandler(handler)
    logging.root.setLevel(level)

"""robots.txt, obeyed: Scrapy's middleware, with the refusal named so that it can be recorded as its own reason."""

import logging
from typing import TYPE_CHECKING, Self

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.guard import Refused
from crawler.items import Reason

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser


class Robots(RobotsTxtMiddleware):
    """Downloader middleware: asks a host's robots.txt before its pages."""

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """As Scrapy's, with its log kept short."""
        logging.getLogger(RobotsTxtMiddleware.__module__).addFilter(_everyday)
        return super().from_crawler(crawler)

    def process_request_2(self, rp: "RobotParser | None", request: "Request") -> None:
        """Let the request pass, or refuse it, once the host's robots.txt is known."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Refused(Reason.ROBOTS, "robots.txt disallows it") from error


def _everyday(record: logging.LogRecord) -> bool:
    """An unreachable robots.txt is no error with a traceback: the page's own failure is recorded, once and in full."""
    record.exc_info = None
    record.levelno = min(record.levelno, logging.INFO)
    record.levelname = logging.getLevelName(record.levelno)
    return True

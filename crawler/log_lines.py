"""Log lines for machines: one JSON object each."""

import json
import logging
from datetime import UTC, datetime


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

"""Datasette's CSV made safe for spreadsheets: a stranger's headline must not be run as a formula.

An ASGI application around Datasette: answers that are CSV are taken apart row by row as they pass, and put together
again with every dangerous cell marked as text.
"""

import codecs
import re
from typing import Final

from reader.export import defused
from reader.web.guard import App, Message, Receive, Scope, Send

# Unlike `repost export`, this sees no types: a column of numbers is told by its cells.
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?\Z", re.ASCII)

# One cell as `csv.writer` writes it, with what ends it.
_CELL: Final = re.compile(r'(?:"(?P<quoted>[^"]*(?:""[^"]*)*)"|(?P<plain>[^",\r\n]*))(?P<after>,|\r?\n|\Z)')


def as_text(cell: str) -> str:
    """A cell that a spreadsheet shows as it is.

    >>> as_text("=1+1"), as_text("-12.5"), as_text("国家")
    ("'=1+1", '-12.5', '国家')
    """
    return cell if _NUMBER.match(cell) else defused(cell)


def safe_csv(app: App) -> App:
    """An application whose CSV can be opened in a spreadsheet."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(".csv"):
            await app(scope, receive, send)
            return
        rows = Rows()

        async def send_rows(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The length changes, where it was known.
                kept = [(name, value) for name, value in message["headers"] if name.lower() != b"content-length"]
                message = {**message, "headers": kept}
            elif message["type"] == "http.response.body":
                last = not message.get("more_body", False)
                message = {**message, "body": rows.feed(message.get("body", b""), last=last)}
            await send(message)

        await app(scope, receive, send_rows)

    return wrapped


class Rows:
    """CSV that comes in pieces which end anywhere, and goes out as whole rows."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes, *, last: bool) -> bytes:
        """The rows that end in this piece, and in the last one whatever is left."""
        self._rest += self._decoder.decode(data, final=last)
        whole = len(self._rest) if last else _end_of_rows(self._rest)
        rows, self._rest = self._rest[:whole], self._rest[whole:]
        return _CELL.sub(_safe, rows).encode()


def _end_of_rows(text: str) -> int:
    """Where the last whole row ends: a line break between quotation marks ends none."""
    end = start = quotes = 0
    while (line := text.find("\n", start)) >= 0:
        quotes += text.count('"', start, line)
        start = line + 1
        if quotes % 2 == 0:
            end = start
    return end


def _safe(cell: re.Match[str]) -> str:
    quoted, plain, after = cell["quoted"], cell["plain"], cell["after"]
    return f'"{as_text(quoted)}"{after}' if quoted is not None else f"{as_text(plain)}{after}"

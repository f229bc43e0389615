"""What a crawl shows on a real terminal while it goes on: a line for each site, and nothing where it is quiet."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from samples.web import serve

COMMAND = (sys.executable, "-c", "from cli.main import main; main()", "crawl")
Crawl = Callable[..., tuple[str, list[str]]]
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def _read(descriptor: int) -> str:
    """All that is written to a terminal until nobody holds its other end."""
    parts = []
    while True:
        try:
            part = os.read(descriptor, 65_536)
        except OSError:  # Linux says so when the last writer is gone
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts).decode()


@pytest.fixture
def shown(tmp_path: Path) -> Crawl:
    """Crawl two pages of two sites of the sample web; what the terminal showed, and the sites."""

    def crawl(*options: str) -> tuple[str, list[str]]:
        with serve() as web:
            sites = [web.bases[key].removeprefix("http://") for key in ("outlet", "tables")]
            urls = [page.url for page in web.expected() if page.site in {"outlet", "tables"}]
            chosen = [url for site in sites for url in [url for url in urls if site in url][:2]]
            allow = [argument for site in sites for argument in ("--allow-address", site)]
            command = [*COMMAND, *chosen, *allow, "--delay", "0.4", "--db", str(tmp_path / "a.db"), *options]
            environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
            ours, theirs = pty.openpty()
            with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=theirs) as process:
                os.close(theirs)
                text = _read(ours)
            os.close(ours)
            assert process.returncode == 0, text
            return text, sites

    return crawl


def test_a_terminal_shows_a_line_for_each_site_that_is_redrawn_and_taken_away(shown: Crawl) -> None:
    text, sites = shown()
    plain = _CONTROL.sub("", text)
    for site in sites:
        assert re.search(rf"{re.escape(site)} +\d done +\d queued +\d\.\d a second +0 failed", plain), plain
    assert re.search(r"\d of 4 pages, \d\.\d a second, 0 rejected, 0 failed", plain)
    assert "\x1b[2K" in text or "\x1b[1A" in text, "redrawn in place"
    last = [line for line in plain.replace("\r", "\n").split("\n") if line.strip()][-1]
    assert re.match(r"repost: 4 pages in \d+ s", last), "the summary stays, alone"


def test_quiet_is_quiet_on_a_terminal_too(shown: Crawl) -> None:
    assert shown("--quiet")[0] == ""

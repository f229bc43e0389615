"""A crawl takes no more memory for its last page than it took for its first hundreds."""

import random
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bench.families_texts import paragraphs

PAGES = 20_000
WARM = 200  # pages after which everything is loaded
WHILE = 500  # pages over which it is measured


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_pages(
    web: Any, crawl: Any, article_html: Callable[..., str], tmp_path: Path
) -> None:
    """Of the process that fetches, and of those that clean; the text of each page is another."""
    chance = random.Random(20260211)  # noqa: S311 - the same texts every time
    urls = [
        web.page(f"/{number}.html", article_html(f"松坡村水井的第{number}天", *paragraphs(chance, 2)))
        for number in range(PAGES)
    ]
    listed = tmp_path / "urls.txt"
    listed.write_text("\n".join(urls), encoding="utf-8")
    process = crawl._start(
        "pages", {"file": str(listed)}, {"AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
    )
    seen: list[tuple[int, int]] = []
    while process.poll() is None:
        seen.append((web.asked.total(), _resident(process.pid)))
        time.sleep(0.2)
    assert crawl.finish(process).code == 0
    early = max(size for asked, size in seen if WARM <= asked < WARM + WHILE)
    late = max(size for asked, size in seen if asked > PAGES - WHILE)
    assert late < 1.1 * early, f"{early / 1e6:.0f} MB, then {late / 1e6:.0f} MB"


def _resident(process: int) -> int:
    """The memory that a process and those below it take, in bytes."""
    folders = list(Path("/proc").glob("[0-9]*"))
    parents = {}
    for folder in folders:
        with suppress(OSError):  # it has ended meanwhile
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    family, size = [process], 0
    for member in family:  # grows while it is walked
        family += [child for child, parent in parents.items() if parent == member]
        with suppress(OSError):
            size += int(Path(f"/proc/{member}/statm").read_text().split()[1]) * resource.getpagesize()
    return size

"""A crawl takes no more memory for its last page than it took for its first hundreds."""

import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

WARM = 500  # pages after which everything is loaded, and every cache that has a bound is full
PARAGRAPH = "松坡村的水井装上了盖子，取水改用手摇泵，每天早上排队的人还是那些，只是孩子们不再趴在井沿上看自己的影子了。"


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_pages(
    web: Any, crawl: Any, article_html: Callable[..., str], tmp_path: Path
) -> None:
    """Of the process that fetches, and of those that clean; the text of each page is another."""
    pages = 5_000
    urls = [
        web.page(f"/{number}.html", article_html(f"松坡村水井的第{number}天", *[f"{PARAGRAPH}第{number}次。"] * 3))
        for number in range(pages)
    ]
    listed = tmp_path / "urls.txt"
    listed.write_text("\n".join(urls), encoding="utf-8")
    process = crawl._start("pages", {"file": str(listed)}, {"AUTOTHROTTLE_ENABLED": False})
    seen: list[tuple[int, int]] = []
    while process.poll() is None:
        seen.append((web.asked.total(), _resident(process.pid)))
        time.sleep(0.2)
    assert crawl.finish(process).code == 0
    early = max(size for asked, size in seen if WARM <= asked < 2 * WARM)
    late = max(size for asked, size in seen if asked > pages - WARM)
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

"""What a crawl costs beyond downloading: this project's whole crawl into SQLite, beside a bare spider and other tools.

    .venv/bin/python bench/bench_crawl.py             2,000 pages of 60 kB on loopback, three rounds
    .venv/bin/python bench/bench_crawl.py --rounds 5  steadier figures

Every crawl asks for the same addresses with sixteen requests at once, and no delay: politeness is switched off, or it
would be all that is measured. The server is a process of its own. In each round every tool crawls in turn, so that a
busy spell of the machine hits all of them; of the rounds the median counts, and the ratios are medians of the ratios
within a round. Start-up and imports are left out, except for news-please, which only runs as a program.

The tools are Scrapy alone, this project (every page stored, cleaned in processes of its own, searchable and in its
family), Scrapy with trafilatura and JSON lines, and news-please. The last two come from `requirements-peers.txt`,
which says how to install them; those that are missing are named. CPU is that of all processes of a tool, the server's
not among them. What this project takes for pages that have to be restored is shown last; no other tool does that.
"""

import argparse
import ctypes
import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from bench.crawl_web import HIJACKED, HOST, SOUND, path_of

if TYPE_CHECKING:
    from scrapy import Spider

ROOT: Final = Path(__file__).parents[1]
AT_ONCE: Final = 16
BAR: Final = 0.6  # of the bare spider's pages a second
SLOW: Final = 200  # pages for what takes a tenth of a second for each

# What every crawl is run with. A second for robots.txt, and nothing else that is not downloading.
SETTINGS: Final[Mapping[str, object]] = {
    "CONCURRENT_REQUESTS": AT_ONCE,
    "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl.

    Attributes:
        asked: pages that it was to crawl.
        pages: pages that it gave.
        seconds: from the first request to the end.
        cpu: seconds of CPU, start-up included.
    """

    asked: int
    pages: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


# -- the tools, each in a process of its own: how many pages it got ----------------------------------------------------


def bare(urls: Sequence[str], folder: Path) -> int:  # noqa: ARG001 - it keeps nothing
    """Scrapy alone: download and throw away."""
    from scrapy import Spider  # noqa: PLC0415 - each tool imports its own

    got = 0

    class Bare(Spider):
        name = "bare"

        def parse(self, response: Any) -> None:  # noqa: ANN401 - a response
            nonlocal got
            got += bool(response.body)

    _crawl(Bare, urls, {})
    return got


def repost(urls: Sequence[str], folder: Path) -> int:
    """This project: every page stored, cleaned, searchable and in its family."""
    from crawler.run import run  # noqa: PLC0415

    settings = {**SETTINGS, "ARCHIVE_PATH": str(folder / "archive.db"), "ALLOWED_ADDRESSES": [HOST], "QUIET": True}
    summary = run("pages", {"urls": list(urls)}, settings)
    return summary.outcomes.get("new", 0)


def trafilatura(urls: Sequence[str], folder: Path) -> int:
    """Scrapy, trafilatura in the callback, JSON lines: what a tutorial ends with."""
    from scrapy import Spider  # noqa: PLC0415

    bare_extraction = importlib.import_module("trafilatura").bare_extraction  # a peer may be missing

    class Extracting(Spider):
        name = "extracting"

        def parse(self, response: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a response
            found = bare_extraction(response.body, url=response.url, with_metadata=True)
            if found:
                values = found.as_dict()
                yield {name: values[name] for name in ("url", "title", "author", "date", "sitename", "text")}

    out = folder / "out.jsonl"
    _crawl(Extracting, urls, {"FEEDS": {str(out): {"format": "jsonlines"}}})
    return out.read_bytes().count(b"\n")


def news_please(urls: Sequence[str], folder: Path) -> int:
    """news-please with the configuration that it comes with, but for its pace; its crawler of given addresses."""
    package = importlib.util.find_spec("newsplease")
    assert package is not None  # noqa: S101 - it is only asked for where it is installed
    assert package.origin is not None  # noqa: S101 - a package with an __init__
    changed = {
        "working_path": str(folder),
        "LOG_LEVEL": "ERROR",
        "CONCURRENT_REQUESTS": str(AT_ONCE),
        "CONCURRENT_REQUESTS_PER_DOMAIN": str(AT_ONCE),
    }
    lines = (Path(package.origin).parent / "config" / "config.cfg").read_text("utf-8").splitlines()
    named = ((line.partition("=")[0].strip(), line) for line in lines)
    config, sites = folder / "config.cfg", folder / "sitelist.hjson"
    config.write_text(
        "\n".join(f"{name} = {changed[name]}" if name in changed else line for name, line in named), "utf-8"
    )
    sites.write_text(json.dumps({"base_urls": [{"url": list(urls), "crawler": "Download"}]}), "utf-8")
    program = [sys.executable, "-m", "newsplease.single_crawler", str(config), str(sites), "0", "False", "False"]
    subprocess.run(program, check=True, stdout=sys.stderr)
    return sum(1 for _ in (folder / "data").rglob("*.json"))


def _crawl(spider: "type[Spider]", urls: Sequence[str], settings: Mapping[str, object]) -> None:
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415
    from scrapy.settings import Settings  # noqa: PLC0415

    both = Settings()
    both.setdict({**SETTINGS, **settings})
    process = AsyncCrawlerProcess(both)
    process.crawl(spider, start_urls=urls)
    process.start()


# tool → what must be installed, and how it crawls
TOOLS: Final[Mapping[str, tuple[str, Callable[[Sequence[str], Path], int]]]] = {
    "bare Scrapy": ("scrapy", bare),
    "repost": ("scrapy", repost),
    "Scrapy + trafilatura": ("trafilatura", trafilatura),
    "news-please": ("newsplease", news_please),
}


def crawl(tool: str, urls: Sequence[str]) -> None:
    """Crawl in this process and print what came of it."""
    importlib.import_module("crawler.run" if tool == "repost" else "scrapy.crawler")  # imports are not measured
    with tempfile.TemporaryDirectory(prefix="repost-bench-") as folder:
        start = time.perf_counter()
        pages = TOOLS[tool][1](urls, Path(folder))
        print(json.dumps({"pages": pages, "seconds": time.perf_counter() - start}))


# -- measuring --------------------------------------------------------------------------------------------------------


@contextmanager
def serving(pages: int) -> Iterator[int]:
    """Serve the webs in a process of their own; the port."""
    command = [sys.executable, "-m", "bench.crawl_web", "--pages", str(pages)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101 - it was asked for
        yield int(server.stdout.readline())
        server.communicate("")


def measured(tool: str, port: int, web: str, pages: int) -> Run:
    """Let a tool crawl some pages of a web, in a group of processes of its own."""
    command = [sys.executable, __file__, "--tool", tool, "--port", str(port), "--web", web, "--pages", str(pages)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before = _cpu_of_ended()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        stdout, _ = process.communicate()
    while True:  # what it left behind: processes that end when they find their other end closed
        try:
            os.waitpid(-process.pid, 0)
        except ChildProcessError:
            break
    if process.returncode:
        raise SystemExit(f"{tool} ended with exit code {process.returncode}")
    found = json.loads(stdout.splitlines()[-1])
    return Run(asked=pages, pages=found["pages"], seconds=found["seconds"], cpu=_cpu_of_ended() - before)


def _cpu_of_ended() -> float:
    """CPU seconds of all processes below this one that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def adopt_orphans() -> None:
    """Let the processes of a tool that ended become ours, so that what they took is counted; only Linux can."""
    if sys.platform == "linux":
        set_child_subreaper = 36  # linux/prctl.h
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def report(rounds: Sequence[Mapping[str, Run]]) -> None:
    """Print the medians, and how each tool stands to the bare spider."""
    print(f"  {'':24}{'pages/s':>9}{'× bare':>8}{'CPU ms/page':>13}{'lost':>6}")
    for tool in rounds[0]:
        runs = [each[tool] for each in rounds]
        ratio = median(each[tool].rate / each["bare Scrapy"].rate for each in rounds)
        cpu = median(1000 * run.cpu / max(1, run.pages) for run in runs)
        note = f"   bar {BAR}: {'met' if ratio >= BAR else 'MISSED'}" if tool == "repost" else ""
        lost = max(run.asked - run.pages for run in runs)
        print(f"  {tool:24}{median(run.rate for run in runs):9.0f}{ratio:8.2f}{cpu:13.1f}{lost:6}{note}")


def main() -> None:
    """Measure and print; or crawl, where a tool is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3, help="how often every tool crawls")
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--web", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tool:
        origin = f"http://{HOST}:{options.port}"
        crawl(options.tool, [origin + path_of(number, options.web) for number in range(options.pages)])
        return
    installed = [tool for tool, (module, _) in TOOLS.items() if importlib.util.find_spec(module)]
    rounds: list[dict[str, Run]] = []
    hijacked: list[Run] = []
    adopt_orphans()
    with serving(options.pages) as port:
        for _ in range(options.rounds):
            counts = {tool: SLOW if tool == "news-please" else options.pages for tool in installed}
            rounds.append({tool: measured(tool, port, SOUND, count) for tool, count in counts.items()})
            hijacked.append(measured("repost", port, HIJACKED, options.pages))
    print(f"{options.pages} pages, {AT_ONCE} at once, {os.cpu_count()} cores, median of {options.rounds} rounds")
    report(rounds)
    print(
        f"  {'repost, 1 in 10 damaged':24}{median(run.rate for run in hijacked):9.0f}{'':8}"
        f"{median(1000 * run.cpu / run.pages for run in hijacked):13.1f}"
    )
    if missing := [tool for tool in TOOLS if tool not in installed]:
        print(f"\nnot installed: {', '.join(missing)}; bench/requirements-peers.txt says how to install them")


if __name__ == "__main__":
    main()

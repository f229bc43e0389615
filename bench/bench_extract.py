"""What a page costs: this project's whole chain, and other extractors, as multiples of a bare lxml parse of its bytes.

    .venv/bin/python bench/bench_extract.py               the project's own pages, among furniture of the usual size
    .venv/bin/python bench/bench_extract.py --pages DIR…  every file below these folders
    .venv/bin/python bench/bench_extract.py --rounds 9    steadier figures

Everything runs over the same pages in one process. In each round every tool in turn takes all pages, so that a busy
spell hits them alike and each works in caches of its own making (page by page, the bare parse would always come after
something larger, and look dearer than it is). Of the rounds over a page the median counts, summed over the pages. Time
is this process's CPU time. Undamaged pages and damaged ones (text through `samples.damage`) are counted apart; a page
that gives no article is left out, because it costs less than one that does.

The project's own pages have 2 kB, real ones of news sites 130 kB in 900 elements, a quarter of them links; so menus,
lists of other stories, style sheets and programs are put around them. What the record costs is held against the bar;
the keys and the sketch that an archive files it under come after it and are shown beside it. Last come the command with
one job and with two, by the clock on the wall, so that for this figure the machine must have two cores to spare.

The other tools come from `requirements-peers.txt`, which says how to install them; those that are missing are named.
"""

import argparse
import gc
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import fmean, median
from types import FunctionType
from typing import Final

from lxml import html as lxml_html

from bench.own_pages import own_pages
from crawler.items import Article, Capture
from pipelines import clean as chain
from pipelines.decode import decode
from pipelines.outcome import outcome_of
from samples.damage import damage
from samples.damage_tables import LEVELS

BARE: Final = "lxml.html.fromstring"
OURS: Final = "repost, bytes to record"
FILED: Final = "repost, filed under keys"

# The bars: multiples of the bare parse, and bytes a byte of page beside what the process itself takes.
UNDAMAGED_BAR: Final = 4.5
DAMAGED_BAR: Final = 9.0
MEMORY_BAR: Final = 40
PROCESS_BAR: Final = 60_000_000
JOBS_BAR: Final = 1.8  # how many times as fast two jobs are on two cores

FLOW: Final = frozenset({"clean", "record_of", "collector_paused"})  # what is no step

STRADDLE_RATE: Final = 0.2  # gives about two broken runs in 1,000 Han, as pages show
LARGEST: Final = 5  # pages whose memory is measured, in a process each
JOBS_PAGES: Final = 2_000  # the same ones again and again; a process starts in the time of a hundred
JOBS_ROUNDS: Final = 3
ROOT: Final = Path(__file__).parents[1]
_TEXT_NODE: Final = re.compile(r"(?<=>)[^<>]*[\u4e00-\u9fff][^<>]*(?=<)")
_BODY: Final = re.compile(rb"<body\b[^>]*>", re.IGNORECASE)
_DECLARED: Final = re.compile(r"(<meta\b[^>]*\bcharset\s*=\s*[\"']?)[\w-]+", re.IGNORECASE)
_PROGRAM: Final = re.compile(r"<(script|style)\b.*?</\1", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to measure.

    Attributes:
        text: as this project decodes it, for the tools that take no bytes.
    """

    capture: Capture = field(repr=False)
    text: str = field(repr=False)


Work = Callable[[Page], object]  # what it gives is thrown away


# -- pages ------------------------------------------------------------------------------------------------------------


def captures_below(folders: Iterable[Path]) -> Iterator[Capture]:
    """The files below some folders."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Capture(url="", body=path.read_bytes(), fetched_at=saved_at)


def measured(captures: Iterable[Capture]) -> tuple[list[Page], list[Page]]:
    """The pages that give an article: undamaged ones; and damaged ones, real and made from the others."""
    undamaged: list[Page] = []
    damaged: list[Page] = []
    for capture in captures:
        _put(capture, undamaged, damaged)
    for seed, page in enumerate(undamaged):
        markup = _spoil(page.text, level=seed % len(LEVELS), seed=seed)
        # as UTF-8, whatever it was: decoding is not what differs between the two; and called so, because the bare parse
        # breaks off at the first character of a page that says gb2312 and is not
        markup = _DECLARED.sub(r"\1utf-8", markup)
        headers = (("content-type", "text/html; charset=utf-8"),)
        _put(replace(page.capture, headers=headers, body=markup.encode("utf-8", "replace")), [], damaged)
    return undamaged, damaged


def _put(capture: Capture, undamaged: list[Page], damaged: list[Page]) -> None:
    result = outcome_of(capture)
    if isinstance(result, Article):
        page = Page(capture=capture, text=decode(capture).text)
        (undamaged if result.record.damage == "clean" else damaged).append(page)


def _spoil(markup: str, *, level: int, seed: int) -> str:
    """Put the text between a page's tags through the converter."""
    programs = [match.span() for match in _PROGRAM.finditer(markup)]
    nodes = [
        node for node in _TEXT_NODE.finditer(markup) if not any(start <= node.start() < end for start, end in programs)
    ]
    if not nodes:
        return markup
    plain = "\n".join(" ".join(node[0].split()) for node in nodes)
    shown = damage(plain, level=level, seed=seed, straddle_rate=STRADDLE_RATE).text.split("\n")
    pieces, at = [], 0
    for node, text in zip(nodes, shown, strict=True):
        pieces += [markup[at : node.start()], text]
        at = node.end()
    return "".join([*pieces, markup[at:]])


def furnished(capture: Capture) -> Capture:
    """A page among as much furniture as pages of news sites have."""
    body = capture.body
    opening = _BODY.search(body)
    at = opening.end() if opening else 0
    closing = body.rfind(b"</body")
    end = closing if closing > at else len(body)
    above, below = _FURNITURE
    return replace(capture, body=b"".join((body[:at], above, body[at:end], below, body[end:])))


def _furniture() -> tuple[bytes, bytes]:
    """What stands above and below an article, in bytes that every encoding of Chinese reads alike."""
    entry = (
        '<li class="nav-item"><a href="http://www.news.example/channel-{0}/?from=top-navigation" target="_blank" '
        'data-track="nav-{0}">Menu {0}</a></li>\n'
    )
    menu = "".join(map(entry.format, range(40)))
    address = "http://www.news.example/2026/04/18/article-{0}.html?spm=1001.2002.{0}&from=side"
    story = (
        f'<li class="item clearfix" id="story-{{0}}"><!-- story {{0}} in the list beside the article -->\n'
        f'<div class="pic"><a href="{address}" target="_blank" data-track="pic-{{0}}">\n<img class="lazy" '
        f'src="/static/blank.gif" data-original="http://img.news.example/2026/04/18/{{0}}_small.jpg"></a></div>\n'
        f'<div class="txt"><span class="tit"><i class="icon icon-hot"></i>\n<a href="{address}" target="_blank" '
        f'title="Another story of that day, {{0}}">Another story of that day, {{0}}</a></span>\n<p class="sum"></p>\n'
        f'<span class="tags"><a href="/tag/{{0}}" class="tag">Tag {{0}}</a>\n<em class="time">04-{{1:02d}}</em></span>'
        f"\n{' ' * 200}</div></li>\n"
    )
    stories = "".join(story.format(at, at % 28 + 1) for at in range(56))
    rule = ".box-{0} .item > a:hover{{color:#c00;padding:0 {0}px;background:url(/img/{0}.png) no-repeat}}\n"
    style = f"<style>{''.join(rule.format(at) for at in range(200))}</style>\n"
    line = 'var w{0}=document.getElementById("box{0}");if(w{0}){{w{0}.onclick=function(e){{return go("/c{0}",e)}}}}\n'
    program = f"<script>{''.join(line.format(at) for at in range(280))}</script>\n"
    above = f'{style}<div class="header"><ul class="nav">{menu}</ul></div>\n{program}<div class="wrap">\n'
    below = f'</div><div class="sidebar"><ul class="list">{stories}</ul></div>\n<div class="footer"></div>\n'
    return above.encode(), below.encode()


# -- tools ------------------------------------------------------------------------------------------------------------


def _resiliparse() -> Work:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415 - a peer may be missing
    from resiliparse.parse.encoding import detect_encoding  # noqa: PLC0415
    from resiliparse.parse.html import HTMLTree  # noqa: PLC0415

    def work(page: Page) -> object:
        body = page.capture.body
        return extract_plain_text(HTMLTree.parse_from_bytes(body, detect_encoding(body)), main_content=True)

    return work


def _justext() -> Work:
    from justext import justext  # noqa: PLC0415

    # it has no stop words for Chinese; 0 makes it do without, as its documentation has it
    return lambda page: justext(page.capture.body, frozenset(), stopwords_low=0, stopwords_high=0)


def _readability() -> Work:
    from readability import Document  # noqa: PLC0415

    def work(page: Page) -> object:
        document = Document(page.capture.body)
        return document.summary(), document.short_title()

    return work


def _gne() -> Work:
    from gne import GeneralNewsExtractor  # noqa: PLC0415

    extractor = GeneralNewsExtractor()
    return lambda page: extractor.extract(page.text)  # it takes text only: decoding is given to it


def _trafilatura() -> Work:
    from trafilatura import bare_extraction  # noqa: PLC0415

    return lambda page: bare_extraction(page.capture.body, url=page.capture.url or None, with_metadata=True)


_FURNITURE: Final = _furniture()

# name on the package index → name to import, and how to run it
PEERS: Final[Mapping[str, tuple[str, Callable[[], Work]]]] = {
    "resiliparse": ("resiliparse", _resiliparse),
    "jusText": ("justext", _justext),
    "readability-lxml": ("readability", _readability),
    "gne": ("gne", _gne),
    "trafilatura": ("trafilatura", _trafilatura),
}


def installed_tools() -> dict[str, Work]:
    """Name → work: the bare parse, this project, and what is installed of the other tools."""
    peers = {name: make() for name, (module, make) in PEERS.items() if importlib.util.find_spec(module)}
    return {
        BARE: lambda page: lxml_html.fromstring(page.capture.body),
        OURS: lambda page: chain.record_of(page.capture),
        FILED: lambda page: outcome_of(page.capture),
        **peers,
    }


# -- time -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one tool took.

    Attributes:
        seconds: over all pages, the median of the rounds for each.
        failed: pages over which it raised.
    """

    seconds: float
    failed: int


def costs(pages: Sequence[Page], tools: Mapping[str, Work], rounds: int) -> dict[str, Cost]:
    """Run every tool over every page, round by round."""
    taken: dict[str, list[list[float]]] = {name: [[] for _ in pages] for name in tools}
    failed: Counter[str] = Counter()
    for _ in range(rounds):
        for name, work in tools.items():
            for number, page in enumerate(pages):
                start = time.process_time()
                try:
                    work(page)
                except Exception:  # noqa: BLE001 - another tool's error is a figure here
                    failed[name] += 1
                taken[name][number].append(time.process_time() - start)
    return {
        name: Cost(seconds=sum(map(median, by_page)), failed=failed[name] // rounds) for name, by_page in taken.items()
    }


def steps(pages: Sequence[Page], rounds: int) -> dict[str, float]:
    """Each step's share of the chain's time, by putting a clock around every step that `clean` calls."""
    taken: Counter[str] = Counter()
    originals = {
        name: step for name, step in vars(chain).items() if isinstance(step, FunctionType) and name not in FLOW
    }

    def clocked(name: str, step: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            start = time.process_time()
            try:
                return step(*arguments)
            finally:
                taken[name] += time.process_time() - start  # type: ignore[assignment]  # a Counter adds floats as well

        return run

    for name, step in originals.items():
        setattr(chain, name, clocked(name, step))
    try:
        for _ in range(rounds):
            for page in pages:
                outcome_of(page.capture)
    finally:
        for name, step in originals.items():
            setattr(chain, name, step)
    return {name: taken[name] / taken.total() for name in originals}


# -- memory -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The peak of a process that cleaned one page.

    Attributes:
        page: bytes of the page.
        before: the process's peak when everything was imported and one small page was cleaned.
        after: its peak when this page was cleaned.
    """

    page: int
    before: int
    after: int

    @property
    def ratio(self) -> float:
        """Bytes beyond what a process may take for itself, a byte of page."""
        return (self.after - PROCESS_BAR) / self.page


def memory(page: Page) -> Memory:
    """Clean one page in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, page.capture.url], input=page.capture.body, capture_output=True, check=True
    )
    before, after = map(int, done.stdout.split())
    return Memory(page=len(page.capture.body), before=before, after=after)


# Linux lets a child begin with its parent's peak in ru_maxrss, so the peak of its own is read where there is /proc.
_CHILD: Final = """
import resource, sys
from datetime import UTC, datetime
from crawler.items import Capture
from pipelines.outcome import outcome_of

def peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def clean(body):
    outcome_of(Capture(url=sys.argv[1], body=body, fetched_at=datetime.now(UTC)))

clean("<p>小城的桥昨天修好了。</p>".encode())
before = peak()
clean(sys.stdin.buffer.read())
print(before, peak())
"""


# -- two jobs ---------------------------------------------------------------------------------------------------------


def in_jobs(pages: Sequence[Page], rounds: int) -> tuple[float, float]:
    """Seconds that `repost extract` takes over `JOBS_PAGES` pages with one job and with two: the least of the rounds.

    By the clock on the wall, from the command's start to its end: only on a machine with two idle cores are they what
    they could be.
    """
    with tempfile.TemporaryDirectory(prefix="repost-bench-") as folder:
        lines = []
        for number, page in enumerate(pages):
            file = Path(folder, f"{number}.html")
            file.write_bytes(page.capture.body)
            lines.append(json.dumps({"file": str(file), "url": page.capture.url}) + "\n")
        manifest = Path(folder, "manifest.jsonl")
        manifest.write_text("".join(islice(cycle(lines), JOBS_PAGES)), encoding="utf-8")
        taken = [(_seconds(manifest, 1), _seconds(manifest, 2)) for _ in range(rounds)]
    return min(one for one, _ in taken), min(two for _, two in taken)


def _seconds(manifest: Path, jobs: int) -> float:
    program = "import sys; from cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "extract", "--manifest", str(manifest), "--jobs", str(jobs)]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


# -- what is printed --------------------------------------------------------------------------------------------------


def report(title: str, pages: Sequence[Page], tools: Mapping[str, Work], rounds: int, bar: float) -> None:
    """Measure one set of pages and print it."""
    size = fmean(len(page.capture.body) for page in pages)
    print(f"\n{title}: {len(pages)} pages that give an article, {size / 1000:.1f} kB on average")
    found = costs(pages, tools, rounds)
    bare = found[BARE].seconds
    print(f"  {'':26}{'× bare parse':>13}{'pages/s':>10}{'MB/s':>8}")
    for name, cost in found.items():
        multiple = cost.seconds / bare
        notes = f"   raises on {cost.failed} pages" if cost.failed else ""
        if name == OURS:
            notes += f"   bar {bar}: {'met' if multiple <= bar else 'MISSED'}"
        rate = len(pages) / cost.seconds
        print(f"  {name:26}{multiple:13.2f}{rate:10.0f}{rate * size / 1e6:8.1f}{notes}")
    shares = ", ".join(f"{name} {share:.0%}" for name, share in steps(pages, rounds).items())
    print(f"  of the chain's time: {shares}")
    peaks = [memory(page) for page in sorted(pages, key=lambda page: len(page.capture.body))[-LARGEST:]]
    worst = max(peaks, key=lambda peak: peak.ratio)
    allowed = PROCESS_BAR + MEMORY_BAR * worst.page
    print(
        f"  memory, worst of the {len(peaks)} largest pages: {worst.before / 1e6:.0f} MB for the process, "
        f"{worst.after / 1e6:.0f} MB with a page of {worst.page / 1e6:.2f} MB; "
        f"bar {allowed / 1e6:.0f} MB: {'met' if worst.after <= allowed else 'MISSED'}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, nargs="+", metavar="DIR", help="folders of saved pages to use instead")
    parser.add_argument("--rounds", type=int, default=5, help="how often every tool takes every page")
    options = parser.parse_args()
    tools = installed_tools()
    captures = captures_below(options.pages) if options.pages else (furnished(page.capture) for page in own_pages())
    undamaged, damaged = measured(captures)
    gc.freeze()  # what stays alive from here is nobody's to collect
    report("undamaged", undamaged, tools, options.rounds, UNDAMAGED_BAR)
    report("damaged", damaged, tools, options.rounds, DAMAGED_BAR)
    one, two = in_jobs([*undamaged, *damaged], JOBS_ROUNDS)
    met = "met" if one / two >= JOBS_BAR else "MISSED"
    print(
        f"\nrepost extract, {JOBS_PAGES:,} of these pages: {one:.1f} s with one job, {two:.1f} s with two, "
        f"{one / two:.2f} times as fast; bar {JOBS_BAR}: {met}"
    )
    missing = [name for name in PEERS if name not in tools]
    if missing:
        print(f"\nnot installed: {', '.join(missing)}; bench/requirements-peers.txt says how to install them")


if __name__ == "__main__":
    main()

"""How fast restoring is, as multiples of OpenCC tw2s on the same texts in the same run.

    .venv/bin/python bench/bench_restore.py

Times are the best of several, on one core. Clean text is the everyday case: all it needs is to be recognised.
"""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import opencc

from pipelines.restore.engine import restore
from samples.damage import damage

ARTICLES: Final = Path(__file__).parent / "restore_articles"
LEVEL: Final = 8  # about half of the keys
ROUNDS: Final = 5
ARTICLE: Final = 5_000  # characters
RUNS: Final = 8
STRADDLE_RATE: Final = 0.2  # gives about two runs in 1,000 Han; 1.5 were seen in an unselected sample

# A new interpreter, because the model is loaded once in a process.
_LOAD: Final = """
import time
from pipelines.restore import model
start = time.perf_counter()
model.load()
print(time.perf_counter() - start)
"""


def main() -> None:
    """Print the table."""
    articles = [path.read_text("utf-8") for path in sorted(ARTICLES.glob("*.txt"))]
    texts = {
        "clean": articles,
        "damaged, no runs": [damage(text, level=LEVEL, straddle_rate=0).text for text in _without_runs(articles)],
        "damaged, with runs": [
            damage(text, level=LEVEL, seed=seed, straddle_rate=STRADDLE_RATE).text for seed, text in enumerate(articles)
        ],
    }
    tw2s = opencc.OpenCC("tw2s")
    restore(texts["damaged, with runs"][0])  # the tables and the model are loaded before anything is timed
    peers: dict[str, Callable[[str], object]] = {"OpenCC tw2s": tw2s.convert}
    if importlib.util.find_spec("ftfy"):
        import ftfy  # noqa: PLC0415 - a peer that need not be there

        peers["ftfy"] = ftfy.fix_text
    print(f"{'text':20}{'restore':>14}" + "".join(f"{f'÷ {name}':>16}" for name in peers))
    for name, group in texts.items():
        size = sum(len(text.encode()) for text in group) / 1e6
        ours = _best(restore, group)
        ratios = "".join(f"{ours / _best(peer, group):>16.2f}" for peer in peers.values())
        print(f"{name:20}{ours / size * 1000:>9.0f} ms/MB{ratios}")
    if "ftfy" not in peers:
        print("ftfy is not installed, so it is not compared")
    print(f"{'model loading':20}{_load_seconds() * 1000:>9.0f} ms")
    article, runs = _article(articles)
    found = _best(restore, [article])
    print(f"{'one article':20}{found * 1000:>9.0f} ms  ({len(article)} characters, {runs} runs)")


def _best(function: Callable[[str], object], texts: Iterable[str]) -> float:
    held = list(texts)
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for text in held:
            function(text)
        times.append(time.process_time() - start)
    return min(times)


def _without_runs(articles: Iterable[str]) -> list[str]:
    """The paragraphs whose damage leaves no orphan byte, joined to pages of some length."""
    lines = [line for text in articles for line in text.splitlines()]
    whole = [line for line in lines if "?" not in damage(line, level=LEVEL, straddle_rate=0, markup=False).text]
    return ["\n".join(whole[at : at + 6]) for at in range(0, len(whole), 6)]


def _article(articles: Iterable[str]) -> tuple[str, int]:
    """An article of about 5,000 characters with 8 runs, put together from paragraphs."""
    lines = [line for text in articles for line in text.splitlines()]
    taken: list[str] = []
    runs = 0
    for line in lines:
        made = damage(line, level=LEVEL, straddle_rate=1)
        found = made.text.count("?") - line.count("？")
        if (found == 0 and sum(map(len, taken)) < ARTICLE) or (found == 1 and runs < RUNS):
            taken.append(made.text)
            runs += found
    return "\n".join(taken), runs


def _load_seconds() -> float:
    times = [
        float(subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    return min(times)


if __name__ == "__main__":
    main()

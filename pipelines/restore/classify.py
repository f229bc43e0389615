"""Is this page damaged, and how? One verdict for all its fields, before anything is touched.

A single field says little: one traditional character in a simplified text is normal, and a headline is too short to
tell a converted text from a Taiwanese one. So all fields are read together, and where nothing is evident, nothing is
changed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crawler.items import Evidence
from pipelines.restore.lattice import PageFacts
from pipelines.restore.tables import HAN, NOTE, ORPHANS, reads, script

CLEAN: Final = "clean"
ANNOTATED: Final = "annotated"
CONVERTED: Final = "converted"

_SAMPLE = 60_000  # characters; a longer text is judged by its beginning, middle and end

_HAN: Final = re.compile(f"[{HAN}]")
# One to many: what the converter leaves alone where a writer of Traditional uses another character, and what it always
# converts where a writer of Traditional would not (批準 for 批准). Words in which both write the same are left out.
_CONVERTERS: Final = re.compile(
    r"""
    [么筑愿郁伙]
    | (?<![公英里海千萬百十鄰鄉])里(?![程巷長民弄拉昂斯約]) | (?<![皇太王天母影])后(?!妃|羿|冠|座)
    | 于(?![右姓])  | (?<!姓)范(?![仲成文姓]) | 并
    | (?<![人子古])云(?![云亦]) | (?<![風神文精丰興喝])采(?!風邑)
    | (?<![若相])干(?![擾涉預戈支]) | 餅干 | (?<![出遠長從])征(?![服戰途伐討]) | (?<![北泰熨漏煙小])斗(?!膽笠篷) | (?<!姓)余(?![秋光])
    | 陜 | 關系 | 聯系 | [制][造作品成片圖藥] | 標志 | 雜志 | 同志 | 占[據領用有比地] | 旅游 | 游客 | 面[條粉包] | 放松 | 輕松 | 谷物
    | 批準 | 準許 | 沖突 | 沖擊 | [病絕不炎]癥 | 復[雜制印合] | 盡管 | 詞匯 | 頭發 | 理發 | 日歷 | 一只
    """,
    re.VERBOSE,
)
# what a writer of Traditional uses and the converter never makes
_AUTHORS: Final = "於後裏裡並製隻麼係範徵餘幹鬆複髮佔築願鬥雲採儘衝彙製癒曆錶麵穀裡遊"
_SHIFTED: Final = re.compile(rf"[{ORPHANS}][^\n{ORPHANS}]{{0,30}}")
_FOLDED: Final = re.compile(rf"(?<=[{HAN}”》])[,:;!?](?=[{HAN}“《])")
_WIDE: Final = re.compile(rf"(?<=[{HAN}”》])[，：；！？](?=[{HAN}“《])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What all fields of a page have in common.

    Attributes:
        kind: `clean`, `annotated` (converted, with pinyin notes), `converted` (without).
        evidence: why.
        facts: which characters the page annotates.
        folded: its full-width punctuation was folded to half width.
        sample: its text, shortened where it is long.
    """

    kind: str = CLEAN
    evidence: tuple[Evidence, ...] = ()
    facts: PageFacts = field(default_factory=PageFacts)
    folded: bool = False
    sample: str = field(default="", repr=False)

    @property
    def is_converted(self) -> bool:
        """Whether the text passed the converter."""
        return self.kind in {ANNOTATED, CONVERTED}


def classify(texts: Sequence[str]) -> Page:
    """The verdict on a page from all its fields."""
    text = _sample("\n".join(texts))
    if not _is_suspicious(text):
        return Page()
    table = script().simplified
    han = len(_HAN.findall(text))
    notes = Counter(NOTE.findall(text))
    valid = {note: number for note, number in notes.items() if reads(*note)}
    facts = _facts(text, valid)
    traditional = sum(number for char, number in Counter(text).items() if char in table)
    left_alone = len(_CONVERTERS.findall(text))
    authors = sum(text.count(char) for char in _AUTHORS)
    evidence = (
        Evidence(
            kind="traditional-share", detail=f"{traditional} of {han} Han", weight=round(traditional / max(han, 1), 3)
        ),
        Evidence(
            kind="left-simplified", detail=f"{left_alone} against {authors} of genuine Traditional", weight=left_alone
        ),
        Evidence(
            kind="valid-notes", detail=f"{len(facts.annotated)} annotated characters", weight=len(facts.annotated)
        ),
    )
    is_annotated = len(facts.annotated) >= 3 and not _teaches(valid, facts)
    # one such character can be a name's; but a longer text of genuine Traditional has some of the others, too
    enough = 1 if han >= 120 and not authors else 2
    is_converted = traditional > 0.15 * han and left_alone >= enough and left_alone > 4 * authors
    if not is_annotated and not is_converted:
        return Page()
    return Page(
        kind=ANNOTATED if is_annotated else CONVERTED,
        evidence=evidence,
        facts=facts,
        folded=_is_folded(text),
        sample=text,
    )


def _is_suspicious(text: str) -> bool:
    """One scan at the speed of a codec: GB 2312 holds simplified Chinese and nothing traditional."""
    outside = text.encode("gb2312", "replace").count(b"?") - text.count("?")
    return outside * 50 > len(text) or NOTE.search(text) is not None


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    third, middle = _SAMPLE // 3, len(text) // 2
    return "\n".join((text[:third], text[middle : middle + third], text[-third:]))


def _facts(text: str, valid: dict[tuple[str, str], int]) -> PageFacts:
    table = script().simplified
    noted = {char for char, _ in valid if char in table}
    # what is shown inside a run is not what stands there
    bare = Counter(_SHIFTED.sub("", NOTE.sub("", text)))
    standing = frozenset(char for char, number in bare.items() if char in table)
    return PageFacts(annotated=frozenset(noted - standing), bare=standing - noted)


def _teaches(valid: dict[tuple[str, str], int], facts: PageFacts) -> bool:
    """Language teaching annotates characters that both scripts share, and not every time."""
    total = sum(valid.values())
    of_converter = sum(number for (char, _), number in valid.items() if char in facts.annotated)
    return of_converter < 0.9 * total


def _is_folded(text: str) -> bool:
    folded, wide = len(_FOLDED.findall(text)), len(_WIDE.findall(text))
    return folded > 3 * wide

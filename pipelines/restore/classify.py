"""Is this page damaged, and how? One verdict for all its fields, before anything is touched.

A single field says little: one traditional character in a simplified text is normal, and a headline is too short to
tell a converted text from a Taiwanese one. So all fields are read together, and where nothing is evident, nothing is
changed.
"""

import functools
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from crawler.items import Evidence
from pipelines.restore.others import other_damage
from pipelines.restore.page import ANNOTATED, CONVERTED, Page, PageFacts
from pipelines.restore.runs import SPOT
from pipelines.restore.tables import EMOJI, HAN, MAYBE_EMOJI, NOTE, ORPHANS, read_as, reads, script

_SAMPLE = 60_000  # characters; a longer text is judged by its beginning, middle and end

# One to many: what the converter leaves alone where a writer of Traditional uses another character, and what it always
# converts where a writer of Traditional would not (批準 for 批准). Words in which both write the same are left out.
# Each begins with its own character, so that the text is searched for those characters first.
_CONVERTERS: Final = re.compile(
    r"""
    么 | 筑 | 愿 | 郁 | 伙 | 并 | 陜 | 系(?<=[關聯]系) | 志(?<=[標雜同]志) | 游(?<=旅游) | 游(?=客) | 面(?=[條粉包])
    | 松(?<=[放輕]松) | 里(?<![公英里海千萬百十鄰鄉阿埔佳八大后]里)(?![程巷長民弄拉昂斯約港肌館])
    | 后(?<![皇太王天母影]后)(?![妃羿冠座里])
    | 于(?!右) | 谷(?=物) | 范(?![仲成文]) | 云(?<![人子古]云)(?!云亦) | 采(?<![風神文精丰興喝]采)(?![風邑擷])
    | 干(?<![若相]干)(?![擾涉預戈支]) | 征(?<![出遠長從]征)(?![服戰途伐討]) | 斗(?<![北泰熨漏煙小]斗)(?![膽笠篷])
    | 余(?![秋光]) | 占(?=[據領用有比地]) | 制(?=[造作品成片圖藥]) | 準(?<=批準) | 準(?=許) | 沖(?=[突擊])
    | 癥(?<=[病絕不炎]癥) | 復(?=[雜制印合]) | 盡(?=管) | 匯(?<=詞匯) | 發(?<=[頭理]發) | 歷(?<=日歷) | 只(?<=一只)
    """,
    re.VERBOSE,
)
# what a writer of Traditional uses and the converter never makes
_AUTHORS: Final = re.compile("[於後裏裡並製隻麼係範徵餘幹鬆複髮佔築願鬥雲採儘衝彙製癒曆錶麵穀遊]")
# surnames that are among them: 余先生 范先生; alone they tell nothing
_NAMES: Final = frozenset("余范游郁")
# what classical texts, which have no 的, write themselves: 志于學
_CLASSICAL: Final = frozenset("于")
# what only converters of another kind make, which take the first variant of a list (全麵攷慮 結閤)
_VARIANTS: Final = "閤攷箇瞭麵纔"
# with so many characters, folded marks and full stops their kind is no chance
_TELLING_SIZE, _TELLING_MARKS = 200, 5
# the marks of those who write in Traditional or type half-width marks by hand: 「好」 and 說:"好". but not 12.5
_BY_HAND: Final = re.compile(rf"""[「」『』]|(?<=[{HAN}])[."]|"(?=[{HAN}])""")
_SHIFTED: Final = re.compile(rf"[{ORPHANS}][^\n{ORPHANS}]{{0,30}}")
# a mark beside an orphan byte is half of one and half of another character, and is not folded either way (?！辟)
_FOLDED: Final = re.compile(rf"[,:;!?](?<![{ORPHANS}].)(?=[{HAN}“《])")
_WIDE: Final = re.compile(rf"[，：；！？](?<![{ORPHANS}].)(?=[{HAN}“《])")


def classify(texts: Sequence[str]) -> Page:
    """The verdict on a page from all its fields."""
    text = _sample("\n".join(texts))
    if not _is_suspicious(text):
        return Page()
    return _converter_damage(EMOJI.sub("", text) if MAYBE_EMOJI.search(text) else text) or other_damage(text) or Page()


def _is_suspicious(text: str) -> bool:
    """Three scans at the speed of a codec: GB 2312 holds simplified Chinese and nothing traditional."""
    asked = text.count("?")
    outside = text.encode("gb2312", "replace").count(b"?") - asked
    return outside * 50 > len(text) or asked * 2 > len(text) or NOTE.search(text) is not None or "锟斤拷" in text


def _converter_damage(text: str) -> Page | None:
    traditional = _traditional().findall(text)
    # GBK's characters of two bytes: Han and marks
    size = len(text.encode("gbk", "ignore")) - len(text)
    notes = Counter(NOTE.findall(text))
    valid = {note: number for note, number in notes.items() if reads(*note)}
    facts = _facts(text, traditional, valid)
    left_alone, authors = _CONVERTERS.findall(text), _AUTHORS.findall(text)
    # kinds of them, because a name's stands there often (於教授)
    kinds, own = set(left_alone), set(authors)
    variants = sum(char in text for char in _VARIANTS)
    everyday = _everyday(valid, facts) if len(facts.annotated) < 3 else 0
    enough_notes = len(facts.annotated) >= 3 or (size >= 12 and not authors and everyday == 2)
    # a longer text of genuine Traditional has some of the author's, too
    enough = 1 if size >= 130 and not authors else 2
    mostly = (len(kinds) >= 2 * len(own) and len(left_alone) >= len(authors)) or variants >= 3
    shared = _NAMES if "的" in text else _NAMES | _CLASSICAL
    # one note can be an author's gloss (葉(yè)), but not beside an orphan byte
    telling = kinds - shared or (everyday and SPOT.search(text))
    if enough_notes and not _teaches(valid, facts):
        kind = ANNOTATED
    elif len(traditional) > 0.13 * size and (
        (telling and len(left_alone) + everyday >= enough and mostly) or _is_mainlands(text, size)
    ):
        if not _is_whole(text, traditional):
            return None
        kind = CONVERTED
    else:
        return None
    share, found = round(len(traditional) / max(size, 1), 3), len(facts.annotated)
    return Page(
        kind=kind,
        evidence=(
            Evidence(kind="traditional-share", detail=f"{len(traditional)} of {size} characters", weight=share),
            Evidence(
                kind="left-simplified",
                detail=f"{len(left_alone)} of {len(kinds)} kinds against {len(authors)} of {len(own)} by an author",
                weight=len(left_alone),
            ),
            Evidence(kind="valid-notes", detail=f"{found} annotated characters", weight=found),
        ),
        facts=facts,
        folded=_is_folded(text),
        general=variants >= 3,
        sample=text,
    )


def _is_mainlands(text: str, size: int) -> bool:
    """Whether a text in Traditional was printed by a mainland outlet, though its words tell nothing.

    Of a hundred articles two or three have no word in which the converter shows (乒超聯賽鏖戰五盤). But the archive
    folded their marks except the full stop, where a hand that types half-width marks types that too, and lists have
    none (錄取名單:陳俊傑,林淑芬); they quote in “ ”; and none of the characters stands there that a writer of
    Traditional would use and the converter never makes: of these 於 後 裡 alone are one character in sixty. Classical
    texts, which have no 的, can do without (色不異空,空不異色).
    """
    return (
        size >= _TELLING_SIZE
        and "的" in text
        and text.count("。") >= _TELLING_MARKS
        and len(_FOLDED.findall(text)) >= _TELLING_MARKS
        and _is_folded(text)
        and not _BY_HAND.search(text)
        and _never_made().isdisjoint(text)
    )


@functools.cache
def _never_made() -> frozenset[str]:
    """The traditional characters that the converter never makes, of all kinds: 於, and 爲 週 鍾 with their variants."""
    return script().traditional.difference(script().made.values())


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    third, middle = _SAMPLE // 3, len(text) // 2
    return "\n".join((text[:third], text[middle : middle + third], text[-third:]))


@functools.cache
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(script().simplified)}]")


def _facts(text: str, traditional: Collection[str], valid: dict[tuple[str, str], int]) -> PageFacts:
    chars = frozenset(traditional)
    noted: dict[str, int] = {}
    for (char, _), number in valid.items():
        if char in chars:
            noted[char] = noted.get(char, 0) + number
    # what is shown inside a run is not what stands there
    shifted = "".join(_SHIFTED.findall(text))
    annotated = frozenset(char for char, number in noted.items() if text.count(char) <= number + shifted.count(char))
    unseen = {char for char in chars.intersection(shifted) if text.count(char) <= shifted.count(char)}
    return PageFacts(annotated=annotated, bare=chars.difference(noted, unseen))


def _teaches(valid: dict[tuple[str, str], int], facts: PageFacts) -> bool:
    """Language teaching annotates characters that both scripts share, and not every time."""
    total = sum(valid.values())
    of_converter = sum(number for (char, _), number in valid.items() if char in facts.annotated)
    return of_converter < 0.9 * total


def _everyday(valid: dict[tuple[str, str], int], facts: PageFacts) -> int:
    """How many notes are the converter's: on everyday characters, with the reading that dictionaries give first.

    A sentence is too short for many (云溪縣創(chuàng)新中心揭牌,匯聚三十家企業(yè)。). Writers gloss what is rare,
    which is the second half of GB 2312 (鸕(lú)鶿(cí)), or has several readings; where one is like that, none counts.
    """
    are_all = len(valid) == len(facts.annotated) and all(
        char in facts.annotated and char in read_as()[reading][0] and _gb2312_lead(script().simplified[char]) < _RARER
        for char, reading in valid
    )
    return len(valid) if are_all else 0


_RARER: Final = 0xD8


def _gb2312_lead(char: str) -> int:
    return (char.encode("gb2312", "ignore") or b"\xff")[0]


def _is_whole(text: str, traditional: Sequence[str]) -> bool:
    """Whether all of a text was converted; a page in simplified that quotes traditional text was not.

    The first line can be a spam header, which was put there after the converter ran.
    """
    body = _SHIFTED.sub("", text[text.find("\n") + 1 :])
    return len(_left().findall(body)) < 0.1 * len(traditional)


@functools.cache
def _left() -> re.Pattern[str]:
    return re.compile(f"[{''.join(script().converted)}]")


def _is_folded(text: str) -> bool:
    folded, wide = len(_FOLDED.findall(text)), len(_WIDE.findall(text))
    return folded > 3 * wide

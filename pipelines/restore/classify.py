"""Is this page damaged, and how? One verdict for all its fields, before anything is touched.

A single field says little: one traditional character in a simplified text is normal, and a headline is too short to
tell a converted text from a Taiwanese one. So all fields are read together, and where nothing is evident, nothing is
changed.
"""

import functools
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from opencc import OpenCC

from crawler.items import Evidence
from pipelines.restore.others import other_damage
from pipelines.restore.page import ANNOTATED, CONVERTED, Page, PageFacts
from pipelines.restore.runs import SPOT
from pipelines.restore.tables import EMOJI, HAN, MAYBE_EMOJI, NOTE, ORPHANS, read_as, reads, script

_SAMPLE = 60_000  # characters; a longer text is judged by its beginning, middle and end

# what writers of Traditional print too, though phrase tables have 佈 佔: 公布 占三成
_EITHER: Final = frozenset("布占")
# surnames that phrase tables take for words: 余先生 范先生; alone they tell nothing
_NAMES: Final = frozenset("余范游涂郁")
# what classical texts, which have no 的, write themselves: 志于學 詩云
_CLASSICAL: Final = frozenset("于云后")
# what only converters of another kind make, which take the first variant of a list (全麵攷慮 結閤)
_VARIANTS: Final = "閤攷箇瞭麵纔"
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
    share, found = round(len(traditional) / max(size, 1), 3), len(facts.annotated)
    evidence = [
        Evidence(kind="traditional-share", detail=f"{len(traditional)} of {size} characters", weight=share),
        Evidence(kind="valid-notes", detail=f"{found} annotated characters", weight=found),
    ]
    variants = sum(char in text for char in _VARIANTS)
    everyday = _everyday(valid, facts)
    enough_notes = found >= 3 or (size >= 12 and everyday == 2 and not _authors_own().search(text))
    if enough_notes and not _teaches(valid, facts):
        kind = ANNOTATED
    elif len(traditional) > 0.13 * size and _is_whole(text, traditional):
        choices = _choices(text)
        kinds, own = set(choices.converters), set(choices.authors)
        telling = kinds - _NAMES if "的" in text else kinds - _NAMES - _CLASSICAL
        # a longer text of genuine Traditional has some of the author's
        enough = 1 if size >= 130 and not own else 2
        # kinds of them, because a name's stands there often (於教授)
        mostly = len(kinds) >= 2 * len(own) or variants >= 3
        # one note can be an author's gloss (葉(yè)), but not beside an orphan byte
        is_broken = everyday > 0 and SPOT.search(text) is not None
        if not (telling or is_broken) or len(kinds) + everyday < enough or not mostly:
            return None
        kind = CONVERTED
        told = f"{len(kinds)} kinds ({''.join(sorted(kinds))}) against {len(own)} of an author's"
        evidence.append(Evidence(kind="converter-choices", detail=told, weight=len(kinds)))
    else:
        return None
    return Page(
        kind=kind,
        evidence=tuple(evidence),
        facts=facts,
        folded=_is_folded(text),
        general=variants >= 3,
        sample=text,
    )


class _Choices(NamedTuple):
    """Where one simplified character stands for several traditional ones, and what stands there.

    Attributes:
        converters: what the converter writes and an author would not (里 in 公園里, 準 in 批準).
        authors: what an author writes and the converter never does (裡 in 公園裡).
    """

    converters: list[str]
    authors: list[str]


def _choices(text: str) -> _Choices:
    """Hold a traditional text against what phrase tables make of it once it is simplified.

    What a writer of Taiwan or Hong Kong prints as often as the phrase tables' form is left out.
    """
    own, made = script().authors_own, script().made
    simplify, write = _phrases()
    converters: list[str] = []
    # OpenCC ends at a NUL and reads no lone surrogates
    for shown in text.replace("\0", " ").encode("utf-8", "replace").decode().splitlines():
        simple = simplify.convert(shown)
        written = write.convert(simple)
        if len(shown) == len(simple) == len(written):
            converters += [
                char
                for char, plain, wanted in zip(shown, simple, written, strict=True)
                if char != wanted and char == made.get(plain, plain) and (wanted in own or wanted == plain)
            ]
    converters = [char for char in converters if char not in _EITHER]
    return _Choices(converters, _authors_own().findall(text))


@functools.cache
def _phrases() -> tuple[OpenCC, OpenCC]:
    return OpenCC("t2s"), OpenCC("s2tw")


@functools.cache
def _authors_own() -> re.Pattern[str]:
    return re.compile(f"[{''.join(script().authors_own)}]")


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

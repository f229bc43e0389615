"""The forward model: THE definition of the damage that `pipelines.restore` undoes.

A hijacked page passes through one converter that works on GBK bytes, blind to where characters begin. `damage` does the
same, step by step, and keeps account of which byte came from which character, so that it can say what is lost:

1. simplified → traditional by a one-to-one table, then GBK; what GBK lacks becomes `?`;
2. round one, the notes: for each key K in table order, the bytes of K → K + `(` + pinyin + `)`, also where K is made of
   the second byte of one character and the first of the next (當地 holds 數: 當?shù)…);
3. decoding with the habits of PHP's CP936 (`pipelines.restore.cp936`);
4. round two: encoded again, one invisible byte before each of the marks 。、，；？！, sometimes also where such a mark
   is made of the halves of two neighbours (。科 holds ？: ??茖); decoded again, the invisible byte is not seen;
5. the archive's folding of ，：；（）！？ to half width.

The converter runs over HTML, so an orphan byte at the end of a paragraph eats the `<` of `</p>`.
"""

import functools
import random
from dataclasses import dataclass
from enum import StrEnum

from pipelines.restore import cp936
from samples.damage_tables import KEYS, LEVELS, first_readings, simplified_forms, traditional_forms

MARKS = "。、，；？！"
"""The marks that round two puts its byte before, in the order in which it looks for them."""

LOST = "\ufffd"

_FOLDED = str.maketrans("，：；（）！？", ",:;()!?")
_HIDDEN = b"\x00\x02\x08\x10\x1f"  # any control character would do: each is an invalid trail byte and is not shown
_BOTH_SCRIPTS = "著"  # 显著 and 著名 are simplified, though 着 is converted to it as well
_MADE = -1  # the origin of a byte that the converter made


class Archive(StrEnum):
    """How the damaged page was kept, which decides what of it can be seen."""

    FOLDED = "folded"  # step 5 done, but marks beside a stray `?` are left: 看?！搬t
    FOLDED_ALL = "folded-all"  # step 5 done everywhere
    WIDE = "wide"  # step 5 left out
    LIVE = "live"  # fetched from the site: orphan bytes are U+F700 + byte, the invisible byte is there, notes are wide
    REPLACED = "replaced"  # as LIVE, but decoded leniently: every orphan byte is U+FFFD


class Loss(StrEnum):
    """Why a character of the original cannot come back."""

    EATEN = "eaten"  # an ASCII byte after an orphan byte: 17.9 % → ?7.9 %
    LACKING = "lacking"  # GBK has no such character
    MERGED = "merged"  # a traditional character of the original looks like a converted one


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """One character that cannot come back.

    Attributes:
        at: its offset in the original.
        char: the character.
        loss: why.
    """

    at: int
    char: str
    loss: Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """A damaged text and what restoring it must give.

    Attributes:
        text: the text as an archive shows it.
        expected: the original with U+FFFD for each character that is eaten or lacking and the simplified character for
            each that is merged; as long as the original.
        destroyed: the characters in which `expected` differs from the original.
        straddles: how many marks of round two split a character.
    """

    text: str
    expected: str
    destroyed: tuple[Destroyed, ...]
    straddles: int


@dataclass(frozen=True, slots=True)
class _Bytes:
    """GBK bytes, and for each the offset of the original character whose last trace it is, or `_MADE`."""

    data: bytes
    origin: list[int]


def damage(  # noqa: PLR0913 - each is one habit in which damaged pages differ
    text: str,
    *,
    level: int,
    seed: int = 0,
    archive: Archive = Archive.FOLDED,
    markup: bool = True,
    straddle_rate: float | None = None,
) -> Damaged:
    """Damage a text as the converter does; the same arguments always give the same damage.

    Args:
        text: the original; paragraphs are its lines.
        level: 0…15, how many characters are annotated (`LEVELS`).
        seed: decides what differs from page to page: which straddling marks round two hits.
        archive: how the page was kept.
        markup: whether each line stands in `<p>…</p>` when the converter runs; else an orphan byte eats the line end.
        straddle_rate: the share of straddling marks that are hit; from 0.06 to 1 by the seed where None, since pages
            have been seen with 1 of 16 and with 3 of 3.

    Raises:
        ValueError: there is no such level.
    """
    if not 0 <= level < len(LEVELS):
        raise ValueError(f"level {level}: there are levels 0 to {len(LEVELS) - 1}")
    chance = random.Random(f"{seed}/{level}")  # noqa: S311 - reproducible, nothing secret
    rate = chance.uniform(0.06, 1) if straddle_rate is None else straddle_rate
    hidden = bytes([chance.choice(_HIDDEN)])
    lost: set[int] = set()

    raw = _to_bytes(text, lost, markup=markup)
    raw = _annotate(raw, KEYS[: LEVELS[level]])
    if archive in (Archive.LIVE, Archive.REPLACED):
        raw, straddles = _mark(raw, hidden, rate, chance)
        shown = _read_leniently(raw.data, replace=archive is Archive.REPLACED)
        shown = _widen_notes(shown)
    else:
        raw = _reread(raw, lost)
        raw, straddles = _mark(raw, hidden, rate, chance)
        shown, _ = _read(raw, lost)
        shown = shown.replace(hidden.decode(), "")
        if archive is not Archive.WIDE:
            shown = _fold(shown, everywhere=archive is Archive.FOLDED_ALL)
    return Damaged(
        text=_without_tags(shown) if markup else shown,
        expected=_expected(text, lost),
        destroyed=_destroyed(text, lost),
        straddles=straddles,
    )


def convert(text: str) -> str:
    """Step 1 alone: simplified → traditional, a character at a time."""
    return text.translate(_conversion())


def _to_bytes(text: str, lost: set[int], *, markup: bool) -> _Bytes:
    """Step 1: traditional form and GBK; notes in `lost` what GBK lacks."""
    data, origin = bytearray(), []
    if markup:
        data += b"<p>"
        origin += [_MADE] * 3
    for at, char in enumerate(convert(text)):
        if markup and char == "\n":
            piece, sources = b"</p>\n<p>", [_MADE] * 8
        else:
            piece = cp936.encode(char)
            if piece == b"?" and char != "?":
                lost.add(at)
            # half of a two-byte character is enough to tell it, so only what is one byte long can be destroyed
            sources = [at] if len(piece) == 1 else [_MADE, _MADE]
        data += piece
        origin += sources
    if markup:
        data += b"</p>"
        origin += [_MADE] * 4
    return _Bytes(bytes(data), origin)


def _annotate(raw: _Bytes, keys: str) -> _Bytes:
    """Step 2: each key's note, wherever its two bytes stand."""
    readings = first_readings()
    for key in keys:
        note = f"({readings[key]})".encode("gbk")
        pair = key.encode("gbk")
        if pair in raw.data:
            raw = _insert(raw, pair, note, after=True)
    return raw


def _insert(raw: _Bytes, pair: bytes, made: bytes, *, after: bool) -> _Bytes:
    """Put `made` after or before every `pair`, as a byte-level replacement does."""
    pieces = raw.data.split(pair)
    whole = pair + made if after else made + pair
    origin: list[int] = []
    start = 0
    for piece in pieces[:-1]:
        end = start + len(piece)
        beside, inserted = raw.origin[end : end + len(pair)], [_MADE] * len(made)
        origin += raw.origin[start:end]
        origin += beside + inserted if after else inserted + beside
        start = end + len(pair)
    origin += raw.origin[start:]
    return _Bytes(whole.join(pieces), origin)


def _reread(raw: _Bytes, lost: set[int]) -> _Bytes:
    """Step 3 and the beginning of 4: decoded as PHP does, and encoded again."""
    text, sources = _read(raw, lost)
    data, origin = bytearray(), []
    for char, source in zip(text, sources, strict=True):
        piece = cp936.encode(char)
        data += piece
        origin += [source] * len(piece)
    return _Bytes(bytes(data), origin)


def _mark(raw: _Bytes, hidden: bytes, rate: float, chance: random.Random) -> tuple[_Bytes, int]:
    """Step 4: the hidden byte before every mark, and before some that the halves of two neighbours make."""
    straddles = 0
    for mark in MARKS:
        pair = mark.encode("gbk")
        inside = _second_bytes(raw.data)
        at = raw.data.find(pair)
        chosen = []
        while at >= 0:
            if at not in inside or chance.random() < rate:
                chosen.append(at)
                straddles += at in inside
            at = raw.data.find(pair, at + 2)
        raw = _insert_at(raw, chosen, hidden)
    return raw, straddles


def _second_bytes(data: bytes) -> set[int]:
    """Where the second bytes of two-byte characters stand."""
    found, at = set(), 0
    while at < len(data):
        if data[at] > 0x80 and at + 1 < len(data) and data[at + 1] >= 0x40:
            found.add(at + 1)
            at += 2
        else:
            at += 1
    return found


def _insert_at(raw: _Bytes, places: list[int], made: bytes) -> _Bytes:
    data, origin, start = bytearray(), [], 0
    for at in places:
        data += raw.data[start:at] + made
        origin += [*raw.origin[start:at], _MADE]
        start = at
    return _Bytes(bytes(data + raw.data[start:]), origin + raw.origin[start:])


def _read(raw: _Bytes, lost: set[int]) -> tuple[str, list[int]]:
    """Decode as PHP's CP936 does: the text, each character's origin; notes in `lost` what an orphan byte ate."""
    data, origin = raw.data, raw.origin
    shown: list[str] = []
    sources: list[int] = []
    at = 0
    while at < len(data):
        first = data[at]
        if first <= 0x80:
            shown.append("€" if first == 0x80 else chr(first))
            sources.append(origin[at])
            at += 1
            continue
        char = _pair(data[at : at + 2])
        if at + 1 < len(data) and data[at + 1] < 0x40 and origin[at + 1] != _MADE:
            lost.add(origin[at + 1])
        shown.extend(char)  # nothing, where a pair vanishes
        sources.extend(_MADE for _ in char)
        at += 2
    return "".join(shown), sources


@functools.cache
def _pair(data: bytes) -> str:
    return cp936.decode(data)


def _read_leniently(data: bytes, *, replace: bool) -> str:
    """Decode as our own reader does: an orphan byte is kept as a mark, and nothing is eaten."""
    shown: list[str] = []
    at = 0
    while at < len(data):
        pair = data[at : at + 2]
        if pair[0] <= 0x80:
            shown.append("€" if pair[0] == 0x80 else chr(pair[0]))
            at += 1
        elif len(pair) == 2 and pair[1] >= 0x40 and pair[1] != 0x7F and pair[1] != 0xFF and pair[0] != 0xFF:
            shown.append(pair.decode("gb18030", "replace"))
            at += 2
        else:
            shown.append(LOST if replace else chr(cp936.ORPHAN_BASE + pair[0]))
            at += 1
    return "".join(shown)


def _widen_notes(text: str) -> str:
    for reading in dict.fromkeys(first_readings().values()):
        text = text.replace(f"({reading})", f"（{reading}）")
    return text


def _fold(text: str, *, everywhere: bool) -> str:
    """Step 5: half width; ？ and ； also beside a stray `?` (??茖, ?;浉), the others not (?！搬t)."""
    if everywhere:
        return text.translate(_FOLDED)
    folded = list(text.translate(_FOLDED))
    for at, char in enumerate(text):
        beside = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
        if char in "，：（）！" and "?" in beside:
            folded[at] = char
    return "".join(folded)


def _without_tags(text: str) -> str:
    """What the archive's extraction leaves of `<p>…</p>`: a tag whose `<` was eaten stays (`/p>`)."""
    return text.replace("<p>", "").replace("</p>", "")


@functools.cache
def _conversion() -> dict[int, str]:
    return str.maketrans(traditional_forms())


@functools.cache
def _merged() -> dict[str, str]:
    return {t: s for t, s in simplified_forms().items() if t not in _BOTH_SCRIPTS}


def _expected(text: str, lost: set[int]) -> str:
    back = _merged()
    return "".join(LOST if at in lost else back.get(char, char) for at, char in enumerate(text))


def _destroyed(text: str, lost: set[int]) -> tuple[Destroyed, ...]:
    back = _merged()
    found = []
    for at, char in enumerate(text):
        if at in lost:
            loss = Loss.LACKING if cp936.encode(char) == b"?" and char != "?" else Loss.EATEN
            found.append(Destroyed(at=at, char=char, loss=loss))
        elif char in back:
            found.append(Destroyed(at=at, char=char, loss=Loss.MERGED))
    return tuple(found)

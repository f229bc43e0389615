"""Collation: the text that all copies of one article give together.

Damage differs from copy to copy, so what one of them lost another one kept. The wording is that of one copy, the base;
only where restoring had to guess or to give up there do the others speak: first those whose text was never damaged at
that place, then, where all had to guess, the majority. Nothing else of the base is changed, however many disagree: a
reposter's rewording is no error.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from archive.families.read import COPY, Collation, Family, Filled, Member, moment
from archive.replay import Unplayable, noted_texts, states
from crawler.items import Note, Record
from reader.diff import Kind, differences

LOST: Final = "lost"
DOUBTFUL: Final = "doubtful"
REPLACEMENT: Final = "\ufffd"  # stands for one character that could not be brought back
MOST_WITNESSES: Final = 24  # of a story with a thousand copies the nearest in length will do
ANCHOR: Final = 3  # characters beside a place that a witness must have as well for its reading to count
REACH: Final = 12  # how far from the place they may stand
ROUNDS: Final = 3
MOST_MARGIN: Final = 5.0  # nats that count of a guess's margin: more says only that nothing else was thought of
LIKE: Final = 0.1  # how much longer or shorter copies of one length are

# A note that no rule could take away, the stray byte before it, and what follows up to the next mark: the run goes on.
_LEFTOVER = re.compile(r"[?？][^\s。，、；：]{0,3}[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,6}[)）][^\s。，、；：]{0,8}")
# What does not count when copies are aligned; each character stays one character.
_WIDE = str.maketrans(",:;()!?", "，：；（）！？")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A place of a restored text that restoring is not sure of.

    Attributes:
        start, end: offsets in characters into the restored text.
        cause: `lost` where a character stands for one that could not be brought back, else `doubtful`.
        shown: what the page showed there, as far as notes tell.
        margin: by how much what was chosen beat the next best, in nats.
    """

    start: int
    end: int
    cause: str
    shown: str = ""
    margin: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Witness:
    """One copy as it is aligned.

    Attributes:
        text: its paragraphs, a line each.
        doubts: ascending.
        of: how long the base's text is.
        same: (offset in the base, offset here, length) of what both have, ascending.
    """

    version_id: int
    text: str
    doubts: tuple[Doubt, ...]
    of: int
    same: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What a witness has at a place of the base.

    Attributes:
        doubt: None where no restoring was unsure of it, else `doubtful` or `lost`.
    """

    version_id: int
    text: str
    doubt: str | None
    shown: str
    margin: float


def collate(family: Family) -> Collation:
    """The collation of a family, from at most `MOST_WITNESSES` of its members."""
    base, *others = _chosen(family)
    lines = base.record.body
    text = "\n".join(lines)
    witnesses = [_aligned(text, member) for member in others]
    filled: list[Filled] = []
    for doubt in doubts(base.record):
        found = _fill(text, doubt, witnesses, base.version_id)
        # two doubts a character apart may be widened to the same place: the first fill speaks for both
        if found and (not filled or found.at >= filled[-1].at + len(filled[-1].before)):
            filled.append(found)
    starts = _starts(lines)
    return Collation(
        family_id=family.id,
        base_id=base.version_id,
        witnesses=(base.version_id, *(witness.version_id for witness in witnesses)),
        body=tuple(_applied(text, filled).split("\n")),
        notes=tuple(_in_paragraph(each, starts) for each in filled),
    )


def doubts(record: Record) -> tuple[Doubt, ...]:
    """The places of a restored body, its paragraphs taken as lines, that restoring is not sure of, ascending.

    These are what it chose among several readings (`Note.confidence`), what it marked as doubtful, U+FFFD, and on a
    damaged page what still looks like damage: ？zhí）崛！斑@.
    """
    found: list[Doubt] = []
    at = 0
    for text in noted_texts(record):
        if not text.place.startswith("body/"):
            continue
        guesses = _guesses(text.raw, text.notes)
        found.extend(replace(guess, start=at + guess.start, end=at + guess.end) for guess in guesses)
        if record.damage != "clean":
            leftovers = _LEFTOVER.finditer(text.restored)
            found.extend(Doubt(start=at + each.start(), end=at + each.end(), cause=LOST) for each in leftovers)
        found.extend(
            Doubt(start=at + place, end=at + place + 1, cause=LOST)
            for place, char in enumerate(text.restored)
            if char == REPLACEMENT
        )
        at += len(text.restored) + 1
    return tuple(_joined(sorted(found, key=lambda doubt: (doubt.start, doubt.end))))


def _guesses(raw: str, notes: Sequence[Note]) -> list[Doubt]:
    """The stretches of the restored text that come from guesses, carried through the changes made after them."""
    try:
        list(states(raw, notes))
    except Unplayable:
        return []  # `repost check` reports it; the text is taken as it stands
    found: list[Doubt] = []
    for note in notes:
        end, shift = note.at + len(note.before), len(note.after) - len(note.before)
        found = [_carried(guess, note.at, end, shift) for guess in found]
        if note.doubtful or note.confidence is not None:
            margin = (note.confidence or 0.0) * len(note.after)
            stretch = (note.at, note.at + len(note.after))
            found.append(Doubt(start=stretch[0], end=stretch[1], cause=DOUBTFUL, shown=note.before, margin=margin))
    return found


def _carried(guess: Doubt, at: int, end: int, shift: int) -> Doubt:
    """Where a stretch stands after the text from `at` to `end` became longer by `shift`."""
    if end <= guess.start:
        return replace(guess, start=guess.start + shift, end=guess.end + shift)
    if at >= guess.end:
        return guess
    return replace(guess, start=min(guess.start, at), end=max(guess.end, end) + shift)


def _joined(found: Sequence[Doubt]) -> Iterator[Doubt]:
    """Doubts that touch, as one; what holds something lost is lost."""
    held: Doubt | None = None
    for doubt in found:
        if held is not None and doubt.start <= held.end:
            held = Doubt(
                start=held.start,
                end=max(held.end, doubt.end),
                cause=LOST if LOST in (held.cause, doubt.cause) else DOUBTFUL,
                shown=held.shown + doubt.shown,
                margin=min(held.margin, doubt.margin),
            )
            continue
        if held is not None:
            yield held
        held = doubt
    if held is not None:
        yield held


def _chosen(family: Family) -> list[Member]:
    """The witnesses, the base first: whole copies, those that needed the least guessing before the others.

    Whole is what most copies are: of a cut copy, three whole ones and a digest that embeds it, the three.
    """
    copies = [member for member in family.members if member.role == COPY] or list(family.members)
    sizes = {member.article_id: sum(map(len, member.record.body)) for member in copies}

    def alike(member: Member) -> int:
        size = sizes[member.article_id]
        return sum(abs(other - size) <= LIKE * size for other in sizes.values())

    whole = max(copies, key=lambda member: (alike(member), sizes[member.article_id], -member.article_id))
    size = sizes[whole.article_id]
    guessed = {member.article_id: sum(doubt.end - doubt.start for doubt in doubts(member.record)) for member in copies}
    base = min(
        (member for member in copies if abs(sizes[member.article_id] - size) <= LIKE * size),
        key=lambda member: (guessed[member.article_id], moment(member.appeared_at), member.article_id),
    )
    others = sorted(
        (member for member in copies if member is not base and member.record.script == base.record.script),
        key=lambda member: (abs(sizes[member.article_id] - size), guessed[member.article_id], member.article_id),
    )
    return [base, *others[: MOST_WITNESSES - 1]]


def _aligned(base: str, member: Member) -> _Witness:
    text = "\n".join(member.record.body)
    same = []
    at = here = 0
    for span in differences(base, text, fold=_fold):
        size = len(span.text)
        if span.kind is Kind.SAME:
            same.append((at, here, size))
        at += size * (span.kind is not Kind.ADDED)
        here += size * (span.kind is not Kind.REMOVED)
    return _Witness(
        version_id=member.version_id, text=text, doubts=doubts(member.record), of=len(base), same=tuple(same)
    )


def _fold(text: str) -> str:
    return text.translate(_WIDE)


def _fill(base: str, doubt: Doubt, witnesses: Sequence[_Witness], base_id: int) -> Filled | None:
    """What the others have in place of a doubt of the base, where that is something else and believed more."""
    start, end = _with_differences(doubt, witnesses)
    text = base[start:end]
    own = _Reading(version_id=base_id, text=text, doubt=doubt.cause, shown=doubt.shown, margin=doubt.margin)
    readings = [found for witness in witnesses if (found := _reading(witness, start, end))]
    readings = [reading for reading in readings if reading.text.count("\n") == text.count("\n")]
    best = _elected(own, readings, kept=(base[start : doubt.start], base[doubt.end : end]))
    if best is None or best == text:
        return None
    head, tail = _shared_ends(text, best)
    return Filled(
        place="",
        at=start + head,
        before=text[head : len(text) - tail],
        after=best[head : len(best) - tail],
        cause=doubt.cause,
        witnesses=tuple(reading.version_id for reading in readings if reading.text == best),
        against=(base_id, *(reading.version_id for reading in readings if reading.text != best)),
    )


def _elected(own: _Reading, readings: Sequence[_Reading], *, kept: tuple[str, str]) -> str | None:
    """The reading to believe: the most frequent that no restoring guessed, else the guess with the most behind it.

    Args:
        own: what the base has.
        readings: what the others have.
        kept: the beginning and the end of the base's reading that it does not doubt: the place was widened by them.
    """
    lost = own.doubt == LOST
    weights = _weights([own, *(reading for reading in readings if lost or not _refuted(reading, kept))])
    # Of equals the longer: damage eats characters (甄小琦说 → 甄小铧, without a trace) and never makes more of them.
    sure = Counter(reading.text for reading in readings if reading.doubt is None)
    if sure:
        return max(sure, key=lambda text: (sure[text], weights.get(text, 0.0), text == own.text, len(text), text))
    best = max(weights, key=lambda text: (weights[text], text == own.text, len(text), text), default=None)
    return best if best is not None and (lost or weights[best] > weights[own.text]) else None


def _weights(readings: Sequence[_Reading]) -> dict[str, float]:
    """What stands behind each guess: the margins by which restoring chose it.

    The same damage read twice is one witness: 當?shù)玫綀蟪 stands on every page whose level annotates 當, and is read
    alike on all of them.
    """
    margins = {(reading.text, reading.shown): reading.margin for reading in readings if reading.doubt == DOUBTFUL}
    weights: dict[str, float] = defaultdict(float)
    for (text, _), margin in margins.items():
        weights[text] += min(margin, MOST_MARGIN)
    return weights


def _refuted(reading: _Reading, kept: tuple[str, str]) -> bool:
    """Whether a guess contradicts what the base has undamaged beside the place.

    Runs are misread as a whole: who has 是一看。”嗣筼瓢 where the base is sure of 是一棵 is not to be believed after it
    either (是一棵。”他用葫芦瓢).
    """
    return reading.doubt is not None and not (reading.text.startswith(kept[0]) and reading.text.endswith(kept[1]))


def _with_differences(doubt: Doubt, witnesses: Sequence[_Witness]) -> tuple[int, int]:
    """A place widened until every witness that can be read there is equal to the base on both sides of it."""
    start, end = doubt.start, doubt.end
    for _ in range(ROUNDS):  # what one witness widens may lie in a difference of another
        for witness in witnesses:
            before, after = _anchor_before(witness, start), _anchor_after(witness, end)
            if before is not None and after is not None:
                start, end = min(start, before[0]), max(end, after[0])
    return start, end


def _reading(witness: _Witness, start: int, end: int) -> _Reading | None:
    """What a witness has between the same characters as the base; None where it has not these."""
    before, after = _anchor_before(witness, start), _anchor_after(witness, end)
    if before is None or after is None or before[0] != start or after[0] != end or before[1] > after[1]:
        return None
    from_, to = before[1], after[1]
    there = [doubt for doubt in witness.doubts if doubt.start < max(to, from_ + 1) and doubt.end > from_]
    causes = {doubt.cause for doubt in there}
    return _Reading(
        version_id=witness.version_id,
        text=witness.text[from_:to],
        doubt=LOST if LOST in causes else DOUBTFUL if causes else None,
        shown="".join(doubt.shown for doubt in there),
        margin=min((doubt.margin for doubt in there), default=0.0),
    )


def _anchor_before(witness: _Witness, at: int) -> tuple[int, int] | None:
    """The last place up to `at`, in the base and in the witness, that both reach by the same characters."""
    number = bisect_right(witness.same, (at, 0, 0)) - 1
    while number >= 0:
        base, here, size = witness.same[number]
        reach = min(size, at - base)
        if at - (base + reach) > REACH:
            return None
        if reach >= ANCHOR or (reach > 0 and base == here == 0):
            return base + reach, here + reach
        number -= 1
    return (0, 0) if at == 0 else None


def _anchor_after(witness: _Witness, at: int) -> tuple[int, int] | None:
    """The first place from `at` on that both leave by the same characters."""
    number = max(0, bisect_right(witness.same, (at, 0, 0)) - 1)
    for base, here, size in witness.same[number:]:
        ahead = max(0, at - base)
        left = size - ahead
        if left < ANCHOR and not (left > 0 and base + size == witness.of and here + size == len(witness.text)):
            continue
        if base + ahead - at > REACH:
            return None
        return base + ahead, here + ahead
    return (at, len(witness.text)) if at == witness.of else None


def _shared_ends(one: str, other: str) -> tuple[int, int]:
    """How many characters two strings have in common at the beginning, and of the rest at the end."""
    shorter = min(len(one), len(other))
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    left = shorter - head
    tail = next((at for at in range(left) if one[-1 - at] != other[-1 - at]), left)
    return head, tail


def _applied(text: str, filled: Sequence[Filled]) -> str:
    for each in sorted(filled, key=lambda each: each.at, reverse=True):
        text = text[: each.at] + each.after + text[each.at + len(each.before) :]
    return text


def _starts(lines: Sequence[str]) -> list[int]:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return starts


def _in_paragraph(each: Filled, starts: Sequence[int]) -> Filled:
    number = bisect_right(starts, each.at) - 1
    return Filled(
        place=f"body/{number}",
        at=each.at - starts[number],
        before=each.before,
        after=each.after,
        cause=each.cause,
        witnesses=each.witnesses,
        against=each.against,
    )

"""What must hold of restoring whatever the text: what it gives back, what it says about it, what it never does.

How much can be asked for depends on what the damage left:

- conversion and notes alone lose nothing, so the original comes back exactly, over all simplified characters of GBK;
- a byte run loses one byte at its beginning and often one at its end. Several originals are then consistent with what
  is left, and the language model chooses. What comes back is the original, or each difference lies inside a repair that
  is marked as doubtful and keeps the damaged text.
"""

import time
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from random import Random

import opencc
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from crawler.items import Note
from pipelines.notes import replay
from pipelines.restore.engine import restore
from samples.damage import Archive, convert, damage
from samples.damage_tables import KEYS, LEVELS

NARROW = str.maketrans("，：；（）！？", ",:;()!?")

# One examples' database for everybody would make the suite's outcome depend on the machine.
FAST = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)

# Stands before each text, as a page does: its own words are the evidence that the page is damaged.
PAGE = (
    "澜州新区的创业园去年引进企业三百多家，园区规则、养老服务、联合办学都有了新办法。大家关心的不只是什么时候能见到成效，"
    "还有制造业的范围、干部的志愿、里弄的面貌和于民有利的标准。为了这些，管委会与各个部门总是一起商量，种种问题都有记录。"
)

GBK_HAN = [chr(code) for code in range(0x4E00, 0x9FA6)]
# What is the same in both scripts or simplified only. 着 is left out: 著 stands for it as well, and only words tell.
HAN = [
    char
    for char, simplified in zip(GBK_HAN, opencc.OpenCC("tw2s").convert("\n".join(GBK_HAN)).split("\n"), strict=True)
    if char == simplified and char not in "着著"
]
COMMON = (
    "的一是了不在有人这上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义"
    "事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已"
)

levels = st.integers(0, len(LEVELS) - 1)


def prose(characters: Sequence[str]) -> st.SearchStrategy[str]:
    """Clauses with marks between them, some in quotation marks, ended by a full stop."""
    clause = st.text(st.sampled_from(characters), min_size=1, max_size=10)
    quoted = st.tuples(clause, st.sampled_from("，。？！")).map(lambda pair: f"“{pair[0]}{pair[1]}”")
    pieces = st.lists(st.one_of(clause, clause, quoted), min_size=1, max_size=6)
    marks = st.lists(st.sampled_from("，，，。。、；：？！"), min_size=6, max_size=6)
    return st.tuples(pieces, marks).map(
        lambda pair: "".join(piece if piece.endswith("”") else piece + mark for piece, mark in zip(*pair, strict=False))
    )


# Real sentences in any order: what the language model is for. Random words are as strange to it as any other reading.
ARTICLES = Path(__file__).parents[2] / "bench" / "restore_articles" / "tune"
SENTENCES = sorted({line for path in ARTICLES.glob("*.txt") for line in path.read_text("utf-8").splitlines()[1:]})

rare_text, common_text = prose(HAN), prose(COMMON)


FORMS = {char: convert(char).encode("gbk") for char in HAN}
# Neighbours whose halves make a key: (characters that end in its first byte, characters that begin with its second).
STRADDLING = [
    neighbours
    for lead, trail in (key.encode("gbk") for key in KEYS)
    if all(
        neighbours := (
            [char for char, form in FORMS.items() if form[1] == lead],
            [char for char, form in FORMS.items() if form[0] == trail],
        )
    )
]


def straddled(chance: Random) -> str:
    """What a note run grows from, among other characters, one to three times."""

    def some() -> str:
        return "".join(chance.choices(HAN, k=chance.randint(0, 6)))

    pieces = []
    for _ in range(chance.randint(1, 3)):
        before, after = chance.choice(STRADDLING)
        pieces.append(some() + chance.choice(before) + chance.choice(after) + some())
    return "，".join(pieces)


real_text = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3).map("\n".join)
text_of_any_kind = st.text(
    st.one_of(
        st.sampled_from("??？()（）。，,;；!！/p><€\ufffd\uf7b5\x00A9 shùxuéjīng國學經當地亟濟於着著😀\u200d\n"),
        st.characters(codec="utf-8"),
    ),
    max_size=200,
)


def on_page(text: str, level: int, **kept: object) -> tuple[str, str]:
    """A text damaged below a page's first paragraph: what is shown, and what should come back."""
    above = damage(PAGE, level=level, straddle_rate=0, **{k: v for k, v in kept.items() if k == "archive"})  # type: ignore[arg-type]
    made = damage(text, level=level, **kept)  # type: ignore[arg-type]
    return f"{above.text}\n{made.text}", f"{above.expected}\n{made.expected}"


def doubtful_spans(notes: Sequence[Note]) -> list[tuple[int, int]]:
    """Where in the restored text the doubtful repairs stand."""
    spans: list[tuple[int, int]] = []
    for note in notes:
        start, shift = note.at, len(note.after) - len(note.before)
        end = start + len(note.before)
        spans = [
            (low + (low >= end) * shift, high + (high >= end) * shift) if high > start or low >= end else (low, high)
            for low, high in spans
        ]
        if note.doubtful:
            spans.append((start, start + len(note.after)))
    return spans


def undoubted_differences(wanted: str, got: str, notes: Sequence[Note]) -> list[tuple[str, str]]:
    """The differences that no doubtful repair covers; punctuation width, which other tests judge, left aside."""
    spans = doubtful_spans(notes)
    wanted, got = wanted.translate(NARROW), got.translate(NARROW)
    found = []
    for tag, i, j, k, m in SequenceMatcher(None, wanted, got, autojunk=False).get_opcodes():
        free = wanted[i:j].strip("\ufffd\n") == got[k:m].strip("\ufffd\n? ")
        if tag != "equal" and not free and not any(low <= m and k <= high for low, high in spans):
            found.append((wanted[max(0, i - 4) : j + 4], got[max(0, k - 4) : m + 4]))
    return found


@FAST
@given(rare_text, levels, st.sampled_from([Archive.FOLDED, Archive.WIDE]))
def test_conversion_and_notes_come_back_exactly(text: str, level: int, archive: Archive) -> None:
    """Over all simplified characters that GBK has."""
    shown, wanted = on_page(text, level, straddle_rate=0.0, archive=archive)
    assume("?" not in shown and "€" not in shown and "/p>" not in shown)
    assert restore(shown).text == wanted


def test_note_runs_come_back_or_are_doubtful() -> None:
    """With all keys on, over all simplified characters that GBK has; such words are as strange as any wrong reading.

    Four in a hundred come back wrong without doubt: a pair that vanished is preferred to a character this rare.
    """
    chance, wrong = Random(7), 0  # noqa: S311 - the same texts each time
    for _ in range(100):
        shown, wanted = on_page(straddled(chance), len(LEVELS) - 1, straddle_rate=0.0)
        restored = restore(shown)
        wrong += bool(undoubted_differences(wanted, restored.text, restored.notes))
    assert wrong <= 6


@FAST
@given(real_text, levels, st.integers(0, 9))
def test_real_text_comes_back_or_is_doubtful(text: str, level: int, seed: int) -> None:
    shown, wanted = on_page(text, level, seed=seed)
    restored = restore(shown)
    assert not undoubted_differences(wanted, restored.text, restored.notes)


@FAST
@given(common_text, levels, st.sampled_from(list(Archive)), st.booleans())
def test_what_is_restored_is_clean(text: str, level: int, archive: Archive, markup: bool) -> None:  # noqa: FBT001 - a property takes what it is given
    shown, _ = on_page(text, level, archive=archive, markup=markup)
    restored = restore(shown)
    assert replay(shown, restored.notes) == restored.text
    again = restore(restored.text)
    assert again.text == restored.text
    assert not again.notes


@FAST
@given(st.one_of(rare_text, common_text))
def test_simplified_text_is_left_alone(text: str) -> None:
    for clean in (text, f"{PAGE}\n{text}"):
        restored = restore(clean)
        assert restored.text == clean
        assert not restored.notes


@settings(FAST, max_examples=150)
@given(text_of_any_kind, st.sampled_from(["", damage(PAGE, level=9, straddle_rate=0).text]))
@example("?" * 50, damage(PAGE, level=9, straddle_rate=0).text)
@example("?shù)" * 20, damage(PAGE, level=9, straddle_rate=0).text)
@example("?，F(xiàn)" * 20, damage(PAGE, level=9, straddle_rate=0).text)
@example("\uf7a1？" * 20, damage(PAGE, level=9, straddle_rate=0).text)
def test_never_raises_and_every_note_replays(text: str, above: str) -> None:
    given_text = f"{above}\n{text}"
    restored = restore(given_text)
    assert replay(given_text, restored.notes) == restored.text


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(PAGE, id="clean"),
        pytest.param(damage(PAGE, level=9, straddle_rate=0).text, id="damaged"),
        pytest.param(
            damage(PAGE + "在当地，现代化。科学、学校看书。“可以。”他说。", level=9, straddle_rate=1).text, id="runs"
        ),
        pytest.param("?", id="question marks"),
        pytest.param("?shù)", id="endings without runs"),
        pytest.param("?國", id="runs without endings"),
        pytest.param("國(", id="notes that never close"),
    ],
)
def test_time_grows_with_length(piece: str) -> None:
    """Four times the text takes about four times as long; eight is allowed for noise, sixteen would be a square."""
    page = damage(PAGE, level=9, straddle_rate=0).text + "\n"
    short = piece * (500 // len(piece))
    times = [min(_seconds(page + short * size) for _ in range(2)) for size in (1, 4)]
    assert times[1] <= 8 * times[0] + 0.02


SOAK_SIZE = 10_000_000  # bytes of GBK


def _random_gbk(size: int) -> str:
    return Random(1).randbytes(size).decode("gbk", "ignore")  # noqa: S311 - reproducible, nothing secret


def _random_unicode(size: int) -> str:
    return Random(2).randbytes(size).decode("utf-16-le", "ignore")  # noqa: S311 - reproducible, nothing secret


def _orphans_and_marks(size: int) -> str:
    return "".join(Random(3).choices("?，！。國當a)(F\ufffd", k=size // 2))  # noqa: S311 - reproducible, nothing secret


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("noise", [_random_gbk, _random_unicode, _orphans_and_marks])
def test_ten_megabytes_of_noise_take_linear_time(noise: Callable[[int], str]) -> None:
    page = damage(PAGE, level=9, straddle_rate=0).text + "\n"
    times = [_seconds(page + noise(size)) for size in (SOAK_SIZE // 4, SOAK_SIZE)]
    assert times[1] <= 8 * times[0] + 1


def _seconds(text: str) -> float:
    start = time.process_time()
    restore(text)
    return time.process_time() - start

"""What two texts have in common, word by word."""

import random
import time

import pytest

from archive.families.passages import compare, covered, passages, shingles

# Characters by chance: nothing in them repeats, so that every passage is known.
_CHANCE = random.Random(6)  # noqa: S311 - the same texts every time
TEXT = "".join(map(chr, _CHANCE.sample(range(0x4E00, 0x9FA5), 600)))
OTHER = "".join(map(chr, _CHANCE.sample(range(0xAC00, 0xD7A3), 600)))


def _every_third_changed(text: str) -> str:
    return "".join(OTHER[at] if at % 6 == 5 else char for at, char in enumerate(text))


@pytest.mark.parametrize(
    ("one", "other", "share", "longest_own"),
    [
        pytest.param(TEXT, TEXT, 1, 0, id="the-same"),
        pytest.param(TEXT, OTHER, 0, 1, id="nothing"),
        pytest.param(TEXT[:200], TEXT, 1, 0, id="the-first-third"),
        pytest.param(TEXT[200:400], OTHER[:100] + TEXT + OTHER[100:200], 1, 0, id="embedded"),
        pytest.param(TEXT[:300] + OTHER[:300], TEXT, 0.5, 0.5, id="half-of-its-own"),
        pytest.param(TEXT[:300] + TEXT[320:], TEXT, 1, 0, id="something-left-out"),
        pytest.param(_every_third_changed(TEXT), TEXT, 1, 0, id="every-sixth-character-changed"),
        pytest.param(TEXT[300:] + TEXT[:300], TEXT, 1, 0, id="in-another-order"),
        pytest.param("", TEXT, 0, 0, id="empty"),
        pytest.param("甲乙", TEXT, 0, 1, id="shorter-than-a-shingle"),
        pytest.param("".join(TEXT[at : at + 6] + OTHER[at : at + 40] for at in range(0, 600, 40)), TEXT, 0, 1,
                     id="phrases-that-lie-scattered"),
    ],
)  # fmt: skip
def test_compare(one: str, other: str, share: float, longest_own: float) -> None:
    for found in (compare(one, other), compare(other, one)):
        assert found.share == pytest.approx(share, abs=0.02)
        assert found.longest_own == pytest.approx(longest_own, abs=0.02)
        assert found.characters == pytest.approx(share * min(len(one), len(other)), abs=12)


def test_jaccard_is_that_of_the_shingles() -> None:
    assert compare(TEXT, TEXT).jaccard == 1
    assert compare(TEXT[:303], TEXT).jaccard == pytest.approx(300 / 597)
    assert compare(TEXT, OTHER).jaccard == 0


def test_a_passage_says_where_it_is_in_both() -> None:
    one, other = OTHER[:50] + TEXT[:100], TEXT[:100] + OTHER[300:]
    shared = frozenset(shingles(one)) & frozenset(shingles(other))
    (found,) = passages(one, other, shared)
    assert (found.start, found.end, found.other_start, found.other_end) == (50, 150, 0, 100)
    assert covered([found, found]) == 100


def test_widespread_passages_count_for_nothing() -> None:
    footer = OTHER[:120]
    one, other = TEXT[:80] + footer, TEXT[200:280] + footer
    places = range(80, 200, 10)
    assert compare(one, other).share == pytest.approx(0.6, abs=0.02)
    assert compare(one, other, widespread=places).share == 0
    assert compare(other, one, widespread=places).share == 0
    assert compare(footer, one, widespread=range(0, 120, 10)).share == 1, "a text of nothing else is a copy"


@pytest.mark.parametrize("text", ["哈" * 20_000, "哈哈嘻嘻" * 5_000, "".join(map(str, range(5_000)))])
def test_repeated_texts_cost_little(text: str) -> None:
    begun = time.process_time()
    compare(text, text[::-1])
    compare(text, text)
    assert time.process_time() - begun < 3

"""Differences of texts: readable, exact, and found in time whatever the texts are."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.script import fold_script
from reader.diff import Kind, Span, abridged, differences

SAME, REMOVED, ADDED = Kind.SAME, Kind.REMOVED, Kind.ADDED


def _marked(spans: list[Span]) -> str:
    frames = {SAME: "{}", REMOVED: "[-{}-]", ADDED: "[+{}+]"}
    return "".join(frames[span.kind].format(span.text) for span in spans)


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("", "", ""),
        ("甲", "甲", "甲"),
        ("", "甲", "[+甲+]"),
        ("甲", "", "[-甲-]"),
        ("甲乙", "丙丁", "[-甲乙-][+丙丁+]"),
        ("青石镇的新桥今天通车。", "青石镇的旧桥明天通车。", "青石镇的[-新-][+旧+]桥[-今-][+明+]天通车。"),
        ("桥修好了。", "桥昨天修好了。", "桥[+昨天+]修好了。"),
        # what is gone is the first sentence, not 说好。镇长
        ("村长说好。镇长说坏。", "镇长说坏。", "[-村长说好。-]镇长说坏。"),
        ("第一段不见了。\n第二段留下。", "第二段留下。", "[-第一段不见了。\n-]第二段留下。"),
        # 的 and 了 stand in both by chance only
        (
            "他昨天去了城里的老集市买菜",
            "船只停在新修的码头等候",
            "[-他昨天去了城里的老集市买菜-][+船只停在新修的码头等候+]",
        ),
    ],
)
def test_differences_read_as_people_would_tell_them(before: str, after: str, marked: str) -> None:
    assert _marked(differences(before, after)) == marked


def test_what_is_folded_does_not_count_and_is_shown_as_in_the_second_text() -> None:
    assert _marked(differences("國家的橋", "国家的新桥", fold=fold_script)) == "国家的[+新+]桥"
    assert _marked(differences("國家", "国家")) == "[-國-][+国+]家"


def test_a_passage_that_moved_is_removed_here_and_added_there() -> None:
    one, two = "渡口的票价一直保持不变，", "县里修了两座候船的长廊，"
    assert _marked(differences(one + two, two + one)) == f"[-{one}-]{two}[+{one}+]"


_TEXTS = st.text(alphabet="的一是桥。\nab", max_size=400)


@settings(max_examples=150)
@given(_TEXTS, _TEXTS, st.integers(0, 400), st.integers(0, 400))
def test_the_spans_give_both_texts_back(a: str, other: str, start: int, end: int) -> None:
    b = a[:start] + other[: max(0, end - start)] + a[end:]  # related, as versions are
    spans = differences(a, b)
    assert "".join(span.text for span in spans if span.kind is not ADDED) == a
    assert "".join(span.text for span in spans if span.kind is not REMOVED) == b
    assert all(span.text for span in spans)


def test_a_word_changed_in_a_long_text_is_all_that_differs() -> None:
    chance = random.Random(6)  # noqa: S311 - the same text every time
    text = "".join(chr(0x4E00 + chance.randrange(500)) for _ in range(20_000))
    changed = f"{text[:9_000]}新的{text[9_002:15_000]}{text[15_010:]}"
    assert [span.kind for span in differences(text, changed)] == [SAME, REMOVED, ADDED, SAME, REMOVED, SAME]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("的" * 100_000, "一" + "的" * 99_000),
        ("的一" * 50_000, "一的" * 50_001),
        ("ab" * 60_000, "ba" * 30_000 + "c" + "ab" * 30_000),
        ("甲" * 1_000_000, "乙" + "甲" * 999_999 + "乙"),
    ],
)
def test_texts_made_to_be_slow_are_not(a: str, b: str) -> None:
    begun = time.process_time()
    spans = differences(a, b)
    assert time.process_time() - begun < 3
    assert "".join(span.text for span in spans if span.kind is not ADDED) == a


def test_abridged_keeps_the_surroundings_of_changes() -> None:
    spans = differences(
        "甲" * 100 + "乙" + "丙" * 100 + "丁" + "戊" * 100, "甲" * 100 + "丙" * 100 + "丁丁" + "戊" * 100
    )
    assert _marked(abridged(spans, context=3)) == "…甲甲甲[-乙-]丙丙丙…丙丙丙[+丁+]丁戊戊…"
    assert abridged(differences("同", "同")) == []
    assert _marked(abridged(differences("甲乙", "甲丙"))) == "甲[-乙-][+丙+]"

"""Texts as tokens: what the index holds, and that what is looked for can be found in it."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search.forms import STANDS_FOR, VARIANTS
from archive.search.marks import Part, excerpt, pattern_of
from archive.search.query import Phrase
from archive.search.text import BOUNDARY, phrase, tokens

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=8)
AROUND = st.text(alphabet=st.sampled_from("的國国A9 　，。“a\n\u200b"), max_size=6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国家", "国 家"),
        ("國家", "国 家"),
        ("其中，国家", "其 中 | 国 家"),
        ("一。\n“二", "一 | 二"),  # one boundary, however much stands there
        ("张　三 李 四", "张 三 李 四"),
        ("New  York", "new york"),
        ("在Tokyo以3比1", "在 tokyo 以 3 比 1"),
        ("ＡＢＣ１２", "abc12"),
        ("K9机器人", "k9 机 器 人"),
        ("12.5%", "12 | 5 |"),
        ("COVID-19", "covid | 19"),
        ("Straße", "strasse"),
        ("cafe\u0301", "café"),
        ("林\u200b木\ufe00", "林 木"),
        ("㈱①", "| 株 | 1"),
        ("⼀豈", "一 岂"),  # a radical, a compatibility ideograph
        ("か\u3099ｶ", "が カ"),
        ("裡裏里着著", "里 里 里 着 着"),
        ("𠮷䶮", "𠮷 䶮"),
        ("한국 뉴스", "한국 뉴스"),
        (f"甲{BOUNDARY}乙\ufffd丙", "甲 | 乙 | 丙"),
        ("\ud83d甲", "| 甲"),  # half a surrogate pair
        ("", ""),
    ],
)
def test_tokens(text: str, expected: str) -> None:
    assert tokens(text).replace(BOUNDARY, "|") == expected


@pytest.mark.parametrize(("text", "expected"), [("“国家”，", "国 家"), ("，。", ""), (" ", ""), ("3.14%", "3 | 14")])
def test_a_phrase_has_no_punctuation_around_it(text: str, expected: str) -> None:
    assert phrase(text).replace(BOUNDARY, "|") == expected


def test_every_variant_leads_to_a_character_that_leads_nowhere_else() -> None:
    assert len(VARIANTS) == len(STANDS_FOR) == len(set(VARIANTS))
    assert not set(VARIANTS) & set(STANDS_FOR)


@pytest.fixture(scope="module")
def fts() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'ascii')")
    yield connection
    connection.close()


@settings(max_examples=200)
@given(before=AROUND, word=HAN, after=AROUND)
def test_what_a_text_holds_is_found_and_marked(fts: sqlite3.Connection, before: str, word: str, after: str) -> None:
    text = before + word + after
    fts.execute("DELETE FROM texts")
    fts.execute("INSERT INTO texts VALUES (?)", (tokens(text),))
    assert fts.execute("SELECT 1 FROM texts WHERE texts MATCH ?", (f'"{phrase(word)}"',)).fetchone()
    found = pattern_of((Phrase(tokens=phrase(word)),)).search(text)
    assert found
    assert phrase(found[0]) == phrase(word)


@settings(max_examples=200)
@given(before=AROUND, word=st.text(alphabet="國国中，a1 b", min_size=1, max_size=5), after=AROUND)
def test_what_the_index_finds_is_marked(fts: sqlite3.Connection, before: str, word: str, after: str) -> None:
    if not (looked_for := phrase(word)):
        return
    text = before + word.strip() + after
    fts.execute("DELETE FROM texts")
    fts.execute("INSERT INTO texts VALUES (?)", (tokens(text),))
    if fts.execute("SELECT 1 FROM texts WHERE texts MATCH ?", (f'"{looked_for}"',)).fetchone():
        assert pattern_of((Phrase(tokens=looked_for),)).search(text)


@pytest.mark.parametrize(
    ("text", "word"), [("abcd", "bc"), ("12", "1"), ("甲，乙", "甲乙"), ("甲\n乙", "甲乙"), ("中 a", "中b")]
)
def test_what_it_does_not_find_is_not_marked(text: str, word: str) -> None:
    assert not pattern_of((Phrase(tokens=phrase(word)),)).search(text)


def _marked(parts: tuple[Part, ...]) -> str:
    return "".join(f"[{part.text}]" if part.marked else part.text for part in parts)


@pytest.mark.parametrize(
    ("paragraphs", "words", "expected"),
    [
        (("國家的橋",), ("国家",), "[國家]的橋"),
        (("没有",), ("国家",), "没有"),
        ((), ("国家",), ""),
        (("张　三，张三",), ("张三",), "[张　三]，[张三]"),
        (("ＡＢＣ abc abcd",), ("abc",), "[ＡＢＣ] [abc] abcd"),
        (("New York, new  york",), ("New York",), "[New York], [new  york]"),
        (("张。三",), ("张三",), "张。三"),
        (("甲" * 30 + "桥" + "乙" * 90,), ("桥",), "…" + "甲" * 20 + "[桥]" + "乙" * 59 + "…"),
        # the place with both, not the first with one
        (("桥很长。", "水很深。", "桥下的水。"), ("桥", "水"), "[桥]下的[水]。"),
    ],
)
def test_excerpts_show_the_best_place_in_its_own_script(
    paragraphs: tuple[str, ...], words: tuple[str, ...], expected: str
) -> None:
    pattern = pattern_of(tuple(Phrase(tokens=phrase(word)) for word in words))
    assert _marked(excerpt(paragraphs, pattern)) == expected


def test_an_excerpt_without_words_is_the_beginning() -> None:
    assert _marked(excerpt(("", "甲" * 100), None, width=10)) == "甲" * 10 + "…"

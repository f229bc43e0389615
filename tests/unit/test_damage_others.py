"""The rarer generators: what they write can be told from clean text and, where nothing is lost, turned back."""

import re

import pytest

from samples.damage_others import (
    EMOJI,
    annotate_without_tones,
    convert_without_context,
    hide_emoji_in_notes,
    lose_twice,
    read_gbk_as_cp1252,
    read_gbk_as_latin1,
    read_utf8_as_gbk,
    space_letters,
    sprinkle_emoji,
)

TEXT = "澜州市的图书馆昨天开放了，朱喆博先生说：“这个全面结合的办法很好。”"


def without_emoji(text: str) -> str:
    return re.sub("|".join(EMOJI), "", text)


def test_notes_without_tones_strip_to_the_original() -> None:
    made = annotate_without_tones(TEXT)
    assert re.search(r"[一-龥]\([a-z]+\)", made)
    assert re.sub(r"\([a-z]+\)", "", made) == TEXT


def test_emoji_go_without_a_trace() -> None:
    made = sprinkle_emoji(TEXT, share=0.5)
    assert made != TEXT
    assert without_emoji(made) == TEXT


def test_emoji_hide_in_toned_notes() -> None:
    made = hide_emoji_in_notes(TEXT, share=0.5)
    assert not re.search(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùü]+\)", made)
    assert re.sub(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùü]+\)", "", without_emoji(made)) == TEXT


def test_the_seed_decides() -> None:
    assert sprinkle_emoji(TEXT, seed=1) == sprinkle_emoji(TEXT, seed=1) != sprinkle_emoji(TEXT, seed=2)


def test_misread_bytes_are_all_there() -> None:
    assert read_gbk_as_latin1(TEXT).encode("latin-1").decode("gb18030") == TEXT
    cp1252 = read_gbk_as_cp1252(TEXT)
    assert cp1252 != read_gbk_as_latin1(TEXT), "喆 has a byte that the two encodings read differently"
    back = b"".join(char.encode("latin-1" if char < "\xa0" else "cp1252") for char in cp1252)
    assert back.decode("gb18030") == TEXT


def test_utf8_read_as_gbk() -> None:
    assert read_utf8_as_gbk("图书馆") == "鍥句功棣�"
    assert read_utf8_as_gbk("学校").encode("gb18030").decode() == "学校"


def test_what_is_lost_twice_holds_nothing() -> None:
    assert set(lose_twice(TEXT)) == set("锟斤拷")


@pytest.mark.parametrize(("clean", "made"), [("结合", "結閤"), ("全面", "全麵"), ("个", "箇"), ("国家", "國家")])
def test_a_converter_without_context(clean: str, made: str) -> None:
    assert convert_without_context(clean) == made


def test_letters_apart() -> None:
    assert space_letters("责任编辑") == "责 任 编 辑"

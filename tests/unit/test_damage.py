"""The forward model against what is seen on damaged pages: each row is one mechanism."""

import pytest

from pipelines.restore import cp936
from samples.damage import LOST, Archive, Damaged, Destroyed, Loss, convert, damage
from samples.damage_tables import KEYS, LEFT_SIMPLIFIED, LEVELS, first_readings, simplified_forms, traditional_forms

SEEN = (
    pytest.param(0, "高校材料学科虚拟仿真", "高校材料學科虛擬仿真", id="conversion alone"),
    pytest.param(1, "国家信创园", "國家信創(chuàng)園", id="a note on 创 only: the level decides"),
    pytest.param(15, "国家信创园", "國(guó)家信創(chuàng)園", id="notes"),
    pytest.param(6, "当地经济", "當?shù)亟?jīng)濟", id="當地 holds 數, 地經 is then read one byte late"),
    pytest.param(15, "周围神经", "周?chē)窠?jīng)", id="a pair of a user-defined zone vanishes"),
    pytest.param(9, "知识。科学", "知識??茖W(xué)", id="。科 holds ？"),
    pytest.param(0, "师范专科学校", "師范??茖W校", id="专科 holds ？"),
    pytest.param(1, "。粤港澳大湾区", "?;浉郯拇鬄硡^(qū)", id="。粤 holds ；"),
    pytest.param(0, "没有关系啊！", "沒有關系??！", id="a character that ends in A1 before ！"),
    pytest.param(4, "新阶段。现代化", "新階段?，F(xiàn)代化", id="。现 holds ，and F is the second byte of 现"),
    pytest.param(3, "看。“医生", "看?！搬t(yī)生", id="。“ holds ！"),
    pytest.param(5, "当地，对联升", "當?shù)?，對?lián)升", id="round two works on what round one left"),
)


@pytest.mark.parametrize(("level", "clean", "damaged"), SEEN)
def test_reproduces_what_pages_show(level: int, clean: str, damaged: str) -> None:
    made = damage(clean, level=level, straddle_rate=1)
    assert (made.text, made.expected, made.destroyed) == (damaged, clean, ())


def test_an_orphan_byte_eats_the_ascii_byte_after_it() -> None:
    made = damage("当地17.9%", level=6)
    assert made.text == "當?shù)?7.9%"
    assert made.expected == f"当地{LOST}7.9%"
    assert made.destroyed == (Destroyed(at=2, char="1", loss=Loss.EATEN),)


def test_an_orphan_byte_at_the_end_of_a_paragraph_eats_the_tag() -> None:
    made = damage("回到当地\n第二段", level=6)
    assert made.text == "回到當?shù)?/p>\n第二段"
    assert made.expected == "回到当地\n第二段"


def test_without_markup_it_eats_the_line_end() -> None:
    made = damage("回到当地\n第二段", level=6, markup=False)
    assert made.text == "回到當?shù)?第二段"
    assert made.expected == f"回到当地{LOST}第二段"


def test_what_gbk_lacks_is_destroyed() -> None:
    made = damage("王晓\xa0敏 señor", level=0)
    assert made.text == "王曉?敏 se?or"
    assert made.expected == f"王晓{LOST}敏 se{LOST}or"
    assert {place.loss for place in made.destroyed} == {Loss.LACKING}


def test_a_traditional_character_of_the_original_is_merged() -> None:
    """著 is not: 显著 and 著名 are simplified as they stand."""
    made = damage("學者著書", level=0)
    assert made.text == "學者著書"
    assert made.expected == "学者著书"
    assert [place.loss for place in made.destroyed] == [Loss.MERGED] * 2


@pytest.mark.parametrize(
    ("archive", "shown"),
    [
        (Archive.FOLDED, "他說(shuō)(真的):看?！搬t(yī)生,好"),
        (Archive.FOLDED_ALL, "他說(shuō)(真的):看?!搬t(yī)生,好"),
        (Archive.WIDE, "他說(shuō)（真的）：看?！搬t(yī)生，好"),
        (Archive.LIVE, "他說（shuō）（真的）：看\x02\uf7a1\x02！搬t（yī）生\x02，好"),
        (Archive.REPLACED, "他說（shuō）（真的）：看\x02\ufffd\x02！搬t（yī）生\x02，好"),
    ],
)
def test_how_the_page_was_kept(archive: Archive, shown: str) -> None:
    made = damage("他说（真的）：看。“医生，好", level=13, archive=archive, straddle_rate=1)
    control = next((char for char in made.text if char < " "), "\x02")
    assert made.text.replace(control, "\x02") == shown


def test_the_seed_decides_which_straddling_marks_are_hit() -> None:
    text = "知识。科学，" * 20
    made = [damage(text, level=0, seed=seed) for seed in range(20)]
    assert damage(text, level=0, seed=3) == made[3]
    assert 0 < min(page.straddles for page in made) < max(page.straddles for page in made) <= 20
    assert damage(text, level=0, straddle_rate=0).straddles == 0
    assert damage(text, level=0, straddle_rate=1).straddles == 20


def test_a_mark_protects_the_mark_before_it() -> None:
    """常。 holds ！, but the byte before 。 is put there first and parts its halves."""
    assert damage("照常。", level=0, straddle_rate=1).text == "照常。"


def test_marks_and_notes_beside_a_page_without_damage() -> None:
    """Text without Han that the converter changes stays as it is."""
    plain = "Plain text, 15:49 (1,000), 中文: 人"
    assert damage(plain, level=15) == Damaged(text=plain, expected=plain, destroyed=(), straddles=0)


def test_levels_are_nested_and_bounded() -> None:
    assert list(LEVELS) == sorted(LEVELS)
    assert LEVELS[0] == 0
    assert LEVELS[-1] == len(KEYS) == len(set(KEYS))
    for level in (-1, len(LEVELS)):
        with pytest.raises(ValueError, match="levels 0 to 15"):
            damage("字", level=level)


def test_the_table_is_one_to_one_and_fits_gbk() -> None:
    forms = traditional_forms()
    assert len(simplified_forms()) == len(forms)
    assert not set(forms) & set(forms.values())
    assert all(len(form.encode("gbk")) == 2 for form in forms.values())


@pytest.mark.parametrize(
    "pair",
    [
        "着著",
        "台臺",
        "准準",
        "症癥",
        "复復",
        "发發",
        "冲沖",
        "迹跡",
        "鉴鑒",
        "脏臟",
        "历歷",
        "汇匯",
        "尽盡",
        "陕陜",
        "众眾",
        "为為",
        "线線",
        "说說",
        "启啟",
    ],
)
def test_always_converted(pair: str) -> None:
    assert convert(pair[0]) == pair[1]


def test_left_simplified_and_never_produced() -> None:
    assert convert(LEFT_SIMPLIFIED) == LEFT_SIMPLIFIED
    assert not set("於後裏裡麼隻係範製徵餘幹鬆複髮佔説爲衆綫") & set(traditional_forms().values())


def test_readings_are_the_first_of_the_dictionary() -> None:
    readings = first_readings()
    assert [readings[key] for key in "長數應調"] == ["zhǎng", "shù", "yīng", "diào"]
    for reading in readings.values():
        assert cp936.decode(cp936.encode(reading)) == reading

"""The character model and what it is adapted with: it must prefer Chinese, and know the page it is used on."""

import gzip
import io
from importlib import resources

import pytest

from pipelines.restore.candidates import ALONE, Candidates
from pipelines.restore.model import MAGIC, Context, Model, load
from pipelines.restore.page import PageFacts
from pipelines.restore.scorer import alphabet, scorer
from pipelines.restore.tables import reads, reads_toneless, script


def context(chars: str) -> Context:
    """Three characters, of either script, as the model knows them."""
    first, second, third = map(alphabet().number, chars)
    return first, second, third


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [("科学技术", "科雪技术"), ("他说。”她", "他说保”她"), ("微信和高铁", "微信和告铁"), ("今年三月", "今年三越")],
)
def test_likely_chinese_costs_less(likely: str, unlikely: str) -> None:
    assert load().text_cost(likely) < load().text_cost(unlikely)


def test_many_costs_at_once_are_the_costs_one_by_one() -> None:
    model = load()
    before = context("的国家")
    lasts = model.numbers("的人科学。鱻")
    assert model.costs(before, lasts) == [model.cost(before, last) for last in lasts]


def test_three_characters_before_tell_more_than_two() -> None:
    model = load()
    (wanted,) = model.numbers("楚")
    assert model.cost(context("清清楚"), wanted) < model.cost(context("鱻清楚"), wanted)
    assert model.cost(context("鱻麤驫"), wanted) == model.cost(context("驫麤驫"), wanted)


def test_a_pronoun_is_one_character_to_the_model() -> None:
    model = load()
    assert model.text_cost("母亲说她累了") == model.text_cost("母亲说他累了")


def test_a_byte_left_alone_could_begin_a_character() -> None:
    """菌 (BE FA) can have lost its second byte; 線 (BE 80) would show it."""
    found = Candidates(PageFacts(), scorer("")).ending(context("是細細"), 0xBE, ALONE)
    assert "菌" in {letter.char for letter, _ in found}
    assert {letter.trail for letter, _ in found} <= set(range(0x81, 0xFF))


def test_both_pronouns_are_thought_of() -> None:
    (number,) = load().numbers("她")
    assert [letter.char for letter in alphabet().numbered()[number]] == ["他", "她"]


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 of another kind", MAGIC, MAGIC + b"no gzip", MAGIC + gzip.compress(b"\0" * 20, mtime=0)[:-4]],
    ids=["another kind", "empty", "no gzip", "cut"],
)
def test_a_file_of_another_kind_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="n-gram"):
        Model(io.BytesIO(data))


def test_the_model_is_small() -> None:
    """What is installed; how long it takes to load is a figure of the benchmark."""
    with resources.as_file(resources.files("pipelines.restore").joinpath("data/ngrams.bin")) as path:
        assert path.stat().st_size <= 8_000_000


def test_what_stands_on_the_page_becomes_likelier() -> None:
    before, last = context("石敬亭"), alphabet().number("渡")
    assert scorer("石敬亭渡海，石敬亭渡河。").cost(before, last) < scorer("").cost(before, last)


@pytest.mark.parametrize("shown", ["\n\n\n", "了國家", "，他說", "在雲渡"])
@pytest.mark.parametrize("lead", [0xB9, 0xA3, 0xC4])
def test_the_likeliest_are_found_without_weighing_all(shown: str, lead: int) -> None:
    page = scorer("雲渡市的國家級園區，他說過：雲渡國際中心開工。")
    alphabet, model = page.alphabet, page.alphabet.model
    before = context(shown)
    letters = sorted(alphabet.with_lead(lead), key=lambda letter: model.alone(letter.number) + letter.extra)
    found = page.likeliest(before, letters, 12, seen=frozenset(model.followers(before[-1])))
    weighed = sorted(zip(page.costs(before, letters), letters, strict=True), key=lambda pair: pair[0])
    assert [cost for _, cost in found] == [cost for cost, _ in weighed[:12]]
    assert {letter for letter, cost in found if cost < weighed[12][0]} == {
        letter for cost, letter in weighed[:12] if cost < weighed[12][0]
    }


def test_what_stands_near_tells_of_whom_it_is() -> None:
    page = scorer("他來了。他走了。她說。")
    assert page.pronouns("", "")["他"] < page.pronouns("", "")["她"]
    assert page.pronouns("她說，她想。", "")["她"] < page.pronouns("她說，她想。", "")["他"]
    assert page.pronouns("", "說，她想。")["她"] < page.pronouns("", "說，她想。")["他"]
    assert page.pronouns("他來了。她說，", "")["她"] < page.pronouns("她來了。他說，", "")["她"]
    assert page.pronouns("她們來了。", "") == page.pronouns("", "")
    assert scorer("").pronouns("老奶奶說，", "")["她"] < scorer("").pronouns("老爺爺說，", "")["她"]


@pytest.mark.parametrize(
    ("char", "reading", "fits"),
    [("長", "zhǎng", True), ("長", "cháng", True), ("長", "chán", False), ("國", "ɡuó", True)],
)
def test_readings(char: str, reading: str, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    assert reads(char, reading) is fits


def test_toneless_readings_write_the_umlaut_as_v_or_u() -> None:
    assert reads_toneless("女", "nv")
    assert reads_toneless("女", "nu")
    assert not reads_toneless("女", "li")


def test_what_the_converter_leaves_alone_is_the_authors() -> None:
    tables = script()
    assert {"後", "裡", "麼", "乾"} <= tables.authors_own
    assert not tables.authors_own & tables.simplified.keys()
    assert {"国", "经"} <= tables.converted
    assert not {"后", "里", "么"} & tables.converted

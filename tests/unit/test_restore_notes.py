"""The rule runner: notes lead from the given text to the result, whatever the rules did."""

import re
from collections.abc import Iterator

import pytest

from crawler.items import Note
from pipelines.notes import Change, Notes, Rule, change, replay, run


def _drop_digits(text: str, _: None) -> Iterator[Change]:
    for at, char in enumerate(text):
        if char.isdigit():
            yield change(at, at + 1, "")


def _double_vowels(text: str, _: None) -> Iterator[Change]:
    for at, char in enumerate(text):
        if char in "ae":
            yield at, at + 1, char * 2, 0.5, True


def _same(text: str, _: None) -> Iterator[Change]:
    yield change(0, len(text), text)


RULES = (
    Rule(name="digits", find=_drop_digits),
    Rule(name="vowels", find=_double_vowels),
    Rule(name="same", find=_same),
)


@pytest.mark.parametrize(("text", "after"), [("1a2b3e", "aabee"), ("", ""), ("xyz", "xyz"), ("123", "")])
def test_rules_run_in_order_and_their_notes_replay(text: str, after: str) -> None:
    result, kept = run(text, RULES, None, step="restore", where="body/0")
    assert result == after
    assert replay(text, Notes(kept)) == after


def test_a_note_says_where_in_the_text_as_it_stood_just_before() -> None:
    _, kept = run("1a2e", RULES, None, step="restore", where="headline")
    assert [(note.rule, note.at, note.before, note.after, note.doubtful) for note in Notes(kept)] == [
        ("digits", 0, "1", "", False),
        ("digits", 1, "2", "", False),
        ("vowels", 0, "a", "aa", True),
        ("vowels", 2, "e", "ee", True),
    ]
    assert {(note.step, note.where) for note in Notes(kept)} == {("restore", "headline")}


def test_a_change_that_changes_nothing_leaves_no_note() -> None:
    assert run("abc", (Rule(name="same", find=_same),), None, step="restore", where="text") == ("abc", [])


def test_a_rule_is_asked_only_where_its_signs_stand() -> None:
    def find(text: str, _: None) -> Iterator[Change]:
        asked.append(text)
        yield from _drop_digits(text, None)

    asked: list[str] = []
    rule = Rule(name="digits", find=find, signs=re.compile(r"\d"))
    assert run("ab", (rule, rule), None, step="restore", where="text") == ("ab", [])
    assert run("a1", (rule, rule), None, step="restore", where="text")[0] == "a"
    assert asked == ["a1", "a"], "signs that rules share are looked for once"


def test_a_change_of_the_whole_text_has_a_note_for_each_part_that_it_changes() -> None:
    def upper(text: str, _: None) -> Iterator[Change]:
        yield change(0, len(text), text.upper())

    rule = Rule(name="upper", find=upper, parts=re.compile(r"\w+"))
    after, kept = run("ab, CD, ef", (rule,), None, step="restore", where="text")
    assert after == "AB, CD, EF"
    assert [(note.at, note.before, note.after) for note in Notes(kept)] == [(0, "ab", "AB"), (8, "ef", "EF")]


def test_notes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        replay("abc", [Note(step="restore", rule="r", where="text", at=1, before="x", after="y")])


def test_notes_are_a_sequence() -> None:
    _, kept = run("1a2e", RULES, None, step="restore", where="text")
    notes = Notes(kept)
    assert len(notes) == 4
    assert notes[1:3] == tuple(notes)[1:3]
    assert notes[-1].rule == "vowels"

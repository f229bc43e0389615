"""Collation: what one copy lost another one kept, and nothing else of the base is changed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlite_utils import Database

from archive.families.collation import keep_collation, stored_collation
from archive.families.read import COLLECTION, COPY, Collation, Family, Filled, Member
from archive.write import keep_article, keep_capture
from bench.bench_collate import outcomes
from crawler.items import Note, Record
from reader.collate import MOST_WITNESSES, collate, doubts

Collate = Callable[..., Collation]

BEFORE, AFTER = "青石镇的新桥昨天通车，国家补助了三成造价，", "，工程比计划提前了两个月，镇上的人都来看热闹。"
OTHERS = ("镇长李一说：“好桥要修一百年。”", "下一座桥明年春天动工，位置还在商量。")

_GUESS = re.compile(r"\[(?:(\w)#)?(\d*)([^\]]*)\]")


def noted(text: str, where: str, shown: str) -> tuple[str, str, Iterator[Note]]:
    """A paragraph whose [guesses] restoring chose among several readings: raw, restored, and its notes.

    A [2guess] was chosen by 2 nats, 1 where it does not say; on a page that shows [a#guess] stood a, else `shown`.
    """
    guesses = [(each[1] or shown, float(each[2] or 1), each[3]) for each in _GUESS.finditer(text)]
    raw = _GUESS.sub(lambda found: found[1] or shown, text)
    restored = _GUESS.sub(r"\3", text)

    def notes() -> Iterator[Note]:
        starts = [found.start() for found in _GUESS.finditer(text)]
        plain = 0  # how much longer the marked text is than what it stands for, so far
        for (before, nats, guess), start, found in zip(guesses, starts, _GUESS.finditer(text), strict=True):
            confidence = nats / len(guess)
            at = start - plain
            yield Note(
                step="restore", rule="run", where=where, at=at, before=before, after=guess, confidence=confidence
            )
            plain += len(found[0]) - len(guess)

    return raw, restored, notes()


@pytest.fixture
def member(make_record: Callable[..., Record]) -> Callable[..., Member]:
    def make(number: int, body: Sequence[str], *, role: str = COPY, **fields: Any) -> Member:
        texts = [
            noted(paragraph, f"body/{place}", shown=chr(ord("0") + number)) for place, paragraph in enumerate(body)
        ]
        defaults: dict[str, Any] = {
            "body_raw": tuple(raw for raw, _, _ in texts),
            "body": tuple(restored for _, restored, _ in texts),
            "notes": tuple(note for _, _, notes in texts for note in notes),
            "damage": "annotated",
        }
        return Member(
            article_id=number,
            version_id=100 + number,
            site=f"copy{number}.example",
            url_key=f"http://copy{number}.example/",
            role=role,
            appeared_at=f"2026-02-{number:02}",
            dated=True,
            first_seen="2026-03-01T00:00:00Z",
            words=80,
            record=make_record(**{**defaults, **fields}),
        )

    return make


@pytest.fixture
def collated(member: Callable[..., Member]) -> Collate:
    """The collation of copies that differ in one place of the first paragraph; the oldest is the base of equals."""

    def make(*places: str, **fields: Any) -> Collation:
        bodies = [(f"{BEFORE}{place}{AFTER}", *OTHERS) for place in places]
        members = tuple(member(number, body, **fields) for number, body in enumerate(bodies, 1))
        return collate(Family(id=7, aliases=(), members=members, links=(), history=()))

    return make


@pytest.mark.parametrize(
    ("places", "expected", "witnesses"),
    [
        pytest.param(("[乔面铺]青石", "[桥棉布]青石", "桥面铺青石"), "桥面铺青石", (), id="the-sound-one-is-the-base"),
        pytest.param(("[乔面铺]青石\ufffd", "桥面铺青石板"), "桥面铺青石板", (), id="least-guessed-is-the-base"),
        pytest.param(
            ("桥[面]铺了\ufffd石", "[桥面]铺了青石"), "桥面铺了青石", (102,), id="lost-takes-the-guess-of-another"
        ),
        pytest.param(
            ("桥[棉]铺了青石", "桥面铺了青[石]"), "桥面铺了青石", (102,), id="guessed-takes-what-was-never-damaged"
        ),
        pytest.param(
            ("桥[棉]铺了青石", "桥[面]铺了青石"), "桥棉铺了青石", (), id="guess-against-guess-decides-nothing"
        ),
        pytest.param(
            ("桥[棉]铺了青石", "桥[面]铺了青石", "桥[面]铺了青石"), "桥面铺了青石", (102, 103), id="majority-of-guesses"
        ),
        pytest.param(
            ("桥[棉]铺了青石", "桥[x#面]铺了青石", "桥[x#面]铺了青石"),
            "桥棉铺了青石",
            (),
            id="the-same-damage-read-twice-is-one-guess",
        ),
        pytest.param(
            ("桥[2棉]铺了青石", "桥[3面]铺了青石"),
            "桥面铺了青石",
            (102,),
            id="of-two-guesses-the-one-with-the-larger-margin",
        ),
        pytest.param(
            ("桥[9棉]铺了青石", "桥[3面]铺了青石", "桥[3面]铺了青石"),
            "桥面铺了青石",
            (102, 103),
            id="no-margin-outweighs-two-others",
        ),
        pytest.param(
            ("桥面[棉]铺了青石", "桥[9边铺]铺了青石"),
            "桥面棉铺了青石",
            (),
            id="who-contradicts-what-is-sure-is-not-heard",
        ),
        pytest.param(
            ("桥[棉]铺了青石", "桥面铺了青[石]", "桥面上铺了青[石]"),
            "桥面上铺了青石",
            (103,),
            id="of-two-that-were-never-damaged-the-longer",
        ),
        pytest.param(
            ("桥[棉]铺了青石", "桥[面]铺了青[石]", "桥[面]铺了青[石]", "桥板铺[了][青石]"),
            "桥板铺了青石",
            (104,),
            id="one-sound-copy-against-any-guesses",
        ),
        pytest.param(
            ("桥\ufffd铺了青石", "桥[面]铺了青[石]", "桥\ufffd铺了\ufffd[石]", "桥\ufffd铺了\ufffd[石]"),
            "桥面铺了青石",
            (102,),
            id="what-is-lost-never-counts",
        ),
        pytest.param(
            ("桥？zhí）崛！斑了青石", "桥[面铺了青石，又平又宽又好走]", "桥？zhí）崛！斑了青石"),
            "桥面铺了青石，又平又宽又好走",
            (102,),
            id="nor-what-still-looks-like-damage",
        ),
        pytest.param(("桥面铺了青石", "桥板铺了青石", "桥板铺了青石"), "桥面铺了青石", (), id="rewording-is-no-error"),
    ],
)
def test_a_place(collated: Collate, places: Sequence[str], expected: str, witnesses: tuple[int, ...]) -> None:
    made = collated(*places)
    assert made.body == (f"{BEFORE}{expected}{AFTER}", *OTHERS)
    assert tuple(note.witnesses for note in made.notes) == ((witnesses,) if witnesses else ())


def test_a_place_at_the_very_end(member: Callable[..., Member]) -> None:
    one = member(1, (BEFORE, "“都来看。”[她说。]"))
    two = member(2, (f"{BEFORE}[桥面铺好]", "“都来看。”他说。"))
    made = collate(Family(id=1, aliases=(), members=(one, two), links=(), history=()))
    assert made.body == (BEFORE, "“都来看。”他说。")


def test_a_copy_without_the_passage_says_nothing_about_it(member: Callable[..., Member]) -> None:
    one = member(1, (f"{BEFORE}桥\ufffd铺好{AFTER}", *OTHERS))
    two = member(2, OTHERS)
    assert collate(Family(id=1, aliases=(), members=(one, two), links=(), history=())).body == one.record.body


def test_a_filled_place_says_where_it_is_and_who_has_what(collated: Collate) -> None:
    made = collated("桥\ufffd铺了青石", "桥[面]铺了青[石]", "桥\ufffd铺了\ufffd[石]")
    place = Filled(
        place="body/0",
        at=len(BEFORE) + 1,
        before="\ufffd",
        after="面",
        cause="lost",
        witnesses=(102,),
        against=(101, 103),
    )
    assert made.notes == (place,)
    assert made.base_id == 101


def test_a_page_that_is_clean_has_no_leftovers(collated: Collate) -> None:
    asks = "他问：可行？（zhí）不行。"
    assert not collated(f"桥面{asks}", "桥面他问：可行不行。", damage="clean").notes


def test_places_in_several_paragraphs_are_filled(member: Callable[..., Member]) -> None:
    one = member(1, (f"{BEFORE}桥\ufffd铺好{AFTER}", "下一座桥明年\ufffd天动工，位置还在商量。"))
    two = member(2, (f"{BEFORE}桥面铺好{AFTER}", "下一座桥明年春天动工，位置还在\ufffd量。"))
    made = collate(Family(id=1, aliases=(), members=(one, two), links=(), history=()))
    assert "\ufffd" not in "".join(made.body)
    places = [(note.place, note.after) for note in made.notes]
    assert places in ([("body/0", "面"), ("body/1", "春")], [("body/1", "商")])


def test_the_base_is_as_long_as_most_copies(member: Callable[..., Member]) -> None:
    whole = [member(number, (f"{BEFORE}桥[面]铺好{AFTER}", *OTHERS)) for number in (2, 3)]
    cut = member(1, (BEFORE,))
    digest = member(
        4, (f"{BEFORE}桥面铺好{AFTER}", *OTHERS, *["另一条消息说，枇杷今年歉收。" * 5] * 3), role=COLLECTION
    )
    made = collate(Family(id=1, aliases=(), members=(cut, *whole, digest), links=(), history=()))
    assert made.base_id == 102
    assert made.witnesses == (102, 103, 101), "a digest is no copy"


def test_copies_in_the_other_script_are_no_witnesses(member: Callable[..., Member]) -> None:
    one = member(1, (f"{BEFORE}橋\ufffd铺好{AFTER}",), script="hans")
    two = member(2, (f"{BEFORE}橋面鋪好\ufffd{AFTER}",), script="hant")
    assert collate(Family(id=1, aliases=(), members=(one, two), links=(), history=())).witnesses == (101,)


def test_of_many_copies_some_are_asked(member: Callable[..., Member]) -> None:
    body = (f"{BEFORE}桥面铺好{AFTER}",)
    members = tuple(member(number, body) for number in range(1, MOST_WITNESSES + 5))
    made = collate(Family(id=1, aliases=(), members=members, links=(), history=()))
    assert len(made.witnesses) == MOST_WITNESSES


def test_a_guess_is_carried_through_later_changes(make_record: Callable[..., Record]) -> None:
    def note(at: int, before: str, after: str, confidence: float | None = None) -> Note:
        return Note(step="restore", rule="r", where="body/0", at=at, before=before, after=after, confidence=confidence)

    record = make_record(
        body_raw=("甲#丙丁",),
        body=("前甲乙丙",),
        notes=(note(1, "#", "乙", 0.5), note(0, "", "前"), note(4, "丁", "")),
    )
    assert [(each.start, each.end, each.cause) for each in doubts(record)] == [(2, 3, "doubtful")]


def test_notes_that_do_not_fit_leave_no_doubts(make_record: Callable[..., Record]) -> None:
    note = Note(step="restore", rule="r", where="body/0", at=3, before="无", after="乙", confidence=0.5)
    assert doubts(make_record(body_raw=("甲乙",), body=("甲乙",), notes=(note,))) == ()


def test_a_collation_is_stored_beside_the_texts(
    db: Database, collated: Collate, make_capture: Callable[..., Any], make_article: Callable[..., Any]
) -> None:
    for number in range(1, 3):
        url = f"http://copy{number}.example/"
        keep_article(db, keep_capture(db, make_capture(url=url)), make_article(url=url))
    db.execute("INSERT INTO families (id, begun_at) VALUES (7, '2026-03-01T00:00:00Z')")
    made = collated("桥\ufffd铺好", "桥面铺[好]")
    fitting = _renumbered(made)
    kept = keep_collation(db, fitting)
    assert kept.made_at is not None
    assert stored_collation(db, 7) == kept
    again = keep_collation(db, _without_notes(fitting))
    assert stored_collation(db, 7) == again
    assert stored_collation(db, 8) is None


def _renumbered(made: Collation) -> Collation:
    """The same with versions that the archive has."""
    notes = tuple(
        replace(note, witnesses=tuple(v - 100 for v in note.witnesses), against=tuple(v - 100 for v in note.against))
        for note in made.notes
    )
    return replace(made, base_id=1, witnesses=(1, 2), notes=notes)


def _without_notes(made: Collation) -> Collation:
    return replace(made, notes=())


def test_three_damaged_copies_give_the_text_back() -> None:
    """The bar of `bench/bench_collate.py`, in the small: the whole chain from damaged pages to their collation."""
    found = list(outcomes(None, articles=5))
    collated = sum(each.collated for each in found)
    assert collated <= 0.1 * sum(min(each.served) for each in found)
    assert collated <= sum(min(each.singles) for each in found), "no more than the best copy, restored"
    assert collated <= sum(each.common for each in found) + 2, "nearly all that some copy has right"

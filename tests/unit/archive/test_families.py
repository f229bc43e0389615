"""Families follow every write: reposts are found, strangers are not, and who leaves is told."""

import dataclasses
import random
from collections.abc import Callable, Iterable, Sequence

import pytest
from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.families.candidates import POSTINGS
from archive.families.index import reindex, unfiled
from archive.families.read import COLLECTION, COPY, families, families_of, family, present_id
from archive.write import keep_article, keep_capture, keep_rejection
from bench.bench_families import fill, score
from bench.families_texts import cut, embedded, paragraphs, rewritten, scattered, story, stranger
from bench.families_texts import families as reposts_of
from crawler.items import Article, Capture, Reason, Record, Rejected
from pipelines.fingerprint import fingerprint, sketch

Keep = Callable[..., int]


def chance(seed: int = 1) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same texts every time


ONE, TWO = story(chance(1)), story(chance(2))

FOOTER = (
    "“湖滨夜话”每周三晚与您相约，由老街的说书人轮流讲述一座城市的旧事与新人，往期篇目见合订本，已出到第四十二辑，"
    "各书店均有陈列，欢迎选购。"
)


@pytest.fixture
def keep(db: Database, make_capture: Callable[..., Capture], make_record: Callable[..., Record]) -> Keep:
    """Keep a page with a body as a crawl does; its article's id."""

    def keep(name: str, body: Sequence[str], *, day: int = 0, **fields: object) -> int:
        url = f"http://{name}.example/1.html"
        capture = make_capture(url=url, site=f"{name}.example", day=day, body=f"{name}{day}")
        record = make_record(
            url=url, headline=f"{name}的消息", body=tuple(body), body_raw=tuple(body), notes=(), **fields
        )
        return keep_article(db, keep_capture(db, capture), fingerprint(record)).article_id

    return keep


def groups(db: Database) -> set[tuple[frozenset[int], frozenset[int]]]:
    """The families as (copies, collections)."""
    found = (family(db, line.id) for line in families(db))
    return {
        (
            frozenset(member.article_id for member in each.members if member.role == COPY),
            frozenset(member.article_id for member in each.members if member.role == COLLECTION),
        )
        for each in found
    }


def traditional(body: Iterable[str]) -> tuple[str, ...]:
    return tuple(each.translate(str.maketrans("国会这个们说为来时产业发", "國會這個們說為來時產業發")) for each in body)


@pytest.mark.parametrize(
    "repost",
    [
        pytest.param(ONE, id="the-same"),
        pytest.param(traditional(ONE), id="the-other-script"),
        pytest.param(("".join(ONE),), id="one-paragraph"),
        pytest.param(cut(ONE, chance()), id="cut"),
        pytest.param(embedded(ONE, chance(3)), id="embedded"),
        pytest.param(rewritten(ONE, chance(), 0.3), id="30-percent-rewritten"),
        pytest.param(scattered(ONE, chance(), 0.2), id="every-fifth-character-changed"),
        pytest.param(("本站综合消息如下。", *ONE, "免责声明：本文转载自其他媒体，与本网无关。"), id="framed"),
    ],
)
def test_reposts_are_one_family(db: Database, keep: Keep, repost: Sequence[str]) -> None:
    first = keep("first", ONE)
    keep("stranger", TWO)
    second = keep("second", repost)
    (found,) = families(db)
    assert {member.article_id for member in family(db, found.id).members} == {first, second}
    assert families_of(db, second) == (found.id,)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(TWO, id="another-story"),
        pytest.param((*TWO, ONE[0][:60]), id="one-sentence-quoted"),
        pytest.param((), id="empty"),
        pytest.param(("详见附件。",), id="a-line"),
    ],
)
def test_others_are_not(db: Database, keep: Keep, other: Sequence[str]) -> None:
    keep("first", ONE)
    keep("second", other)
    assert list(families(db)) == []


def test_short_notices_with_the_same_words_are_no_family(db: Database, keep: Keep) -> None:
    for name in ("first", "second"):
        keep(name, ("今晚十点至明早六点停水，请提前储水。",))
    assert list(families(db)) == []


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (4, 0, 2, 1, 3), (0, 2, 4, 1, 3), (1, 4, 3, 0, 2)])
def test_a_digest_joins_no_two_stories_whatever_comes_first(db: Database, keep: Keep, order: Sequence[int]) -> None:
    # so many others that none of the stories is half of it, however long it came out
    digest = (*ONE, *TWO, *(line for number in range(3, 9) for line in story(chance(number))))
    pages = {"one": ONE, "one-cut": cut(ONE, chance()), "two": TWO, "two-again": TWO, "digest": digest}
    ids = {}
    for number in order:
        name = [*pages][number]
        ids[name] = keep(name, pages[name])
    holding = frozenset({ids["digest"]})
    assert groups(db) == {
        (frozenset({ids["one"], ids["one-cut"]}), holding),
        (frozenset({ids["two"], ids["two-again"]}), holding),
    }


def test_boilerplate_that_nobody_knew_joins_nobody(db: Database, keep: Keep) -> None:
    for number in range(16):
        keep(f"page{number}", (paragraphs(chance(number), 1)[0][:60], FOOTER))
    assert list(families(db)) == []
    copy = keep("copy", (paragraphs(chance(99), 1)[0][:60], *ONE[:2], FOOTER))
    repost = keep("repost", (*ONE[:2], FOOTER))
    assert groups(db) == {(frozenset({copy, repost}), frozenset())}


def test_a_copy_of_what_many_have_is_found_though_each_of_them_weighs_little(db: Database, keep: Keep) -> None:
    short = ("".join(ONE)[:150],)
    for number in range(POSTINGS + 2):
        keep(f"copy{number}", short)
    damaged = keep("damaged", scattered(short, chance(3), 0.2))  # 8 of 24 sampled shingles are left
    (found,) = families(db)
    assert found.members == POSTINGS + 3
    assert families_of(db, damaged) == (found.id,)


def test_two_families_become_one_and_keep_both_ids(db: Database, keep: Keep) -> None:
    whole = "".join(story(chance(9)) + story(chance(8)))
    head, tail = whole[: len(whole) * 11 // 20], whole[len(whole) * 11 // 20 :]
    keep("head", (head,)), keep("head-again", (head,))
    keep("tail", (tail[: len(tail) * 9 // 10],)), keep("tail-again", (tail[: len(tail) * 9 // 10],))
    before = [line.id for line in families(db)]
    assert len(before) == 2
    keep("whole", (whole,)), keep("whole-again", (whole,))
    after = {line.id for line in families(db)}
    for old in before:
        assert present_id(db, old) in after
    if len(after) == 1:
        (found,) = after
        assert family(db, found).aliases == tuple(sorted({*before} - after))
        assert any("merged" in _events(db, old) for old in before)


def _events(db: Database, family_id: int) -> list[str]:
    query = "SELECT event FROM family_history WHERE family_id = ? ORDER BY id"
    return [event for (event,) in db.execute(query, (family_id,))]


def test_who_says_something_else_now_leaves(db: Database, keep: Keep) -> None:
    first, second, third = (keep(name, ONE) for name in ("first", "second", "third"))
    (line,) = families(db)
    keep("third", TWO, day=1)
    assert groups(db) == {(frozenset({first, second}), frozenset())}
    keep("second", (), day=2)
    assert list(families(db)) == []
    with pytest.raises(ArchiveError, match=rf"family {line.id} ended on .*: its members have parted"):
        present_id(db, line.id)
    assert _events(db, line.id) == ["begun", "joined", "joined", "joined", "left", "ended", "left", "left"]
    keep("third", ONE, day=3)
    assert groups(db) == {(frozenset({first, third}), frozenset())}


def test_another_headline_changes_nothing(db: Database, keep: Keep) -> None:
    keep("first", ONE)
    keep("second", ONE)
    before = list(families(db))
    keep("second", ONE, day=1, headline_raw="另一个标题", kicker="引题")
    keep("second", traditional(ONE), day=2)
    assert [line.id for line in families(db)] == [line.id for line in before]
    assert _events(db, before[0].id) == ["begun", "joined", "joined"]


def test_a_page_that_is_gone_keeps_its_article_in_the_family(
    db: Database, keep: Keep, make_capture: Callable[..., Capture]
) -> None:
    keep("first", ONE)
    keep("second", ONE)
    gone = keep_capture(db, make_capture(url="http://second.example/1.html", day=5, status=404, body="gone"))
    keep_rejection(db, gone, Rejected(reason=Reason.HTTP_ERROR, detail="404"))
    assert len(list(families(db))) == 1


def test_no_family(db: Database) -> None:
    for asked in (1, 2**62):
        with pytest.raises(ArchiveError, match=f"no family {asked}"):
            family(db, asked)


def test_families_are_listed_the_largest_first(db: Database, keep: Keep) -> None:
    keep("a", ONE, published_at="2026-02-11", source="青石晚报")
    keep("b", ONE, published_at="2026-02-11T23:00:00+08:00", source="云岭日报")
    for name in "cde":
        keep(name, TWO, published_at=None)
    three, two = families(db)
    assert (three.members, two.members) == (3, 2)
    assert (two.source, two.first_at) == ("云岭日报", "2026-02-11T23:00:00+08:00"), "a minute is earlier than its day"
    assert two.sites == 2
    assert three.first_at == "2026-02-11T08:30:00+00:00", "where the page gives no time, when it was first seen"
    assert list(families(db, min_size=3)) == [three]
    assert list(families(db, limit=1)) == [three]


def test_articles_from_before_there_were_families_are_filed_by_reindex(
    db: Database, make_capture: Callable[..., Capture], make_record: Callable[..., Record]
) -> None:
    for name in ("first", "second"):
        url = f"http://{name}.example/"
        record = make_record(url=url, body=ONE, body_raw=ONE, notes=())
        article: Article = dataclasses.replace(fingerprint(record), sketch=None)
        keep_article(db, keep_capture(db, make_capture(url=url)), article)
    assert unfiled(db) == 2
    assert list(families(db)) == []
    assert list(reindex(db, lambda record: sketch(record.body))) == [1, 2]
    assert unfiled(db) == 0
    assert len(list(families(db))) == 1


def test_generated_reposts_among_strangers(db: Database) -> None:
    """The bars of `bench/bench_families.py`, in the small."""
    source = chance(20260211)
    mixed = [*reposts_of(source, 2, 10_000), *(stranger(source, number) for number in range(10))]
    source.shuffle(mixed)
    result = score(db, dict(fill(db, mixed)))
    assert result.precision >= 0.999
    assert result.found("all pairs") >= 0.98
    assert result.found("30%") >= 0.95

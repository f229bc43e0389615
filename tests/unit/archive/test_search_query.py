"""Queries: what they mean, and one line for those that mean nothing."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search.query import QueryError, match_of, parse, wanted


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("国家", '"国 家"'),
        ("國家 法院", '("国 家" AND "法 院")'),
        ("国家 AND 法院", '("国 家" AND "法 院")'),
        ("国家 OR 法院", '("国 家" OR "法 院")'),
        ("甲 乙 OR 丙", '(("甲" AND "乙") OR "丙")'),
        ("甲 (乙 OR 丙)", '("甲" AND ("乙" OR "丙"))'),
        ("甲 NOT 乙", '(("甲") NOT ("乙"))'),
        ("NOT 乙 甲", '(("甲") NOT ("乙"))'),
        ("甲 AND NOT 乙 NOT 丙", '(("甲") NOT ("乙" OR "丙"))'),
        ("甲 NOT (乙 丙)", '(("甲") NOT (("乙" AND "丙")))'),
        ('"New York"', '"new york"'),
        ("“新 桥”", '"新 桥"'),
        ("「新橋」", '"新 桥"'),
        ("（甲 OR 乙）丙", '(("甲" OR "乙") AND "丙")'),
        ('甲"乙"', '("甲" AND "乙")'),
        ("((甲))", '"甲"'),
        ("and or not", '("and" AND "or" AND "not")'),  # operators are capitals
        ("甲\u3000乙", '("甲" AND "乙")'),
        # FTS5's own syntax is text like any other
        ("headline:桥", '"headline \ue000 桥"'),
        ("桥*", '"桥"'),
        ("^桥", '"桥"'),
        ("NEAR(桥 水)", '("near" AND ("桥" AND "水"))'),
        ("a'b", '"a \ue000 b"'),
    ],
)
def test_queries(text: str, match: str) -> None:
    assert match_of(parse(text)) == match


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing to search for"),
        (" \u3000", "nothing to search for"),
        ("，", "there is nothing to search for in ，"),
        ('""', 'there is nothing to search for in ""'),
        ("甲 —— 乙", "there is nothing to search for in ——"),
        ("甲\x00乙", "a query cannot hold a NUL character"),
        ("NOT 甲", "NOT takes away from something: write 甲 NOT 乙"),
        ("甲 OR NOT 乙", "NOT takes away from something: write 甲 NOT 乙"),
        ("OR 甲", "a word is missing at the beginning, before OR"),
        ("甲 OR", "a word is missing after OR"),
        ("甲 AND OR 乙", "a word is missing after AND, before OR"),
        ("甲 NOT NOT 乙", "a word is missing after NOT, before NOT"),
        ("()", "a word is missing after (, before )"),
        ("(甲", "a parenthesis is not closed"),
        ("甲)", "a parenthesis is closed that was not opened"),
        ('甲 "乙', 'the quotation mark " stands alone'),
        ("甲」", "the quotation mark 」 stands alone"),
        ("甲" * 1_000_001, "a query has at most 1,000 characters, this one 1,000,001"),
        ("(" * 30 + "甲" + ")" * 30, "a query has at most 20 parentheses within each other"),
        (" OR ".join("甲" * 100), "a query has at most 64 words"),
        (" OR ".join("甲" * 10_000), "a query has at most 1,000 characters, this one 49,996"),
    ],
)
def test_what_cannot_be_understood_is_said_in_one_line(text: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(text)
    assert str(error.value) == message


def test_only_what_a_hit_may_have_is_marked() -> None:
    assert [found.tokens for found in wanted(parse("甲 (乙 OR 丙) NOT 丁"))] == ["甲", "乙", "丙"]


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from("甲乙a1 \"“”()（）ANDORT*^:-+'\\\x00\ue000，\ud800"), max_size=40))
def test_no_query_fails_within_fts5(text: str) -> None:
    try:
        match = match_of(parse(text))
    except QueryError:
        return
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5 (headline, body, tokenize = 'ascii')")
    connection.execute("SELECT * FROM texts WHERE texts MATCH ?", (match,)).fetchall()
    connection.close()


def test_the_largest_query_that_is_allowed_runs() -> None:
    deep = "(" * 20 + " OR ".join("甲" * 64) + ")" * 20
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5 (body, tokenize = 'ascii')")
    connection.execute("INSERT INTO texts VALUES ('甲')")
    assert connection.execute(
        "SELECT count(*) FROM texts WHERE texts MATCH ?", (match_of(parse(deep)),)
    ).fetchone() == (1,)
    connection.close()

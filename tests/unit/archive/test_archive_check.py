"""Checking: a sound archive has no problem, and each kind of damage is found and named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.check import Problem, check
from archive.connect import open_reading
from archive.pack import pack
from archive.replay import Unplayable, replay
from archive.write import keep_article, keep_capture
from crawler.items import Article, Note, Record

Make = Callable[..., Any]
Fingerprint = Callable[[Record], Article]


@pytest.fixture
def filled(db: Database, make_capture: Make, make_article: Make) -> Database:
    for day, text in enumerate(("桥修好了。", "桥又坏了。")):
        body = (text, "“明天通车。”")
        raw = (text, '"明天通车。"')
        keep_article(db, keep_capture(db, make_capture(text, day=day)), make_article(body=body, body_raw=raw))
    keep_capture(db, make_capture("waiting", day=2))
    return db


def test_a_sound_archive_has_no_problem(filled: Database, fingerprint: Fingerprint, path: Path) -> None:
    assert list(check(filled, fingerprint)) == []
    assert list(check(open_reading(path), fingerprint)) == [], "reading is enough"


@pytest.mark.parametrize(
    ("damage", "kind", "words"),
    [
        ("UPDATE bodies SET packed = x'00'", "body", "not a zstd frame"),
        ("UPDATE bodies SET size = size + 1", "body", "not the"),
        ("UPDATE versions SET digest = '0'", "digest", "its text has the digest"),
        ("UPDATE versions SET body = '[broken'", "version", "cannot be read"),
        ("UPDATE versions SET fetched_at = 'yesterday'", "version", "cannot be read"),
        ("DELETE FROM notes WHERE place = 'headline'", "notes", "headline: raw text and notes do not give"),
        ("UPDATE notes SET at = 99 WHERE place = 'body/1'", "notes", "body/1: quotes at 99: '\"' does not stand there"),
        ("UPDATE versions SET body_raw = '[]'", "notes", "0 raw paragraphs for 2 restored ones"),
        ("UPDATE versions SET article_id = 77 WHERE id = 1", "foreign-key", "articles"),
    ],
)
def test_damage_is_found(filled: Database, fingerprint: Fingerprint, damage: str, kind: str, words: str) -> None:
    filled.execute("PRAGMA foreign_keys = OFF")
    filled.execute(damage)
    problems = list(check(filled, fingerprint))
    assert {problem.kind for problem in problems} == {kind}
    assert words in problems[0].detail


def test_other_bytes_under_a_digest_are_found(filled: Database, fingerprint: Fingerprint) -> None:
    other = "桥被换了。".encode()
    filled.execute("UPDATE bodies SET packed = ?, size = ? WHERE rowid = 1", (pack(other), len(other)))
    (problem,) = check(filled, fingerprint)
    assert (problem.kind, problem.detail.split(" ")[:3]) == ("body", ["its", "bytes", "have"])


def test_a_damaged_file_is_found(filled: Database, fingerprint: Fingerprint, path: Path) -> None:
    """A page of an index overwritten, as a failing disk does it."""
    page = filled.execute("SELECT rootpage FROM sqlite_master WHERE name = 'captures_url'").fetchone()[0]
    size = filled.execute("PRAGMA page_size").fetchone()[0]
    filled.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\x5a" * size
    path.write_bytes(data)
    problems = list(check(open_reading(path), fingerprint))
    assert {problem.kind for problem in problems} == {"integrity"}
    assert all(isinstance(problem, Problem) and "\n" not in problem.detail for problem in problems)


def test_notes_play_in_order() -> None:
    notes = [
        Note(step="restore", rule="a", where="headline", at=1, before="", after="乙"),
        Note(step="restore", rule="b", where="headline", at=0, before="甲乙", after="丙"),
    ]
    assert replay("甲丁", notes) == "丙丁"
    with pytest.raises(Unplayable, match="b at 0"):
        replay("甲丁", notes[1:])


def test_a_note_before_the_text_does_not_count_from_its_end() -> None:
    with pytest.raises(Unplayable):
        replay("甲乙", [Note(step="restore", rule="a", where="headline", at=-1, before="乙")])


def test_bodies_are_json_that_sql_can_search(filled: Database) -> None:
    (body,) = filled.execute("SELECT body FROM versions WHERE body LIKE '%又坏%'").fetchone()
    assert json.loads(body)[0] == "桥又坏了。"

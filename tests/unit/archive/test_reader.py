"""What `show` and `explain` print of a stored article."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlite_utils import Database

from archive import read
from archive.write import keep_article, keep_capture, keep_rejection
from crawler.items import Evidence, Note, Reason, Rejected, Verdict
from reader.explain import changes, explain_lines, explain_rejection_lines
from reader.show import article_json, show_lines

Make = Callable[..., Any]


@pytest.fixture
def stored(db: Database, make_capture: Make, make_article: Make) -> read.StoredArticle:
    keep_article(db, keep_capture(db, make_capture()), make_article())
    return read.article(db, "1")


def test_an_article_is_shown_to_be_read(stored: read.StoredArticle) -> None:
    lines = list(show_lines(stored))
    assert lines[:2] == ["青石镇的桥修好了", "车辆今起通行"]
    assert "source      青石晚报" in lines
    assert "编辑          张三" in lines
    assert lines.index("桥修好了。") < lines.index("“明天通车。”")
    assert "image       新桥 <http://img.example/1.jpg>" in lines
    assert "hijacked    yes, 3 spam links: 注入的标题" in lines
    assert "repairs     pinyin-note 1, quotes 2, doubtful 1 (repost explain 1)" in lines
    assert not any(line.startswith("withdrawn") for line in lines)


def test_an_empty_field_has_no_line(db: Database, make_capture: Make, make_article: Make) -> None:
    bare = make_article(source=None, authors=(), credits=(), view_count=None, images=(), verdict=Verdict())
    keep_article(db, keep_capture(db, make_capture()), bare)
    labels = {line.split(" ")[0] for line in show_lines(read.article(db, "1"))}
    assert labels.isdisjoint({"source", "authors", "编辑", "views", "image", "hijacked"})


def test_an_article_that_today_is_none_says_so(db: Database, make_capture: Make, make_article: Make) -> None:
    capture_id = keep_capture(db, make_capture())
    keep_article(db, capture_id, make_article())
    keep_rejection(db, capture_id, Rejected(Reason.LISTING, "links"))
    assert list(show_lines(read.article(db, "1")))[-1].startswith("withdrawn")


def test_the_json_is_the_record_with_its_place(stored: read.StoredArticle) -> None:
    value = json.loads(json.dumps(article_json(stored)))
    assert (value["id"], value["version"], value["headline"]) == (1, 1, "青石镇的桥修好了")
    assert value["notes"][1]["rule"] == "pinyin-note"
    assert value["versions"][0]["present"] is True
    assert value["captures"][0]["view_count"] == 128


def test_changes_are_shown_where_they_were_made(stored: read.StoredArticle) -> None:
    assert [(item.note.rule, item.left, item.right) for item in changes(stored.record)] == [
        ("orphan-byte", "", ""),
        ("pinyin-note", "青石镇的", "桥修好了"),
        ("quotes", "", '明天通车。"'),
        ("quotes", "“明天通车。", ""),
    ]


def test_notes_that_do_not_fit_are_shown_without_context(make_record: Make) -> None:
    note = Note(step="restore", rule="r", where="headline", at=90, before="无", after="有")
    assert [(item.note, item.left, item.right) for item in changes(make_record(notes=(note,)))] == [(note, "", "")]


def test_an_explanation_has_every_decision_and_every_change(stored: read.StoredArticle) -> None:
    lines = list(explain_lines(stored))
    text = "\n".join(lines)
    assert "encoding: gb18030\n  1  header: says gbk" in text
    assert "hijacked: yes\n  1  hidden-link-farm: 3 links\n  injected title: 注入的标题" in text
    assert "  spam link (display-none): 点这里 -> spam[.]example\n  2 more spam links" in text
    assert "damage: annotated\n  0.5  pinyin: 1 note" in text
    assert "headline\n  4: 青石镇的[qiáo]桥修好了 → 青石镇的[]桥修好了  (restore: pinyin-note, margin 2.50)" in text
    assert text.count("\nbody/1\n") == 1
    assert lines[-1].endswith("(restore: quotes, doubtful)")


def test_a_page_without_changes_says_so(db: Database, make_capture: Make, make_article: Make) -> None:
    keep_article(db, keep_capture(db, make_capture()), make_article(notes=()))
    assert list(explain_lines(read.article(db, "1")))[-1] == "no text was changed"


def test_a_rejection_is_explained(db: Database, make_capture: Make) -> None:
    capture_id = keep_capture(db, make_capture())
    verdict = Verdict(hijacked=True, evidence=(Evidence(kind="off-screen", detail="40 links"),))
    keep_rejection(db, capture_id, Rejected(Reason.ONLY_SPAM, "nothing else", verdict=verdict))
    assert list(explain_rejection_lines(read.capture(db, capture_id))) == [
        "capture 1: only-spam: nothing else",
        "http://www.qingshi-ribao.example/2026/0211/17.html",
        "hijacked: seen",
        "  1  off-screen: 40 links",
    ]

"""What `repost extract` prints: the contract of the record."""

import json
from datetime import UTC, datetime

import pytest

from crawler.items import Credit, Evidence, Image, Reason, Record, Rejected, SpamLink, Verdict
from pipelines.record_json import record_json, rejected_json

CONTRACT = {
    *("url", "headline", "published_at", "source", "site_name", "breadcrumb", "authors", "credits", "view_count"),
    *("declared_url", "body", "images", "notices", "hijacked", "hijack_evidence", "spam_title", "encoding", "script"),
    *("repairs", "rejected"),
}
VERDICT = Verdict(
    hijacked=True,
    evidence=(Evidence(kind="hidden-link-farm", detail="12 links", weight=0.8),),
    spam_title="注册送礼_开户",
    links=(SpamLink(domain="spam.example", anchor="开户", hidden_by="display-none"),),
    link_count=12,
)


@pytest.fixture
def record() -> Record:
    return Record(
        url="http://qingyu.example/1.html",
        fetched_at=datetime(2026, 2, 12, tzinfo=UTC),
        headline="三座水厂开始供水",
        headline_raw="三座水廠開始供水",
        published_at="2026-02-11T15:49:41+08:00",
        published_raw="2026-02-11 15:49:41",
        breadcrumb=("青榆网", "外宣"),
        authors=("江小渔",),
        credits=(Credit(role="编辑", names=("何田", "于安")),),
        view_count=180,
        body=("新建的三座水厂已经开始供水。",),
        images=(Image(src="http://qingyu.example/1.jpg", alt="水厂", caption=None),),
        verdict=VERDICT,
        encoding="gb18030",
        script="hans",
        repairs={"pinyin-note": 3, "doubtful": 1},
    )


def test_a_record_has_every_key_of_the_contract(record: Record) -> None:
    printed = json.loads(json.dumps(record_json(record), ensure_ascii=False))
    assert printed.keys() >= CONTRACT
    assert printed["headline"] == "三座水厂开始供水"
    assert printed["raw"]["headline"] == "三座水廠開始供水"
    assert printed["published_at"] == "2026-02-11T15:49:41+08:00"
    assert printed["breadcrumb"] == ["青榆网", "外宣"]
    assert printed["credits"] == [{"role": "编辑", "names": ["何田", "于安"]}]
    assert printed["images"] == [{"src": "http://qingyu.example/1.jpg", "alt": "水厂", "caption": None}]
    assert printed["repairs"] == {"pinyin-note": 3, "doubtful": 1}
    assert printed["rejected"] is None


def test_a_verdict_is_told_without_the_farms_links(record: Record) -> None:
    """Evidence is masked where it is made; the links stay in the archive."""
    printed = record_json(record)
    assert (printed["hijacked"], printed["spam_title"], printed["spam_link_count"]) == (True, "注册送礼_开户", 12)
    assert printed["hijack_evidence"] == [{"kind": "hidden-link-farm", "detail": "12 links", "weight": 0.8}]
    assert "spam.example" not in json.dumps(printed)


def test_a_rejected_page_has_the_same_keys_and_its_reason(record: Record) -> None:
    refused = Rejected(Reason.ONLY_SPAM, "nothing but links", verdict=VERDICT, encoding="utf-8")
    printed = rejected_json(refused, "http://qingyu.example/2.html")
    assert list(printed) == list(record_json(record))
    assert printed["rejected"] == {"reason": "only-spam", "detail": "nothing but links"}
    assert (printed["url"], printed["encoding"], printed["hijacked"]) == ("http://qingyu.example/2.html", "utf-8", True)
    assert (printed["headline"], printed["body"], printed["images"], printed["repairs"]) == (None, [], [], {})


def test_a_page_rejected_early_knows_nothing() -> None:
    printed = rejected_json(Rejected(Reason.UNREADABLE, "cut short"), "")
    assert (printed["encoding"], printed["hijacked"], printed["hijack_evidence"]) == (None, False, [])
    json.dumps(printed)

"""The restoring step of the flow: every text of a draft under one verdict."""

from dataclasses import replace
from datetime import UTC, datetime

from crawler.items import Declared, Draft, Image
from pipelines.notes import replay
from pipelines.restore.draft import restore_draft

BODY = (
    "青埠縣科技創(chuàng)新協(xié)會昨天召開會議,發(fā)布了漁業(yè)發(fā)展規(guī)劃。",
    "協(xié)會要求關(guān)心漁民,在當?shù)亟?jīng)濟發(fā)展中起作用。",
)
DAMAGED = Draft(
    url="http://repost.example/1",
    fetched_at=datetime(2026, 2, 1, tzinfo=UTC),
    encoding="gbk",
    headline="青埠縣的漁業(yè)",
    byline=("來源:青埠縣",),
    credits=("編輯 范遠",),
    breadcrumb=("首頁", "漁業(yè)"),
    body=BODY,
    images=(Image(src="http://repost.example/1.jpg", alt=None, caption="漁港的早晨"),),
    notices=("版權(quán)所有",),
    declared=Declared(title="彩票_开户_首页", meta={"og:site_name": "青埠縣網"}),
)


def test_every_text_is_restored() -> None:
    draft = restore_draft(DAMAGED)
    assert draft.damage == "annotated"
    assert draft.damage_evidence
    assert draft.headline == "青埠县的渔业"
    assert draft.byline == ("来源：青埠县",)
    assert draft.credits == ("编辑 范远",)
    assert draft.breadcrumb == ("首页", "渔业")
    assert draft.body[1] == "协会要求关心渔民，在当地经济发展中起作用。"
    assert draft.images[0].caption == "渔港的早晨"
    assert draft.notices == ("版权所有",)
    assert draft.declared.meta == {"og:site_name": "青埠县网"}


def test_what_stood_there_is_kept_and_the_notes_lead_from_it() -> None:
    draft = restore_draft(DAMAGED)
    assert (draft.headline_raw, draft.body_raw) == (DAMAGED.headline, BODY)
    for number, (raw, restored) in enumerate(zip(BODY, draft.body, strict=True)):
        assert replay(raw, [note for note in draft.notes if note.where == f"body/{number}"]) == restored


def test_a_clean_page_is_only_copied() -> None:
    clean = replace(
        DAMAGED,
        headline="青埠县的渔业",
        byline=(),
        credits=(),
        breadcrumb=(),
        body=("青埠县昨天召开会议。",),
        images=(),
        notices=(),
    )
    draft = restore_draft(clean)
    assert draft == replace(clean, headline_raw=clean.headline, body_raw=clean.body)


def test_the_head_is_no_witness() -> None:
    """An injected title says nothing of the article; a converted one alone neither."""
    draft = restore_draft(replace(DAMAGED, headline="渔业", body=("会议。",), byline=(), credits=(), breadcrumb=(),
                                  images=(), notices=(), declared=Declared(title=BODY[0])))  # fmt: skip
    assert draft.damage == "clean"
    assert draft.declared.title == BODY[0]

"""Searching an archive of invented articles: what is found, in which order, and that the index follows every write."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.check import check
from archive.connect import open_writing, transaction
from archive.errors import ArchiveError
from archive.search import index as search_index
from archive.search.find import RANKED, Order, Query, article_ids, count, literal_sql, search, sql_of
from archive.search.marks import Part
from archive.search.query import QueryError
from archive.write import keep_article, keep_capture, keep_rejection
from crawler.items import Article, Capture, Image, Reason, Rejected, Verdict

Make = Callable[..., Any]
Write = Callable[..., int]

# name → (headline, body, other fields); published a day apart, the last one the newest
ARTICLES: Mapping[str, tuple[str, Sequence[str], Mapping[str, Any]]] = {
    "bridge": (
        "青石镇的新桥通车",
        ("青石镇的新桥昨天通车，国家补助了三成造价。", "镇长李一说：“好桥要修一百年。”"),
        {"source": "青石晚报", "authors": ("李一", "王伟")},
    ),
    "bridge-hant": (
        "青石鎮的新橋通車",
        ("青石鎮的新橋昨天通車，國家補助了三成造價。", "臺灣來的工程師著重說明，裡外兩層都塗了防銹漆。"),
        {"source": "青石晚報", "authors": ("王偉明",)},
    ),
    "tea": (
        "云岭春茶涨价",
        (
            "云岭的春茶每斤涨到320元，比去年高出12.5%。",
            "茶农张　三和王伟明都说，心里踏实。",
            "其中，国有茶场的收购价最高。",
        ),
        {
            "source": "云岭日报",
            "subtitle": "采摘期提前十天",
            "images": (Image(src="http://i.example/1", caption="青竹匾"),),
        },
    ),
    "robot": (
        "Qingshi Robotics发布K9机器人",
        (
            "在New York的展会上，K9售价１，２８０美元。",
            "COVID-19之后，订单回到2019年的水平；ＡＢＣ电台报道了它。",
            "Straße与café也在名单上。",
        ),
        {"source": "Qingshi Post"},
    ),
    "rare": ("䶮田镇的𠮷野街", ("生僻字有䶮、𠮷、犇。林\u200b木深处，三丁目。",), {}),
    "hijacked": ("云岭水库放水", ("水库管理处说，放水分三次，国庆前结束。",), {"verdict": Verdict(hijacked=True)}),
    "lines": ("渡口", ("他走到了渡口中间\n国人皆知的渡船停着", "一言难尽。"), {"published_at": None}),
}  # fmt: skip


@pytest.fixture
def write(make_capture: Make, make_article: Make) -> Write:
    """Write one article as a crawl does; the id of the article."""

    def write(db: Database, name: str, headline: str, body: Sequence[str], **fields: Any) -> int:
        url = f"http://{fields.pop('site', 'www.qingshi.example')}/{name}"
        defaults: dict[str, Any] = {"subtitle": None, "source": None, "authors": (), "images": (), "verdict": Verdict()}
        article = make_article(
            url=url, headline=headline, headline_raw=headline, body=tuple(body), body_raw=tuple(body), notes=(),
            **{**defaults, **fields},
        )  # fmt: skip
        capture = make_capture(name + "".join(body), url=url, site=url.split("/")[2])
        return keep_article(db, keep_capture(db, capture), article).article_id

    return write


@pytest.fixture
def filled(db: Database, write: Write) -> Database:
    for day, (name, (headline, body, fields)) in enumerate(ARTICLES.items(), 1):
        site = "yunling.example" if name in {"tea", "hijacked"} else "www.qingshi.example"
        published = {"published_at": f"2026-03-{day:02}T08:00:00+08:00"}
        write(db, name, headline, body, site=site, **{**published, **fields})
    return db


def _names(db: Database, text: str | None = None, **filters: Any) -> list[str]:
    found = search(db, Query(text=text, **{"limit": None, **filters}))
    return [hit.url.rpartition("/")[2] for hit in found.hits]


BOTH = ["bridge-hant", "bridge"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # one character
        ("桥", BOTH), ("橋", BOTH), ("茶", ["tea"]), ("䶮", ["rare"]), ("𠮷", ["rare"]), ("犇", ["rare"]),
        ("水", ["hijacked", "robot"]), ("龙", []), ("三", ["rare", "hijacked", "tea", "bridge-hant", "bridge"]),
        # two
        ("国家", BOTH), ("國家", BOTH), ("新桥", BOTH), ("新橋", BOTH), ("中国", []), ("中國", []), ("国有", ["tea"]),
        ("国庆", ["hijacked"]), ("台湾", ["bridge-hant"]), ("臺灣", ["bridge-hant"]), ("台灣", ["bridge-hant"]),
        ("里外", ["bridge-hant"]), ("裏外", ["bridge-hant"]), ("着重", ["bridge-hant"]), ("防锈", ["bridge-hant"]),
        ("家国", []), ("林木", ["rare"]), ("中间", ["lines"]), ("间国", []), ("车国", []), ("渡口", ["lines"]),
        ("竹匾", ["tea"]), ("采摘", ["tea"]),
        # three and more, names
        ("青石镇", BOTH), ("青石鎮的新橋", BOTH), ("青石镇的新桥昨天通车", BOTH), ("张三", ["tea"]),
        ("王伟明", ["tea"]), ("王伟", ["tea"]), ("一百年", ["bridge"]), ("百年桥", []), ("水库管理处", ["hijacked"]),
        ("一言难尽", ["lines"]),
        ("春茶每斤涨到320元", ["tea"]), ("好桥要修一百年好", []),
        # Latin words and numbers are whole
        ("k9", ["robot"]), ("K9", ["robot"]), ("K", []), ("qingshi", ["robot"]), ("QINGSHI ROBOTICS", ["robot"]),
        ("Robot", []), ("320", ["tea"]), ("32", []), ("1280", []), ("1,280", ["robot"]), ("１，２８０", ["robot"]),
        ("12.5", ["tea"]), ("12.5%", ["tea"]), ("2019", ["robot"]), ("2019年", ["robot"]), ("abc", ["robot"]),
        ("covid-19", ["robot"]), ("strasse", ["robot"]), ("CAFÉ", ["robot"]), ("ew York", []),
        # phrases, across spaces within a line, not across punctuation or lines
        ('"New York"', ["robot"]), ('"York New"', []), ("York New", ["robot"]), ("“新桥 昨天”", BOTH), ("通车国家", []),
        ("通车，国家", BOTH), ("通车。国家", BOTH), ('"三 丁目"', ["rare"]),
        # and, or, not
        ("桥 李一", ["bridge"]), ("桥 AND 台湾", ["bridge-hant"]), ("茶 OR 桥", ["tea", *BOTH]),
        ("桥 NOT 台湾", ["bridge"]),
        ("国家 NOT 国家", []), ("(茶 OR 桥) NOT 李一", ["tea", "bridge-hant"]), ("茶 OR 桥 李一", ["tea", "bridge"]),
        ("通车 NOT (台湾 OR 李一)", []), ("水 NOT “水库”", ["robot"]), ("茶 桥", []), ("NOT 台湾 桥", ["bridge"]),
        ("（茶 OR 桥）台灣", ["bridge-hant"]), ("国 NOT (家 OR 庆)", ["lines", "tea"]),
    ],
)  # fmt: skip
def test_words(filled: Database, text: str, names: list[str]) -> None:
    assert sorted(_names(filled, text)) == sorted(names)


def test_newest_first_is_by_publication_and_by_fetching_where_there_is_none(filled: Database) -> None:
    names = _names(filled)
    assert names == ["hijacked", "rare", "robot", "tea", "bridge-hant", "bridge", "lines"]
    assert _names(filled, limit=2, offset=1) == names[1:3]
    assert _names(filled, "三 OR 渡") == [name for name in names if name != "robot"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"site": "yunling.example"}, ["hijacked", "tea"]),
        ({"site": ""}, None),
        ({"source": "青石晚报"}, BOTH),
        ({"source": "青石晚報"}, BOTH),
        ({"source": "青石"}, []),
        ({"source": "qingshi post"}, ["robot"]),
        ({"source": "，"}, None),
        ({"author": "王伟"}, ["bridge"]),
        ({"author": "王偉明"}, ["bridge-hant"]),
        ({"author": "李一"}, ["bridge"]),
        ({"hijacked": True}, ["hijacked"]),
        ({"hijacked": False, "text": "三"}, ["rare", "tea", *BOTH]),
        ({"since": date(2026, 3, 5)}, ["hijacked", "rare"]),
        ({"until": date(2026, 3, 2)}, BOTH),
        ({"since": date(2026, 3, 2), "until": date(2026, 3, 2)}, ["bridge-hant"]),
        ({"since": date.min, "until": date.max}, ["hijacked", "rare", "robot", "tea", *BOTH]),
        ({"until": date.min}, []),
        ({"text": "国", "site": "yunling.example", "since": date(2026, 3, 4)}, ["hijacked"]),
        ({"text": "桥", "source": "青石晚报", "author": "王伟", "hijacked": False}, ["bridge"]),
    ],
)  # fmt: skip
def test_filters(filled: Database, filters: dict[str, Any], names: list[str] | None) -> None:
    if names is None:
        with pytest.raises(QueryError):
            _names(filled, **filters)
    else:
        assert _names(filled, **filters) == names


def test_a_family_is_a_filter_by_its_present_id_or_an_older_one(filled: Database) -> None:
    filled.execute("INSERT INTO families (id, begun_at) VALUES (7, '2026-03-01')")
    filled.execute(
        "INSERT INTO families (id, begun_at, ended_at, merged_into) VALUES (5, '2026-03-01', '2026-03-02', 7)"
    )
    filled.execute("INSERT INTO family_members (article_id, family_id, role) VALUES (1, 7, 'copy'), (3, 7, 'copy')")
    assert _names(filled, family=7) == _names(filled, family=5) == ["tea", "bridge"]
    assert _names(filled, "桥", family=7) == ["bridge"]
    with pytest.raises(ArchiveError, match="no family 99"):
        _names(filled, "桥", family=99)


def test_a_day_is_exact_however_many_articles_it_has(db: Database, write: Write) -> None:
    for number in range(40):
        write(db, f"d{number}", "渡船", ("渡船停开。",), published_at="2026-03-01")
    write(db, "next", "渡船", ("渡船停开。",), published_at="2026-03-02T00:01:00+08:00")
    assert _names(db, "渡船", since=date(2026, 3, 2)) == ["next"]
    assert len(_names(db, "渡船", until=date(2026, 3, 1))) == 40
    assert _names(db, "渡船")[0] == "next"


def _text(parts: tuple[Part, ...]) -> str:
    return "".join(f"[{part.text}]" if part.marked else part.text for part in parts)


def test_hits_show_where_in_the_texts_own_script(filled: Database) -> None:
    hits = list(search(filled, Query(text="新桥 OR 防锈")).hits)
    assert [_text(hit.headline_parts) for hit in hits] == ["青石鎮的[新橋]通車", "青石镇的[新桥]通车"]
    assert _text(hits[0].snippet) == "青石鎮的[新橋]昨天通車，國家補助了三成造價。"
    (caption,) = search(filled, Query(text="竹匾")).hits
    assert _text(caption.snippet) == "青[竹匾]"
    assert (caption.site, caption.source, caption.published_at) == (
        "yunling.example",
        "云岭日报",
        "2026-03-03T08:00:00+08:00",
    )


def test_rank_puts_the_headline_first_then_the_denser_text(db: Database, write: Write) -> None:
    filler = "岸上的风很大，船工把缆绳系紧。" * 5
    write(db, "headline", "渡口", (filler,), published_at="2026-01-01")
    write(db, "dense", "船工", ("渡口渡口渡口。" + filler,), published_at="2026-01-02")
    write(db, "long", "船工", ("渡口。" + filler * 5,), published_at="2026-01-03")
    write(db, "short", "船工", ("渡口。" + filler,), published_at="2026-01-04")
    found = search(db, Query(text="渡口", order=Order.RANK))
    hits = list(found.hits)
    assert [hit.url.rpartition("/")[2] for hit in hits] == ["headline", "dense", "short", "long"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert (found.ranked, found.bounded) == (4, False)
    assert _names(db, "渡口", order=Order.RANK, limit=2, offset=1) == ["dense", "short"]


def test_a_rare_word_ranks_above_a_common_one(db: Database, write: Write) -> None:
    for number in range(9):
        write(db, f"common{number}", "船工", ("船工渡河。",))
    write(db, "rare", "船工", ("缆绳渡河。",), published_at="2020-01-01")
    assert _names(db, "渡河 (渡河 OR 缆绳)", order=Order.RANK)[0] == "rare"


def test_more_hits_than_are_ranked_are_said(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.search.find.RANKED", 3)
    found = search(filled, Query(text="三", order=Order.RANK))
    assert (found.ranked, found.bounded) == (3, True)
    assert {hit.url.rpartition("/")[2] for hit in found.hits} == {"hijacked", "rare", "tea"}, "the newest three"
    assert RANKED >= 300


def test_counting_stops(filled: Database) -> None:
    assert count(filled, Query(text="三", limit=1)) == 5
    assert count(filled, Query(text="三"), at_most=2) == 2
    assert count(filled, Query()) == len(ARTICLES)


@pytest.mark.parametrize(
    ("site", "message"),
    [
        ("example", "no site example"),  # part of a key
        ("云岭在线", "no site 云岭在线: that is what yunling.example calls itself"),
    ],
)
def test_a_site_that_is_not_there_is_said(filled: Database, site: str, message: str) -> None:
    filled.execute("UPDATE versions SET site_name = '云岭在线' WHERE url LIKE '%yunling.example%'")
    with pytest.raises(ArchiveError) as raised:
        search(filled, Query(site=site))
    assert str(raised.value) == message


def test_a_document_finds_its_place_among_those_of_other_minutes(db: Database, write: Write) -> None:
    """The 33rd of 08:00 finds the 1st, and where it is to go next the 17th, which is of two minutes before."""
    minutes = {1: "08:00", 17: "07:58", 33: "08:00"}
    for number in range(1, 34):
        published = f"2026-03-01T{minutes.get(number, f'10:{number}')}:00+08:00"
        assert write(db, str(number), f"第{number}座桥", ("渡河。",), published_at=published) == number
    assert count(db, Query(text="渡河")) == 33
    assert list(search_index.strays(db)) == []


def test_the_sql_that_is_shown_finds_the_same(filled: Database) -> None:
    filled.execute("INSERT INTO sites (site, first_seen) VALUES ('o''brien', '2026')")
    filled.execute("UPDATE articles SET site = 'o''brien' WHERE id = 1")
    query = Query(
        text="桥", site="o'brien", since=date(2026, 1, 1), until=date(2026, 12, 31), hijacked=False, author="李一"
    )
    with transaction(filled):
        search_index.rebuild(filled)
    sql = literal_sql(*sql_of(filled, query))
    assert ":" not in sql.replace(" : ", "")
    assert [row[0] for row in filled.execute(sql)] == [*article_ids(filled, query)] == [1]


def _problems(db: Database) -> list[str]:
    found = check(db, lambda record: Article(record=record, url_key="", digest=""))
    return [f"{problem.where} {problem.detail}" for problem in found if problem.kind == "search"]


def _dump(db: Database) -> list[tuple[Any, ...]]:
    """Every token of the index, and where."""
    db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, search_index, instance)")
    found = db.execute(
        """
        SELECT term, url_key, col, offset FROM temp.words
        JOIN search_documents ON search_documents.id = doc JOIN articles ON articles.id = article_id
        ORDER BY 1, 2, 3, 4
        """
    ).fetchall()
    db.execute("DROP TABLE words")
    return found


def test_a_new_version_replaces_the_old_one_in_the_index(
    filled: Database, make_capture: Make, make_article: Make
) -> None:
    url = "http://www.qingshi.example/bridge"
    article = make_article(url=url, headline="旧桥封闭", body=("旧桥今天封闭。",), published_at="2026-06-01", images=())
    keep_article(filled, keep_capture(filled, make_capture("new", url=url, day=3)), article)
    assert _names(filled, "新桥") == ["bridge-hant"]
    assert _names(filled, "旧桥") == ["bridge"]
    assert _names(filled)[0] == "bridge"
    assert _problems(filled) == []


def test_articles_of_one_transaction_are_written_into_the_index_together(filled: Database, write: Write) -> None:
    """Each by itself they would be a segment of FTS5's each, and all of them would be merged again and again."""
    segments = "SELECT count(DISTINCT segid) FROM search_index_idx"
    (before,) = filled.execute(segments).fetchone()
    with transaction(filled):
        for day in (3, 1, 2):  # not in the order of their ids
            write(filled, f"ferry{day}", "渡轮停航", (f"渡轮停航第{day}天。",), published_at=f"2026-05-0{day}")
        write(filled, "ferry1", "渡轮复航", ("渡轮今天复航。",), published_at="2026-05-01")
    assert filled.execute(segments).fetchone() == (before + 1,)
    assert _names(filled, "渡轮停航") == ["ferry3", "ferry2"]
    assert _names(filled, "渡轮复航") == ["ferry1"]
    assert _problems(filled) == []


def test_an_article_that_is_none_any_more_is_not_found(filled: Database) -> None:
    (capture_id,) = filled.execute("SELECT id FROM captures WHERE url LIKE '%/tea'").fetchone()
    keep_rejection(filled, capture_id, Rejected(Reason.LISTING, "better rules"))
    assert _names(filled, "茶") == []
    assert _problems(filled) == []
    assert filled.execute("SELECT count(*) FROM search_index_docsize").fetchone() == (len(ARTICLES) - 1,)


def test_a_write_that_fails_leaves_the_index_as_it_was(
    filled: Database, make_capture: Make, make_article: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _dump(filled)
    capture_id = keep_capture(filled, make_capture("x", url="http://x.example/"))
    monkeypatch.setattr("archive.write._point_urls", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keep_article(filled, capture_id, make_article(url="http://x.example/", headline="新桥"))
    assert _dump(filled) == before


def test_reindex_gives_what_following_gave(filled: Database, make_capture: Make, make_article: Make) -> None:
    url = "http://www.qingshi.example/bridge"
    for day in (3, 4):
        article = make_article(url=url, headline=f"旧桥第{day}天", published_at=f"2026-06-0{day}")
        keep_article(filled, keep_capture(filled, make_capture(f"{day}", url=url, day=day)), article)
    before = _dump(filled)
    with transaction(filled):
        assert search_index.rebuild(filled) == len(ARTICLES)
    assert _dump(filled) == before


OTHER_VERSION = "is in the search index with another version than it shows"


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        ("DELETE FROM search_documents WHERE article_id = 2", "is not in the search index"),
        ("UPDATE search_documents SET version_id = 1 WHERE article_id = 2", OTHER_VERSION),
        ("UPDATE articles SET version_id = NULL WHERE id = 2", OTHER_VERSION),
        (
            "DELETE FROM search_index_docsize WHERE id = (SELECT id FROM search_documents WHERE article_id = 2)",
            "is not in the search index, which thinks it is",
        ),
        (
            "UPDATE versions SET headline = '别的标题' WHERE id = 2",
            "is not found in the search index by its own headline",
        ),
    ],
)
def test_check_sees_an_index_that_is_wrong(filled: Database, harm: str, problem: str) -> None:
    filled.execute(harm)
    assert _problems(filled) == [f"article 2 {problem}: `repost reindex` makes it anew"]
    with transaction(filled):
        search_index.rebuild(filled)
    assert _problems(filled) == []


def test_an_archive_from_before_is_indexed_when_it_is_opened(filled: Database, path: Path) -> None:
    filled.execute("DROP TABLE search_index")
    filled.execute("DROP TABLE search_documents")
    filled.execute("DELETE FROM _sqlite_migrations WHERE name = '0003_search'")
    filled.close()
    reopened = open_writing(path)
    assert sorted(_names(reopened, "桥")) == sorted(BOTH)
    reopened.close()


def test_an_archive_whose_newest_document_had_the_highest_number_is_numbered_anew(filled: Database, path: Path) -> None:
    before = [*article_ids(filled, Query())]
    filled.execute("UPDATE search_documents SET id = -id")
    filled.execute("DELETE FROM _sqlite_migrations WHERE name = '0010_newest_is_lowest'")
    filled.close()
    reopened = open_writing(path)
    assert [*article_ids(reopened, Query())] == before
    assert _problems(reopened) == []
    reopened.close()


@pytest.fixture
def hostile(db: Database, write: Write) -> Iterator[Database]:
    write(db, "long", "题" * 1_000_000, ("文" * 300_000 + "末",))
    write(db, "spaces", "空", ("国" + " " * 200_000 + "家", "国 " * 50_000))
    write(db, "word", "词", ("a" * 200_000,))
    return db


def test_hostile_texts_cost_little(hostile: Database) -> None:
    (hit,) = search(hostile, Query(text="末")).hits
    assert len(_text(hit.headline_parts)) < 250
    assert _text(hit.snippet).endswith("[末]")
    assert _names(hostile, "国家") == ["spaces"]
    assert _names(hostile, "国 家 人") == []


def test_a_capture_of_no_article_changes_nothing(filled: Database, make_capture: Callable[..., Capture]) -> None:
    before = _dump(filled)
    keep_rejection(filled, keep_capture(filled, make_capture("x", url="http://x.example/")), Rejected(Reason.EMPTY, ""))
    assert _dump(filled) == before

"""`repost families` and `family`, run in this process; and what a family tells."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.connect import writing
from archive.errors import ArchiveError
from archive.families import index as families_index
from archive.families.candidates import CANDIDATES
from archive.families.read import COPY, Family, Member
from archive.write import keep_article, keep_capture
from cli.families import families_command, family_command
from cli.main import main
from crawler.items import Capture, Note, Record
from pipelines.fingerprint import fingerprint
from reader.collate import MOST_WITNESSES
from reader.families import account, changes, outlet

DOCS = (Path(__file__).parents[2] / "docs" / "families.md").read_text("utf-8")
FETCHED = datetime(2026, 4, 3, tzinfo=UTC)
STORY = (
    "清晨的渡口还没有雾，撑船的老人把缆绳解开，说今天是最后一班，明天起大家就从桥上走了。",
    "桥修了三年，两岸的人都来看过，有人带着孩子，指给他们看水里的石墩和从前的码头。",
    "镇上打算把旧船留下，放在岸边的棚子里，旁边立一块牌子，写上这条河四十年的班次。",
)
OTHER = (
    "山里的枇杷今年早熟了半个月，果农说开春以后一直没有倒春寒，花坐得稳，果子也结得比往年密。",
    "合作社新建的冷库从上个月起收果，装满可以放八百吨，价钱不好的时候先存着，等外地的车来。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of the command left behind."""

    code: int
    out: str
    err: str


Repost = Callable[..., Run]


@pytest.fixture
def repost(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Repost:
    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["repost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Run(code=int(ended.value.code or 0), out=out.decode(), err=err.decode())

    return run


def record(name: str, body: tuple[str, ...], **fields: Any) -> Record:
    defaults: dict[str, Any] = {
        "url": f"http://{name}.example/1.html", "fetched_at": FETCHED, "headline": "最后一班渡船",
        "headline_raw": "最后一班渡船", "body": body, "body_raw": body, "script": "hans",
    }  # fmt: skip
    return Record(**{**defaults, **fields})


LOST = STORY[1].replace("石墩", "石\ufffd")
PAGES = (
    record("outlet", STORY, published_at="2026-03-01T08:00:00+08:00", site_name="华昭社", source="华昭社客户端"),
    record(
        "portal", (*STORY[:2], f"{STORY[2]}记者甲乙。"), published_at="2026-03-01", source="華昭社", headline="渡船停了"
    ),
    record("late", (STORY[0], LOST, STORY[2]), published_at="2026-03-02", source="华昭社", damage="annotated"),
    record("orchard", OTHER, headline="枇杷早熟"),
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("families") / "archive.db"
    with writing(path) as db:
        for page in PAGES:
            capture = Capture(url=page.url, body=page.url.encode(), fetched_at=FETCHED, site=page.url[7:-7])
            keep_article(db, keep_capture(db, capture), fingerprint(page))
    return path


def test_families_is_a_line_each(repost: Repost, archive: Path) -> None:
    run = repost("families", "--db", archive)
    assert (run.code, run.err) == (0, "")
    assert run.out == "1\t3\t3\t2026-03-01\t2026-03-02\t华昭社客户端\t最后一班渡船\n"
    (line,) = map(json.loads, repost("families", "--json", "--db", archive).out.splitlines())
    assert (line["id"], line["members"], line["first_at"]) == (1, 3, "2026-03-01T08:00:00+08:00")


def test_a_family_tells_who_had_it_from_whom(repost: Repost, archive: Path) -> None:
    run = repost("family", "1", "--db", archive)
    assert (run.code, run.err) == (0, "")
    lines = [line.strip() for line in run.out.splitlines()]
    assert lines[:2] == ["family 1: 最后一班渡船", "3 articles"]
    assert [line for line in lines if re.match(r"\d  2026", line)] == [
        "1  2026-03-01T08:00:00+08:00  华昭社",
        "2  2026-03-01  portal.example",
        "3  2026-03-02  late.example",
    ]
    assert "source: 華昭社 (article 1)" in lines
    assert "against 1: 5 characters added, another headline" in lines
    assert "against 1: 1 character changed" in lines
    assert "damage: annotated" in lines
    assert "likely origin: article 1, 华昭社" in lines
    assert "2  named-by-others: 2 of 2 other copies name 华昭社 as their source" in lines


def test_a_family_as_json(repost: Repost, archive: Path) -> None:
    (told,) = map(json.loads, repost("family", "1", "--json", "--db", archive).out.splitlines())
    assert (told["earliest"], told["origin"]["article_id"]) == (1, 1)
    assert [(member["article_id"], member["taken_from"]) for member in told["members"]] == [(1, None), (2, 1), (3, 1)]
    assert {link["kind"] for link in told["links"]} == {"same"}
    assert [event["event"] for event in told["history"]] == ["begun", "joined", "joined", "joined"]


def test_what_one_made_of_the_other(repost: Repost, archive: Path) -> None:
    run = repost("family", "1", "--diff", "1", "2", "--db", archive)
    assert run.out.splitlines()[0] == "[-最后一班渡船-]{+渡船停了+}"
    assert "{+记者甲乙。+}" in run.out
    assert repost("family", "1", "--diff", "1", "1", "--db", archive).out == "nothing changed\n"
    (made,) = map(json.loads, repost("family", "1", "--diff", "2", "1", "--json", "--db", archive).out.splitlines())
    assert (made["added"], made["dropped"], made["changed"], made["retitled"]) == (0, 5, 0, True)


def test_a_collation_is_shown_and_stored(repost: Repost, archive: Path) -> None:
    run = repost("family", "1", "--collate", "--db", archive)
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("family 1, collated from 3 copies\nthe wording is that of article 1; 0 places from the")
    stored = repost("sql", "SELECT base_id, witnesses FROM collations", "--db", archive)
    assert stored.out.splitlines()[-1].split("\t") == ["1", "[1,2,3]"]


def test_a_collation_that_cannot_be_stored_is_shown(
    repost: Repost, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise ArchiveError(f"{path}: attempt to write a readonly database")

    monkeypatch.setattr("cli.families.writing", refuse)
    run = repost("family", "1", "--collate", "--db", archive)
    assert run.code == 0
    assert (
        run.err == f"repost: the collation is shown and not stored: {archive}: attempt to write a readonly database\n"
    )
    assert STORY[1] in run.out


def test_a_filled_place_is_printed_with_its_articles(repost: Repost, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    damaged = replace(PAGES[2], published_at="2026-02-01")
    guess = Note(step="restore", rule="run", where="body/0", at=0, before="清", after="清", confidence=0.5)
    doubted = [
        replace(PAGES[0], notes=(guess._replace(at=at, before=STORY[0][at], after=STORY[0][at]),)) for at in (3, 9)
    ]
    with writing(path) as db:
        for number, copy in enumerate((damaged, *doubted)):
            page = replace(copy, url=f"http://c{number}.example/")
            capture = Capture(url=page.url, body=page.url.encode(), fetched_at=FETCHED, site=f"c{number}")
            keep_article(db, keep_capture(db, capture), fingerprint(page))
    run = repost("family", "1", "--collate", "--db", path)
    assert "the wording is that of article 1; 1 place from the others" in run.out
    assert run.out.splitlines()[-1] == f"body/1 {LOST.index(chr(0xFFFD))}: [\ufffd] → [墩]  (lost; in 2, 3, against 1)"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("family", "99"), "no family 99", id="unknown"),
        pytest.param(("family", "0"), "Invalid value for 'ID'", id="no-id"),
        pytest.param(("family", str(2**70)), "Invalid value for 'ID'", id="beyond-what-sqlite-counts"),
        pytest.param(("family", "甲"), "Invalid value for 'ID'", id="no-number"),
        pytest.param(("family", "1", "--diff", "1", "4"), "article 4 is not in family 1, which has 1, 2", id="other"),
        pytest.param(("family", "1", "--diff", "1", "2", "--collate"), "--diff and --collate exclude each", id="both"),
        pytest.param(("families", "--min-size", "1"), "Invalid value for '--min-size'", id="no-family-has-one"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line(repost: Repost, archive: Path, arguments: tuple[str, ...], said: str) -> None:
    run = repost(*arguments, "--db", archive)
    assert run.code == 2
    assert run.out == ""
    assert run.err.count("\n") == 1
    assert said in run.err


def test_an_archive_without_families_says_so(repost: Repost, tmp_path: Path, archive: Path) -> None:
    path = tmp_path / "archive.db"
    with writing(path):
        pass
    for arguments in (("families", "--db", path), ("families", "--min-size", "4", "--json", "--db", archive)):
        run = repost(*arguments)
        assert (run.code, run.out, run.err) == (0, "", "repost: no family was found\n")


def test_what_is_in_no_index_is_said_and_filed(repost: Repost, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with writing(path) as db:
        for page in PAGES:
            capture = Capture(url=page.url, body=page.url.encode(), fetched_at=FETCHED, site="s")
            keep_article(db, keep_capture(db, capture), replace(fingerprint(page), sketch=None))
    assert "4 articles are in no family yet; `repost reindex` files them" in repost("families", "--db", path).err
    assert repost("reindex", "--db", path).code == 0
    run = repost("families", "--db", path)
    assert run.err == ""
    assert run.out.startswith("1\t3\t")


def member(number: int, **fields: Any) -> Member:
    made = record(f"copy{number}", fields.pop("body", STORY), **fields)
    return Member(
        article_id=number, version_id=number, site=f"copy{number}", url_key=made.url, role=COPY,
        appeared_at=made.published_at or f"2026-03-1{number}", dated=made.published_at is not None,
        first_seen="2026-04-01T00:00:00+00:00", words=len("".join(made.body)), record=made,
    )  # fmt: skip


def family_of(*members: Member) -> Family:
    return Family(id=1, aliases=(), members=members, links=(), history=())


def test_who_is_named_by_the_others_is_the_likely_origin_though_it_appeared_later() -> None:
    first = member(1, published_at="2026-03-01", source="云岭日报")
    named = member(2, published_at="2026-03-02", site_name="云岭日报", source="云岭日报")
    told = account(family_of(first, named, member(3, source="云岭日报客户端")))
    assert told.earliest is first
    assert told.origin.article_id == 2
    assert [(each.article_id, each.from_id) for each in told.chain] == [(1, None), (2, None), (3, 2)]


def test_an_origin_that_is_not_here_is_named() -> None:
    told = account(family_of(*(member(number, source="远山通讯") for number in (1, 2, 3))))
    assert (told.origin.article_id, told.origin.name) == (None, "远山通讯")
    assert [each.kind for each in told.origin.evidence] == ["named-by-others"]


def test_whose_address_the_others_give_is_the_likely_origin() -> None:
    cut = member(2, body=STORY[:2])
    told = account(family_of(member(1), cut, member(3, declared_url=cut.record.url)))
    assert told.origin.article_id == 2
    assert told.origin.evidence[0].kind == "address-given"


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        pytest.param(STORY, (0, 0, 0), id="nothing"),
        pytest.param(("".join(STORY),), (0, 2, 0), id="paragraphs-run-together"),
        pytest.param((*STORY, "完。"), (3, 0, 0), id="added"),
        pytest.param(STORY[:2], (0, len(STORY[2]) + 1, 0), id="dropped"),
        pytest.param((STORY[0].replace("老人", "女孩子"), *STORY[1:]), (1, 0, 2), id="changed"),
        pytest.param(
            tuple(text.replace("还没有", "還沒有").replace("，", ",") for text in STORY), (0, 0, 0), id="script"
        ),
    ],
)
def test_changes_are_counted(body: tuple[str, ...], counts: tuple[int, int, int]) -> None:
    made = changes(member(1), member(2, body=body))
    assert (made.added, made.dropped, made.changed) == counts


@pytest.mark.parametrize(
    ("name", "bare"),
    [("華昭社客戶端", "华昭社"), ("云岭新闻网", "云岭"), ("官网", "官网"), (" 青石 晚报 ", "青石晚报"), (None, "")],
)
def test_an_outlets_channels_are_the_outlet(name: str | None, bare: str) -> None:
    assert outlet(name) == bare


def test_the_docs_say_what_the_program_does() -> None:
    for command in (families_command, family_command):
        for option in command.params:
            for name in (each for each in option.opts if each.startswith("--") and each not in {"--db", "--limit"}):
                assert name in DOCS, name
    assert f"At most {CANDIDATES} candidates" in DOCS
    assert f"of more than {MOST_WITNESSES} copies" in DOCS
    assert f"less than {families_index.AMPLE}" in DOCS
    assert f"and {families_index.CHARACTERS} characters" in DOCS


def test_the_python_example_runs(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"## From Python\n\n((?:    .*\n|\n)+)", DOCS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "archive.db").write_bytes(archive.read_bytes())
    exec(re.sub("^    ", "", code, flags=re.MULTILINE), {})  # noqa: S102 - the example of our own page
    assert capsys.readouterr().out == "1 最后一班渡船 华昭社 0\n"

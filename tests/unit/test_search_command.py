"""`repost search`, `reindex` and `history`, run in this process over the articles of the sample web."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len

from archive.connect import writing
from archive.search.find import Query, search
from archive.write import keep_article, keep_capture
from cli.main import main
from crawler.items import Article, Capture
from pipelines.outcome import outcome_of
from samples.web import sites

FETCHED = datetime(2026, 4, 3, tzinfo=UTC)


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


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the sample web, cleaned as a crawl cleans them; each site's key is its name."""
    path = tmp_path_factory.mktemp("search") / "archive.db"
    pages = [(site, page) for site in sites() for page in site.pages if page.gold and not page.gold.rejected]
    with writing(path) as db:
        for site, page in pages:
            capture = Capture(
                url=f"http://{site.key}.example{page.path}",
                body=page.body,
                headers=tuple((name.lower(), value) for name, value in page.headers.items()),
                fetched_at=FETCHED,
                site=site.key,
            )
            result = outcome_of(capture)
            if isinstance(result, Article):
                keep_article(db, keep_capture(db, capture), result)
    return path


# What each story of the sample web is called here, and what its headline begins with.
STORIES = {
    "ferry": "澄水河上最后的渡口", "library": "溪楼乡的孩子", "clinic": "山里的心电图", "birds": "沉璧湖湿地",
    "canteen": "五元一餐", "kiln": "停烧六十年后", "rice": "盐碱滩上", "station": "云陂山顶",
    "bridge": "三百岁的石拱桥", "river": "一条河的三十年", "loquat": "枇杷熟了", "opera": "一个县剧团",
    "notice": "关于做好2026年", "marathon": "最后一名冲线", "lab": "把实验室搬进渔村", "bus": "为了七个学生",
    "postman": "離島最後一位郵差", "bookshop": "老街舊書店", "hk-ferry": "百年渡輪線",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "stories"),
    [
        ("鹤", "birds"), ("鶴", "birds"), ("鸟", "birds lab"), ("鳥", "birds lab"), ("渡", "ferry lab hk-ferry"),
        ("候鸟", "birds"), ("候鳥", "birds"), ("渡口", "ferry"), ("邮差", "postman"), ("郵差", "postman"),
        ("冷库", "loquat"), ("莊伯", "bookshop"), ("庄伯", "bookshop"), ("冻雨", "station"), ("溺水", "notice"),
        ("剧团", "opera"), ("水位", ""), ("何守田", "ferry"), ("青埠大桥", "ferry"), ("青埠大橋", "ferry"),
        ("沈砚秋", ""), ("气象站", "station"), ("氣象站", "station"), ("马拉松", "marathon"), ("图书馆", "library"),
        ("舊書店", "bookshop"), ("旧书店", "bookshop"), ("预约参观", "birds"), ("老人食堂", "canteen"),
        ("五百公斤", "rice"), ("东方白鹤", ""), ("撑了四十年船的老何", "ferry"), ("16.8%", "birds"), ("168", ""),
        ("2019", "birds"), ("“东方白鹳”", "birds"), ("渡口 NOT 何守田", ""), ("邮差 OR 书店", "postman bookshop"),
        ("木船 渡輪", "hk-ferry"), ("(鶴 OR 鸛) 湿地", "birds"), ("山顶 气象站", "station"),
    ],
)  # fmt: skip
def test_words_of_the_sample_web(archive: Path, text: str, stories: str) -> None:
    with writing(archive) as db:
        headlines = {hit.headline for hit in search(db, Query(text=text, limit=None)).hits}
    found = {name for name, begins in STORIES.items() if any(line.startswith(begins) for line in headlines)}
    assert found == {*stories.split()}


def _ids(run: Run) -> list[str]:
    return [line.split("\t")[0] for line in run.out.splitlines()]


def test_a_line_a_hit_with_the_words_marked(repost: Repost, archive: Path) -> None:
    run = repost("search", "舊書店", "--db", archive)
    assert (run.code, run.err) == (0, "")
    (line,) = run.out.splitlines()
    _, published, site, source, state, headline, snippet = line.split("\t")
    assert (published, site, source, state) == ("2026-01-30T18:05+08:00", "traditional", "", "")
    assert headline == "老街«舊書店»熄燈前夕，讀者排隊搬走兩萬本書"
    assert "「拾頁«舊書店»」" in snippet


def test_filters_are_options(repost: Repost, archive: Path) -> None:
    def sites_of(*options: str) -> set[str]:
        return {line.split("\t")[2] for line in repost("search", *options, "--db", archive).out.splitlines()}

    assert sites_of("渡口", "--hijacked") == {"hijacked"}
    assert sites_of("渡口", "--not-hijacked") == {"outlet", "tables"}
    assert sites_of("渡口", "--site", "tables") == {"tables"}
    assert sites_of("--source", "望槎縣文化館") == {"tables"}
    assert sites_of("渡口", "--author", "沈砚秋") == {"outlet"}
    assert sites_of("渡口", "--since", "2026-03-06") == {"hijacked"}
    assert sites_of("渡口", "--until", "2026-03-05") == {"outlet", "tables"}
    assert sites_of("--since", "2026-02-21", "--until", "2026-02-21") == {"traditional"}
    assert sites_of("一", "--until", "2025-06") == {"tables", "oddities"}


def test_limit_and_offset_cut_the_same_list(repost: Repost, archive: Path) -> None:
    every = _ids(repost("search", "一", "--limit", "100", "--db", archive))
    assert len(every) > 25
    assert len(_ids(repost("search", "一", "--db", archive))) == 20
    assert _ids(repost("search", "一", "--limit", "3", "--offset", "2", "--db", archive)) == every[2:5]


def test_json_has_the_parts(repost: Repost, archive: Path) -> None:
    (hit,) = map(json.loads, repost("search", "莊伯 絕版", "--json", "--db", archive).out.splitlines())
    assert hit["headline"].startswith("老街")
    assert {part["text"] for part in hit["snippet"] if part["marked"]} == {"莊伯", "絕版"}
    assert "score" not in hit


def test_rank_says_how_many_were_ranked(repost: Repost, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = repost("search", "渡口", "--order", "rank", "--json", "--db", archive)
    scores = [json.loads(line)["score"] for line in run.out.splitlines()]
    assert scores == sorted(scores, reverse=True)
    assert run.err == ""
    monkeypatch.setattr("archive.search.find.RANKED", 2)
    bounded = repost("search", "渡口", "--order", "rank", "--db", archive)
    assert "ranked are the newest 2 hits; there are more" in bounded.err
    assert len(bounded.out.splitlines()) == 2


@pytest.mark.parametrize(
    "options", [["渡口"], ["渡口 NOT 大桥", "--site", "tables"], ["--source", "华昭社"], ["一", "--since", "2026"]]
)
def test_the_sql_runs_elsewhere_and_finds_the_same(repost: Repost, archive: Path, options: list[str]) -> None:
    sql = repost("search", *options, "--sql", "--db", archive).out
    with sqlite3.connect(archive) as connection:
        rows = connection.execute(sql).fetchall()
    connection.close()
    assert [str(row[0]) for row in rows] == _ids(repost("search", *options, "--db", archive))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to search for: give words or a filter"),
        ([""], "nothing to search for"),
        (["，"], "there is nothing to search for in ，"),
        (["(桥"], "a parenthesis is not closed"),
        (['桥 "'], 'the quotation mark " stands alone'),
        (["桥" * 100_000], "a query has at most 1,000 characters, this one 100,000"),
        (["OR".join(["桥 "] * 300)], "a query has at most 1,000 characters, this one 1,198"),
        (["桥 OR " * 100 + "桥"], "a query has at most 64 words"),
        (["\x1b[31m\udcff"], None),
        (["桥", "--since", "2026-02-30"], "2026-02-30: day is out of range for month"),
        (["桥", "--since", "gestern"], "'gestern' is no day: write 2026-03-09, 2026-03 or 2026"),
        (["桥", "--until", "2026-13"], "2026-13: bad month number 13"),
        (["桥", "--until", "0000"], "0000"),
        (["桥", "--source", "，"], "there is nothing to search for in '，'"),
        (["桥", "--family", "999999"], "no family 999999"),
        (["桥", "--db", "/nowhere/archive.db"], "no such archive"),
    ],
)
def test_what_is_wrong_is_one_line(repost: Repost, archive: Path, arguments: list[str], message: str | None) -> None:
    run = repost("search", "--db", archive, *arguments)
    assert run.err.count("\n") == 1
    assert "Traceback" not in run.err
    assert "\x1b" not in run.err
    assert (message or "no article was found") in run.err
    assert run.code == (2 if message else 0)
    assert run.out == ""


def test_reindex_mends_what_check_finds(repost: Repost, archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "archive.db"
    copy.write_bytes(archive.read_bytes())
    with writing(copy) as db:
        db.execute("DELETE FROM search_documents WHERE article_id = 1")
    checked = repost("check", "--db", copy)
    assert checked.code == 1
    assert "search: article 1: is not in the search index: `repost reindex` makes it anew" in checked.err
    said = repost("reindex", "--db", copy).out
    assert re.fullmatch(r".*: (3\d) articles in the search index, \1 looked at for families\n", said)
    assert repost("check", "--db", copy).code == 0


def test_history_of_an_article_and_of_nothing(repost: Repost, archive: Path) -> None:
    run = repost("history", "http://outlet.example/2026/0305/ferry.html", "--db", archive)
    assert "first fetched" in run.out
    assert "2,318 views" in run.out
    head, look = map(json.loads, repost("history", "1", "--json", "--db", archive).out.splitlines())
    assert (head["kind"], look["kind"], look["version"], look["changes"]) == ("article", "look", 1, [])
    missing = repost("history", "http://nowhere.example/", "--db", archive)
    assert (missing.code, missing.err.count("\n")) == (2, 1)


def test_archived_text_cannot_drive_a_terminal(repost: Repost, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with writing(path) as db:
        for day, text in enumerate(("渡口\x1b[31m的灯\u202e亮了。", "渡口\x1b]0;x\x07的灯\u202e灭了。"), 1):
            body = (
                f"<h1>渡口的灯\x1b[2J</h1><p>{text}县里的老船工在岸边等了整整一个晚上，天亮以后才慢慢走回家里去休息。</p>"
                * 2
            )
            capture = Capture(
                url="http://x.example/1.html",
                body=body.encode(),
                fetched_at=datetime(2026, 4, day, tzinfo=UTC),
                site="x",
            )
            result = outcome_of(capture)
            assert isinstance(result, Article)
            keep_article(db, keep_capture(db, capture), result)
    for arguments in (["search", "渡口"], ["search", "渡口", "--json"], ["history", "1"], ["history", "1", "--json"]):
        run = repost(*arguments, "--db", path)
        assert run.code == 0
        assert run.out
        assert not re.search("[\x1b\x07\u202e]", run.out)


def test_on_a_terminal_a_hit_has_colours_and_fits(archive: Path) -> None:
    pty = pytest.importorskip("pty")  # no Windows
    read_end, write_end = pty.openpty()
    command = (
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "search",
        "渡口",
        "--hijacked",
        "--db",
        str(archive),
    )
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment |= {"COLUMNS": "80", "TERM": "xterm"}
    subprocess.run(command, stdout=write_end, check=True, env=environment, cwd=Path(__file__).parents[2], timeout=60)
    shown = os.read(read_end, 100_000).decode()
    os.close(read_end)
    os.close(write_end)
    assert "\x1b[1;31m渡口\x1b[0m" in shown
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert len(lines) == 4, "what it is, its headline, two lines of its text"
    assert lines[-1].rstrip().endswith("…")

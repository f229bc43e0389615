"""Every command of `repost`, run in this process: what it prints, and the exit code it ends with."""

import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.connect import writing
from archive.write import keep_article, keep_capture, keep_rejection
from cli.main import COMMANDS, main
from crawler.items import Article, Capture
from pipelines.outcome import outcome_of

ROOT = Path(__file__).parents[2]
HEADLINE = "云溪县新渡口通航，两岸往来不再绕行"
PARAGRAPHS = (
    "2月10日清晨，云溪县新渡口正式通航，首班渡轮载着四十多名乘客驶向对岸，船上有赶集的村民，也有上学的孩子。",
    "渡口负责人林禾介绍，新码头每天开行二十四班，比原来多出一半，最晚一班延长到夜里九点，方便下晚班的工人回家。",
    "县交通局表示，下一步将在两岸各修一处候船廊，让等船的人不再淋雨，并把渡口接入公交线路，票价保持不变。",
)

DAMAGED = (
    "云溪縣創(chuàng)新中心揭牌,匯聚三十家企業(yè)。專(zhuān)家認(rèn)為,"
    "這里將成為當(dāng)?shù)亟?jīng)濟(jì)轉(zhuǎn)型的支點(diǎn)。"
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
    def run(*arguments: object, stdin: bytes | None = None) -> Run:
        monkeypatch.setattr(sys, "argv", ["repost", *map(str, arguments)])
        if stdin is not None:
            read_end, write_end = os.pipe()
            os.write(write_end, stdin)
            os.close(write_end)
            monkeypatch.setattr(sys, "stdin", os.fdopen(read_end, encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Run(code=int(ended.value.code or 0), out=out.decode(), err=err.decode())

    return run


@pytest.fixture
def page(article_html: Callable[..., str]) -> bytes:
    return article_html(HEADLINE, *PARAGRAPHS).encode()


@pytest.fixture
def archive(tmp_path: Path, page: bytes) -> Path:
    """An archive of one article, captured twice, and of one page that is a PDF."""
    path = tmp_path / "archive.db"
    with writing(path) as db:
        for minute in (1, 2):
            _keep(db, "http://lanqiao.example/1.html", page, minute)
        _keep(db, "http://lanqiao.example/2.html", b"%PDF-1.7 ...", 3)
    return path


def _keep(db: object, url: str, body: bytes, minute: int) -> None:
    fetched_at = datetime(2026, 2, 12, 9, minute, tzinfo=UTC)
    capture = Capture(url=url, body=body, fetched_at=fetched_at, site="lanqiao.example")
    capture_id = keep_capture(db, capture)
    result = outcome_of(capture)
    if isinstance(result, Article):
        keep_article(db, capture_id, result)
    else:
        keep_rejection(db, capture_id, result)


def test_help_lists_every_command_and_every_command_has_help(repost: Repost) -> None:
    listing = repost("--help")
    assert listing.code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", listing.out, re.MULTILINE)
        assert repost(name, "--help").out.startswith(f"Usage: repost {name}")


def test_the_readme_has_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`repost {name}" not in readme] == []


# -- extract


def test_extract_prints_one_record(repost: Repost, tmp_path: Path, page: bytes) -> None:
    file = tmp_path / "1.html"
    file.write_bytes(page)
    run = repost("extract", file, "--url", "http://lanqiao.example/1.html")
    assert (run.code, run.err) == (0, "")
    record = json.loads(run.out)
    assert record["headline"] == HEADLINE
    assert record["body"] == list(PARAGRAPHS)
    assert record["published_at"] == "2026-02-11T15:49:41+08:00"
    assert record["source"] == "云溪日报"
    assert record["url"] == "http://lanqiao.example/1.html"
    assert record["rejected"] is None


def test_extract_believes_the_bytes_over_a_lying_header(repost: Repost, tmp_path: Path, page: bytes) -> None:
    file = tmp_path / "gbk.html"
    file.write_bytes(page.decode().encode("gb18030"))
    record = json.loads(repost("extract", file, "--encoding-header", "utf-8").out)
    assert (record["headline"], record["encoding"]) == (HEADLINE, "gb18030")


@pytest.mark.parametrize("jobs", [1, 2])
def test_extract_keeps_the_order_of_a_manifest(repost: Repost, tmp_path: Path, page: bytes, jobs: int) -> None:
    rows = []
    for number in range(6):
        (tmp_path / f"{number}.html").write_bytes(page.replace(HEADLINE.encode(), f"{HEADLINE}之{number}".encode()))
        rows.append({"file": f"{number}.html", "url": f"http://lanqiao.example/{number}.html"})
    (tmp_path / "empty.html").write_bytes(b"")
    rows.insert(3, {"file": "empty.html", "url": None})
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run = repost("extract", "--manifest", manifest, "--jobs", jobs)
    records = [json.loads(line) for line in run.out.splitlines()]
    assert [record["headline"] for record in records if record["rejected"] is None] == [
        f"{HEADLINE}之{number}" for number in range(6)
    ]
    assert records[3]["rejected"]["reason"] == "empty"
    assert run.code == 1
    assert run.err.count("\n") == 1
    assert "empty.html: empty" in run.err


def test_extract_reads_everything_below_a_folder(repost: Repost, tmp_path: Path, page: bytes) -> None:
    folder = tmp_path / "saved" / "deep"
    folder.mkdir(parents=True)
    (folder / "1.html").write_bytes(page)
    (tmp_path / "saved" / "0.pdf").write_bytes(b"%PDF-1.4\n%\xe2\xe3")
    run = repost("extract", tmp_path / "saved")
    reasons = [json.loads(line)["rejected"] for line in run.out.splitlines()]
    assert [reason and reason["reason"] for reason in reasons] == ["not-html", None]


def test_extract_gives_a_record_for_a_file_that_is_not_there(repost: Repost, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "gone.html").symlink_to(tmp_path / "nowhere.html")
    run = repost("extract", folder)
    assert json.loads(run.out)["rejected"]["reason"] == "unreadable"
    assert run.code == 1
    assert "gone.html" in run.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["extract"], "give files or folders"),
        (["extract", __file__, __file__, "--url", "http://a.example/"], "--url goes with exactly one file"),
        (["extract", "--manifest", "no-such-file.jsonl"], "does not exist"),
        (["extract", "--jobs", "0", "a.html"], "--jobs"),
        (["extract", "--manifest", __file__, "--encoding-header", "gbk"], "a manifest's lines have their own"),
        (["crawl"], "give an address"),
        (["show"], "Missing argument"),
        (["list", "--reason", "empty"], "--reason goes with --rejected"),
        (["list", "--rejected", "--hijacked"], "--hijacked goes with articles"),
        (["show", "1", "--raw", "--json"], "exclude each other"),
        (["restore", "no-such-file.txt"], "does not exist"),
        (["nonsense"], "No such command"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(repost: Repost, arguments: list[str], said: str) -> None:
    run = repost(*arguments)
    assert run.code == 2
    assert run.err.startswith("repost: ")
    assert said in run.err
    assert run.err.count("\n") == 1


def test_extract_uses_the_site_file_of_an_address(repost: Repost, tmp_path: Path, page: bytes) -> None:
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "lanqiao.toml").write_text('hosts = ["lanqiao.example"]\nheadline = "p"\n', encoding="utf-8")
    (tmp_path / "1.html").write_bytes(page)
    run = repost("extract", tmp_path / "1.html", "--url", "http://lanqiao.example/1.html", "--sites", sites)
    assert json.loads(run.out)["headline"] == PARAGRAPHS[0]


def test_links_that_lead_nowhere_are_named_and_pipes_are_left_out(repost: Repost, tmp_path: Path, page: bytes) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "1.html").write_bytes(page)
    (saved / "0.html").symlink_to(tmp_path / "nowhere")
    os.mkfifo(saved / "2.html")
    run = repost("extract", saved)
    reasons = [json.loads(line)["rejected"] for line in run.out.splitlines()]
    assert [reason and reason["reason"] for reason in reasons] == ["unreadable", None]
    assert run.code == 1


def test_a_bad_manifest_line_is_named(repost: Repost, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text('{"file": "a.html"}\n{"url": null}\n', encoding="utf-8")
    run = repost("extract", "--manifest", manifest)
    assert run.code == 2
    assert "manifest.jsonl:2:" in run.err


# -- restore


def test_notes_of_several_files_name_the_file(repost: Repost, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(
            "云溪縣創(chuàng)新中心揭牌,匯聚三十家企業(yè)。專(zhuān)家認(rèn)為,這里將成為當(dāng)?shù)亟?jīng)濟(jì)轉(zhuǎn)型的支點(diǎn)。",
            encoding="utf-8",
        )
    run = repost("restore", "--explain", tmp_path)
    notes = [json.loads(line) for line in run.out.splitlines()]
    assert {note["file"] for note in notes} == {str(tmp_path / "a.txt"), str(tmp_path / "b.txt")}


def test_restore_leaves_clean_text_byte_for_byte(repost: Repost) -> None:
    clean = "\ufeff" + "\r\n".join(PARAGRAPHS) + "\n\n"
    run = repost("restore", stdin=clean.encode())
    assert run.out == clean
    assert (run.code, run.err) == (0, "")


def test_restore_takes_several_files(repost: Repost, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PARAGRAPHS[0], encoding="utf-8")
    (tmp_path / "b.txt").write_bytes("云溪".encode("gbk"))
    run = repost("restore", tmp_path)
    assert [json.loads(line) for line in run.out.splitlines()] == [
        {"file": str(tmp_path / "a.txt"), "text": PARAGRAPHS[0], "verdict": "clean"},
        {"file": str(tmp_path / "b.txt"), "text": None, "verdict": "unreadable"},
    ]
    assert run.code == 1
    assert "not UTF-8" in run.err


# -- looking


def test_list_shows_articles(repost: Repost, archive: Path) -> None:
    run = repost("list", "--db", archive)
    assert run.code == 0
    assert HEADLINE in run.out
    assert "lanqiao.example" in run.out
    assert run.out.count("\n") == 1


def test_list_json_gives_one_object_a_line(repost: Repost, archive: Path) -> None:
    line = json.loads(repost("list", "--json", "--db", archive).out)
    assert (line["id"], line["headline"], line["versions"], line["captures"]) == (1, HEADLINE, 1, 2)


def test_list_rejected_gives_the_reason(repost: Repost, archive: Path) -> None:
    line = json.loads(repost("list", "--rejected", "--json", "--db", archive).out)
    assert (line["url"], line["reason"]) == ("http://lanqiao.example/2.html", "not-html")
    assert repost("list", "--rejected", "--reason", "empty", "--db", archive).out == ""


def test_show_prints_fields_and_text(repost: Repost, archive: Path) -> None:
    run = repost("show", "1", "--db", archive)
    for text in (HEADLINE, *PARAGRAPHS, "云溪日报"):
        assert text in run.out
    assert repost("show", "http://lanqiao.example/1.html", "--db", archive).out == run.out


def test_show_json_is_the_record_of_extract(repost: Repost, archive: Path) -> None:
    shown = json.loads(repost("show", "1", "--json", "--db", archive).out)
    assert (shown["headline"], shown["body"], shown["id"]) == (HEADLINE, list(PARAGRAPHS), 1)


def test_show_raw_gives_the_bytes_fetched(repost: Repost, archive: Path, page: bytes) -> None:
    assert repost("show", "1", "--raw", "--db", archive).out == page.decode()


def test_explain_names_the_decisions(repost: Repost, archive: Path) -> None:
    run = repost("explain", "1", "--db", archive)
    assert "encoding: utf-8" in run.out
    assert "hijacked: no" in run.out
    assert run.code == 0


@pytest.mark.parametrize("command", ["show", "explain"])
def test_an_unknown_article_is_exit_code_2(repost: Repost, archive: Path, command: str) -> None:
    run = repost(command, "99", "--db", archive)
    assert (run.code, run.out) == (2, "")
    assert "no article 99" in run.err


# -- keeping


def test_check_finds_a_sound_archive_sound(repost: Repost, archive: Path) -> None:
    run = repost("check", "--db", archive)
    assert (run.code, run.err) == (0, "")
    assert "1 articles in 1 versions from 3 captures" in run.out


def test_check_finds_a_changed_text(repost: Repost, archive: Path) -> None:
    with sqlite3.connect(archive) as db:
        db.execute("UPDATE versions SET headline = '改过的标题'")
    db.close()
    run = repost("check", "--db", archive)
    assert run.code == 1
    assert "digest" in run.err


def test_reclean_changes_nothing_when_the_rules_are_the_same(repost: Repost, archive: Path) -> None:
    before = archive.read_bytes()
    run = repost("reclean", "--dry-run", "--db", archive)
    assert run.out == "3 captures cleaned, 0 would change\n"
    assert archive.read_bytes() == before
    assert repost("reclean", "--db", archive).out == "3 captures cleaned, 0 changed\n"


# -- archives that cannot be used

READERS = [["list"], ["show", "1"], ["explain", "1"], ["check"], ["reclean", "--dry-run"]]


@pytest.mark.parametrize("command", READERS)
def test_a_missing_archive_is_not_made_by_reading(repost: Repost, tmp_path: Path, command: list[str]) -> None:
    run = repost(*command, "--db", tmp_path / "none.db")
    assert run.code == 2
    assert "no such archive" in run.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [*READERS, ["reclean"]])
def test_a_file_that_is_no_archive_is_left_alone(repost: Repost, tmp_path: Path, command: list[str]) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"not a database at all, " * 100)
    before = other.read_bytes()
    run = repost(*command, "--db", other)
    assert run.code == 2
    assert run.err.count("\n") == 1
    assert other.read_bytes() == before


def test_control_characters_of_a_page_do_not_reach_the_terminal(
    repost: Repost, tmp_path: Path, article_html: Callable[..., str]
) -> None:
    hostile = article_html(HEADLINE, *PARAGRAPHS, PARAGRAPHS[0] + "\u202e倒写\u009b31m").encode()
    path = tmp_path / "archive.db"
    with writing(path) as db:
        _keep(db, "http://lanqiao.example/1.html", hostile, 1)
    shown = repost("show", "1", "--db", path)
    assert "倒写" in shown.out
    assert not re.search("[\u202e\x80-\x9f\x1b]", shown.out)


def test_an_interrupt_is_exit_code_130(repost: Repost, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("archive.read.articles", interrupted)
    run = repost("list", "--db", archive)
    assert (run.code, run.err.strip()) == (130, "repost: interrupted")  # click ends the ^C line first

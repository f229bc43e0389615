"""No text of an archive drives a terminal, whichever command shows it."""

import contextlib
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.connect import writing
from archive.write import keep_article, keep_capture, keep_rejection
from cli.main import COMMANDS, main
from crawler.items import Capture, Credit, Evidence, Image, Note, Reason, Record, Rejected, SpamLink, Verdict
from pipelines.fingerprint import fingerprint

# a new title for the window, the screen cleared, red by a C1 control, the direction turned, the line overwritten
POISON = "\x1b]0;own\x07\x1b[2J\x9b31m\u202e\u2066\r\x08\x7f"
DRIVES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# sqlite-utils imports pandas where it finds it, which users need not have
COMMAND = (sys.executable, "-c", "import sys; sys.modules['pandas'] = None; from cli.main import main; main()")
AT = datetime(2026, 2, 11, 8, 0, tzinfo=UTC)
STORY = tuple(
    text + POISON
    for text in (
        "清晨的渡口还没有雾，撑船的老人把缆绳解开，说今天是最后一班，明天起大家就从桥上走了。",
        "桥修了三年，两岸的人都来看过，有人带着孩子，指给他们看水里的石墩和从前的码头。",
        "镇上打算把旧船留下，放在岸边的棚子里，旁边立一块牌子，写上这条河四十年的班次。",
    )
)
SHOWN = (
    "list", "list --json", "list --rejected", "list --rejected --json", "show 1", "show 1 --json", "explain 1",
    "explain 1 --json", "search 渡口", "search 渡口 --json", "search 渡口 --sql", "history 1", "history 1 --json",
    "families", "families --json", "family 1", "family 1 --json", "family 1 --collate", "family 1 --diff 1 2",
    "stats", "stats --json", "status", "status --json", "check", "reclean --dry-run", "reindex",
    "export -o {folder}/all.csv", "export -o {folder}/all.warc.gz",
    "backup {folder}/copy.db", "sql SELECT_*_FROM_versions", "sql SELECT_*_FROM_captures --json",
    "sql SELECT_url,detail_FROM_urls", "sql --schema",
)  # fmt: skip
# What prints nothing of an archive, or what no test of this kind can run: a crawl, a server. They have their own tests.
APART = {"report", "demo", "crawl", "update", "import", "serve", "extract", "restore", "sites", "merge"}


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive in which every text is poison, also where our own code would not have written any."""
    path = tmp_path_factory.mktemp("poisoned") / "archive.db"
    with writing(path) as db:
        for number in range(3):
            for version in range(2):
                capture = Capture(
                    url=f"http://h{number}.example/1.html", body=f"<p>{number}{version}".encode(),
                    fetched_at=AT + timedelta(days=number, hours=version), site=f"h{number}.example{POISON}",
                    headers=(("content-type", POISON),),
                )  # fmt: skip
                record = replace(
                    _record(), url=capture.url, fetched_at=capture.fetched_at, body=STORY[: 3 - version],
                    body_raw=STORY[: 3 - version], view_count=version,
                )  # fmt: skip
                keep_article(db, keep_capture(db, capture), fingerprint(record))
        spam = Capture(url=f"http://r.example/{POISON}", body=b"spam", fetched_at=AT, site=f"r{POISON}")
        keep_rejection(db, keep_capture(db, spam), Rejected(Reason.ONLY_SPAM, POISON))
        for table, column in (("urls", "detail"), ("captures", "detail"), ("bodies", "sha256")):
            db.execute("PRAGMA foreign_keys = OFF")  # or SQLite would not let a digest be poisoned
            db.execute(f"UPDATE {table} SET {column} = coalesce({column}, '') || ?", (POISON,))  # noqa: S608 - our own names
    return path


@pytest.fixture(scope="module", params=["poisoned", "texts", "lists"])
def archive(poisoned: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The poisoned archive; and the same forged: every plain text, then every list, with poison behind it."""
    if request.param == "poisoned":
        return poisoned
    path = tmp_path_factory.mktemp(request.param) / "archive.db"
    shutil.copy(poisoned, path)
    db = sqlite3.connect(path)
    tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND NOT name GLOB '[_s]*'").fetchall()
    for table in ("sites", "sightings", "spam_links", *(name for (name,) in tables)):
        for _, column, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
            is_list = f"substr({column}, 1, 1) {'NOT' if request.param == 'texts' else ''} IN ('[', '{{')"
            with contextlib.suppress(sqlite3.IntegrityError):  # a CHECK of our own forbids it
                if kind == "TEXT":
                    db.execute(f"UPDATE OR IGNORE {table} SET {column} = {column} || ? WHERE {is_list}", (POISON,))  # noqa: S608 - our own names
    db.commit()
    db.close()
    return path


def _record() -> Record:
    return Record(
        url="", fetched_at=AT, headline=f"渡口{POISON}", headline_raw=f"渡口{POISON}", kicker=POISON, subtitle=POISON,
        published_at="2026-02-11T15:49:41+08:00", published_raw=POISON, source=POISON, source_raw=POISON,
        site_name=POISON, breadcrumb=(POISON,), authors=(POISON,), authors_raw=POISON,
        credits=(Credit(role=POISON, names=(POISON,)),), credits_raw=(POISON,), view_count_raw=POISON,
        declared_url=f"http://x.example/{POISON}", images=(Image(src=POISON, alt=POISON, caption=POISON),),
        notices=(POISON,), encoding=POISON, encoding_evidence=(Evidence(kind=POISON, detail=POISON),), script="hans",
        damage=POISON, damage_evidence=(Evidence(kind=POISON, detail=POISON, weight=1.0),), repairs={POISON: 1},
        verdict=Verdict(
            hijacked=True, evidence=(Evidence(kind=POISON, detail=POISON, weight=1.0),), spam_title=POISON,
            links=(SpamLink(domain=POISON, anchor=POISON, hidden_by=POISON),), link_count=1,
        ),
        notes=(Note(step=POISON, rule=POISON, where="headline", at=0, before=POISON, after=POISON[:1]),),
    )  # fmt: skip


@pytest.fixture
def repost(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], tuple[str, str]]:
    def run(line: str) -> tuple[str, str]:
        words = [word.replace("_", " ").format(folder=tmp_path) for word in line.split()]
        monkeypatch.setattr(sys, "argv", ["repost", *words, "--db", str(archive)])
        with pytest.raises(SystemExit):
            main()
        return capfd.readouterr()

    return run


@pytest.mark.parametrize("line", SHOWN)
def test_what_a_command_shows_does_not_drive_a_terminal(line: str, repost: Any) -> None:
    """And none ends in a traceback, which would fail this as an exception."""
    out, err = repost(line)
    assert out or err
    assert DRIVES.findall(out) == []
    assert DRIVES.findall(err) == []


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("sql --csv SELECT_*_FROM_versions", 2, "use a pipe"),
        ("export --format csv", 2, "use a pipe"),
        ("show 1 --raw", 2, "send them to a file or pipe"),
        ("restore {folder}/poison.txt", 0, "渡口\\x1b]0;own"),
    ],
)
def test_what_is_written_as_it_is_does_not_go_to_a_terminal(
    line: str, code: int, words: str, poisoned: Path, tmp_path: Path
) -> None:
    (tmp_path / "poison.txt").write_text(f"渡口{POISON}", encoding="utf-8", newline="")
    given = [word.replace("_", " ").format(folder=tmp_path) for word in line.split()]
    archive = [] if given[0] == "restore" else ["--db", str(poisoned)]
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*COMMAND, *given, *archive], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123 - a number
        while piece := terminal.read(65_536):  # until the other end is closed, which Linux says by an error
            shown += piece
    assert process.wait(60) == code
    assert words in shown.decode()
    assert DRIVES.findall(shown.decode().replace("\r\n", "\n")) == []


def test_every_command_is_tried_or_stands_apart() -> None:
    tried = {line.split()[0] for line in SHOWN}
    assert tried | APART == set(COMMANDS)
    assert tried & APART == set()

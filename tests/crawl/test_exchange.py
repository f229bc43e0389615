"""Archives given on and taken in: a crawl of the sample web exported and imported again; pages that wget fetched."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from crawler.lock import RunLock
from samples.web import SampleWeb, serve

# without pandas, as conftest has it
COMMAND = (sys.executable, "-c", "import sys; sys.modules['pandas'] = None; from cli.main import main; main()")
# Everything that a program can know again of an archive: no ids, and not when it was cleaned.
TABLES = {
    "captures": "SELECT url, requested_url, site, status, headers, fetched_at, body_sha256, part, outcome, reason,"
    " detail, encoding, view_count, hijacked FROM captures ORDER BY fetched_at, url",
    "versions": "SELECT url, fetched_at, digest, headline, headline_raw, published_at, source, site_name, breadcrumb,"
    " authors, body, body_raw, hijacked, spam_title, damage, repairs FROM versions ORDER BY fetched_at, url",
    "articles": "SELECT url_key, site, first_seen, last_seen FROM articles ORDER BY url_key",
    "notes": "SELECT url, number, step, rule, place, at, before, after"
    " FROM notes JOIN versions ON versions.id = version_id ORDER BY url, number",
    "urls": "SELECT url, site, state, reason, detail, status, redirects_to, first_seen, last_seen"
    " FROM urls ORDER BY url",
}
Rows = Callable[..., list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    web: SampleWeb
    db: Path


def _repost(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True, text=True, timeout=110, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """The sample web, crawled once, and an address that cannot be reached."""
    db = tmp_path_factory.mktemp("exchange") / "archive.db"
    with serve() as web:
        allowed = [part for address in web.allowed_addresses() for part in ("--allow-address", address)]
        _repost("crawl", *web.start_urls(), "http://nobody.invalid/", "--db", db, "--delay", "0", "-q", *allowed)
        yield Crawled(web=web, db=db)


@pytest.fixture(scope="module")
def exported(crawled: Crawled) -> Path:
    path = crawled.db.with_name("all.warc.gz")
    done = _repost("export", "--warc", path, "--db", crawled.db)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def imported(exported: Path) -> Path:
    db = exported.with_name("imported.db")
    done = _repost("import", exported, "--db", db)
    assert done.returncode == 0, done.stderr
    # what the file says of pages that never came is no failure of the import
    assert re.search(r" 0 failed, 0 known, \d+ could not be fetched\n$", done.stderr)
    return db


@pytest.mark.parametrize("table", TABLES)
def test_an_export_imported_is_the_same_archive(table: str, crawled: Crawled, imported: Path, rows_of: Rows) -> None:
    before = rows_of(crawled.db, TABLES[table])
    assert len(before) > 10
    assert rows_of(imported, TABLES[table]) == before


def test_an_imported_archive_is_sound(imported: Path) -> None:
    assert _repost("check", "--db", imported).returncode == 0


def test_importing_again_adds_nothing(exported: Path, imported: Path, rows_of: Rows) -> None:
    before = {table: rows_of(imported, query) for table, query in TABLES.items()}
    done = _repost("import", exported, "--db", imported)
    pages = len([row for row in before["captures"] if not row[7]])
    failures = len([row for row in before["urls"] if row[2] == "failed"])
    assert f"0 new, 0 changed, 0 unchanged, 0 rejected, 0 failed, {pages + failures} known" in done.stderr
    assert done.returncode == 0
    assert {table: rows_of(imported, query) for table, query in TABLES.items()} == before


def test_what_wget_fetched_is_imported_without_loss(crawled: Crawled, tmp_path: Path, rows_of: Rows) -> None:
    wget = shutil.which("wget")
    if wget is None:
        pytest.skip("wget is not installed")
    asked = "SELECT url FROM captures WHERE requested_url IS NULL"
    urls = [url for (url,) in rows_of(crawled.db, asked)]
    (tmp_path / "urls.txt").write_text("\n".join(urls), encoding="utf-8")
    subprocess.run(
        [wget, "-q", "-i", "urls.txt", "--warc-file=theirs", "-O", os.devnull, "--no-proxy", "-e", "robots=off"],
        cwd=tmp_path, timeout=60, check=False,
    )  # fmt: skip
    db, file = tmp_path / "archive.db", tmp_path / "theirs.warc.gz"
    done = _repost("import", file, "--db", db)
    assert " 0 failed" in done.stderr
    # every answer in the file is a capture: its address, when it was fetched, its status, its bytes
    assert sorted(_answers(file)) == sorted(
        (url, datetime.fromisoformat(fetched_at), status, digest)
        for url, fetched_at, status, digest in rows_of(db, "SELECT url, fetched_at, status, body_sha256 FROM captures")
    )
    assert {url for url, *_ in _answers(file)} >= set(urls)
    # and what is read from it is what is read from our own crawl
    words = "SELECT url, headline, body, published_at, source, authors, images.src FROM versions"
    words += f" LEFT JOIN images ON versions.id = version_id WHERE url IN ({asked}) ORDER BY url, images.number"
    assert rows_of(db, words) == rows_of(crawled.db, words)
    assert rows_of(db, "SELECT count(*) FROM captures WHERE part > 0")[0][0] > 0


def _answers(file: Path) -> Iterator[tuple[str, datetime, int, str]]:
    """The pages in a WARC file, as another reader has them: address, date, status, digest of the body."""
    with file.open("rb") as opened:
        for record in WarcioIterator(opened):
            url = record.rec_headers.get_header("WARC-Target-URI")
            if record.rec_type == "response" and not url.endswith("/robots.txt"):
                date = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
                digest = hashlib.sha256(record.content_stream().read()).hexdigest()
                yield url.strip("<>"), date, int(record.http_headers.get_statuscode()), digest


def test_saved_pages_are_imported_under_the_address_their_browser_wrote_into_them(
    tmp_path: Path, article_html: Callable[..., str], rows_of: Rows
) -> None:
    paragraphs = [f"蓝桥县第{number}批共享菜园对居民开放，两百四十块地半天之内认领完毕。" for number in "一二三四"]
    one = article_html("共享菜园开放", *paragraphs, next_part="1_2.html")
    two = article_html(
        "共享菜园开放", "第二页从河边的旧粮仓说起，那里去年改成了种子图书馆，借出一包种子，秋天要还回两包。"
    )
    mark = "<!-- saved from url=(0029)http://lanqiao.example/{} -->\n"
    pages = {"z.html": mark.format("1.html") + one, "a.html": mark.format("1_2.html") + two, "b.html": two}
    for name, page in pages.items():
        (tmp_path / name).write_text(page, encoding="utf-8")
        os.utime(tmp_path / name, (1_770_800_000, 1_770_800_000))
    done = _repost("import", tmp_path, "--db", tmp_path / "archive.db")
    assert done.returncode == 0, done.stderr
    stored = rows_of(tmp_path / "archive.db", "SELECT url, fetched_at, part FROM captures ORDER BY url")
    assert stored == [
        ((tmp_path / "b.html").as_uri(), "2026-02-11T08:53:20+00:00", 0),
        ("http://lanqiao.example/1.html", "2026-02-11T08:53:20+00:00", 0),
        ("http://lanqiao.example/1_2.html", "2026-02-11T08:53:20+00:00", 1),
    ]
    assert rows_of(tmp_path / "archive.db", "SELECT reason, detail FROM captures WHERE reason NOT NULL") == []
    (body,) = rows_of(tmp_path / "archive.db", "SELECT body FROM versions WHERE url = 'http://lanqiao.example/1.html'")
    assert "第一批" in body[0]
    assert "种子图书馆" in body[0]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "give files or folders"),
        (("missing.warc",), 2, "does not exist"),
        (("a.html", "--url", "http://x.example/", "a.html"), 2, "--url goes with exactly one saved page"),
        (("not.warc.gz",), 3, "unreadable"),
        (("empty",), 3, "0 new"),
        (("a.html", "not.warc.gz"), 1, "not.warc.gz:0: unreadable"),
    ],
)
def test_wrong_input_ends_with_its_exit_code(
    tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "not.warc.gz").write_bytes(b"<html>no WARC")
    (tmp_path / "a.html").write_text("<p>short", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    given = [tmp_path / part if part.endswith((".gz", ".html", "empty", ".warc")) else part for part in arguments]
    done = _repost("import", *given, "--db", tmp_path / "archive.db")
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert message in done.stderr


def test_an_import_waits_for_no_other_run(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>short", encoding="utf-8")
    lock = RunLock(tmp_path / "archive.db")
    lock.acquire()
    done = _repost("import", tmp_path / "a.html", "--db", tmp_path / "archive.db")
    lock.release()
    assert done.returncode == 75
    assert "another run is at work" in done.stderr

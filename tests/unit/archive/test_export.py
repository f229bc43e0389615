"""Exports read back with what analysts use, and compared with the archive field by field."""

import csv
import io
import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

from archive.connect import reading, writing
from archive.errors import ArchiveError
from archive.export_rows import COLUMNS, Kind, columns_named, rows
from archive.write import keep_article, keep_capture
from cli.main import main
from crawler.items import Credit, Image, Verdict
from reader.export import defused, restored_cell, write_csv, write_jsonl
from reader.export_parquet import schema_of, write_parquet
from reader.whole_file import NotOverwritten, whole_file

Make = Callable[..., Any]
Run = Callable[..., tuple[int, bytes, str]]
FORMULAS = (
    "=1+1", "+86 10 1234", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\ttab", "  =1+1", "　=cmd|'/c calc'!A1",
    "＝1+1", "＋1", "－1", "＠x", "\ufeff=1", "\u200b=1", "\u202e=1", "\x1b=1", "'=1", "''=1", "\xa0-1", "\x00=1",
)  # fmt: skip
HARMLESS = ("", "桥修好了", "1+1=2", "'quoted'", "晴，-3 ℃", '"=1"', "、=1", "（-）", "a\n=1")


@pytest.fixture
def archive(path: Path, make_capture: Make, make_article: Make) -> Path:
    """Articles that are hard to write: formulas, commas, quotes, line ends, empty fields, dates alone, huge numbers."""
    hard = [
        {"headline": formula, "source": formula, "authors": (formula, "王二"), "body": (formula, "第二段"),
         "spam_title": formula}
        for formula in FORMULAS
    ]  # fmt: skip
    hard += [
        {"headline": 'a,b;"c"\t\\N', "source": "NULL", "body": ("一\r\n二", "\u2028三\x85四", "𠮷野家")},
        {"source": None, "authors": (), "credits": (), "images": (), "published_at": None, "view_count": None,
         "breadcrumb": (), "verdict": Verdict(), "repairs": {}},
        {"published_at": "2026-02-11", "view_count": 2**53 - 1, "headline": "007", "source": "NaN"},
        {"published_at": "1999-12-31T23:59:59-05:00", "credits": (Credit(role="摄影", names=("=甲", "乙")),)},
        {"images": (Image(src="http://i.example/a,b.jpg", caption="=1"), Image(src="x", alt='"')), "headline": "图"},
    ]  # fmt: skip
    with writing(path) as db:
        for number, fields in enumerate(hard):
            url = f"http://hard.example/{number}.html"
            spam = fields.pop("spam_title", None)
            verdict = {"verdict": Verdict(hijacked=True, spam_title=spam)} if spam else {}
            body = fields.get("body", ("正文。",))
            capture_id = keep_capture(db, make_capture(f"<p>{number}</p>", url=url, day=number))
            given = {"body": body, "body_raw": body, "notes": (), **verdict, **fields}
            keep_article(db, capture_id, make_article(url=url, **given))
    return path


@pytest.fixture
def stored(archive: Path) -> list[dict[str, Any]]:
    """What the archive holds, not asked by the code under test."""
    with reading(archive) as db:
        return list(db.query("SELECT * FROM versions JOIN articles ON articles.id = article_id ORDER BY article_id"))


@pytest.fixture
def export(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    def run(name: str, *arguments: object) -> Path:
        file = tmp_path / name
        given = arguments or ("--fields", ",".join(column.name for column in COLUMNS))
        command = ["repost", "export", "-q", "-o", str(file), "--db", str(archive), *map(str, given)]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return file

    return run


@pytest.fixture
def repost(archive: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: object) -> tuple[int, bytes, str]:
        monkeypatch.setattr(sys, "argv", ["repost", "export", *map(str, arguments), "--db", str(archive)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfdbinary.readouterr()
        return int(ended.value.code or 0), out, err.decode()

    return run


def _same(read: list[dict[str, Any]], stored: list[dict[str, Any]]) -> None:
    """Every field that was read is what the archive holds; values as Python has them."""
    assert len(read) == len(stored) == 27
    for got, row in zip(read, stored, strict=True):
        for name in ("url", "headline", "kicker", "subtitle", "source", "declared_url", "spam_title", "view_count",
                     "digest", "encoding", "script", "damage", "headline_raw", "published_raw", "source_raw",
                     "authors_raw", "site_name", "url_key", "site", "spam_link_count", "version", "article_id",
                     "cleaner", "view_count_raw"):  # fmt: skip
            assert got[name] == row[name], name
        for name in ("authors", "breadcrumb", "notices", "body", "credits_raw"):
            assert got[name] == json.loads(row[name]), name
        assert got["text"] == "\n".join(json.loads(row["body"]))
        assert got["body_raw"] == json.loads(row["body_raw"] or row["body"])
        assert got["hijacked"] is bool(row["hijacked"])
        for name in ("first_seen", "last_seen", "fetched_at"):
            assert got[name] == datetime.fromisoformat(row[name]), name
        published = row["published_at"] or ""
        assert got["published_at"] == (datetime.fromisoformat(published) if "T" in published else None)
        assert got["published_on"] == (date.fromisoformat(published[:10]) if published else None)
        counts = json.loads(row["repairs"])
        assert got["doubtful"] == counts.pop("doubtful", 0)
        assert got["repairs"] == sum(counts.values())
        assert {item["rule"]: item["places"] for item in got["repairs_by_rule"]} == counts
        assert got["captures"] == 1
        assert got["family_id"] is None
        assert set(got) == {column.name for column in COLUMNS}
    assert read[24]["credits"] == [{"role": "编辑", "names": ["张三"]}, {"role": "监制", "names": []}]
    assert read[25]["credits"] == [{"role": "摄影", "names": ["=甲", "乙"]}]
    assert read[26]["images"] == [
        {"src": "http://i.example/a,b.jpg", "alt": None, "caption": "=1"}, {"src": "x", "alt": '"', "caption": None},
    ]  # fmt: skip


def _from_text(cell: str | None, kind: Kind) -> Any:
    """A CSV cell as docs/exports.md says to read it."""
    if kind in {Kind.TEXTS, Kind.RECORDS}:
        return json.loads(cell or "[]")
    if not cell:
        return None
    read = {
        Kind.INTEGER: int, Kind.BOOLEAN: lambda text: text == "true", Kind.TIMESTAMP: datetime.fromisoformat,
        Kind.DATE: date.fromisoformat, Kind.TEXT: restored_cell,
    }  # fmt: skip
    return read[kind](cell)


def _typed(row: dict[str, str]) -> dict[str, Any]:
    return {column.name: _from_text(row[column.name], column.kind) for column in COLUMNS}


def test_csv_read_back_is_the_archive(export: Make, stored: list[dict[str, Any]]) -> None:
    with export("all.csv").open(encoding="utf-8", newline="") as file:
        _same([_typed(row) for row in csv.DictReader(file)], stored)


@pytest.mark.parametrize("reader", ["pandas", "polars", "duckdb"])
def test_csv_read_by_others_is_the_archive(reader: str, export: Make, stored: list[dict[str, Any]]) -> None:
    file = export("all.csv")
    if reader == "pandas":
        table = pd.read_csv(file, dtype=str, keep_default_na=False).to_dict("records")
    elif reader == "polars":
        table = pl.read_csv(file, infer_schema=False).to_dicts()
    else:
        found = duckdb.read_csv(str(file), all_varchar=True)
        table = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    _same([_typed(row) for row in table], stored)


@pytest.mark.parametrize("reader", ["json", "pandas", "polars", "duckdb"])
def test_json_lines_read_back_are_the_archive(reader: str, export: Make, stored: list[dict[str, Any]]) -> None:
    file = export("all.jsonl")
    if reader == "json":
        table = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    elif reader == "pandas":
        frame = pd.read_json(file, lines=True, dtype=False)
        table = frame.astype(object).where(frame.notna(), None).to_dict("records")
    elif reader == "polars":
        table = pl.read_ndjson(file, infer_schema_length=None).to_dicts()
    else:
        types = {column.name: "JSON" for column in COLUMNS}
        found = duckdb.read_json(str(file), format="newline_delimited", columns=types)
        table = [
            dict(zip(found.columns, [cell and json.loads(cell) for cell in row], strict=True))
            for row in found.fetchall()
        ]
    for row in table:
        for column in COLUMNS:
            value = row[column.name]
            if column.kind is Kind.TIMESTAMP and value is not None:
                row[column.name] = datetime.fromisoformat(value)
            elif column.kind is Kind.DATE and value is not None:
                row[column.name] = date.fromisoformat(value)
            elif column.kind is Kind.INTEGER and value is not None:
                row[column.name] = int(value)
    _same(table, stored)


@pytest.mark.parametrize("reader", ["pandas", "polars", "duckdb"])
def test_parquet_read_back_is_the_archive_with_its_types(
    reader: str, export: Make, stored: list[dict[str, Any]]
) -> None:
    file = export("all.parquet")
    if reader == "pandas":
        frame = pd.read_parquet(file, dtype_backend="pyarrow")
        assert str(frame.dtypes["published_at"]) == "timestamp[us, tz=UTC][pyarrow]"
        table = [{name: _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]
    elif reader == "polars":
        frame = pl.read_parquet(file)
        assert frame.schema["fetched_at"] == pl.Datetime("us", "UTC")
        assert frame.schema["authors"] == pl.List(pl.String)
        assert frame.schema["credits"] == pl.List(pl.Struct({"role": pl.String, "names": pl.List(pl.String)}))
        assert frame.schema["hijacked"] == pl.Boolean
        table = frame.to_dicts()
    else:
        found = duckdb.read_parquet(str(file))
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        assert (types["published_at"], types["published_on"]) == ("TIMESTAMP WITH TIME ZONE", "DATE")
        assert (types["view_count"], types["body"]) == ("BIGINT", "VARCHAR[]")
        table = found.to_arrow_table().to_pylist()
    _same(table, stored)


def _plain(value: Any) -> Any:
    """A value out of pandas as Python has it."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {name: _plain(item) for name, item in value.items()} if isinstance(value, dict) else value


def test_columns_are_documented_in_the_parquet_schema() -> None:
    described = {field.name: field.metadata[b"description"].decode() for field in schema_of(COLUMNS)}
    assert described == {column.name: column.doc for column in COLUMNS}


# -- CSV and spreadsheets


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert restored_cell(defused(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_alone(text: str) -> None:
    assert defused(text) == text
    assert restored_cell(text) == text


def test_no_cell_of_an_export_is_a_formula(export: Make) -> None:
    for line in csv.reader(io.StringIO(export("all.csv").read_text(encoding="utf-8"), newline="")):
        for cell in line:
            assert not cell.lstrip("\x00\x1b\ufeff\u200b\u202e\xa0　 \t\r\n").startswith(tuple("=+@＝＋－＠"))
            assert cell[:1] not in {"\t", "\r", "\n"}


def test_excel_is_told_the_encoding_where_asked(export: Make) -> None:
    assert export("bom.csv", "--bom").read_bytes().startswith(b"\xef\xbb\xbfarticle_id,")
    assert export("plain.csv").read_bytes().startswith(b"article_id,")


# -- which articles, which columns, where to


def test_only_what_is_asked_for(repost: Run) -> None:
    code, out, _ = repost("--format", "jsonl", "--fields", "headline, article_id", "--query", "野家")
    assert (code, [json.loads(line) for line in out.splitlines()]) == (
        0, [{"headline": 'a,b;"c"\t\\N', "article_id": 23}]
    )  # fmt: skip
    assert repost("--format", "jsonl", "--since", "2026-02-12")[1] == b""
    hijacked = repost("--format", "csv", "--fields", "article_id", "--not-hijacked")[1]
    assert hijacked.decode().split() == ["article_id", "24"]


def test_articles_come_in_the_order_asked_for(archive: Path) -> None:
    with reading(archive) as db:
        columns = columns_named(["article_id"])
        assert list(rows(db, columns, iter([5, 2, 999, 9]))) == [(5,), (2,), (9,)]
        assert list(rows(db, columns, [])) == []
        assert [row[0] for row in rows(db, columns)] == list(range(1, 28))


def test_an_unknown_field_is_said_with_those_there_are() -> None:
    with pytest.raises(ArchiveError, match=r"no field nothing; there are article_id, site"):
        columns_named(["url", "nothing"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say which --format"),
        (("-o", "x.txt"), "say which --format"),
        (("-f", "warc", "--fields", "url"), "--fields goes with tables"),
        (("--warc", "x.warc.gz", "-o", "y.csv"), "--warc FILE says both the format and the file"),
        (("--warc", "x.warc.gz", "-f", "csv"), "--warc FILE says both the format and the file"),
        (("-f", "jsonl", "--bom"), "--bom goes with CSV"),
        (("-f", "csv", "--fields", "nothing"), "no field nothing"),
        (("-f", "csv", "--query", "("), "(see:"),
        (("-f", "csv", "--family", "99"), "no family 99"),
        (("-o", "/nowhere/x.csv"), "/nowhere/x.csv"),
    ],
)
def test_wrong_usage_is_one_line(repost: Run, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = repost(*arguments)
    assert (code, out, err.count("\n")) == (2, b"", 1)
    assert message in err


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "warc"])
def test_every_format_goes_to_standard_output_too(form: str, repost: Run, tmp_path: Path) -> None:
    code, out, err = repost("--format", form)
    assert (code, err) == (0, "")
    assert out[:2] in {b"ar", b'{"', b"PA", b"\x1f\x8b"}
    assert repost("--format", form, "-o", tmp_path / "out")[0] == 0
    if form != "warc":  # it has the time of writing in it
        assert (tmp_path / "out").read_bytes() == out


def test_a_warc_of_some_articles_has_their_captures(repost: Run, tmp_path: Path) -> None:
    code, _, err = repost("-o", tmp_path / "some.warc.gz", "--query", "野家")
    assert code == 0
    assert "1 capture, " in err


def test_parquet_without_pyarrow_says_what_to_do(repost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.console.find_spec", lambda _: None)
    code, _, err = repost("--format", "parquet")
    assert (code, err.count("\n")) == (2, 1)
    assert 'needs the extra "parquet"' in err


# -- a file is whole, or as it was


def test_a_file_is_replaced_when_the_new_one_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"old")
    file.chmod(0o640)
    with whole_file(file) as stream:
        stream.write(b"new")
        assert file.read_bytes() == b"old"
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"old")
    with pytest.raises(TypeError), whole_file(file) as stream:
        stream.writelines([b"half", "no bytes"])
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_archive_is_not_written_over(archive: Path, repost: Run) -> None:
    before = archive.read_bytes()
    with pytest.raises(NotOverwritten), whole_file(archive):
        pass
    code, _, err = repost("--format", "csv", "-o", archive)
    assert (code, "a database stands there" in err) == (2, True)
    assert archive.read_bytes() == before


def test_a_device_is_written_to_and_a_link_leads_on(tmp_path: Path) -> None:
    with whole_file(Path("/dev/null")) as stream:
        stream.write(b"x")
    assert Path("/dev/null").is_char_device()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with whole_file(tmp_path / "link") as stream:
        stream.write(b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"x"


def test_a_full_disk_is_one_line(repost: Run) -> None:
    for form in ("csv", "jsonl", "parquet", "warc"):
        code, _, err = repost("--format", form, "-o", "/dev/full")
        assert (code, err.count("\n"), "/dev/full: No space left on device" in err) == (4, 1, True), form


def test_memory_does_not_grow_with_the_archive(archive: Path) -> None:
    """Rows come one by one: the second is not read before the first was taken."""
    with reading(archive) as db:
        given: Iterator[Any] = rows(db, columns_named(["article_id"]), _counted(seen := []))
        next(given)
        assert len(seen) <= 500


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_parquet])
def test_an_export_needs_no_more_memory_for_more_rows(
    write: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times the rows take as much: they have gone out, all but the last group, when the last one is asked for."""
    monkeypatch.setattr("reader.export_parquet.GROUP", group := 100)
    columns = columns_named(["article_id", "headline", "text"])

    def peak(number: int) -> int:
        with (tmp_path / "out").open("wb") as stream:

            def given() -> Iterator[Any]:
                for row in range(number):
                    yield row, f"第 {row} 篇", f"{row} 桥修好了。" * 100
                gone.append(stream.tell())

            gone: list[int] = []
            tracemalloc.start()
            assert write(stream, columns, given()) == number
            memory = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            if number > 2 * group:
                assert gone[0] > stream.tell() * 0.5  # a Parquet file ends with its index
        return memory

    peak(10)  # what is loaded at first use
    assert peak(20 * group) < 1.5 * peak(2 * group)


def _counted(seen: list[int]) -> Iterator[int]:
    for number in range(1, 100_000):
        seen.append(number)
        yield 1


def test_a_damaged_list_is_an_empty_one(archive: Path) -> None:
    with writing(archive) as db:
        db.execute("UPDATE versions SET authors = 'no JSON', breadcrumb = '{}', published_at = 'soon, at noon'")
    with reading(archive) as db:
        columns = columns_named(["authors", "breadcrumb", "published_at", "published_on", "article_id"])
        assert next(rows(db, columns)) == ([], [], None, None, 1)


def test_a_time_without_zone_is_taken_for_utc(archive: Path) -> None:
    with writing(archive) as db:
        db.execute("UPDATE versions SET published_at = '2026-02-11T15:49:41'")
    with reading(archive) as db:
        assert next(rows(db, columns_named(["published_at"]))) == (datetime(2026, 2, 11, 15, 49, 41, tzinfo=UTC),)

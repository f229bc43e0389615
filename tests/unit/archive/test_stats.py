"""Figures, the report made of them, and what `repost stats` prints."""

import base64
import csv
import io
import json
import re
import struct
import sys
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlite_utils import Database

from archive.connect import reading, writing
from archive.stats import Figure, Scope, figures
from archive.write import keep_article, keep_capture, keep_rejection
from cli.main import main
from crawler.items import Reason, Rejected, Verdict
from pipelines.fingerprint import fingerprint
from reader.report import Imprint, csv_of, report_html
from reader.report_pictures import png, svg
from reader.report_plots import _CHARTS, BARS, CONFIG, chart, label, sizes_in_classes
from reader.stats_text import stats_tables

Make = Callable[..., Any]
Run = Callable[..., tuple[int, str, str]]
HOSTILE = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\x1b[31m=1+1"
STORY = (
    "清晨的渡口还没有雾，撑船的老人把缆绳解开，说今天是最后一班，明天起大家就从桥上走了。",
    "桥修了三年，两岸的人都来看过，有人带着孩子，指给他们看水里的石墩和从前的码头。",
    "镇上打算把旧船留下，放在岸边的棚子里，旁边立一块牌子，写上这条河四十年的班次。",
)


@pytest.fixture
def archive(path: Path, make_capture: Make, make_record: Make) -> Path:
    """Five articles on two sites, two of them one story, one without date, one hostile; and a rejected page."""
    given: list[dict[str, Any]] = [
        {"site": "a.example", "published_at": "2026-02-11T15:49:41+08:00", "source": "云溪日报", "body": STORY},
        {"site": "b.example", "published_at": "2026-02-12T03:49:41+08:00", "source": "云溪日报", "body": STORY},
        {"site": "b.example", "published_at": "2026-02-11", "source": "蓝桥晚报", "damage": "converted"},
        {"site": "b.example", "published_at": None, "source": None, "authors": ()},
        {"site": "a.example", "published_at": "2026-02-11T01:00:00+08:00", "source": HOSTILE, "headline": HOSTILE,
         "damage": HOSTILE},
    ]  # fmt: skip
    with writing(path) as db:
        for number, fields in enumerate(given):
            site = fields.pop("site")
            url = f"http://{site}/{number}.html"
            capture = make_capture(f"<p>{number}</p>", url=url, day=number, site=site)
            body = fields.setdefault("body", (f"第 {number} 篇的正文，与别的都不一样。",))
            verdict = Verdict(hijacked=site == "b.example" and number < 3)
            record = make_record(
                url=url, fetched_at=capture.fetched_at, body_raw=body, notes=(), verdict=verdict,
                **{"headline_raw": fields.get("headline", "标题"), "headline": "标题", **fields},
            )  # fmt: skip
            keep_article(db, keep_capture(db, capture), fingerprint(record))
        spam = keep_capture(db, make_capture("<p>spam</p>", url="http://b.example/spam", site="b.example"))
        keep_rejection(db, spam, Rejected(Reason.ONLY_SPAM, "spam", verdict=Verdict(hijacked=True)))
    return path


@pytest.fixture
def found(archive: Path) -> tuple[Scope, dict[str, Figure]]:
    with reading(archive) as db:
        scope, each = figures(db)
    return scope, {figure.name: figure for figure in each}


@pytest.fixture
def repost(archive: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["repost", *map(str, arguments), "--db", str(archive)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_the_scope_is_counted(found: tuple[Scope, dict[str, Figure]]) -> None:
    assert found[0] == Scope(articles=5, sites=2, captures=5, first="2026-02-11", last="2026-02-12")


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("articles-a-day", (
            ("2026-02-11", "a.example", 2), ("2026-02-11", "b.example", 1), ("2026-02-12", "b.example", 1),
        )),
        ("sources", (("云溪日报", 2, 0.5), (HOSTILE, 1, 0.25), ("蓝桥晚报", 1, 0.25))),
        ("family-sizes", ((2, 1),)),
        ("family-spread", ((1, "标题", "2026-02-11T15:49:41+08:00", "a.example", 0.0, 1),
                           (1, "标题", "2026-02-12T03:49:41+08:00", "b.example", 12.0, 2))),
        ("damage", (("annotated", 3, 9, 3), (HOSTILE, 1, 3, 1), ("converted", 1, 3, 1))),
        ("hijack-timeline", (
            ("2026-02-11", "a.example", 1, 0), ("2026-02-11", "b.example", 1, 1), ("2026-02-12", "b.example", 1, 1),
            ("2026-02-13", "b.example", 1, 1), ("2026-02-14", "b.example", 1, 0), ("2026-02-15", "a.example", 1, 0),
        )),
        ("hijack-share", (("b.example", 4, 3, 0.75), ("a.example", 2, 0, 0.0))),
    ],
)  # fmt: skip
def test_a_figure_is_what_the_archive_holds(name: str, rows: object, found: tuple[Scope, dict[str, Figure]]) -> None:
    assert found[1][name].rows == rows


def test_field_coverage_is_a_share_by_site(found: tuple[Scope, dict[str, Figure]]) -> None:
    shares = {(site, field): share for site, field, _, share in found[1]["field-coverage"].rows}
    assert shares["a.example", "publication time"] == 1.0
    assert shares["b.example", "publication time"] == pytest.approx(2 / 3, abs=1e-4)
    assert shares["b.example", "authors"] == pytest.approx(2 / 3, abs=1e-4)
    assert shares["b.example", "pictures"] == 1.0


def test_sites_are_labelled_by_what_most_of_their_pages_call_them(
    db: Database, make_capture: Make, make_article: Make
) -> None:
    for number, name in enumerate(("云渡在线", "云渡在线", "阿在线", None)):
        url = f"http://a.example/{number}"
        capture = make_capture(url=url, site="a.example", body=str(number))
        keep_article(db, keep_capture(db, capture), make_article(url=url, site_name=name, verdict=Verdict()))
    keep_rejection(
        db, keep_capture(db, make_capture("x", url="http://b.example/", site="b.example")),
        Rejected(Reason.ONLY_SPAM, "x", verdict=Verdict(hijacked=True)),
    )  # fmt: skip
    of_sites = [figure for figure in figures(db)[1] if "site" in figure.columns and figure.name != "family-spread"]
    assert len(of_sites) == 4
    for figure in of_sites:
        assert "云渡在线 a.example" in str(chart(figure)), figure.name
        assert "云渡" not in str(figure.rows), "the table has the key alone, to be joined by"
    assert "'b.example'" in str(chart(of_sites[1])), "a site without an article has no name"


def test_figures_of_some_articles_know_nothing_of_others(archive: Path) -> None:
    with reading(archive) as db:
        scope, some = figures(db, iter([3]))
    assert scope == Scope(articles=1, sites=1, captures=1, first="2026-02-11", last="2026-02-11")
    by_name = {figure.name: figure.rows for figure in some}
    assert by_name["sources"] == (("蓝桥晚报", 1, 1.0),)
    assert by_name["hijack-share"] == (("b.example", 1, 1, 1.0),)  # without the page that gave no article
    assert by_name["family-spread"] == ()


def test_an_empty_archive_has_empty_figures(db: Database) -> None:
    scope, each = figures(db)
    assert scope == Scope(articles=0, sites=0, captures=0, first=None, last=None)
    assert all(figure.rows == () and chart(figure) is None for figure in each)
    assert "Nothing to show." in "".join(report_html(_imprint(), scope, each, svg))


# -- plots


def test_every_figure_has_a_plot_with_its_chinese(found: tuple[Scope, dict[str, Figure]]) -> None:
    drawn = {name: svg(figure) for name, figure in found[1].items()}
    for name, picture in drawn.items():
        assert picture is not None, name
        assert picture.startswith("<svg"), name
        assert "<script" not in picture, name
    assert "云溪日报" in (drawn["sources"] or "")
    assert "Noto Sans SC" in (drawn["sources"] or "")


def test_a_picture_is_a_png_drawn_with_the_chinese_font(found: tuple[Scope, dict[str, Figure]]) -> None:
    picture = png(found[1]["damage"])
    assert picture is not None
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 1_500 and height > 100  # noqa: PT018 - one size


def test_han_are_drawn_and_not_boxes() -> None:
    """Two characters without a glyph would be the same box."""
    one, other = (png(_figure("damage", (("台", 1, 0, 0),))), png(_figure("damage", (("湾", 1, 0, 0),))))
    assert one != other


@pytest.mark.parametrize("number", [1, BARS, BARS + 30])
def test_more_than_can_be_told_apart_is_put_together(number: int) -> None:
    rows = tuple((f"来源{n}" + "很长" * 40, 1, 1 / number) for n in range(number))
    spec = chart(_figure("sources", rows))
    assert spec is not None
    values = spec["data"]["values"]
    assert len(values) == min(number, BARS + 1)
    assert len({value["name"] for value in values}) == len(values)
    assert sum(value["value"] for value in values) == pytest.approx(1)


def test_a_long_time_is_shown_by_month() -> None:
    short, long = (
        chart(_figure("articles-a-day", (("2024-01-01", "s", 1), (last, "s", 1))))
        for last in ("2024-06-01", "2026-02-30")
    )
    assert short and long  # noqa: PT018 - both
    assert short["encoding"]["x"]["timeUnit"] == "yearmonthdate"
    assert long["encoding"]["x"]["timeUnit"] == "yearmonth"
    assert CONFIG["font"].startswith("Noto Sans SC")


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        (3, [("2", 1), ("3", 1), ("4", 1)]),
        (60, [*((str(size), 1) for size in range(2, 11)), ("11–20", 10), ("21–50", 30), ("51–100", 11)]),
        (2_000, [*((str(size), 1) for size in range(2, 11)), ("11–20", 10), ("21–50", 30), ("51–100", 50),
                 ("101–200", 100), ("201–500", 300), ("501–1,000", 500), ("over 1,000", 1_001)]),
    ],
)  # fmt: skip
def test_many_sizes_are_put_into_classes(sizes: int, shown: list[tuple[str, int]]) -> None:
    figure = _figure("family-sizes", tuple((size, 1) for size in range(2, 2 + sizes)))
    assert sizes_in_classes(figure) == shown


def test_a_month_of_captures_is_one_share() -> None:
    """Nine clean captures on one day and a hijacked one on another are a tenth, not a half."""
    days = (("2024-01-01", "s", 1, 0), ("2026-03-01", "s", 9, 0), ("2026-03-31", "s", 1, 1))
    spec = chart(_figure("hijack-timeline", days))
    assert spec is not None
    assert [(row["day"][:7], row["captures"], row["share"]) for row in spec["data"]["values"]] == [
        ("2024-01", 1, 0), ("2026-03", 10, 0.1),
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["2026-02-30", "2026-99-99", "0000-00-00", "9999-12-31", "0001-01-01"])
def test_days_that_there_are_not_are_survived(day: str) -> None:
    articles = _figure("articles-a-day", ((day, "s", 1), ("2026-02-11", "s", 1)))
    hijacks = _figure("hijack-timeline", ((day, "s", 1, 1), ("2026-02-11", "s", 1, 0)))
    for figure in (articles, hijacks):
        assert (svg(figure) or "").startswith("<svg")
        assert len(list(stats_tables([figure]))) > 2


def test_labels_hold_nothing_that_is_not_seen() -> None:
    assert label(HOSTILE, 200).count("�") == 2
    assert label("一" * 50) == "一" * 39 + "…"
    assert label("一\n 二") == "一 二"


# -- the report


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def _imprint(**fields: Any) -> Imprint:
    return Imprint(**{"subject": "a.db", "made": "2026-02-12", "program": "1", "font": True, **fields})


def _printed(figure: Figure) -> str:
    console = Console(file=io.StringIO(), width=80)
    for part in stats_tables([figure]):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _figure(name: str, rows: tuple[tuple[Any, ...], ...]) -> Figure:
    columns = tuple(f"c{number}" for number in range(len(rows[0])))
    return Figure(name=name, title="t", note="n", columns=columns, rows=rows)


@pytest.fixture
def page(found: tuple[Scope, dict[str, Figure]]) -> str:
    scope, each = found
    return "".join(report_html(_imprint(subject=HOSTILE), scope, tuple(each.values()), svg))


def test_the_report_runs_nothing_and_asks_nobody(page: str) -> None:
    seen = _Seen()
    seen.feed(page)
    assert {"script", "iframe", "object", "link", "base", "form"}.isdisjoint(seen.tags)
    for name, value in seen.attributes:
        assert not name.startswith("on")
        if name in {"src", "href"}:
            assert value.startswith(("data:image/svg+xml;base64,", "data:text/csv;charset=utf-8;base64,", "#"))
    assert "default-src 'none'" in page
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_the_numbers_behind_each_plot_can_be_had(page: str, found: tuple[Scope, dict[str, Figure]]) -> None:
    links = re.findall(r'<a download="([a-z-]+)\.csv" href="data:text/csv;charset=utf-8;base64,([^"]+)"', page)
    assert [name for name, _ in links] == list(found[1])
    for name, encoded in links:
        text = base64.b64decode(encoded).decode("utf-8-sig")
        columns, *rows = csv.reader(io.StringIO(text, newline=""))
        assert tuple(columns) == found[1][name].columns
        assert len(rows) == len(found[1][name].rows)


def test_the_numbers_are_safe_in_a_spreadsheet() -> None:
    text = csv_of(_figure("sources", (("=1+1", -1, 0.5), (" @x", 2, 0.5))))
    assert text.splitlines()[1:] == ["'=1+1,-1,0.5", "' @x,2,0.5"]


def test_every_plot_has_its_table_and_an_alternative_text(page: str) -> None:
    assert page.count("<img alt=") == page.count("<table>") == page.count("<section id=") == 8
    assert page.count('lang="en"') == 1


def test_a_missing_font_is_said(found: tuple[Scope, dict[str, Figure]]) -> None:
    assert "without a Chinese font" in "".join(report_html(_imprint(font=False), found[0], (), svg))


# -- the commands


def test_a_report_and_pictures_are_written(repost: Run, tmp_path: Path) -> None:
    code, out, err = repost("report", "-o", tmp_path / "r.html", "--png", tmp_path / "png", "--site", "b.example")
    assert (code, out) == (0, "")
    assert "3 articles" in err
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "site b.example" in page
    assert {file.suffix for file in (tmp_path / "png").iterdir()} == {".png"}
    drawn = {file.stem for file in (tmp_path / "png").iterdir()}
    assert drawn == {*_CHARTS} - {"family-spread"}  # of the one story, this site has one copy


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((), "say where to"), (("-o", "/nowhere/r.html"), "/nowhere/r.html"), (("-o", "{db}"), "a database stands there")],
)
def test_wrong_usage_is_one_line(repost: Run, archive: Path, arguments: tuple[str, ...], message: str) -> None:
    code, _, err = repost("report", *(part.format(db=archive) for part in arguments))
    assert (code, err.count("\n"), message in err) == (2, 1, True)


def test_a_report_without_its_extra_says_what_to_do(
    repost: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cli.console.find_spec", lambda _: None)
    code, _, err = repost("report", "-o", tmp_path / "r.html")
    assert (code, err.count("\n"), 'the extra "report"' in err) == (2, 1, True)


def test_stats_are_tables_that_do_not_drive_the_terminal(repost: Run) -> None:
    code, out, err = repost("stats")
    assert (code, err) == (0, "")
    assert out.startswith("5 articles on 2 sites, from 5 captures, published from 2026-02-11 to 2026-02-12")
    assert "云溪日报" in out
    assert "█" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ((("2026-02-11", "s", 4, 0), ("2026-02-13", "s", 4, 4)), "s            8         4  ▁·█"),
        ((("2026-01-11", "s", 4, 1), ("2026-03-13", "s", 4, 4)), "s            8         5  ▃·█"),
        ((("0001-01-01", "s", 1, 1), ("2026-03-13", "s", 4, 0)), "s            5         1  " + "·" * 39 + "▁"),
    ],
)
def test_a_line_of_blocks_is_the_hijacks_of_a_site(rows: tuple[tuple[Any, ...], ...], line: str) -> None:
    assert line in _printed(_figure("hijack-timeline", rows))


def test_a_line_of_blocks_is_how_a_family_grew() -> None:
    rows = tuple(
        (7, "标题", "2026-02-11T08:00+08:00", "s", hour, copies) for copies, hour in enumerate((0.0, 0.3, 9.0), 1)
    )
    assert "     7  标题      2026-02-11       3      9  ▃▆▆▆▆▆▆▆▆▆▆▆▆█" in _printed(_figure("family-spread", rows))


def test_stats_fit_a_terminal_of_eighty_columns(found: tuple[Scope, dict[str, Figure]]) -> None:
    lines = _printed(found[1]["field-coverage"]).splitlines()
    assert lines[3].rstrip() == "site      all time source authors credits section views pictures address"
    assert lines[4].rstrip() == "b.example   3  67%    67%     67%    100%    100%  100%     100%      0%"


def test_where_there_is_nothing_one_line_says_so(repost: Run) -> None:
    assert repost("stats", "--since", "2030") == (0, "0 articles on 0 sites, from 0 captures\n", "")


def test_stats_as_json_have_every_row(repost: Run, found: tuple[Scope, dict[str, Figure]]) -> None:
    rows = [json.loads(line) for line in repost("stats", "--json")[1].splitlines()]
    assert len(rows) == sum(len(figure.rows) for figure in found[1].values())
    assert {"figure": "family-sizes", "members": 2, "families": 1} in rows


def test_a_longer_figure_says_how_much_is_left_out(
    repost: Run, archive: Path, make_capture: Make, make_record: Make
) -> None:
    with writing(archive) as db:
        for number in range(25):
            capture = make_capture(
                f"{number}", url=f"http://c.example/{number}", fetched_at=make_capture().fetched_at + timedelta(1)
            )
            record = make_record(url=capture.url, fetched_at=capture.fetched_at, source=f"来源{number}", notes=())
            keep_article(db, keep_capture(db, capture), fingerprint(record))
    assert "… 8 more" in repost("stats")[1]

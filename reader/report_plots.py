"""Figures as Vega-Lite charts: plain data, so nothing is needed to describe them.

Every chart shows at most what a reader can tell apart, and says so where it leaves something out; the table behind it
has all of it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from archive.stats import Cell, Figure

Spec = Mapping[str, Any]
WIDTH = 760
BARS = 20  # of one chart
LAYERS = 8  # colours that can be told apart
BY_DAY = 400  # days; over more of them, bars of a day are thinner than a line
SIZES = (10, 20, 50, 100, 200, 500, 1_000)  # of families: where the classes end
HOURS = 96  # a spread that took longer is shown in days
OTHERS = "others"
_YEAR = re.compile(r"(?!0000)[0-9]{4}")
_DATE_FORMAT = {"yearmonthdate": "%Y-%m-%d", "yearmonth": "%Y-%m"}
_UNITS = {"yearmonthdate": "day", "yearmonth": "month"}
_COUNTS: Mapping[str, Any] = {"tickMinStep": 1, "format": ",d"}  # there is no half of an article

# What no label may hold: controls, which XML cannot have, and what turns the direction of writing.
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff]")
_INK, _QUIET, _ACCENT, _BAD, _GREY = "#20242a", "#5a6068", "#0f6b70", "#b3261e", "#9aa0a6"
CONFIG: Spec = {
    "font": "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif",  # the first is ours
    "background": "white",
    "padding": 12,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK, "titleColor": _QUIET, "titleFontWeight": "normal", "labelFontSize": 12,
        "titleFontSize": 12, "gridColor": "#e6e3dc", "domainColor": "#b8b4aa", "tickColor": "#b8b4aa",
        "labelLimit": 300,
    },
    "legend": {"labelColor": _INK, "titleColor": _QUIET, "titleFontWeight": "normal", "labelFontSize": 12,
               "labelLimit": 300},
    "bar": {"color": _ACCENT},
    "range": {"category": ["#0f6b70", "#d9822b", "#5b6abf", "#a23b72", "#6b8e23", "#c9a227", "#3b8ea5", "#8c564b",
                           _GREY]},
}  # fmt: skip


def label(text: Cell, length: int = 40) -> str:
    r"""A text as a label: on one line, not too long, nothing in it that is not shown.

    >>> label("台\x1b[31m湾\u202e", 5)
    '台�[3…'
    """
    shown = _UNSHOWN.sub("�", " ".join(str(text).split()))
    return shown if len(shown) <= length else f"{shown[: length - 1]}…"


def site_label(figure: Figure, site: Cell) -> str:
    """A site as a label: what it calls itself, where it does, and its key, which tells sites of one name apart."""
    name = figure.names.get(str(site))
    return label(f"{label(name, 12)} {site}" if name else site)


def sizes_in_classes(figure: Figure) -> list[tuple[str, int]]:
    """How many families there are of each size; where sizes are many, in classes: 2, 3 … 10, 11–20, 21–50."""
    counts: dict[str, int] = defaultdict(int)
    for members, families in figure.rows:
        size = int(_number(members))
        name = str(size) if len(figure.rows) <= BARS else _size_class(size)
        counts[name] += int(_number(families))
    return list(counts.items())


def chart(figure: Figure) -> Spec | None:
    """A figure's chart; None where there is nothing to show."""
    if not figure.rows:
        return None
    return {"config": CONFIG, "width": WIDTH, **_CHARTS[figure.name](figure)}


def _articles_a_day(figure: Figure) -> Spec:
    largest = _largest(((site, count) for _, site, count in figure.rows), LAYERS)
    unit, length = _time_unit(day for day, _, _ in figure.rows)
    counts: dict[tuple[str, str], float] = defaultdict(float)
    highest: dict[str, float] = defaultdict(float)
    for day, site, count in figure.rows:
        shown = site_label(figure, site) if site in largest else OTHERS
        counts[_period(day, length), shown] += _number(count)
        highest[_period(day, length)] += _number(count)
    return {
        "height": 260,
        "data": _data(("day", "site", "articles"), ((day, site, n) for (day, site), n in counts.items())),
        "mark": {"type": "bar", "tooltip": None},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "timeUnit": unit, "title": f"{_UNITS[unit]} published",
                  "axis": {"grid": False, "format": _DATE_FORMAT[unit], "labelOverlap": "greedy"}},
            "y": {"field": "articles", "type": "quantitative", "title": "articles",
                  "axis": {**_COUNTS, "tickCount": min(6, max(highest.values()))}},
            "color": {"field": "site", "type": "nominal", "title": None, "sort": _names(figure, largest)},
            "order": {"field": "site"},
        },
    }  # fmt: skip


def _sources(figure: Figure) -> Spec:
    shown = [(label(source), share, f"{_number(share):.1%}  ({count})") for source, count, share in figure.rows[:BARS]]
    if len(figure.rows) > BARS:
        rest = figure.rows[BARS:]
        share, count = sum(_number(row[2]) for row in rest), sum(int(_number(row[1])) for row in rest)
        shown.append((f"{len(rest):,} {OTHERS}", share, f"{share:.1%}  ({count})"))
    return _bars(shown, "share of articles", axis={"format": ".0%"})


def _families(figure: Figure) -> Spec:
    return {
        "height": 220,
        "data": _data(figure.columns, sizes_in_classes(figure)),
        "encoding": {
            "x": {"field": "members", "type": "ordinal", "sort": None, "axis": {"labelAngle": 0}, "title": "members"},
            "y": {"field": "families", "type": "quantitative", "axis": _COUNTS},
        },
        "layer": [
            {"mark": {"type": "bar", "width": {"band": 0.7}}},
            {"mark": {"type": "text", "dy": -7, "color": _INK}, "encoding": {"text": {"field": "families"}}},
        ],
    }


def _spread(figure: Figure) -> Spec:
    longest = max(_number(row[4]) for row in figure.rows)
    unit, per = ("days", 24) if longest > HOURS else ("hours", 1)
    names = {row[0]: f"{row[0]}  {label(row[1], 22)}" for row in figure.rows}
    data = [(names[row[0]], _number(row[4]) / per, row[5]) for row in figure.rows]
    return {
        "height": 280,
        "data": _data(("family", "after", "copies"), data),
        "mark": {"type": "line", "interpolate": "step-after", "point": {"size": 28}, "strokeWidth": 2, "opacity": 0.85},
        "encoding": {
            "x": {"field": "after", "type": "quantitative", "title": f"{unit} after the first copy",
                  "axis": {"tickCount": 10}},
            "y": {"field": "copies", "type": "quantitative", "axis": _COUNTS,
                  "scale": {"domainMin": 0}},
            "color": {"field": "family", "type": "nominal", "title": "family", "sort": list(names.values()),
                      "legend": {"orient": "bottom", "columns": 2, "labelLimit": 340}},
        },
    }  # fmt: skip


def _damage(figure: Figure) -> Spec:
    total = sum(_number(row[1]) for row in figure.rows)
    rows = [(label(damage), count, f"{count}  ({_number(count) / total:.1%})") for damage, count, *_ in figure.rows]
    return _bars(rows[:BARS], "articles", axis=_COUNTS)


def _hijacks(figure: Figure) -> Spec:
    largest = _largest(((site, _number(bad) * 1_000_000 + _number(n)) for _, site, n, bad in figure.rows), BARS)
    unit, length = _time_unit(row[0] for row in figure.rows)
    captures: dict[tuple[str, Cell], float] = defaultdict(float)
    hijacked: dict[tuple[str, Cell], float] = defaultdict(float)
    for day, site, number, bad in figure.rows:
        captures[_period(day, length), site] += _number(number)
        hijacked[_period(day, length), site] += _number(bad)
    rows = [
        (period, site_label(figure, site), number, hijacked[period, site] / number)
        for (period, site), number in captures.items()
        if site in largest and number
    ]
    return {
        "height": {"step": 24},
        "data": _data(("day", "site", "captures", "share"), rows),
        "mark": {"type": "circle", "opacity": 0.9},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "timeUnit": unit, "title": f"{_UNITS[unit]} fetched",
                  "axis": {"format": _DATE_FORMAT[unit], "labelOverlap": "greedy"}, "scale": {"padding": 14}},
            "y": {"field": "site", "type": "nominal", "sort": _names(figure, largest), "title": None,
                  "axis": {"grid": True}},
            "size": {"field": "captures", "type": "quantitative", "title": "captures",
                     "scale": {"range": [30, 420]}, "legend": {"tickCount": 3}},
            "color": {"field": "share", "type": "quantitative", "title": "hijacked",
                      "scale": {"domain": [0, 1], "range": ["#b9c6c4", _BAD], "interpolate": "rgb"},
                      "legend": {"format": ".0%", "gradientLength": 90, "tickCount": 3}},
        },
    }  # fmt: skip


def _hijacked_sites(figure: Figure) -> Spec:
    rows = [
        (site_label(figure, site), share, f"{_number(share):.0%}  ({bad} of {n})")
        for site, n, bad, share in figure.rows[:BARS]
    ]
    return _bars(rows, "share of captures", axis={"format": ".0%"}, color=_BAD)


def _coverage(figure: Figure) -> Spec:
    largest = _largest({site: articles for site, _, articles, _ in figure.rows}.items(), BARS)
    rows = [(site_label(figure, site), field, share) for site, field, _, share in figure.rows if site in largest]
    return {
        "height": {"step": 26},
        "data": _data(("site", "field", "share"), rows),
        "encoding": {
            "x": {"field": "field", "type": "nominal", "sort": None, "title": None,
                  "axis": {"orient": "top", "labelAngle": -25, "domain": False, "ticks": False}},
            "y": {"field": "site", "type": "nominal", "sort": _names(figure, largest), "title": None,
                  "axis": {"domain": False, "ticks": False}},
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "white", "strokeWidth": 2},
                "encoding": {
                    "color": {"field": "share", "type": "quantitative", "legend": None,
                              "scale": {"domain": [0, 1], "range": ["#f4efe6", _ACCENT], "interpolate": "rgb"}},
                },
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "text": {"field": "share", "type": "quantitative", "format": ".0%"},
                    "color": {"condition": {"test": "datum.share > 0.6", "value": "white"}, "value": _INK},
                },
            },
        ],
    }  # fmt: skip


_CHARTS: Mapping[str, Callable[[Figure], Spec]] = {
    "articles-a-day": _articles_a_day,
    "sources": _sources,
    "family-sizes": _families,
    "family-spread": _spread,
    "damage": _damage,
    "hijack-timeline": _hijacks,
    "hijack-share": _hijacked_sites,
    "field-coverage": _coverage,
}


def _bars(rows: Sequence[tuple[str, Cell, str]], title: str, *, axis: Spec, color: str = _ACCENT) -> Spec:
    """Horizontal bars, each with its name before it and its number behind it; one of all others is grey."""
    others = {"test": f"test(/^[0-9,]+ {OTHERS}$/, datum.name)", "value": _GREY}
    return {
        "height": {"step": 24},
        "data": _data(("name", "value", "shown"), _told_apart(rows)),
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None,
                  "axis": {"ticks": False, "domain": False}},
            "x": {"field": "value", "type": "quantitative", "title": title, "axis": {"tickCount": 10, **axis}},
        },
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.72}},
             "encoding": {"color": {"condition": others, "value": color}}},
            {"mark": {"type": "text", "align": "left", "dx": 5, "color": _INK},
             "encoding": {"text": {"field": "shown"}}},
        ],
    }  # fmt: skip


def _told_apart(rows: Iterable[tuple[str, Cell, str]]) -> Iterator[tuple[str, Cell, str]]:
    """The same with every name once: two long ones may be cut to the same label."""
    seen: Counter[str] = Counter()
    for name, value, shown in rows:
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), value, shown


def _data(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Spec:
    return {"values": [dict(zip(columns, row, strict=True)) for row in rows]}


def _largest(counts: Iterable[tuple[Cell, Cell]], limit: int) -> list[Cell]:
    """The names with the most, the first first."""
    total: dict[Cell, float] = defaultdict(float)
    for name, count in counts:
        total[name] += _number(count)
    return sorted(total, key=lambda name: -total[name])[:limit]


def _names(figure: Figure, largest: Iterable[Cell]) -> list[str]:
    return [*(site_label(figure, site) for site in largest), OTHERS]


def _size_class(size: int) -> str:
    for below, most in pairwise(SIZES):
        if below < size <= most:
            return f"{below + 1:,}–{most:,}"
    return f"{size:,}" if size <= SIZES[0] else f"over {SIZES[-1]:,}"


def _number(value: Cell) -> float:
    return float(value or 0) if not isinstance(value, str) else 0.0


def _time_unit(days: Iterable[Cell]) -> tuple[str, int]:
    """How finely an axis of days is divided, and how much of a day's name says so."""
    known = [day_of(str(day)) for day in days]
    long = (max(known) - min(known)).days > BY_DAY
    return ("yearmonth", len("2026-02")) if long else ("yearmonthdate", len("2026-02-11"))


def _period(day: Cell, length: int) -> str:
    """The day, or the first of its month, without a zone: that is midnight where the picture is drawn."""
    return f"{str(day)[:length]}-01"[: len("2026-02-11")] + "T00:00:00"


def day_of(text: str) -> date:
    """A day; where there is no such day, one near it."""
    try:
        return date.fromisoformat(text)
    except ValueError:  # the 30th of February, in an archive that others wrote
        return date.fromisoformat(f"{text[:4]}-01-01") if _YEAR.match(text) else date.min

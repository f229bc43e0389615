"""Dates and times as Chinese pages print them, in some ten microseconds a line.

Read are 2026-02-11 15:49:41, 2026年2月11日 15:49, 2026/2/11, 20260211, ISO 8601 with zone, 二〇二六年二月十一日,
民國115年2月11日, 下午3点49分, 02-11 15:49 (the year given from elsewhere), 昨天 15:49, 3小时前, and the English forms
that scripts and feeds write. No library reads all of these (dateparser 20 of 30, at 2 to 129 ms).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import IntEnum

LONGEST = 1000  # characters of a line that are searched: dates stand in short lines
OLDEST = 1990  # the year from which a page may have been published on the web

# one for one, so that offsets in the folded line are offsets in the line
_FOLD = str.maketrans(
    "０１２３４５６７８９：／－．，（）＋Ｏｏ　\xa0點時號國後週個兩—–",
    "0123456789:/-.,()+Oo  点时号国后周个两--",
)
_HAN = "〇零○Oo一二三四五六七八九"  # 二O二六年 with the Latin letter is how most keyboards write it
_HAN_VALUE = {**dict(zip(_HAN, (0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)), "两": 2}
_HINT = re.compile(rf"[0-9{_HAN}今昨前刚]|today|yesterday|just now", re.IGNORECASE)
_MONTH = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚间", "晚", "夜间", "pm"})
_UNIT = {
    "秒": timedelta(seconds=1),
    "sec": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "小": timedelta(hours=1),
    "hou": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "day": timedelta(days=1),
    "周": timedelta(weeks=1),
    "wee": timedelta(weeks=1),
}
_DAY_WORD = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2, "today": 0, "yesterday": 1}


class Precision(IntEnum):
    """How much of a moment the page gave."""

    DAY = 0
    MINUTE = 1
    SECOND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date or time found in a text.

    Attributes:
        at: the moment, aware; midnight where only the day is given.
        precision: what of it was given.
        start, end: where it stands in the text.
    """

    at: datetime
    precision: Precision
    start: int = 0
    end: int = 0

    def iso(self) -> str:
        """ISO 8601: the date alone, or with time and offset (`2026-02-11T15:49+08:00`), as precise as it was given."""
        if self.precision is Precision.DAY:
            return self.at.date().isoformat()
        return self.at.isoformat(timespec="minutes" if self.precision is Precision.MINUTE else "seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What a date that is not complete is read against: the moment of the capture, in the site's zone, and a year."""

    now: datetime
    zone: tzinfo
    year: int | None


_Reader = Callable[[re.Match[str], _Frame], "date | Moment | None"]


def find_moments(text: str, *, now: datetime, zone: tzinfo, year: int | None = None) -> list[Moment]:
    """Every date in a line, in the order printed.

    Args:
        text: a line; its first 1,000 characters are searched.
        now: when the page was captured, aware: what 昨天 and a date without a year refer to.
        zone: the zone of times printed without one. A time printed in UTC (`Z`, `GMT`) is given in this zone too,
            because UTC is how machines store and not where the site is; any other offset is kept as printed.
        year: the year of dates printed without one, where it is known; otherwise the latest that is not after `now`.
    """
    line = text[:LONGEST].translate(_FOLD)
    if not _HINT.search(line):
        return []
    frame = _Frame(now=now.astimezone(zone), zone=zone, year=year)
    found: list[Moment] = []
    for needs, pattern, read in _FORMS:
        if needs not in line:
            continue
        for match in pattern.finditer(line):
            if any(match.start() < moment.end and moment.start < match.end() for moment in found):
                continue
            try:
                reading = read(match, frame)
                moment = reading if isinstance(reading, Moment) else reading and _with_time(line, match, reading, zone)
            except (KeyError, ValueError, OverflowError):  # 民国一百百年, month 13, 30 February, 99999999 hours ago
                continue
            if moment:
                found.append(moment)
    return sorted(found, key=lambda moment: moment.start)


def _han_number(digits: str) -> int:
    """二〇二六 → 2026, 二十一 → 21, 十 → 10, 一百一十五 → 115, 26 → 26."""
    if digits.isascii():
        return int(digits)
    hundreds, hundred, rest = digits.partition("百")
    if hundred:
        return 100 * _HAN_VALUE[hundreds] + (_han_number(rest) if rest else 0)
    tens, ten, ones = digits.partition("十")
    if ten:
        return 10 * (_HAN_VALUE[tens] if tens else 1) + (_HAN_VALUE[ones] if ones else 0)
    return int("".join(str(_HAN_VALUE[digit]) for digit in digits))


def _full(match: re.Match[str], _: _Frame) -> date:
    return date(int(match["y"]), int(match["m"]), int(match["d"]))


def _in_han(match: re.Match[str], _: _Frame) -> date:
    return date(_han_number(match["y"]), _han_number(match["m"]), _han_number(match["d"]))


def _of_the_republic(match: re.Match[str], _: _Frame) -> date:
    return date(1911 + _han_number(match["y"]), _han_number(match["m"]), _han_number(match["d"]))


def _american(match: re.Match[str], _: _Frame) -> date:
    month, day = int(match["m"]), int(match["d"])
    if month > 12:
        month, day = day, month
    return date(int(match["y"]), month, day)


def _english(match: re.Match[str], _: _Frame) -> date:
    return date(int(match["y"]), _MONTH[match["m"][:3].lower()], int(match["d"]))


def _ctime(match: re.Match[str], frame: _Frame) -> Moment:
    """`Wed Feb 11 15:49:41 CST 2026`, `… +0800 2026` and, on bulletin boards, `… 2026`: the year behind the time."""
    clock = time(int(match["h"]), int(match["mi"]), int(match["s"]))
    zone = _zone(match["zone"], frame.zone)
    at = datetime.combine(_english(match, frame), clock, zone)
    return Moment(at=_at_site(at, frame.zone), precision=Precision.SECOND, start=match.start(), end=match.end())


def _compact_time(match: re.Match[str], frame: _Frame) -> Moment:
    """20260211154941, as addresses and meta carry it."""
    clock = time(int(match["h"]), int(match["mi"]), int(match["s"] or 0))
    return Moment(
        at=datetime.combine(_full(match, frame), clock, frame.zone),
        precision=Precision.SECOND if match["s"] else Precision.MINUTE,
        start=match.start(),
        end=match.end(),
    )


def _month_in_han(match: re.Match[str], _: _Frame) -> date:
    return date(int(match["y"]), _han_number(match["m"]), int(match["d"]))


def _short_year(match: re.Match[str], frame: _Frame) -> date | None:
    year = 2000 + int(match["y"])
    return date(year, int(match["m"]), int(match["d"])) if year <= frame.now.year else None


def _without_year(match: re.Match[str], frame: _Frame) -> date:
    month, day = int(match["m"]), int(match["d"])
    if frame.year is not None:
        return date(frame.year, month, day)
    this_year = date(frame.now.year, month, day)
    return this_year if this_year <= frame.now.date() else date(frame.now.year - 1, month, day)


def _day_word(match: re.Match[str], frame: _Frame) -> date:
    return frame.now.date() - timedelta(days=_DAY_WORD[match["word"].lower()])


def _ago(match: re.Match[str], frame: _Frame) -> Moment:
    amount = match["n"]
    unit = (
        _UNIT[match["unit"][:3].lower() if match["unit"].isascii() else match["unit"][0]]
        if match["unit"]
        else timedelta()
    )
    past = unit / 2 if amount == "半" else _han_number(amount or "0") * unit
    coarse = unit >= timedelta(days=1)
    at = (frame.now - past).replace(second=0, microsecond=0)
    return Moment(
        at=at.replace(hour=0, minute=0) if coarse else at,
        precision=Precision.DAY if coarse else Precision.MINUTE,
        start=match.start(),
        end=match.end(),
    )


_YEAR = r"(?<!\d)(?P<y>(?:19|20)\d\d)"
_NUMERAL = rf"(?:[{_HAN}]?十[{_HAN}]?|[{_HAN}]|\d{{1,2}})"
_ENGLISH_MONTH = r"(?P<m>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})\.?"
# 昨天也已经 goes on as a sentence, 昨天 15:49 and 昨天下午 do not; 今日头条 is a name
_NO_SENTENCE = r"(?=\s*(?:上午|下午|凌晨|早上|中午|傍晚|晚上|发布|更新|[^\u4e00-\u9fff]|$))"
_WITH_CLOCK = r"(?=\s*,?\s*\d{1,2}:\d\d)"


def _form(needs: str, pattern: str, read: _Reader) -> tuple[str, re.Pattern[str], _Reader]:
    return needs, re.compile(pattern, re.IGNORECASE), read


# The forms in order of certainty: an earlier one takes its characters away from the later ones. Each names a word
# without which it cannot match, because asking for that first costs a fiftieth of the search.
_FORMS = (
    _form(
        "民国",
        rf"民国\s?(?P<y>\d{{2,3}}|[百十{_HAN}]{{1,5}})\s?年\s?(?P<m>{_NUMERAL})\s?月\s?(?P<d>{_NUMERAL})\s?[日号]?",
        _of_the_republic,
    ),
    _form("年", _YEAR + r"\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号]?", _full),
    _form("-", _YEAR + r"\s?-\s?(?P<m>\d{1,2})\s?-\s?(?P<d>\d{1,2})", _full),
    _form("/", _YEAR + r"\s?/\s?(?P<m>\d{1,2})\s?/\s?(?P<d>\d{1,2})", _full),
    # 2026 04/18 09:12:33: the year in a line of its own above the day
    _form("/", _YEAR + r"\s{1,3}(?P<m>\d{1,2})\s?/\s?(?P<d>\d{1,2})" + r"(?=\s*\d{1,2}:\d\d)", _full),
    _form(".", _YEAR + r"\s?\.\s?(?P<m>\d{1,2})\s?\.\s?(?P<d>\d{1,2})", _full),
    _form("年", rf"(?P<y>[{_HAN}]{{4}})\s?年\s?(?P<m>{_NUMERAL})\s?月\s?(?P<d>{_NUMERAL})\s?[日号]?", _in_han),
    _form(
        ":",
        _ENGLISH_MONTH + r"\s+(?P<d>\d{1,2})\s+(?P<h>\d\d):(?P<mi>\d\d):(?P<s>\d\d)\s+"
        r"(?:(?P<zone>[+-]\d{4}|GMT|UTC|CST)\s+)?(?P<y>(?:19|20)\d\d)",
        _ctime,
    ),
    _form(" ", _ENGLISH_MONTH + r"\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)", _english),
    # 三月 12, 2007, 三月 12th, 2007: blog systems whose English dates were translated word by word
    _form(
        "月",
        r"(?P<m>十[一二]?|[一二三四五六七八九])月\s?(?P<d>\d{1,2})(?:st|nd|rd|th|日)?,?\s+(?P<y>(?:19|20)\d\d)",
        _month_in_han,
    ),
    _form(
        "", r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s-]" + _ENGLISH_MONTH + r",?[\s-](?P<y>(?:19|20)\d\d)", _english
    ),
    _form("/", r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>(?:19|20)\d\d)(?!\d)", _american),
    _form("", _YEAR + r"(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\d.])", _full),
    _form(
        "",
        _YEAR + r"(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])"
        r"(?P<h>[01]\d|2[0-3])(?P<mi>[0-5]\d)(?P<s>[0-5]\d)?(?!\d)",
        _compact_time,
    ),
    _form("", r"(?<![\d/.-])(?P<y>1[0-2]\d)(?P<sep>[-/.])(?P<m>\d\d)(?P=sep)(?P<d>\d\d)(?![\d.])", _of_the_republic),
    _form(":", r"(?<![\d/.-])(?P<y>\d\d)(?P<sep>[-/.])(?P<m>\d\d)(?P=sep)(?P<d>\d\d)" + _WITH_CLOCK, _short_year),
    _form("月", r"(?<![\d年])(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号]", _without_year),
    _form(":", r"(?<![\d/.-])(?P<m>\d{1,2})[-/](?P<d>\d{1,2})" + _WITH_CLOCK, _without_year),
    _form("", rf"(?P<word>今天|今日|昨天|昨日|前天|前日|\btoday\b|\byesterday\b){_NO_SENTENCE}", _day_word),
    _form(
        "前", rf"(?<!\d)(?P<n>\d{{1,4}}|半|两|{_NUMERAL})\s?个?\s?(?P<unit>秒钟?|分钟?|小时|天|日|周)[之以]?前", _ago
    ),
    _form("ago", r"(?<!\d)(?P<n>\d{1,4})\s?(?P<unit>seconds?|minutes?|mins?|hours?|days?|weeks?)\s+ago", _ago),
    _form("", rf"(?P<n>)(?P<unit>)(?:刚刚|just now){_NO_SENTENCE}", _ago),
)

_CLOCK = re.compile(
    r"""
    (?:\s?日)?[\])]?[\sT,]*(?:-\s|at\s)?                                      # the join of date and time
    (?:[(\[]?(?:星期|周|礼拜)[一二三四五六日天][)\]]?\s*)?               # 星期三
    (?P<half>上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|晚间|晚|夜间)?\s*
    (?P<h>\d{1,2})\s?(?:
        [:点时]\s?(?P<mi>\d{1,2})(?:\s?[:分]\s?(?P<s>\d{1,2})(?!\d)(?:\.\d{1,9})?\s?秒?|\s?分)?
        | [点时](?:整)?                                                # 下午3点
    )
    (?:\s?(?P<ampm>[ap]\.?m\b|上午|下午)\.?)?
    (?:\s?(?P<zone>Z\b|(?:GMT|UTC)?[+-]\d\d:?\d\d|GMT\b|UTC\b))?
    """,
    re.VERBOSE | re.IGNORECASE,
)


def _with_time(line: str, found: re.Match[str], day: date, zone: tzinfo) -> Moment:
    """The day with the time of day that stands right behind it, if one does."""
    clock = _CLOCK.match(line, found.end())
    at = clock and _clock_time(clock)
    if clock is None or at is None:
        midnight = datetime.combine(day, time(), zone)
        return Moment(at=midnight, precision=Precision.DAY, start=found.start(), end=found.end())
    return Moment(
        at=_at_site(datetime.combine(day, at, _zone(clock["zone"], zone)), zone),
        precision=Precision.SECOND if clock["s"] else Precision.MINUTE,
        start=found.start(),
        end=clock.end(),
    )


def _clock_time(clock: re.Match[str]) -> time | None:
    """The time of day; None where the figures are none (24:60)."""
    hour, minute, second = int(clock["h"]), int(clock["mi"] or 0), int(clock["s"] or 0)
    half = (clock["half"] or clock["ampm"] or "").lower().replace(".", "")
    if hour < 12 and (half in _AFTERNOON or (half == "中午" and hour < 11)):
        hour += 12
    elif hour == 12 and (half in {"am", "凌晨"} or clock["ampm"] == "上午"):  # 12:05 上午 is a translated 12:05 am
        hour = 0
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _zone(printed: str | None, site: tzinfo) -> tzinfo:
    if not printed or printed.upper() == "CST":  # Java's CST on a Chinese server is China Standard Time
        return site
    sign, digits = printed.upper().removeprefix("GMT").removeprefix("UTC")[:1], re.sub(r"\D", "", printed)
    if not digits or not int(digits):
        return UTC
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if sign == "-" else offset)


def _at_site(at: datetime, site: tzinfo) -> datetime:
    return at.astimezone(site) if at.tzinfo is UTC else at


def day_of(moment: Moment) -> Moment:
    """The same day without its time."""
    return replace(moment, at=moment.at.replace(hour=0, minute=0, second=0, microsecond=0), precision=Precision.DAY)

"""When was it published: an election among what the page prints, what its head declares and its address.

No witness is trusted on its own. A byline's date counts most, because it is what the site shows its readers; scripts
and templates fill the head with the time of the last change; an address tells the day and hardly ever lies. Each
witness votes for a day, and the day's best witness gives the time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import unquote, urlsplit

from crawler.items import Declared
from pipelines.details.bylines import Kind, Piece, fold, label_before
from pipelines.details.dates import OLDEST, Moment, Precision, day_of, find_moments
from pipelines.rules.words import words

# Votes. A labelled byline outweighs any single other witness; the head and the address together outweigh a byline
# date without a label, which may be a neighbour's or today's.
LABELLED = 4.0
PRINTED = 2.5
DECLARED = 2.0
ADDRESS = 1.8
TIME_ELEMENT = 1.5
CONFIRMING = 0.9  # what a witness says that only repeats or hints: a second meta, a path of two-digit years
TOUCHED = 1.0
LATER_PRINTED = 0.6
# a date later than the capture: a scheduled post, or a clock that is wrong
FROM_THE_FUTURE = 0.1

LONGEST_NAME = 10  # Han before a date that may be a site's or poster's name
_HAN = re.compile("[\u4e00-\u9fff]")
# words that make the date before or behind them another one than that of publication
_TOUCHED = ("更新", "修改", "编辑过")
_OTHER_EVENTS = ("截止", "截至", "截止到", "建立于", "成立于", "创建于", "注册于", "加入于", "生于", "至", "从", "自")

META_PUBLISHED = words(
    """
    article:published_time og:published_time og:release_date og:time datepublished pubdate
    publishdate publish_date publish-date publish_time pub_date publication_date
    prism.publicationdate dc.date dc.date.issued dcterms.created citation_date
    citation_publication_date sailthru.date date weibo:article:create_at createdate
    firstpublishedtime parsely-pub-date apub:time bytedance:published_time
    """
)
_MONTH = r"(?P<m>0[1-9]|1[0-2])"
_DAY = r"(?P<d>0[1-9]|[12]\d|3[01])"
# The day in a path and what it weighs: /2026-02-11/ /2026/0211/ t20260211_123.shtml; /2026/2/11/; /26/0211/ /260211/
_DAY_IN_PATH = (
    (re.compile(rf"(?<!\d)(?P<y>(?:19|20)\d\d)[-/_.]?{_MONTH}[-/_.]?{_DAY}(?=\D|$|\d{{6}}(?!\d))"), ADDRESS),
    (re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?!\d)"), ADDRESS),
    # /2007/03/ is a month of 2007 and no day of 2020
    (re.compile(rf"/(?!(?:19|20)\d\d/)(?P<y>\d\d)/?{_MONTH}/?{_DAY}(?=/)"), CONFIRMING),
)
_EMBEDDED = re.compile(r"^.+(?=https?:/)", re.DOTALL)
_YEAR_IN_PATH = re.compile(r"/(?P<y>(?:19|20)\d\d)(?:/|-|\d\d/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Witness:
    """A moment somebody names, what it weighs, and the words it was read from."""

    moment: Moment
    weight: float
    raw: str
    in_address: bool = False


def published(
    pieces: Iterable[Piece], declared: Declared, url: str, *, now: datetime, zone: tzinfo
) -> tuple[str | None, str | None]:
    """The time of publication as ISO 8601, and the words it was read from; (None, None) where nobody tells."""
    address = list(_in_address(url, now, zone))
    year = address[0].moment.at.year if address else _year_in_address(url)
    head = list(_in_head(declared, now, zone))
    if year is None and head:
        year = head[0].moment.at.year
    witnesses = [*_in_pieces(pieces, now, zone, year), *head, *address]
    witnesses = [witness for witness in witnesses if witness.moment.at.year >= OLDEST]
    if not witnesses:
        return None, None
    votes: dict[date, float] = {}
    for witness in witnesses:
        day = witness.moment.at.date()
        trust = 1.0 if witness.moment.at <= now + timedelta(days=1) else FROM_THE_FUTURE
        votes[day] = votes.get(day, 0.0) + trust * witness.weight
    day = max(votes, key=lambda each: votes[each])
    best = max((witness for witness in witnesses if witness.moment.at.date() == day), key=_rank)
    return best.moment.iso(), best.raw


def _rank(witness: _Witness) -> tuple[bool, bool, float]:
    """Among those who name the elected day: who tells the time of publication, then who is read by people."""
    tells_time = witness.moment.precision > Precision.DAY and witness.weight > TOUCHED
    return tells_time, not witness.in_address, witness.weight


def _in_pieces(pieces: Iterable[Piece], now: datetime, zone: tzinfo, year: int | None) -> Iterator[_Witness]:
    seen = False
    for piece in pieces:
        for moment in find_moments(piece.value, now=now, zone=zone, year=year):
            kind = _kind_of_date(piece, moment)
            if kind is Kind.OTHER:
                continue
            # 三座水厂开始供水（2026-02-11 15:49）is another story's line
            other_story = kind is Kind.NONE and len(_HAN.findall(piece.value[: moment.start])) > LONGEST_NAME
            plain = LATER_PRINTED if seen or other_story else PRINTED
            weight = {Kind.PUBLISHED: LABELLED, Kind.UPDATED: TOUCHED}.get(kind, plain)
            seen = seen or weight >= PRINTED
            yield _Witness(moment=moment, weight=weight, raw=piece.value[moment.start : moment.end])


def _kind_of_date(piece: Piece, moment: Moment) -> Kind:
    """What a date tells: by the words right before or behind it, else by the label of its piece."""
    folded = fold(piece.value)
    if folded[moment.end :].lstrip().startswith(_TOUCHED):
        return Kind.UPDATED
    before = folded[: moment.start].rstrip(" :")
    label = label_before(before, len(before))  # 示例用户 发表于 2026-02-11
    if label and label[2] in {Kind.PUBLISHED, Kind.UPDATED, Kind.OTHER}:
        return label[2]
    return Kind.OTHER if before.endswith(_OTHER_EVENTS) else piece.kind


def _in_head(declared: Declared, now: datetime, zone: tzinfo) -> Iterator[_Witness]:
    """What the head declares: one voice, so that only the first of its dates has full weight."""
    metas = (declared.meta[name] for name in META_PUBLISHED if name in declared.meta)
    heads = dict.fromkeys((*_json_ld_dates(declared.json_ld), *metas))
    weight = DECLARED
    for value in heads:
        for moment in find_moments(value, now=now, zone=zone)[:1]:
            yield _Witness(moment=_without_midnight(moment), weight=weight, raw=value)
            weight = CONFIRMING
    weight = TIME_ELEMENT
    for value in declared.times[:3]:
        for moment in find_moments(value, now=now, zone=zone)[:1]:
            yield _Witness(moment=_without_midnight(moment), weight=weight, raw=value)
            weight = LATER_PRINTED


def _without_midnight(moment: Moment) -> Moment:
    """Midnight sharp is what a template writes that knows only the day."""
    midnight = not (moment.at.hour or moment.at.minute or moment.at.second)
    return day_of(moment) if midnight else moment


def _json_ld_dates(objects: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for thing in objects:
        for key in ("datePublished", "pubDate", "uploadDate", "dateCreated"):
            value = thing.get(key)
            if isinstance(value, str) and value:
                yield value
                break


def _in_address(url: str, now: datetime, zone: tzinfo) -> Iterator[_Witness]:
    """The first day that the path names."""
    path = _path(url)
    for pattern, weight in _DAY_IN_PATH:
        for match in pattern.finditer(path):
            year = int(match["y"])
            try:
                at = datetime(year if year > 99 else 2000 + year, int(match["m"]), int(match["d"]), tzinfo=zone)
            except ValueError:  # 30 February: a number that looks like a date
                continue
            if at <= now + timedelta(days=1):
                yield _Witness(
                    moment=Moment(at=at, precision=Precision.DAY),
                    weight=weight,
                    raw=match.group().strip("/"),
                    in_address=True,
                )
                return


def _year_in_address(url: str) -> int | None:
    match = _YEAR_IN_PATH.search(_path(url))
    return int(match["y"]) if match else None


def _path(url: str) -> str:
    """The path of the page itself: in web.archive.org/web/20260301120000/http://… the first date is the archive's."""
    try:
        return unquote(urlsplit(_EMBEDDED.sub("", url)).path)[:500]
    except ValueError:  # half an IPv6 address
        return ""

"""What `repost history` tells: each look at an article's addresses, what had happened there, how its text changed."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from archive.connect import Archive
from archive.families.read import moment
from archive.history import Event, History, Look
from archive.read import record_of_version
from crawler.items import Record
from reader.diff import Span, abridged, differences

TITLE: Final = 40  # characters of an injected title that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that two versions have differently.

    Attributes:
        field: as in `Record`; `body` has a paragraph a line.
        spans: what leads from the one to the other, the whole text of it.
    """

    field: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One look, and what the article's text had changed to since the look before that gave one."""

    look: Look
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line to print: plain text, then a change, either of which may be empty."""

    text: str
    spans: tuple[Span, ...] = ()


def steps(db: Archive, history: History) -> Iterator[Step]:
    """The looks with the changes between them."""
    before: Look | None = None
    for look in history.looks:
        changed = before is not None and look.digest is not None and look.digest != before.digest
        yield Step(look=look, changes=tuple(_changes_between(db, before, look)) if before and changed else ())
        before = look if look.version_id else before


def changes(before: Record, after: Record) -> Iterator[Change]:
    """The fields that people read which two records have differently."""
    texts_before, texts_after = _texts(before), _texts(after)
    for name, text in texts_before.items():
        if text != texts_after[name]:
            yield Change(field=name, spans=tuple(differences(text, texts_after[name])))


def history_json(history: History, found: Iterator[Step]) -> Iterator[dict[str, object]]:
    """One object for the article, then one for each look."""
    yield {
        "kind": "article",
        "id": history.article_id,
        "site": history.site,
        "url_key": history.url_key,
        "looks": len(history.looks),
        "older_readings": history.older_readings,
        "addresses": [dataclasses.asdict(state) for state in history.states],
    }
    for step in found:
        yield {"kind": "look", **dataclasses.asdict(step.look), "changes": [*map(dataclasses.asdict, step.changes)]}


def history_lines(history: History, found: Iterator[Step]) -> Iterator[Line]:
    """The same to read."""
    name = f"article {history.article_id}" if history.article_id else "no article"
    yield Line(text=f"{name}: {history.url_key or history.looks[0].asked}")
    before: Look | None = None
    views: int | None = None
    for step in found:
        yield Line(text=f"{_minute(step.look.at)}  {'; '.join(_told(step.look, before, views))}")
        for change in step.changes:
            yield Line(text=f"    {change.field}: ", spans=tuple(abridged(change.spans)))
        before, views = step.look, views if step.look.view_count is None else step.look.view_count
    if (trend := _trend(history.looks)) is not None:
        yield Line(text=trend)
    if history.older_readings:
        of_them = "1 other way" if history.older_readings == 1 else f"{history.older_readings} other ways"
        yield Line(text=f"earlier rules read the same pages in {of_them} (repost show --version)")
    for state in history.states:
        detail = f": {state.reason}: {state.detail}" if state.reason else ""
        yield Line(text=f"{_minute(state.last_seen)}  last tried {state.url}: {state.state}{detail}")


def _told(look: Look, before: Look | None, views: int | None) -> Iterator[str]:
    """What there is to tell of one look, after the look before it and the views counted last."""
    if before is None:
        yield "first fetched"
    if before is None or look.asked != before.asked:
        yield look.asked
    for event in look.events:
        yield _EVENTS[event].format(status=look.status, version=look.version) + _title(look, event)
    if before is None and look.hijacked:
        yield _EVENTS[Event.HIJACK_BEGUN] + _title(look, Event.HIJACK_BEGUN)
    if look.version is None:
        yield f"no article: {look.reason}: {look.detail}" if look.reason else "not cleaned yet"
    elif _OTHER_TEXT.isdisjoint(look.events):
        yield f"version {look.version}"
    if look.view_count is not None:
        yield f"{look.view_count:,} views" + ("" if views is None else f" ({look.view_count - views:+,})")
    if look.confirmed_at:
        yield f"still so on {_minute(look.confirmed_at)}"


_EVENTS = {
    Event.GONE: "gone (status {status})",
    Event.SOFT_404: "gone, as the page itself says",
    Event.BACK: "back",
    Event.HIJACK_BEGUN: "hijacked",
    Event.HIJACK_ENDED: "no longer hijacked",
    Event.CHANGED: "changed to version {version}",
    Event.COMPLETED: "completed by later pages: version {version}",
    Event.CUT_SHORT: "cut short, later pages did not come: version {version}",
}
_OTHER_TEXT = frozenset({Event.CHANGED, Event.COMPLETED, Event.CUT_SHORT})  # these name the version themselves


def _title(look: Look, event: Event) -> str:
    """The injected title, cut: it may be a million characters long."""
    if event is not Event.HIJACK_BEGUN or not look.spam_title:
        return ""
    return f": {look.spam_title[:TITLE]}{'…' if len(look.spam_title) > TITLE else ''}"


def _trend(looks: Iterable[Look]) -> str | None:
    """The views that were counted first and last, and how many a day that makes; None for fewer than two counts."""
    counted = [look for look in looks if look.view_count is not None]
    if len(counted) < 2:
        return None
    first, last = counted[0], counted[-1]
    days = (moment(last.at) - moment(first.at)).total_seconds() / 86_400
    gained = (last.view_count or 0) - (first.view_count or 0)
    a_day = f", {gained / days:,.0f} a day" if days >= 1 else ""
    return f"views: {first.view_count:,} to {last.view_count:,} over {len(counted)} looks{a_day}"


def _minute(at: str) -> str:
    """A time of the archive, which is in UTC, to the minute."""
    return at[: len("2026-02-11T08:30")].replace("T", " ") + "Z"


def _changes_between(db: Archive, before: Look, after: Look) -> Iterator[Change]:
    if before.version_id and after.version_id:
        yield from changes(record_of_version(db, before.version_id), record_of_version(db, after.version_id))


def _texts(record: Record) -> dict[str, str]:
    """What people read of a record, each field as one text."""
    return {
        "headline": record.headline,
        "kicker": record.kicker or "",
        "subtitle": record.subtitle or "",
        "published_at": record.published_at or "",
        "source": record.source or "",
        "authors": "、".join(record.authors),
        "credits": "\n".join(f"{credit.role} {'、'.join(credit.names)}" for credit in record.credits),
        "body": "\n".join(record.body),
        "images": "\n".join(" ".join(filter(None, (image.src, image.caption))) for image in record.images),
        "notices": "\n".join(record.notices),
    }

"""What became of one article: every look at its addresses, in order, and what had happened since the look before.

The view `events` tells the same for the whole archive; for one article it would read every capture there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from sqlite_utils import Database

from archive import read
from archive.errors import ArchiveError
from archive.rows import Row, storable
from archive.write import GONE
from crawler.items import Reason


class Event(StrEnum):
    """What happened to a page between one look and the next of the same address; as in the view `events`."""

    GONE = "gone"  # the server says so: status 404 or 410
    SOFT_404 = "soft-404"  # the page says so, with status 200
    BACK = "back"
    HIJACK_BEGUN = "hijack-begun"
    HIJACK_ENDED = "hijack-ended"
    CHANGED = "changed"  # other words
    COMPLETED = "completed"  # by later pages of it that had not come before; the words that were there are the same
    CUT_SHORT = "cut-short"  # later pages of it did not come this time


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One capture of one of the article's addresses.

    Attributes:
        asked: the address that was asked for.
        url: the address that answered.
        parts: how many later pages of a split article came with it.
        version_id, version, digest: what of the article it gives, by today's rules; None where it gives nothing.
        reason, detail: why it gives nothing; None too while nothing is decided.
        view_count: as the page showed it.
        hijacked: None where the page did not come far enough to be judged.
        spam_title: the injected title, where this look was the first to give its version: of others it is not kept.
        confirmed_at: when its server last said that it is still this (status 304).
        events: what happened since the look before at the same address.
    """

    capture_id: int
    at: str
    asked: str
    url: str
    status: int
    parts: int
    version_id: int | None
    version: int | None
    digest: str | None
    reason: Reason | None
    detail: str | None
    view_count: int | None
    hijacked: bool | None
    spam_title: str | None
    confirmed_at: str | None
    events: tuple[Event, ...] = ()

    @property
    def presence(self) -> str | None:
        """`there`, or how it is not; None where this look does not tell (a server error, nothing decided yet)."""
        if self.reason is None and self.version_id is None:
            return None
        if self.status in GONE:
            return Event.GONE
        if not 200 <= self.status < 300:
            return None
        return Event.SOFT_404 if self.reason is Reason.SOFT_404 else "there"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How an address stands: what the last attempt to fetch it came to.

    Attributes:
        state: as in the table `urls`: `article`, `rejected`, `failed` …
    """

    url: str
    state: str
    reason: str | None
    detail: str | None
    last_seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known of one article, or of an address that never gave one.

    Attributes:
        article_id, site, url_key: the article's; None for an address without one.
        looks: the oldest first.
        states: how its addresses stand.
        older_readings: versions that earlier rules read from the same captures.
    """

    article_id: int | None
    site: str | None
    url_key: str | None
    looks: tuple[Look, ...]
    states: tuple[State, ...]
    older_readings: int


def history(db: Database, which: str) -> History:
    """The history of one article, by its id or any of its addresses; or of an address that gave none.

    Raises:
        ArchiveError: nothing is known of it.
    """
    try:
        article = read.article(db, which)
    except ArchiveError:
        if not (looks := _looks(db, [storable(which)])):
            raise
        return History(
            article_id=None, site=None, url_key=None, looks=looks, states=_states(db, looks), older_readings=0
        )
    asked = db.execute(
        """
        SELECT coalesce(requested_url, captures.url)
        FROM versions JOIN captures ON captures.version_id = versions.id WHERE article_id = :id
        UNION SELECT coalesce(requested_url, captures.url)
        FROM versions JOIN captures ON captures.id = capture_id WHERE article_id = :id
        """,
        {"id": article.id},
    )
    looks = _looks(db, [address for (address,) in asked.fetchall()])
    given = {look.version for look in looks}
    return History(
        article_id=article.id,
        site=article.site,
        url_key=article.url_key,
        looks=looks,
        states=_states(db, looks),
        older_readings=sum(line.version not in given for line in article.versions),
    )


def _looks(db: Database, addresses: list[str]) -> tuple[Look, ...]:
    looks = chain.from_iterable(_with_events(db, _looks_at(db, address)) for address in addresses)
    return tuple(sorted(looks, key=lambda look: (look.at, look.capture_id)))


def _looks_at(db: Database, asked: str) -> Iterator[Look]:
    rows = db.query(
        """
        SELECT
            captures.id AS capture_id, captures.fetched_at AS at, coalesce(requested_url, captures.url) AS asked,
            captures.url, status, (SELECT count(*) FROM captures AS later WHERE later.part_of = captures.id) AS parts,
            captures.version_id, version, digest, reason, detail, captures.view_count, captures.hijacked,
            CASE WHEN versions.capture_id = captures.id THEN spam_title END AS spam_title,
            (SELECT max(seen_at) FROM sightings WHERE capture_id = captures.id) AS confirmed_at
        FROM captures LEFT JOIN versions ON versions.id = captures.version_id
        WHERE part_of IS NULL
            AND (captures.requested_url = :asked OR (captures.url = :asked AND captures.requested_url IS NULL))
        ORDER BY captures.fetched_at, captures.id
        """,
        {"asked": asked},
    )
    return map(_look, rows)


def _look(row: Row) -> Look:
    hijacked, reason = row["hijacked"], row["reason"]
    return Look(
        **{
            **row,
            "hijacked": None if hijacked is None else bool(hijacked),
            "reason": read.reason_of(reason) if reason else None,
        }
    )


def _with_events(db: Database, looks: Iterator[Look]) -> Iterator[Look]:
    """The looks at one address with what each one tells that the ones before it did not."""
    presence: str | None = None
    hijacked: bool | None = None
    text: Look | None = None
    for look in looks:
        events = []
        if look.presence and presence and look.presence != presence:
            events.append(Event.BACK if look.presence == "there" else Event(look.presence))
        if look.hijacked is not None and hijacked is not None and look.hijacked is not hijacked:
            events.append(Event.HIJACK_BEGUN if look.hijacked else Event.HIJACK_ENDED)
        if look.digest and text and look.digest != text.digest:
            events.append(_change(db, text, look))
        presence = look.presence or presence
        hijacked = hijacked if look.hijacked is None else look.hijacked
        text = look if look.digest else text
        yield replace(look, events=tuple(events))


def _change(db: Database, before: Look, after: Look) -> Event:
    """What it is that another text stands there."""
    if after.parts > before.parts and _goes_on(db, before, after):
        return Event.COMPLETED
    if after.parts < before.parts and _goes_on(db, after, before):
        return Event.CUT_SHORT
    return Event.CHANGED


def _goes_on(db: Database, one: Look, whole: Look) -> bool:
    """Whether one text is the beginning of the other, paragraph for paragraph: JSON arrays without their brackets."""
    query = """
        SELECT 1 FROM versions AS one JOIN versions AS whole ON whole.headline = one.headline
        WHERE one.id = ? AND whole.id = ?
            AND substr(whole.body, 1, length(one.body) - 1) = substr(one.body, 1, length(one.body) - 1)
    """
    return db.execute(query, (one.version_id, whole.version_id)).fetchone() is not None


def _states(db: Database, looks: tuple[Look, ...]) -> tuple[State, ...]:
    query = "SELECT url, state, reason, detail, last_seen FROM urls WHERE url = ?"
    addresses = dict.fromkeys(address for look in looks for address in (look.asked, look.url))
    return tuple(State(**row) for address in addresses for row in db.query(query, (address,)))

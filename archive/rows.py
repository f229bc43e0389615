"""Between the vocabulary and the rows: pure, and the same mapping in both directions."""

import dataclasses
import json
import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from crawler.items import Credit, Evidence, Image, Note, Record, SpamLink, Verdict

Row = dict[str, Any]

_T = TypeVar("_T")

# JSON-LD can spell a lone surrogate (`"\ud83d"`), which no UTF-8 text can hold; a NUL ends the text for most programs
# that read SQLite. One character stands for one, so that the offsets of notes still hold.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_LARGEST = 2**63 - 1  # SQLite's integers; a view counter made of twenty nines is a joke, but no reason to fail

# Columns of `versions` that hold a field of Record as it is …
_PLAIN = (
    "url", "headline", "headline_raw", "kicker", "subtitle", "published_at", "published_raw", "source", "source_raw",
    "site_name", "authors_raw", "view_count", "view_count_raw", "declared_url", "encoding", "script", "damage",
)  # fmt: skip
# … and as a JSON array.
_LISTS = ("breadcrumb", "authors", "credits_raw", "body", "notices")


def storable(value: _T) -> _T:
    r"""The same value as SQLite can hold it: U+FFFD for every NUL and lone surrogate in its texts, numbers in 64 bits.

    >>> storable(Credit(role="编辑", names=("张\x00三",)))
    Credit(role='编辑', names=('张�三',))
    """
    replaced: Any = value
    if isinstance(value, str):
        replaced = value if _is_storable(value) else _UNSTORABLE.sub("\ufffd", value)
    elif value is None:
        pass
    elif isinstance(value, int) and not isinstance(value, bool):
        replaced = max(-_LARGEST, min(_LARGEST, value))
    elif isinstance(value, tuple):
        # Nearly every text is storable as it is, and comes back as the same object: then so does what holds it.
        items = list(map(storable, value))
        if not all(map(operator.is_, items, value)):
            replaced = getattr(type(value), "_make", tuple)(items)  # a named tuple stays one
    elif names := getattr(type(value), "__dataclass_fields__", None):
        changed = {}
        for name in names:
            old = getattr(value, name)
            new = storable(old)
            if new is not old and new != old:
                changed[name] = new
        replaced = dataclasses.replace(value, **changed) if changed else value  # type: ignore[type-var]  # it is one
    elif isinstance(value, Mapping):
        replaced = {storable(key): storable(item) for key, item in value.items()}
    return replaced  # type: ignore[no-any-return]  # of the same type as it came


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a surrogate
        return False
    return "\0" not in text


# The end of what can have been fetched, in SQL, as `timestamp` writes it. What is dated later was dated by a wrong
# clock, or lies: it counts as older than all else, or it would be the newest for years. A day ahead is no harm.
LATEST = "strftime('%Y-%m-%dT%H:%M:%S', 'now', '+1 day')"


def timestamp(moment: datetime) -> str:
    """An aware time as text that sorts by time."""
    return moment.astimezone(UTC).isoformat()


def as_json(value: object) -> str:
    """A value as JSON text that can be searched: Han stay Han."""
    return _AS_JSON.encode(value)


def listed(text: object) -> list[str]:
    """A stored list of texts; empty for what is none, in an archive that others wrote."""
    try:
        items = json.loads(str(text))
    except (ValueError, RecursionError):
        return []
    return [str(item) for item in items] if isinstance(items, list) else []


def counted(text: object) -> dict[str, int]:
    """Stored counts; empty for what are none, in an archive that others wrote."""
    try:
        counts = json.loads(str(text))
    except (ValueError, RecursionError):
        return {}
    given = counts.items() if isinstance(counts, dict) else ()
    return {name: count for name, count in given if isinstance(count, int)}


def version_row(record: Record) -> Row:
    """The columns of `versions` that hold a record's own fields."""
    return {
        **{name: getattr(record, name) for name in _PLAIN},
        **{name: as_json(getattr(record, name)) for name in _LISTS},
        "fetched_at": timestamp(record.fetched_at),
        "body_raw": None if record.body_raw == record.body else as_json(record.body_raw),
        "hijacked": int(record.verdict.hijacked),
        "spam_title": record.verdict.spam_title,
        "spam_link_count": record.verdict.link_count,
        "repairs": as_json(dict(record.repairs)),
    }


def image_rows(record: Record) -> list[Row]:
    """The rows of `images`, without their version."""
    return [{"number": number, **dataclasses.asdict(image)} for number, image in enumerate(record.images)]


def credit_rows(record: Record) -> list[Row]:
    """The rows of `credits`, without their version."""
    return [
        {"number": number, "role": credit.role, "names": as_json(credit.names)}
        for number, credit in enumerate(record.credits)
    ]


def note_rows(record: Record) -> list[Row]:
    """The rows of `notes`, without their version."""
    return [
        {
            "number": number,
            "step": note.step,
            "rule": note.rule,
            "place": note.where,
            "at": note.at,
            "before": note.before,
            "after": note.after,
            "confidence": note.confidence,
            "doubtful": int(note.doubtful),
        }
        for number, note in enumerate(record.notes)
    ]


def evidence_rows(decision: str, evidence: Iterable[Evidence]) -> list[Row]:
    """The rows of `evidence` behind one decision (`hijack`, `damage`, `encoding`), without their version or capture."""
    return [{"decision": decision, **dataclasses.asdict(item)} for item in evidence]


def spam_link_rows(verdict: Verdict) -> list[Row]:
    """The rows of `spam_links`, without their version or capture."""
    return [dataclasses.asdict(link) for link in verdict.links]


def record_of(  # noqa: PLR0913 - one parameter a table
    version: Row,
    *,
    images: Iterable[Row],
    credits: Iterable[Row],  # noqa: A002 - the table's name
    notes: Iterable[Row],
    evidence: Sequence[Row],
    spam_links: Iterable[Row],
) -> Record:
    """The record that was stored, from its rows in order.

    Raises:
        ValueError, TypeError, KeyError: the rows are not such as `version_row` and the others write.
    """
    lists: dict[str, Any] = {name: _texts(version[name]) for name in _LISTS}
    return Record(
        **{name: version[name] for name in _PLAIN},
        **lists,
        fetched_at=datetime.fromisoformat(version["fetched_at"]),
        body_raw=lists["body"] if version["body_raw"] is None else _texts(version["body_raw"]),
        repairs=_counts(version["repairs"]),
        images=tuple(Image(src=row["src"], alt=row["alt"], caption=row["caption"]) for row in images),
        credits=tuple(Credit(role=row["role"], names=_texts(row["names"])) for row in credits),
        notes=tuple(
            Note(
                step=row["step"],
                rule=row["rule"],
                where=row["place"],
                at=row["at"],
                before=row["before"],
                after=row["after"],
                confidence=row["confidence"],
                doubtful=bool(row["doubtful"]),
            )
            for row in notes
        ),
        verdict=Verdict(
            hijacked=bool(version["hijacked"]),
            evidence=_evidence(evidence, "hijack"),
            spam_title=version["spam_title"],
            links=tuple(
                SpamLink(domain=row["domain"], anchor=row["anchor"], hidden_by=row["hidden_by"]) for row in spam_links
            ),
            link_count=version["spam_link_count"],
        ),
        damage_evidence=_evidence(evidence, "damage"),
        encoding_evidence=_evidence(evidence, "encoding"),
    )


def _texts(stored: str) -> tuple[str, ...]:
    items = json.loads(stored)
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise TypeError("no list of texts")
    return tuple(items)


def _counts(stored: str) -> dict[str, int]:
    counts = json.loads(stored)
    if not isinstance(counts, dict) or not all(isinstance(count, int) for count in counts.values()):
        raise TypeError("no counts")
    return counts


def _evidence(rows: Sequence[Row], decision: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(kind=row["kind"], detail=row["detail"], weight=row["weight"])
        for row in rows
        if row["decision"] == decision
    )

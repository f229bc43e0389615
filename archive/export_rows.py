"""The rows that `repost export` gives: one an article, its present version, with columns whose names and types stay.

`COLUMNS` is all there is to know about them: the export, its types in every format, and docs/data-dictionary.md follow
from it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.rows import as_json, counted, listed

BATCH = 500  # articles asked for at once; what is held in memory
DOUBTFUL = "doubtful"  # among a version's repairs: not a rule, but how many of the repairs are uncertain


class Kind(StrEnum):
    """What a column holds; NULL stands for "the page does not say", unless the column's text says otherwise."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"  # a moment, with its offset from UTC
    DATE = "date"
    TEXTS = "list of texts"
    RECORDS = "list of records"


_T = TypeVar("_T", list[Any], dict[str, Any])
Value = None | str | int | bool | datetime | date | list[str] | list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of an export.

    Attributes:
        name: as it stands in every format.
        kind: its type.
        doc: what it means, for the data dictionary.
        sql: where it comes from: an expression over `articles` and `versions`.
        value: how what SQLite gives becomes a value of this kind.
        parts: of `RECORDS`: the fields of each and their kinds.
        by_default: whether it is exported without being named.
    """

    name: str
    kind: Kind
    doc: str
    sql: str
    value: Callable[[object], Value]
    parts: tuple[tuple[str, Kind], ...] = ()
    by_default: bool = True


def rows(
    db: Database, columns: Sequence[Column], article_ids: Iterable[int] | None = None
) -> Iterator[tuple[Value, ...]]:
    """The articles, one tuple each in the order of `columns`.

    Args:
        db: the archive, within `archive.connect.snapshot` where all shall be of one moment.
        columns: what is wanted of each.
        article_ids: which, and in which order; without it all, by id. Those that hold no article any more are left out.
    """
    wanted = ", ".join(("articles.id", *(column.sql for column in columns)))
    query = f"SELECT {wanted} FROM articles JOIN versions ON versions.id = articles.version_id"  # noqa: S608 - our own
    for row in _ordered(db, query, article_ids):
        yield tuple(column.value(value) for column, value in zip(columns, row[1:], strict=True))


def columns_named(names: Iterable[str]) -> tuple[Column, ...]:
    """The columns of these names, in this order; all that are exported by default for no name at all.

    Raises:
        ArchiveError: there is none of that name.
    """
    wanted = list(dict.fromkeys(names))
    if unknown := [name for name in wanted if name not in _BY_NAME]:
        raise ArchiveError(f"no field {', '.join(unknown)}; there are {', '.join(_BY_NAME)}")
    return tuple(map(_BY_NAME.__getitem__, wanted)) or tuple(column for column in COLUMNS if column.by_default)


def _ordered(db: Database, query: str, article_ids: Iterable[int] | None) -> Iterator[tuple[object, ...]]:
    if article_ids is None:
        # Not `yield from`: given up half-way, that would close the cursor, which by then may be of a closed archive.
        for row in db.execute(f"{query} ORDER BY articles.id"):  # noqa: UP028 - the reason is above
            yield row
        return
    query += " WHERE articles.id IN (SELECT value FROM json_each(?))"
    ids = iter(article_ids)
    while batch := list(islice(ids, BATCH)):
        by_id = {row[0]: row for row in db.execute(query, (as_json(batch),))}
        yield from (by_id[article_id] for article_id in batch if article_id in by_id)


# -- from what SQLite holds to a value; what a forged archive holds instead is an empty value


def _plain(value: object) -> Value:
    return value  # type: ignore[return-value]  # SQLite's strict tables hold nothing but text and integers there


def _boolean(value: object) -> Value:
    return bool(value)


def _moment(value: object) -> Value:
    """A time of day on some day; None for a date alone, which is no moment."""
    text = str(value or "")
    if len(text) <= len("2026-02-11"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value: object) -> Value:
    try:
        return date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def _texts(value: object) -> Value:
    return listed(value)


def _lines(value: object) -> Value:
    return "\n".join(listed(value))


def _records(value: object) -> Value:
    return [dict(item) for item in _parsed(value, list)]


def _credits(value: object) -> Value:
    return [
        {"role": str(item["role"]), "names": [str(name) for name in item["names"]]} for item in _parsed(value, list)
    ]


def _repairs(value: object) -> Value:
    """Rules and their numbers of places, without the count of doubtful ones, which is a column of its own."""
    counts = sorted(counted(value).items())
    return [{"rule": rule, "places": places} for rule, places in counts if rule != DOUBTFUL]


def _parsed(value: object, shape: type[_T]) -> _T:
    try:
        parsed = json.loads(str(value))
    except (ValueError, RecursionError):
        return shape()
    return parsed if isinstance(parsed, shape) else shape()


# -- the columns


def _column(name: str, kind: Kind, doc: str, sql: str = "", *, by_default: bool = True) -> Column:
    values = {Kind.BOOLEAN: _boolean, Kind.TIMESTAMP: _moment, Kind.DATE: _day, Kind.TEXTS: _texts}
    value = values.get(kind, _plain)
    return Column(name=name, kind=kind, doc=doc, sql=sql or f"versions.{name}", value=value, by_default=by_default)


_FAMILY = """(
    SELECT min(family_id) FROM family_members WHERE article_id = articles.id AND role = 'copy'
)"""
_CAPTURES = """(
    SELECT count(*) FROM captures JOIN versions AS other ON other.id = captures.version_id
    WHERE other.article_id = articles.id
)"""
_CREDITS = """(
    SELECT json_group_array(json_object('role', role, 'names', json(names))) FROM (
        SELECT role, names FROM credits WHERE version_id = versions.id ORDER BY number
    )
)"""
_IMAGES = """(
    SELECT json_group_array(json_object('src', src, 'alt', alt, 'caption', caption)) FROM (
        SELECT src, alt, caption FROM images WHERE version_id = versions.id ORDER BY number
    )
)"""
_REPAIRS = "(SELECT coalesce(sum(value), 0) FROM json_each(versions.repairs) WHERE key <> 'doubtful')"
_DOUBTFUL = f"coalesce(versions.repairs ->> '$.{DOUBTFUL}', 0)"

COLUMNS = (
    _column("article_id", Kind.INTEGER, "The article's id in this archive; it never changes.", "articles.id"),
    _column("site", Kind.TEXT, "The site's key: the name of its site file, else its host.", "articles.site"),
    _column("site_name", Kind.TEXT, "The reposting site, in its own words."),
    _column("url", Kind.TEXT, "The address that the page was fetched from."),
    _column("url_key", Kind.TEXT, "Its canonical form: the same for every spelling.", "articles.url_key"),
    _column("declared_url", Kind.TEXT, "The address that the page names as its own."),
    _column("headline", Kind.TEXT, "标题, restored; never the injected title."),
    _column("kicker", Kind.TEXT, "引题, the line above the headline."),
    _column("subtitle", Kind.TEXT, "副题, the line below it."),
    _column("published_at", Kind.TIMESTAMP,
            "When the page says it was published; empty where it gives no time of day, see `published_on`."),
    _column("published_on", Kind.DATE, "The day of that, as the page has it, in its own time zone.",
            "versions.published_at"),
    _column("source", Kind.TEXT, "来源, the outlet that it was taken from."),
    _column("authors", Kind.TEXTS, "Writers, in the order printed."),
    Column(name="credits", kind=Kind.RECORDS, doc="Who did what (编辑, 摄影 …).", sql=_CREDITS, value=_credits,
           parts=(("role", Kind.TEXT), ("names", Kind.TEXTS))),
    _column("breadcrumb", Kind.TEXTS, "Section names from the root down, without the closing 正文."),
    _column("view_count", Kind.INTEGER, "点击量, as this version's page showed it."),
    Column(name="text", kind=Kind.TEXT, doc="The body, restored: its paragraphs with a line break between them.",
           sql="versions.body", value=_lines),
    _column("body", Kind.TEXTS, "The same as a list of paragraphs.", by_default=False),
    _column("notices", Kind.TEXTS, "Disclaimers and copyright lines."),
    Column(name="images", kind=Kind.RECORDS, doc="The article's pictures, in reading order.", sql=_IMAGES,
           value=_records, parts=(("src", Kind.TEXT), ("alt", Kind.TEXT), ("caption", Kind.TEXT))),
    _column("hijacked", Kind.BOOLEAN, "Whether the page was hijacked when this version was fetched."),
    _column("spam_title", Kind.TEXT, "The injected title or header, verbatim."),
    _column("spam_link_count", Kind.INTEGER, "Links in the injected farms."),
    _column("damage", Kind.TEXT, "The damage class found: `clean`, `annotated`, `converted` …"),
    _column("repairs", Kind.INTEGER, "How many places were repaired.", _REPAIRS),
    _column("doubtful", Kind.INTEGER, "How many of them have no clear winner.", _DOUBTFUL),
    Column(name="repairs_by_rule", kind=Kind.RECORDS, doc="The same by rule.", sql="versions.repairs", value=_repairs,
           parts=(("rule", Kind.TEXT), ("places", Kind.INTEGER))),
    _column("encoding", Kind.TEXT, "How the bytes were decoded: a Python codec's name."),
    _column("script", Kind.TEXT, "`hans`, `hant` or `other`, of the restored text."),
    _column("family_id", Kind.INTEGER, "The family of reposts that it is a copy in; empty for none.", _FAMILY),
    _column("version", Kind.INTEGER, "The number of this version within the article, from 1."),
    _column("captures", Kind.INTEGER, "How often the article was fetched, all versions together.", _CAPTURES),
    _column("first_seen", Kind.TIMESTAMP, "When the archive first fetched the article.", "articles.first_seen"),
    _column("last_seen", Kind.TIMESTAMP, "When it last fetched it, or was told that it is unchanged.",
            "articles.last_seen"),
    _column("fetched_at", Kind.TIMESTAMP, "When the capture that first gave this version was fetched."),
    _column("digest", Kind.TEXT, "SHA-256 of the normalised headline and body: equal for equal words."),
    _column("cleaner", Kind.TEXT, "The program's version that cleaned it.", by_default=False),
    _column("headline_raw", Kind.TEXT, "The headline as the page has it, before restoring.", by_default=False),
    Column(name="body_raw", kind=Kind.TEXTS, doc="The paragraphs as the page has them, before restoring.",
           sql="coalesce(versions.body_raw, versions.body)", value=_texts, by_default=False),
    _column("published_raw", Kind.TEXT, "What `published_at` was read from.", by_default=False),
    _column("source_raw", Kind.TEXT, "What `source` was read from.", by_default=False),
    _column("authors_raw", Kind.TEXT, "What `authors` was read from.", by_default=False),
    _column("credits_raw", Kind.TEXTS, "What `credits` was read from.", by_default=False),
    _column("view_count_raw", Kind.TEXT, "What `view_count` was read from.", by_default=False),
)  # fmt: skip
_BY_NAME = {column.name: column for column in COLUMNS}

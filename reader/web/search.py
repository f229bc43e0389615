"""The page of results: what was found, with the places where it stands, and the filters that lead on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from io import BytesIO
from itertools import islice
from typing import Final
from urllib.parse import urlencode

from archive.connect import Archive
from archive.coverage import site_keys
from archive.errors import ArchiveError
from archive.export_rows import columns_named, rows
from archive.search.find import RANKED, Hit, Order, Query, article_ids, count, search
from archive.search.query import QueryError
from reader.export import write_csv
from reader.web.answers import Download, NotFound, Page

HITS: Final = 20  # of one page
DEEPEST: Final = 2_000  # hits that can be paged through; who wants more exports them
COUNTED: Final = 1_000
SITES: Final = 500  # that are offered while one is typed
MOST_ROWS: Final = 5_000  # of a table: `repost export` has no such bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as it stands in an address; every field is text, and empty where nothing is asked.

    Attributes:
        q: words, as `archive.search.query` describes.
        hijacked: `yes` or `no`.
        order: `newest` or `rank`.
        start: how many hits come before this page.
    """

    q: str = ""
    site: str = ""
    source: str = ""
    author: str = ""
    since: str = ""
    until: str = ""
    hijacked: str = ""
    family: str = ""
    order: str = ""
    start: str = ""

    def address(self, path: str = "/search") -> str:
        """Where this search is found."""
        given = {name: value for name, value in asdict(self).items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    def query(self) -> Query:
        """As the archive understands it.

        Raises:
            QueryError: a field cannot be understood.
        """
        if self.hijacked not in {"", "yes", "no"}:
            raise QueryError("hijacked is yes or no")
        if self.order and self.order not in set(Order):
            raise QueryError("order is newest or rank")
        return Query(
            text=self.q.strip() or None,
            site=self.site or None,
            source=self.source or None,
            author=self.author or None,
            since=_day("since", self.since),
            until=_day("until", self.until),
            hijacked={"yes": True, "no": False}.get(self.hijacked),
            family=_number("family", self.family),
            order=Order(self.order) if self.order else Order.NEWEST,
            limit=HITS + 1,
            offset=min(_number("start", self.start) or 0, DEEPEST),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a search found.

    Attributes:
        hits: of this page.
        count: how many there are; `more` when they were not counted any further.
        first: the number of the first hit on this page, from 1.
        ranked: of how many newest hits these are the best, where there are more.
        earlier, later: the addresses of the pages before and after, or None.
    """

    hits: tuple[Hit, ...]
    count: int
    more: bool
    first: int
    ranked: int | None
    earlier: str | None
    later: str | None


def page(db: Archive, arguments: Mapping[str, str]) -> Page:
    """The results of a search, or why there are none."""
    asked = _asked(arguments)
    problem = results = None
    try:
        results = _results(db, asked)
    except (QueryError, ArchiveError) as error:
        problem = str(error)
    return Page(
        template="search.html",
        context={
            "asked": asked,
            "results": results,
            "problem": problem,
            "sites": list(site_keys(db, limit=SITES)),
            "filtered": asked != Asked(q=asked.q, order=asked.order, start=asked.start),
            "csv": replace(asked, order="", start="").address("/search.csv"),
            "most_rows": MOST_ROWS,
            "orders": {name: replace(asked, order=name, start="").address() for name in map(str, Order)},
        },
        status=400 if problem else 200,
    )


def table(db: Archive, arguments: Mapping[str, str]) -> Download:
    """The articles that a search finds, as `repost export` writes them, the newest `MOST_ROWS` of them.

    Raises:
        NotFound: the search cannot be understood.
    """
    try:
        query = replace(_asked(arguments).query(), order=Order.NEWEST, limit=MOST_ROWS, offset=0)
        found = list(article_ids(db, query))
    except (QueryError, ArchiveError) as error:
        raise NotFound(str(error)) from error
    columns = columns_named(())
    written = BytesIO()
    write_csv(written, columns, rows(db, columns, found), bom=True)
    return Download(name="articles.csv", content_type="text/csv; charset=utf-8", body=written.getvalue())


def _asked(arguments: Mapping[str, str]) -> Asked:
    return Asked(**{name: arguments.get(name, "").strip()[:1_000] for name in Asked.__dataclass_fields__})


def _results(db: Archive, asked: Asked) -> Results:
    query = asked.query()
    found = search(db, query)
    hits = tuple(islice(found.hits, HITS + 1))
    number = count(db, query, at_most=COUNTED + 1)
    start = query.offset

    def at(first: int) -> str:
        return replace(asked, start=str(first) if first else "").address()

    return Results(
        hits=hits[:HITS],
        count=min(number, COUNTED),
        more=number > COUNTED,
        first=start + 1,
        ranked=RANKED if found.bounded else None,
        earlier=at(max(0, start - HITS)) if start else None,
        later=at(start + HITS) if len(hits) > HITS and start + HITS <= DEEPEST else None,
    )


def _day(name: str, value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise QueryError(f"{name} is a day like 2026-02-11, not {value}") from error


def _number(name: str, value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise QueryError(f"{name} is a number, not {value}")
    return int(value)

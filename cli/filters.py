"""Which articles: the options that every command shares which works on a part of the archive, as `repost search`."""

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, ParamSpec, TypeVar

import click

from archive.connect import Archive
from archive.search.find import Query, article_ids, sql_of
from archive.search.query import QueryError
from cli.console import Number

_P = ParamSpec("_P")
_R = TypeVar("_R")


_DAY = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?", re.ASCII)


class Day(click.ParamType[date]):
    """A day, or the first or last day of a month or year: `2026-03-09`, `2026-03`, `2026`."""

    name = "date"

    def __init__(self, *, last: bool = False) -> None:
        self._last = last

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read what was given."""
        if isinstance(value, date):
            return value
        if not (found := _DAY.fullmatch(value)):
            self.fail(f"{value!r} is no day: write 2026-03-09, 2026-03 or 2026", param, ctx)
        year, month, day = (int(number) if number else None for number in found.groups())
        try:
            month = month or (12 if self._last else 1)
            return date(year or 0, month, day or (calendar.monthrange(year or 0, month)[1] if self._last else 1))
        except ValueError as error:  # the 30th of February; IllegalMonthError is one too
            self.fail(f"{value}: {error}", param, ctx)


_NARROWING = (
    click.option("--site", help="Only this site (its recipe's name, else its host)."),
    click.option("--source", help="Only what was taken from this outlet (来源): the whole name, in either script."),
    click.option("--author", help="Only this author: the whole name, in either script."),
    click.option(
        "--since", type=Day(), help="Only what was published on this day or later: 2026-03-09, 2026-03, 2026."
    ),
    click.option("--until", type=Day(last=True), help="Only what was published on this day or earlier."),
    click.option("--hijacked/--not-hijacked", default=None, help="Only pages that were, or were not, hijacked."),
    click.option("--family", type=Number(1, 2**63 - 1), metavar="ID", help="Only this family of reposts."),
)
_WORDS = click.option(
    "--query", "text", metavar="WORDS", help="Only articles with these words, as for `repost search`."
)


def narrowing_options(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add the options that narrow a search down; they have the names that `archive.search.Query` has for them."""
    for option in reversed(_NARROWING):
        command = option(command)
    return command


def filter_options(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add the options of a query; `selected` takes them as they come."""
    return _WORDS(narrowing_options(command))


def selected(db: Archive, options: Mapping[str, Any]) -> Iterator[int] | None:
    """The ids of the articles that the options of `filter_options` ask for; None where they ask for all.

    Raises:
        click.UsageError: the words cannot be understood.
        ArchiveError: there is no such family, or no such site.
    """
    if all(value is None for value in options.values()):
        return None
    query = Query(**options, limit=None)
    try:
        sql_of(db, query)  # what is wrong with it is said before anything is written
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    return article_ids(db, query)

"""Which articles: the options that every command shares which works on a part of the archive, as `repost search`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar

import click

from archive.connect import Archive
from archive.search import Query, article_ids, sql_of
from archive.search_query import QueryError

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Day(click.ParamType[date]):
    """A day in ISO 8601."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401 - click's
        """The day."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a day, as pages print it
        except ValueError:
            self.fail(f"{value!r} is no day, like 2026-02-11", param, ctx)


FILTERS = (
    click.option("--query", "text", metavar="WORDS", help="Only articles with these words, as for `repost search`."),
    click.option("--site", help="Only this site (its recipe's name, else its host)."),
    click.option("--source", help="Only articles taken from this outlet (来源), in either script."),
    click.option("--author", help="Only articles of this writer."),
    click.option("--since", type=Day(), metavar="DATE", help="Only articles published on this day or later."),
    click.option("--until", type=Day(), metavar="DATE", help="Only articles published on this day or earlier."),
    click.option("--hijacked/--not-hijacked", default=None, help="Only pages that were, or were not, hijacked."),
    click.option("--family", type=click.IntRange(1, 2**63 - 1), metavar="ID", help="Only this family of reposts."),
)


def filter_options(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add the options of a query; `selected` takes them as they come."""
    for option in reversed(FILTERS):
        command = option(command)
    return command


def selected(db: Archive, options: Mapping[str, Any]) -> Iterator[int] | None:
    """The ids of the articles that the options of `filter_options` ask for; None where they ask for all.

    Raises:
        click.UsageError: the words cannot be understood.
        ArchiveError: there is no such family.
    """
    if all(value is None for value in options.values()):
        return None
    query = Query(**options, limit=None)
    try:
        sql_of(db, query)  # what is wrong with it is said before anything is written
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    return article_ids(db, query)

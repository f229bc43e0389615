"""What we add to Datasette: pages of our own, and text made harmless in the cells of its tables."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import quote, unquote

import pluggy
from datasette.utils.asgi import Response  # type: ignore[import-untyped]  # ships no types
from jinja2 import Environment
from markupsafe import Markup

from archive.connect import Archive, reading
from archive.errors import ArchiveError
from archive.pack import Unpackable
from reader.web import article, family, home, reasons, search, sites, text
from reader.web.answers import Download, NotFound, Page

Untyped = Any  # what Datasette hands over and takes: it ships no types
_LOG: Final = logging.getLogger(__name__)
hookimpl: Final = pluggy.HookimplMarker("datasette")
DATABASE: Final = "archive"  # the name under which Datasette has it, whatever the file is called
MASKED: Final = frozenset({"domain", "anchor", "spam_title"})  # columns that hold what spammers wrote
# Everything but tables and style sheets; also `//other.example/`, which Datasette would redirect to, slash taken off.
_ELSEWHERE: Final = rf"^/(?!(?:{DATABASE}(?:[/.]|$)|static/)).*$"
SLOWEST: Final = 10  # seconds that a page of ours may read; then SQLite is stopped, between two of its steps
LONGEST_CELL: Final = 80  # characters; a row of a table is to look through, its own page to read
PAGES: Final = {"article_id": "/article/", "family_id": "/family/"}  # columns whose numbers have a page of ours
METADATA: Final = {"title": "Repost Archive"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a visitor asked for.

    Attributes:
        parts: the named parts of the path.
        arguments: the query string; of repeated names the last one.
    """

    parts: dict[str, str]
    arguments: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One kind of page.

    Attributes:
        path: as the documentation writes it.
        pattern: the regular expression that a path matches in full.
        show: reads the archive and gives the page.
    """

    path: str
    pattern: str
    show: Callable[[Archive, Request], Page | Download]


ROUTES: Final = (
    Route(path="/", pattern=r"/", show=lambda db, _: home.page(db)),
    Route(path="/search", pattern=r"/search", show=lambda db, asked: search.page(db, asked.arguments)),
    Route(path="/search.csv", pattern=r"/search\.csv", show=lambda db, asked: search.table(db, asked.arguments)),
    Route(
        path="/article/ID",
        pattern=r"/article/(?P<id>[0-9]{1,18})",
        show=lambda db, asked: article.page(db, asked.parts["id"], asked.arguments),
    ),
    Route(
        path="/capture/ID/raw",
        pattern=r"/capture/(?P<id>[0-9]{1,18})/raw",
        show=lambda db, asked: article.raw(db, int(asked.parts["id"])),
    ),
    Route(path="/families", pattern=r"/families", show=lambda db, _: family.list_page(db)),
    Route(
        path="/family/ID",
        pattern=r"/family/(?P<id>[0-9]{1,18})",
        show=lambda db, asked: family.page(db, int(asked.parts["id"]), asked.arguments),
    ),
    Route(path="/sites", pattern=r"/sites", show=lambda db, asked: sites.list_page(db, asked.arguments)),
    Route(
        path="/site/NAME",
        pattern=r"/site/(?P<name>[^/]+)",
        show=lambda db, asked: sites.site_page(db, asked.parts["name"]),
    ),
    Route(path="/campaigns", pattern=r"/campaigns", show=lambda db, _: sites.campaigns_page(db)),
)


@hookimpl
def register_routes() -> Sequence[tuple[str, Callable[..., Untyped]]]:
    """Our pages, and nothing else but the archive's tables: Datasette's pages about itself are not for visitors."""
    return [*((f"^{route.pattern}$", _view(route)) for route in ROUTES), (_ELSEWHERE, _nothing)]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Nothing that is printed by any template drives a browser's text direction or hides in control characters."""
    env.finalize = _harmless
    env.trim_blocks = env.lstrip_blocks = True
    env.filters |= {
        "cut": text.cut,
        "mask": text.mask,
        "link": text.link,
        "local": text.local,
        "language": text.language,
        "language_of": text.language_of,
        "segment": partial(quote, safe=""),
        "version_name": lambda version_id, names: names.get(version_id, str(version_id)),
        "title_of": reasons.title_of,
    }
    env.globals |= {"why": reasons.why, "weight": reasons.weight}


@hookimpl
def extra_template_vars() -> dict[str, object]:
    """What Datasette's own pages need of ours."""
    return {"masked_columns": MASKED}


@hookimpl
def handle_exception(datasette: Untyped, request: Untyped, exception: Exception) -> Callable[[], Awaitable[Untyped]]:
    """What a visitor is told instead of a page.

    Datasette's own handler, which this replaces, prints every local variable for a mistyped query.
    """
    status = getattr(exception, "status", 500)
    words = getattr(exception, "message", None) or str(exception)
    if getattr(exception, "message_is_html", False):  # only where a query took too long
        words = "The query took longer than it may."
    if status >= 500:
        _LOG.error("%s failed", text.visible(request.path), exc_info=exception)
        words = "This page failed; what went wrong is where `repost serve` was started."

    async def answer() -> Untyped:
        if request.path.endswith(".json"):
            return Response.json({"ok": False, "error": words, "status": status}, status=status)
        return await _rendered(datasette, request, _problem(status, words))

    return answer


@hookimpl
def render_cell(value: object, column: str) -> object:
    """A cell of a table: text and nothing else, but for the numbers of our own pages. None leaves it to Datasette."""
    if isinstance(value, dict) and column in PAGES:  # a reference, with the label of what it refers to
        value = value["value"]
    if isinstance(value, str):
        short = text.cut(value, LONGEST_CELL)
        return (
            Markup("<details class=spam><summary>masked</summary>{}</details>").format(text.visible(text.mask(short)))
            if column in MASKED
            else short
        )
    if isinstance(value, int) and column in PAGES:
        return Markup('<a href="{}{}">{}</a>').format(PAGES[column], value, value)
    return None


def _harmless(value: object) -> object:
    return text.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _view(route: Route) -> Callable[..., Untyped]:
    async def view(request: Untyped, datasette: Untyped) -> Untyped:
        asked = Request(
            parts={name: unquote(part) for name, part in request.url_vars.items()},
            arguments={name: request.args.getlist(name)[-1] for name in request.args},
        )
        found = await asyncio.to_thread(_read, Path(datasette.get_database(DATABASE).path), route, asked)
        if isinstance(found, Download):
            return Response(
                found.body,
                content_type=found.content_type,
                headers={"content-disposition": f'attachment; filename="{found.name}"'},
            )
        return await _rendered(datasette, request, found)

    return view


async def _rendered(datasette: Untyped, request: Untyped, found: Page) -> Untyped:
    html = await datasette.render_template(found.template, dict(found.context), request=request)
    return Response.html(html, status=found.status)


def _read(db_path: Path, route: Route, asked: Request) -> Page | Download:
    try:
        with reading(db_path) as db:
            deadline = monotonic() + SLOWEST
            db.conn.set_progress_handler(lambda: monotonic() > deadline, 100_000)
            return route.show(db, asked)
    except NotFound as nothing:
        return _problem(404, str(nothing))
    except Unpackable as damaged:
        return _problem(500, str(damaged))
    except ArchiveError as error:
        sys.stderr.write(f"repost: {text.visible(str(error))}\n")
        return _problem(503, f"The archive cannot be read just now, or not in {SLOWEST} seconds.")


async def _nothing(datasette: Untyped, request: Untyped) -> Untyped:
    return await _rendered(datasette, request, _problem(404, "There is no such page."))


def _problem(status: int, words: str) -> Page:
    return Page(template="problem.html", context={"status": status, "words": words}, status=status)

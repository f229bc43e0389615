"""What we add to Datasette: pages of our own, and text made harmless in the cells of its tables."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pluggy
from datasette.utils.asgi import Response  # type: ignore[import-untyped]  # ships no types
from jinja2 import Environment
from markupsafe import Markup

from archive.connect import Archive, ArchiveError, reading
from archive.pack import Unpackable
from reader.web import article, home, reasons, search, sites, text
from reader.web.answers import Download, NotFound, Page

hookimpl: Final = pluggy.HookimplMarker("datasette")
DATABASE: Final = "archive"  # the name under which Datasette has it, whatever the file is called
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
    Route(path="/sites", pattern=r"/sites", show=lambda db, _: sites.list_page(db)),
    Route(
        path="/site/NAME",
        pattern=r"/site/(?P<name>[^/]+)",
        show=lambda db, asked: sites.site_page(db, asked.parts["name"]),
    ),
    Route(path="/campaigns", pattern=r"/campaigns", show=lambda db, _: sites.campaigns_page(db)),
)


@hookimpl
def register_routes() -> Sequence[tuple[str, Callable[..., Any]]]:
    """Our pages; and Datasette's own about itself (`/-/`, `/_internal`) are not for visitors."""
    return [(r"^/(?:-/|_).*$", _nothing), *((f"^{route.pattern}$", _view(route)) for route in ROUTES)]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Nothing that is printed by any template drives a browser's text direction or hides in control characters."""
    env.finalize = _harmless
    env.trim_blocks = env.lstrip_blocks = True
    env.filters |= {
        "cut": text.cut,
        "mask": text.mask,
        "link": text.link,
        "language": text.language,
        "language_of": text.language_of,
        "title_of": reasons.title_of,
    }
    env.globals |= {"why": reasons.why, "weight": reasons.weight}


def _harmless(value: object) -> object:
    return text.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _view(route: Route) -> Callable[..., Any]:
    async def view(request: Any, datasette: Any) -> Any:  # noqa: ANN401 - Datasette ships no types
        asked = Request(
            parts={name: unquote(part) for name, part in request.url_vars.items()},
            arguments={name: request.args.getlist(name)[-1] for name in request.args},
        )
        found = await asyncio.to_thread(_read, Path(datasette.get_database(DATABASE).path), route, asked)
        if isinstance(found, Download):
            return Response(
                found.body,
                content_type="application/octet-stream",
                headers={"content-disposition": f'attachment; filename="{found.name}"'},
            )
        html = await datasette.render_template(found.template, dict(found.context), request=request)
        return Response.html(html, status=found.status)

    return view


def _read(db_path: Path, route: Route, asked: Request) -> Page | Download:
    try:
        with reading(db_path) as db:
            return route.show(db, asked)
    except NotFound as nothing:
        return _problem(404, str(nothing))
    except Unpackable as damaged:
        return _problem(500, str(damaged))
    except ArchiveError as error:
        sys.stderr.write(f"repost: {text.visible(str(error))}\n")
        return _problem(503, "The archive cannot be read just now, or this takes too long.")


async def _nothing(datasette: Any, request: Any) -> Any:  # noqa: ANN401 - Datasette ships no types
    html = await datasette.render_template(
        "problem.html", dict(_problem(404, "There is no such page.").context), request
    )
    return Response.html(html, status=404)


def _problem(status: int, words: str) -> Page:
    return Page(template="problem.html", context={"status": status, "words": words}, status=status)

"""What we know of each site, read from the TOML files beside this module: one small file a site, all of it optional."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import cssselect

from crawler.items import SiteRecipe

HERE = Path(__file__).parent
_DEFAULT_PORTS = {"http": 80, "https": 443}


class RecipeError(ValueError):
    """A site file that cannot be used; the message is one line that names the file and what is wrong in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipes:
    """The sites known, by name and by host."""

    by_name: Mapping[str, SiteRecipe] = field(default_factory=dict)
    by_host: Mapping[str, SiteRecipe] = field(default_factory=dict)

    def site_of(self, url: str) -> str:
        """The key of an address's site: the name of its recipe, else its host, with a port that is not the usual one.

        >>> Recipes().site_of("http://News.Example:80/a.html")
        'news.example'
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.port not in {None, _DEFAULT_PORTS.get(parts.scheme)}:
            host = f"{host}:{parts.port}"
        recipe = self.by_host.get(host)
        return recipe.name if recipe else host

    def of(self, site: str) -> SiteRecipe | None:
        """The recipe of a site's key, if there is one."""
        return self.by_name.get(site)


@cache
def load_recipes(directory: Path = HERE) -> Recipes:
    """Read every `*.toml` of a folder.

    Raises:
        RecipeError: a file is not TOML, names a field or value that a recipe does not have, or claims a host that
            another file has.
    """
    by_name: dict[str, SiteRecipe] = {}
    by_host: dict[str, SiteRecipe] = {}
    for path in sorted(directory.glob("*.toml")):
        recipe = read_recipe(path)
        by_name[recipe.name] = recipe
        for host in recipe.hosts:
            other = by_host.setdefault(host, recipe)
            if other is not recipe:
                raise RecipeError(f"{path}: hosts: {host} belongs to {other.name}.toml already")
    return Recipes(by_name=by_name, by_host=by_host)


def read_recipe(path: Path) -> SiteRecipe:
    """Read one site file; its stem is the site's key.

    Raises:
        RecipeError: as for `load_recipes`.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # tomllib's message ends with line and column
        raise RecipeError(f"{path}: {error}") from error
    checks: dict[str, Callable[[object], object]] = {
        "hosts": _hosts,
        "site_name": _text,
        "time_zone": _time_zone,
        "headline": _selector,
        "body": _selector,
        "byline": _selector,
    }
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in checks:
            raise RecipeError(f"{path}: {name}: no such field; there are {', '.join(checks)}")
        try:
            checked[name] = checks[name](value)
        except ValueError as error:
            raise RecipeError(f"{path}: {name}: {error}") from error
    return SiteRecipe(name=path.stem, **checked)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text")
    return value.strip()


def _hosts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('must be a list of host names, like ["www.news.example"]')
    hosts = tuple(_text(host).lower() for host in value)
    for host in hosts:
        if "/" in host:
            raise ValueError(f"{host!r} is an address, not a host name")
    return hosts


def _time_zone(value: object) -> str:
    name = _text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # KeyError: not in the database; OSError: names a folder of it
        raise ValueError(f'{name!r} is no IANA time zone, like "Asia/Shanghai"') from error
    return name


def _selector(value: object) -> str:
    text = _text(value)
    try:
        cssselect.parse(text)
    except cssselect.SelectorError as error:
        raise ValueError(f"{text!r} is no CSS selector: {error}") from error
    return text

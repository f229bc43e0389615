"""What we know of each site, read from one small TOML file a site, all of it optional.

The files stand beside this module, or in the folder that `REPOST_SITES` names (`--sites` sets it for one command).
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.items import Capture, SiteRecipe
from sites.addresses import ascii_host, host_of, quoted
from sites.selectors import steps

HERE = Path(__file__).parent
FOLDER_VARIABLE = "REPOST_SITES"
MOST_PAGES = 1_000  # of one section that a site file may ask for

# The rules that a site's file may set aside for its own hosts, with a written reason.
EXCEPTIONS = ("robots", "certificate")
SHORTEST_REASON = 10  # characters of a reason: "yes", "needed" and "私有" say nothing to whoever asks a year later

_SCHEMES = frozenset({"http", "https"})
_NOT_IN_HOST = re.compile(r"[\x00-\x20\x7f/\\?#@<>\"^`{|}%]")
_INTERVAL = re.compile(r"(\d{1,4})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LINE_OF_SYNTAX = re.compile(r"\(at line (\d+),")


class RecipeError(ValueError):
    """A site file that cannot be used; the message is one line that names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing that is wrong with a site file.

    Attributes:
        path: the file.
        line: where, from 1.
        message: what, in one line.
    """

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        """The line that people read; editors jump to it."""
        return f"{self.path}:{self.line}: {self.message}"


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
        host = host_of(url)
        recipe = self.by_host.get(host)
        return recipe.name if recipe else host

    def of(self, site: str) -> SiteRecipe | None:
        """The recipe of a site's key, if there is one."""
        return self.by_name.get(site)

    def for_capture(self, capture: Capture) -> SiteRecipe | None:
        """The recipe that a capture is cleaned with: without selectors where they were no longer valid then."""
        recipe = self.of(capture.site)
        if recipe and recipe.valid_until and capture.fetched_at.date() > recipe.valid_until:
            return replace(recipe, headline=None, body=None, byline=None)
        return recipe


def recipe_folder() -> Path:
    """The folder of the site files."""
    return Path(os.environ.get(FOLDER_VARIABLE) or HERE)


def load_recipes(directory: Path | None = None) -> Recipes:
    """Read every `*.toml` of a folder, once.

    Args:
        directory: the folder; `recipe_folder` where none is given.

    Raises:
        RecipeError: a file is not TOML, names a field or value that a recipe does not have, or claims a host that
            another file has; or there is no such folder.
    """
    return _load(directory or recipe_folder())


@cache
def _load(directory: Path) -> Recipes:
    recipes, wrong = read_folder(directory)
    if wrong:
        raise RecipeError(str(wrong[0]))
    return recipes


def read_folder(directory: Path) -> tuple[Recipes, list[Wrong]]:
    """Read every `*.toml` of a folder: what is right, and everything that is wrong."""
    if not directory.is_dir():
        return Recipes(), [Wrong(path=directory, line=1, message="no such folder")]
    by_name: dict[str, SiteRecipe] = {}
    by_host: dict[str, SiteRecipe] = {}
    wrong: list[Wrong] = []
    for path in sorted(directory.glob("*.toml")):
        recipe, problems = _read(path)
        wrong += problems
        if recipe is None:
            continue
        by_name[recipe.name] = recipe
        for host in recipe.hosts:
            other = by_host.setdefault(host, recipe)
            if other is not recipe:
                text = path.read_text(encoding="utf-8")
                message = f"hosts: {host} belongs to {other.name}.toml already"
                wrong.append(Wrong(path=path, line=_line_of(text, "hosts", host), message=message))
    return Recipes(by_name=by_name, by_host=by_host), wrong


def read_recipe(path: Path) -> SiteRecipe:
    """Read one site file; its stem is the site's key.

    Raises:
        RecipeError: as for `load_recipes`.
    """
    recipe, wrong = _read(path)
    if recipe is None:
        raise RecipeError(str(wrong[0]))
    return recipe


def _read(path: Path) -> tuple[SiteRecipe | None, list[Wrong]]:
    """One site file, or everything that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, not TOML
        at = _LINE_OF_SYNTAX.search(str(error))
        lines = path.read_bytes().count(b"\n") + 1 if path.is_file() else 1
        line = int(at[1]) if at else lines if "end of document" in str(error) else 1
        if isinstance(error, UnicodeDecodeError):
            line = error.object[: error.start].count(b"\n") + 1
        return None, [Wrong(path=path, line=line, message=_in_words(error))]
    checked: dict[str, Any] = {}
    wrong: list[Wrong] = []
    for name, value in values.items():
        try:
            if name not in CHECKS:
                raise ValueError(f"no such field; there are {', '.join(CHECKS)}")  # noqa: TRY301 - one way to say it
            checked[name] = CHECKS[name](value)
        except* ValueError as errors:
            for each in errors.exceptions:
                at_value = each.args[1] if len(each.args) > 1 else None  # of a list: which of its values
                message = f"{name}: {each.args[0]}"
                wrong.append(Wrong(path=path, line=_line_of(text, name, at_value), message=message))
    recipe = SiteRecipe(name=path.stem, **checked)
    hosts_of_seeds = tuple(dict.fromkeys(map(host_of, recipe.seeds)))
    recipe = replace(recipe, hosts=recipe.hosts or hosts_of_seeds)
    for seed in recipe.seeds:
        if host_of(seed) not in recipe.hosts:
            message = f"seeds: {seed}: its host is not among hosts, so nothing of it is followed"
            wrong.append(Wrong(path=path, line=_line_of(text, "seeds", seed), message=message))
    for name, message in _at_odds(recipe):
        wrong.append(Wrong(path=path, line=_line_of(text, name), message=f"{name}: {message}"))
    return (None if wrong else recipe), wrong


def _in_words(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _at_odds(recipe: SiteRecipe) -> Iterator[tuple[str, str]]:
    """Fields that are right one by one and not together, with what is wrong."""
    if recipe.exceptions and not recipe.hosts:
        yield "exceptions", "holds for the site's own hosts, and the file names none"
    if recipe.revisit and recipe.revisit_within and recipe.revisit_within < recipe.revisit:
        yield "revisit_within", "is shorter than revisit"


def _line_of(text: str, name: str, value: str | None = None) -> int:
    """The line on which a field stands, or the value of a list in it."""
    lines = text.splitlines()
    field_line = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*[=.]|\s*\[+\s*{re.escape(name)}\b""")
    first = next((number for number, line in enumerate(lines, 1) if field_line.match(line)), 1)
    behind = enumerate(lines[first - 1 :], first)
    return next((number for number, line in behind if value and value.lower() in line.lower()), first)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text")
    return value.strip()


def _texts(value: object, example: str) -> Iterator[str]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"must be a list, like {example}")
    yield from map(_text, value)


def _hosts(value: object) -> tuple[str, ...]:
    return tuple(map(_host, _texts(value, '["www.news.example"]')))


def _host(text: str) -> str:
    """A host name, perhaps with a port, as `host_of` gives it: 新闻.example is xn--efvy88h.example."""
    if "/" in text:
        raise ValueError(f"{text!r} is an address, not a host name", text)
    name, colon, port = text.rpartition(":") if re.search(r":\d+$", text) else (text, "", "")
    if not name or _NOT_IN_HOST.search(name):
        raise ValueError(f"{text!r} is no host name", text)
    return ascii_host(name) + colon + port


def _seeds(value: object) -> tuple[str, ...]:
    return tuple(map(_seed, _texts(value, '["https://www.news.example/local/"]')))


def _seed(text: str) -> str:
    seed = quoted(text)
    try:
        parts = urlsplit(seed)
        is_address = parts.scheme in _SCHEMES and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # half an IPv6 address, a port that is no number
        is_address = False
    if not is_address or re.search(r"[\s\\]", seed) or _NOT_IN_HOST.search(parts.netloc):
        raise ValueError(f"{text!r} is no http:// or https:// address", text)
    return seed


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
        steps(text)
    except ValueError as error:
        raise ValueError(f"{text!r} cannot be used: types, classes, ids, descendants and children can") from error
    return text


def _expression(value: object) -> str:
    text = _text(value)
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("must be a date without quotes, like 2026-12-31")  # noqa: TRY004 - a value of the file
    return value


def _depth(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_PAGES:
        raise ValueError(f"must be a whole number from 1 to {MOST_PAGES}")
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 3600:
        raise ValueError("must be seconds, from 0 to 3600")
    return float(value)


def _interval(value: object) -> timedelta:
    match = _INTERVAL.fullmatch(_text(value))
    if not match or not int(match[1]):
        raise ValueError(f'{value!r} is no interval, like "30m", "6h", "1d" or "2w"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _exceptions(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        raise ValueError('must be a table, like [exceptions] and below it robots = "why"')
    reasons, wrong = {}, []
    for rule, reason in value.items():
        if rule not in EXCEPTIONS:
            wrong.append(ValueError(f"{rule}: no such rule; there are {', '.join(EXCEPTIONS)}", rule))
        elif not isinstance(reason, str) or len(reason.strip()) < SHORTEST_REASON:
            wrong.append(ValueError(f"{rule}: needs its reason, of at least {SHORTEST_REASON} characters", rule))
        else:
            reasons[rule] = " ".join(reason.split())
    if wrong:
        raise ExceptionGroup("exceptions", wrong)
    return reasons


# Each field of a site file, and what checks it; a `ValueError`'s second argument is the value of a list that is wrong.
CHECKS: dict[str, Callable[[object], object]] = {
    "hosts": _hosts,
    "site_name": _text,
    "time_zone": _time_zone,
    "headline": _selector,
    "body": _selector,
    "byline": _selector,
    "valid_until": _day,
    "seeds": _seeds,
    "article_url": _expression,
    "depth": _depth,
    "delay": _seconds,
    "revisit": _interval,
    "revisit_within": _interval,
    "exceptions": _exceptions,
}

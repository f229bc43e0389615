"""What a page of addresses gives: links to follow, each with the day it is from where that is said."""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

from sites.addresses import quoted

MAX_ADDRESS = 2083  # characters, as the guard has it
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>\"^`{|}\\]")
_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One address.

    Attributes:
        url: absolute, http or https, without fragment.
        day: the day it was published or last changed, or None where nothing says so.
    """

    url: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read from one page of addresses.

    Attributes:
        articles: addresses of articles, in the page's order, each once.
        further: addresses of further pages of addresses: the next page of a section, the files of a sitemap index.
        problem: why there is less than there should be, in one line; empty where all is well.
    """

    articles: tuple[Found, ...] = ()
    further: tuple[Found, ...] = ()
    problem: str = ""


def web_address(base: str, text: str) -> str | None:
    r"""The http(s) address that a text means on a page, without its fragment; None where it means none.

    >>> web_address("http://a.example/x/", " ..\\1|2.html#top ")
    'http://a.example/1%7C2.html'
    >>> web_address("http://a.example/", "javascript:alert(1)") is None
    True
    """
    if len(text) > MAX_ADDRESS:
        return None
    try:
        # browsers read a backslash as a slash: <a href="..\\xw\\1.html">
        path, mark, query = text.strip().partition("?")
        url = quoted(urljoin(base, path.replace("\\", "/") + mark + query))
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return None
    is_address = parts.scheme in _SCHEMES and parts.hostname and parts.username is None
    return url if is_address and not _NOT_IN_ADDRESS.search(url) else None

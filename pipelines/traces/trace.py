"""What the rules look for and hand back: a trace, and what the words of a line say about it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.items import Evidence
from pipelines.article.labelling import label_form
from pipelines.markup.blocks import Link
from pipelines.parse import Page
from pipelines.rules.spam import NAMES_OF_SITES, STRONG

SEGMENT = re.compile(r"\s*[_,，|｜•丨、]\s*|\s+[I-]\s+|-(?=[^-]{3,20}(?:-|$))")
WORDS = re.compile("|".join(map(re.escape, sorted(STRONG, key=len, reverse=True))))
_BEHIND_A_NAME = re.compile(r"(?:(?<!\d)\d+|-[A-Za-z.]+)$")  # looks at each digit once
# Hiding that menus and dialogues do not use.
DEVIOUS = frozenset({"off-screen", "zero-size", "zero-font", "transparent", "same-colour", "clipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one rule saw.

    Attributes:
        evidence: the observation and its weight.
        title: the injected title or header, verbatim.
        blocks: blocks that are spam.
        links: links of a farm.
    """

    evidence: Evidence
    title: str | None = None
    blocks: frozenset[int] = frozenset()
    links: tuple[Link, ...] = ()


Rule = Callable[[Page], Iterable[Trace]]


def spam_words(text: str) -> int:
    """How many different words of the spam vocabulary a text holds."""
    return len(set(WORDS.findall(label_form(text.lower()))))


def segments(text: str) -> int:
    """How many pieces the separators of injected headers cut a text into."""
    return len([piece for piece in SEGMENT.split(text) if len(piece) > 2])


@lru_cache(maxsize=4096)
def hostname(href: str) -> str:
    """The host that a link leads to, lower case; empty where it names none."""
    try:
        return (urlsplit(href).hostname or "").lower()
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def site_of(host: str) -> str:
    """The registrable part of a host name, near enough: news.example.com.cn and www.example.com.cn are one site."""
    labels = host.lower().split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in {"com", "net", "org", "gov", "edu", "ac", "co"}
    return ".".join(labels[-3 if short else -2 :])


def names_a_site(form: str) -> bool:
    """Whether a line, in label form, ends as names of outlets, offices and sections do: 白鹭县融媒体中心承办.

    A number may stand behind it, or the name in Latin letters: 浮桥新闻-TheBridge.
    """
    return _BEHIND_A_NAME.sub("", form, count=1).endswith(NAMES_OF_SITES)

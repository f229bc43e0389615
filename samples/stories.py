"""The invented articles behind the sample web: what their authors wrote, whatever the sites make of it.

Each is one TOML file in `articles/`. Its `text` has one block a line: `## ` begins a sub-heading, `! file | caption` is
a picture, anything else is a paragraph. The towns, people and outlets do not exist.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cache
from importlib import resources

from crawler.items import Credit


class Kind(Enum):
    """What a block of an article is."""

    PARAGRAPH = auto()
    HEADING = auto()
    PICTURE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of an article.

    Attributes:
        kind: what it is.
        text: the words; of a picture, its caption without △.
        file: of a picture, its file name.
    """

    kind: Kind
    text: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article as its author wrote it.

    Attributes:
        key: the file's stem.
        section: the outlet's section it appeared in.
        published: when the outlet published it; aware.
        views: the outlet's count.
        notices: lines the outlet puts below it.
    """

    key: str
    headline: str
    subtitle: str | None
    section: str
    published: datetime
    views: int
    authors: tuple[str, ...]
    credits: tuple[Credit, ...]
    notices: tuple[str, ...]
    blocks: tuple[Block, ...]


@cache
def story(key: str) -> Story:
    """Read one article."""
    values = tomllib.loads(resources.files("samples").joinpath("articles", f"{key}.toml").read_text("utf-8"))
    return Story(
        key=key,
        headline=values["headline"],
        subtitle=values.get("subtitle"),
        section=values["section"],
        published=values["published"],
        views=values["views"],
        authors=tuple(values["authors"]),
        credits=tuple(Credit(role=credit["role"], names=tuple(credit["names"])) for credit in values["credits"]),
        notices=tuple(values["notices"]),
        blocks=tuple(_block(line) for line in values["text"].strip().split("\n")),
    )


def _block(line: str) -> Block:
    if line.startswith("## "):
        return Block(kind=Kind.HEADING, text=line.removeprefix("## "))
    if line.startswith("! "):
        file, caption = line.removeprefix("! ").split(" | ")
        return Block(kind=Kind.PICTURE, text=caption, file=file)
    return Block(kind=Kind.PARAGRAPH, text=line)

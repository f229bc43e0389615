"""Marked and changed text on a terminal: in colours where it shows them, in brackets elsewhere."""

import os
import sys
from collections.abc import Iterable

import click

from archive.search.marks import Part
from cli.console import printable
from reader.diff import Kind, Span
from reader.search import plain

_BRACKETS = {Kind.SAME: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "{{+{}+}}"}


def has_colours() -> bool:
    """Whether standard output shows colours: a terminal, and nobody set `NO_COLOR` (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def painted_marks(parts: Iterable[Part], *, colours: bool) -> str:
    """A text with its marks, on one line."""
    if not colours:
        return one_line(plain(parts))
    return "".join(
        click.style(one_line(part.text), bold=True, fg="red") if part.marked else one_line(part.text) for part in parts
    )


def painted_changes(spans: Iterable[Span], *, colours: bool) -> str:
    """A change: what was removed in red or [-so-], what was added in green or {+so+}; ¶ is the end of a line."""
    pieces = ((span.kind, printable(span.text).replace("\n", "¶")) for span in spans)
    if not colours:
        return "".join(_BRACKETS[kind].format(text) for kind, text in pieces)
    return "".join(
        {
            Kind.SAME: text,
            Kind.REMOVED: click.style(text, fg="red", strikethrough=True),
            Kind.ADDED: click.style(text, fg="green"),
        }[kind]
        for kind, text in pieces
    )


def one_line(text: str) -> str:
    """Archived text as one field of one line."""
    return printable(text).replace("\n", " ").replace("\t", " ")

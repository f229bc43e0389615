"""What a page hands back: the context of a template, or bytes to be saved; and what cannot be shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of HTML.

    Attributes:
        template: a file of `templates/`.
        context: what it shows.
    """

    template: str
    context: Mapping[str, object]
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file for saving, never for showing.

    Attributes:
        name: its name, of ASCII letters, digits, `-` and `.`.
        content_type: what browsers take it for; nothing, where a stranger wrote it.
    """

    name: str
    content_type: str = "application/octet-stream"
    body: bytes = field(repr=False)


class NotFound(Exception):  # noqa: N818 - named after what the visitor is told
    """There is nothing at this address; the message is one line for people."""

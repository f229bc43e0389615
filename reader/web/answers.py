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
    """Bytes as a stranger sent them: for saving, never for showing.

    Attributes:
        name: the file's name, of ASCII letters, digits, `-` and `.`.
    """

    name: str
    body: bytes = field(repr=False)


class NotFound(Exception):  # noqa: N818 - named after what the visitor is told
    """There is nothing at this address; the message is one line for people."""

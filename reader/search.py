"""What `repost search` prints of a hit: one object for programs, lines for people."""

import dataclasses
from collections.abc import Iterable

from archive.search.find import Found, Hit
from archive.search.marks import Part


def plain(parts: Iterable[Part]) -> str:
    """A text with what was searched for in «guillemets», for where there are no colours; Chinese hardly uses them."""
    return "".join(f"«{part.text}»" if part.marked else part.text for part in parts)


def hit_json(hit: Hit, found: Found) -> dict[str, object]:
    """One hit as JSON values; `headline_parts` and `snippet` are lists of {text, marked}.

    Where hits are ranked, `ranked` tells how many were, and `bounded` that there are older ones that were not.
    """
    values = dataclasses.asdict(hit)
    if found.ranked is None:
        del values["score"]
        return values
    return {**values, "ranked": found.ranked, "bounded": found.bounded}

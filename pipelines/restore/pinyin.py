"""Take out the readings that the converter put behind characters: 國(guó)家 → 國家."""

from collections.abc import Iterator

from pipelines.notes import Change
from pipelines.restore.classify import Page
from pipelines.restore.tables import NOTE, reads, script


def strip_notes(text: str, page: Page) -> Iterator[Change]:
    """Delete a note where its Han has a simplified form and the note is one of its readings.

    No list of annotated characters: the real one is longer than any that was seen. Glosses of rare names stay, since
    such characters have no simplified form (珉(mín)) or stand bare elsewhere on the page.
    """
    simplified, own = script().simplified, page.facts.bare - page.facts.annotated
    known: dict[str, bool] = {}
    for found in NOTE.finditer(text):
        note = found[0]
        strip = known.get(note)
        if strip is None:
            char = found[1]
            strip = known[note] = char in simplified and char not in own and reads(char, found[2])
        if strip:
            yield Change(found.start() + 1, found.end(), "")

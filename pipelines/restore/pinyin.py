"""Take out the readings that the converter put behind characters: 國(guó)家 → 國家."""

import re
from collections.abc import Iterator
from typing import Final

from pipelines.notes import Change, change
from pipelines.restore.page import Page
from pipelines.restore.scorer import pair
from pipelines.restore.tables import NOTE, READING, reads, script


def strip_notes(text: str, page: Page) -> list[Change]:
    """Delete a note where its Han is traditional and the note is one of its readings.

    No list of annotated characters: the real one is longer than any that was seen. Glosses of rare names stay, since
    such characters have no simplified form (珉(mín)) or stand bare elsewhere on the page.
    """
    traditional, own = script().traditional, page.facts.bare
    return [
        (found.start(), found.end(), "", None, False)
        for found in NOTE.finditer(text)
        if (char := found[1]) in traditional and char not in own and reads(char, found[2])
    ]


def strip_from_letters(text: str, _: Page) -> Iterator[Change]:
    """Delete a note behind a Latin letter that is, with the byte before it, the character annotated.

    減少I(mǎi)PO: the second byte of 少 and the letter I are 買.
    """
    for found in _LETTER.finditer(text):
        char = pair(found[1].encode("gbk", "replace")[-1], ord(found[2]))
        if char in script().traditional and reads(char, found[3]):
            yield change(*found.span(), "")


_LETTER: Final = re.compile(rf"[(（](?<=([^\x00-\x7f])([@-~]).)({READING})[)）]")

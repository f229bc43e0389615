"""One way to read a run of shifted bytes, as far as it was read."""

from typing import NamedTuple

from pipelines.restore.model import Context
from pipelines.restore.quotes import Quotation


class Path(NamedTuple):
    """One way to read the text up to a place.

    Attributes:
        at: the place in the shown text.
        pending: the first byte of a character whose second is still to come; -1 where the pairs are right; below
            that, `ANYTHING` or `SEEN` of `candidates` less v, where it vanished together with the byte v before it.
        text: what was read so far, in the author's characters before the converter's script is undone.
        data: the bytes that this reading says the decoder saw.
        cost: the cost of `text` plus that of its assumptions.
        before: the model's numbers of the last three characters.
        mends: how many runs were explained.
        end: where in the shown text the last explained run ends …
        length: … and how much of `text` belongs to it.
        open_key: the last character is one that the page annotates, and its note has not come yet.
        quoted: the quotation that is open.
        late: the run was made in round two, when every mark got its hidden byte: none can stand inside the run.
        doubts: the places inside runs where a character fits badly.
    """

    at: int
    pending: int
    text: str
    data: bytes
    cost: float
    before: Context
    mends: int = 0
    end: int = 0
    length: int = 0
    open_key: bool = False
    quoted: Quotation = Quotation.NONE
    late: bool = False
    doubts: tuple[int, ...] = ()

    def mended(self) -> "Path":
        """The run ends here: the pairs are right again."""
        return self._replace(pending=-1, late=False, mends=self.mends + 1, end=self.at, length=len(self.text))

"""What all fields of a page share: the kind of damage, and what the restoring rules need to know of the page."""

from dataclasses import dataclass, field
from typing import Final

from crawler.items import Evidence

CLEAN: Final = "clean"
ANNOTATED: Final = "annotated"
CONVERTED: Final = "converted"
TONELESS: Final = "toneless"
SPRINKLED: Final = "sprinkled"
MISREAD: Final = "misread"
LOST: Final = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What the whole page tells of its notes: a character is annotated everywhere on it or nowhere.

    Attributes:
        annotated: traditional characters that carry their note.
        bare: traditional characters that stand without one.
    """

    annotated: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What all fields of a page have in common.

    Attributes:
        kind: `clean`; `annotated` (went through the converter, with pinyin notes), `converted` (without); `toneless`
            (readings without tones put into simplified text), `sprinkled` (emoji put between characters), `misread`
            (read in a wrong encoding, which can be undone), `lost` (read in a wrong encoding, which cannot).
        evidence: why.
        facts: which characters the page annotates.
        folded: its full-width punctuation was folded to half width.
        general: another converter than the usual one, which also makes what that one never makes (麵 箇).
        sample: its text, shortened where it is long.
    """

    kind: str = CLEAN
    evidence: tuple[Evidence, ...] = ()
    facts: PageFacts = field(default_factory=PageFacts)
    folded: bool = False
    general: bool = False
    sample: str = field(default="", repr=False)

    @property
    def is_converted(self) -> bool:
        """Whether the text passed the converter."""
        return self.kind in {ANNOTATED, CONVERTED}

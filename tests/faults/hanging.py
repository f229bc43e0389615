"""Imported by the process that cleaning processes are forked from: in them, cleaning some pages never ends.

No page is known that holds cleaning up for a minute; were one found, it would be mended, and these tests would be left
without one. What hangs is a regular expression, within which no Python code runs.
"""

import re

from crawler.items import Article, Capture, Rejected, SiteRecipe
from pipelines import outcome

_outcome_of = outcome.outcome_of


def outcome_of(capture: Capture, site: SiteRecipe | None = None) -> Article | Rejected:
    """Hang on pages that say so."""
    if b"hang here" in capture.body:
        re.match(r"(a+)+$", "a" * 60 + "b")
    return _outcome_of(capture, site)


outcome.outcome_of = outcome_of

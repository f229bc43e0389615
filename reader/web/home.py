"""The first page: how much there is, what came last, and a box to search in."""

from typing import Final

from archive.connect import Archive
from archive.coverage import COUNTED, totals
from archive.read import articles
from reader.web.answers import Page

NEWEST: Final = 20


def page(db: Archive) -> Page:
    """The first page."""
    return Page(
        template="home.html",
        context={"totals": totals(db), "counted": COUNTED, "articles": list(articles(db, limit=NEWEST))},
    )

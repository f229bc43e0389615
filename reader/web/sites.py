"""The pages of sites: the list of all, and what there is of one; and the campaigns that hijacked them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from archive.campaigns import PAGES, campaigns
from archive.connect import Archive
from archive.coverage import coverage, site_names
from archive.errors import ArchiveError
from archive.read import articles
from archive.status import alarms, sites
from reader.web.answers import NotFound, Page

NEWEST: Final = 20
SHOWN: Final = 100  # campaigns


def list_page(db: Archive, arguments: Mapping[str, str]) -> Page:
    """All sites; with `alarms=yes` also where one is no longer what it was, for which every capture is looked at."""
    looked = arguments.get("alarms") == "yes"
    return Page(
        template="sites.html",
        context={
            "sites": list(sites(db, datetime.now(UTC))),
            "names": site_names(db),
            "alarms": list(alarms(db)) if looked else [],
            "looked": looked,
        },
    )


def site_page(db: Archive, name: str) -> Page:
    """One site.

    Raises:
        NotFound: there is none of this name.
    """
    try:
        found = coverage(db, name)
    except ArchiveError as error:
        raise NotFound(str(error)) from error
    return Page(
        template="site.html",
        context={
            "site": found,
            "busiest": max((max(month.pages, month.articles) for month in found.months), default=0),
            "articles": list(articles(db, site=name, limit=NEWEST)),
        },
    )


def campaigns_page(db: Archive) -> Page:
    """The spam campaigns."""
    found = campaigns(db)
    return Page(
        template="campaigns.html",
        context={
            "campaigns": found[:SHOWN],
            "count": len(found),
            "pages": sum(len(campaign.pages) for campaign in found),
            "bounded": sum(len(campaign.pages) for campaign in found) >= PAGES,
        },
    )

"""The pages that are the project's own: those of the sample web and those recorded in `tests/pages`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from crawler.items import Capture, Reason
from pipelines.paging import next_part
from samples.pages import Gold, SamplePage, Site
from samples.web import sites

_FETCHED_AT: Final = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)  # when the sample web's youngest article was new
# What the crawler decides before there is a page to clean.
_NEVER_CLEANED: Final = frozenset({Reason.ROBOTS, Reason.REDIRECT_LOOP, Reason.HTTP_ERROR})


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCapture:
    """One page of the sample web as a crawl would hand it over, and what must come of it."""

    site: Site
    capture: Capture = field(repr=False)
    gold: Gold = field(repr=False)


def sample_captures() -> Iterator[SampleCapture]:
    """The sample web's pages with the later parts of their articles, without going over HTTP."""
    for site in sites():
        by_url = {f"http://{site.domain}{page.path}": page for page in site.pages}
        for url, page in by_url.items():
            if page.gold and page.gold.path == page.path and page.gold.rejected not in _NEVER_CLEANED:
                yield SampleCapture(site=site, capture=_capture(url, by_url), gold=page.gold)


def _capture(url: str, by_url: dict[str, SamplePage]) -> Capture:
    parts: list[Capture] = []
    following = next_part(by_url[url].body, url)
    while following:
        parts.append(_one(following, by_url[following]))
        following = next_part(by_url[following].body, following)
    first = _one(url, by_url[url])
    return Capture(url=url, headers=first.headers, body=first.body, fetched_at=_FETCHED_AT, parts=tuple(parts))


def _one(url: str, page: SamplePage) -> Capture:
    headers = tuple((name.lower(), value) for name, value in page.headers.items())
    return Capture(url=url, status=page.status, headers=headers, body=page.body, fetched_at=_FETCHED_AT)

"""The project's own pages, with what must come of them: the sample web and the invented pages of the tests."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from crawler.items import Capture, Reason
from pipelines.article.paging import next_part
from samples.pages import ARTICLE_FIELDS, Gold, SamplePage
from samples.web import sites

_TESTED: Final = Path(__file__).parents[1] / "tests" / "pages"
_FETCHED_AT: Final = datetime(2026, 5, 1, tzinfo=UTC)  # the test's clock, when all of these pages were there
# What the crawler decides before there is a page to clean.
_NEVER_CLEANED: Final = frozenset({Reason.ROBOTS, Reason.REDIRECT_LOOP, Reason.HTTP_ERROR})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """One page and what must come of it.

    Attributes:
        name: where it is kept, for people.
        capture: with the later parts of its article.
        expected: field of the printed record → value; `rejected` is a reason or None.
    """

    name: str
    capture: Capture = field(repr=False)
    expected: Mapping[str, object] = field(repr=False)


def own_pages() -> Iterator[OwnPage]:
    """All of them."""
    yield from _sample_pages()
    for path in sorted(_TESTED.glob("*/expected.json")):
        yield _tested_page(path)


def _sample_pages() -> Iterator[OwnPage]:
    """The sample web as a crawl would hand it over, without going over HTTP."""
    for site in sites():
        by_url = {f"http://{site.domain}{page.path}": page for page in site.pages}
        for url, page in by_url.items():
            if page.gold and page.gold.path == page.path and page.gold.rejected not in _NEVER_CLEANED:
                yield OwnPage(
                    name=f"{site.key}{page.path}", capture=_capture(url, by_url), expected=_expected(page.gold, url)
                )


def _capture(url: str, by_url: Mapping[str, SamplePage]) -> Capture:
    parts: list[Capture] = []
    following = next_part(by_url[url].body, url)
    while following and following in by_url:
        parts.append(_part(following, by_url[following]))
        following = next_part(by_url[following].body, following)
    return _part(url, by_url[url], parts=tuple(parts))


def _part(url: str, page: SamplePage, parts: tuple[Capture, ...] = ()) -> Capture:
    headers = tuple((name.lower(), value) for name, value in page.headers.items())
    return Capture(url=url, headers=headers, body=page.body, fetched_at=_FETCHED_AT, parts=parts)


def _expected(gold: Gold, url: str) -> dict[str, object]:
    """Gold as JSON values, which is what records are printed as."""
    if gold.rejected:
        return {"rejected": str(gold.rejected)}
    values = asdict(gold)
    images = [{**image, "src": urljoin(url, image["src"])} for image in values["images"]]
    known = {**{name: values[name] for name in ARTICLE_FIELDS}, "images": images, "rejected": None}
    return dict(json.loads(json.dumps(known)))


def _tested_page(path: Path) -> OwnPage:
    case = json.loads(path.read_text("utf-8"))
    header = case.get("encoding_header")
    capture = Capture(
        url=case["url"],
        headers=(("content-type", f"text/html; charset={header}"),) if header else (),
        body=path.with_name("page.html").read_bytes(),
        fetched_at=_FETCHED_AT,
    )
    return OwnPage(
        name=f"tests/pages/{path.parent.name}", capture=capture, expected={"rejected": None, **case["expect"]}
    )

"""The whole flow of a page, in one place: captured bytes in, article out."""

from crawler.items import Article, Capture, Record, SiteRecipe
from pipelines.collector import collector_paused
from pipelines.decode import decode
from pipelines.despam import despam
from pipelines.extract import extract, join
from pipelines.fields import read_fields
from pipelines.fingerprint import fingerprint
from pipelines.parse import parse
from pipelines.restore.draft import restore_draft


def clean(capture: Capture, site: SiteRecipe | None = None) -> Article:
    """Turn one capture, with the later parts of its article, into a record filed under its keys.

    Pure: no network, no database, no clock; the same capture and recipe always give the same article.

    Raises:
        Rejected: the page gives no article; the exception says why.
    """
    return fingerprint(record_of(capture, site))


def record_of(capture: Capture, site: SiteRecipe | None = None) -> Record:
    """The record of one capture, without the keys that it is filed under.

    Raises:
        Rejected: the page gives no article; the exception says why.
    """
    recipe = site or SiteRecipe()
    drafts = []
    with collector_paused():
        for part in (capture, *capture.parts):
            decoded = decode(part)
            page = parse(decoded)
            page = despam(page)
            drafts.append(extract(page, recipe))
        draft = join(drafts)
        draft = restore_draft(draft)
        return read_fields(draft, recipe)

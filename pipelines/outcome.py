"""What becomes of a captured page: the one place where every way that cleaning can end becomes a value."""

from pathlib import Path
from traceback import extract_tb

from crawler.items import Article, Capture, Reason, Rejected, SiteRecipe
from pipelines.clean import clean

MAX_DETAIL = 300  # characters of our own error's message that are kept


def outcome_of(capture: Capture, site: SiteRecipe | None = None) -> Article | Rejected:
    """The article that a capture holds, or why it holds none; never an exception.

    An error page is rejected for its status, whatever its text looks like. An unforeseen error of our own rejects the
    page as `internal`, with the error and its place in the detail: the capture is kept, and can be cleaned again.
    """
    if not 200 <= capture.status < 300:
        return Rejected(Reason.HTTP_ERROR, f"status {capture.status}")
    try:
        return clean(capture, site)
    except Rejected as rejected:
        return rejected
    except Exception as error:  # noqa: BLE001 - one hostile page must not end a run; it is recorded as what it is
        said = " ".join(f"{type(error).__name__}: {error}".split())[:MAX_DETAIL]
        return Rejected(Reason.INTERNAL, f"{said} ({_where(error)})")


def _where(error: Exception) -> str:
    """The place in our code that an error came from, for whoever mends it."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"

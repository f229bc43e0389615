"""The dates on which a page may have been fetched."""

from datetime import UTC, datetime, timedelta

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # no page is older than the web
_AHEAD = timedelta(days=1)  # by which the clock that dated a capture may be wrong


def plausible(date: datetime) -> datetime:
    """A date on which a page may have been fetched, in UTC; what names no zone is local time.

    Raises:
        ValueError: it is from before the web, or from the future; the message is for people.
    """
    try:
        moment = date.astimezone(UTC)
    except OverflowError:  # 0001-01-01T00:00:00+14:00
        moment = datetime.min.replace(tzinfo=UTC)
    if not OLDEST <= moment <= datetime.now(UTC) + _AHEAD:
        raise ValueError(f"no page was fetched then: {date.isoformat()}")
    return moment

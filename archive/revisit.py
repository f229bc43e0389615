"""When to look at an address again: a pure rule that learns from what each visit found."""

from datetime import timedelta
from enum import StrEnum

# Ten per cent under the round figure: a daily cron job finds due what it fetched yesterday a few minutes later.
PAGE = timedelta(hours=21.6)  # most corrections to an article come within its first day
PAGE_BOUNDS = (timedelta(hours=5.4), timedelta(days=90))
# A section page is looked at more often: what it no longer lists when we come may never be found.
SECTION = timedelta(hours=5.4)
SECTION_BOUNDS = (timedelta(minutes=54), timedelta(days=7))
LAST_MISS = 5  # visits in a row that found nothing; then it is left alone: it is gone for good


class Visit(StrEnum):
    """What a visit found."""

    CHANGED = "changed"  # other words; of a section page, an address not known yet
    UNCHANGED = "unchanged"
    GONE = "gone"  # 404, 410, or a page that says so
    FAILED = "failed"  # no answer, or none that can be read
    REFUSED = "refused"  # we may not ask: robots.txt, an address that is not public


def next_interval(visit: Visit, interval: timedelta | None, *, misses: int, is_section: bool) -> timedelta | None:
    """How long to wait until the next visit; None for ever.

    Halved where something changed, doubled where nothing did: a page that changes every day is visited every day, one
    that never does four times a year. Where nothing is found the wait grows with each miss, and ends.

    >>> next_interval(Visit.UNCHANGED, timedelta(days=2), misses=0, is_section=False)
    datetime.timedelta(days=4)

    Args:
        visit: what this visit found.
        interval: the wait before it; None on the first.
        misses: how many visits in a row, this one included, found nothing.
        is_section: whether the address leads to others, rather than being read for itself.
    """
    low, high = SECTION_BOUNDS if is_section else PAGE_BOUNDS
    first = SECTION if is_section else PAGE
    if visit in {Visit.GONE, Visit.FAILED, Visit.REFUSED}:
        if misses >= LAST_MISS:
            return None
        return min(first * 4 ** (misses - 1), high) if visit is not Visit.REFUSED else timedelta(days=7)
    if interval is None:
        return first
    return min(max(interval / 2 if visit is Visit.CHANGED else interval * 2, low), high)

"""The cheap look at a line says no to nothing that the thorough one would take."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.article.lines import DATE, LONGEST_BYLINE, has_date


@given(st.from_regex(DATE, fullmatch=True))
def test_every_date_is_looked_at(date: str) -> None:
    assert has_date(date) or len(date) > LONGEST_BYLINE

"""What is due, within what the site files say: each row of the table against the clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import frontier, status
from archive.connect import writing
from crawler.items import SiteRecipe

NOW = datetime(2026, 2, 11, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "http://post.example/1.html"


@pytest.mark.parametrize(
    ("least", "most", "hours_ago", "due_in", "is_due"),
    [
        (None, None, 5, -1, True),
        (None, None, 5, 1, False),
        (None, None, 5, None, False),
        (6, None, 5, -1, False),
        (6, None, 7, -1, True),
        (6, None, 7, 1, False),
        (None, 24, 25, 500, True),
        (None, 24, 23, 500, False),
        (None, 24, 9000, None, False),  # gone for good
        (6, 24, 25, 500, True),
        (6, 24, 7, 500, False),
    ],
)
def test_a_page_is_due_within_the_bounds_of_its_site(  # noqa: PLR0913, PLR0917 - a table's columns
    least: int | None,
    most: int | None,
    hours_ago: int,
    due_in: int | None,
    is_due: bool,  # noqa: FBT001 - pytest passes it by name
    tmp_path: Path,
) -> None:
    recipe = SiteRecipe(
        name="post", revisit=HOUR * least if least else None, revisit_within=HOUR * most if most else None
    )
    bounds = frontier.Bounds.of([recipe, SiteRecipe(name="other.example", revisit=HOUR, revisit_within=HOUR)])
    wanted = frontier.Wanted(url=URL, url_key=URL, site="post", host="post.example", spider="pages", callback="parse")
    with writing(tmp_path / "archive.db") as db:
        frontier.want(db, wanted, job="first", since=NOW, now=NOW)
        frontier.claim(db, job="first", host="post.example")
        answered = (NOW - HOUR * hours_ago).isoformat()
        due = (NOW + HOUR * due_in).isoformat() if due_in is not None else None
        db.execute("UPDATE frontier SET state = 'answered', answered_at = ?, due_at = ?", (answered, due))
        db.conn.commit()
        (line,) = status.sites(db, NOW, bounds)
        frontier.adopt_due(db, job="second", spiders=["pages"], now=NOW, bounds=bounds)
        queued = frontier.queued(db, "second")
    assert queued == ([("post.example", "post", 1)] if is_due else [])
    assert line.due == int(is_due), "what is shown as due is what an update asks for"

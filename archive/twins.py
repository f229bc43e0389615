"""Mobile twins: the same article under m.news.example and www.news.example, as a relation.

They stay two articles with captures, versions and events of their own: the one may be hijacked, cut or gone while the
other is not. That their texts are the same shows in their family.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from archive.connect import select


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """Another address of an article.

    Attributes:
        article_id: its article.
        url_key: its canonical address.
        is_mobile: whether it is the mobile site's.
        how: how this is known: `declared` (the mobile page names the other as its canonical address), `host` (the
            addresses differ in nothing but the host's first label), or both.
    """

    article_id: int
    url_key: str
    is_mobile: bool
    how: tuple[str, ...]


def twins_of(db: Database, article_id: int) -> Iterator[Twin]:
    """The twins of an article that are in the archive too."""
    rows = select(
        db,
        """
        SELECT articles.id, url_key, is_mobile, group_concat(how) AS how FROM (
            SELECT mobile_id AS id, 1 AS is_mobile, how FROM twins WHERE other_id = :id
            UNION ALL SELECT other_id, 0, how FROM twins WHERE mobile_id = :id ORDER BY how
        ) AS found JOIN articles ON articles.id = found.id GROUP BY articles.id, is_mobile ORDER BY url_key
        """,
        {"id": article_id},
    )
    for row in rows:
        yield Twin(
            article_id=row["id"],
            url_key=row["url_key"],
            is_mobile=bool(row["is_mobile"]),
            how=tuple(sorted(row["how"].split(","))),
        )

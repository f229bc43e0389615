"""The numbers behind `repost stats` and `repost report`: one small table a question."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlite_utils import Database

from archive.connect import snapshot
from archive.coverage import FIELDS, site_names
from archive.families.read import moment
from archive.rows import as_json

Cell = str | int | float | None
Rows = tuple[tuple[Cell, ...], ...]

SPREADS = 8  # families whose spread is shown, the largest


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One question, and its answer as a table.

    Attributes:
        name: a slug, the name of its files.
        title: the question, for people.
        note: what to know when reading it, in one or two sentences.
        columns, rows: the table.
        names: what sites call themselves, by their keys, which the table has.
    """

    name: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: Rows
    names: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What figures are about.

    Attributes:
        articles: how many.
        sites, captures: how many sites they stand on, and how often their pages were fetched.
        first, last: the first and the last day of publication, ISO 8601, or None.
    """

    articles: int
    sites: int
    captures: int
    first: str | None
    last: str | None


# The articles that are asked about, as they stand today; `:ids` is a JSON array, or NULL for all.
_CHOSEN = """
    WITH chosen AS (
        SELECT articles.id AS article_id, articles.site, articles.first_seen, versions.*,
            iif(published_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*', substr(published_at, 1, 10), NULL)
                AS day
        FROM articles JOIN versions ON versions.id = articles.version_id
        WHERE :ids IS NULL OR articles.id IN (SELECT value FROM json_each(:ids))
    )
"""


def figures(db: Database, article_ids: Iterable[int] | None = None) -> tuple[Scope, tuple[Figure, ...]]:
    """All figures, of one moment.

    Args:
        db: the archive.
        article_ids: the articles that they are about; all without it.
    """
    with snapshot(db):
        ids = None if article_ids is None else as_json(list(article_ids))
        ask = _asker(db, ids)
        names = site_names(db)
        return _scope(ask), tuple(replace(figure(ask), names=names) for figure in _FIGURES)


_Ask = Callable[[str], Rows]


def _asker(db: Database, ids: str | None) -> _Ask:
    return lambda query: tuple(db.execute(_CHOSEN + query, {"ids": ids}).fetchall())


def _scope(ask: _Ask) -> Scope:
    ((articles, sites, captures, first, last),) = ask(
        """
        SELECT count(*), count(DISTINCT site),
            (SELECT count(*) FROM captures JOIN versions ON versions.id = captures.version_id
                WHERE versions.article_id IN (SELECT article_id FROM chosen)),
            min(day), max(day)
        FROM chosen
        """
    )
    return Scope(
        articles=int(articles or 0), sites=int(sites or 0), captures=int(captures or 0),
        first=None if first is None else str(first), last=None if last is None else str(last),
    )  # fmt: skip


def _articles_a_day(ask: _Ask) -> Figure:
    ((undated,),) = ask("SELECT count(*) FROM chosen WHERE day IS NULL")
    return Figure(
        name="articles-a-day",
        title="Articles a day, by site",
        note=f"By day of publication, as the page gives it{_but(undated, 'give none and are left out')}.",
        columns=("day", "site", "articles"),
        rows=ask("SELECT day, site, count(*) FROM chosen WHERE day IS NOT NULL GROUP BY day, site ORDER BY day, site"),
    )


def _sources(ask: _Ask) -> Figure:
    ((unsaid,),) = ask("SELECT count(*) FROM chosen WHERE source IS NULL")
    return Figure(
        name="sources",
        title="Sources (来源), by share",
        note=f"The share is of the articles that name one{_but(unsaid, 'do not')}.",
        columns=("source", "articles", "share"),
        rows=ask(
            """
            SELECT source, count(*), round(1.0 * count(*) / sum(count(*)) OVER (), 4)
            FROM chosen WHERE source IS NOT NULL GROUP BY source ORDER BY 2 DESC, 1
            """
        ),
    )


def _but(number: Cell, what: str) -> str:
    return f"; {number:,} {what}" if number else ""


def _families(ask: _Ask) -> Figure:
    return Figure(
        name="family-sizes",
        title="Families of reposts, by size",
        note="How many families have so many members; an article without a repost is in none.",
        columns=("members", "families"),
        rows=ask(
            """
            SELECT members, count(*) FROM (
                SELECT count(*) AS members FROM family_members
                WHERE article_id IN (SELECT article_id FROM chosen) GROUP BY family_id
            ) GROUP BY members ORDER BY members
            """
        ),
    )


def _spread(ask: _Ask) -> Figure:
    members = ask(
        f"""
        SELECT family_id, iif(day IS NULL, first_seen, published_at), headline, site
        FROM family_members JOIN chosen USING (article_id)
        WHERE family_id IN (
            SELECT family_id FROM family_members WHERE article_id IN (SELECT article_id FROM chosen)
            GROUP BY family_id HAVING count(*) > 1 ORDER BY count(*) DESC, family_id LIMIT {SPREADS}
        )
        """  # noqa: S608 - a number of our own
    )
    rows: list[tuple[Cell, ...]] = []
    for family in sorted({row[0] for row in members}, key=lambda family: -sum(row[0] == family for row in members)):
        inside = sorted((row for row in members if row[0] == family), key=lambda row: moment(str(row[1])))
        first = moment(str(inside[0][1]))
        for copies, (_, at, _headline, site) in enumerate(inside, 1):
            hours = (moment(str(at)) - first).total_seconds() / 3600
            rows.append((family, inside[0][2], at, site, round(hours, 2), copies))
    return Figure(
        name="family-spread",
        title=f"Spread of the {SPREADS} largest families",
        note="Copies by the time since the first one appeared; headline of the first.",
        columns=("family", "headline", "at", "site", "hours", "copies"),
        rows=tuple(rows),
    )


def _damage(ask: _Ask) -> Figure:
    return Figure(
        name="damage",
        title="Damage found in the text",
        note="By the class that restoring found; doubtful places have no clear winner and keep a note.",
        columns=("damage", "articles", "repairs", "doubtful"),
        rows=ask(
            """
            SELECT damage, count(*),
                sum((SELECT coalesce(sum(value), 0) FROM json_each(repairs) WHERE key <> 'doubtful')),
                sum(coalesce(repairs ->> '$.doubtful', 0))
            FROM chosen GROUP BY damage ORDER BY 2 DESC, 1
            """
        ),
    )


_JUDGED = """
    FROM captures LEFT JOIN versions ON versions.id = captures.version_id
    WHERE captures.hijacked IS NOT NULL
        AND (:ids IS NULL OR versions.article_id IN (SELECT article_id FROM chosen))
"""


def _hijacks(ask: _Ask) -> Figure:
    return Figure(
        name="hijack-timeline",
        title="Hijacked pages over time, by site",
        note="Captures by the day they were fetched (UTC), and how many of them were of a hijacked page.",
        columns=("day", "site", "captures", "hijacked"),
        rows=ask(
            f"""
            SELECT substr(captures.fetched_at, 1, 10), captures.site, count(*), sum(captures.hijacked) {_JUDGED}
            GROUP BY 1, 2 ORDER BY 1, 2
            """
        ),
    )


def _hijacked_sites(ask: _Ask) -> Figure:
    return Figure(
        name="hijack-share",
        title="Share of hijacked pages, by site",
        note="Of all captures that were judged.",
        columns=("site", "captures", "hijacked", "share"),
        rows=ask(
            f"""
            SELECT captures.site, count(*), sum(captures.hijacked), round(avg(captures.hijacked), 4) {_JUDGED}
            GROUP BY 1 ORDER BY 4 DESC, 1
            """
        ),
    )


def _coverage(ask: _Ask) -> Figure:
    shares = ", ".join(f"round(avg({has.replace('versions.id', 'chosen.id')}), 4)" for has in FIELDS.values())
    found = ask(f"SELECT site, count(*), {shares} FROM chosen GROUP BY site ORDER BY site")  # noqa: S608 - our own names
    return Figure(
        name="field-coverage",
        title="Fields that articles have, by site",
        note="The share of a site's articles whose page gave the field.",
        columns=("site", "field", "articles", "share"),
        rows=tuple(
            (site, field, articles, share)
            for site, articles, *of_site in found
            for field, share in zip(FIELDS, of_site, strict=True)
        ),
    )


_FIGURES = (
    _articles_a_day, _sources, _families, _spread, _damage, _hijacks, _hijacked_sites, _coverage,
)  # fmt: skip
"""In the order in which they are shown."""

"""`repost families` and `family`: reposts of one original, who took it from whom, and what each copy changed."""

import dataclasses
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from archive.connect import reading, writing
from archive.errors import ArchiveError
from archive.families.collation import keep_collation
from archive.families.index import unfiled
from archive.families.read import Collation, Family, FamilyLine, Member, families, family
from cli.console import Number, complain, db_option, print_json
from cli.look import json_option, print_lines, print_table
from cli.painted import has_colours, painted_changes
from reader.collate import collate
from reader.diff import Kind, Span, abridged
from reader.families import account, changes, family_json, family_lines


@click.command()
@db_option
@click.option("--min-size", type=Number(2), default=2, show_default=True, help="Only with so many articles.")
@click.option("--limit", type=Number(1, 2**31), help="At most so many.")
@json_option
def families_command(db_path: Path, min_size: int, limit: int | None, as_json: bool) -> None:  # noqa: FBT001 - by name
    """List the families, the largest first: reposts of one original, however they were cut, re-titled or damaged."""
    with reading(db_path) as db:
        if count := unfiled(db):
            complain(f"{db_path}: {count} articles are in no family yet; `repost reindex` files them")
        lines = [*families(db, min_size=min_size, limit=limit)]
    if not lines:
        complain("no family was found")
    elif as_json:
        for line in lines:
            print_json(dataclasses.asdict(line))
    else:
        print_table(("id", "articles", "sites", "first", "last", "source", "headline"), map(_cells, lines))


def _cells(line: FamilyLine) -> Sequence[object]:
    """A family as a row of the table; days without the time, so that the headline has room on a terminal."""
    day = len("2026-02-11")
    return line.id, line.members, line.sites, line.first_at[:day], line.last_at[:day], line.source, line.headline


@click.command()
@click.argument("family_id", metavar="ID", type=Number(1, 2**63 - 1))
@db_option
@click.option("--diff", "pair", type=int, nargs=2, metavar="A B", help="What article B made of article A's text.")
@click.option("--collate", "as_collation", is_flag=True, help="The text that all copies give together; it is stored.")
@json_option
@click.pass_context
def family_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context,
    family_id: int,
    db_path: Path,
    pair: tuple[int, int] | None,
    as_collation: bool,  # noqa: FBT001 - click passes it by name
    as_json: bool,  # noqa: FBT001 - click passes it by name
) -> None:
    """Show one family, by its id in `repost families`: members, likely origin, declared sources, what each changed."""
    if pair and as_collation:
        raise click.UsageError("--diff and --collate exclude each other", ctx)
    with reading(db_path) as db:
        found = family(db, family_id)
    if as_collation:
        _show_collation(_stored(collate(found), db_path), found, as_json=as_json)
    elif pair:
        _show_difference(found, *pair, as_json=as_json)
    elif as_json:
        print_json(family_json(found, account(found)))
    else:
        print_lines(family_lines(found, account(found)))


def _stored(made: Collation, db_path: Path) -> Collation:
    """A collation as it was stored; as it is, where the archive is on read-only media or others write it for long."""
    try:
        with writing(db_path) as db:
            return keep_collation(db, made)
    except ArchiveError as error:
        complain(f"the collation is shown and not stored: {error}")
        return made


def _show_difference(found: Family, one_id: int, other_id: int, *, as_json: bool) -> None:
    one, other = _member(found, one_id), _member(found, other_id)
    made = changes(one, other)
    if as_json:
        print_json(dataclasses.asdict(made))
        return
    headline = [Span(kind=Kind.REMOVED, text=one.record.headline), Span(kind=Kind.ADDED, text=other.record.headline)]
    if made.retitled:
        sys.stdout.write(painted_changes(headline, colours=has_colours()) + "\n")
    shown = painted_changes(abridged(made.spans), colours=has_colours())
    sys.stdout.write((shown.replace("¶", "\n") or "nothing changed") + "\n")


def _member(found: Family, article_id: int) -> Member:
    member = next((member for member in found.members if member.article_id == article_id), None)
    if member is None:
        ids = ", ".join(str(member.article_id) for member in found.members)
        raise ArchiveError(f"article {article_id} is not in family {found.id}, which has {ids}")
    return member


def _show_collation(made: Collation, found: Family, *, as_json: bool) -> None:
    if as_json:
        print_json(dataclasses.asdict(made))
    else:
        print_lines(_collation_lines(made, found))


def _collation_lines(made: Collation, found: Family) -> Iterator[str]:
    article_of = {member.version_id: member.article_id for member in found.members}
    places = f"{len(made.notes)} {'place' if len(made.notes) == 1 else 'places'}"
    yield f"family {made.family_id}, collated from {len(made.witnesses)} copies"
    yield f"the wording is that of article {article_of[made.base_id]}; {places} from the others"
    yield ""
    for paragraph in made.body:
        yield paragraph
        yield ""
    for note in made.notes:
        having = ", ".join(str(article_of[version]) for version in note.witnesses)
        against = ", ".join(str(article_of[version]) for version in note.against)
        change = f"[{note.before}] → [{note.after}]"
        yield f"{note.place} {note.at}: {change}  ({note.cause}; in {having}, against {against})"

"""`repost list`, `show` and `explain`: looking at an archive, which is opened read-only."""

import dataclasses
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.table import Table

from archive import read
from archive.connect import reading
from cli.console import Number, complain, db_option, print_json, print_rich, printable
from crawler.items import Reason
from reader.explain import explain_json, explain_lines
from reader.show import article_json, show_lines

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


_WHOLE = len("2026-02-11")  # characters of a column that is not folded: days, numbers, short words


def print_lines(lines: Iterable[str]) -> None:
    """Print archived text line by line, harmless to a terminal."""
    for line in lines:
        sys.stdout.write(printable(line) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows: aligned on a terminal, separated by tabs otherwise, so that cut and awk can read them."""
    texts = ([printable("" if cell is None else str(cell)).replace("\n", " ") for cell in row] for row in rows)
    if not sys.stdout.isatty():
        for text in texts:
            sys.stdout.write("\t".join(cell.replace("\t", " ") for cell in text) + "\n")
        return
    kept = [*texts]
    shown = [number for number in range(len(columns)) if not kept or any(text[number] for text in kept)]
    table = Table(box=None, pad_edge=False)
    for number in shown:
        longest = max((len(text[number]) for text in kept), default=0)
        table.add_column(columns[number], no_wrap=longest <= _WHOLE, overflow="fold")
    for text in kept:
        table.add_row(*(text[number] for number in shown))
    print_rich(table)


@click.command()
@db_option
@click.option("--site", help="Only this site (its recipe's name, else its host).")
@click.option("--hijacked/--not-hijacked", default=None, help="Only pages that were, or were not, hijacked.")
@click.option("--rejected", is_flag=True, help="The pages that gave no article, with the reason, instead.")
@click.option("--reason", type=click.Choice([str(reason) for reason in Reason]), help="With --rejected: only this one.")
@click.option("--limit", type=Number(1, 2**31), help="At most so many.")
@json_option
@click.pass_context
def list_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context,
    db_path: Path,
    site: str | None,
    hijacked: bool | None,  # noqa: FBT001 - click passes it by name
    rejected: bool,  # noqa: FBT001 - click passes it by name
    reason: str | None,
    limit: int | None,
    as_json: bool,  # noqa: FBT001 - click passes it by name
) -> None:
    """List the articles, the last fetched first: id, date, site, source, headline, and what was found wrong."""
    if reason and not rejected:
        raise click.UsageError("--reason goes with --rejected", ctx)
    if rejected and hijacked is not None:
        raise click.UsageError("--hijacked goes with articles, not with --rejected", ctx)
    with reading(db_path) as db:
        site = site and read.site_key(db, site)
        if rejected:
            lines = [*read.rejections(db, site=site, reason=Reason(reason) if reason else None, limit=limit)]
            if not lines:
                complain("no rejected page was found")
                return
            if as_json:
                for line in lines:
                    print_json(dataclasses.asdict(line))
                return
            print_table(
                ("seen", "reason", "status", "address", "detail"),
                ((line.seen_at, line.reason, line.status, line.url, line.detail) for line in lines),
            )
            return
        articles = [*read.articles(db, site=site, hijacked=hijacked, limit=limit)]
        if not articles:
            complain("no article was found")
            return
        if as_json:
            for article in articles:
                print_json(dataclasses.asdict(article))
            return
        print_table(
            ("id", "published", "site", "source", "headline", "state", "versions"),
            (_cells(article, short=sys.stdout.isatty()) for article in articles),
        )


def _cells(article: read.ArticleLine, *, short: bool) -> Sequence[object]:
    """An article as a row of the table; on a terminal the day without the time, and versions only where several are."""
    published = (article.published_at or "")[: _WHOLE if short else None]
    versions = "" if short and article.versions == 1 else article.versions
    return article.id, published, article.site, article.source, article.headline, _state(article), versions


def _state(article: read.ArticleLine) -> str:
    """What was wrong with the page, in a few words; empty for a clean one."""
    found = ["hijacked"] if article.hijacked else []
    if article.repairs:
        found.append(f"{article.damage}, {article.repairs} repairs")
    if article.doubtful:
        found.append(f"{article.doubtful} doubtful")
    return "; ".join(found)


@click.command()
@click.argument("which", metavar="ID")
@db_option
@click.option("--version", type=Number(1), help="An earlier version by its number.")
@click.option("--raw", is_flag=True, help="The page's bytes as they were fetched, to a file or pipe.")
@json_option
@click.pass_context
def show_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context,
    which: str,
    db_path: Path,
    version: int | None,
    raw: bool,  # noqa: FBT001 - click passes it by name
    as_json: bool,  # noqa: FBT001 - click passes it by name
) -> None:
    """Show one article, by its id in `repost list` or its address."""
    if raw and as_json:
        raise click.UsageError("--raw and --json exclude each other", ctx)
    if raw and sys.stdout.isatty():
        raise click.UsageError("--raw writes bytes as a stranger sent them; send them to a file or pipe", ctx)
    with reading(db_path) as db:
        article = read.article(db, which, version=version)
        if raw:
            sys.stdout.buffer.write(read.capture(db, article.capture_id).capture.body)
            sys.stdout.buffer.flush()
        elif as_json:
            print_json(article_json(article))
        else:
            print_lines(show_lines(article))


@click.command()
@click.argument("which", metavar="ID")
@db_option
@click.option("--version", type=Number(1), help="An earlier version by its number.")
@json_option
def explain_command(which: str, db_path: Path, version: int | None, as_json: bool) -> None:  # noqa: FBT001 - by name
    """Every change made to one article and why: step, rule, place, before → after; and the evidence behind verdicts."""
    with reading(db_path) as db:
        article = read.article(db, which, version=version)
    if as_json:
        for value in explain_json(article):
            print_json(value)
    else:
        print_lines(explain_lines(article))

"""`repost sites`: check the site files, or have one proposed."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from archive import read
from archive.connect import reading
from cli.console import Seconds, printable, sites_option
from cli.running import start
from crawler.items import Article, Capture, Rejected, SiteRecipe
from pipelines.decode import decode
from pipelines.outcome import outcome_of
from sites.addresses import host_of
from sites.patterns import learn_pattern
from sites.proposal import Sample, Seen, propose
from sites.recipes import Recipes, read_folder, recipe_folder

MAX_SHOWN = 60  # characters of a field's value in a proposal


@click.group()
def sites_command() -> None:
    """Site files: what is known of a site beforehand (seeds, article addresses, selectors). None is needed."""


@sites_command.command("check")
@sites_option
@click.pass_context
def check_sites(ctx: click.Context) -> None:
    """Check every site file: one line a mistake, FILE:LINE: what is wrong. The exit code is then 2."""
    folder = recipe_folder()
    recipes, wrong = read_folder(folder)
    for problem in wrong:
        sys.stderr.write(f"{printable(str(problem))}\n")
    for warning in _warnings(recipes, folder):
        sys.stderr.write(f"{printable(warning)}\n")
    if wrong:
        ctx.exit(2)
    count = len(recipes.by_name)
    sys.stdout.write(f"{folder}: {count} site file{'' if count == 1 else 's'}, nothing wrong\n")


@sites_command.command("learn")
@click.argument("url")
@click.option("--allow-address", "allowed", multiple=True, metavar="ADDRESS[:PORT]",
              help="A loopback address that may be fetched; for tests.")  # fmt: skip
@click.option("--delay", type=Seconds(0, 3600), metavar="SECONDS", help="Between two requests. Default: 1.")
@click.pass_context
def learn_site(ctx: click.Context, url: str, allowed: tuple[str, ...], delay: float | None) -> None:
    """Propose a site file from a section page: fetch URL and three of its articles, print the file on standard output.

    Nothing is kept. Look the proposal over, and save it as sites/NAME.toml.
    """
    with TemporaryDirectory(prefix="repost-learn-") as folder:
        db_path = Path(folder) / "archive.db"
        summary = start(
            "learn",
            {"urls": [url]},
            {
                "ARCHIVE_PATH": str(db_path),
                "ALLOWED_ADDRESSES": list(allowed),
                "QUIET": True,
                "LOG_LEVEL": "WARNING",
                **({"DOWNLOAD_DELAY": delay, "AUTOTHROTTLE_START_DELAY": delay} if delay is not None else {}),
            },
        )
        with reading(db_path) as db:
            captures = [read.capture(db, capture_id).capture for capture_id in read.capture_ids(db)]
    if not captures:
        for line in summary.lines():
            sys.stderr.write(f"repost: {printable(line)}\n")
        ctx.exit(summary.exit_code or 3)
    sys.stdout.write(printable(propose(seen(captures[0], captures[1:]))))


def _warnings(recipes: Recipes, folder: Path) -> Iterator[str]:
    """What is not wrong, but will not do what it seems to."""
    today = datetime.now(UTC).date()
    for recipe in recipes.by_name.values():
        path = folder / f"{recipe.name}.toml"
        if recipe.valid_until and recipe.valid_until < today:
            yield f"{path}: warning: valid until {recipe.valid_until}: its selectors are not used any more"
        if recipe.article_url and not recipe.seeds:
            yield f"{path}: warning: article_url without seeds is used only by crawl --discover"


def seen(section: Capture, articles: list[Capture]) -> Seen:
    """What a section page and some of its articles show of their site."""
    from spiders.listing import links_of, read_listing  # noqa: PLC0415 - lxml is not needed to check

    host = host_of(section.url)
    found = read_listing(section, SiteRecipe(), follows=lambda url: host_of(url) == host)
    links = [(link.url, link.text) for link in links_of(section, SiteRecipe()) if host_of(link.url) == host]
    return Seen(
        url=section.url,
        charset=decode(section).encoding,
        article_url=learn_pattern(links),
        articles=len(found.articles),
        next_page=found.further[0].url if found.further else None,
        samples=[_sample(capture) for capture in articles],
    )


def _sample(capture: Capture) -> Sample:
    result: Article | Rejected = outcome_of(capture)
    if isinstance(result, Rejected):
        detail = f"{result.reason}: {result.detail}"
        return Sample(url=capture.url, charset=result.encoding or "", problem=detail)
    record = result.record
    values = {
        "headline": record.headline,
        "published_at": record.published_at,
        "source": record.source,
        "authors": "、".join(record.authors),
        "breadcrumb": " > ".join(record.breadcrumb),
        "view_count": record.view_count,
        "images": len(record.images) or None,
        "body": f"{len(record.body)} paragraphs: {record.body[0][:MAX_SHOWN]}" if record.body else "",
        "hijacked": "yes" if record.verdict.hijacked else "",
    }
    fields = {name: str(value) for name, value in values.items() if value not in {None, ""}}
    return Sample(url=capture.url, fields=fields, site_name=record.site_name, charset=record.encoding)

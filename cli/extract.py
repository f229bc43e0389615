"""`repost extract`: saved pages in, one JSON record a line out, no archive."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.jobs import map_in_processes
from crawler.items import Capture, Reason, Rejected
from pipelines.outcome import outcome_of
from pipelines.record_json import record_json, rejected_json

# The same bound as the crawler's DOWNLOAD_MAXSIZE; the longest real page met had 2 MB.
MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """A file to clean, the address it came from, and the charset its HTTP header named."""

    path: Path
    url: str = ""
    encoding_header: str | None = None


def _capture(page: SavedPage) -> Capture:
    try:
        with page.path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
            saved_at = datetime.fromtimestamp(page.path.stat().st_mtime, UTC)
    except (OSError, ValueError) as error:  # ValueError: a NUL in a manifest's path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Rejected(Reason.UNREADABLE, str(reason)) from error
    if len(body) > MAX_BYTES:
        raise Rejected(Reason.TOO_LARGE, f"more than {MAX_BYTES:,} bytes")
    headers = (("content-type", f"text/html; charset={page.encoding_header}"),) if page.encoding_header else ()
    return Capture(url=page.url, headers=headers, body=body, fetched_at=saved_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What is printed of one page.

    Attributes:
        line: its record as JSON; written where the page is cleaned, because a string passes between processes at a
            fraction of the cost of its parts.
        rejected: why it gave no article.
    """

    line: str
    rejected: str | None = None


def extract_saved(page: SavedPage) -> Extracted:
    """Clean one saved page; a failing page gives a record with `rejected`, never an error."""
    try:
        result = outcome_of(_capture(page))
    except Rejected as rejected:
        result = rejected
    return _refused(page, result) if isinstance(result, Rejected) else Extracted(line=_line(record_json(result.record)))


def _lost(page: SavedPage, exit_code: int) -> Extracted:
    how = f"by signal {-exit_code}" if exit_code < 0 else f"with exit code {exit_code}"
    return _refused(page, Rejected(Reason.INTERNAL, f"the process that cleaned it ended {how}"))


def _refused(page: SavedPage, rejected: Rejected) -> Extracted:
    return Extracted(line=_line(rejected_json(rejected, page.url)), rejected=str(rejected))


def _line(record: dict[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False)


def _files_below(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(found for found in path.rglob("*") if found.is_file())
    else:
        yield path


def _manifest_pages(manifest: Path) -> Iterator[SavedPage]:
    """The pages a manifest names; a relative `file` is relative to the manifest's folder."""
    with manifest.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                yield SavedPage(
                    path=manifest.parent / entry["file"],
                    url=entry.get("url") or "",
                    encoding_header=entry.get("encoding_header"),
                )
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                message = f'{manifest}:{number}: not {{"file": path, "url": address or null}}: {error}'
                raise click.UsageError(message) from error


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--url", default="", help="The address the page was fetched from; goes with one FILE.")
@click.option("--encoding-header", metavar="CHARSET", help="The charset its HTTP header named.")
@click.option("--manifest", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help='JSON lines {"file", "url", "encoding_header"} instead of FILES.')  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to use.")
@click.pass_context
def extract_command(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    ctx: click.Context, files: tuple[Path, ...], url: str, encoding_header: str | None, manifest: Path | None, jobs: int
) -> None:
    """Clean saved pages (files, or folders with everything below them): one JSON record a line, in input order.

    A page that gives no article has `rejected` set; it is also named on standard error, and the exit code is 1.
    """
    if bool(files) == bool(manifest):
        raise click.UsageError("give files or folders, or --manifest FILE", ctx)
    if url and (len(files) != 1 or files[0].is_dir()):
        raise click.UsageError("--url goes with exactly one file", ctx)
    if manifest:
        pages = list(_manifest_pages(manifest))
    else:
        pages = [
            SavedPage(path=path, url=url, encoding_header=encoding_header)
            for given in files
            for path in _files_below(given)
        ]
    failed = False
    for page, extracted in zip(pages, extract_all(pages, jobs), strict=True):
        sys.stdout.write(f"{extracted.line}\n")
        if extracted.rejected:
            failed = True
            sys.stderr.write(f"repost: {page.path}: {extracted.rejected}\n")
    ctx.exit(1 if failed else 0)


def extract_all(pages: Sequence[SavedPage], jobs: int) -> Iterator[Extracted]:
    """What is printed of each page, in order; a page that kills its process is rejected as `internal`."""
    jobs = min(jobs, len(pages))
    return map(extract_saved, pages) if jobs < 2 else map_in_processes(extract_saved, pages, jobs, lost=_lost)

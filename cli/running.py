"""What the commands that fetch share: limits, manners, and how a run is told of."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from cli.console import Number, Seconds, db_option, printable, sites_option
from cli.outputs import STDOUT

if TYPE_CHECKING:
    from crawler.summary import RunSummary

_P = ParamSpec("_P")
_R = TypeVar("_R")
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"(\d{1,12})\s*([KMGT]?)B?", re.IGNORECASE)


class Size(click.ParamType[int]):
    """Bytes, with or without a decimal unit: `500M`, `2G`."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 - click's
        """The number of bytes."""
        match = _SIZE.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no size, like 500M or 2G", param, ctx)
        return int(match[1]) * _UNITS[match[2].upper()]


OPTIONS = (
    db_option,
    sites_option,
    click.option("--max-pages", type=Number(1), help="Stop after so many pages (exit code 4)."),
    click.option("--max-time", type=Seconds(1, 1e7), metavar="SECONDS",
                 help="Stop after so long (exit code 4)."),
    click.option("--min-free-disk", type=Size(), metavar="SIZE",
                 help="Stop when less than this is free, like 2G (exit code 4). Default: 100M."),
    click.option("--delay", type=Seconds(0, 3600), metavar="SECONDS",
                 help="Between two requests to one host. Default: 1, longer where a host is slow or asks for it."),
    click.option("--allow-address", "allowed", multiple=True, metavar="ADDRESS[:PORT]",
                 help="A loopback address that may be fetched; for tests."),
    click.option("--summary", "summary_path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                 help="Write what the run did as one JSON object; `-` for standard output."),
    click.option("--log-json", is_flag=True, help="Log lines as JSON objects."),
    click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error unless something is wrong."),
    click.option("-v", "--verbose", is_flag=True, help="Log every request."),
)  # fmt: skip


def run_options(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add the options that every command which fetches has; `fetch` takes them as they come."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def fetch(ctx: click.Context, spider: str, arguments: Mapping[str, Any], options: Mapping[str, Any]) -> "RunSummary":
    """Run a spider and tell of it.

    Args:
        ctx: the command's.
        spider: its name.
        arguments: what it is asked to do.
        options: those of `run_options`.

    Raises:
        click.UsageError: a setting, address or site file is wrong, or the summary cannot be written.
        ArchiveError: the archive cannot be used.
    """
    summary_path: Path | None = options["summary_path"]
    if summary_path and not summary_path.absolute().parent.is_dir():  # said before the run rather than after it
        raise click.UsageError(f"{summary_path.absolute().parent}: no such folder", ctx)
    summary = start(spider, arguments, _settings(options))
    if summary_path:
        _write(summary, summary_path, ctx)
    if not options["log_json"] and (not options["quiet"] or summary.exit_code):  # the log has said it
        for line in summary.lines():
            sys.stderr.write(f"repost: {printable(line)}\n")
    return summary


def start(spider: str, arguments: Mapping[str, Any], settings: Mapping[str, object]) -> "RunSummary":
    """Run a spider; a wrong setting or site file becomes a usage error.

    Raises:
        click.UsageError: a setting, address or site file is wrong.
        ArchiveError: the archive cannot be used.
    """
    from crawler.run import run  # noqa: PLC0415 - Scrapy takes a third of a second to import; --help does without

    try:
        return run(spider, arguments, settings)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _settings(options: Mapping[str, Any]) -> dict[str, object]:
    settings: dict[str, object] = {
        "ARCHIVE_PATH": str(options["db_path"]),
        "ALLOWED_ADDRESSES": list(options["allowed"]),
        "QUIET": options["quiet"] or options["log_json"],  # the progress line is for people
        "LOG_LEVEL": "DEBUG" if options["verbose"] else "INFO" if options["log_json"] else "WARNING",
        "LOG_JSON": options["log_json"],
        "MAX_PAGES": options["max_pages"],
        "MAX_SECONDS": options["max_time"],
        "MIN_FREE_DISK": options["min_free_disk"],
        "DOWNLOAD_DELAY": options["delay"],
        "AUTOTHROTTLE_START_DELAY": options["delay"],
    }
    return {name: value for name, value in settings.items() if value is not None}


def _write(summary: "RunSummary", path: Path, ctx: click.Context) -> None:
    """Write the summary as a whole, so that whoever reads the file meanwhile has the last one or this one."""
    line = json.dumps(summary.as_json(), ensure_ascii=False) + "\n"
    if path == STDOUT:
        sys.stdout.write(line)
        return
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(line, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}", ctx) from error

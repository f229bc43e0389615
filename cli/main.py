"""`repost`: the entry point, its list of commands, and how errors become one line and an exit code."""

import errno
import importlib
import os
import sys
from dataclasses import dataclass

import click

from archive.errors import ArchiveError, DiskFull
from cli.console import complain
from crawler.lock import Locked
from sites.recipes import RecipeError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lazy:
    """Where a command lives; imported when it is asked for, so that `repost --help` needs neither Scrapy nor lxml."""

    module: str
    help: str


SECTIONS = {
    "Fetch": {
        "demo": _Lazy(module="cli.demo", help="Crawl a small sample web on this machine and show what was repaired."),
        "crawl": _Lazy(module="cli.crawl", help="Fetch pages and keep their articles in the archive."),
        "update": _Lazy(module="cli.update", help="Fetch everything that is due; made for cron."),
        "status": _Lazy(module="cli.status", help="Sites, what is due, the last runs, and where a site drifted."),
        "sites": _Lazy(module="cli.sites", help="Check the site files, or have one proposed for a site."),
        "import": _Lazy(module="cli.exchange", help="Take in pages that others fetched: WARC files, saved HTML."),
    },
    "Look": {
        "list": _Lazy(module="cli.look", help="List articles, the last fetched first; or the pages rejected."),
        "show": _Lazy(module="cli.look", help="Show one article: restored text and fields, or its raw page."),
        "explain": _Lazy(module="cli.look", help="Every change made to one article, and why."),
        "search": _Lazy(module="cli.search", help="Find articles by their words, in either script."),
        "history": _Lazy(
            module="cli.history", help="What became of one article: changes, views, hijack, disappearance."
        ),
        "families": _Lazy(module="cli.families", help="List the families: reposts of one original."),
        "family": _Lazy(module="cli.families", help="One family: who had it first, from whom, what each changed."),
        "stats": _Lazy(module="cli.stats", help="What the archive holds, as tables and small charts."),
        "report": _Lazy(module="cli.report", help="The same as one HTML file with plots, or as pictures."),
        "serve": _Lazy(module="cli.serve", help="Show the archive as a web page on this machine."),
    },
    "Give on": {
        "export": _Lazy(module="cli.export", help="Write articles as CSV, JSON Lines or Parquet, or captures as WARC."),
        "sql": _Lazy(module="cli.sql", help="Ask the archive in SQL, read-only and within limits."),
        "backup": _Lazy(module="cli.backup", help="Copy the archive while it is in use, and check the copy."),
        "merge": _Lazy(module="cli.merge", help="Join archives into one, in any order and as often as you like."),
    },
    "Clean": {
        "extract": _Lazy(module="cli.extract", help="Clean saved pages without an archive: one JSON record a line."),
        "restore": _Lazy(module="cli.restore", help="Restore damaged text."),
        "reclean": _Lazy(module="cli.keep", help="Run today's rules over the stored captures."),
        "reindex": _Lazy(module="cli.search", help="Make the search index anew."),
        "check": _Lazy(module="cli.keep", help="Verify the archive's integrity and every stored digest."),
    },
}
COMMANDS = {name: lazy for section in SECTIONS.values() for name, lazy in section.items()}


class _LazyGroup(click.Group):
    """A command group that imports a command's module only when the command is run or described."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name].module)
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, lazy.help) for name, lazy in section.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="repost-archive", prog_name="repost")
def repost() -> None:
    """Archive Chinese repost pages: fetch, strip spam, restore the text, keep explainable records in SQLite.

    Exit codes: 0 done; 1 done, but some pages failed; 2 usage or configuration; 3 nothing could be fetched;
    4 a limit ended it; 75 another run holds the lock; 130/143 interrupted, state saved.
    """


def _one_line(error: click.ClickException) -> str:
    """Click's message on one line, with the help to ask for where the usage was wrong."""
    context = getattr(error, "ctx", None)
    return f"{error.format_message()} (see: {context.command_path} --help)" if context else error.format_message()


def main() -> None:
    """Run the command line; every error a user can cause ends as one line on standard error and an exit code."""
    _open_streams()
    sys.exit(_run())


def _open_streams() -> None:
    """Standard streams that can be written to with any text, whatever this process was started with."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # Closed (`repost crawl … >&-`): the next file opened, an archive perhaps, would get its number, and what
            # is printed would be written into it.
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115, PTH123 - a number
    for stream in (sys.stdout, sys.stderr):
        # Records hold any Unicode; a terminal or pipe with another locale must not end the run with a traceback.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # text streams here


def _run() -> int:
    """The exit code of the command that was asked for."""
    try:
        return _invoke()
    except click.ClickException as error:
        return _refused(error)
    except Locked as error:
        complain(f"another run is at work on this archive ({error})")
        return 75
    except (ArchiveError, RecipeError, UnicodeEncodeError) as error:
        # An argument may be bytes that are no UTF-8, where it is no name of a file.
        complain(f"not UTF-8: {error.object}" if isinstance(error, UnicodeEncodeError) else str(error))
        return 4 if isinstance(error, DiskFull) else 2
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
        return 130
    except OSError as error:
        return _exit_code_of(error)


def _invoke() -> int:
    """Run the command; not by click's `main`, which takes output that nobody reads any more for a failure."""
    try:
        with repost.make_context("repost", sys.argv[1:]) as context:
            code = repost.invoke(context)
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _refused(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        sys.stderr.write(error.format_message() + "\n")
    else:
        complain(_one_line(error))
    return error.exit_code if error.exit_code != 1 else 2


def _exit_code_of(error: OSError) -> int:
    # What could not be written stands in the stream's buffer still, and the interpreter would try again at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if isinstance(error, BrokenPipeError):
        return 0  # the reader of a pipe (`repost list | head`) has seen enough
    complain(f"{error.filename or 'the output'}: {error.strerror or error}")
    return 4 if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} else 2

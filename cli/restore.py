"""`repost restore`: damaged text in, restored text (or the notes that explain it) out."""

import re
import sys
from pathlib import Path

import click

from cli.console import complain, print_json, printable
from cli.inputs import files_below
from pipelines.restore.engine import Restored, restore

_PAGE = re.compile(r"\ufeff?\s{0,100}<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


def _read(path: Path | None) -> str:
    name = path or "standard input"
    try:
        # bytes, because text mode would change line ends, and clean text must come out byte for byte
        return (path.read_bytes() if path else sys.stdin.buffer.read()).decode("utf-8")
    except OSError as error:
        raise click.UsageError(f"{name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        message = f"{name}: not UTF-8 (byte {error.start}); `repost extract` reads pages in any encoding"
        raise click.UsageError(message) from error


def _print_notes(restored: Restored, **named: str) -> None:
    for note in restored.notes:
        print_json({**named, **note._asdict()})


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--explain", is_flag=True, help="Print one JSON note a change instead of the text.")
@click.pass_context
def restore_command(ctx: click.Context, files: tuple[Path, ...], *, explain: bool) -> None:
    """Restore damaged text (UTF-8; standard input by default) and write it to standard output.

    Several files or a folder give one JSON object a line: {"file", "text", "verdict"}; with --explain, each note
    begins with its "file".
    """
    paths = [path for given in files for path in files_below(given)]
    if files and not paths:
        complain("no text was found")
        ctx.exit(3)
    if len(paths) > 1 or any(given.is_dir() for given in files):
        ctx.exit(_restore_many(paths, explain=explain))
    text = _read(paths[0] if paths else None)
    if _PAGE.match(text):
        complain("this is a page: `repost extract` takes the article out of it; here its characters are restored")
    restored = restore(text)
    if explain:
        _print_notes(restored)
    elif sys.stdout.isatty():
        sys.stdout.write(printable(restored.text.replace("\r\n", "\n")))
    else:
        sys.stdout.buffer.write(restored.text.encode("utf-8"))
        sys.stdout.buffer.flush()


def _restore_many(paths: list[Path], *, explain: bool) -> int:
    """One line a text (or a note); a file that cannot be read gets its line too, and the exit code is 1."""
    failed = False
    for path in paths:
        try:
            restored = restore(_read(path))
        except click.UsageError as error:
            failed = True
            complain(error.message)
            if not explain:
                print_json({"file": str(path), "text": None, "verdict": "unreadable"})
            continue
        if explain:
            _print_notes(restored, file=str(path))
        else:
            print_json({"file": str(path), "text": restored.text, "verdict": restored.verdict.kind})
    return int(failed)

"""Files and folders that are given on the command line."""

import os
from collections.abc import Iterator
from pathlib import Path

PAGES = (".html", ".htm", ".shtml", ".xhtml")  # how the names of saved pages end


def files_below(path: Path) -> Iterator[Path]:
    """The file itself, or every file below a folder, in the order of their paths.

    A folder that cannot be listed and a link that leads nowhere are among them: reading one says what is wrong with it.
    Pipes, sockets and devices are left out; reading one may never end.
    """
    if not path.is_dir():
        yield path
        return
    refused: list[OSError] = []
    found = [Path(folder, name) for folder, _, names in os.walk(path, onerror=refused.append) for name in names]
    found = [item for item in found if item.is_file() or not item.exists()]
    yield from sorted([*found, *(Path(error.filename) for error in refused)])

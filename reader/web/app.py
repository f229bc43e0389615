"""The site as one ASGI application: Datasette over the archive, with pages of our own, behind the guard."""

from pathlib import Path
from typing import Any, Final

from datasette.app import Datasette  # type: ignore[import-untyped]  # ships no types
from datasette.database import Database  # type: ignore[import-untyped]  # ships no types
from datasette.plugins import pm  # type: ignore[import-untyped]  # ships no types

from archive.connect import open_reading
from reader.web import plugin
from reader.web.guard import Access, App, guarded
from reader.web.spreadsheet import safe_csv

SETTINGS: Final = {
    "sql_time_limit_ms": 2_000,
    "facet_time_limit_ms": 500,
    "max_returned_rows": 1_000,
    "default_page_size": 50,
    "truncate_cells_html": 300,
    "suggest_facets": False,  # it tries every column in turn; table.html names them all
    "allow_download": False,  # the file holds raw pages of strangers; `repost backup` copies it
    "default_cache_ttl": 0,
}
_HERE: Final = Path(__file__).parent


class ReadOnly(Database):  # type: ignore[misc]  # Datasette ships no types
    """The archive, opened as every reader here opens it; Datasette itself would open any file, and by an address."""

    def connect(self, write: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - Datasette's signature
        """A connection that nothing can be written to.

        Raises:
            ArchiveError: the archive is gone.
        """
        if write:
            raise PermissionError("the archive is read here, never written")
        return open_reading(Path(self.path)).conn


def make_app(db_path: Path, access: Access, *, allow_sql: bool) -> App:
    """The whole site over one archive.

    Args:
        db_path: the archive.
        access: who may ask.
        allow_sql: whether visitors may write SQL of their own.

    Raises:
        ArchiveError: it cannot be read.
    """
    open_reading(db_path).close()
    datasette = Datasette(
        template_dir=str(_HERE / "templates"),
        static_mounts=[("static", str(_HERE / "static"))],
        settings={**SETTINGS, "default_allow_sql": allow_sql},
        metadata=plugin.METADATA,
    )
    datasette.remove_database("_memory")
    datasette.add_database(ReadOnly(datasette, str(db_path), is_mutable=True), name=plugin.DATABASE)
    if not pm.is_registered(plugin):
        pm.register(plugin)
        pm.unregister(name="datasette.handle_exception")
    return guarded(safe_csv(datasette.app()), access)

"""`repost serve`: the archive as a web page on this machine."""

import os
import socket
import sys
from pathlib import Path

import click

from cli.console import Number, db_option, need_extra

PASSWORD_VARIABLE = "REPOST_WEB_PASSWORD"  # noqa: S105 - the name of the variable, not a password
SHORTEST_PASSWORD = 12  # characters; who can ask can ask a thousand times a second


@click.command()
@db_option
@click.option("--port", type=Number(0, 65535), default=8001, show_default=True, help="0: any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen at.")
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="A host name that this site goes by; may be repeated."
)
@click.pass_context
def serve_command(ctx: click.Context, db_path: Path, port: int, host: str, names: tuple[str, ...]) -> None:
    """Show the archive as a web page: search, articles with their repairs, families, sites, campaigns, tables.

    Nothing can be changed through it, and only this machine reaches it. To let others in, set REPOST_WEB_PASSWORD
    (at least 12 characters; a browser asks for it, with any user name) and name an address with --host; nobody may
    write SQL then. What is sent is not encrypted: put a server with TLS before it.
    """
    need_extra("serve", "web", "datasette", "uvicorn")
    import uvicorn  # noqa: PLC0415 - of the extra "web"

    from reader.web.app import make_app  # noqa: PLC0415 - of the extra "web"
    from reader.web.guard import Access, is_loopback  # noqa: PLC0415 - beside it

    password = os.environ.get(PASSWORD_VARIABLE) or None
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise click.UsageError(f"{PASSWORD_VARIABLE} is too short: {SHORTEST_PASSWORD} characters at least", ctx)
    alone = is_loopback(host)
    if not alone and password is None:
        raise click.UsageError(f"--host {host} lets other machines in: set {PASSWORD_VARIABLE} first", ctx)
    access = Access(names=frozenset(name.lower().rstrip(".") for name in names), password=password)
    app = make_app(db_path, access, allow_sql=alone)
    with _listening(host, port) as listener:
        address = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"http://{address}:{listener.getsockname()[1]}/  (Ctrl-C ends it)\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, date_header=True, ws="none", lifespan="off"
        )
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:  # how it is meant to end
            sys.stdout.write("\n")


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; what is wrong with the address is a mistake in its use."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise click.UsageError(f"cannot listen at {host}, port {port}: {reason}") from error

"""`netwb serve`: pages and REST of a home, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import os

import click

from netwb.cli.context import HomeCommand, state
from netwb.loading import lazy

_server = lazy("netwb.web.server")  # Tornado and pydantic, which no other command needs


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(serve)


@click.command(cls=HomeCommand)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="P",
    help="TCP port; 0 is any free one. Default: the setting web.port.",
)
@click.option(
    "--address",
    metavar="A",
    help="Where to listen; another than loopback needs TLS or a trusted proxy. Default: web.address.",
)
@click.option("--api-only", is_flag=True, help="REST without pages, as a second process of a home.")
@click.pass_context
def serve(context: click.Context, *, port: int | None, address: str | None, api_only: bool) -> None:
    """Serve pages and REST to browsers and scripts, and run the jobs that they file."""
    home = state(context).home
    if home is not None:
        os.environ["NETWB_HOME"] = home
    _server.serve("api" if api_only else "pages", address=address, port=port)

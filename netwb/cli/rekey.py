"""`netwb credential rekey`: a new master key."""

from __future__ import annotations

import click

from netwb.cli.context import NetwbCommand, bench
from netwb.cli.show import say


@click.command(cls=NetwbCommand)
@click.pass_context
def rekey(context: click.Context) -> None:
    """Renew the master key: every other key is wrapped anew, no secret is touched."""
    path = bench(context).renew_master_key()
    say(f"{path} is new; copy it to its safe place, and restart what runs on this home")

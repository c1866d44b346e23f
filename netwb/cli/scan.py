"""`netwb doctor --secrets`, `netwb remote accept`: secrets that stand open in stored texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbCommand, bench
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import json_option, print_items, print_table, say

if TYPE_CHECKING:
    from netwb.workbench.words import SecretHit

SHORT = 12

secrets_option = click.option(
    "--secrets",
    is_flag=True,
    help="Instead, look through all stored texts for what the newest rules call a secret.",
)


def show_secrets(context: click.Context, *, as_json: bool) -> int:
    """Scan, and say where; the secret itself is shown nowhere."""
    found = bench(context).scan_secrets()
    if as_json:
        print_items(found)
    else:
        _print(found)
    return SOME_FAILED if any(not hit.accepted for hit in found) else DONE


@click.command(cls=NetwbCommand)
@click.argument("tenant")
@click.argument("hit")
@click.option("--reason", required=True, metavar="TEXT", help="Stands in the audit.")
@json_option
@click.pass_context
def accept(context: click.Context, *, tenant: str, hit: str, reason: str, as_json: bool) -> None:
    """Let the text be pushed in which `netwb doctor --secrets` found HIT: it stays open there."""
    done = bench(context).accept_secret(tenant, hit, reason=reason)
    if as_json:
        print_items([done])
    else:
        say(
            f"{_where(done)} may be pushed as it is; if it is a secret, change it on the device:"
            " who reads the remote reads it"
        )


def _print(found: Sequence[SecretHit]) -> None:
    print_table(
        ("hit", "device@revision", "kind", "line", "rule", "at (UTC)", "accepted by"),
        [(h.id, _revision(h), h.kind, h.line, h.rule, h.at, h.accepted or None) for h in found],
        empty="no stored text shows what the newest rules call a secret",
    )
    waiting = sum(not hit.accepted for hit in found)
    if waiting:
        say(
            f"\n{waiting} hold up the push of what is not pushed yet. Change such a secret on its"
            " device; then netwb remote accept TENANT HIT --reason TEXT lets the old text be pushed"
        )


def _revision(hit: SecretHit) -> str:
    return f"{hit.tenant}/{hit.hostname}@{hit.revision[:SHORT]}"


def _where(hit: SecretHit) -> str:
    return f"{_revision(hit)} line {hit.line}"

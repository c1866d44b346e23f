"""`netwb device probe` and `netwb credential test`: look before a backup."""

from __future__ import annotations

import click

from netwb.cli.context import NetwbCommand, bench
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import in_words, json_option, print_items, print_table, say


@click.command(cls=NetwbCommand)
@click.argument("devices", nargs=-1)
@click.option("--tenant", metavar="T", help="Only this tenant's devices.")
@click.option("--site", metavar="S", help="Only this site's devices.")
@click.option("--apply", is_flag=True, help="Store platform, facts and first host keys.")
@json_option
@click.pass_context
def probe(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    devices: tuple[str, ...],
    tenant: str | None,
    site: str | None,
    apply: bool,
    as_json: bool,
) -> int:
    """Log in to DEVICES (or all) and say what they are: platform, own name, privilege, facts."""
    named = {k: v for k, v in (("tenant", tenant), ("site", site)) if v is not None}
    narrowed = bench(context).where(**named)
    rows = narrowed.probe(*devices)
    if apply:
        say(f"settled: {narrowed.apply_probe(rows)} of {in_words(len(rows))}")
    if as_json:
        print_items(rows)
    else:
        print_table(
            (
                "device",
                "reached",
                "platform",
                "calls itself",
                "privileged",
                "model",
                "version",
                "cause",
            ),
            [
                (
                    f"{r.tenant}/{r.hostname}",
                    r.reached,
                    r.platform,
                    r.own_hostname,
                    {True: "yes", False: "no", None: None}[r.privileged],
                    r.facts.model,
                    r.facts.os_version,
                    r.cause,
                )
                for r in rows
            ],
            empty="no device matches; see `netwb device list`",
        )
    return SOME_FAILED if any(row.cause is not None for row in rows) else DONE


@click.command("test", cls=NetwbCommand)
@click.argument("name")
@click.option("--device", "devices", metavar="D", multiple=True, help="Only there; repeatable.")
@json_option
@click.pass_context
def try_credential(
    context: click.Context, *, name: str, devices: tuple[str, ...], as_json: bool
) -> int:
    """Log in, and out again, where the credential NAME is in use; a few refusals end the trying."""
    rows = bench(context).try_credential(name, *devices)
    if as_json:
        print_items(rows)
    else:
        print_table(
            ("device", "let in by", "cause"),
            [(f"{r.tenant}/{r.hostname}", r.credential, r.cause) for r in rows],
            empty=f"no device uses {name}",
        )
    return SOME_FAILED if any(row.cause is not None for row in rows) else DONE

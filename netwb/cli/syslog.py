"""`netwb syslog show | judge`: what was heard of devices, and what their messages would start."""

from __future__ import annotations

import os
from typing import BinaryIO

import click

from netwb.cli.context import NetwbGroup, bench, state
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.cli.text import platform_option
from netwb.workbench.syslog import SyslogState, judge_messages

STARTS = {"change": "a backup after the wait", "complete": "a backup at once", "nothing": "nothing"}


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(syslog)


@click.group(cls=NetwbGroup)
def syslog() -> None:
    """Messages by which devices say that somebody changed them; the scheduler listens to them."""


@syslog.command()
@json_option
@click.pass_context
def show(context: click.Context, *, as_json: bool) -> None:
    """Where messages are heard, what became of them, and which devices wait for a backup."""
    found = bench(context).syslog_state()
    if as_json:
        print_json(found)
        return
    say(_where(found))
    counted = sorted(found.counts.items())
    print_table(("messages", "became"), [(n, fate) for fate, n in counted], empty="none came yet")
    if found.waiting:
        print_table(
            ("device", "since (UTC)", "until (UTC)", "by", "tries"),
            [(w.device, w.since, w.until, ", ".join(w.by), w.tries) for w in found.waiting],
            empty="",
        )


@syslog.command()
@click.argument("file", type=click.File("rb"))
@platform_option
@json_option
@click.pass_context
def judge(context: click.Context, *, file: BinaryIO, platform: str, as_json: bool) -> int:
    """What would each message of FILE start? Exit 0 where one starts a backup, else 1."""
    found = judge_messages(
        file.read(), platform=platform, home=state(context).home, environment=os.environ
    )
    if as_json:
        print_items(found)
    else:
        print_table(
            ("line", "starts", "by", "known as", "hostname"),
            [(m.line, STARTS.get(m.means, ""), m.by, m.rule, m.hostname) for m in found],
            empty="the file holds no message",
        )
    return DONE if any(m.means in {"change", "complete"} for m in found) else SOME_FAILED


def _where(found: SyslogState) -> str:
    if not found.address:
        return "no listener: set `syslog.address`"
    ports = [("UDP", found.udp_port), ("TCP", found.tcp_port)]
    listed = " and ".join(f"{name} port {port}" for name, port in ports if port)
    where = f"{found.address}, {listed or 'no port at all'}"
    if not found.led:
        return f"nothing listens: no scheduler runs; `netwb scheduler` would listen at {where}"
    return f"the scheduler listens at {where}"

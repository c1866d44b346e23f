"""The body that our notify script signs: Advanced's shape, and what it adds to it. Pure.

    observed_at   when FastNetMon called the script; the header's time is that of sending
    report        FastNetMon's own words, where it gave words
    action        also `attack_details`, as the community edition has it, and `test`, which asks for
                  nothing but an answer

Source: `telegraf/fastnetmon/netwb_notify.py`.
"""

from __future__ import annotations

from dataclasses import replace

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.events.advanced import event_of, read_object
from netwb.blackhole.events.fields import clean_report, read_instant, shown
from netwb.errors import InputError

TEST = "test"


def parse(body: bytes) -> AttackEvent | None:
    """The event; None: a test of the way to here, on which nothing is done."""
    found = read_object(body)
    if found.get("action") == TEST:
        return None
    event = event_of(found)
    report = found.get("report", event.report)
    if not isinstance(report, str):
        msg = f"report is {shown(report)}; it is a text"
        raise InputError(msg)
    return replace(
        event,
        observed_at=read_instant("observed_at", found.get("observed_at")),
        report=clean_report(report),
    )

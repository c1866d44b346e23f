"""What FastNetMon's community edition tells its notify script. Pure.

Its arguments are the contract: address, direction, packets a second, action. The report on stdin is
free text: figures are read where lines look like some, and its address never is, as it says 0.0.0.0
of every IPv6 host. `attack_details` comes a second later or not at all, and an unban has no report.
Direction `other` is a ban that a person gave by its API, and no whitelist of FastNetMon's binds it.
Source: FastNetMon 1.2.4 as Debian ships it; calls of it are recorded in `tests/data/fastnetmon`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.events.fields import (
    COUNT_MOST,
    clean_report,
    read_action,
    read_address,
    read_direction,
    read_word,
    shown,
)
from netwb.errors import InputError

OCTETS_PER_MBPS = 125_000  # the report has whole Mbit/s, Advanced octets a second
ARGUMENTS = 4
_LINES = 60  # the report has 38; dumps of packets and flows come below
_LINE = re.compile(r"([A-Z][A-Za-z ]{1,60}): (.{1,60}?) *")
_COUNTED = {
    "mbps": OCTETS_PER_MBPS,
    "packets per second": 1,
    "flows per second": 1,
}
_NUMBER = re.compile(r"([0-9]{1,18}) (.*)")
_OURS = {"initial_attack_power"}  # it is the argument's


def parse_call(arguments: Sequence[str], report: bytes = b"") -> AttackEvent:
    """One call of the script: its arguments without its own name, and its whole stdin."""
    if len(arguments) < ARGUMENTS:
        msg = f"FastNetMon gave {len(arguments)} arguments; it gives IP DIRECTION PPS ACTION"
        raise InputError(msg)
    address, direction, pps, action = arguments[:ARGUMENTS]
    if not re.fullmatch("[0-9]{1,18}", pps):
        msg = f"the packets a second are {shown(pps)}; they are a whole number"
        raise InputError(msg)
    text = report.decode("utf-8", "replace")
    said = dict(_said(text))
    return AttackEvent(
        action=read_action(action),
        address=read_address(address),
        direction=read_direction(direction),
        manual=direction == "other",
        pps=int(pps),
        attack_type=read_word("attack_type", said.get("attack_type")),
        protocol=read_word("attack_protocol", said.get("attack_protocol")),
        figures={name: value for name, value in _figures(said) if name not in _OURS},
        report=clean_report(text),
    )


def _said(report: str) -> Iterator[tuple[str, str]]:
    """Lines of the form `Key: value`, by the names that Advanced gives them."""
    for line in report[: _LINES * 200].split("\n", _LINES)[:_LINES]:
        found = _LINE.fullmatch(line)
        if found:
            yield found[1].lower().replace(" ", "_"), found[2]


def _figures(said: dict[str, str]) -> Iterator[tuple[str, int]]:
    for name, value in said.items():
        found = _NUMBER.fullmatch(value)
        if found and found[2] in _COUNTED:
            yield name, min(int(found[1]) * _COUNTED[found[2]], COUNT_MOST)

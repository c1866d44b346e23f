"""FastNetMon Advanced's JSON, of its web callback and its notify script alike. Pure.

All but action and address may be missing, as fields vary by version. An alarm of a hostgroup has no
single address: it never becomes one, whatever stands in `ip`. `attack_status` comes again and again
while an attack lasts. Its script's arguments are the other way around: action, address.
Sources: FastNetMon's own pages "JSON formats", "Web callbacks" and "Notify script in Python".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.events.fields import (
    clean_report,
    read_action,
    read_address,
    read_direction,
    read_figures,
    read_word,
    shown,
)
from netwb.errors import InputError

BODY_BYTES = 64 * 1024
HOST = "host"
_HOSTGROUP = "hostgroup"
_POWER = "initial_attack_power"


def parse(body: bytes) -> AttackEvent:
    """One event; its packets are the report."""
    return event_of(read_object(body))


def parse_script(arguments: Sequence[str], body: bytes) -> AttackEvent:
    """The same on a script's stdin: action and address again, or nothing, are its arguments."""
    event = parse(body)
    if arguments:
        action = read_action(arguments[0])
        addresses = {read_address(one) for one in arguments[1:2]} - {event.address}
        if action != event.action or (addresses and event.address is not None):
            msg = "the script's arguments and its JSON tell of two events; neither is taken"
            raise InputError(msg)
    return event


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in it, by RFC 8259: no NaN, no infinity."""
    if len(body) > BODY_BYTES:
        msg = f"the event has {len(body)} bytes; {BODY_BYTES} are the most"
        raise InputError(msg)
    try:
        found = json.loads(body.decode(), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        msg = "the event is not UTF-8"
        raise InputError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = "the event is no JSON, or nested too deeply"
        raise InputError(msg) from error
    if not isinstance(found, dict):
        msg = f"the event is {shown(found)}; it is a JSON object"
        raise InputError(msg)
    return found


def event_of(found: Mapping[str, Any]) -> AttackEvent:
    """The event that such an object tells of."""
    details = _details(found)
    of_one_host = _scope(found) == HOST
    direction = details.get("attack_detection_threshold_direction")
    figures = read_figures(details)
    return AttackEvent(
        action=read_action(found.get("action")),
        address=read_address(found.get("ip")) if of_one_host else None,
        direction=read_direction(direction or details.get("attack_direction")),
        manual=details.get("attack_detection_source") == "manual",
        pps=figures.pop(_POWER, None),
        attack_type=read_word("attack_type", details.get("attack_type")),
        protocol=read_word("attack_protocol", details.get("attack_protocol")),
        severity=read_word("attack_severity", details.get("attack_severity")),
        hostgroup=_hostgroup(found, details, of_one_host=of_one_host),
        attack_id=read_word("attack_uuid", details.get("attack_uuid")),
        figures=figures,
        report=clean_report(_packets(found.get("packet_dump"))),
    )


def _scope(found: Mapping[str, Any]) -> str:
    """`host`, or another word: a name that this version does not know is no single host either."""
    told = read_word("alert_scope", found.get("alert_scope"))
    if told is not None:
        return told
    return _HOSTGROUP if found.get("hostgroup_name") and not found.get("ip") else HOST


def _hostgroup(
    found: Mapping[str, Any], details: Mapping[str, Any], *, of_one_host: bool
) -> str | None:
    if of_one_host:
        return read_word("host_group", details.get("host_group"))
    return read_word("hostgroup_name", found.get("hostgroup_name")) or _scope(found)


def _details(found: Mapping[str, Any]) -> Mapping[str, Any]:
    details = found.get("attack_details")
    if details is not None and not isinstance(details, dict):
        msg = f"attack_details is {shown(details)}; it is an object"
        raise InputError(msg)
    return details or {}


def _packets(dump: Any) -> str:
    """A line a packet; what is no line is none."""
    lines = dump if isinstance(dump, list) else []
    return "\n".join(line for line in lines if isinstance(line, str))


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)

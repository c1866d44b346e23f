"""What differs between two states of a device. Pure: answers of getters in, differences out.

Whatever moves by itself is left out, and `VOLATILE` says what that is. Entries of lists have no
place of their own: they are told apart by `KEYS`, so that a table that comes in another order is the
same table. Source of fields: NAPALM's models (`napalm.base.models`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from netwb.snapshots.records import DeviceState, Difference, NotCompared

VOLATILE: Mapping[str, frozenset[str]] = {  # by getter: names of fields, wherever they stand
    "arp_table": frozenset({"age"}),
    "bgp_neighbors": frozenset({"uptime"}),
    "bgp_neighbors_detail": frozenset(
        {
            *("flap_count", "holdtime", "input_messages", "input_updates", "keepalive"),
            *("messages_queued_out", "output_messages", "output_updates", "local_port"),
            *("remote_port", "previous_connection_state", "last_event"),
        }
    ),
    "environment": frozenset({"%usage", "available_ram", "output", "temperature", "used_ram"}),
    "facts": frozenset({"uptime"}),
    "interfaces": frozenset({"last_flapped"}),
    "interfaces_counters": frozenset(
        {
            f"{side}_{name}"
            for side in ("rx", "tx")
            for name in ("unicast_packets", "multicast_packets", "broadcast_packets", "octets")
        }
    ),
    "ipv6_neighbors_table": frozenset({"age"}),
    "lldp_neighbors_detail": frozenset({"remote_system_uptime"}),
    "mac_address_table": frozenset({"last_move", "moves"}),
    "ntp_stats": frozenset({"delay", "jitter", "offset", "reachability", "when"}),
    "optics": frozenset({"avg", "instant", "max", "min"}),
}
KEYS: Mapping[str, Sequence[str]] = {  # what tells entries of a list apart
    "arp_table": ("interface", "ip"),
    "bgp_neighbors_detail": ("remote_address",),
    "ipv6_neighbors_table": ("interface", "ip"),
    "lldp_neighbors": ("hostname", "port"),
    "lldp_neighbors_detail": ("remote_system_name", "remote_port"),
    "mac_address_table": ("vlan", "mac", "interface"),
    "ntp_stats": ("remote",),
}
_ABSENT = object()


def differences(before: DeviceState, after: DeviceState) -> Iterator[Difference]:
    """By getter and path, of those getters that both sides have an answer of."""
    for getter in sorted(before.state.keys() & after.state.keys()):
        old, new = (flat(getter, side.state[getter]) for side in (before, after))
        for path in sorted(old.keys() | new.keys()):
            was, now = old.get(path, _ABSENT), new.get(path, _ABSENT)
            if was != now:
                yield Difference(
                    tenant=after.tenant,
                    hostname=after.hostname,
                    getter=getter,
                    path=path,
                    before=None if was is _ABSENT else was,
                    after=None if now is _ABSENT else now,
                )


def not_compared(before: DeviceState, after: DeviceState) -> Iterator[NotCompared]:
    """What one side has no answer of; a device that failed as a whole is told once."""
    for side, when in ((before, "before"), (after, "after")):
        if side.cause:
            yield _untold(after, "all", f"{when}: {side.cause}")
            return
    asked = [*before.state, *before.missing]
    for getter in sorted(set(asked)):
        for side, when in ((before, "before"), (after, "after")):
            if getter not in side.state:
                reason = side.missing.get(getter, "it was not asked for")
                yield _untold(after, getter, f"{when}: {reason}")
                break


def _untold(device: DeviceState, getter: str, reason: str) -> NotCompared:
    return NotCompared(tenant=device.tenant, hostname=device.hostname, getter=getter, reason=reason)


def flat(getter: str, answer: Any) -> dict[str, Any]:
    """Values by their paths, without what moves by itself.

    >>> flat("interfaces", {"eth0": {"is_up": True, "last_flapped": 7.0}})
    {'eth0 > is_up': True}
    >>> flat("arp_table", [{"interface": "eth0", "ip": "192.0.2.1", "mac": "00:00:5E", "age": 3.0}])
    {'eth0 192.0.2.1 > mac': '00:00:5E'}
    """
    return dict(_walk(answer, (), KEYS.get(getter, ()), VOLATILE.get(getter, frozenset())))


def _walk(
    value: Any, path: tuple[str, ...], keys: Sequence[str], volatile: frozenset[str]
) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in volatile:
                yield from _walk(inner, (*path, str(name)), keys, volatile)
        if not value:
            yield " > ".join(path), {}
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for entry in value:
            own = _key(entry, keys)
            left = {name: inner for name, inner in entry.items() if name not in keys}
            yield from _walk(left or {"present": True}, (*path, own), keys, volatile)
    elif isinstance(value, list):
        yield " > ".join(path), sorted(value, key=repr)
    else:
        yield " > ".join(path), value


def _key(entry: Mapping[str, Any], keys: Sequence[str]) -> str:
    known = [str(entry[name]) for name in keys if name in entry]
    return " ".join(known) if known else json.dumps(entry, sort_keys=True, default=str)

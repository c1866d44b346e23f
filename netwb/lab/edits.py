"""Edits that people make to simulated devices: who, when, what; and what each does. Pure.

An edit is drawn from its own `seed` alone: the same edit of the same configuration always gives the
same text, and one seed on many devices is a roll-out of the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal, get_args

from netwb.lab.draw import Draw, Secret
from netwb.lab.model import Interface, Lapse, Model, Neighbor, Prefix, PrefixList, Rule, StaticRoute

EditKind = Literal[
    "describe_port",
    "shut_port",
    "add_neighbor",
    "permit_prefix",
    "drop_prefix",
    "add_route",
    "add_filter_rule",
    "replace_ntp_server",
    "move_syslog",
    "add_user",
    "rotate_snmp",
    "rotate_tacacs",
    "rotate_ospf_keys",
    "rotate_bgp_password",
    "rotate_user_password",
    "change_nothing",
    "toggle_telnet",
    "toggle_timeout",
    "toggle_http",
]
LAPSE_KINDS: tuple[EditKind, ...] = ("toggle_telnet", "toggle_timeout", "toggle_http")
"""Somebody leaves something open, or closes it again. Nobody does that every day: none is drawn."""
EDIT_KINDS: tuple[EditKind, ...] = tuple(
    kind for kind in get_args(EditKind) if kind not in {"change_nothing", *LAPSE_KINDS}
)
"""Those that show in the text. `change_nothing` (into configuration mode and out again) moves the
time and author that IOS prints, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of one device by one person.

    night   the first night whose backup shows it
    saved   False: nobody wrote the configuration to memory, so startup still lacks it
    """

    key: str
    night: int
    at: datetime
    by: str
    kind: EditKind
    seed: str
    saved: bool = True


def apply_edit(model: Model, edit: Edit) -> Model:
    """Give the configuration after the edit; it differs, unless nothing was to change."""
    return _EDITS[edit.kind](model, Draw(edit.seed, edit.kind))


def _describe_port(model: Model, draw: Draw) -> Model:
    port = draw.one([port for port in model.interfaces if port.enabled] or model.interfaces)
    return _with_port(model, replace(port, description=f"Moved to rack {draw.digits(6)}"))


def _shut_port(model: Model, draw: Draw) -> Model:
    port = draw.one(model.interfaces)
    return _with_port(model, replace(port, enabled=not port.enabled))


def _with_port(model: Model, port: Interface) -> Model:
    ports = tuple(port if old.number == port.number else old for old in model.interfaces)
    return replace(model, interfaces=ports)


def _add_neighbor(model: Model, draw: Draw) -> Model:
    neighbor = Neighbor(
        address=f"10.{draw.number(64, 99)}.{draw.number(0, 255)}.{draw.number(2, 254)}",
        remote_as=draw.number(64501, 64511),
        description=f"New customer {draw.digits(5)}",
        password=draw.secret(),
        prefix_list=model.prefix_lists[0].name,
    )
    return replace(model, neighbors=(*model.neighbors, neighbor))


def _permit_prefix(model: Model, draw: Draw) -> Model:
    entry = Prefix(network=f"10.{draw.number(0, 255)}.{draw.number(0, 255)}.0", length=24)
    place = draw.number(0, len(model.prefix_lists) - 1)
    entries = (*model.prefix_lists[place].entries, entry)
    return _with_entries(model, place, entries)


def _drop_prefix(model: Model, draw: Draw) -> Model:
    place = draw.number(0, len(model.prefix_lists) - 1)
    entries = model.prefix_lists[place].entries
    if len(entries) < 2:  # a list without lines would vanish from the text
        return _permit_prefix(model, draw)
    return _with_entries(model, place, entries[:-1])


def _with_entries(model: Model, place: int, entries: tuple[Prefix, ...]) -> Model:
    lists = list(model.prefix_lists)
    lists[place] = PrefixList(name=lists[place].name, entries=entries)
    return replace(model, prefix_lists=tuple(lists))


def _add_route(model: Model, draw: Draw) -> Model:
    route = StaticRoute(
        network=f"10.{draw.number(220, 250)}.{draw.number(0, 255)}.0",
        length=24,
        next_hop=f"10.1.{draw.number(0, 15) * 4}.2",
        name=f"ticket-{draw.digits(5)}",
    )
    return replace(model, routes=(*model.routes, route))


def _add_filter_rule(model: Model, draw: Draw) -> Model:
    rule = Rule(
        action="permit",
        protocol="tcp",
        source=f"10.{draw.number(0, 255)}.{draw.number(0, 255)}.0",
        port=draw.one((22, 443, 8443)),
    )
    first, *others = model.access_lists
    return replace(model, access_lists=(replace(first, rules=(rule, *first.rules)), *others))


def _replace_ntp_server(model: Model, draw: Draw) -> Model:
    server = f"198.51.100.{draw.number(60, 250)}"
    while server in model.management.ntp:
        server = f"198.51.100.{draw.number(60, 250)}"
    ntp = (*model.management.ntp[1:], server)
    return replace(model, management=replace(model.management, ntp=ntp))


def _move_syslog(model: Model, draw: Draw) -> Model:
    kept = model.management.syslog[-1:]
    syslog = (*kept, f"198.51.100.{draw.number(100, 250)}")
    if syslog[0] == syslog[1] or syslog == model.management.syslog:
        syslog = (*kept, "198.51.100.251")
    return replace(model, management=replace(model.management, syslog=syslog))


def _add_user(model: Model, draw: Draw) -> Model:
    user = type(model.management.users[0])(name=f"tech{draw.digits(4)}", secret=draw.secret())
    users = (*model.management.users, user)
    return replace(model, management=replace(model.management, users=users))


def _rotate_snmp(model: Model, draw: Draw) -> Model:
    management = replace(
        model.management,
        community_read=draw.secret(12),
        trap_community=draw.secret(11),
        snmp_auth=draw.secret(16),
        snmp_priv=draw.secret(16),
    )
    return replace(model, management=management)


def _rotate_tacacs(model: Model, draw: Draw) -> Model:
    management = replace(model.management, tacacs_key=draw.secret(18), radius_key=draw.secret(16))
    return replace(model, management=management)


def _rotate_bgp_password(model: Model, draw: Draw) -> Model:
    place = draw.number(0, len(model.neighbors) - 1)
    neighbors = list(model.neighbors)
    neighbors[place] = replace(neighbors[place], password=_other(neighbors[place].password, draw))
    return replace(model, neighbors=tuple(neighbors))


def _rotate_user_password(model: Model, draw: Draw) -> Model:
    users = tuple(replace(user, secret=draw.secret()) for user in model.management.users)
    management = replace(model.management, users=users, enable=draw.secret())
    return replace(model, management=management)


def _rotate_ospf_keys(model: Model, draw: Draw) -> Model:
    first, *others = model.interfaces
    ports = (
        replace(first, ospf_key=draw.secret(12)),
        *(replace(port, ospf_key=port.ospf_key and draw.secret(12)) for port in others),
    )
    return replace(model, interfaces=ports, chain_key=draw.secret(16))


def _change_nothing(model: Model, draw: Draw) -> Model:
    del draw
    return model


def _toggle(lapse: Lapse) -> Callable[[Model, Draw], Model]:
    def toggled(model: Model, draw: Draw) -> Model:
        del draw
        return replace(model, lapses=model.lapses ^ {lapse})

    return toggled


def _other(old: Secret | None, draw: Draw) -> Secret:
    return draw.secret(len(old.plain) if old else 14)


_EDITS: Mapping[EditKind, Callable[[Model, Draw], Model]] = MappingProxyType(
    {
        "describe_port": _describe_port,
        "shut_port": _shut_port,
        "add_neighbor": _add_neighbor,
        "permit_prefix": _permit_prefix,
        "drop_prefix": _drop_prefix,
        "add_route": _add_route,
        "add_filter_rule": _add_filter_rule,
        "replace_ntp_server": _replace_ntp_server,
        "move_syslog": _move_syslog,
        "add_user": _add_user,
        "rotate_snmp": _rotate_snmp,
        "rotate_tacacs": _rotate_tacacs,
        "rotate_ospf_keys": _rotate_ospf_keys,
        "rotate_bgp_password": _rotate_bgp_password,
        "rotate_user_password": _rotate_user_password,
        "change_nothing": _change_nothing,
        "toggle_telnet": _toggle("telnet"),
        "toggle_timeout": _toggle("timeout"),
        "toggle_http": _toggle("http"),
    }
)

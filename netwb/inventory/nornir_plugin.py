"""Nornir's view of the inventory: the one place that maps `address` to nornir's `hostname`.

A host's name is the device id, because neither hostname nor address is unique across tenants.
Connection options are made new for each host: nornir_napalm 0.6 writes the port of the first host
into an `optional_args` that it shares, and five devices then answer as one (facts-ssh, section 1).

    from nornir import InitNornir
    InitNornir(inventory={"plugin": "netwb", "options": {"targets": targets}})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory

from netwb.inventory.records import Login, Target
from netwb.platforms.record import Platform

PLUGIN = "netwb"  # name under which the package registers the class below


class NetwbInventory:
    """Nornir inventory plugin over resolved targets."""

    def __init__(
        self, targets: Sequence[Target], platforms: Mapping[str, Platform] | None = None
    ) -> None:
        self._targets = targets
        self._platforms = platforms or {}

    def load(self) -> Inventory:
        """Called by nornir."""
        return make_inventory(self._targets, self._platforms)


def make_inventory(
    targets: Sequence[Target], platforms: Mapping[str, Platform] | None = None
) -> Inventory:
    """One host a target; `host.data["target"]` is the target itself."""
    defaults = Defaults()
    known = platforms or {}
    hosts = Hosts(
        {
            target.device_id: _host(target, known.get(target.platform), defaults)
            for target in targets
        }
    )
    return Inventory(hosts=hosts, groups=Groups(), defaults=defaults)


def _host(target: Target, platform: Platform | None, defaults: Defaults) -> Host:
    login = target.logins[0] if target.logins else None
    return Host(
        name=target.device_id,
        hostname=target.address,
        port=target.port,
        username=login.username if login else None,
        password=login.password if login else None,
        platform=target.platform,
        data={
            "target": target,
            "tenant": target.tenant,
            "site": target.site,
            "hostname": target.hostname,
        },
        connection_options={
            "napalm": _napalm(target, login, platform),
            "netmiko": _netmiko(target, login, platform),
        },
        defaults=defaults,
    )


def _napalm(target: Target, login: Login | None, platform: Platform | None) -> ConnectionOptions:
    optional_args: dict[str, Any] = {"port": target.port}
    if login is not None and login.enable is not None:
        optional_args["secret"] = login.enable
    return ConnectionOptions(
        platform=platform.napalm_driver if platform else None,
        extras={"optional_args": optional_args},
    )


def _netmiko(target: Target, login: Login | None, platform: Platform | None) -> ConnectionOptions:
    chosen = target.transport.removeprefix("netmiko:")
    device_type = chosen if chosen != target.transport else None
    extras: dict[str, Any] = {}
    if login is not None and login.enable is not None:
        extras["secret"] = login.enable
    return ConnectionOptions(
        platform=device_type or (platform.netmiko_type if platform else None), extras=extras
    )

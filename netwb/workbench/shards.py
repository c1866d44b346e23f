"""Shards on the facade: Telegrafs that share the devices out between them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from netwb.errors import SettingsError
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.telegraf.records import Move, Shard
from netwb.workbench.face import Face
from netwb.workbench.polling import POLLED
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.inventory import snmp as _snmp
    from netwb.inventory.ports.records import SnmpTarget
    from netwb.inventory.shards import ShardChanges
    from netwb.telegraf import shards as _shards
else:
    _snmp = lazy("netwb.inventory.snmp")
    _shards = lazy("netwb.telegraf.shards")


class ShardsFace(Face):
    """`shards`, `add_shard`, `set_shard`, `retire_shard`, `preview_shard`."""

    def shards(self) -> Records[Shard]:
        """Shards in force that serve a site in scope: those that are defined, else `main`."""
        self._require(Permission.TELEGRAF_FETCH)
        return records_of(self._shards_in_force(), Shard)

    def add_shard(self, name: str, **changes: Unpack[ShardChanges]) -> Shard:
        """Define a shard; from then on `main` serves nothing, and each site needs one."""
        self._require_shard_editor(changes)
        added = self._parts.shards.add(self._scope, name, changes)
        self._audit("shard.add", name, detail=_told(changes))
        return added

    def set_shard(self, name: str, **changes: Unpack[ShardChanges]) -> Shard:
        """Change a shard; `sites` takes the place of all that it had. UnknownNameError."""
        self._require_shard_editor(changes)
        changed = self._parts.shards.set(self._scope, name, changes)
        self._audit("shard.set", name, detail=_told(changes))
        return changed

    def retire_shard(self, name: str) -> None:
        """Forget a shard; its files stay, and its Telegraf runs until it is stopped."""
        self._require_shard_editor({})
        self._parts.shards.retire(self._scope, name)
        self._audit("shard.retire", name)

    def preview_shard(self, name: str, **changes: Unpack[ShardChanges]) -> Records[Move]:
        """Devices that would move if that shard were so, or were added so; nothing is written."""
        self._require(Permission.TELEGRAF_FETCH)
        targets = self._snmp_targets()
        defined = self._parts.shards.list(self._scope)
        there = next((shard for shard in defined if shard.name == name), Shard(name=name, sites=()))
        if "sites" in changes:
            there = replace(there, sites=tuple(self._site_names(changes["sites"])))
        there = replace(there, weight=changes.get("weight", there.weight))
        others = [shard for shard in defined if shard.name != name]
        old = _shards.spread(self._shards_in_force(), targets)
        return records_of(_shards.moves(old, _shards.spread([*others, there], targets)), Move)

    def _site_names(self, refs: Sequence[str]) -> Iterator[str]:
        for ref in refs:
            site = self._parts.places.site(self._scope, ref)
            yield f"{site.tenant}/{site.slug}"

    def _shards_in_force(self) -> Sequence[Shard]:
        """A shard that serves others alone is none here, and does not bring `main` back."""
        defined = self._parts.shards.list(self._scope)
        if defined or self._parts.shards.are_defined():
            return defined
        return _shards.in_force(())

    def _snmp_targets(self) -> Sequence[SnmpTarget]:
        parts = self._parts
        found = parts.devices.list(self._scope, EVERYWHERE)  # a file is of all devices or wrong
        devices = [one for one in found if one.status in POLLED]
        return _snmp.SnmpTargets(parts.database, parts.keyring, parts.environment).of(
            self._scope, devices
        )

    def _shards_here(self) -> Sequence[Shard]:
        return [
            self._with_commands(shard) for shard in self._shards_in_force() if shard.place == "here"
        ]

    def _with_commands(self, shard: Shard) -> Shard:
        """With the settings' commands where it has none of its own."""
        settings = self._parts.settings.telegraf
        return replace(
            shard,
            reload=shard.reload or _arguments("reload", settings.reload),
            restart=shard.restart or _arguments("restart", settings.restart),
        )

    def _require_shard_editor(self, changes: ShardChanges) -> None:
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("a shard")
        if "reload" in changes or "restart" in changes:
            self._require_local("commands")


def _told(changes: ShardChanges) -> dict[str, object]:
    return {name: list(v) if isinstance(v, list | tuple) else v for name, v in changes.items()}


def _arguments(name: str, command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        msg = f"telegraf.{name} {command!r} is no command: {error}; quote it as for a shell"
        raise SettingsError(msg) from error

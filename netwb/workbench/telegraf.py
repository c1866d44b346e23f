"""Telegraf on the facade: its shards, and its configuration as the inventory gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from netwb.loading import lazy
from netwb.roles import Permission
from netwb.telegraf.records import MAIN, Asking, Move, Output, Shard, ShardFiles
from netwb.workbench.face import Face
from netwb.workbench.polling import POLLED
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.inventory import shards as _defined
    from netwb.inventory import snmp as _snmp
    from netwb.inventory.ports.records import SnmpTarget
    from netwb.inventory.shards import ShardChanges
    from netwb.telegraf import checks as _checks
    from netwb.telegraf import folder as _folder
    from netwb.telegraf import render as _render
    from netwb.telegraf import shards as _shards
    from netwb.telegraf import shelf as _shelf
else:
    _secret_sources = lazy("netwb.inventory.secret_sources")
    _defined = lazy("netwb.inventory.shards")
    _snmp = lazy("netwb.inventory.snmp")
    _checks = lazy("netwb.telegraf.checks")
    _folder = lazy("netwb.telegraf.folder")
    _render = lazy("netwb.telegraf.render")
    _shards = lazy("netwb.telegraf.shards")
    _shelf = lazy("netwb.telegraf.shelf")


class TelegrafFace(Face):
    """`shards`, `add_shard`, `set_shard`, `retire_shard`, `preview_shard`, `telegraf_text`..."""

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

    def telegraf_text(self, name: str) -> str:
        """A shard's whole configuration as one text, for a Telegraf that fetches it; no secret.

        Raises UnknownNameError for one that serves no site in scope.
        """
        self._require(Permission.TELEGRAF_FETCH)
        return _render.single_text(self._shard_files(name))

    def write_telegraf(self, folder: Path) -> Records[ShardFiles]:
        """Write every shard into a folder of its own below that one, with its secrets beside it."""
        self._require(Permission.TELEGRAF_FETCH)
        self._require_local("secrets of devices, and folders")
        found = self._all_shard_files()
        for files in found:
            _folder.write_shard(folder / files.shard.name, files)
        return records_of(found, ShardFiles)

    def _require_shard_editor(self, changes: ShardChanges) -> None:
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("a shard")
        if "reload" in changes or "restart" in changes:
            self._require_local("commands")

    def _main_shard(self) -> Shard:
        return Shard(name=MAIN)

    def _shards_in_force(self) -> Sequence[Shard]:
        """A shard that serves others alone is none here, and does not bring `main` back."""
        defined = self._parts.shards.list(self._scope)
        if defined or self._parts.shards.are_defined():
            return defined
        return _shards.in_force((), self._main_shard())

    def _snmp_targets(self) -> Sequence[SnmpTarget]:
        parts = self._parts
        devices = [
            one for one in parts.devices.list(self._scope, self._where) if one.status in POLLED
        ]
        return _snmp.SnmpTargets(parts.database, parts.keyring, parts.environment).of(
            self._scope, devices
        )

    def _shard_files(self, name: str) -> ShardFiles:
        found = [shard for shard in self._shards_in_force() if shard.name == name]
        if not found:
            raise _defined.unknown_shard(name)
        return next(one for one in self._all_shard_files() if one.shard.name == name)

    def _all_shard_files(self) -> Sequence[ShardFiles]:
        shards, asking, output = self._shards_in_force(), self._asking(), self._output()
        _checks.refuse_slow(asking)
        planned = _shards.plan(shards, self._snmp_targets())
        templates = _shelf.load_templates()
        return [
            _render.render(
                shard, planned[shard.name], templates=templates, output=output, asking=asking
            )
            for shard in shards
        ]

    def _asking(self) -> Asking:
        metrics = self._parts.settings.metrics
        return Asking(
            interval_s=metrics.interval_s,
            timeout_s=metrics.snmp_timeout_s,
            retries=metrics.snmp_retries,
            pings=metrics.pings,
        )

    def _output(self) -> Output:
        metrics = self._parts.settings.metrics
        if not metrics.url:
            return Output(kind="none")
        secrets = _secret_sources.Secrets(self._parts.environment)
        return Output(
            kind="influxdb_v2" if metrics.organization else "influxdb",
            url=metrics.url,
            database=metrics.database,
            organization=metrics.organization,
            username=metrics.username,
            secret=secrets.resolve("token", metrics.secret) if metrics.secret else "",
            ca_file=metrics.ca_file,
        )


def _told(changes: ShardChanges) -> dict[str, object]:
    return {name: list(v) if isinstance(v, list | tuple) else v for name, v in changes.items()}

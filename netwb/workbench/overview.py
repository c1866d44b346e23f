"""What a time brought, on the facade: what changed, what was read as before, what was not saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwb.inventory.records import NamedDevice
from netwb.loading import lazy
from netwb.roles import Permission, allowed
from netwb.workbench.backup import BACKED_UP
from netwb.workbench.comparing import ComparingFace
from netwb.workbench.framed import Framed
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.archive import records as _records
    from netwb.archive.records import Change
    from netwb.collect import unsaved as _unsaved
    from netwb.collect.unsaved import Unsaved
else:
    _records = lazy("netwb.archive.records")
    _unsaved = lazy("netwb.collect.unsaved")

NIGHTS_COUNTED = timedelta(days=30)  # how far back failures in a row are counted


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Overview(Framed):
    """Everything that a time brought to the devices of one Workbench.

    changes   newest first
    unsaved   devices whose newest backup in that time gave no good text, by tenant, site, hostname
    tried     how many devices a backup tried in that time; `living`: how many one would try now
    devices   by id, those of all changes and of all that was not saved
    """

    changes: tuple[Change, ...]
    unsaved: tuple[Unsaved, ...]
    tried: int
    living: int
    devices: Mapping[str, NamedDevice]

    def rows(self) -> Records[Change]:
        """The changes."""
        return records_of(self.changes, _records.Change)

    def said(self) -> str:
        """How many changed, and how many were not saved."""
        return (
            f"{len(self.changes)} changes; of {self.tried} devices that were tried"
            f" {len(self.unsaved)} gave no good text"
        )


class OverviewFace(ComparingFace):
    """`overview`."""

    def overview(self, *, since: datetime | str, until: datetime | str | None = None) -> Overview:
        """What came of the devices meant between two times.

        Who may not see addresses is told the kind of a cause alone: its words name where the device
        was looked for.
        """
        now = self._parts.clock()
        begin = parse_moment(since, now)
        changes = tuple(self.changes(since=begin, until=until))
        devices = {device.id: device for device in self._narrowed()}
        tried = _unsaved.find_unsaved(
            self._parts.database, self._scope, since=begin, counted_since=now - NIGHTS_COUNTED
        )
        unsaved = [item for item in tried.unsaved if item.device_id in devices]
        unsaved.sort(key=lambda item: _place(devices[item.device_id]))
        return Overview(
            changes=changes,
            unsaved=tuple(map(self._open_cause, unsaved)),
            tried=len(tried.devices & devices.keys()),
            living=sum(device.status in BACKED_UP for device in devices.values()),
            devices=devices,
        )

    def _open_cause(self, item: Unsaved) -> Unsaved:
        sees = allowed(self._actor, Permission.INVENTORY_ADDRESS)
        return item if sees else replace(item, cause_message="")


def _place(device: NamedDevice) -> tuple[str, str, str]:
    return device.tenant, device.site, device.hostname

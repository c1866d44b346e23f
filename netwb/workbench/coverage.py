"""How well the devices are saved, on the facade: last good copies, nights, runs of one device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.moments import parse_moment
from netwb.workbench.places import PlacesFace
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.collect import coverage as _coverage
    from netwb.collect.coverage import DeviceCoverage
else:
    _coverage = lazy("netwb.collect.coverage")


class CoverageFace(PlacesFace):
    """`coverage`, `device_coverage`, `device_runs`."""

    def coverage(self, *, since: datetime | str) -> Mapping[str, DeviceCoverage]:
        """Of all devices in scope, by id: the last good copy, and each night since then.

        A device that was never saved and never tried is not in it.
        """
        self._require(Permission.CONFIG_VIEW)
        begin = parse_moment(since, self._parts.clock())
        found = _coverage.Coverage(self._parts.database).devices(self._scope, since=begin)
        alike = self._parts.read_coverage
        return {device: alike.one(device, item) for device, item in found.items()}

    def device_coverage(self, reference: str, *, since: datetime | str) -> DeviceCoverage:
        """Of one device: the last good copy, and each night since then."""
        self._require(Permission.CONFIG_VIEW)
        device = self._device(reference)
        begin = parse_moment(since, self._parts.clock())
        return _coverage.Coverage(self._parts.database).device(self._scope, device.id, since=begin)

    def device_runs(self, reference: str, *, limit: int = 20) -> Records[_coverage.DeviceRun]:
        """What the newest runs gave of one device, newest first.

        Who may not see addresses is told the kind of a cause, for its words name where the device
        was looked for; and not who ran it.
        """
        self._require(Permission.CONFIG_VIEW)
        device = self._device(reference)
        found = _coverage.Coverage(self._parts.database).runs(self._scope, device.id, limit=limit)
        return records_of((self._open_run(run) for run in found), _coverage.DeviceRun)

    def _open_run(self, run: _coverage.DeviceRun) -> _coverage.DeviceRun:
        return run if self._sees_addresses() else replace(run, cause_message="", by="")

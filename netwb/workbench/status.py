"""Whether everything is well, in one look, on the facade: who lacks a fresh good backup, what runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission
from netwb.roles import allowed as permits
from netwb.schedules.records import EVERYTHING, Place
from netwb.workbench.framed import Framed
from netwb.workbench.night import NIGHTLY
from netwb.workbench.nights import NightsFace
from netwb.workbench.presence import PresenceFace
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.collect.nights import LastNight
    from netwb.health import backups as _backups
    from netwb.health import diagnosis as _diagnosis
    from netwb.health import expecting as _expecting
    from netwb.health import freshness as _freshness
    from netwb.health.backups import Allowed
    from netwb.health.diagnosis import Diagnosis
    from netwb.health.freshness import DeviceBackup, TenantBackups
    from netwb.workbench import planning as _planning
else:
    _diagnosis = lazy("netwb.health.diagnosis")
    _freshness = lazy("netwb.health.freshness")
    _planning = lazy("netwb.workbench.planning")
    _backups = lazy("netwb.health.backups")
    _expecting = lazy("netwb.health.expecting")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Status(Framed):
    """How all stands, of the devices that this Workbench means.

    good       nothing is wrong: each active device has a fresh good backup, and each part works
    headline   the same about the devices, as a sentence
    without    devices that have none, worst first; those in maintenance last
    parts      what netwb itself runs on; empty for who lacks health.view
    """

    at: datetime
    good: bool
    headline: str
    without: tuple[DeviceBackup, ...]
    tenants: tuple[TenantBackups, ...]
    last_night: LastNight | None
    parts: tuple[Diagnosis, ...]

    def rows(self) -> Records[DeviceBackup]:
        """The devices without a fresh good backup."""
        return records_of(self.without, _freshness.DeviceBackup)

    def said(self) -> str:
        """The headline."""
        return self.headline


class StatusFace(PresenceFace, NightsFace):
    """`status`, `backup_headline`, `device_backups`."""

    def status(self) -> Status:
        """One look at all; `parts` only for whoever holds health.view."""
        backups = self.device_backups()
        tenants = _freshness.by_tenant(backups)
        parts = self._standing_parts() if permits(self._actor, Permission.HEALTH_VIEW) else ()
        lacking = [one for one in backups if one.freshness != "fresh"]
        return Status(
            at=self._parts.clock(),
            good=all(one.fresh == one.devices for one in tenants)
            and not _diagnosis.is_wrong(parts),
            headline=_freshness.headline(tenants),
            without=_freshness.worst_first(lacking),
            tenants=tenants,
            last_night=self.last_night(),
            parts=parts,
        )

    def backup_headline(self) -> tuple[str, bool]:
        """The sentence of `status` alone, and whether each active device has a fresh good backup."""
        tenants = _freshness.by_tenant(self.device_backups())
        return _freshness.headline(tenants), all(one.fresh == one.devices for one in tenants)

    def device_backups(self) -> Records[DeviceBackup]:
        """How each living device's backup stands, by tenant, site, hostname.

        Who may not see addresses is told the kind of a cause alone.
        """
        self._require(Permission.CONFIG_VIEW)
        found = _backups.read_backups(
            self._parts.database,
            self._meant_scope,
            now=self._parts.clock(),
            allowed=self._allowed(),
        )
        if replace(self._where, tenant=None) != EVERYWHERE:
            meant = self._meant_ids()
            found = tuple(one for one in found if one.device_id in meant)
        sees = permits(self._actor, Permission.INVENTORY_ADDRESS)
        shown = found if sees else [replace(one, cause_message="") for one in found]
        return records_of(shown, _freshness.DeviceBackup)

    def _allowed(self) -> Allowed:
        """How old a good backup may be at a place: by the setting, or by when one is made there."""
        now, parts = self._parts.clock(), self._parts.scheduling
        least = timedelta(hours=self._parts.settings.configs.fresh_h)
        nightly = parts.job(NIGHTLY)
        table = _planning.Timetable(
            parts, ALL_TENANTS, jitter_s=self._parts.settings.scheduler.jitter_s
        )

        def allowed(tenant_id: str, site_id: str) -> timedelta:
            place = Place(tenant_id=tenant_id, site_id=site_id)
            found = table.schedule(nightly, place)
            timing = table.timing(nightly, found.place if found else EVERYTHING)
            return _expecting.allowed_age(timing, table.holds(nightly, place), now=now, least=least)

        return allowed

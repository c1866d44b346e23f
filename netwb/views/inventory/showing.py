"""The part of the page that shows one device."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from netwb.errors import UnknownDeviceError
from netwb.inventory.records import Device
from netwb.roles import Permission
from netwb.views.inventory.device import DevicePage, device_page
from netwb.views.inventory.jobs import Backups, job_line
from netwb.views.inventory.listing import strip_days
from netwb.views.inventory.rows import rows_of
from netwb.views.inventory.stage import Acts, Stage
from netwb.views.inventory.table import Sees
from netwb.views.sheet import Act
from netwb.views.states import loading, not_found
from netwb.workbench import Workbench
from netwb.workbench.snapshots import DeviceWindow
from netwb.workbench.words import DeviceCoverage, DeviceRun, Revision

NIGHTS = 90
REVISIONS = 400  # read for the strip: more than a change each night
RUNS = 12
EVENTS = 20


class DevicePart:
    """One device's page; the address holds which."""

    def __init__(self, stage: Stage, backups: Backups) -> None:
        self._stage = stage
        self._backups = backups
        self._page: DevicePage | None = None
        self.acts: Acts = {"back-up-device": self._back_up}

    async def load(self) -> None:
        """Read the device that the address names."""
        stage, device_id = self._stage, self._stage.frame.address["device"]
        if self._page is None or self._page.device.id != device_id:
            stage.show_page(loading())
        await self._backups.follow()
        try:
            await self.read()
        except UnknownDeviceError:
            stage.frame.crumbs(("Inventory", stage.links().inventory()), ("Not found", None))
            back = (stage.links().inventory(), "To the inventory")
            stage.show_page(not_found("device of that id", back=back))

    async def read(self) -> None:
        """Read it again, and draw."""
        frame = self._stage.frame
        reference = frame.address.get("device", "")
        sees, now = self._stage.sees(), frame.now()
        device = await frame.ask(frame.bench.device, reference)
        coverage = await frame.ask(_coverage, frame.bench, device, now) if sees.configs else None
        revisions, runs = await frame.ask(_copies, frame.bench, device, sees)
        known = {device.id: coverage} if coverage else {}
        days = strip_days(now, known, self._stage, nights=NIGHTS)
        events = None
        if sees.edit:
            events = await frame.ask(frame.bench.device_events, device.id, limit=EVENTS)
        (row,) = rows_of([device], known, days=days, zone=frame.zone)
        compliance = None
        if frame.may(Permission.COMPLIANCE_VIEW):
            found = await frame.ask(frame.bench.compliance, device.id)
            compliance = next(iter(found.devices), None)
        windows: Sequence[DeviceWindow] = ()
        if sees.configs:
            windows = await frame.ask(frame.bench.device_windows, device.id)
        self._page = DevicePage(
            row=row,
            days=days,
            revisions=revisions,
            runs=runs,
            events=events,
            sees=sees,
            links=self._stage.links(),
            now=now,
            zone=frame.zone,
            compliance=compliance,
            windows=windows,
        )
        self._crumb(device)
        self.draw()

    def draw(self) -> None:
        """The page as it was read, with the job as it stands."""
        if self._page is not None:
            self._stage.show_page(device_page(self._page, job=job_line(self._backups.job)))

    def _crumb(self, device: Device) -> None:
        links = self._stage.links()
        self._stage.frame.crumbs(
            ("Inventory", links.inventory()),
            (device.tenant, links.inventory(tenants=device.tenant)),
            (device.site, links.inventory(site=f"{device.tenant}/{device.site}")),
            (device.hostname, None),
        )

    async def _back_up(self, act: Act) -> None:
        await self._backups.start([str(act.get("device", ""))])


def _coverage(bench: Workbench, device: Device, now: datetime) -> DeviceCoverage:
    return bench.device_coverage(device.id, since=now - timedelta(days=NIGHTS + 2))


def _copies(
    bench: Workbench, device: Device, sees: Sees
) -> tuple[tuple[Revision, ...], tuple[DeviceRun, ...]]:
    if not sees.configs:
        return (), ()
    return (
        tuple(bench.history(device.id, limit=REVISIONS)),
        tuple(bench.device_runs(device.id, limit=RUNS)),
    )

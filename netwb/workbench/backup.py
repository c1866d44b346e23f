"""Backups on the facade: run them, see what would run, follow what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Literal

from netwb.errors import RunUnderWayError
from netwb.inventory.records import Device
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.collect import flow as _flow
    from netwb.collect.outcome import BackupOutcome, BackupReport
    from netwb.workbench import progress as bars
    from netwb.workbench import reports as _reports
else:
    _reports = lazy("netwb.workbench.reports")
    _flow = lazy("netwb.collect.flow")
    bars = lazy("netwb.workbench.progress")

BACKED_UP = ("active", "maintenance")  # planned devices do not answer yet, retired ones no longer
LOOK_S = 1.0  # how often who waits for another run looks whether it has ended


class BackupFace(Face):
    """`back_up`, `plan_backup`."""

    def plan_backup(
        self, *references: str, only: Literal["all", "failed"] = "all"
    ) -> Records[Device]:
        """The devices that `back_up` would take, in the order of the inventory.

        references  hostnames, `tenant/hostname` or ids; none: all that this Workbench is narrowed to
        only        "failed": those whose newest outcome is rejected or failed
        """
        self._require(Permission.BACKUP_RUN)
        devices = self._chosen(references)
        if only == "failed":
            failed = self._parts.runs.failed_last_time(self._scope)
            devices = [device for device in devices if device.id in failed]
        return records_of([d for d in devices if d.status in BACKED_UP], Device)

    def back_up(
        self,
        *references: str,
        note: str = "",
        only: Literal["all", "failed"] = "all",
        on_outcome: Callable[[BackupOutcome], None] | None = None,
        wait_s: float = 0,
        on_wait: Callable[[RunUnderWayError], None] = lambda _: None,
    ) -> _reports.ShownReport:
        """Back devices up, with a progress bar where somebody looks.

        on_outcome  instead of the bar: called as each device ends, from another thread
        wait_s      how long to wait at most for another run that has one of these devices
        on_wait     called once, when such a wait begins; what is meant is chosen anew after it
        Raises RunUnderWayError where another run has one of them still.
        """
        give_up_at: float | None = None
        while True:
            planned = self.plan_backup(*references, only=only)
            try:
                return self._back_up(planned, note, on_outcome)
            except RunUnderWayError as error:
                if give_up_at is None:
                    give_up_at = monotonic() + wait_s
                if monotonic() >= give_up_at:
                    raise
                on_wait(error)
            on_wait = _said_already
            self._await_others([device.id for device in planned], give_up_at)

    def _await_others(self, device_ids: Sequence[str], give_up_at: float) -> None:
        while self._parts.runs.under_way(device_ids) and (left := give_up_at - monotonic()) > 0:
            time.sleep(min(LOOK_S, left))

    def _back_up(
        self,
        planned: Sequence[Device],
        note: str,
        on_outcome: Callable[[BackupOutcome], None] | None,
    ) -> _reports.ShownReport:
        targets = self._parts.credentials.targets(self._scope, planned)
        request = _flow.BackupRequest(targets=targets, actor=self._actor, note=note)
        if on_outcome is not None:
            report = self._backup.back_up(request, on_outcome)
        else:
            with bars.DeviceProgress("backup", len(targets)) as progress:
                report = self._backup.back_up(request, progress.note)
        self._audit_run(report, planned, note)
        return _reports.ShownReport.of(report)

    def _chosen(self, references: Sequence[str]) -> list[Device]:
        if not references:
            return list(self._parts.devices.list(self._scope, self._where))
        return [self._device(reference) for reference in references]

    def _audit_run(self, report: BackupReport, planned: Sequence[Device], note: str) -> None:
        """One event a tenant, so that each sees its own in its audit."""
        for tenant_id, tenant in sorted({(d.tenant_id, d.tenant) for d in planned}):
            outcomes = [o for o in report.outcomes if o.tenant == tenant]
            self._audit(
                "backup.run",
                report.run_id,
                tenant_id=tenant_id,
                detail={
                    "devices": len(outcomes),
                    "note": note,
                    **{
                        status: sum(o.status == status for o in outcomes)
                        for status in ("changed", "unchanged", "rejected", "failed")
                    },
                },
            )


def _said_already(_error: RunUnderWayError) -> None:
    """Whoever waits is told once that it does."""

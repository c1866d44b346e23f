"""Backups on the facade: run them, see what would run, follow what came of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from netwb.collect.flow import BackupRequest
from netwb.collect.outcome import BackupOutcome, BackupReport
from netwb.inventory.records import Device
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.progress import BackupProgress
from netwb.workbench.records import Records, records_of
from netwb.workbench.reports import ShownReport

BACKED_UP = ("active", "maintenance")  # planned devices do not answer yet, retired ones no longer


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
    ) -> ShownReport:
        """Back devices up, with a progress bar where somebody looks.

        on_outcome  instead of the bar: called as each device ends, from another thread
        """
        return self._back_up(self.plan_backup(*references, only=only), note, on_outcome)

    def _back_up(
        self,
        planned: Sequence[Device],
        note: str,
        on_outcome: Callable[[BackupOutcome], None] | None,
    ) -> ShownReport:
        targets = self._parts.credentials.targets(self._scope, planned)
        request = BackupRequest(targets=targets, actor=self._actor, note=note)
        if on_outcome is not None:
            report = self._backup.back_up(request, on_outcome)
        else:
            with BackupProgress(len(targets)) as progress:
                report = self._backup.back_up(request, progress.note)
        self._audit_run(report, planned, note)
        return ShownReport.of(report)

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

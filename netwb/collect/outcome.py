"""What a backup run gives: an outcome for each planned device, and the report over them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from netwb.errors import NetwbError

OutcomeStatus = Literal["changed", "unchanged", "rejected", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupOutcome:
    """What one device gave in one run.

    revision   commit id of the newest good revision; None where there was never one
    cause      rejected and failed always carry one; its class name is the kind. With a good running
               text: why the startup text beside it is not believed
    """

    tenant: str
    hostname: str
    device_id: str
    status: OutcomeStatus
    revision: str | None = None
    cause: NetwbError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """One run; `outcomes` has exactly the planned devices, worst first."""

    run_id: str
    started_at: datetime
    ended_at: datetime
    outcomes: tuple[BackupOutcome, ...]

    def counts(self) -> dict[OutcomeStatus, int]:
        """How many devices per status; a status without any is left out."""
        return dict(Counter(outcome.status for outcome in self.outcomes))

    def with_status(self, *statuses: OutcomeStatus) -> tuple[BackupOutcome, ...]:
        """The outcomes that ended so."""
        return tuple(outcome for outcome in self.outcomes if outcome.status in statuses)


_ORDER: dict[OutcomeStatus, int] = {"failed": 0, "rejected": 1, "changed": 2, "unchanged": 3}


def worst_first(outcomes: list[BackupOutcome]) -> tuple[BackupOutcome, ...]:
    """Failures on top, then by tenant and hostname."""
    return tuple(sorted(outcomes, key=lambda o: (_ORDER[o.status], o.tenant, o.hostname)))

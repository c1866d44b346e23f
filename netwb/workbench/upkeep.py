"""Upkeep on the facade: what the daemon does so that netwb stays small, quick and true to itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwb.errors import ArchiveError, AuditBrokenError
from netwb.inventory.records import Tenant
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.auditing import noted_heads
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.access.cleaning import AccessCleaned
    from netwb.archive import index_check as _index_check
    from netwb.archive.index_check import Depth, IndexVerdict
    from netwb.archive.upkeep import RepositoryUpkeep, Rhythm
    from netwb.erp import feed as _feed
    from netwb.notify import records as _records
    from netwb.snapshots import keeping as _keeping
    from netwb.store import retention as _retention
    from netwb.store.retention import Act
    from netwb.workbench import progress as bars
else:
    _feed = lazy("netwb.erp.feed")
    _keeping = lazy("netwb.snapshots.keeping")
    _records = lazy("netwb.notify.records")
    _index_check = lazy("netwb.archive.index_check")
    _retention = lazy("netwb.store.retention")
    bars = lazy("netwb.workbench.progress")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoriesKept:
    """What upkeep did: how many repositories, and what they weighed.

    busy   tenants whose repository was written all the time; the next upkeep does them
    """

    repositories: int
    bytes_before: int
    bytes_after: int
    seconds: float
    busy: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexChecked:
    """How many tenants' indexes were compared, and which of them differed and were built anew.

    busy   tenants whose repository was written all the time; the next check compares them
    """

    tenants: int
    rebuilt: tuple[str, ...]
    busy: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How many there were, or are, too old to be kept."""

    held_texts: int
    jobs: int
    runs: int
    outcomes: int
    bill_windows: int = 0  # of frozen groups; their figures stay
    attacks: int = 0  # what detectors said
    events: int = 0  # that tenants' ERPs are told once
    snapshots: int = 0  # devices in snapshots of change windows
    compliance: int = 0  # what devices were by rules, sums of days, and old waivers


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChecked:
    """How long the audit chain is, its newest link, and how many heads in Git it was held against."""

    links: int
    head: str
    witnesses: int


class UpkeepFace(Face):
    """`maintain_...`, `check_...`, `sweep`, `clean_access`: for whoever manages the system."""

    def maintain_weekly(self) -> RepositoriesKept:
        """Gather what came since the last time into few packs; a minute for a large network.

        Raises ArchiveError that names the repositories which have none; the others have theirs.
        """
        return self._maintain("weekly")

    def maintain_monthly(self) -> RepositoriesKept:
        """Pack everything anew and as small as it gets; minutes for a large network. As above."""
        return self._maintain("monthly")

    def check_index(self) -> IndexChecked:
        """Compare the index with Git by a glance, and build anew what differs; seconds.

        Raises ArchiveError that names what cannot be repaired here, after all were compared.
        """
        return self._check_index("glance")

    def check_index_fully(self) -> IndexChecked:
        """Compare every row of the index with Git; a minute for a large network. As above."""
        return self._check_index("whole")

    def plan_sweep(self) -> Swept:
        """What `sweep` would take away now; nothing is changed."""
        self._require_system("what all tenants keep")
        return self._sweep("count")

    def sweep(self) -> Swept:
        """Take away what `retention.*` no longer keeps. No revision and no audit event ever goes."""
        self._require_system("what all tenants keep")
        done = self._sweep("remove")
        if any(asdict(done).values()):
            self._audit("retention.sweep", "rows", detail={**asdict(done), **self._runs_before()})
        return done

    def check_audit(self) -> AuditChecked:
        """Walk the audit chain and hold it against the heads that commits carry.

        Raises AuditBrokenError with the first problem, after whoever is to know was told.
        """
        self._require_system("the one audit chain")
        noted = noted_heads(self._parts)
        report = self._parts.audit.verify(noted)
        first = report.problems[0].message if report.problems else ""
        self._parts.notices.stands(
            "audit.chain",
            subject="audit",
            label="audit chain",
            is_wrong=bool(first),
            severity="critical",
            message=first or f"the audit chain is whole: {report.links} links",
        )
        if first:
            msg = f"audit chain does not verify: {first}; `netwb audit verify` lists what is wrong"
            raise AuditBrokenError(msg)
        self._audit("audit.check", "audit chain", detail={"links": report.links})
        return AuditChecked(links=report.links, head=report.head, witnesses=len(noted))

    def clean_access(self) -> AccessCleaned:
        """Take away long ended logins, tokens and walls, and what login kept for minutes."""
        self._require_system("everybody's logins")
        kept = _time(self._parts.settings.retention.access_days)
        done = self._parts.access.cleaning.clean(kept, "remove")
        if any(asdict(done).values()):
            self._audit("access.clean", "logins, tokens and walls", detail=asdict(done))
        return done

    def _require_system(self, thing: str) -> None:
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere(thing)

    def _maintain(self, rhythm: Rhythm) -> RepositoriesKept:
        self._require(Permission.SYSTEM_MANAGE)
        tenants = self._tenants_meant()
        upkeep = self._parts.upkeep
        slugs = [tenant.slug for tenant in tenants]
        with bars.UpkeepProgress(upkeep.sizes(slugs)) as progress:
            kept = upkeep.keep(rhythm, slugs, progress.note)
        self._audit_upkeep(rhythm, tenants, kept)
        _refuse_failed([one.cause for one in kept if one.status == "failed"], "upkeep")
        return RepositoriesKept(
            repositories=sum(one.status == "done" for one in kept),
            bytes_before=sum(one.bytes_before for one in kept),
            bytes_after=sum(one.bytes_after for one in kept),
            seconds=round(sum(one.seconds for one in kept), 3),
            busy=tuple(one.tenant for one in kept if one.status == "busy"),
        )

    def _audit_upkeep(
        self, rhythm: Rhythm, tenants: Sequence[Tenant], kept: Sequence[RepositoryUpkeep]
    ) -> None:
        """One event a repository, so that each tenant sees its own in its audit."""
        ids = {tenant.slug: tenant.id for tenant in tenants}
        for one in kept:
            self._audit(
                "archive.upkeep",
                one.tenant,
                tenant_id=ids[one.tenant],
                detail={
                    "rhythm": rhythm,
                    "status": one.status,
                    "bytes_before": one.bytes_before,
                    "bytes_after": one.bytes_after,
                    "seconds": one.seconds,
                },
            )

    def _check_index(self, depth: Depth) -> IndexChecked:
        self._require(Permission.SYSTEM_MANAGE)
        check = self._parts.index_check.check
        verdicts = [check(one.id, one.slug, depth) for one in self._tenants_meant()]
        found = [verdict for verdict in verdicts if verdict is not None]
        for verdict in found:
            self._tell_index(depth, verdict)
        _refuse_failed([one.cause for one in found if one.outcome == "broken"], "the index check")
        return IndexChecked(
            tenants=sum(one.outcome != "busy" for one in found),
            rebuilt=tuple(one.tenant for one in found if one.outcome == "rebuilt"),
            busy=tuple(one.tenant for one in found if one.outcome == "busy"),
        )

    def _tell_index(self, depth: Depth, verdict: IndexVerdict) -> None:
        """What was repaired is an event, what cannot be stands wrong until it is right again."""
        if verdict.outcome == "busy":
            return
        notices = self._parts.notices
        state = _records.Observed(
            tenant_id=verdict.tenant_id,
            subject=verdict.tenant_id,
            label=verdict.tenant,
            is_wrong=verdict.outcome == "broken",
            severity="critical",
            message=verdict.cause or "the index agrees with Git",
        )
        notices.stands_many("index.check", [state])
        if verdict.outcome == "rebuilt":
            said = f"the index of {verdict.tenant} differed from Git and was built anew"
            notices.happened(
                "index.check",
                tenant_id=verdict.tenant_id,
                subject=verdict.tenant_id,
                label=verdict.tenant,
                severity="warning",
                message=f"{said} ({_index_check.words(verdict.wrong)})",
            )
        self._audit(
            "index.check",
            verdict.tenant,
            tenant_id=verdict.tenant_id,
            detail={"depth": depth, "outcome": verdict.outcome, "wrong": dict(verdict.wrong)},
        )

    def _sweep(self, act: Act) -> Swept:
        parts, settings, now = self._parts, self._parts.settings.retention, self._parts.clock()
        texts = jobs = runs = outcomes = attacks = events = snapshots = compliance = 0
        if before := _long_ago(now, settings.quarantine_days):
            texts = sum(parts.quarantine.expire(before, act).values())
        if before := _long_ago(now, settings.jobs_days):
            jobs = _retention.sweep_jobs(parts.database, before, act)
        if before := _long_ago(now, settings.runs_days):
            outcomes, runs = _retention.sweep_runs(parts.database, before, act)
        if before := _long_ago(now, settings.attacks_days):
            attacks = _retention.sweep_attacks(parts.database, before, act)
        if before := _long_ago(now, settings.events_days):
            events = _feed.sweep_events(parts.database, before, act)
        if before := _long_ago(now, settings.snapshots_days):
            snapshots = _keeping.KeptSnapshots(parts.database).sweep(before, act)
        if before := _long_ago(now, settings.compliance_days):
            compliance = _retention.sweep_compliance(parts.database, before, act)
        return Swept(
            compliance=compliance,
            attacks=attacks,
            events=events,
            held_texts=texts,
            jobs=jobs,
            runs=runs,
            outcomes=outcomes,
            snapshots=snapshots,
            bill_windows=parts.bills.forget_windows(act),
        )

    def _runs_before(self) -> dict[str, str]:
        """Up to when runs went, for reports of months that lie before it."""
        before = _long_ago(self._parts.clock(), self._parts.settings.retention.runs_days)
        return {} if before is None else {"runs_before": before.isoformat()}

    def _tenants_meant(self) -> tuple[Tenant, ...]:
        """Those of the scope, or the one that this Workbench is narrowed to; retired ones too."""
        if self._where.tenant is not None:
            return (self._parts.places.tenant(self._scope, self._where.tenant),)
        return self._parts.places.tenants(self._scope)


def _time(days: int) -> timedelta | None:
    """0 keeps for ever."""
    return timedelta(days=days) if days else None


def _long_ago(now: datetime, days: int) -> datetime | None:
    kept = _time(days)
    return None if kept is None else now - kept


def _refuse_failed(causes: Sequence[str], what: str) -> None:
    if causes:
        many = "1 repository" if len(causes) == 1 else f"{len(causes)} repositories"
        raise ArchiveError(f"{what} failed for {many}: {causes[0]}")

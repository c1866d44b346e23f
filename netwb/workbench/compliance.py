"""Compliance on the facade: judge configurations by rules, and how each device stands by each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwb.errors import RunUnderWayError
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.compliance_rules import ComplianceRulesFace
from netwb.workbench.compliance_stories import ComplianceStoriesFace

if TYPE_CHECKING:
    from netwb.compliance import telling as _telling
    from netwb.compliance.keeping import Checked
    from netwb.compliance.sources import Loaded
    from netwb.workbench import compliance_report as _shown
else:
    _telling = lazy("netwb.compliance.telling")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceChecked:
    """What a check did: devices that were looked at, those judged anew, cells that are others now.

    told   notices to people
    busy   tenants that somebody else was checking
    """

    devices: int = 0
    judged: int = 0
    changes: int = 0
    told: int = 0
    problems: int = 0
    busy: tuple[str, ...] = ()


class ComplianceFace(ComplianceRulesFace, ComplianceStoriesFace):
    """`check`, `compliance`, and what the daemon calls."""

    def check(self, reference: str | None = None) -> _shown.ShownCompliance:
        """Judge what changed since the last time, keep it, and give all that is meant.

        reference   one device only: a hostname, tenant/hostname or id; then each cell that is not
                    compliant has its reason and lines
        Raises RunUnderWayError while somebody else is checking the same.
        """
        self._require(Permission.COMPLIANCE_EDIT)
        loaded = self._rules_loaded_anew()
        checked = self._judge_changed(
            loaded, self._devices_asked(reference), whole=self._means_whole_tenants(reference)
        )
        self._audit_check(checked)
        found = self._compliance_report(loaded, reference, judged=checked.judged)
        return found if reference is None else self._explained(loaded, reference, found)

    def compliance(
        self, reference: str | None = None, *, reasons: bool = False
    ) -> _shown.ShownCompliance:
        """How each device meant stands by each rule, as it was judged last; nothing is kept.

        reasons   of one device, also why it is not compliant, read in the copy that is kept
        """
        self._require(Permission.COMPLIANCE_VIEW)
        loaded = self._rules_loaded()
        found = self._compliance_report(loaded, reference)
        if reference is None or not reasons:
            return found
        return self._explained(loaded, reference, found)

    def check_night(self) -> ComplianceChecked:
        """The daemon's: judge what changed, and tell what broke or was mended, once a tenant."""
        self._require(Permission.COMPLIANCE_EDIT)
        self._require_everywhere("the check of all tenants")
        loaded = self._rules_loaded_anew()
        checked = self._judge_changed(loaded, (), whole=True)
        self._audit_check(checked)
        told = _telling.tell_changes(
            self._parts.database,
            self._parts.notices,
            now=self._parts.clock(),
            warn_days=self._parts.settings.compliance.warn_days,
        )
        return self._check_told(loaded, checked, told=told)

    def check_changed(self) -> ComplianceChecked:
        """The daemon's, by day: judge devices that were backed up since; people are told at night."""
        self._require(Permission.COMPLIANCE_EDIT)
        self._require_everywhere("the check of all tenants")
        loaded = self._rules_loaded()
        try:
            return self._check_told(loaded, self._judge_changed(loaded, (), whole=False))
        except RunUnderWayError:
            return ComplianceChecked()

    def _check_told(self, loaded: Loaded, checked: Checked, *, told: int = 0) -> ComplianceChecked:
        return ComplianceChecked(
            devices=checked.devices,
            judged=checked.judged,
            changes=checked.changes,
            told=told,
            problems=len(loaded.problems),
            busy=checked.busy,
        )

    def _audit_check(self, checked: Checked) -> None:
        """One event a tenant where something was judged anew."""
        if not checked.judged:
            return
        ids = {one.slug: one.id for one in self._parts.places.tenants(self._scope)}
        self._audit_many(
            "compliance.check",
            [
                (slug, ids[slug], {"judged": judged})
                for slug, judged in checked.judged_by.items()
                if judged
            ],
        )

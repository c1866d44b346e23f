"""What the faces of compliance share: rules as they hold now, the devices meant, who may see what."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from netwb.compliance.report import RuleProblem
from netwb.errors import NetwbError
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.compliance import reporting as _reporting
    from netwb.compliance import rows as _kept_rows
    from netwb.compliance import telling as _telling
    from netwb.compliance.keeping import Checked
    from netwb.compliance.sources import Loaded
    from netwb.inventory import rows as _rows
    from netwb.workbench import compliance_report as _shown
    from netwb.workbench import progress as bars
else:
    _reporting = lazy("netwb.compliance.reporting")
    _kept_rows = lazy("netwb.compliance.rows")
    _telling = lazy("netwb.compliance.telling")
    _rows = lazy("netwb.inventory.rows")
    _shown = lazy("netwb.workbench.compliance_report")
    bars = lazy("netwb.workbench.progress")

logger = logging.getLogger(__name__)


class ComplianceGround(Face):
    """Nothing for edges."""

    def _rules_loaded(self) -> Loaded:
        return self._parts.compliance.sources.load(self._meant_scope)

    def _rules_loaded_anew(self) -> Loaded:
        """With the provider's repository as it is now, where all tenants are meant."""
        if self._scope.tenants is not None:
            return self._rules_loaded()
        sources, notices = self._parts.compliance.sources, self._parts.notices
        try:
            sources.fetch()
            fault = ""
        except NetwbError as error:
            fault = str(error)
            logger.warning("rules were not fetched: %s", fault)
        loaded = self._rules_loaded()
        sources.remember(loaded)
        _telling.tell_sources(notices, loaded, fault, self._parts.settings.compliance.repository)
        return loaded

    def _devices_asked(self, reference: str | None = None) -> Sequence[Any]:
        found = () if self._where == EVERYWHERE else _rows.conditions_of(self._where)
        if reference is None:
            return found
        return (*found, _kept_rows.only_device(self._device(reference).id))

    def _means_whole_tenants(self, reference: str | None) -> bool:
        """Whether all devices of the tenants are meant."""
        where = self._where
        narrowed = (
            where.site,
            where.role,
            where.platform,
            where.label,
            where.status,
            where.hostname,
        )
        return reference is None and not any(narrowed)

    def _judge_changed(self, loaded: Loaded, conditions: Sequence[Any], *, whole: bool) -> Checked:
        with bars.ShareProgress("check") as progress:

            def note(hostname: str, done: int, of: int) -> None:
                progress.told(hostname, done / of)

            found: Checked = self._parts.compliance.keeping.check(
                self._meant_scope, loaded, *conditions, whole=whole, note=note
            )
            progress.told("done", 1.0)
        return found

    def _compliance_report(
        self, loaded: Loaded, reference: str | None = None, *, judged: int = 0
    ) -> _shown.ShownCompliance:
        asked = self._report_asked(self._devices_asked(reference))
        found = _reporting.report(self._parts.database, loaded, asked)
        problems = (*found.problems, *self._fetching_problems())
        return _shown.ShownCompliance.of(found, judged=judged, problems=problems)

    def _report_asked(self, conditions: Sequence[Any]) -> _reporting.Asked:
        return _reporting.Asked(
            scope=self._meant_scope,
            conditions=conditions,
            seen=self._tenants_seen(),
            now=self._parts.clock(),
            stale_after=self._parts.compliance.stale_after,
        )

    def _tenants_seen(self) -> frozenset[str] | None:
        """Slugs of the tenants that whoever asks may see; None: all there are."""
        if self._scope.tenants is None:
            return None
        return frozenset(one.slug for one in self._parts.places.tenants(self._scope))

    def _fetching_problems(self) -> tuple[RuleProblem, ...]:
        """That the provider's repository cannot be had is known from who tried last."""
        if self._scope.tenants is not None or not self._parts.settings.compliance.repository:
            return ()
        standing = self._parts.notices.standing(self._scope, ["compliance.rules"])
        return tuple(
            RuleProblem(file=one.label, tenant=None, message=one.message, in_force="former")
            for one in standing
            if one.subject == _telling.REPOSITORY
        )

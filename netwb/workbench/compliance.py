"""Compliance on the facade: judge configurations by rules, and how each device stands by each of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netwb.compliance.report import RuleProblem
from netwb.errors import NetwbError, RunUnderWayError
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import Permission
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


class ComplianceFace(Face):
    """`check`, `compliance`, and what the daemon calls."""

    def check(self, reference: str | None = None) -> _shown.ShownCompliance:
        """Judge what changed since the last time, keep it, and give all that is meant.

        reference   one device only: a hostname, tenant/hostname or id
        Raises RunUnderWayError while somebody else is checking the same.
        """
        self._require(Permission.COMPLIANCE_EDIT)
        loaded = self._loaded_anew()
        checked = self._check(loaded, self._conditions(reference), whole=self._is_whole(reference))
        self._audit_check(checked)
        return self._report(loaded, reference, judged=checked.judged)

    def compliance(self, reference: str | None = None) -> _shown.ShownCompliance:
        """How each device meant stands by each rule, as it was judged last; nothing is judged."""
        self._require(Permission.COMPLIANCE_VIEW)
        return self._report(self._loaded(), reference)

    def check_night(self) -> ComplianceChecked:
        """The daemon's: judge what changed, and tell what broke or was mended, once a tenant."""
        self._require(Permission.COMPLIANCE_EDIT)
        self._require_everywhere("the check of all tenants")
        loaded = self._loaded_anew()
        checked = self._check(loaded, (), whole=True)
        self._audit_check(checked)
        told = _telling.tell_changes(
            self._parts.database,
            self._parts.notices,
            now=self._parts.clock(),
            warn_days=self._parts.settings.compliance.warn_days,
        )
        return self._done(loaded, checked, told=told)

    def check_changed(self) -> ComplianceChecked:
        """The daemon's, by day: judge devices that were backed up since; people are told at night."""
        self._require(Permission.COMPLIANCE_EDIT)
        self._require_everywhere("the check of all tenants")
        loaded = self._loaded()
        try:
            return self._done(loaded, self._check(loaded, (), whole=False))
        except RunUnderWayError:
            return ComplianceChecked()

    # ---- shared with the other faces of compliance

    def _loaded(self) -> Loaded:
        return self._parts.compliance.sources.load(self._meant_scope)

    def _loaded_anew(self) -> Loaded:
        """With the provider's repository as it is now, where all tenants are meant."""
        if self._scope.tenants is not None:
            return self._loaded()
        sources, notices = self._parts.compliance.sources, self._parts.notices
        try:
            sources.fetch()
            fault = ""
        except NetwbError as error:
            fault = str(error)
            logger.warning("rules were not fetched: %s", fault)
        loaded = self._loaded()
        sources.remember(loaded)
        _telling.tell_sources(notices, loaded, fault, self._parts.settings.compliance.repository)
        return loaded

    def _conditions(self, reference: str | None = None) -> Sequence[Any]:
        found = () if self._where == EVERYWHERE else _rows.conditions_of(self._where)
        if reference is None:
            return found
        return (*found, _kept_rows.only_device(self._device(reference).id))

    def _is_whole(self, reference: str | None) -> bool:
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

    def _check(self, loaded: Loaded, conditions: Sequence[Any], *, whole: bool) -> Checked:
        with bars.ShareProgress("check") as progress:

            def note(hostname: str, done: int, of: int) -> None:
                progress.told(hostname, done / of)

            found: Checked = self._parts.compliance.keeping.check(
                self._meant_scope, loaded, *conditions, whole=whole, note=note
            )
            progress.told("done", 1.0)
        return found

    def _report(
        self, loaded: Loaded, reference: str | None = None, *, judged: int = 0
    ) -> _shown.ShownCompliance:
        asked = self._asked(self._conditions(reference))
        found = _reporting.report(self._parts.database, loaded, asked)
        problems = (*found.problems, *self._fetching_problems())
        return _shown.ShownCompliance.of(found, judged=judged, problems=problems)

    def _asked(self, conditions: Sequence[Any]) -> _reporting.Asked:
        return _reporting.Asked(
            scope=self._meant_scope,
            conditions=conditions,
            seen=self._seen(),
            now=self._parts.clock(),
            stale_after=self._parts.compliance.stale_after,
        )

    def _seen(self) -> frozenset[str] | None:
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

    def _done(self, loaded: Loaded, checked: Checked, *, told: int = 0) -> ComplianceChecked:
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

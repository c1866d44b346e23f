"""What every part of the facade shares: the parts it is made of, who acts, and which devices.

A face's method is short: permission, flow, audit, return. Edges see faces and records only.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from netwb.errors import NotPermittedError, StoreError
from netwb.inventory.records import EVERYWHERE, Device, Where
from netwb.loading import lazy
from netwb.roles import Actor, Permission, Scope, require, require_everywhere, require_local

if TYPE_CHECKING:
    from netwb.access import principals as _principals
    from netwb.access.principals import Principal
    from netwb.collect.flow import BackupFlow
    from netwb.inventory import rows as _rows
    from netwb.store import audit as _audit
    from netwb.workbench.parts import Parts
else:
    _principals = lazy("netwb.access.principals")
    _rows = lazy("netwb.inventory.rows")
    _audit = lazy("netwb.store.audit")

logger = logging.getLogger(__name__)


class Face:
    """Parts, actor and narrowing of one Workbench; the concepts inherit from it."""

    def __init__(self, parts: Parts, who: Principal, where: Where) -> None:
        self._parts = parts
        self._who = who
        self._where = where

    @property
    def _actor(self) -> Actor:
        """What who acts may now: rights are read again at each use."""
        return self._who.actor()

    def _named(self, reference: str) -> Self:
        """A Workbench for who filed a piece of work, with the rights that it has now."""
        who = _principals.named_principal(self._parts.access.standings, reference)
        return type(self)(self._parts, who, EVERYWHERE)

    @property
    def _scope(self) -> Scope:
        return self._actor.scope

    @property
    def _meant_scope(self) -> Scope:
        """The scope, narrowed to the tenant that this Workbench means, where it means one."""
        if self._where.tenant is None:
            return self._scope
        tenant = self._parts.places.tenant(self._scope, self._where.tenant)
        return self._scope.narrowed(frozenset({tenant.id}))

    def _require(self, permission: Permission) -> None:
        """The one question of every method, with its answer audited where it is no."""
        with self._denials_audited(permission, self._where.tenant or ""):
            require(self._actor, permission)

    def _require_local(self, thing: str) -> None:
        with self._denials_audited("local", thing):
            require_local(self._actor, thing)

    def _require_everywhere(self, thing: str) -> None:
        with self._denials_audited("everywhere", thing):
            require_everywhere(self._actor, thing)

    @contextmanager
    def _denials_audited(self, asked: str, target: str) -> Iterator[None]:
        """Audit a denial with its reason. That it cannot be audited makes nobody permitted."""
        try:
            yield
        except NotPermittedError as denial:
            detail = {"asked": asked, "reason": str(denial)}
            try:
                self._parts.access.denials.note(
                    self._actor.name, f"denied.{asked}", target, detail=detail
                )
            except StoreError as error:
                logger.warning("denial of %s is not audited: %s", asked, error)
            raise

    @property
    def _agent_path(self) -> str | None:
        """Socket of the SSH agent, for the login that owns it."""
        local = self._actor.means == "local"
        return self._parts.environment.get("SSH_AUTH_SOCK") if local else None

    @property
    def _backup(self) -> BackupFlow:
        local = self._actor.means == "local"
        return self._parts.backup if local else self._parts.backup_without_agent

    def _device(self, reference: str) -> Device:
        """One device by name or id; outside of what this Workbench is narrowed to, it is unknown.

        A hostname that two tenants have is the one of the tenant that is narrowed to.
        """
        device = self._parts.devices.get(self._meant_scope, reference)
        if self._where != EVERYWHERE and device.id not in self._meant_ids():
            raise _rows.unknown_device(reference)
        return device

    def _meant_ids(self) -> frozenset[str]:
        """Devices that this Workbench is narrowed to, the retired ones too: they have a history."""
        where = replace(self._where, status=self._where.status or "any")
        return self._parts.devices.ids(self._scope, where)

    def _audit(
        self,
        action: str,
        target: str,
        *,
        tenant_id: str = "",
        detail: Mapping[str, Any] | None = None,
        actor: Actor | None = None,
    ) -> None:
        """`actor` was asked before the act where the act may take away what it stands on."""
        self._audit_many(action, [(target, tenant_id, detail or {})], actor=actor)

    def _audit_many(
        self,
        action: str,
        targets: Iterable[tuple[str, str, Mapping[str, Any]]],
        *,
        actor: Actor | None = None,
    ) -> None:
        """The same done to several. `targets`: what, its tenant's id or "", and the detail."""
        actor = actor or self._actor
        by = {"by": actor.via} if actor.via else {}  # a local login that acts as a user
        self._parts.audit.append_many(
            [
                _audit.NewEvent(
                    actor=actor,
                    action=action,
                    target=target,
                    tenant_id=tenant_id,
                    detail={**detail, **by},
                )
                for target, tenant_id, detail in targets
            ]
        )

"""What every part of the facade shares: the parts it is made of, who acts, and which devices.

A face's method is short: permission, flow, audit, return. Edges see faces and records only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from netwb.access.parts import AccessParts
from netwb.access.principals import Principal, named_principal
from netwb.archive.history import History
from netwb.archive.index_check import IndexCheck
from netwb.archive.quarantine import Quarantine
from netwb.archive.remote.parts import RemoteParts
from netwb.archive.touched import Touched
from netwb.archive.upkeep import Upkeep
from netwb.archive.writer import Archive
from netwb.collect.acceptance import Acceptance
from netwb.collect.coverage import DeviceCoverage
from netwb.collect.flow import BackupFlow
from netwb.collect.runs import Runs
from netwb.errors import NotPermittedError, StoreError
from netwb.inventory.credentials import Credentials
from netwb.inventory.devices import Devices
from netwb.inventory.netbox_sources import NetboxSources
from netwb.inventory.netbox_sync import NetboxSync
from netwb.inventory.places import Places
from netwb.inventory.records import EVERYWHERE, Device, Where
from netwb.inventory.rows import unknown_device
from netwb.platforms.messages import MessageRule
from netwb.platforms.record import Platform
from netwb.roles import Actor, Permission, Scope, require, require_everywhere, require_local
from netwb.settings import Settings
from netwb.store.audit import Audit
from netwb.store.bursts import KeptBursts
from netwb.store.database import Database
from netwb.store.jobs import Jobs
from netwb.store.keyring import Keyring
from netwb.store.notices import Notices
from netwb.store.servers import Servers
from netwb.workbench.alike import Alike
from netwb.workbench.compose_notify import NotifyParts
from netwb.workbench.compose_scheduling import SchedulingParts
from netwb.workbench.home import Home

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that `Workbench.open` constructs, once a process."""

    access: AccessParts
    home: Home
    settings: Settings
    environment: Mapping[str, str] = field(repr=False)  # holds what `env:NAME` names
    clock: Callable[[], datetime]
    platforms: Mapping[str, Platform]
    database: Database
    master_file: Path
    keyring: Keyring
    audit: Audit
    jobs: Jobs
    notices: Notices
    notify: NotifyParts
    servers: Servers
    places: Places
    devices: Devices
    credentials: Credentials
    archive: Archive
    history: History
    quarantine: Quarantine
    acceptance: Acceptance
    bursts: KeptBursts
    messages: Mapping[str, tuple[MessageRule, ...]]
    backup: BackupFlow
    backup_without_agent: BackupFlow
    runs: Runs
    remote: RemoteParts
    upkeep: Upkeep
    scheduling: SchedulingParts
    index_check: IndexCheck
    netbox_sources: NetboxSources
    netbox_sync: NetboxSync
    touched: Touched = field(default_factory=Touched)
    read_devices: Alike[Device] = field(default_factory=Alike)
    read_coverage: Alike[DeviceCoverage] = field(default_factory=Alike)


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
        who = named_principal(self._parts.access.standings, reference)
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
            raise unknown_device(reference)
        return device

    def _meant_ids(self) -> frozenset[str]:
        """Devices that this Workbench is narrowed to, the retired ones too: they have a history."""
        where = replace(self._where, status=self._where.status or "any")
        return frozenset(device.id for device in self._parts.devices.named(self._scope, where))

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
        actor = actor or self._actor
        by = {"by": actor.via} if actor.via else {}  # a local login that acts as a user
        self._parts.audit.append(
            actor, action, target, tenant_id=tenant_id, detail={**(detail or {}), **by}
        )

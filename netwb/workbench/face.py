"""What every part of the facade shares: the parts it is made of, who acts, and which devices.

A face's method is short: permission, flow, audit, return. Edges see faces and records only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from netwb.archive.history import History
from netwb.archive.quarantine import Quarantine
from netwb.archive.writer import Archive
from netwb.collect.acceptance import Acceptance
from netwb.collect.flow import BackupFlow
from netwb.collect.runs import Runs
from netwb.inventory.credentials import Credentials
from netwb.inventory.devices import Devices
from netwb.inventory.places import Places
from netwb.inventory.records import Where
from netwb.platforms.record import Platform
from netwb.roles import Actor, Permission, Scope, require
from netwb.settings import Settings
from netwb.store.audit import Audit
from netwb.store.database import Database
from netwb.store.jobs import Jobs
from netwb.store.keyring import Keyring
from netwb.workbench.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that `Workbench.open` constructs, once a process."""

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
    places: Places
    devices: Devices
    credentials: Credentials
    archive: Archive
    history: History
    quarantine: Quarantine
    acceptance: Acceptance
    backup: BackupFlow
    runs: Runs


class Face:
    """Parts, actor and narrowing of one Workbench; the concepts inherit from it."""

    def __init__(self, parts: Parts, actor: Actor, where: Where) -> None:
        self._parts = parts
        self._actor = actor
        self._where = where

    @property
    def _scope(self) -> Scope:
        return self._actor.scope

    def _require(self, permission: Permission) -> None:
        require(self._actor, permission)

    def _audit(
        self,
        action: str,
        target: str,
        *,
        tenant_id: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        self._parts.audit.append(
            self._actor, action, target, tenant_id=tenant_id, detail=detail or {}
        )

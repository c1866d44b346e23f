"""`Workbench`: the composition root and the facade, the only thing that edges use."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from netwb.errors import InventoryError, NetwbError, NotPermittedError
from netwb.inventory.records import Where
from netwb.loading import lazy
from netwb.workbench.adhoc import AdhocFace
from netwb.workbench.asked import NOT_ASKED
from netwb.workbench.attack_intake import AttackIntakeFace
from netwb.workbench.attacks import AttacksFace
from netwb.workbench.auditing import AuditFace
from netwb.workbench.billing import BillingFace
from netwb.workbench.blackhole_page import BlackholePageFace
from netwb.workbench.blackouts import BlackoutFace
from netwb.workbench.compliance import ComplianceFace
from netwb.workbench.compliance_page import CompliancePageFace
from netwb.workbench.digesting import DigestFace
from netwb.workbench.doctor import (
    DoctorFace,
    examine_ground,
    may_open,
    unopened,
)
from netwb.workbench.doors import DoorsFace
from netwb.workbench.erp_events import ErpEventsFace
from netwb.workbench.erp_references import ErpReferencesFace
from netwb.workbench.erp_status import ErpStatusFace
from netwb.workbench.exporting import ExportFace
from netwb.workbench.grafana import GrafanaFace
from netwb.workbench.health import HealthFace
from netwb.workbench.held import HeldFace
from netwb.workbench.home import find_home
from netwb.workbench.inventory import InventoryFace
from netwb.workbench.leaving import LeavingFace
from netwb.workbench.line_stories import LineStoryFace
from netwb.workbench.month_reports import MonthReportsFace
from netwb.workbench.netbox import NetboxFace
from netwb.workbench.notify import NotifyFace
from netwb.workbench.overview import OverviewFace
from netwb.workbench.people import PeopleFace
from netwb.workbench.polling import PollingFace
from netwb.workbench.port_state import PortStateFace
from netwb.workbench.probing import ProbingFace
from netwb.workbench.remotes import RemotesFace
from netwb.workbench.seats import Seat
from netwb.workbench.serving import ServingFace
from netwb.workbench.syslog import SyslogFace
from netwb.workbench.telegraf import TelegrafFace
from netwb.workbench.upkeep import UpkeepFace
from netwb.workbench.wall import WallFace
from netwb.workbench.walls import WallsFace
from netwb.workbench.watching import WatchFace

if TYPE_CHECKING:
    from netwb.access import principals as _principals
    from netwb.access.principals import Principal
    from netwb.health.diagnosis import Diagnosis
    from netwb.store.database import Need
    from netwb.workbench import compose as _compose
else:
    _principals = lazy("netwb.access.principals")
    _compose = lazy("netwb.workbench.compose")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Workbench(
    WatchFace,
    DoctorFace,
    DoorsFace,
    PeopleFace,
    WallsFace,
    InventoryFace,
    ProbingFace,
    PollingFace,
    BillingFace,
    ErpEventsFace,
    ErpStatusFace,
    ErpReferencesFace,
    WallFace,
    PortStateFace,
    GrafanaFace,
    TelegrafFace,
    BlackoutFace,
    AttacksFace,
    AttackIntakeFace,
    BlackholePageFace,
    OverviewFace,
    LineStoryFace,
    HeldFace,
    AdhocFace,
    MonthReportsFace,
    AuditFace,
    RemotesFace,
    UpkeepFace,
    NetboxFace,
    ServingFace,
    HealthFace,
    SyslogFace,
    ExportFace,
    LeavingFace,
    NotifyFace,
    DigestFace,
    ComplianceFace,
    CompliancePageFace,
):
    """One home, opened; narrowed copies share everything but actor and devices meant.

    `Workbench.open()` in a notebook or a script; `where(...)` narrows like Nornir's `filter()`.
    """

    @classmethod
    def open(
        cls,
        home: str | Path | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = _utc_now,
        need: Need = "writing",
    ) -> Self:
        """Open a home as the login that runs this process: who reads its master key may do all.

        home    default: NETWB_HOME of the environment, then ~/.local/share/netwb
        need    "reading": also a home on a disk that is full or takes no writes
        Raises HomeError, SettingsError, KeyringError, MigrationNeededError, StoreUnavailableError.
        """
        environment = os.environ if environment is None else environment
        parts = _compose.open_parts(find_home(home, environment), environment, clock, need)
        return cls(parts, _local_login(), Where())

    @classmethod
    def create(
        cls,
        home: str | Path | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> Self:
        """Set a home up (folders, settings, master key, database) where it is not, and open it."""
        environment = os.environ if environment is None else environment
        parts = _compose.create_parts(find_home(home, environment), environment, clock)
        return cls(parts, _local_login(), Where())

    @staticmethod
    def upgrade(
        home: str | Path | None = None, *, environment: Mapping[str, str] | None = None
    ) -> str:
        """Migrate the home's database to this version, after a copy; says what was done."""
        environment = os.environ if environment is None else environment
        return _compose.upgrade_parts(find_home(home, environment), environment)

    @classmethod
    def examine(
        cls,
        home: str | Path | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = _utc_now,
        devices: int = 0,
    ) -> tuple[Diagnosis, ...]:
        """What is wrong with a home, also with one that does not open; nothing is written.

        devices   of how many to ask whether they take a connection
        """
        environment = os.environ if environment is None else environment
        found = tuple(examine_ground(find_home(home, environment), environment))
        if not may_open(found):
            return (*found, *unopened(found, None))
        try:
            opened = cls.open(home, environment=environment, clock=clock, need="reading")
        except NetwbError as error:
            return (*found, *unopened(found, error))
        with closing(opened):
            return (*found, *opened.examine_opened(devices=devices))

    @property
    def home(self) -> Path:
        """Folder of this workbench."""
        return self._parts.home.path

    @property
    def new_database(self) -> str:
        """The database whose tables `create` made just now; "" where they were there."""
        return self._parts.database.name if self._parts.database_is_new else ""

    def where(self, **criteria: Any) -> Self:
        """A copy that means fewer devices: tenant, site, role, platform, label, status, hostname.

        Raises InventoryError for another word, for a tenant, site, platform or status that is not
        there, or where one is already narrowed to another value.
        """
        known = {item.name for item in fields(Where)}
        for name, value in criteria.items():
            if name not in known:
                msg = f"where() knows no {name}; it takes {', '.join(sorted(known))}"
                raise InventoryError(msg)
            already = getattr(self._where, name)
            if already not in (None, value):
                msg = f"this workbench is narrowed to {name}={already}; start from a wider one"
                raise InventoryError(msg)
        narrowed = replace(self._where, **criteria)
        self._refuse_unknown(narrowed)
        return type(self)(self._parts, self._who, narrowed)

    def seat(self, *, tenant: str | None = None, viewing_as: str | None = None) -> Seat[Self]:
        """Who acts here, and the view meant: as another tenant's staff, or one's own of one tenant.

        A view that is not given is `refused`. Raises NotAuthenticatedError.
        """
        try:
            shown = self.as_tenant(viewing_as) if viewing_as else self
            shown = shown.where(tenant=tenant) if tenant and not viewing_as else shown
            return Seat(bench=shown, person=shown.me())
        except (NotPermittedError, InventoryError) as error:
            return Seat(bench=self, person=self.me(), refused=error)

    def __dir__(self) -> list[str]:
        """What a person asks, for the tab key; the rest is there all the same."""
        return sorted(name for name in super().__dir__() if name not in NOT_ASKED)

    def __repr__(self) -> str:
        narrowed = "".join(
            f", {item.name}={value}"
            for item in fields(Where)
            if (value := getattr(self._where, item.name)) is not None
        )
        return f"<Workbench of {self.home} as {self._actor.name}{narrowed}>"

    def close(self) -> None:
        """Close the connections of the databases; narrowed copies close with it."""
        self._parts.close()


def _local_login() -> Principal:
    return _principals.local_principal(f"{_principals.LOCAL}{getpass.getuser()}")

"""An inventory to test on: real database and keyring, a clock that stands, two tenants on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from netwb.inventory.credentials import Credentials
from netwb.inventory.devices import Devices
from netwb.inventory.intake import Intake
from netwb.inventory.places import Places
from netwb.inventory.records import Device, NewCredential, NewDevice, SecretSource
from netwb.roles import ALL_TENANTS, Actor, Role, Scope
from netwb.store.database import Database
from netwb.store.keyring import Keyring, MasterKey

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PLATFORMS = frozenset({"cisco_ios", "arista_eos", "frr"})
ANA = Actor(name="ana", role=Role.ADMIN, scope=ALL_TENANTS)
OLD_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
NEW_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything of one test's inventory."""

    database: Database
    keyring: Keyring
    clock: Clock
    environment: dict[str, str]
    places: Places
    devices: Devices
    credentials: Credentials
    intake: Intake

    def tenant(self, slug: str, *sites: str) -> str:
        """A tenant with sites; gives its id."""
        added = self.places.add_tenant(ALL_TENANTS, slug, name=slug.title())
        for site in sites:
            self.places.add_site(ALL_TENANTS, f"{slug}/{site}", {})
        return added.id

    def device(self, ref: str, **fields: object) -> Device:
        """A device `tenant/hostname`; what is not given is usual."""
        tenant, _, hostname = ref.partition("/")
        usual: dict[str, object] = {
            "site": "fra1",
            "address": "192.0.2.1",
            "platform": "cisco_ios",
        }
        new = NewDevice(tenant=tenant, hostname=hostname, **{**usual, **fields})  # type: ignore[arg-type]
        return self.devices.add(ALL_TENANTS, new, actor=ANA)

    def credential(self, ref: str, password: str = "pw-in-force", **fields: object) -> str:
        """A credential `tenant/name` that holds a password; gives its id."""
        tenant, _, name = ref.partition("/")
        self.environment["SECRET"] = password
        new = NewCredential(
            tenant=tenant,
            name=name,
            username="netwb",
            secrets={"password": SecretSource(origin="env:SECRET")},
            **fields,  # type: ignore[arg-type]
        )
        return self.credentials.add(ALL_TENANTS, new).id

    def hostnames(self, scope: Scope = ALL_TENANTS) -> list[str]:
        """Of all living devices in scope, with their tenants."""
        return [f"{d.tenant}/{d.hostname}" for d in self.devices.list(scope)]


def make_ground(url: str, folder: Path) -> Ground:
    """An inventory in a database that has its tables already."""
    database, clock = Database(url), Clock()
    keyring = Keyring(database, MasterKey.create(folder / "master.key"), clock)
    environment: dict[str, str] = {}
    devices = Devices(database, clock, PLATFORMS)
    return Ground(
        database=database,
        keyring=keyring,
        clock=clock,
        environment=environment,
        places=Places(database, clock),
        devices=devices,
        credentials=Credentials(database, keyring, environment, clock),
        intake=Intake(database, devices, clock, PLATFORMS),
    )


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Every statement that any engine executes meanwhile, without the pragmas of a connection."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("PRAGMA"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)

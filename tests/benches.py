"""A workbench in a temporary home whose devices answer from recorded texts."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher

from netwb.access.passwords import Passwords
from netwb.collect.flow import BackupFlow
from netwb.collect.gather import Gathered
from netwb.collect.outcome import BackupOutcome, BackupReport
from netwb.collect.replay import ReplayGatherer, recorded
from netwb.errors import NetwbError
from netwb.inventory.records import Device, Facts, NewCredential, NewDevice, SecretSource, Target
from netwb.settings import ArchiveSettings
from netwb.workbench import Workbench
from netwb.workbench.compose_access import compose_access
from tests.stores import STORES

QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)  # 1 ms where 100 are wanted
START = datetime(2026, 11, 20, 2, tzinfo=UTC)

IOS = """\
Building configuration...

Current configuration : 0 bytes
!
! Last configuration change at {at} by {by}
!
version 15.7
service timestamps debug datetime msec
!
hostname {hostname}
!
enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
!
username ops privilege 15 password 7 060506324F41
!
interface GigabitEthernet0/0
 description to {hostname}-peer
 ip address 192.0.2.1 255.255.255.0
!
ntp server {ntp}
!
snmp-server community {community} RO
!
line con 0
line vty 0 4
 transport input ssh
!
end
"""


class TestClock:
    """Stands still until a test moves it."""

    __test__ = False  # a tool, not a test

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **kwargs: float) -> None:
        self.now += timedelta(**kwargs)


def ios_text(
    hostname: str,
    *,
    by: str = "ana",
    at: datetime = START,
    ntp: str = "192.0.2.53",
    community: str = "Pub1icRead",
) -> bytes:
    """A small whole IOS configuration, its byte count right as IOS counts it."""
    stamp = f"{at:%H:%M:%S} UTC {at:%a %b} {at.day} {at.year}"
    text = IOS.format(hostname=hostname, by=by, at=stamp, ntp=ntp, community=community)
    counted = len(text.partition(" bytes\n")[2].encode().replace(b"\n", b"\r\n"))
    return text.replace(": 0 bytes", f": {counted} bytes").encode()


def ios(hostname: str, **kwargs: object) -> Gathered:
    """What a login brings from a good IOS device."""
    text = ios_text(hostname, **kwargs)  # type: ignore[arg-type]
    return recorded(text, prompt=f"{hostname}#".encode(), facts=Facts(serial=f"SN-{hostname}"))


@dataclass
class Rig:
    """A bench, its clock, and the answers of its devices by id."""

    bench: Workbench
    clock: TestClock
    gatherer: ReplayGatherer
    flow: BackupFlow
    devices: dict[str, Device] = field(default_factory=dict)

    def answer(self, name: str, answer: Gathered | NetwbError) -> None:
        """From now on the device `tenant/hostname` answers so."""
        self.gatherer.answers[self.devices[name].id] = answer

    def back_up(self, *names: str, note: str = "") -> BackupReport:
        """Through the facade, on the recorded answers."""
        return self.bench.back_up(*names, note=note, on_outcome=lambda _: None)

    def outcome(self, name: str, report: BackupReport) -> BackupOutcome:
        """What one device gave."""
        wanted = self.devices[name].id
        return next(outcome for outcome in report.outcomes if outcome.device_id == wanted)


@cache
def empty_home() -> Path:
    """A home as `netwb init` makes it, made once and copied; its making is `test_home`'s subject."""
    folder = Path(tempfile.mkdtemp(prefix="netwb-tests-"))
    atexit.register(shutil.rmtree, folder)
    Workbench.create(folder / "home", environment={}).close()
    return folder / "home"


@contextmanager
def rig(
    folder: Path,
    hostnames: Mapping[str, tuple[str, ...]],
    *,
    between: Callable[[Target], None] = lambda _: None,
    store_url: str = "",
    settings: Mapping[str, str] | None = None,
) -> Iterator[Rig]:
    """A new home with the tenants' IOS devices, all in site fra1, each answering well.

    store_url   an empty database elsewhere; by default what `tests.stores` says, and where that says
                nothing the home's own SQLite
    settings    of the home, by their variables: `NETWB_SCHEDULER__TIME_ZONE`
    """
    clock, environment = TestClock(), {"PW": "Secret-Login-1", **(settings or {})}
    if store_url:
        environment["NETWB_STORE__URL"] = store_url
        bench = Workbench.create(folder / "home", environment=environment, clock=clock)
    else:
        home = empty_home()
        if STORES.new_store is not None:
            home, environment["NETWB_STORE__URL"] = STORES.new_store()
        shutil.copytree(home, folder / "home")
        bench = Workbench.open(folder / "home", environment=environment, clock=clock)
    gatherer = ReplayGatherer({}, between=between)
    parts = bench._parts
    flow = BackupFlow(parts=parts.acceptance.parts, gatherer=gatherer, settings=ArchiveSettings())
    access = compose_access(
        database=parts.database,
        keyring=parts.keyring,
        audit=parts.audit,
        settings=parts.settings.access,
        environment=environment,
        clock=clock,
        passwords=Passwords(QUICK),
    )
    bench._parts = replace(parts, access=access, backup=flow, backup_without_agent=flow)
    made = Rig(bench, clock, gatherer, flow)
    try:
        for tenant, names in hostnames.items():
            _fill(made, tenant, names)
        yield made
    finally:
        bench.close()


def _fill(made: Rig, tenant: str, names: tuple[str, ...]) -> None:
    bench = made.bench
    bench.add_tenant(tenant, name=tenant.title())
    bench.add_site(f"{tenant}/fra1")
    secrets = {"password": SecretSource(origin="env:PW")}
    bench.add_credential(
        NewCredential(tenant=tenant, name="lab", username="netwb", secrets=secrets)  # type: ignore[arg-type]
    )
    bench.set_tenant(tenant, credential="lab")
    for hostname in names:
        device = bench.add_device(
            NewDevice(
                tenant=tenant,
                site="fra1",
                hostname=hostname,
                address="127.0.0.1",
                platform="cisco_ios",
            )
        )
        made.devices[f"{tenant}/{hostname}"] = device
        made.answer(f"{tenant}/{hostname}", ios(hostname))

"""A workbench in a temporary home whose devices answer from recorded texts."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import make_url

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
from netwb.workbench.parts import Parts
from tests.postgresql import Cluster
from tests.stores import STORES

QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)  # 1 ms where 100 are wanted
PASSWORD = "Secret-Login-1"  # of the devices
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

    def __init__(self, now: datetime = START) -> None:
        self.now = now

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


def ios_long(hostname: str) -> bytes:
    """The same with sixty routes more: who sends the small one then has lost most of it."""
    routes = b"".join(b"ip route 198.51.100.%d 255.255.255.255 Null0\n" % n for n in range(60))
    long = ios_text(hostname).replace(b"!\nntp", routes + b"!\nntp")
    counted = len(long.partition(b" bytes\n")[2].replace(b"\n", b"\r\n"))
    said = long.split(b" : ")[1].split(b" bytes")[0]
    return long.replace(said + b" bytes", b"%d bytes" % counted)


def ios(hostname: str, **kwargs: object) -> Gathered:
    """What a login brings from a good IOS device."""
    text = ios_text(hostname, **kwargs)  # type: ignore[arg-type]
    return recorded(text, prompt=f"{hostname}#".encode(), facts=Facts(serial=f"SN-{hostname}"))


@dataclass
class Rig:
    """A bench, its clock, and the answers of its devices by id.

    variables   what another process's environment says of the home: its database, and settings
    """

    bench: Workbench
    clock: TestClock
    gatherer: ReplayGatherer
    flow: BackupFlow
    variables: Mapping[str, str]
    devices: dict[str, Device] = field(default_factory=dict)

    def answer(self, name: str, answer: Gathered | NetwbError) -> None:
        """From now on the device `tenant/hostname` answers so."""
        self.gatherer.answers[self.devices[name].id] = answer

    def back_up(self, *names: str, note: str = "") -> BackupReport:
        """Through the facade, on the recorded answers."""
        return self.bench.back_up(*names, note=note, on_outcome=lambda _: None)

    def reopen(self) -> None:
        """Open the same home anew, as a process does that starts after its files were changed."""
        home = self.bench.home
        self.bench.close()
        environment = {**self.variables, "PW": PASSWORD}
        self.bench = Workbench.open(home, environment=environment, clock=self.clock)
        self.flow = _rigged(self.bench, self.gatherer)

    def outcome(self, name: str, report: BackupReport) -> BackupOutcome:
        """What one device gave."""
        wanted = self.devices[name].id
        return next(outcome for outcome in report.outcomes if outcome.device_id == wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A closed home of which others are copies; making one by `netwb init` is `test_home`'s subject.

    database   its name in the cluster, "" for the home's own SQLite
    answers    of its devices by id, and `now` by its clock, as its past left them
    """

    home: Path
    database: str = ""
    devices: Mapping[str, Device] = field(default_factory=dict)
    answers: Mapping[str, Gathered | NetwbError] = field(default_factory=dict)
    now: datetime = START

    def copied(
        self, home: Path, variables: Mapping[str, str], between: Callable[[Target], None]
    ) -> Rig:
        """A rig in a new home like it, whose copy of the database the variables name."""
        shutil.copytree(self.home, home)
        clock = TestClock(self.now)
        environment = {**variables, "PW": PASSWORD}
        bench = Workbench.open(home, environment=environment, clock=clock)
        gatherer = ReplayGatherer(self.answers, between=between)
        return Rig(bench, clock, gatherer, _rigged(bench, gatherer), variables, dict(self.devices))


Hostnames = Mapping[str, tuple[str, ...]]
Past = Callable[[Rig], object]


def a_night(made: Rig) -> None:
    """A past in which everything was saved once."""
    made.back_up()


@cache
def _empty(cluster: Cluster | None) -> Model:
    """A home as `netwb init` makes it."""
    home, variables = _place(), _variables(cluster.lasting_database() if cluster else None)
    Workbench.create(home, environment=variables).close()
    return Model(home=home, database=_name(variables))


@cache
def _with_devices(
    hostnames: tuple[tuple[str, tuple[str, ...]], ...], cluster: Cluster | None
) -> Model:
    """One of these tenants and devices, each answering well."""

    def fill(made: Rig) -> None:
        for tenant, names in hostnames:
            _fill(made, tenant, names)

    return _later(_empty(cluster), fill, cluster)


@cache
def _with_past(
    hostnames: tuple[tuple[str, tuple[str, ...]], ...], past: Past, cluster: Cluster | None
) -> Model:
    return _later(_with_devices(hostnames, cluster), past, cluster)


def _later(model: Model, past: Past, cluster: Cluster | None) -> Model:
    """What becomes of a copy of it."""
    home = _place()
    url = cluster.lasting_database(template=model.database) if cluster else None
    variables = _variables(url)
    made = model.copied(home, variables, lambda _: None)
    with closing(made.bench):
        past(made)
    return Model(
        home=home,
        database=_name(variables),
        devices=made.devices,
        answers=made.gatherer.answers,
        now=made.clock.now,
    )


def _place() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="netwb-tests-"))
    atexit.register(shutil.rmtree, folder)
    return folder / "home"


def _variables(url: str | None) -> dict[str, str]:
    return {"NETWB_STORE__URL": url} if url else {}


def _name(variables: Mapping[str, str]) -> str:
    return (make_url(variables["NETWB_STORE__URL"]).database or "") if variables else ""


def _rigged(bench: Workbench, gatherer: ReplayGatherer) -> BackupFlow:
    """Let that bench save what the gatherer brings, and check passwords in no time."""
    check_quickly(bench)
    parts = bench._parts
    flow = BackupFlow(parts=parts.acceptance.parts, gatherer=gatherer, settings=ArchiveSettings())
    bench._parts = with_parts(parts, backup=flow, backup_without_agent=flow)
    return flow


def check_quickly(bench: Workbench, hasher: PasswordHasher = QUICK) -> None:
    """Passwords, in no time."""
    parts = bench._parts
    access = compose_access(
        database=parts.database,
        keyring=parts.keyring,
        audit=parts.audit,
        settings=parts.settings.access,
        environment=parts.environment,
        clock=parts.clock,
        passwords=Passwords(hasher),
    )
    bench._parts = with_parts(parts, access=access)


@contextmanager
def rig(
    folder: Path,
    hostnames: Hostnames,
    *,
    past: Past | None = None,
    between: Callable[[Target], None] = lambda _: None,
    cluster: Cluster | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Rig]:
    """A new home with the tenants' IOS devices, all in site fra1, each answering well.

    past      a function of a module: what happened to the home already, on each database once; every
              rig with that past is a copy of it
    cluster   where its state is; by default where `tests.stores` says, and where that says nothing
              in the home's own SQLite
    settings  of the home, by their variables: `NETWB_SCHEDULER__TIME_ZONE`
    """
    cluster = cluster or STORES.cluster
    names = tuple(hostnames.items())
    model = _with_past(names, past, cluster) if past else _with_devices(names, cluster)
    url = cluster.new_database(template=model.database) if cluster else None
    made = model.copied(folder / "home", {**_variables(url), **(settings or {})}, between)
    try:
        yield made
    finally:
        made.bench.close()  # the one that is open now


def with_parts(parts: Parts, **others: object) -> Parts:
    """A copy with these in place of its own; what was made already stays."""
    copied = copy(parts)
    vars(copied).update(others)
    return copied


def _fill(made: Rig, tenant: str, hostnames: tuple[str, ...]) -> None:
    bench = made.bench
    bench.add_tenant(tenant, name=tenant.title())
    bench.add_site(f"{tenant}/fra1")
    secrets = {"password": SecretSource(origin="env:PW")}
    bench.add_credential(
        NewCredential(tenant=tenant, name="lab", username="netwb", secrets=secrets)  # type: ignore[arg-type]
    )
    bench.set_tenant(tenant, credential="lab")
    for hostname in hostnames:
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

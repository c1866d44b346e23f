"""The demo's world: three tenants, their devices, and a month of nights with edits and faults.

Pure: seed, passwords and the time of the last night are arguments. Who walks the plan does, for
each night: `fleet.set_night(night.number)`, `fleet.set_faults(night.faults)`, a backup at
`night.at`. The truth to compare with stands in `plan.world`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from netwb.lab.device import Authentication, LabDevice, LabJump, LabPlatform
from netwb.lab.dialects import DIALECTS
from netwb.lab.edits import Edit, EditKind
from netwb.lab.faults import Fault
from netwb.lab.nights import Shift, draw_edits
from netwb.lab.world import World

USERNAME = "netwb"
JUMP_USERNAME = "hopper"
NIGHTS = 30
DEVICES = 24
_WORKDAY = timedelta(hours=17)  # from the end of the work on a night's texts back to its start
_BUSY_PERCENT = 11.0  # of the devices are changed on a working day


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPasswords:
    """Random per home; nobody but the demo's own home and its lab knows them."""

    login: str = field(repr=False)
    enable: str = field(repr=False)
    jump: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTenant:
    """One customer and the people who change its devices."""

    slug: str
    name: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSite:
    """One place; `jump` is the key of the jump host before its devices, if there is one."""

    tenant: str
    slug: str
    name: str
    jump: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDevice:
    """One device as the inventory shall know it, and as the lab plays it."""

    tenant: str
    site: str
    role: str
    played: LabDevice

    @property
    def key(self) -> str:
        """The lab's key: tenant/hostname."""
        return self.played.key

    @property
    def hostname(self) -> str:
        """The device's own name."""
        return self.played.hostname


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoNight:
    """One night's backup: when it runs, and what is wrong with which device."""

    number: int
    at: datetime
    faults: Mapping[str, Fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """Everything that the demo builds and plays.

    search_text     a line that a roll-out brought to many devices, for the search
    diff_key        a device that somebody changed more than once, for the diff
    """

    tenants: tuple[DemoTenant, ...]
    sites: tuple[DemoSite, ...]
    devices: tuple[DemoDevice, ...]
    jumps: tuple[LabJump, ...]
    nights: tuple[DemoNight, ...]
    world: World
    search_text: str
    diff_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line of the table of devices."""

    tenant: str
    site: str
    hostname: str
    platform: LabPlatform
    role: str
    lines: int
    enable: bool = False
    authentication: Authentication = "password"
    old: bool = False


TENANTS = (
    DemoTenant(slug="acme", name="Acme Ltd", people=("ana", "ben", "chloe")),
    DemoTenant(slug="nordwind", name="Nordwind GmbH", people=("ana", "dmitri")),
    DemoTenant(slug="umbra", name="Umbra Energy", people=("eva", "farid", "ben")),
)
SITES = (
    DemoSite(tenant="acme", slug="fra1", name="Frankfurt 1"),
    DemoSite(tenant="acme", slug="ams2", name="Amsterdam 2"),
    DemoSite(tenant="nordwind", slug="vie1", name="Vienna 1"),
    DemoSite(tenant="nordwind", slug="fra1", name="Frankfurt 1"),
    DemoSite(tenant="umbra", slug="lis3", name="Lisbon 3"),
    DemoSite(tenant="umbra", slug="osl1", name="Oslo 1", jump="umbra-jump1"),
)
# fmt: off
_ROWS = (
    _Row(tenant="acme", site="fra1", hostname="edge1", platform="cisco_ios", role="edge", lines=420, enable=True),
    _Row(tenant="acme", site="fra1", hostname="edge2", platform="cisco_ios", role="edge", lines=380, enable=True),
    _Row(tenant="nordwind", site="vie1", hostname="pe1", platform="cisco_ios", role="pe", lines=900),
    _Row(tenant="umbra", site="lis3", hostname="edge1", platform="cisco_ios", role="edge", lines=300),
    _Row(tenant="acme", site="fra1", hostname="leaf1", platform="arista_eos", role="leaf", lines=260),
    _Row(tenant="nordwind", site="vie1", hostname="rr1", platform="frr", role="rr", lines=350),
    _Row(tenant="umbra", site="lis3", hostname="spine1", platform="arista_eos", role="spine", lines=240),
    _Row(tenant="acme", site="ams2", hostname="core1", platform="frr", role="core", lines=280),
    _Row(tenant="acme", site="ams2", hostname="leaf2", platform="arista_eos", role="leaf", lines=260),
    _Row(tenant="acme", site="ams2", hostname="access1", platform="cisco_ios", role="access", lines=150),
    _Row(tenant="acme", site="ams2", hostname="access2", platform="cisco_ios", role="access", lines=150, old=True),
    _Row(tenant="acme", site="fra1", hostname="core2", platform="frr", role="core", lines=280),
    _Row(tenant="nordwind", site="vie1", hostname="pe2", platform="cisco_ios", role="pe", lines=850, authentication="keyboard-interactive"),
    _Row(tenant="nordwind", site="fra1", hostname="pe3", platform="cisco_ios", role="pe", lines=2000),
    _Row(tenant="nordwind", site="fra1", hostname="agg1", platform="arista_eos", role="aggregation", lines=320),
    _Row(tenant="nordwind", site="fra1", hostname="agg2", platform="arista_eos", role="aggregation", lines=320),
    _Row(tenant="nordwind", site="vie1", hostname="access1", platform="cisco_ios", role="access", lines=140),
    _Row(tenant="nordwind", site="fra1", hostname="rr2", platform="frr", role="rr", lines=350),
    _Row(tenant="umbra", site="lis3", hostname="edge2", platform="cisco_ios", role="edge", lines=300),
    _Row(tenant="umbra", site="osl1", hostname="spine2", platform="arista_eos", role="spine", lines=240),
    _Row(tenant="umbra", site="osl1", hostname="gw1", platform="frr", role="gateway", lines=160),
    _Row(tenant="umbra", site="osl1", hostname="gw2", platform="frr", role="gateway", lines=160),
    _Row(tenant="umbra", site="lis3", hostname="access1", platform="cisco_ios", role="access", lines=140),
    _Row(tenant="umbra", site="osl1", hostname="access2", platform="cisco_ios", role="access", lines=140, enable=True),
)
# fmt: on
# night from the end, place in the list of devices, fault; quick ones, but for the two that hang
_FAULTS: tuple[tuple[int, int, Fault], ...] = (
    (26, 3, "port_closed"),
    (24, 5, "cut_without_end"),
    (22, 1, "dropped_in_the_middle"),
    (20, 6, "another_device"),
    (19, 2, "login_refused"),
    (17, 7, "empty"),
    (16, 0, "half_the_size"),
    (14, 4, "authorization_failed"),
    (12, 8, "pager_left_on"),
    (11, 2, "hangs_in_the_middle"),
    (9, 9, "restricted_quietly"),
    (8, 5, "nul_bytes"),
    (6, 11, "escape_codes"),
    (5, 13, "no_banner"),
    (3, 6, "high_bytes"),
    (2, 3, "host_key_changed"),
    (1, 0, "cut_without_end"),
    (0, 6, "half_the_size"),
    (0, 4, "port_closed"),
    (0, 7, "cut_without_end"),
)
_ROLLOUTS: tuple[tuple[int, str, EditKind], ...] = (  # night from the end, by, what
    (18, "ana", "rotate_snmp"),
    (10, "ben", "replace_ntp_server"),
    (4, "ana", "rotate_tacacs"),
)


def demo_plan(
    seed: str,
    passwords: DemoPasswords,
    *,
    last_night: datetime,
    nights: int = NIGHTS,
    devices: int = DEVICES,
) -> DemoPlan:
    """Plan the demo: `nights` backups, a day apart, the last one at `last_night`."""
    demo_devices = tuple(islice(_devices(passwords), devices))
    played = tuple(device.played for device in demo_devices)
    first_night = last_night - timedelta(days=nights - 1)
    daily = tuple(_daily(seed, demo_devices, nights, first_night))
    rollouts = tuple(_rollouts(seed, played, nights, first_night))
    world = World(played, (*daily, *rollouts), seed=seed, first_night=first_night)
    return DemoPlan(
        tenants=TENANTS,
        sites=SITES,
        devices=demo_devices,
        jumps=(LabJump(key="umbra-jump1", username=JUMP_USERNAME, password=passwords.jump),),
        nights=tuple(
            DemoNight(number=night, at=world.at(night), faults=_faults(played, nights - 1 - night))
            for night in range(nights)
        ),
        world=world,
        search_text=_search_text(world, rollouts),
        diff_key=_most_changed(world),
    )


def _devices(passwords: DemoPasswords) -> Iterator[DemoDevice]:
    """Give the devices of the table, and then more of the same with higher numbers."""
    generation = 0
    while True:
        for row in _ROWS:
            more = f"-{generation + 1}" if generation else ""
            hostname = f"{row.hostname}{more}"
            yield DemoDevice(
                tenant=row.tenant,
                site=row.site,
                role=row.role,
                played=LabDevice(
                    key=f"{row.tenant}/{hostname}",
                    hostname=hostname,
                    platform=row.platform,
                    username=USERNAME,
                    password=passwords.login,
                    lines=row.lines,
                    enable=passwords.enable if row.enable else None,
                    authentication=row.authentication,
                    algorithms="old" if row.old else "modern",
                ),
            )
        generation += 1


def _daily(
    seed: str, devices: tuple[DemoDevice, ...], nights: int, first_night: datetime
) -> Iterator[Edit]:
    """Draw every day's edits; nobody works on Saturdays and Sundays."""
    for night in range(1, nights):
        at = first_night + timedelta(days=night) - _WORKDAY
        if at.weekday() >= 5:
            continue
        for tenant in TENANTS:
            own = [device.played for device in devices if device.tenant == tenant.slug]
            shift = Shift(night=night, at=at, people=tenant.people, percent=_BUSY_PERCENT)
            yield from draw_edits(seed, own, shift)


def _rollouts(
    seed: str, devices: tuple[LabDevice, ...], nights: int, first_night: datetime
) -> Iterator[Edit]:
    """One person brings one change to every device that knows such a thing, minutes apart."""
    for back, person, kind in _ROLLOUTS:
        night = nights - 1 - back
        if night < 1:
            continue
        start = first_night + timedelta(days=night) - timedelta(hours=4)
        able = [device for device in devices if kind in DIALECTS[device.platform].edit_kinds]
        for place, device in enumerate(able):
            yield Edit(
                key=device.key,
                night=night,
                at=start + timedelta(minutes=2 * place),
                by=person,
                kind=kind,
                seed=f"{seed}/rollout/{night}",
            )


def _faults(devices: tuple[LabDevice, ...], back: int) -> dict[str, Fault]:
    return {
        devices[place].key: fault
        for from_the_end, place, fault in _FAULTS
        if from_the_end == back and place < len(devices)
    }


def _search_text(world: World, rollouts: tuple[Edit, ...]) -> str:
    """Give the NTP server that the roll-out brought, as IOS and EOS write it."""
    brought = next((edit for edit in rollouts if edit.kind == "replace_ntp_server"), None)
    key, night = (brought.key, brought.night) if brought else (world.devices[0].key, 0)
    return f"ntp server {world.model(key, night).management.ntp[-1]}"


def _most_changed(world: World) -> str:
    """Give the IOS device with most edits: its text names their authors."""
    routers = [one.key for one in world.devices if one.platform == "cisco_ios"]
    return max(routers, key=lambda key: len(world.edits(key=key)), default=world.devices[0].key)

"""The demo's world: three tenants, their devices, and a month of nights with edits and faults.

Pure: seed, passwords and the time of the last night are arguments. Who walks the plan does, for
each night: `fleet.set_night(night.number)`, `fleet.set_faults(night.faults)`, a backup at
`night.at`. The truth to compare with stands in `plan.world`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Literal, NamedTuple

from netwb.lab.device import Authentication, LabDevice, LabJump, LabPlatform
from netwb.lab.dialects import DIALECTS
from netwb.lab.edits import Edit, EditKind
from netwb.lab.faults import Fault
from netwb.lab.nights import Shift, draw_edits
from netwb.lab.size import DEVICES
from netwb.lab.world import World

USERNAME = "netwb"
JUMP_USERNAME = "hopper"
NIGHTS = 30
_WORKDAY = timedelta(hours=17)  # from the end of the work on a night's texts back to its start
IDLE: EditKind = "change_nothing"
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


class _Row(NamedTuple):
    """One line of the table of devices; `trait` is what is special about its login."""

    tenant: str
    site: str
    hostname: str
    platform: LabPlatform
    role: str
    lines: int
    trait: Literal["", "enable", "keyboard-interactive", "old"] = ""


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
_ROWS = (
    _Row("acme", "fra1", "edge1", "cisco_ios", "edge", 420, "enable"),
    _Row("acme", "fra1", "edge2", "cisco_ios", "edge", 380, "enable"),
    _Row("nordwind", "vie1", "pe1", "cisco_ios", "pe", 900),
    _Row("umbra", "lis3", "edge1", "cisco_ios", "edge", 300),
    _Row("acme", "fra1", "leaf1", "arista_eos", "leaf", 260),
    _Row("nordwind", "vie1", "rr1", "frr", "rr", 350),
    _Row("umbra", "lis3", "spine1", "arista_eos", "spine", 240),
    _Row("acme", "ams2", "core1", "frr", "core", 280),
    _Row("acme", "ams2", "leaf2", "arista_eos", "leaf", 260),
    _Row("acme", "ams2", "access1", "cisco_ios", "access", 150),
    _Row("acme", "ams2", "access2", "cisco_ios", "access", 150, "old"),
    _Row("acme", "fra1", "core2", "frr", "core", 280),
    _Row("nordwind", "vie1", "pe2", "cisco_ios", "pe", 850, "keyboard-interactive"),
    _Row("nordwind", "fra1", "pe3", "cisco_ios", "pe", 2000),
    _Row("nordwind", "fra1", "agg1", "arista_eos", "aggregation", 320),
    _Row("nordwind", "fra1", "agg2", "arista_eos", "aggregation", 320),
    _Row("nordwind", "vie1", "access1", "cisco_ios", "access", 140),
    _Row("nordwind", "fra1", "rr2", "frr", "rr", 350),
    _Row("umbra", "lis3", "edge2", "cisco_ios", "edge", 300),
    _Row("umbra", "osl1", "spine2", "arista_eos", "spine", 240),
    _Row("umbra", "osl1", "gw1", "frr", "gateway", 160),
    _Row("umbra", "osl1", "gw2", "frr", "gateway", 160),
    _Row("umbra", "lis3", "access1", "cisco_ios", "access", 140),
    _Row("umbra", "osl1", "access2", "cisco_ios", "access", 140, "enable"),
)
# Night, place in the list of devices, fault: quick ones, but for two that hang. After 30 nights it
# begins again: a plan of more nights is the same plan, and more.
_FAULTS: tuple[tuple[int, int, Fault], ...] = (
    (3, 3, "port_closed"),
    (5, 5, "cut_without_end"),
    (7, 1, "dropped_in_the_middle"),
    (9, 6, "another_device"),
    (10, 2, "login_refused"),
    (12, 7, "empty"),
    (13, 0, "half_the_size"),
    (15, 4, "authorization_failed"),
    (17, 8, "pager_left_on"),
    (18, 2, "hangs_in_the_middle"),
    (20, 9, "restricted_quietly"),
    (21, 5, "nul_bytes"),
    (23, 11, "escape_codes"),
    (24, 13, "no_banner"),
    (26, 6, "high_bytes"),
    (27, 3, "host_key_changed"),
    (28, 0, "cut_without_end"),
    (29, 6, "half_the_size"),
    (29, 4, "port_closed"),
    (29, 7, "cut_without_end"),
)
_ROLLOUTS: tuple[tuple[int, str, EditKind], ...] = (  # night, by, what; every 30 nights
    (11, "ana", "rotate_snmp"),
    (19, "ben", "replace_ntp_server"),
    (25, "ana", "rotate_tacacs"),
)

_LAPSES: tuple[tuple[int, int, EditKind], ...] = (  # night, place, what; every 30 nights
    (4, 1, "toggle_telnet"),
    (6, 1, "toggle_telnet"),  # closed again two days later
    (8, 14, "toggle_timeout"),
    (13, 12, "toggle_http"),
    (16, 3, "toggle_timeout"),
    (18, 0, "toggle_http"),
    (22, 0, "toggle_http"),
    (24, 8, "toggle_telnet"),
    (27, 16, "toggle_http"),
    (28, 18, "toggle_telnet"),
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
    lapses = tuple(_lapses(seed, demo_devices, nights, first_night))
    world = World(played, (*daily, *rollouts, *lapses), seed=seed, first_night=first_night)
    return DemoPlan(
        tenants=TENANTS,
        sites=SITES,
        devices=demo_devices,
        jumps=(LabJump(key="umbra-jump1", username=JUMP_USERNAME, password=passwords.jump),),
        nights=tuple(
            DemoNight(number=night, at=world.at(night), faults=_faults(played, night))
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
                    enable=passwords.enable if row.trait == "enable" else None,
                    authentication=_authentication(row),
                    algorithms="old" if row.trait == "old" else "modern",
                ),
            )
        generation += 1


def _authentication(row: _Row) -> Authentication:
    return "keyboard-interactive" if row.trait == "keyboard-interactive" else "password"


def _daily(
    seed: str, devices: tuple[DemoDevice, ...], nights: int, first_night: datetime
) -> Iterator[Edit]:
    """Draw every day's edits; nobody works on Saturdays and Sundays.

    Before the last night of a month somebody of each tenant changes something on any day: it is the
    one that a person looks at first.
    """
    for night in range(1, nights):
        at = first_night + timedelta(days=night) - _WORKDAY
        last = night % NIGHTS == NIGHTS - 1
        if at.weekday() >= 5 and not last:
            continue
        for tenant in TENANTS:
            own = [device.played for device in devices if device.tenant == tenant.slug]
            shift = Shift(night=night, at=at, people=tenant.people, percent=_BUSY_PERCENT)
            edits = draw_edits(seed, own, shift)
            yield from edits
            faults = _faults(tuple(device.played for device in devices), night)
            if last and not any(one.key not in faults and one.kind != IDLE for one in edits):
                busy = faults.keys() | {edit.key for edit in edits}
                yield from _one_to_see(seed, [one for one in own if one.key not in busy], shift)


def _one_to_see(seed: str, free: Sequence[LabDevice], shift: Shift) -> Iterator[Edit]:
    """A change of the first router whose text names who made it."""
    for device in [one for one in free if one.platform == "cisco_ios"][:1]:
        (edit,) = draw_edits(seed, [device], replace(shift, percent=100.0))
        yield replace(edit, kind="replace_ntp_server")


def _rollouts(
    seed: str, devices: tuple[LabDevice, ...], nights: int, first_night: datetime
) -> Iterator[Edit]:
    """One person brings one change to every device that knows such a thing, minutes apart."""
    for night, (of_month, person, kind) in product(range(1, nights), _ROLLOUTS):
        if night % NIGHTS != of_month:
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


def _lapses(
    seed: str, devices: tuple[DemoDevice, ...], nights: int, first_night: datetime
) -> Iterator[Edit]:
    """Somebody leaves something open on one device, at lunch; some of it is closed again."""
    people = {tenant.slug: tenant.people for tenant in TENANTS}
    for night, (of_month, place, kind) in product(range(1, nights), _LAPSES):
        if night % NIGHTS == of_month and place < len(devices):
            device = devices[place]
            yield Edit(
                key=device.key,
                night=night,
                at=first_night + timedelta(days=night) - timedelta(hours=14),
                by=people[device.tenant][-1],
                kind=kind,
                seed=f"{seed}/lapse/{night}",
            )


def _faults(devices: tuple[LabDevice, ...], night: int) -> dict[str, Fault]:
    return {
        devices[place].key: fault
        for of_month, place, fault in _FAULTS
        if of_month == night % NIGHTS and place < len(devices)
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

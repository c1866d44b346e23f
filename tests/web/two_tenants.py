"""Two tenants that look alike, each with all that REST can show, and a token for each role of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from netwb.access.records import NewToken, NewUser
from netwb.collect.gather import Gathered
from netwb.collect.replay import recorded
from netwb.inventory.ports.records import Port
from netwb.inventory.records import Device, Facts, NewDevice
from netwb.roles import Role
from tests.benches import START, Rig, ios, ios_text, rig
from tests.counted import count, give_ports

OWN, FOREIGN = "acme", "umbra"
FOREIGN_AUTHOR = "ursula"
FOREIGN_WORD = "Zephyr-4711"  # stands in the other tenant's texts, notes and names alone
# A device that only the other tenant has, with nothing on it that OWN could have as well.
FOREIGN_HOST, FOREIGN_ADDRESS, FOREIGN_PEER = "krypton-rtr9", "127.66.7.8", "192.0.2.177"
FOREIGN_LABEL, FOREIGN_ROLE = ("rack", "Basalt-12"), "obsidian"
FOREIGN_PORT = "te-7/6/5.4"
ADDRESSES = {OWN: "203.0.113.10", FOREIGN: "198.18.40.10"}
NOBODYS = "198.51.100.9"
FOREIGN_PERSON = "zelda"  # wrote its last change
RULE = """\
rules:
  - id: two-clocks
    title: Two clocks
    severity: high
    why: One cannot be checked.
    checks:
      - count: {match: '^ntp server ', at_least: 2}
        add: [ntp server 192.0.2.200]
"""
OWN_RULE = """\
rules:
  - id: own-{name}
    title: A rule of {word}
    severity: low
    why: It is theirs.
    checks: [{{must_not_match: '^ip http server$'}}]
"""
PASSWORD = "Long-Enough-For-Nobody-77"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """One thing of each sort, by what a request calls it."""

    tenant: str
    tenant_id: str
    site: str
    device: str
    port: str  # of it, with two hours of counters
    held: str  # a device with a text in quarantine
    revision: str
    job: str
    author: str
    address: str  # of a prefix of its own, and with a blackhole that is held
    blackhole: str
    waiver: str
    rule: str = "two-clocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the walk needs. `tokens` by role; all of them see the tenant OWN and no other."""

    made: Rig
    own: Names
    foreign: Names
    missing: Names
    tokens: dict[str, str]
    secrets: frozenset[str]  # what no answer to OWN's people may hold


@contextmanager
def two_tenants(folder: Path, *, begins: datetime = START) -> Iterator[Ground]:
    """A rig with history, changes, held texts and jobs on both sides, from that time on."""
    hostnames = {OWN: ("edge1", "edge2"), FOREIGN: ("edge1", "edge2")}
    settings = {"NETWB_GRAFANA__ORGANIZATIONS": f"{OWN}=2; {FOREIGN}=3"}
    with rig(folder, hostnames, settings=settings) as made:
        made.clock.now = begins
        (made.bench.home / "rules" / "clocks.yaml").write_text(RULE)
        tokens = {role.value: _token(made, role) for role in Role}
        own, foreign = (
            _fill(made, OWN, "olga", "Oak-4711"),
            _fill(made, FOREIGN, FOREIGN_AUTHOR, FOREIGN_WORD),
        )
        other = _add_other(made)
        made.bench.check()
        yield Ground(
            made=made,
            own=own,
            foreign=foreign,
            missing=_like(foreign),
            tokens=tokens,
            secrets=_secrets(made, foreign, other),
        )


def _token(made: Rig, role: Role) -> str:
    made.bench.add_user(
        NewUser(name=f"{role}-of-{OWN}", role=role, tenants=(OWN,), password=PASSWORD)
    )
    return made.bench.issue_token(NewToken(user=f"{role}-of-{OWN}", days=1)).secret


def _fill(made: Rig, tenant: str, author: str, word: str) -> Names:
    bench, edge1, edge2 = made.bench, f"{tenant}/edge1", f"{tenant}/edge2"
    bench.add_site(f"{tenant}/{tenant}-ber1")
    bench.set_device(edge2, site=f"{tenant}-ber1")
    ids = [made.devices[edge1].id, made.devices[edge2].id]
    made.answer(edge2, _long("edge2"))
    made.back_up(*ids, note=word)
    made.clock.advance(hours=1)
    made.answer(edge1, ios("edge1", by=author, at=made.clock.now, community=word, ntp="192.0.2.7"))
    made.answer(edge2, ios("edge2", by=author, at=made.clock.now))  # suspiciously short now
    made.back_up(*ids, note=word)
    made.clock.advance(hours=1)
    port = _counted(made, made.devices[edge1], alias=word)
    bench.add_port_group(tenant, f"transit {word}", add_ports=[(edge1, port.name)])
    return Names(
        tenant=tenant,
        tenant_id=bench.tenant(tenant).id,
        site=f"{tenant}-ber1",
        device=ids[0],
        port=port.id,
        held=ids[1],
        revision=bench.history(ids[0])[0].id,
        job=bench.start_backup(*ids, note=word).id,
        author=author,
        address=ADDRESSES[tenant],
        blackhole=_held_blackhole(made, tenant, word),
        waiver=_waived(made, edge1, word),
    )


def _waived(made: Rig, device: str, word: str) -> str:
    """A rule of the starter pack that it breaks, and one of the tenant's own."""
    bench = made.bench
    bench.put_rules(device.partition("/")[0], "own", OWN_RULE.format(word=word, name=word.lower()))
    bench.check(device)
    return bench.waive(device, "two-clocks", reason=f"waived by {word}", until="30d").id


def _held_blackhole(made: Rig, tenant: str, word: str) -> str:
    """A person has to approve it."""
    bench, address = made.bench, ADDRESSES[tenant]
    bench.add_prefix(tenant, f"{address.rpartition('.')[0]}.0/25", mode="approve")
    if tenant == OWN:
        bench.add_trigger(f"{tenant}/edge1")
    return bench.blackhole(address, reason=f"attack on {word}").id


def _counted(made: Rig, device: Device, name: str = "xe-0/0/0", *, alias: str) -> Port:
    (port,) = give_ports(made.bench, device, name, alias=alias)
    count(made.bench, port, until=made.clock.now, minutes=120)
    return port


def _add_other(made: Rig) -> Device:
    """What no name of OWN's resembles, changed once."""
    key, value = FOREIGN_LABEL
    device = made.bench.add_device(
        NewDevice(
            tenant=FOREIGN,
            site=f"{FOREIGN}-ber1",
            hostname=FOREIGN_HOST,
            address=FOREIGN_ADDRESS,
            platform="cisco_ios",
            role=FOREIGN_ROLE,
            labels={key: value},
        )
    )
    made.devices[f"{FOREIGN}/{FOREIGN_HOST}"] = device
    for words in ({}, {"by": FOREIGN_PERSON, "ntp": FOREIGN_PEER}):
        made.answer(f"{FOREIGN}/{FOREIGN_HOST}", ios(FOREIGN_HOST, at=made.clock.now, **words))
        made.back_up(device.id)
        made.clock.advance(hours=1)
    _counted(made, device, FOREIGN_PORT, alias=FOREIGN_WORD)
    return device


def _long(hostname: str) -> Gathered:
    routes = b"".join(b"ip route 198.51.100.%d 255.255.255.255 Null0\n" % n for n in range(60))
    head, _, rest = ios_text(hostname).partition(b" bytes\n")
    rest = rest.replace(b"!\nntp", routes + b"!\nntp")
    counted = len(rest.replace(b"\n", b"\r\n"))
    text = head.rpartition(b" ")[0] + b" %d bytes\n" % counted + rest
    return recorded(text, prompt=f"{hostname}#".encode(), facts=Facts(serial=f"SN-{hostname}"))


def _like(foreign: Names) -> Names:
    """Of the same shape and length, and nowhere."""
    return Names(
        tenant="imbra",
        tenant_id="5" * len(foreign.tenant_id),
        site="imbra-ber1",
        device="0" * len(foreign.device),
        port="3" * len(foreign.port),
        held="1" * len(foreign.held),
        revision="f" * len(foreign.revision),
        job="2" * len(foreign.job),
        author="arsula",
        address=NOBODYS,
        blackhole="4" * len(foreign.blackhole),
        waiver="6" * len(foreign.waiver),
    )


def _secrets(made: Rig, foreign: Names, other: Device) -> frozenset[str]:
    tenant = next(one for one in made.bench.tenants() if one.slug == FOREIGN)
    revisions = (
        revision.id
        for device in (foreign.device, foreign.held, other.id)
        for revision in made.bench.history(device)
    )
    known = {
        foreign.device,
        foreign.port,
        foreign.held,
        foreign.job,
        foreign.blackhole,
        foreign.waiver,
        FOREIGN_WORD.lower(),
        FOREIGN_AUTHOR,
        FOREIGN_WORD,
    }
    own = {
        other.id,
        FOREIGN_HOST,
        FOREIGN_ADDRESS,
        FOREIGN_PEER,
        FOREIGN_ROLE,
        FOREIGN_PERSON,
        FOREIGN_PORT,
    }
    return frozenset(
        {*known, *own, *revisions, *FOREIGN_LABEL[1:], FOREIGN, tenant.id, tenant.name}
    )

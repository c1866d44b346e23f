"""The never-list follows the inventory of all tenants, the settings, and what netwb stands on."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from netwb.blackhole.never import NeverList, _host, parse_never
from netwb.errors import SettingsError
from netwb.inventory.records import NewDevice
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
SETTINGS = {
    "NETWB_BLACKHOLE__NEVER": "192.0.2.53=our name server; 2001:db8:53::/48",
    "NETWB_WEB__PUBLIC_URL": "https://198.51.100.80:5006/x",
    "NETWB_METRICS__URL": "",
    "NETWB_SYSLOG__RELAYS": "198.51.100.7=acme, 198.51.100.128/25",
    "NETWB_WEB__TRUSTED_PROXIES": "198.51.100.81,10.0.0.0/8",
}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": (), "umbra": ()}, settings=SETTINGS) as made:
        yield made


@pytest.fixture
def never(made: Rig) -> NeverList:
    return made.bench._parts.attacks.never


def add_device(made: Rig, tenant: str, hostname: str, address: str) -> None:
    made.bench.add_device(
        NewDevice(
            tenant=tenant, site="fra1", hostname=hostname, address=address, platform="cisco_ios"
        )
    )


def whys(never: NeverList, address: str) -> list[str]:
    return [one.why for one in never.all() if one.network == ip_network(address)]


def test_what_netwb_stands_on_and_what_a_person_set_is_on_it(never: NeverList) -> None:
    assert whys(never, "192.0.2.1") == ["the next hop of blackholes"]
    assert whys(never, "100::1") == ["the next hop of blackholes"]
    assert whys(never, "198.51.100.80") == ["netwb itself"]
    assert whys(never, "198.51.100.81") == ["a proxy before netwb"]
    assert whys(never, "198.51.100.7") == ["a relay of syslog"]
    assert whys(never, "192.0.2.53") == ["our name server"]
    assert whys(never, "2001:db8:53::/48") == ["set by your operator"]
    for whole in ("10.0.0.0/8", "198.51.100.128/25", "127.0.0.1"):
        assert whys(never, whole) == []
    assert all(one.tenant_id is None for one in never.all())


def test_every_device_of_every_tenant_is_on_it_while_it_serves(made: Rig, never: NeverList) -> None:
    add_device(made, "acme", "edge1", "203.0.113.1")
    add_device(made, "umbra", "pe1", "2001:db8:cafe::1")
    add_device(made, "umbra", "named", "pe2.example.org")
    made.clock.advance(seconds=1)
    made.bench.set_device("acme/edge1", syslog_source="203.0.113.2")

    assert whys(never, "203.0.113.1") == ["the address of acme/edge1"]
    assert whys(never, "203.0.113.2") == ["an address of acme/edge1"]
    assert whys(never, "2001:db8:cafe::1") == ["the address of umbra/pe1"]
    owners = {one.tenant_id for one in never.all() if one.tenant_id}
    assert owners == {made.bench.tenant("acme").id, made.bench.tenant("umbra").id}

    made.clock.advance(seconds=1)
    made.bench.retire_device("acme/edge1")
    assert whys(never, "203.0.113.1") == []


def test_gateways_jump_hosts_and_detectors_are_on_it(made: Rig, never: NeverList) -> None:
    bench = made.bench
    bench.add_prefix("acme", "203.0.113.0/24", mode="auto")
    bench.add_prefix("acme", "203.0.113.10", mode="auto")
    bench.add_prefix("umbra", "2001:db8:cafe::/48", mode="auto")
    bench.set_site("acme/fra1", jump="ops@198.51.100.22:2222")
    bench.add_sender("fnm1", networks=["198.51.100.33", "198.51.100.64/27"])

    assert whys(never, "203.0.113.1") == [
        "the first address of 203.0.113.0/24, by custom its gateway"
    ]
    assert whys(never, "203.0.113.10") == []
    assert whys(never, "2001:db8:cafe::") == whys(never, "2001:db8:cafe::1") != []
    assert whys(never, "198.51.100.22") == ["a jump host"]
    assert whys(never, "198.51.100.33") == ["a detector of attacks"]
    assert whys(never, "198.51.100.64/27") == []
    bench.retire_sender("fnm1")
    assert whys(never, "198.51.100.33") == []


def test_it_is_read_anew_only_where_something_changed(made: Rig, never: NeverList) -> None:
    add_device(made, "acme", "edge1", "203.0.113.1")

    first = never.all()
    assert never.all() is first
    made.clock.advance(seconds=1)
    add_device(made, "acme", "edge2", "203.0.113.2")
    assert never.all() is not first


@pytest.mark.parametrize(
    ("jump", "host"),
    [
        ("ops@198.51.100.22", "198.51.100.22"),
        ("ops@198.51.100.22:22", "198.51.100.22"),
        ("ops@[2001:db8::7]:22", "2001:db8::7"),
        ("ops@2001:db8::7", "2001:db8::7"),
        ("ops@jump.example.org:22", "jump.example.org"),
        (None, ""),
    ],
)
def test_a_jump_host_is_found_however_it_is_written(jump: str | None, host: str) -> None:
    assert _host(jump) == host


@pytest.mark.parametrize("text", ["x=y", "192.0.2.1/24", "=why", "192.0.2.1,192.0.2.2"])
def test_a_setting_that_is_no_list_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(SettingsError, match=r"setting blackhole\.never"):
        parse_never(text)

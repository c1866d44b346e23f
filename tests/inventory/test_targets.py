from __future__ import annotations

import pytest
from sqlalchemy import update

from netwb.blackhole.routers import Routers
from netwb.inventory.records import (
    CredentialChanges,
    Jump,
    Login,
    NewCredential,
    SecretSource,
    Target,
)
from netwb.roles import ALL_TENANTS
from netwb.store.models import DeviceRow
from tests.inventory.ground import ANA, NEW_KEY, OLD_KEY, Ground, counted_statements


def target_of(ground: Ground, ref: str = "edge1") -> Target:
    return ground.credentials.targets(ALL_TENANTS, [ground.devices.get(ALL_TENANTS, ref)])[0]


@pytest.fixture
def acme(ground: Ground) -> Ground:
    ground.tenant("acme", "fra1", "ams1")
    ground.credential("acme/lab", "pw-lab")
    ground.credential("acme/bastion", "pw-bastion")
    ground.places.set_tenant(ALL_TENANTS, "acme", {"credential": "lab"})
    ground.device("acme/edge1", address="2001:db8::1", port=2222, sysname="E1", serial="S1")
    return ground


def test_a_target_holds_all_that_a_login_needs(acme: Ground) -> None:
    acme.places.set_site(ALL_TENANTS, "acme/fra1", {"max_sessions": 3})
    device = acme.devices.trust(ALL_TENANTS, "edge1", OLD_KEY, actor=ANA)

    target = target_of(acme)

    assert (target.device_id, target.tenant_id) == (device.id, device.tenant_id)
    assert (target.tenant, target.site, target.hostname) == ("acme", "fra1", "edge1")
    assert (target.address, target.port, target.platform) == ("2001:db8::1", 2222, "cisco_ios")
    assert (target.host_key, target.sysname, target.serial) == (OLD_KEY, "E1", "S1")
    assert (target.max_sessions, target.no_login) == (3, "")
    (login,) = target.logins
    assert (login.credential, login.username, login.password) == ("acme/lab", "netwb", "pw-lab")
    assert "pw-lab" not in repr(target)


def test_only_the_key_in_force_is_expected(acme: Ground) -> None:
    acme.devices.trust(ALL_TENANTS, "edge1", OLD_KEY, actor=ANA)
    acme.devices.trust(ALL_TENANTS, "edge1", NEW_KEY, actor=ANA)

    assert target_of(acme).host_key == NEW_KEY


def test_only_a_trigger_is_told_to_be_one(acme: Ground) -> None:
    device = acme.devices.get(ALL_TENANTS, "edge1")
    routers = Routers(acme.database, acme.clock)

    assert not target_of(acme).trigger
    routers.add(ALL_TENANTS, device.id, "edge", {}, by="ana")
    assert not target_of(acme).trigger
    routers.add(ALL_TENANTS, device.id, "trigger", {}, by="ana")
    assert target_of(acme).trigger


def test_targets_keep_the_order_of_the_devices(acme: Ground) -> None:
    acme.device("acme/edge2")
    devices = acme.devices.list(ALL_TENANTS)[::-1]

    targets = acme.credentials.targets(ALL_TENANTS, devices)

    assert [t.hostname for t in targets] == ["edge2", "edge1"]
    assert acme.credentials.targets(ALL_TENANTS, []) == ()


def test_the_jump_host_of_the_nearest_level_counts_with_its_own_key(acme: Ground) -> None:
    acme.places.set_tenant(
        ALL_TENANTS, "acme", {"jump": "ana@192.0.2.9", "jump_credential": "bastion"}
    )
    of_tenant = target_of(acme).jump
    acme.places.set_site(
        ALL_TENANTS, "acme/fra1", {"jump": "ben@[2001:db8::9]:2022", "jump_host_key": OLD_KEY}
    )
    of_site = target_of(acme).jump

    assert of_tenant is not None
    assert (of_tenant.address, of_tenant.port, of_tenant.host_key) == ("192.0.2.9", 22, None)
    assert (of_tenant.login.username, of_tenant.login.password) == ("ana", "pw-bastion")
    assert of_site is not None
    assert (of_site.address, of_site.port, of_site.host_key) == ("2001:db8::9", 2022, OLD_KEY)
    assert (of_site.login.username, of_site.login.password) == ("ben", "pw-bastion")


def test_a_jump_host_without_a_credential_is_given_the_devices(acme: Ground) -> None:
    acme.devices.set(ALL_TENANTS, "edge1", {"jump": "ana@192.0.2.9"}, actor=ANA)

    jump = target_of(acme).jump

    assert jump is not None
    assert (jump.login.username, jump.login.password) == ("ana", "pw-lab")


@pytest.mark.parametrize("level", ["device", "site", "tenant"])
def test_a_jump_hosts_first_key_is_kept_where_the_jump_host_is_named(
    acme: Ground, level: str
) -> None:
    if level == "tenant":
        acme.places.set_tenant(ALL_TENANTS, "acme", {"jump": "a@192.0.2.9"})
    elif level == "site":
        acme.places.set_site(ALL_TENANTS, "acme/fra1", {"jump": "a@192.0.2.9"})
    else:
        acme.devices.set(ALL_TENANTS, "edge1", {"jump": "a@192.0.2.9"}, actor=ANA)

    for key in (OLD_KEY, NEW_KEY):  # the second one is not the first
        jump = target_of(acme).jump
        assert jump is not None
        acme.places.first_jump_key(ALL_TENANTS, jump.named_by, key)

    jump = target_of(acme).jump
    assert jump is not None
    assert jump.host_key == OLD_KEY


def test_one_jump_host_named_in_two_places_is_one_connection(acme: Ground) -> None:
    acme.device("acme/edge2", site="ams1")
    for site in ("fra1", "ams1"):
        acme.places.set_site(ALL_TENANTS, f"acme/{site}", {"jump": "a@192.0.2.9"})

    jumps: set[Jump | None] = {target_of(acme, ref).jump for ref in ("edge1", "edge2")}

    assert len(jumps) == 1


def test_one_credential_that_cannot_be_read_leaves_the_other_devices_alone(acme: Ground) -> None:
    acme.environment["ROTATED"] = "x"
    reference = SecretSource(origin="env:ROTATED", keep="reference")
    acme.credentials.set(ALL_TENANTS, "bastion", CredentialChanges(secrets={"password": reference}))
    acme.device("acme/edge2", credential="bastion")
    del acme.environment["ROTATED"]

    good, bad = acme.credentials.targets(ALL_TENANTS, acme.devices.list(ALL_TENANTS))

    assert (len(good.logins), good.no_login) == (1, "")
    assert bad.logins == ()
    assert "credential acme/bastion: password: environment variable ROTATED" in bad.no_login


def test_a_device_without_a_credential_says_so(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")

    target = target_of(ground)

    assert target.logins == ()
    assert "device acme/edge1 has no credential; give one" in target.no_login


def test_an_snmp_credential_in_place_of_a_login_says_so(acme: Ground) -> None:
    acme.environment["SECRET"] = "public"
    community = SecretSource(origin="env:SECRET")
    acme.credentials.add(
        ALL_TENANTS,
        NewCredential(tenant="acme", name="snmp", secrets={"snmp_community": community}),
    )
    acme.devices.set(ALL_TENANTS, "edge1", {"snmp_credential": "snmp"}, actor=ANA)
    assert target_of(acme).logins[0].credential == "acme/lab"  # SNMP's is not for logins

    with acme.database.writing(ALL_TENANTS) as session:  # as one that was given before
        wrong = acme.credentials.get(ALL_TENANTS, "snmp").id
        session.execute(update(DeviceRow).values(credential_id=wrong))

    assert "credential acme/snmp: it has no username" in target_of(acme).no_login


@pytest.mark.parametrize("devices", [5, 200])
def test_the_number_of_statements_does_not_grow_with_the_devices(
    acme: Ground, devices: int
) -> None:
    for number in range(devices):
        acme.device(f"acme/node{number}", credential="lab" if number % 2 else None)
    acme.places.set_site(ALL_TENANTS, "acme/fra1", {"jump": "a@192.0.2.9"})

    with counted_statements() as listed:
        found = acme.devices.list(ALL_TENANTS)
    with counted_statements() as resolved:
        targets = acme.credentials.targets(ALL_TENANTS, found)

    assert len(found) == len(targets) == devices + 1
    assert all(target.logins and target.jump for target in targets)
    assert len(listed) <= 5
    assert len(resolved) <= 8


@pytest.mark.parametrize(
    ("name", "held", "command"),
    [
        ("acme/lab", {"password": "x"}, "netwb credential set acme/lab --password prompt"),
        ("acme/lab", {"private_key": "x"}, "netwb credential set acme/lab --key file:PATH"),
        ("acme/lab (previous)", {}, "netwb credential set acme/lab --password prompt"),
    ],
    ids=["password", "key", "the one before, by the agent"],
)
def test_a_login_names_the_command_that_sets_it(
    name: str, held: dict[str, str], command: str
) -> None:
    assert Login(credential=name, username="netwb", **held).setting() == command

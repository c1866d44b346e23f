from __future__ import annotations

import pytest
from sqlalchemy import update

from netwb.inventory.importers.rows import ImportOptions, Source
from netwb.inventory.ports.records import SnmpLogin, SnmpTarget
from netwb.inventory.records import NewCredential, SecretKind, SecretSource, Snmp
from netwb.inventory.snmp import SnmpTargets
from netwb.roles import ALL_TENANTS
from netwb.store.models import CredentialRow
from tests.inventory.ground import ANA, Ground, counted_statements


def community(ground: Ground, ref: str, text: str, *, keep: str = "sealed") -> None:
    tenant, _, name = ref.partition("/")
    ground.environment[f"SNMP_{name}"] = text
    source = SecretSource(origin=f"env:SNMP_{name}", keep=keep)  # type: ignore[arg-type]
    secrets: dict[SecretKind, SecretSource] = {"snmp_community": source}
    ground.credentials.add(ALL_TENANTS, NewCredential(tenant=tenant, name=name, secrets=secrets))


def targets(ground: Ground) -> dict[str, SnmpTarget]:
    made = SnmpTargets(ground.database, ground.keyring, ground.environment)
    found = made.of(ALL_TENANTS, ground.devices.list(ALL_TENANTS))
    return {f"{target.tenant}/{target.hostname}": target for target in found}


@pytest.fixture
def acme(ground: Ground) -> Ground:
    ground.tenant("acme", "fra1", "ams1")
    community(ground, "acme/snmp", "of-the-tenant")
    ground.places.set_tenant(ALL_TENANTS, "acme", {"snmp_credential": "snmp"})
    ground.device("acme/edge1", address="2001:db8::1", snmp_port=1161)
    return ground


def test_a_target_holds_all_that_a_poll_needs(acme: Ground) -> None:
    device = acme.devices.get(ALL_TENANTS, "edge1")

    target = targets(acme)["acme/edge1"]

    assert (target.device_id, target.tenant_id) == (device.id, device.tenant_id)
    assert (target.tenant, target.site, target.hostname) == ("acme", "fra1", "edge1")
    assert (target.address, target.port) == ("2001:db8::1", 1161)
    assert target.login == SnmpLogin(credential="acme/snmp", community="of-the-tenant")


def test_the_nearest_credential_is_taken(acme: Ground) -> None:
    community(acme, "acme/site", "of-the-site")
    community(acme, "acme/own", "of-the-device")
    acme.places.set_site(ALL_TENANTS, "acme/ams1", {"snmp_credential": "site"})
    acme.device("acme/edge2", site="ams1")
    acme.device("acme/edge3", site="ams1", snmp_credential="own")

    found = targets(acme)

    assert [target.login and target.login.community for target in found.values()] == [
        "of-the-tenant",
        "of-the-site",
        "of-the-device",
    ]


def test_users_of_v3_come_with_their_keys_and_protocols(acme: Ground) -> None:
    acme.environment.update({"AUTH": "auth-passphrase", "PRIV": "priv-passphrase"})
    new = NewCredential(
        tenant="acme",
        name="v3",
        secrets={
            "snmp_auth": SecretSource(origin="env:AUTH"),
            "snmp_priv": SecretSource(origin="env:PRIV"),
        },
        snmp=Snmp(user="netwb", auth_protocol="sha256", priv_protocol="aes256c"),
    )
    acme.credentials.add(ALL_TENANTS, new)
    acme.devices.set(ALL_TENANTS, "edge1", {"snmp_credential": "v3"}, actor=ANA)

    login = targets(acme)["acme/edge1"].login

    assert login == SnmpLogin(
        credential="acme/v3",
        user="netwb",
        auth_protocol="sha256",
        auth_key="auth-passphrase",
        priv_protocol="aes256c",
        priv_key="priv-passphrase",
    )
    assert "passphrase" not in repr(login)


def test_a_device_without_a_credential_says_who_may_give_one(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")

    target = targets(ground)["acme/edge1"]

    assert target.login is None
    assert target.no_login.startswith("device acme/edge1 has no SNMP credential; give one")
    assert not target.unread


def test_a_credential_for_logins_alone_says_what_it_lacks(acme: Ground) -> None:
    acme.credential("acme/ssh", snmp=Snmp(user="netwb"))
    acme.devices.set(ALL_TENANTS, "edge1", {"snmp_credential": "ssh"}, actor=ANA)
    with acme.database.writing(ALL_TENANTS) as session:  # as one that was given before
        session.execute(update(CredentialRow).values(snmp_user=None))

    target = targets(acme)["acme/edge1"]

    assert target.login is None
    assert "credential acme/ssh: it holds no SNMP community" in target.no_login


def test_a_reference_that_gives_nothing_concerns_its_devices_alone(acme: Ground) -> None:
    community(acme, "acme/kept", "elsewhere", keep="reference")
    acme.device("acme/edge2", snmp_credential="kept")
    del acme.environment["SNMP_kept"]

    found = targets(acme)

    assert found["acme/edge2"].login is None
    assert "environment variable SNMP_kept is not set" in found["acme/edge2"].no_login
    assert found["acme/edge2"].unread
    assert found["acme/edge1"].login is not None


def test_each_tenants_credential_of_one_name_is_its_own(acme: Ground) -> None:
    acme.tenant("globex", "fra1")
    community(acme, "globex/snmp", "of-globex")
    acme.places.set_tenant(ALL_TENANTS, "globex", {"snmp_credential": "snmp"})
    acme.device("globex/edge1")

    found = targets(acme)

    logins = {name: target.login for name, target in found.items()}
    assert {name: login and login.community for name, login in logins.items()} == {
        "acme/edge1": "of-the-tenant",
        "globex/edge1": "of-globex",
    }


def test_many_devices_are_resolved_in_two_statements(acme: Ground) -> None:
    for number in range(2, 50):
        acme.device(f"acme/edge{number}")
    devices = acme.devices.list(ALL_TENANTS)
    made = SnmpTargets(acme.database, acme.keyring, acme.environment)
    made.of(ALL_TENANTS, devices)  # the tenant's key is known then

    with counted_statements() as seen:
        found = made.of(ALL_TENANTS, devices)

    assert all(target.login for target in found)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 2


def test_an_import_says_on_which_port_devices_answer_snmp(acme: Ground) -> None:
    table = (
        "tenant,site,hostname,address,platform,snmp_port\n"
        "acme,fra1,edge1,192.0.2.1,frr,2161\n"
        "acme,fra1,edge2,192.0.2.2,frr,\n"
    )

    done = acme.intake.apply(
        ALL_TENANTS, Source(kind="table", texts={"table": table}), ImportOptions(), actor=ANA
    )

    assert ("snmp_port", "1161", "2161") in [
        (item.field, item.old, item.new) for device in done.devices for item in device.fields
    ]
    assert {name: target.port for name, target in targets(acme).items()} == {
        "acme/edge1": 2161,
        "acme/edge2": 161,
    }


def test_a_port_of_snmp_that_cannot_be_is_refused_with_its_line(acme: Ground) -> None:
    table = "tenant,site,hostname,address,platform,snmp_port\nacme,fra1,edge1,192.0.2.1,frr,70000\n"

    plan = acme.intake.plan(
        ALL_TENANTS, Source(kind="table", texts={"table": table}), ImportOptions()
    )

    assert plan.problems == ("line 2: port '70000' is not usable; give a number from 1 to 65535",)

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwb.errors import (
    DuplicateDeviceError,
    FieldsRefusedError,
    InventoryError,
    UnknownDeviceError,
    UnknownNameError,
    UnknownPlatformError,
)
from netwb.inventory.devices import Devices
from netwb.inventory.fields import fingerprint
from netwb.inventory.records import Device, Facts, Inherited, Where
from netwb.roles import ALL_TENANTS, NO_TENANT, Actor, Role, Scope
from tests.inventory.ground import ANA, NEW_KEY, NOON, OLD_KEY, PLATFORMS, Ground


def kinds(ground: Ground, ref: str) -> list[str]:
    """What happened to a device, oldest first."""
    return [event.kind for event in reversed(ground.devices.events(ALL_TENANTS, ref))]


def test_a_device_is_found_by_each_of_its_names(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    added = ground.device("acme/Edge1", labels={"ring": "a"}, port=2222)

    for ref in ("Edge1", "edge1", "acme/EDGE1", added.id):
        assert ground.devices.get(ALL_TENANTS, ref) == added
    assert (added.port, added.status, added.labels) == (2222, "active", {"ring": "a"})
    assert added.created_at == NOON
    assert kinds(ground, added.id) == ["added"]


@pytest.mark.parametrize("hostname", ["acme/a b", "acme/edge1"], ids=["unusable", "taken"])
def test_every_field_of_a_bad_device_is_named_at_once(ground: Ground, hostname: str) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")

    with pytest.raises(FieldsRefusedError, match=hostname.removeprefix("acme/")) as refused:
        ground.device(hostname, address="192.0.2.300", port=0, site="ams1", credential="nope")

    assert set(refused.value.faults) == {"hostname", "site", "address", "port", "credential"}
    assert refused.value.faults["port"] == "port '0' is not usable; give a number from 1 to 65535"
    assert str(refused.value).count("; ") >= 4
    assert len(ground.devices.list(ALL_TENANTS)) == 1


def test_every_bad_field_of_a_change_is_named_and_none_is_written(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    before = ground.device("acme/edge1")

    with pytest.raises(FieldsRefusedError) as refused:
        ground.devices.set(
            ALL_TENANTS, "edge1", {"role": "core", "port": 0, "jump": "nobody"}, actor=ANA
        )

    assert set(refused.value.faults) == {"port", "jump"}
    assert ground.devices.get(ALL_TENANTS, "edge1") == before


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"hostname": "acme/a/b"}, InventoryError, "hostname 'a/b'"),
        ({"hostname": "acme/a\nb"}, InventoryError, "hostname"),
        ({"address": "192.0.2.300"}, InventoryError, "address '192.0.2.300'"),
        ({"address": "a\x00b"}, InventoryError, "address"),
        ({"port": 0}, InventoryError, "port '0'"),
        ({"platform": "ios"}, UnknownPlatformError, "platform 'ios' is not known"),
        ({"site": "ams1"}, UnknownNameError, "site 'ams1'"),
        ({"credential": "nope"}, UnknownNameError, "credential 'nope'"),
        ({"status": "gone"}, InventoryError, "status 'gone'"),
        ({"labels": {"a b": ""}}, InventoryError, "label 'a b'"),
        ({"hostname": "umbrella/edge1"}, UnknownNameError, "tenant 'umbrella'"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_device_is_refused_and_nothing_is_written(
    ground: Ground, fields: dict[str, object], error: type[Exception], words: str
) -> None:
    ground.tenant("acme", "fra1")
    name = str(fields.get("hostname", "acme/edge1"))
    others = {field: value for field, value in fields.items() if field != "hostname"}

    with pytest.raises(error) as refused:
        ground.device(name, **others)

    assert words in str(refused.value)
    assert ground.devices.list(ALL_TENANTS, Where(status="any")) == ()


@pytest.mark.parametrize("again", ["edge1", "EDGE1"])
def test_a_hostname_is_taken_once_in_a_tenant_whatever_its_case(ground: Ground, again: str) -> None:
    ground.tenant("acme", "fra1")
    ground.tenant("globex", "fra1")
    ground.device("acme/edge1")

    with pytest.raises(DuplicateDeviceError, match=r"device 'acme/(?i:edge1)' exists already"):
        ground.device(f"acme/{again}")
    ground.device(f"globex/{again}")

    assert len(ground.hostnames()) == 2


def test_a_hostname_in_two_tenants_must_be_named_whole(ground: Ground) -> None:
    for tenant in ("acme", "globex"):
        ground.tenant(tenant, "fra1")
        ground.device(f"{tenant}/edge1")

    with pytest.raises(InventoryError, match="in acme and globex; write acme/edge1"):
        ground.devices.get(ALL_TENANTS, "edge1")
    assert ground.devices.get(ALL_TENANTS, "globex/edge1").tenant == "globex"


def test_a_foreign_device_and_an_unknown_one_read_the_same(ground: Ground) -> None:
    acme = ground.tenant("acme", "fra1")
    ground.tenant("globex", "fra1")
    foreign = ground.device("globex/edge1")
    scope = Scope(frozenset({acme}))

    messages = set()
    for ref in ("edge1", "globex/edge1", "umbrella/edge1", foreign.id, "nope"):
        with pytest.raises(UnknownDeviceError) as refused:
            ground.devices.get(scope, ref)
        messages.add(str(refused.value).replace(ref, "X"))

    assert len(messages) == 1


def test_a_name_that_is_ambiguous_elsewhere_is_not_within_a_scope(ground: Ground) -> None:
    acme = ground.tenant("acme", "fra1")
    ground.tenant("globex", "fra1")
    ground.device("acme/edge1")
    ground.device("globex/edge1")

    assert ground.devices.get(Scope(frozenset({acme})), "edge1").tenant == "acme"


WRITES: list[Callable[[Ground, Scope, str], object]] = [
    lambda g, s, ref: g.devices.set(s, ref, {"role": "pe"}, actor=ANA),
    lambda g, s, ref: g.devices.rename(s, ref, "x", actor=ANA),
    lambda g, s, ref: g.devices.replace(s, ref, actor=ANA),
    lambda g, s, ref: g.devices.retire(s, ref, actor=ANA),
    lambda g, s, ref: g.devices.activate(s, ref, actor=ANA),
    lambda g, s, ref: g.devices.trust(s, ref, OLD_KEY, actor=ANA),
    lambda g, s, ref: g.devices.events(s, ref),
]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("scope", [NO_TENANT, Scope(frozenset({"other"}))], ids=["none", "other"])
def test_no_write_reaches_beyond_its_scope(
    ground: Ground, write: Callable[[Ground, Scope, str], object], scope: Scope
) -> None:
    ground.tenant("acme", "fra1")
    before = ground.device("acme/edge1")

    with pytest.raises(UnknownDeviceError):
        write(ground, scope, before.id)

    assert ground.devices.get(ALL_TENANTS, before.id) == before


def test_what_a_device_lacks_it_inherits_from_the_nearest(ground: Ground) -> None:
    ground.tenant("acme", "fra1", "ams1")
    for name in ("of-tenant", "of-site", "of-device"):
        ground.credential(f"acme/{name}")
    ground.places.set_tenant(ALL_TENANTS, "acme", {"credential": "of-tenant", "jump": "a@jump1"})
    ground.places.set_site(ALL_TENANTS, "acme/fra1", {"credential": "of-site"})

    own = ground.device("acme/edge1", credential="of-device", jump="a@jump2")
    of_site = ground.device("acme/edge2")
    of_tenant = ground.device("acme/edge3", site="ams1")

    assert own.credential == Inherited(value="of-device", source="device")
    assert of_site.credential == Inherited(value="of-site", source="site")
    assert of_tenant.credential == Inherited(value="of-tenant", source="tenant")
    assert of_tenant.snmp_credential == Inherited(value=None, source="nowhere")
    assert own.jump == Inherited(value="a@jump2", source="device")
    assert of_site.jump == Inherited(value="a@jump1", source="tenant")


def test_setting_is_an_event_with_old_and_new(ground: Ground) -> None:
    ground.tenant("acme", "fra1", "ams1")
    ground.device("acme/edge1")
    ground.clock.pass_s(60)

    device, changed = ground.devices.set(
        ALL_TENANTS,
        "edge1",
        {"site": "ams1", "address": "192.0.2.1", "labels": {"ring": "b"}},
        actor=ANA,
    )

    assert [(c.field, c.old, c.new) for c in changed] == [
        ("site", "fra1", "ams1"),
        ("labels", "", "ring=b"),
    ]
    event = ground.devices.events(ALL_TENANTS, "edge1")[0]
    assert (event.kind, event.actor, event.at) == ("changed", "ana", device.updated_at)
    assert event.detail == {"site": ["fra1", "ams1"], "labels": ["", "ring=b"]}


def test_setting_what_is_so_already_leaves_no_trace(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    before = ground.device("acme/edge1")
    ground.clock.pass_s(60)

    device, changed = ground.devices.set(ALL_TENANTS, "edge1", {"port": 22}, actor=ANA)

    assert (device, changed) == (before, ())
    assert kinds(ground, "edge1") == ["added"]


def test_a_rename_keeps_id_history_and_host_key(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    before = ground.device("acme/edge1")
    ground.devices.trust(ALL_TENANTS, "edge1", OLD_KEY, actor=ANA)

    renamed = ground.devices.rename(ALL_TENANTS, "edge1", "edge2", actor=ANA)

    assert (renamed.id, renamed.hostname) == (before.id, "edge2")
    assert renamed.host_key == fingerprint(OLD_KEY)
    assert kinds(ground, "edge2") == ["added", "trusted", "renamed"]
    with pytest.raises(UnknownDeviceError):
        ground.devices.get(ALL_TENANTS, "edge1")


def test_a_rename_to_a_taken_name_is_refused_but_a_change_of_case_is_not(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")
    ground.device("acme/edge2")

    with pytest.raises(DuplicateDeviceError):
        ground.devices.rename(ALL_TENANTS, "edge1", "EDGE2", actor=ANA)
    with pytest.raises(InventoryError, match="hostname 'a/b'"):
        ground.devices.rename(ALL_TENANTS, "edge1", "a/b", actor=ANA)

    assert ground.devices.rename(ALL_TENANTS, "edge1", "EDGE1", actor=ANA).hostname == "EDGE1"


HOSTNAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(other=HOSTNAMES)
def test_renaming_there_and_back_changes_nothing_but_the_history(
    ground: Ground, other: str
) -> None:
    if not ground.places.tenants(ALL_TENANTS):
        ground.tenant("acme", "fra1")
        ground.device("acme/Edge-0")
    before = ground.devices.get(ALL_TENANTS, "Edge-0")

    ground.devices.rename(ALL_TENANTS, before.id, other, actor=ANA)
    after = ground.devices.rename(ALL_TENANTS, before.id, "Edge-0", actor=ANA)

    assert after == before


def test_a_replaced_device_has_new_facts_and_keys_and_its_old_history(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    before = ground.device("acme/edge1", serial="OLD1")
    ground.devices.trust(ALL_TENANTS, "edge1", OLD_KEY, actor=ANA)
    facts = Facts(model="C9300", serial="OLD1", os_version="17.9", uptime_s=5)
    ground.devices.record_facts(ALL_TENANTS, {before.id: facts}, actor=ANA)

    replaced = ground.devices.replace(
        ALL_TENANTS, "edge1", serial="NEW2", host_key=NEW_KEY, actor=ANA
    )

    assert replaced.id == before.id
    assert (replaced.serial, replaced.model, replaced.os_version) == ("NEW2", None, None)
    assert replaced.host_key == fingerprint(NEW_KEY)
    assert kinds(ground, "edge1") == ["added", "trusted", "facts", "replaced"]


def test_a_replaced_device_without_a_key_trusts_the_next_login(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    device = ground.device("acme/edge1")
    ground.devices.trust(ALL_TENANTS, "edge1", OLD_KEY, actor=ANA)

    assert ground.devices.replace(ALL_TENANTS, "edge1", actor=ANA).host_key is None

    ground.devices.first_keys(ALL_TENANTS, {device.id: NEW_KEY}, actor=ANA)
    assert ground.devices.get(ALL_TENANTS, "edge1").host_key == fingerprint(NEW_KEY)


def test_a_retired_device_gives_its_name_free_and_keeps_its_id(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    first = ground.device("acme/edge1")

    retired = ground.devices.retire(ALL_TENANTS, "edge1", actor=ANA)

    assert (retired.status, ground.hostnames()) == ("retired", [])
    assert ground.devices.get(ALL_TENANTS, "edge1").id == first.id
    second = ground.device("acme/edge1")
    assert ground.devices.get(ALL_TENANTS, "edge1").id == second.id
    assert ground.devices.get(ALL_TENANTS, first.id).status == "retired"
    listed = ground.devices.list(ALL_TENANTS, Where(status="any"))
    assert {device.id for device in listed} == {first.id, second.id}


def test_a_retired_device_comes_back_while_its_name_is_free(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    first = ground.device("acme/edge1")
    ground.devices.retire(ALL_TENANTS, first.id, actor=ANA)

    assert ground.devices.activate(ALL_TENANTS, "edge1", actor=ANA).status == "active"

    ground.devices.retire(ALL_TENANTS, first.id, actor=ANA)
    ground.device("acme/edge1")
    with pytest.raises(DuplicateDeviceError):
        ground.devices.activate(ALL_TENANTS, first.id, actor=ANA)
    assert kinds(ground, first.id) == ["added", "retired", "activated", "retired"]


def test_a_retired_device_is_not_changed(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")
    ground.devices.retire(ALL_TENANTS, "edge1", actor=ANA)

    for write in WRITES[:4]:
        with pytest.raises(InventoryError, match="is retired; bring it back"):
            write(ground, ALL_TENANTS, "edge1")


def test_set_does_not_retire_behind_the_archives_back(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")

    with pytest.raises(InventoryError, match="netwb device retire"):
        ground.devices.set(ALL_TENANTS, "edge1", {"status": "retired"}, actor=ANA)


def test_the_retired_device_that_ended_last_is_found_first(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    for _ in range(2):
        ground.clock.pass_s(60)
        last = ground.device("acme/edge1")
        ground.clock.pass_s(60)
        ground.devices.retire(ALL_TENANTS, "edge1", actor=ANA)

    assert ground.devices.get(ALL_TENANTS, "edge1").id == last.id


# -- host keys


def test_only_the_first_key_is_trusted_unasked(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    device = ground.device("acme/edge1")

    ground.devices.first_keys(ALL_TENANTS, {device.id: OLD_KEY, "gone": OLD_KEY}, actor=ANA)
    ground.devices.first_keys(ALL_TENANTS, {device.id: NEW_KEY}, actor=ANA)

    assert ground.devices.get(ALL_TENANTS, "edge1").host_key == fingerprint(OLD_KEY)
    assert kinds(ground, "edge1") == ["added", "trusted"]


def test_the_key_that_was_refused_is_the_one_to_trust(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    device = ground.device("acme/edge1")
    ground.devices.trust(ALL_TENANTS, "edge1", OLD_KEY, actor=ANA)
    ground.clock.pass_s(60)
    ground.devices.refused_key(ALL_TENANTS, device.id, NEW_KEY, actor=ANA)

    trusted = ground.devices.trust(ALL_TENANTS, "edge1", actor=ANA)

    assert trusted.host_key == fingerprint(NEW_KEY)
    assert kinds(ground, "edge1") == ["added", "trusted", "key_refused", "trusted"]


def test_a_key_refused_before_the_trusted_one_is_not_meant(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    device = ground.device("acme/edge1")
    ground.devices.refused_key(ALL_TENANTS, device.id, NEW_KEY, actor=ANA)
    ground.clock.pass_s(60)
    ground.devices.trust(ALL_TENANTS, "edge1", OLD_KEY, actor=ANA)

    assert ground.devices.trust(ALL_TENANTS, "edge1", actor=ANA).host_key is None


def test_a_fingerprint_is_trusted_only_if_such_a_key_was_met(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    device = ground.device("acme/edge1")
    ground.devices.refused_key(ALL_TENANTS, device.id, NEW_KEY, actor=ANA)

    with pytest.raises(InventoryError, match="never showed a key with fingerprint"):
        ground.devices.trust(ALL_TENANTS, "edge1", fingerprint(OLD_KEY), actor=ANA)

    trusted = ground.devices.trust(ALL_TENANTS, "edge1", fingerprint(NEW_KEY), actor=ANA)
    assert trusted.host_key == fingerprint(NEW_KEY)


def test_what_is_no_key_is_not_trusted_and_the_old_one_stays(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")
    ground.devices.trust(ALL_TENANTS, "edge1", OLD_KEY, actor=ANA)

    with pytest.raises(InventoryError, match="no OpenSSH public key"):
        ground.devices.trust(ALL_TENANTS, "edge1", "ssh-ed25519 AAAA", actor=ANA)

    assert ground.devices.get(ALL_TENANTS, "edge1").host_key == fingerprint(OLD_KEY)


# -- facts


def test_changed_facts_are_an_event_and_unchanged_ones_are_none(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    device = ground.device("acme/edge1", serial="S1")
    facts = Facts(model="C9300", serial="S1", os_version="17.9", uptime_s=100)

    ground.devices.record_facts(ALL_TENANTS, {device.id: facts, "gone": facts}, actor=ANA)
    ground.clock.pass_s(60)
    later = Facts(os_version="17.12", uptime_s=160)
    ground.devices.record_facts(ALL_TENANTS, {device.id: later}, actor=ANA)
    ground.devices.record_facts(ALL_TENANTS, {device.id: later}, actor=ANA)

    held = ground.devices.get(ALL_TENANTS, "edge1")
    assert (held.model, held.serial, held.os_version) == ("C9300", "S1", "17.12")
    assert (held.uptime_s, held.facts_at) == (160, ground.clock.now)
    events = [e.detail for e in ground.devices.events(ALL_TENANTS, "edge1") if e.kind == "facts"]
    assert events == [
        {"os_version": ["17.9", "17.12"]},
        {"model": [None, "C9300"], "os_version": [None, "17.9"]},
    ]


def test_what_one_login_showed_is_recorded_at_once(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    known, new = ground.device("acme/edge1"), ground.device("acme/edge2")
    ground.devices.first_keys(ALL_TENANTS, {known.id: OLD_KEY}, actor=ANA)

    ground.devices.record(
        ALL_TENANTS,
        keys={known.id: NEW_KEY, new.id: NEW_KEY},
        facts={known.id: Facts(model="C9300"), new.id: Facts(model="C9500")},
        actor=ANA,
    )

    held = [ground.devices.get(ALL_TENANTS, name) for name in ("edge1", "edge2")]
    assert [one.host_key for one in held] == [fingerprint(OLD_KEY), fingerprint(NEW_KEY)]
    assert [one.model for one in held] == ["C9300", "C9500"]
    assert [kinds(ground, name) for name in ("edge1", "edge2")] == [
        ["added", "trusted", "facts"],
        ["added", "trusted", "facts"],
    ]


# -- narrowing


@pytest.fixture(scope="module")
def choices() -> list[Where]:
    return [
        Where(tenant="acme"),
        Where(site="fra1"),
        Where(role="pe"),
        Where(platform="frr"),
        Where(label="ring"),
        Where(label="ring=a"),
        Where(label="ring="),
        Where(status="maintenance"),
        Where(hostname="edge1"),
        Where(status="any"),
    ]


@pytest.fixture
def varied(ground: Ground) -> Ground:
    """Six devices that differ in everything that can be asked for."""
    ground.tenant("acme", "fra1", "ams1")
    ground.tenant("globex", "fra1")
    ground.device("acme/edge1", role="pe", labels={"ring": "a"})
    ground.device("acme/edge2", role="access", platform="frr", site="ams1")
    ground.device("acme/edge3", labels={"ring": ""}, status="maintenance")
    ground.device("globex/edge1", role="pe", labels={"ring": "b", "a.b": "x"})
    ground.device("globex/edge2", status="planned", labels={"ring": "a"})
    ground.device("globex/gone")
    ground.devices.retire(ALL_TENANTS, "gone", actor=ANA)
    return ground


def test_each_criterion_takes_the_devices_that_it_names(
    varied: Ground, choices: list[Where]
) -> None:
    def found(where: Where) -> list[str]:
        return [f"{d.tenant}/{d.hostname}" for d in varied.devices.list(ALL_TENANTS, where)]

    assert [found(where) for where in choices] == [
        ["acme/edge1", "acme/edge2", "acme/edge3"],
        ["acme/edge1", "acme/edge3", "globex/edge1", "globex/edge2"],
        ["acme/edge1", "globex/edge1"],
        ["acme/edge2"],
        ["acme/edge1", "acme/edge3", "globex/edge1", "globex/edge2"],
        ["acme/edge1", "globex/edge2"],
        ["acme/edge3"],
        ["acme/edge3"],
        ["acme/edge1", "globex/edge1"],
        ["acme/edge1", "acme/edge2", "acme/edge3", "globex/edge1", "globex/edge2", "globex/gone"],
    ]
    assert found(Where(label="a.b=x")) == ["globex/edge1"]
    assert found(Where(site="globex/fra1")) == ["globex/edge1", "globex/edge2"]
    assert found(Where(tenant="acme", site="globex/fra1")) == []
    assert found(Where(label='x"y')) == []


def test_narrowing_the_scope_only_takes_devices_away(varied: Ground, choices: list[Where]) -> None:
    ids = {tenant.slug: tenant.id for tenant in varied.places.tenants(ALL_TENANTS)}
    scopes = [NO_TENANT, *(Scope(frozenset({i})) for i in ids.values()), Scope(frozenset({"x"}))]

    for where in choices:
        everything: tuple[Device, ...] = varied.devices.list(ALL_TENANTS, where)
        for scope in scopes:
            narrowed = varied.devices.list(scope, where)
            assert narrowed == tuple(d for d in everything if scope.holds(d.tenant_id))


@pytest.mark.parametrize("ref", ["a\x00b", "\udcff", "acme/\udcff", "a\nb", "", "/", "x" * 5000])
def test_a_name_of_any_shape_is_unknown_in_the_same_way(ground: Ground, ref: str) -> None:
    ground.tenant("acme", "fra1")
    ground.device("acme/edge1")

    with pytest.raises(UnknownDeviceError, match="is not known; `netwb device list`"):
        ground.devices.get(ALL_TENANTS, ref)
    for find in (ground.places.tenant, ground.places.site, ground.credentials.get):
        with pytest.raises(UnknownNameError):
            find(ALL_TENANTS, ref)
    for where in (Where(tenant=ref), Where(hostname=ref), Where(label=ref)):
        assert ground.devices.list(ALL_TENANTS, where) == ()


def test_what_a_device_says_of_itself_is_kept_as_one_visible_line(ground: Ground) -> None:
    ground.tenant("acme", "fra1")
    device = ground.device("acme/edge1")
    hostile = Facts(
        model="C93\x0000\x1b[2J\u202e", serial="\n \n", os_version="v" * 4096, uptime_s=10**30
    )

    ground.devices.record_facts(ALL_TENANTS, {device.id: hostile}, actor=ANA)

    held = ground.devices.get(ALL_TENANTS, "edge1")
    assert (held.model, held.os_version, held.uptime_s) == ("C93?00?[2J?", "v" * 255, None)
    assert held.facts_at == ground.clock.now


@pytest.mark.parametrize("call", ["add", "rename", "activate"])
def test_two_who_want_one_name_at_the_same_time_do_not_both_get_it(
    ground: Ground, call: str
) -> None:
    ground.tenant("acme", "fra1")
    others = [ground.device(f"acme/other{number}") for number in range(4)]
    if call == "activate":
        others = [ground.devices.retire(ALL_TENANTS, d.id, actor=ANA) for d in others[:1]]
        ground.device("acme/other0")
        ground.devices.rename(ALL_TENANTS, "other0", "away", actor=ANA)
        others.append(ground.device("acme/other0"))
        ground.devices.retire(ALL_TENANTS, others[1].id, actor=ANA)
    calls: dict[str, list[Callable[[], object]]] = {
        "add": [lambda: ground.device("acme/edge1")] * 4,
        "rename": [
            partial(ground.devices.rename, ALL_TENANTS, d.id, "edge1", actor=ANA) for d in others
        ],
        "activate": [
            partial(ground.devices.activate, ALL_TENANTS, d.id, actor=ANA) for d in others
        ],
    }

    with ThreadPoolExecutor(4) as pool:
        started = [pool.submit(wanted) for wanted in calls[call]]
    errors = [future.exception() for future in started]

    assert errors.count(None) == 1
    assert {type(error) for error in errors} == {type(None), DuplicateDeviceError}, errors


@pytest.mark.parametrize("source", ["192.0.2.77", "192.0.2.1", "198.51.100.9"])
def test_who_does_not_see_all_tenants_may_not_claim_a_source_that_is_spoken_for(
    ground: Ground, source: str
) -> None:
    acme = ground.tenant("acme", "fra1")
    ground.tenant("zeta", "fra1")
    ground.device("zeta/core1", syslog_source="192.0.2.77")
    ground.device("zeta/core2")  # known by its address
    own = ground.device("acme/edge1", address="192.0.2.9")
    devices = Devices(ground.database, ground.clock, PLATFORMS, {"198.51.100.9"}.__contains__)
    admin = Actor(name="cy", role=Role.ADMIN, scope=Scope(frozenset({acme})))

    with pytest.raises(InventoryError, match="spoken for") as refused:
        devices.set(admin.scope, own.id, {"syslog_source": source}, actor=admin)
    assert not any(word in str(refused.value) for word in ("zeta", "core", "relay"))
    assert ground.devices.get(ALL_TENANTS, own.id).syslog_source is None
    free, _ = devices.set(admin.scope, own.id, {"syslog_source": "192.0.2.9"}, actor=admin)
    assert free.syslog_source == "192.0.2.9"

    everybody = replace(admin, scope=ALL_TENANTS)
    devices.set(ALL_TENANTS, own.id, {"syslog_source": source}, actor=everybody)

"""What a narrowed or remote workbench may not reach: other devices, and the server's own means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netwb.access.principals import Fixed
from netwb.collect.replay import recorded
from netwb.errors import NotPermittedError, UnknownDeviceError
from netwb.inventory.importers.rows import Source
from netwb.inventory.records import CredentialChanges, NewCredential, SecretKind, SecretSource
from netwb.roles import ALL_TENANTS, Actor, Role, Scope
from netwb.workbench import Workbench
from tests.benches import Rig, a_night, ios, ios_text, rig, with_parts
from tests.stores import EACH_STORE

pytestmark = EACH_STORE

CSV = "tenant,site,hostname,address,platform\nacme,fra1,edge7,192.0.2.7,cisco_ios\n"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("edge1",)}, past=a_night) as made:
        yield made


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """For tests in which everything is refused."""
    hostnames = {"acme": ("edge1", "edge2"), "umbra": ("edge1",)}
    with rig(tmp_path_factory.mktemp("untouched"), hostnames) as made:
        made.back_up()
        made.devices = {f"{d.tenant}/{d.hostname}": d for d in made.bench.devices()}
        yield made


def remote(made: Rig, role: Role = Role.ENGINEER, *tenants: str) -> Workbench:
    ids = frozenset(tenant.id for tenant in made.bench.tenants() if tenant.slug in tenants)
    actor = Actor(name="ana", role=role, scope=Scope(ids) if tenants else ALL_TENANTS)
    return Workbench(made.bench._parts, Fixed(actor), made.bench._where)


@pytest.mark.parametrize(
    "use",
    [
        lambda bench, name: bench.device(name),
        lambda bench, name: bench.device_events(name),
        lambda bench, name: bench.set_device(name, role="pe"),
        lambda bench, name: bench.rename_device(name, "edge8"),
        lambda bench, name: bench.replace_device(name),
        lambda bench, name: bench.retire_device(name),
        lambda bench, name: bench.activate_device(name),
        lambda bench, name: bench.trust_device(name),
        lambda bench, name: bench.plan_backup(name),
        lambda bench, name: bench.probe(name),
        lambda bench, name: bench.history(name),
        lambda bench, name: bench.show(name),
        lambda bench, name: bench.diff("acme/edge1", old=f"{name}@latest", new="latest"),
        lambda bench, name: bench.restore(name, reason="x"),
        lambda bench, name: bench.quarantined_text(name),
        lambda bench, name: bench.accept_quarantined(name, reason="x"),
        lambda bench, name: bench.discard_quarantined(name, reason="x"),
    ],
    ids=lambda use: use.__code__.co_names[0],
)
@pytest.mark.parametrize("outside", ["umbra/edge1", "acme/edge2"])
def test_a_device_outside_of_what_is_meant_is_unknown_by_name_and_id(
    untouched: Rig, use: Callable[[Workbench, str], object], outside: str
) -> None:
    narrowed = untouched.bench.where(tenant="acme", hostname="edge1")

    for reference in (outside, untouched.devices[outside].id):
        with pytest.raises(UnknownDeviceError, match=f"device '{reference}' is not known"):
            use(narrowed, reference)

    assert untouched.bench.device(outside) == untouched.devices[outside]


def test_a_hostname_of_two_tenants_is_the_one_narrowed_to(two: Rig) -> None:
    assert two.bench.where(tenant="umbra").device("edge1").tenant == "umbra"


def test_a_retired_device_that_is_meant_still_has_its_history(two: Rig) -> None:
    two.bench.retire_device("acme/edge2")

    assert {r.kind for r in two.bench.where(tenant="acme").history("edge2")} == {"running"}


def test_the_quarantine_is_narrowed_too(two: Rig) -> None:
    two.answer("umbra/edge1", recorded(ios_text("edge1")[:-4], prompt=b"edge1#"))
    two.back_up()

    assert [item.tenant for item in two.bench.quarantine()] == ["umbra"]
    assert [item.tenant for item in two.bench.where(tenant="umbra").quarantine()] == ["umbra"]
    assert len(two.bench.where(tenant="acme").quarantine()) == 0


def test_nornir_hands_out_passwords_and_takes_the_right_to_reveal(two: Rig) -> None:
    with pytest.raises(NotPermittedError, match=r"lacks config\.reveal"):
        remote(two, Role.OPERATOR).nornir()

    remote(two, Role.ENGINEER).nornir()

    events = [event for event in two.bench.audit_events() if event.action == "nornir.open"]
    assert sorted(event.target for event in events) == ["1 devices", "2 devices"]
    assert len({event.tenant_id for event in events}) == 2


@pytest.mark.parametrize("origin", ["file:/etc/hostname", "env:PW"])
def test_files_and_variables_of_the_server_are_not_for_who_came_over_a_network(
    two: Rig, origin: str
) -> None:
    bench = remote(two, Role.ADMIN)
    sources: dict[SecretKind, SecretSource] = {"password": SecretSource(origin=origin)}
    new = NewCredential(tenant="acme", name="thief", username="u", secrets=sources)
    own: dict[SecretKind, SecretSource] = {
        "password": SecretSource(origin="prompt", answer="Mine-1")
    }

    with pytest.raises(NotPermittedError, match="answer the prompt"):
        bench.add_credential(new)
    bench.add_credential(replace(new, secrets=own))
    with pytest.raises(NotPermittedError, match="answer the prompt"):
        bench.set_credential("acme/thief", CredentialChanges(secrets=sources))


def test_who_came_over_a_network_imports_content_and_no_path(two: Rig, tmp_path: Path) -> None:
    (tmp_path / "devices.csv").write_text(CSV)
    bench = remote(two, Role.ENGINEER, "acme")

    for use in (bench.plan_import, bench.apply_import):
        with pytest.raises(NotPermittedError, match="hand the content in"):
            use(tmp_path / "devices.csv")

    assert bench.apply_import(Source(kind="table", texts={"table": CSV})).devices
    assert bench.device("edge7").address == "192.0.2.7"


def test_the_agent_is_for_the_login_that_owns_it(two: Rig) -> None:
    parts = two.bench._parts
    parts = with_parts(parts, environment={"SSH_AUTH_SOCK": "/run/agent"})
    local = Workbench(parts, two.bench._who, two.bench._where)
    over_network = Workbench(parts, remote(two)._who, two.bench._where)

    assert (local._agent_path, over_network._agent_path) == ("/run/agent", None)
    assert local._backup is parts.backup
    assert over_network._backup is parts.backup_without_agent


def test_what_concerns_all_tenants_takes_the_scope_of_all(two: Rig) -> None:
    ours = remote(two, Role.ADMIN, "acme")

    for use in (ours.verify_audit, ours.renew_master_key):
        with pytest.raises(NotPermittedError, match="scope of all tenants"):
            use()

    assert remote(two, Role.ADMIN).verify_audit().problems == ()


def test_a_held_startup_text_is_shown_and_settled_by_its_kind(two: Rig) -> None:
    good = ios("edge1")
    cut = recorded(ios_text("edge1")[:-4], prompt=b"edge1#").running
    two.answer("acme/edge1", replace(good, startup=replace(cut, kind="startup")))
    two.back_up("acme/edge1")

    assert [item.kind for item in two.bench.quarantine()] == ["startup"]
    assert b"hostname edge1" in two.bench.quarantined_text("acme/edge1", kind="startup")
    two.bench.discard_quarantined("acme/edge1", reason="cut", kind="startup")
    assert len(two.bench.quarantine()) == 0

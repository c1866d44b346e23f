"""Prefixes, triggers, edges and senders on the facade: rights, scopes, and the audit of each change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netwb.blackhole.records import OnRouter
from netwb.errors import (
    InputError,
    NotPermittedError,
    RunUnderWayError,
    UnknownDeviceError,
    UnknownNameError,
)
from netwb.inventory.ports.records import SeenPort
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benches import Rig, rig
from tests.blackhole.ledger.ground import attacks, begin, trigger
from tests.stores import EACH_STORE
from tests.workbench.people import add, logged_in

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("trg1", "edge1"), "umbra": ("pe1",)}) as made:
        yield made


def audited(made: Rig, action: str) -> list[tuple[str, str]]:
    """Target and tenant of each such event, oldest first."""
    slugs = {one.id: one.slug for one in made.bench.tenants()}
    found = [one for one in made.bench.audit_events(what=action) if one.action == action]
    return [(one.target, slugs.get(one.tenant_id, "")) for one in reversed(found)]


def test_each_change_is_audited_for_its_tenant(made: Rig) -> None:
    bench = made.bench
    bench.add_prefix("acme", "203.0.113.0/24", mode="approve", site="fra1")
    bench.set_prefix("203.0.113.0/24", mode="auto", reach="both", by_customer=True, site="")
    bench.add_trigger("acme/trg1", community="64500:666")
    bench.set_trigger("acme/trg1", max_routes=7)
    bench.add_edge("umbra/pe1")
    bench.add_sender("fnm1", networks=["192.0.2.7"])
    bench.rotate_sender("fnm1")
    bench.settle_sender("fnm1")
    bench.set_sender("fnm1", networks=["192.0.2.8"], callback=True)
    bench.retire_sender("fnm1")
    bench.retire_edge("umbra/pe1")
    bench.retire_trigger("acme/trg1")
    (prefix,) = bench.prefixes()
    bench.retire_prefix("203.0.113.0/24")

    assert (prefix.mode, prefix.reach, prefix.by_customer, prefix.site) == (
        "auto",
        "both",
        True,
        None,
    )
    for action in ("prefix.add", "prefix.set", "prefix.retire"):
        assert audited(made, action) == [("203.0.113.0/24", "acme")]
    for action in ("trigger.add", "trigger.set", "trigger.retire"):
        assert audited(made, action) == [("acme/trg1", "acme")]
    assert audited(made, "edge.add") == audited(made, "edge.retire") == [("umbra/pe1", "umbra")]
    for action in ("add", "rotate", "settle", "set", "retire"):
        assert audited(made, f"sender.{action}") == [("fnm1", "")]


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.VIEWER, Role.OPERATOR, Role.ENGINEER])
def test_only_an_admin_changes_what_blackholes_go_by(made: Rig, role: Role) -> None:
    made.bench.add_prefix("acme", "203.0.113.0/24", mode="auto")
    add(made, "ana", role)
    ana = logged_in(made, "ana")
    acts: list[Callable[[], object]] = [
        lambda: ana.add_prefix("acme", "198.51.100.0/24", mode="auto"),
        lambda: ana.set_prefix("203.0.113.0/24", mode="never"),
        lambda: ana.retire_prefix("203.0.113.0/24"),
        lambda: ana.add_trigger("acme/trg1"),
        lambda: ana.set_trigger("acme/trg1", max_routes=1),
        lambda: ana.retire_trigger("acme/trg1"),
        lambda: ana.add_edge("acme/edge1"),
        lambda: ana.retire_edge("acme/edge1"),
        ana.senders,
        lambda: ana.add_sender("fnm1"),
        lambda: ana.set_sender("fnm1", networks=[]),
        lambda: ana.rotate_sender("fnm1"),
        lambda: ana.settle_sender("fnm1"),
        lambda: ana.retire_sender("fnm1"),
        lambda: ana.set_site("acme/fra1", shadow=True),
        lambda: ana.add_site("acme/fra2", shadow=True),
    ]

    for act in acts:
        with pytest.raises(NotPermittedError, match="lacks"):
            act()

    assert [str(one.network) for one in ana.prefixes()] == ["203.0.113.0/24"]
    assert (len(ana.triggers()), len(ana.edges())) == (0, 0)


def umbras_admin(made: Rig) -> Workbench:
    add(made, "zoe", Role.ADMIN, "umbra")
    return logged_in(made, "zoe")


def test_an_admin_of_one_tenant_sees_and_divides_its_own_space(made: Rig) -> None:
    made.bench.add_prefix("acme", "203.0.113.0/24", mode="auto")
    made.bench.add_prefix("umbra", "203.0.113.64/26", mode="approve", by_customer=True)
    zoe = umbras_admin(made)

    zoe.add_prefix("umbra", "203.0.113.70", mode="auto")
    zoe.set_prefix("203.0.113.64/26", mode="never")

    assert [(str(one.network), one.mode) for one in zoe.prefixes()] == [
        ("203.0.113.64/26", "never"),
        ("203.0.113.70/32", "auto"),
    ]
    with pytest.raises(NotPermittedError, match="in no prefix of yours"):
        zoe.add_prefix("umbra", "203.0.113.10", mode="auto")
    with pytest.raises(UnknownNameError):
        zoe.add_prefix("acme", "203.0.113.71", mode="auto")
    for act in (zoe.retire_prefix, lambda text: zoe.set_prefix(text, mode="never")):
        with pytest.raises(UnknownNameError, match="not registered"):
            act("203.0.113.0/24")
    assert audited(made, "denied.prefix.add") == [("203.0.113.10/32", "")]


def test_what_concerns_every_tenant_is_nobody_s_of_one(made: Rig) -> None:
    made.bench.add_trigger("acme/trg1")
    made.bench.add_edge("umbra/pe1")
    zoe = umbras_admin(made)
    acts: list[Callable[[], object]] = [
        lambda: zoe.add_trigger("umbra/pe1"),
        lambda: zoe.retire_edge("umbra/pe1"),
        zoe.senders,
        lambda: zoe.add_sender("fnm1"),
    ]

    for act in acts:
        with pytest.raises(NotPermittedError, match="needs the scope of all tenants"):
            act()

    assert list(zoe.triggers()) == []
    assert [one.label for one in zoe.edges()] == ["umbra/pe1"]


def test_a_narrowed_workbench_means_its_tenant_alone(made: Rig) -> None:
    made.bench.add_prefix("acme", "203.0.113.0/24", mode="auto")
    made.bench.add_prefix("umbra", "198.51.100.0/24", mode="auto")
    made.bench.add_trigger("acme/trg1")

    umbra = made.bench.where(tenant="umbra")

    assert [one.tenant for one in umbra.prefixes()] == ["umbra"]
    assert list(umbra.triggers()) == []
    with pytest.raises(UnknownNameError):
        umbra.retire_prefix("203.0.113.0/24")
    with pytest.raises(UnknownDeviceError):
        umbra.add_edge("acme/edge1")


def test_a_site_of_another_tenant_is_none_of_a_prefix(made: Rig) -> None:
    with pytest.raises(InputError, match="is not of acme"):
        made.bench.add_prefix("acme", "203.0.113.0/24", mode="auto", site="umbra/fra1")
    with pytest.raises(UnknownNameError, match="acme/lon1"):
        made.bench.add_prefix("acme", "203.0.113.0/24", mode="auto", site="lon1")

    one = made.bench.add_prefix("acme", "203.0.113.0/24", mode="auto", site="acme/fra1")
    assert one.site == "fra1"


def test_shadow_is_a_switch_of_the_site(made: Rig) -> None:
    changed = made.bench.set_site("acme/fra1", shadow=True)

    assert [(one.field, one.old, one.new) for one in changed] == [("shadow", "off", "on")]
    assert made.bench.site("acme/fra1").shadow is True
    assert made.bench.set_site("acme/fra1", shadow=True) == ()
    assert made.bench.site("umbra/fra1").shadow is False


def test_a_tenant_with_a_standing_blackhole_is_not_purged(made: Rig) -> None:
    ledger = attacks(made).ledger
    entry = begin(made, tenant="umbra")
    with pytest.raises(RunUnderWayError, match=r"1 blackholes stand; withdraw them"):
        made.bench.purge_tenant("umbra", reason="it left")

    for state in ("withdrawing", "withdrawn"):
        moved = ledger.move(entry, state)
        assert moved is not None
        entry = moved
    made.bench.purge_tenant("umbra", reason="it left")

    with pytest.raises(UnknownNameError):
        ledger.entry(entry.blackhole.id)


def test_a_tenant_whose_router_carries_one_is_not_purged(made: Rig) -> None:
    from_acme = trigger(made, "acme/trg1")
    entry = begin(made, tenant="umbra")
    attacks(made).ledger.note_routers(
        entry.blackhole.id, [OnRouter(router=from_acme, state="announced")]
    )

    with pytest.raises(RunUnderWayError, match="or on its routers, 1 blackholes stand"):
        made.bench.purge_tenant("acme", reason="it left")


def test_a_host_behind_another_tenant_s_port_is_denied_until_the_port_is_its_own(
    made: Rig,
) -> None:
    bench = made.bench
    seen = SeenPort(name="xe-0/0/1", if_index=1, alias="", if_type=6, speed_bps=10**9)
    bench._parts.ports.sighted({made.devices["acme/edge1"].id: [seen]})
    bench.set_port("acme/edge1", "xe-0/0/1", tenant="umbra")
    bench.add_prefix("acme", "203.0.113.0/24", mode="auto", port=("acme/edge1", "xe-0/0/1"))

    denied = bench.blackhole("203.0.113.10", reason="CHG1", dry_run=True)
    bench.set_port("acme/edge1", "xe-0/0/1", tenant="acme")
    after = bench.blackhole("203.0.113.10", reason="CHG1", dry_run=True)
    cleared = bench.set_prefix("203.0.113.0/24", port="")

    assert denied.state == "denied"
    assert "is routed to acme/edge1 xe-0/0/1 of umbra" in denied.why[0]
    assert "port" not in {one.guard for one in after.reasons if one.answer != "allow"}
    assert cleared.port is None
    (added,) = [one for one in bench.audit_events(what="prefix.add") if one.action == "prefix.add"]
    assert added.detail["port"] == "acme/edge1 xe-0/0/1"

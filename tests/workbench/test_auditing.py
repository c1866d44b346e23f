"""The audit on the facade: asked for by who, what, on, tenant and time, within a scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.errors import InputError, NetwbError
from netwb.roles import Role
from tests.benches import Rig, rig
from tests.stores import EACH_STORE
from tests.workbench.people import add, logged_in

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}) as made:
        made.clock.advance(days=1)
        made.bench.set_device("acme/edge1", role="core")
        yield made


def test_events_are_asked_for_by_name(made: Rig) -> None:
    (event,) = made.bench.audit_events(what="device.set", on="EDGE", tenant="acme", who="local")

    assert event.target == "acme/edge1"
    assert made.bench.audit_count(what="device.set", tenant="umbra") == 0


def test_times_are_read_as_people_write_them(made: Rig) -> None:
    recent = made.bench.audit_events(since="1h")

    assert {event.action for event in recent} == {"device.set"}
    older = made.bench.audit_events(until=made.clock() - timedelta(hours=1))
    assert "device.set" not in {event.action for event in older}
    with pytest.raises(InputError, match="is no time"):
        made.bench.audit_events(since="soon")


def test_a_narrowed_workbench_reads_that_tenants_audit_alone(made: Rig) -> None:
    bench = made.bench.where(tenant="umbra")

    assert {event.target.partition("/")[0] for event in bench.audit_events()} == {"umbra"}
    assert bench.audit_count(tenant="acme") == 0


def test_a_foreign_tenant_and_a_missing_one_are_the_same(made: Rig) -> None:
    add(made, "eng", Role.ENGINEER, "acme")
    bench = logged_in(made, "eng")

    said = []
    for slug in ("umbra", "nowhere"):
        with pytest.raises(NetwbError) as refused:
            bench.audit_events(tenant=slug)
        said.append(str(refused.value).replace(slug, "SLUG"))
    assert said[0] == said[1]
    assert {event.tenant_id for event in bench.audit_events()} == {made.bench.tenant("acme").id}

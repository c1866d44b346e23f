"""Who has a fresh good backup, as the facade tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netwb.collect.gather import Gathered
from netwb.errors import UnknownNameError, UnreachableError
from netwb.health.diagnosis import VERDICTS
from netwb.roles import Role
from netwb.store.daemons import Daemons
from netwb.workbench.status import Status
from tests.benches import Rig, ios, rig
from tests.long_texts import long_ios
from tests.postgresql import Cluster
from tests.stores import EACH_STORE
from tests.views.people import log_in

pytestmark = EACH_STORE

GONE = UnreachableError("acme/edge2: no answer on 127.0.0.1:22; look at it")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "borealis": ("edge1",)}) as one:
        yield one


def stand(status: Status) -> dict[str, str]:
    return {one.name: one.freshness for one in status.without}


def test_a_new_home_has_saved_nothing(made: Rig) -> None:
    status = made.bench.status()

    assert not status.good
    assert stand(status) == dict.fromkeys(("acme/edge1", "acme/edge2", "borealis/edge1"), "never")
    assert status.headline == "3 of 3 devices have no fresh good backup: 3 never saved."


def test_after_a_night_all_is_well_and_a_day_and_two_hours_later_it_is_not(made: Rig) -> None:
    made.back_up()
    assert made.bench.status().good

    made.clock.advance(hours=26)
    assert made.bench.status().good
    made.clock.advance(seconds=1)

    assert set(stand(made.bench.status()).values()) == {"stale"}


def test_a_device_that_failed_since_is_listed_before_its_copy_is_old(made: Rig) -> None:
    made.back_up()
    made.clock.advance(hours=1)
    made.answer("acme/edge2", GONE)
    made.back_up()

    status = made.bench.status()

    assert stand(status) == {"acme/edge2": "failed"}
    one = status.without[0]
    assert (one.cause_kind, one.cause_message) == ("UnreachableError", str(GONE))
    assert not one.overdue
    assert (one.copy_at, one.tried_at) == (made.clock.now.replace(hour=2), made.clock.now)


def test_a_text_that_was_rejected_stands_until_a_person_accepts_it(made: Rig) -> None:
    made.answer("acme/edge1", long_ios("edge1", 200))
    made.back_up()
    made.clock.advance(hours=1)
    made.answer("acme/edge1", ios("edge1"))
    made.back_up()
    assert stand(made.bench.status()) == {"acme/edge1": "rejected"}

    made.clock.advance(hours=1)
    made.bench.accept_quarantined("acme/edge1", reason="the interfaces were removed")

    status = made.bench.status()
    assert status.good
    assert status.last_night is not None
    assert (status.last_night.good, status.last_night.not_saved) == (3, 0)


def test_jobs_that_are_switched_off_are_said(made: Rig) -> None:
    made.back_up()
    before = [one.said for one in made.bench.status().parts]

    made.bench.where(tenant="acme").set_schedule("nightly", "off")
    made.bench.set_schedule("notify", "off")
    told = [one for one in made.bench.status().parts if one.said not in before]

    assert [(one.verdict, one.said) for one in told] == [
        ("advice", "switched off: notify"),
        ("advice", "the nightly backup is off for acme"),
    ]


def with_startup(given: Gathered) -> Gathered:
    assert given.running is not None
    return replace(given, startup=replace(given.running, kind="startup"))


def test_a_device_recovers_when_nothing_of_it_is_held_any_more(made: Rig) -> None:
    made.answer("acme/edge1", with_startup(long_ios("edge1", 200)))
    made.back_up()
    made.clock.advance(hours=1)
    made.answer("acme/edge1", with_startup(ios("edge1")))
    made.back_up()
    causes = {one.kind: one.cause_message for one in made.bench.quarantine()}

    made.bench.accept_quarantined("acme/edge1", reason="meant so")
    between = [one.kind for one in made.bench.standing()]
    made.bench.accept_quarantined("acme/edge1", reason="meant so", kind="startup")

    assert "`netwb quarantine show acme/edge1 --startup`" in causes["startup"]
    assert "--startup" not in causes["running"]
    assert (between, list(made.bench.standing())) == (["backup.rejected"], [])


def test_a_device_in_maintenance_is_listed_and_breaks_nothing(made: Rig) -> None:
    made.back_up("acme/edge1", "borealis/edge1")
    made.bench.set_device("acme/edge2", status="maintenance")

    status = made.bench.status()

    assert stand(status) == {"acme/edge2": "never"}
    assert status.without[0].excused
    assert status.good


def test_planned_and_retired_devices_are_not_waited_for(made: Rig) -> None:
    made.back_up("borealis/edge1")
    made.bench.set_device("acme/edge1", status="planned")
    made.bench.retire_device("acme/edge2")

    assert made.bench.status().good


def test_a_home_without_devices_says_so(tmp_path: Path) -> None:
    with rig(tmp_path, {}) as made:
        status = made.bench.status()

    assert "no active device" in status.headline


def part(made: Rig, check: str) -> tuple[str, str]:
    """Verdict and sentence of the worst of what netwb runs on."""
    found = [one for one in made.bench.status().parts if one.check == check]
    worst = min(found, key=lambda one: VERDICTS.index(one.verdict))
    return worst.verdict, worst.said


def test_a_black_out_of_months_is_wrong_and_one_of_a_night_is_told(made: Rig) -> None:
    made.back_up()
    made.bench.where(tenant="acme").add_blackout(reason="a change", end="6h")
    assert part(made, "black-outs")[0] == "advice"
    assert made.bench.status().good

    made.bench.add_blackout(reason="freeze 12", end="120d")

    assert part(made, "black-outs") == (
        "wrong",
        "all is backed up by nothing until 2027-03-20 02:00 UTC: freeze 12",
    )
    assert not made.bench.status().good


def test_a_night_without_a_daemon_is_wrong(made: Rig) -> None:
    assert part(made, "daemon")[0] == "advice"
    made.back_up()
    made.clock.advance(hours=26)
    assert part(made, "daemon")[0] == "advice"

    made.clock.advance(hours=1)

    assert part(made, "daemon")[0] == "wrong"


def test_a_daemon_that_ended_well_is_not_taken_for_one_that_was_killed(made: Rig) -> None:
    parts = made.bench._parts
    Daemons(parts.database, "elsewhere:1:x", made.clock).beat(leads_since=made.clock.now)
    made.clock.advance(minutes=20)
    assert part(made, "daemon")[0] == "wrong"
    leader = made.bench.lead()
    leader.begin()
    assert part(made, "daemon")[0] == "ok"

    leader.leave()
    made.clock.advance(minutes=1)

    verdict, said = part(made, "daemon")
    assert (verdict, "ended 1 min ago as it was told to" in said) == ("advice", True)


def test_one_tenant_is_what_is_narrowed_to(made: Rig) -> None:
    made.back_up("acme/edge1", "acme/edge2")

    acme, borealis = (made.bench.where(tenant=slug).status() for slug in ("acme", "borealis"))

    assert (acme.good, [one.tenant for one in acme.tenants]) == (True, ["acme"])
    assert (borealis.good, list(stand(borealis))) == (False, ["borealis/edge1"])
    assert stand(made.bench.where(hostname="edge1").status()) == {"borealis/edge1": "never"}
    with pytest.raises(UnknownNameError):
        made.bench.where(tenant="nobody")


def test_a_customer_sees_its_own_without_addresses_and_without_the_machine(made: Rig) -> None:
    made.answer("acme/edge2", GONE)
    made.back_up()
    customer = log_in(made, "cleo", Role.CUSTOMER, ("acme",))

    status = customer.status()

    assert stand(status) == {"acme/edge2": "never"}
    assert [one.tenant for one in status.tenants] == ["acme"]
    assert (status.without[0].cause_kind, status.without[0].cause_message) == (
        "UnreachableError",
        "",
    )
    assert status.parts == ()


def test_how_old_is_fresh_is_a_setting(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        made.back_up()
        made.clock.advance(hours=27)
        assert stand(made.bench.status()) == {"acme/edge1": "stale"}

        object.__setattr__(made.bench.settings.configs, "fresh_h", 100.0)

        assert stand(made.bench.status()) == {}


@pytest.mark.real
def test_postgresql_says_the_same(tmp_path: Path, postgresql: Cluster) -> None:
    with rig(tmp_path, {"acme": ("edge1", "edge2")}, cluster=postgresql) as made:
        made.back_up()
        made.clock.advance(hours=1)
        made.answer("acme/edge2", GONE)
        made.back_up()

        assert stand(made.bench.status()) == {"acme/edge2": "failed"}

"""A poll from end to end, into a real inventory and a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from netwb.inventory.ports.ports import Ports
from netwb.inventory.ports.records import SnmpTarget
from netwb.lab.snmp.device import AgentEvent, usual_agent
from netwb.lab.snmp.fleet import AgentFleet
from netwb.metrics.opening import open_store
from netwb.metrics.poller import flow as flows
from netwb.metrics.poller.flow import PollFlow
from netwb.metrics.records import SeriesKey
from netwb.metrics.store import MetricsStore
from netwb.roles import ALL_TENANTS
from netwb.settings import MetricsSettings
from tests.inventory.ground import Ground, counted_statements
from tests.metrics.poller.ground import PATIENT, target

BEGAN = 1_795_900_000.0
RENAMED_AT = BEGAN + 60


@dataclass(kw_only=True)
class Rig:
    """Three agents of one tenant, an inventory and a store; `now` is the agents' time."""

    fleet: AgentFleet
    ground: Ground
    ports: Ports
    store: MetricsStore
    flow: PollFlow
    targets: list[SnmpTarget]
    now: list[float]

    def names(self, hostname: str) -> list[str]:
        return [p.name for p in self.ports.list(ALL_TENANTS) if p.hostname == hostname]


@pytest.fixture
def rig(ground: Ground, tmp_path: Path) -> Iterator[Rig]:
    now = [BEGAN]
    rename = AgentEvent(at=RENAMED_AT, kind="rename", port="2", text=b"wan")
    alias = AgentEvent(at=0, kind="alias", port="2", text=b"circuit C-1")
    agents = [usual_agent(f"edge{n}", 3, events=(alias, rename)) for n in (1, 2, 3)]
    ground.tenant("acme", "fra1")
    store = open_store(MetricsSettings(), tmp_path, "")
    ports = Ports(ground.database, ground.clock)
    with AgentFleet(agents, clock=lambda: now[0]) as fleet:
        yield Rig(
            fleet=fleet,
            ground=ground,
            ports=ports,
            store=store,
            flow=PollFlow(store=store, ports=ports, clock=ground.clock),
            targets=[
                replace(target(fleet, a.key), device_id=ground.device(f"acme/{a.key}").id)
                for a in agents
            ],
            now=now,
        )
    store.close()


def test_points_lie_in_the_store_and_ports_in_the_inventory(rig: Rig) -> None:
    report = rig.flow.run(rig.targets, PATIENT)

    assert (report.count("answered"), report.new_ports, report.renamed) == (3, 9, ())
    assert [outcome.hostname for outcome in report.outcomes] == ["edge1", "edge2", "edge3"]
    assert rig.names("edge1") == ["ge-0/0/0", "ge-0/0/1", "xe-0/0/2"]
    key = SeriesKey(tenant="acme", device_id=rig.targets[0].device_id, name="xe-0/0/2")
    fields = ("ifHCInOctets", "ifOperStatus")
    (newest,) = rig.store.newest([key], "interface", fields, 0).values()
    assert newest.values["ifOperStatus"] == 1


def test_a_second_poll_adds_samples_and_asks_the_inventory_nothing(rig: Rig) -> None:
    rig.flow.run(rig.targets, PATIENT)

    with counted_statements() as seen:
        report = rig.flow.run(rig.targets, PATIENT)

    assert (report.count("answered"), report.new_ports) == (3, 0)
    assert not [statement for statement in seen if " port" in statement]


def test_a_rename_is_told_and_the_port_keeps_its_id(rig: Rig) -> None:
    rig.flow.run(rig.targets, PATIENT)
    before = rig.ports.get(ALL_TENANTS, "edge1", "ge-0/0/1")
    rig.now[0] = RENAMED_AT + 1

    report = rig.flow.run(rig.targets[:1], PATIENT)

    assert report.renamed == (("acme/edge1", "ge-0/0/1", "wan"),)
    assert report.new_ports == 0
    renamed = rig.ports.get(ALL_TENANTS, "edge1", "wan")
    assert renamed.id == before.id
    assert rig.ports.get(ALL_TENANTS, "edge1", "ge-0/0/1") == renamed
    assert renamed.former_names == ("ge-0/0/1",)


def test_ports_are_learnt_without_what_they_count(rig: Rig) -> None:
    rig.flow.run(rig.targets[:1], PATIENT)
    rig.now[0] = RENAMED_AT
    before = rig.fleet.asked("edge1")

    rules = replace(PATIENT, asks="ports")
    report = rig.flow.run(rig.targets, rules)

    assert (report.count("answered"), report.new_ports) == (3, 6)
    assert report.renamed == (("acme/edge1", "ge-0/0/1", "wan"),)
    assert sum(outcome.points for outcome in report.outcomes) == 0
    assert rig.fleet.asked("edge1") - before < before / 2
    (port,) = (p for p in rig.ports.list(ALL_TENANTS) if p.name == "wan" and p.hostname == "edge2")
    assert (port.alias, port.speed_bps, port.if_type) == ("circuit C-1", 10**9, 6)


def test_a_device_that_fails_leaves_what_is_known_of_its_ports(rig: Rig) -> None:
    rig.flow.run(rig.targets, PATIENT)
    rig.fleet.set_fault("edge1", "refused")

    report = rig.flow.run(rig.targets, PATIENT)

    assert report.count("failed") == 1
    assert rig.names("edge1") == ["ge-0/0/0", "ge-0/0/1", "xe-0/0/2"]


def test_what_was_read_until_it_is_stopped_is_written(rig: Rig) -> None:
    seen = []

    report = rig.flow.run(
        rig.targets,
        replace(PATIENT, at_once=1),
        on_device=lambda outcome: seen.append(outcome.hostname),
        stopped=lambda: len(seen) == 2,
    )

    assert seen == ["edge1", "edge2"]
    assert report.new_ports == 6
    keys = [SeriesKey(tenant="acme", device_id=t.device_id, name="ge-0/0/0") for t in rig.targets]
    assert len(rig.store.newest(keys, "interface", ("ifHCInOctets",), 0)) == 2


def test_many_points_are_written_in_parts(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "WRITTEN_AT_ONCE", 1)

    report = rig.flow.run(rig.targets, PATIENT)

    assert report.new_ports == 9
    assert rig.names("edge3") == ["ge-0/0/0", "ge-0/0/1", "xe-0/0/2"]

"""Ports and polls on the facade: rights, narrowing, the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from netwb.access.principals import Fixed
from netwb.errors import MetricsUnavailableError, NetwbError, NotPermittedError, UnknownDeviceError
from netwb.inventory.ports.records import WherePort
from netwb.lab.snmp.device import usual_agent
from netwb.lab.snmp.fleet import AgentFleet
from netwb.metrics.poller.records import PollReport
from netwb.roles import ALL_TENANTS, Actor, Permission, Role, Scope
from netwb.workbench import Workbench
from tests.cli.polled_home import COMMUNITY, polled_home


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[AgentFleet]:
    agents = {
        "provider/pe1": usual_agent("pe1", 3),
        "acme/ce1": usual_agent("ce1", 2),
    }
    with polled_home(tmp_path / "home", agents) as running:
        yield running


@pytest.fixture
def bench(fleet: AgentFleet, tmp_path: Path) -> Iterator[Workbench]:
    del fleet
    environment = {**COMMUNITY, "NETWB_METRICS__INTERVAL_S": "5"}
    with closing(Workbench.open(tmp_path / "home", environment=environment)) as opened:
        yield opened


def acting(
    bench: Workbench, role: Role, *tenants: str, only: frozenset[Permission] | None = None
) -> Workbench:
    ids = frozenset(tenant.id for tenant in bench.tenants() if tenant.slug in tenants)
    scope = Scope(ids) if tenants else ALL_TENANTS
    actor = Actor(name="ana", role=role, scope=scope, only=only)
    return Workbench(bench._parts, Fixed(actor), bench._where)


def actions(bench: Workbench) -> list[tuple[str, str]]:
    return [(e.action, e.target) for e in bench.audit_events() if e.action.startswith("port.")]


def test_a_customer_sees_its_ports_wherever_they_are(bench: Workbench) -> None:
    bench.poll()
    bench.set_port("pe1", "xe-0/0/2", tenant="acme", circuit_ref="C-1")

    customer = acting(bench, Role.CUSTOMER, "acme")

    assert [(p.hostname, p.name) for p in customer.ports()] == [
        ("ce1", "ge-0/0/0"),
        ("ce1", "xe-0/0/1"),
        ("pe1", "xe-0/0/2"),
    ]
    assert customer.port("pe1", "xe-0/0/2").circuit_ref == "C-1"
    with pytest.raises(UnknownDeviceError):
        customer.ports(WherePort(device="nope"))


def test_ports_are_those_of_what_a_workbench_means(bench: Workbench) -> None:
    bench.poll()
    bench.set_port("pe1", "xe-0/0/2", tenant="acme")

    def names(**where: str) -> list[str]:
        return [f"{port.hostname} {port.name}" for port in bench.where(**where).ports()]

    assert names(tenant="acme") == ["ce1 ge-0/0/0", "ce1 xe-0/0/1", "pe1 xe-0/0/2"]
    assert names(hostname="ce1") == ["ce1 ge-0/0/0", "ce1 xe-0/0/1"]
    assert names(site="provider/fra1") == ["pe1 ge-0/0/0", "pe1 ge-0/0/1", "pe1 xe-0/0/2"]
    assert len(names(site="fra1")) == 5


def test_each_act_needs_its_right_and_is_audited(bench: Workbench) -> None:
    bench.poll()
    customer = acting(bench, Role.CUSTOMER, "acme")
    engineer = acting(bench, Role.ENGINEER, "acme")

    with pytest.raises(NotPermittedError):
        customer.poll()
    with pytest.raises(NotPermittedError):
        customer.keep_polling(stopped=Event())
    with pytest.raises(NotPermittedError):
        customer.set_port("ce1", "ge-0/0/0", watched=True)
    with pytest.raises(NotPermittedError):
        customer.set_port("ce1", "ge-0/0/0", circuit_ref="C-1")
    with pytest.raises(NotPermittedError):
        customer.plan_port_import("device,name\n")
    with pytest.raises(NotPermittedError):
        engineer.plan_port_import(Path("/etc/passwd"))  # files are the local login's

    engineer.set_port("ce1", "ge-0/0/0", watched=True)
    engineer.set_port("ce1", "ge-0/0/0", watched=True)  # nothing changed
    engineer.apply_port_import("device,name,circuit_ref\nce1,xe-0/0/1,C-2\n")
    assert actions(bench) == [("port.import", "acme"), ("port.set", "acme/ce1 ge-0/0/0")]


def test_the_right_to_references_sets_the_circuit_alone(bench: Workbench) -> None:
    bench.poll()
    erp = acting(
        bench,
        Role.ENGINEER,
        "acme",
        only=frozenset({Permission.REFERENCE_EDIT, Permission.TRAFFIC_VIEW}),
    )

    assert erp.set_port("ce1", "ge-0/0/0", circuit_ref="C-9")[0].new == "C-9"
    with pytest.raises(NotPermittedError):
        erp.set_port("ce1", "ge-0/0/0", circuit_ref="C-9", watched=True)


def test_polls_go_on_at_every_beat_until_they_are_stopped(bench: Workbench) -> None:
    stopped, reports = Event(), []

    def take(report: PollReport, missed: int) -> None:
        reports.append((report.count("answered"), report.new_ports, missed))
        if len(reports) == 2:
            stopped.set()

    bench.keep_polling(stopped=stopped, on_report=take)

    assert reports == [(2, 5, 0), (2, 0, 0)]


def test_a_store_that_is_down_is_said_and_the_next_beat_tries_again(
    bench: Workbench, tmp_path: Path
) -> None:
    environment = {"NETWB_METRICS__INTERVAL_S": "5", "NETWB_METRICS__URL": "http://127.0.0.1:9"}
    stopped: Event = Event()
    errors: list[NetwbError] = []

    def take(error: NetwbError) -> None:
        errors.append(error)
        if len(errors) == 2:
            stopped.set()

    with closing(Workbench.open(tmp_path / "home", environment=environment)) as without_store:
        without_store.keep_polling(stopped=stopped, on_error=take)
        with pytest.raises(MetricsUnavailableError):
            without_store.poll()

    assert [type(error) for error in errors] == [MetricsUnavailableError] * 2
    assert len(bench.ports()) == 5

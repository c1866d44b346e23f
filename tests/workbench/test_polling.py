"""Ports and polls on the facade: rights, narrowing, the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from netwb.access.principals import Fixed
from netwb.errors import (
    InputError,
    MetricsRefusedError,
    MetricsUnavailableError,
    NetwbError,
    NotPermittedError,
    TelegrafError,
    UnknownDeviceError,
)
from netwb.inventory.ports.records import WherePort
from netwb.lab.snmp.device import AgentEvent, usual_agent
from netwb.lab.snmp.fleet import AgentFleet
from netwb.metrics.poller.records import PollReport
from netwb.roles import ALL_TENANTS, Actor, Permission, Role, Scope
from netwb.workbench import Workbench
from netwb.workbench.ports import CountedPorts
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


def test_what_was_counted_before_is_kept_by_who_keeps_bills_and_audited(bench: Workbench) -> None:
    bench.poll()
    now = bench._parts.clock()
    minutes = [
        CountedPorts(
            at=now - timedelta(minutes=minute),
            counters={"xe-0/0/1": {"ifHCInOctets": 750_000_000 * (30 - minute)}},
        )
        for minute in range(1, 30)
    ]
    to_come = CountedPorts(at=now + timedelta(minutes=1), counters={})

    with pytest.raises(NotPermittedError):
        acting(bench, Role.CUSTOMER, "acme").keep_counters("acme/ce1", minutes)
    with pytest.raises(UnknownDeviceError):
        acting(bench, Role.ADMIN, "acme").keep_counters("provider/pe1", minutes)
    with pytest.raises(InputError, match="is not past"):
        bench.keep_counters("acme/ce1", [*minutes, to_come])
    bench.keep_counters("acme/ce1", minutes)

    shown = bench.traffic("acme/ce1", "xe-0/0/1", since="29m", until="2m")
    assert shown.flows["bits", "in"].average == pytest.approx(100e6)
    kept = [event for event in bench.audit_events() if event.action == "counters.keep"]
    assert [event.target for event in kept] == ["acme/ce1"]


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


def test_what_another_poller_has_is_left_to_it_until_that_ends(bench: Workbench) -> None:
    stopped, reports = Event(), []
    theirs = bench._parts.new_claims("poll", 600)
    theirs.take([bench.device("ce1").id])

    def take(report: PollReport, _missed: int) -> None:
        reports.append((report.count("answered"), report.elsewhere))
        theirs.give_back()
        if len(reports) == 2:
            stopped.set()

    bench.keep_polling(stopped=stopped, on_report=take)

    assert reports == [(1, 1), (2, 0)]
    assert len(theirs.take([device.id for device in bench.devices()])) == 2  # given back at the end


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


def test_two_interfaces_of_one_name_are_said_where_telegraf_counts_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (first, second) = (port.name for port in usual_agent("ce1", 2).ports)
    alike = AgentEvent(at=0, kind="rename", port=usual_agent("ce1", 2).ports[1].key, text=first)
    agents = {"acme/ce1": usual_agent("ce1", 2, events=(alike,))}
    environment = {**COMMUNITY, "NETWB_TELEGRAF__PROGRAM": "", "NETWB_TELEGRAF__RELOAD": "true"}
    with (
        polled_home(tmp_path / "home", agents),
        closing(Workbench.open(tmp_path / "home", environment=environment)) as bench,
    ):
        bench.apply_telegraf()
        learnt = bench.learn_ports()
        ports = bench.ports()

    assert (learnt.answered, learnt.new, learnt.unclear) == (1, 0, 1)
    assert second != first
    assert "acme/ce1: more than one interface is called" in caplog.text
    assert len(ports) == 0


def test_ports_are_learnt_of_what_others_fill_and_telegraf_is_not_let_write_into_it(
    tmp_path: Path,
) -> None:
    names = tmp_path / "names.toml"
    names.write_text('[interface]\nmeasurement = "snmp_interfaces"\n')
    by_others = {
        "NETWB_METRICS__URL": "http://127.0.0.1:9",
        "NETWB_METRICS__NAMES_FILE": str(names),
    }
    with (
        polled_home(tmp_path / "home", {"acme/ce1": usual_agent("ce1", 2)}),
        closing(Workbench.open(tmp_path / "home", environment={**COMMUNITY, **by_others})) as bench,
    ):
        for poll in (bench.poll, partial(bench.keep_polling, stopped=Event())):
            with pytest.raises(MetricsRefusedError, match="no device was asked"):
                poll()
        assert len(bench.ports()) == 0
        learnt = bench.learn_ports()
        ports = bench.ports()
        with pytest.raises(TelegrafError, match="others fill the InfluxDB") as refused:
            bench.write_telegraf(tmp_path / "out")

    assert (learnt.answered, learnt.new, len(ports)) == (1, 2, 2)
    assert "a database of its own" in str(refused.value)
    assert not (tmp_path / "out").exists()

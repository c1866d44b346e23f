"""A demo's devices answer SNMP, too: what it found when it was built, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Commands
from tests.cli.conftest import BuiltDemo


@pytest.fixture
def demo(built_demo: BuiltDemo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(built_demo.copied(tmp_path / "demo"), capsys)


def lost_before(at: datetime, spans: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of the spans that were over by then; since, nothing counts."""
    return [span for span in spans if datetime.fromisoformat(span["until"]) <= at]


def test_ports_are_those_of_the_configurations_and_one_is_a_customers(demo: Commands) -> None:
    ports = demo("port", "list", "--json").json["items"]

    shown = demo("show", "acme/edge1").out
    own = [port for port in ports if port["hostname"] == "edge1"]
    described = [port["alias"] for port in own if port["alias"]]
    assert described
    assert all(f"description {alias}" in shown for alias in described)
    assert all(port["name"].startswith("Gi0/") for port in own)
    (given,) = demo("port", "list", "--find", "nw-2001", "--json").json["items"]
    assert (given["device_tenant"], given["tenant"], given["watched"]) == ("nordwind", "acme", True)


def test_a_demo_that_goes_on_answers_snmp_again(demo: Commands) -> None:
    before = {port["id"] for port in demo("port", "list", "--json").json["items"]}

    assert demo("demo", "--once").status == 0

    devices = demo("device", "list", "--json").json["items"]
    assert len({device["snmp_port"] for device in devices}) == 1
    assert {port["id"] for port in demo("port", "list", "--json").json["items"]} == before


def test_two_tenants_have_a_bill_of_last_month_and_one_that_goes_on(
    demo: Commands, built_demo: BuiltDemo
) -> None:
    last = f"{built_demo.at.replace(day=1) - timedelta(days=1):%Y-%m}"
    billed = ("acme", "nordwind")

    frozen = [demo("billing", tenant, "--month", last, "--json").json for tenant in billed]
    now = [demo("billing", tenant, "--json").json for tenant in billed]

    assert [one["frozen"]["version"] for one in frozen] == [1, 1]
    (transit,), (uplinks,) = (one["groups"] for one in frozen)
    for group in (transit, uplinks):
        assert group["billed"]["bps"] > 0
        assert group["terms"]["commit_bps"] > 0
        assert sum(span["windows"] for span in group["missing"]) == 12
    assert sum(span["windows"] for span in transit["excluded"]) == 12
    assert [port["circuit_ref"] for port in transit["ports"]] == ["NW-2001"]
    for one in now:
        (group,) = one["groups"]
        assert one["frozen"] is None
        assert lost_before(built_demo.at, group["missing"]) == []


def test_a_port_goes_on_from_what_it_had_counted_before(
    demo: Commands, built_demo: BuiltDemo
) -> None:
    (given,) = demo("port", "list", "--find", "nw-2001", "--json").json["items"]

    shown = demo("traffic", "nordwind/pe1", given["name"], "--since", "2h", "--json").json

    assert lost_before(built_demo.at, shown["gaps"]) == []
    assert shown["events"] == []
    assert shown["flows"]["bits_in"]["p95"] > 0

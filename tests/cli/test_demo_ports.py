"""A demo's devices answer SNMP, too: what it found when it was built."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Commands


@pytest.fixture
def demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    netwb = Commands(tmp_path / "demo", capsys)
    assert netwb("demo", "--once", "--devices", "3").status == 0
    return netwb


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

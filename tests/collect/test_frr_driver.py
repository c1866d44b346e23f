"""Our own NAPALM driver for FRR, on answers in the form of FRR 8.4.4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import napalm.base.base
import pytest
from napalm.base import models
from napalm.base.test import helpers

from tests.collect.recordings import replayed


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with replayed("frr") as opened:
        yield opened


def test_it_is_a_napalm_driver(driver: Any) -> None:
    assert isinstance(driver, napalm.base.base.NetworkDriver)
    assert driver.is_alive() == {"is_alive": True}


def test_facts_say_what_frr_knows_and_no_more(driver: Any) -> None:
    assert driver.get_facts() == {
        "vendor": "FRRouting",
        "model": "",
        "serial_number": "",
        "os_version": "8.4.4",
        "hostname": "edge1",
        "fqdn": "edge1",
        "uptime": -1.0,
        "interface_list": ["eth0", "eth1", "lo"],
    }


def test_interfaces(driver: Any) -> None:
    interfaces = driver.get_interfaces()

    assert list(interfaces) == ["eth0", "eth1", "lo"]
    assert interfaces["eth0"] == {
        "is_enabled": True,
        "is_up": True,
        "description": "upstream port 5",
        "last_flapped": -1.0,
        "speed": 10_000.0,
        "mtu": 1500,
        "mac_address": "52:54:00:12:34:56",
    }
    assert interfaces["eth1"]["is_enabled"] is interfaces["eth1"]["is_up"] is False
    assert interfaces["eth1"]["speed"] == -1.0  # the kernel's word for unknown is 2^32 - 1


def test_bgp_neighbors_by_vrf(driver: Any) -> None:
    neighbors = driver.get_bgp_neighbors()

    assert sorted(neighbors) == ["CUST1", "global"]
    assert neighbors["global"]["router_id"] == "192.0.2.7"
    assert neighbors["global"]["peers"]["198.51.100.2"] == {
        "local_as": 64500,
        "remote_as": 64501,
        "remote_id": "203.0.113.254",
        "is_up": True,
        "is_enabled": True,
        "description": "upstream",
        "uptime": 4_838_400,
        "address_family": {
            "ipv4": {"received_prefixes": 118, "accepted_prefixes": 118, "sent_prefixes": 1},
            "ipv6": {"received_prefixes": 40, "accepted_prefixes": 40, "sent_prefixes": 2},
        },
    }
    down = neighbors["global"]["peers"]["192.0.2.8"]
    assert (down["is_up"], down["is_enabled"], down["uptime"]) == (False, False, -1)
    assert neighbors["CUST1"] == {"router_id": "", "peers": {}}


@pytest.mark.parametrize(
    "getter", ["get_facts", "get_interfaces", "get_bgp_neighbors", "get_config"]
)
def test_answer_has_napalms_shape(driver: Any, getter: str) -> None:
    answer = getattr(driver, getter)()

    match getter:
        case "get_facts":
            assert helpers.test_model(models.FactsDict, answer)
        case "get_config":
            assert helpers.test_model(models.ConfigDict, answer)
        case "get_interfaces":
            assert all(helpers.test_model(models.InterfaceDict, one) for one in answer.values())
        case "get_bgp_neighbors":
            peers = answer["global"]["peers"].values()
            assert {frozenset(one) for one in peers} == {
                frozenset(models.BGPStateNeighborDict.__annotations__)
            }


def test_config_without_its_header(driver: Any) -> None:
    config = driver.get_config()

    assert config["running"].startswith("!\nfrr version 8.4.4\n")
    assert config["running"].endswith("\nend")
    assert (config["startup"], config["candidate"]) == ("", "")


def test_sanitized_config_holds_no_password(driver: Any) -> None:
    config = driver.get_config(retrieve="running", sanitized=True)["running"]

    assert "example" not in config
    assert config.count("<removed>") == 5
    assert " neighbor 198.51.100.2 password <removed>" in config


def test_cli_gives_text_or_json(driver: Any) -> None:
    assert driver.cli(["show version"])["show version"].startswith("FRRouting 8.4.4")
    assert driver.cli(["show interface"], encoding="json")["show interface"]["lo"]["mtu"] == 65536

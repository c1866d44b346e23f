"""Stock NAPALM and Netmiko find in the lab what they find in real devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import netmiko
import pytest
from napalm import get_network_driver

from netwb.lab.fleet import Fleet
from tests.lab.ground import ENABLE, PASSWORD, make_device, make_world


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    world = make_world(
        make_device("ios/edge1", enable=ENABLE),
        make_device("eos/edge1", platform="arista_eos", enable=ENABLE),
        make_device("frr/edge1", platform="frr"),
    )
    with Fleet(world) as running:
        yield running


@pytest.mark.parametrize(
    ("key", "driver", "more"),
    [("ios/edge1", "ios", {}), ("eos/edge1", "eos", {"transport": "ssh"})],
    ids=["ios", "eos"],
)
def test_napalm_reads_the_configuration(
    fleet: Fleet, key: str, driver: str, more: dict[str, Any]
) -> None:
    options = {"port": fleet.port, "secret": ENABLE, **more}
    device = get_network_driver(driver)(
        fleet.address(key), "netwb", PASSWORD, optional_args=options
    )

    with device:
        device.device.enable()
        running = device.get_config(retrieve="running")["running"]

    assert running.splitlines()[-1] == "end"
    assert set(running.splitlines()) <= set(fleet.world.running(key, 0).splitlines())


def test_netmiko_reads_an_frr_router(fleet: Fleet) -> None:
    with netmiko.ConnectHandler(
        device_type="cisco_ios",
        host=fleet.address("frr/edge1"),
        port=fleet.port,
        username="netwb",
        password=PASSWORD,
    ) as connection:
        running = connection.send_command("show running-config")

    assert isinstance(running, str)
    assert running.strip() == fleet.world.running("frr/edge1", 0).strip()

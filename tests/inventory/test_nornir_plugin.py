from __future__ import annotations

from importlib.metadata import entry_points

import pytest
from nornir import InitNornir
from nornir.core.inventory import Inventory
from nornir.core.task import Result, Task

from netwb.inventory.nornir_plugin import PLUGIN, NetwbInventory, make_inventory
from netwb.inventory.records import Login, Target
from netwb.platforms.record import Platform
from netwb.workbench.platform_files import load_platforms

LOGIN = Login(credential="acme/lab", username="netwb", password="pw", enable="en")


def target(device_id: str, **fields: object) -> Target:
    usual: dict[str, object] = {
        "tenant_id": "t1",
        "tenant": "acme",
        "site": "fra1",
        "hostname": "edge1",
        "address": "127.0.0.1",
        "port": 22,
        "platform": "cisco_ios",
        "logins": (LOGIN,),
    }
    return Target(device_id=device_id, **{**usual, **fields})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Platform]:
    return dict(load_platforms(tmp_path_factory.mktemp("none")))


def test_a_host_is_named_by_its_device_id_and_found_at_its_address() -> None:
    one, two = target("id1", tenant="acme"), target("id2", tenant="globex")

    inventory = make_inventory([one, two])

    assert list(inventory.hosts) == ["id1", "id2"]  # one hostname and address, two devices
    host = inventory.hosts["id1"]
    assert (host.hostname, host.port, host.username, host.password) == (
        "127.0.0.1",
        22,
        "netwb",
        "pw",
    )
    assert host["target"] is one
    assert (host["tenant"], host["site"], host["hostname"]) == ("acme", "fra1", "edge1")


def napalm_args(inventory: Inventory, name: str) -> dict[str, object]:
    extras = inventory.hosts[name].get_connection_parameters("napalm").extras
    assert extras is not None
    args: dict[str, object] = extras["optional_args"]
    return args


def test_five_ports_at_one_address_stay_five_devices(platforms: dict[str, Platform]) -> None:
    targets = [target(f"id{number}", port=2200 + number) for number in range(5)]
    inventory = make_inventory(targets, platforms)

    for name in inventory.hosts:  # what nornir_napalm 0.6 does at open
        napalm_args(inventory, name).setdefault("port", inventory.hosts[name].port)

    assert [napalm_args(inventory, name)["port"] for name in inventory.hosts] == [
        2200,
        2201,
        2202,
        2203,
        2204,
    ]
    assert len({id(napalm_args(inventory, name)) for name in inventory.hosts}) == 5


@pytest.mark.parametrize(
    ("platform", "transport", "napalm", "netmiko"),
    [
        ("cisco_ios", "fast", "ios", "cisco_ios"),
        ("arista_eos", "stock", "eos", "arista_eos"),
        ("cisco_ios", "netmiko:cisco_s300", "ios", "cisco_s300"),
    ],
)
def test_each_tool_is_told_its_own_word_for_the_platform(
    platforms: dict[str, Platform], platform: str, transport: str, napalm: str, netmiko: str
) -> None:
    inventory = make_inventory([target("id1", platform=platform, transport=transport)], platforms)

    host = inventory.hosts["id1"]
    assert host.platform == platform
    assert host.get_connection_parameters("napalm").platform == napalm
    assert host.get_connection_parameters("netmiko").platform == netmiko


def test_a_device_without_a_login_is_still_a_host() -> None:
    host = make_inventory([target("id1", logins=())]).hosts["id1"]

    assert (host.username, host.password) == (None, None)


def test_nornir_finds_the_plugin_by_its_name() -> None:
    found = entry_points(group="nornir.plugins.inventory", name=PLUGIN)

    assert [item.load() for item in found] == [NetwbInventory]


def test_a_notebook_runs_a_task_over_the_inventory() -> None:
    def where(task: Task) -> Result:
        return Result(host=task.host, result=f"{task.host['hostname']} at {task.host.hostname}")

    nornir = InitNornir(
        inventory={"plugin": PLUGIN, "options": {"targets": [target("id1")]}},
        runner={"plugin": "serial"},
        logging={"enabled": False},
    )

    assert nornir.run(where)["id1"].result == "edge1 at 127.0.0.1"

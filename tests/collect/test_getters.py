"""Every getter of NAPALM's drivers gives through our session what it gives through netmiko.

The same recorded answers are played twice: by an SSH device to the driver on our session, and as
netmiko would return them to the stock driver. `tests/data/<platform>/getters/` holds an answer a
command, under the command's name with `_` for all that is no letter or digit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import napalm
import napalm.base.base
import pytest

from tests.collect.ground import PASSWORD, PLATFORMS
from tests.collect.recordings import playing, recorded, replayed

ARGUMENTS = {"get_route_to": {"destination": "192.0.2.0/24"}}
GETTERS = tuple(name for name in dir(napalm.base.base.NetworkDriver) if name.startswith("get_"))

# What NAPALM's driver has not, or has only over another transport.
ABSENT = {
    "cisco_ios": {"get_firewall_policies", "get_probes_results"},
    "arista_eos": {
        "get_firewall_policies",
        "get_ipv6_neighbors_table",
        "get_ntp_peers",
        "get_probes_config",
        "get_probes_results",
    },
    "cisco_nxos": {
        "get_bgp_config",
        "get_bgp_neighbors_detail",
        "get_firewall_policies",
        "get_ipv6_neighbors_table",
        "get_ntp_stats",
        "get_probes_config",
        "get_probes_results",
    },
}
PLAYED = [
    (platform, getter)
    for platform, absent in ABSENT.items()
    for getter in GETTERS
    if getter not in absent
]


class RecordedNetmiko:
    """Stands for a netmiko connection: gives an answer without echo and prompt."""

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self.asked: list[str] = []

    def send_command(self, command: str, **_: Any) -> str:
        self.asked.append(command)
        return recorded(self._platform, command).removesuffix("\n")

    def run_commands(self, commands: list[str], **_: Any) -> list[dict[str, str]]:
        """NAPALM's EOS driver asks eAPI for this one, whatever its transport."""
        return [{"output": self.send_command(command)} for command in commands]


def stock(platform: str) -> Any:
    """NAPALM's own driver, opened on recorded answers."""
    name = PLATFORMS[platform].napalm_driver
    options = {"transport": "ssh"} if name == "eos" else {}
    driver = napalm.get_network_driver(name)("192.0.2.1", "u", "p", optional_args=options)
    driver._netmiko_open = lambda *_args, **_kwargs: RecordedNetmiko(platform)
    driver._netmiko_device = RecordedNetmiko(platform)
    driver.open()
    return driver


@pytest.fixture(scope="module", params=list(ABSENT))
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any, Any]]:
    """Platform, our driver, the stock one; one login for all getters of a platform."""
    with replayed(request.param) as ours:
        yield request.param, ours, stock(request.param)


def comparable(result: Any) -> Any:
    """Without what the clock makes: EOS counts uptime from now."""
    if isinstance(result, dict) and isinstance(result.get("uptime"), float):
        return {**result, "uptime": round(result["uptime"], -2)}
    return result


@pytest.mark.parametrize("getter", GETTERS)
def test_getter_gives_what_the_stock_driver_gives(getter: str, pair: tuple[str, Any, Any]) -> None:
    platform, ours, theirs = pair
    if getter in ABSENT[platform]:
        with pytest.raises(NotImplementedError):
            getattr(ours, getter)()
        return

    result = asked(ours, getter)

    assert result == asked(theirs, getter)
    assert result not in ({}, [], None, ""), "the recorded answer says nothing"


def test_drivers_know_that_they_are_alive_and_when_they_are_not(
    pair: tuple[str, Any, Any],
) -> None:
    platform = pair[0]

    with replayed(platform) as driver:
        assert driver.is_alive() == {"is_alive": True}
        driver.close()

        assert driver.is_alive() == {"is_alive": False}


@pytest.mark.full
@pytest.mark.parametrize("platform", ABSENT)
def test_getters_give_the_same_over_the_real_netmiko(platform: str) -> None:
    name = PLATFORMS[platform].napalm_driver
    with playing(platform) as target, replayed(platform) as ours:
        options = {"port": target.port, "transport": "ssh"}
        login = (target.address, "netwb", PASSWORD)
        theirs = napalm.get_network_driver(name)(*login, optional_args=options)
        theirs.open()
        # The EOS driver asks netmiko for a method of eAPI's client there, and fails.
        broken = {"get_bgp_neighbors_detail"} if name == "eos" else set()
        compared = [g for g in GETTERS if g not in ABSENT[platform] | broken]

        differing = [g for g in compared if asked(ours, g) != asked(theirs, g)]
        theirs.close()

    assert differing == []


def asked(driver: Any, getter: str) -> Any:
    return comparable(getattr(driver, getter)(**ARGUMENTS.get(getter, {})))

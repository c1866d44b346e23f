"""Shared ground of the collect tests: small lab fleets, targets on them, and quick settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, TypeVar

from netwb.collect.ssh import Session, Sessions
from netwb.inventory.records import Login, Target
from netwb.lab.device import LabDevice
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform
from netwb.settings import CollectSettings

Value = TypeVar("Value")

FIRST_NIGHT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
PASSWORD = "lab-password"
ENABLE = "lab-enable"
PLATFORM_NAMES = ("arista_eos", "cisco_ios", "cisco_nxos", "cisco_xr", "frr", "juniper_junos")

# Faults are waited for in full; a loaded machine must not turn a good login into one of them.
QUICK = CollectSettings(
    total_deadline_s=20,
    idle_timeout_s=1.5,
    connect_timeout_s=1.5,
    logins_per_s=10_000,
    per_site=1_000,
    sessions=1_000,
    retries=0,
    refusals=1_000,
)
PATIENT = replace(QUICK, idle_timeout_s=15, connect_timeout_s=15)


def load_platforms() -> dict[str, Platform]:
    folder = files("netwb.platforms")
    return {
        name: parse_platform((folder / f"{name}.toml").read_text(), origin=name)
        for name in PLATFORM_NAMES
    }


PLATFORMS: Mapping[str, Platform] = load_platforms()
IOS = PLATFORMS["cisco_ios"]


def make_device(key: str = "acme/edge1", **more: Any) -> LabDevice:
    values = {"platform": "cisco_ios", "username": "netwb", "password": PASSWORD, "lines": 100}
    return LabDevice(key=key, hostname=key.rpartition("/")[2], **{**values, **more})


def make_world(*devices: LabDevice) -> World:
    return World(devices, seed="collect", first_night=FIRST_NIGHT)


def make_login(**more: Any) -> Login:
    values = {"credential": "acme/lab", "username": "netwb", "password": PASSWORD}
    return Login(**{**values, **more})


def make_target(**more: Any) -> Target:
    """A target at a closed port, unless it is told another place."""
    values: dict[str, Any] = {
        "device_id": "d1",
        "tenant_id": "t1",
        "tenant": "acme",
        "site": "fra1",
        "hostname": "edge1",
        "address": "127.0.0.1",
        "port": 1,
        "platform": "cisco_ios",
        "logins": (make_login(),),
    }
    return Target(**{**values, **more})


def target_on(fleet: Fleet, key: str = "acme/edge1", **more: Any) -> Target:
    """The fleet's device as the inventory knows it, its host key trusted."""
    device = fleet.world.device(key)
    values: dict[str, Any] = {
        "device_id": key,
        "hostname": device.hostname,
        "address": fleet.address(key),
        "port": fleet.port,
        "platform": device.platform,
        "host_key": fleet.host_key(key),
    }
    return make_target(**{**values, **more})


def forget(target: Target, host_key: str) -> None:
    """For those who do not care about new host keys."""
    del target, host_key


def run_in_session(
    target: Target,
    work: Callable[[Session], Coroutine[Any, Any, Value]],
    *,
    settings: CollectSettings = PATIENT,
    on_new_host_key: Callable[[Target, str], None] = forget,
    **more: Any,
) -> Value:
    """Open a session, do the work in it, and close it."""

    async def body() -> Value:
        sessions = Sessions(settings, on_new_host_key, **more)
        try:
            async with sessions.open(target, PLATFORMS[target.platform]) as session:
                return await work(session)
        finally:
            await sessions.close()

    return asyncio.run(body())


class KeptSink:
    """A sink that keeps what it was told, in order."""

    def __init__(self) -> None:
        self.results: dict[str, Any] = {}
        self.order: list[str] = []
        self.keys: dict[str, str] = {}
        self.jump_keys: dict[str, str] = {}

    def done(self, target: Target, result: Any) -> None:
        assert target.device_id not in self.results, "told twice"
        self.results[target.device_id] = result
        self.order.append(target.device_id)

    def first_key(self, target: Target, host_key: str) -> None:
        self.keys[target.device_id] = host_key

    def first_jump_key(self, target: Target, host_key: str) -> None:
        self.jump_keys[target.device_id] = host_key


def kinds(results: Mapping[str, Any]) -> Sequence[str]:
    return sorted(type(result).__name__ for result in results.values())

"""SNMP agents of the simulated network's devices: the ports that their configurations have. Pure."""

from __future__ import annotations

from netwb.lab.draw import Draw
from netwb.lab.model import Interface
from netwb.lab.snmp.device import Agent, AgentPort
from netwb.lab.world import World

_SHORT = {"GigabitEthernet": "Gi"}  # IOS: ifName is the short form, ifDescr the long one
_FIRST_INDEX = 1
_SPEEDS_MBPS = (100, 1000, 1000, 1000, 10_000)


def agents_of(world: World, *, seed: str, night: int, community: bytes) -> tuple[Agent, ...]:
    """One agent a device, by the world's keys; ports are those of that night's configuration."""
    return tuple(
        Agent(
            key=device.key,
            sysname=device.hostname,
            community=community,
            seed=seed,
            ports=tuple(
                _port(seed, device.key, name, port) for name, port in world.ports(device.key, night)
            ),
        )
        for device in world.devices
    )


def _port(seed: str, key: str, name: str, port: Interface) -> AgentPort:
    short = next(
        (s + name[len(long) :] for long, s in _SHORT.items() if name.startswith(long)), name
    )
    return AgentPort(
        key=str(port.number),
        index=_FIRST_INDEX + port.number,
        name=short.encode(),
        alias=port.description.encode(),
        descr=name.encode(),
        speed_mbps=Draw(seed, key, str(port.number), "speed").one(_SPEEDS_MBPS),
        enabled=port.enabled,
    )

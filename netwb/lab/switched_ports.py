"""Ports that clients switched off or on at simulated devices. Pure. A reboot forgets what was not saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from netwb.lab.dialects import DIALECTS
from netwb.lab.model import Model

KNOWN = frozenset({"cisco_ios", "frr"})  # platforms on which ports can be switched
_LINE = re.compile(r"interface (?P<name>\S+)")


class SwitchedPorts:
    """By device and number of port: whether it is enabled. `on_change` is told the device's key."""

    def __init__(self, on_change: Callable[[str], None] = lambda _: None) -> None:
        self._running: dict[str, dict[int, bool]] = {}
        self._saved: dict[str, dict[int, bool]] = {}
        self._on_change = on_change

    def switch(self, key: str, number: int, *, enabled: bool) -> None:
        """`no shutdown`, or `shutdown`."""
        self._running.setdefault(key, {})[number] = enabled
        self._on_change(key)

    def save(self, key: str) -> None:
        """Keep it over a reboot."""
        self._saved[key] = dict(self._running.get(key, {}))
        self._on_change(key)

    def reboot(self, key: str) -> None:
        """Stand as saved."""
        self._running[key] = dict(self._saved.get(key, {}))
        self._on_change(key)

    def standing(self, key: str) -> Mapping[int, bool]:
        """By number, those that somebody switched."""
        return dict(self._running.get(key, {}))

    def saved(self, key: str) -> Mapping[int, bool]:
        """As they are after a reboot."""
        return dict(self._saved.get(key, {}))


def named_port(line: str, platform: str, model: Model) -> int | None:
    """The number of the port that a line of configuration enters; None: it enters none."""
    found = _LINE.fullmatch(line.strip())
    if found is None or platform not in KNOWN:
        return None
    wanted = found["name"].lower()
    for port in model.interfaces:
        name = DIALECTS[platform].port_name(port).lower()
        if wanted in {name, name.replace("gigabitethernet", "gi")}:
            return port.number
    return None

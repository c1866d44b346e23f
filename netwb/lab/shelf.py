"""The texts of the night that is being played, as they go over the wire. Pure but for a cache."""

from __future__ import annotations

from netwb.lab.dialects import DIALECTS
from netwb.lab.faults import Fault, spoil
from netwb.lab.world import World


class Shelf:
    """Texts by (device, fault) with CR LF ends; each is made once a night."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.night = 0
        self._texts: dict[tuple[str, str, Fault | None], bytes] = {}

    def turn_to(self, night: int) -> None:
        """Play another night."""
        self.night = night
        self._texts.clear()

    def running(self, key: str, fault: Fault | None) -> bytes:
        """Answer `show running-config`."""
        return self._kept(key, "running", fault)

    def startup(self, key: str, fault: Fault | None) -> bytes:
        """Answer `show startup-config`."""
        return self._kept(key, "startup", fault)

    def version(self, key: str) -> bytes:
        """Answer `show version`."""
        return self._kept(key, "version", None)

    def version_json(self, key: str) -> bytes | None:
        """Answer `show version | json`, where the platform has it."""
        text = self.world.version_json(key, self.night)
        return None if text is None else wire(text.encode())

    def _kept(self, key: str, what: str, fault: Fault | None) -> bytes:
        known = self._texts.get((key, what, fault))
        if known is None:
            known = wire(spoil(fault, self._printed(key, what, fault).encode()))
            self._texts[key, what, fault] = known
        return known

    def _printed(self, key: str, what: str, fault: Fault | None) -> str:
        world, night = self.world, self.night
        if what == "version":
            return world.version(key, night)
        match fault:
            case "authorization_failed":
                return DIALECTS[world.device(key).platform].words.authorization_failed
            case "another_device":
                return world.another(key, night)
            case "half_the_size":
                return world.half(key, night)
            case "restricted" | "restricted_quietly":
                return world.restricted(key, night)
        return world.running(key, night) if what == "running" else world.startup(key, night)


def wire(printed: bytes) -> bytes:
    """Write LF line ends as CR LF."""
    return printed.replace(b"\n", b"\r\n")

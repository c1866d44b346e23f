"""The texts of the night that is being played, as they go over the wire. Pure but for a cache."""

from __future__ import annotations

from netwb.inventory.records import ConfigKind
from netwb.lab.dialects import DIALECTS
from netwb.lab.faults import Fault, halve, spoil
from netwb.lab.states import shown, switched
from netwb.lab.static_routes import StaticRoutes, as_routes
from netwb.lab.switched_ports import SwitchedPorts
from netwb.lab.world import Typed, World


class Shelf:
    """Texts by (device, fault) with CR LF ends; each is made once a night."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.night = 0
        self._texts: dict[tuple[str, str, Fault | None], bytes] = {}
        self.routes = StaticRoutes(self._forget)
        self.ports = SwitchedPorts(self._forget)

    def turn_to(self, night: int) -> None:
        """Play another night."""
        self.night = night
        self._texts.clear()

    def config(self, kind: ConfigKind, key: str, fault: Fault | None) -> bytes:
        """Answer `show running-config` or `show startup-config`."""
        known = self._texts.get((key, kind, fault))
        if known is None:
            known = wire(spoil(fault, self._printed(kind, key, fault).encode()))
            self._texts[key, kind, fault] = known
        return known

    def version(self, key: str) -> bytes:
        """Answer `show version`."""
        known = self._texts.get((key, "version", None))
        if known is None:
            known = wire(self.world.version(key, self.night).encode())
            self._texts[key, "version", None] = known
        return known

    def version_json(self, key: str) -> bytes | None:
        """Answer `show version | json`, where the platform has it."""
        text = self.world.version_json(key, self.night)
        return None if text is None else wire(text.encode())

    def state(self, key: str, words: str) -> bytes | None:
        """Answer a command about the device's state, where the platform knows it."""
        world, night, platform = self.world, self.night, self.world.device(key).platform
        model = switched(world.model(key, night), self.ports.standing(key))
        text = shown(words, platform, model, world.moment(key, night).uptime_s)
        return None if text is None else wire(text.encode())

    def _printed(self, kind: ConfigKind, key: str, fault: Fault | None) -> str:
        world, night = self.world, self.night
        routes = self.routes.standing if kind == "running" else self.routes.saved
        ports = self.ports.standing if kind == "running" else self.ports.saved
        typed = Typed(routes=as_routes(routes(key)), ports=ports(key))
        match fault:
            case "authorization_failed":
                return DIALECTS[world.device(key).platform].words.authorization_failed
            case "another_device":
                return world.another(kind, key, night)
            case "half_the_size":
                return halve(world.text(kind, key, night, typed))
            case "restricted" | "restricted_quietly":
                return world.restricted(key, night)
        return world.text(kind, key, night, typed)

    def _forget(self, key: str) -> None:
        """The device's configuration has changed."""
        self._texts = {known: text for known, text in self._texts.items() if known[0] != key}


def wire(printed: bytes) -> bytes:
    """Write LF line ends as CR LF."""
    return printed.replace(b"\n", b"\r\n")

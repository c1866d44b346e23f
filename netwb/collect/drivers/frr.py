"""A NAPALM driver for FRRouting, which NAPALM has none for: vtysh over SSH, JSON where it speaks it.

Source: FRR 8.4.4, `show version`, `show interface json`, `show bgp vrf all summary json` and
`show bgp vrf all neighbors json` as run there; getters' shapes are those of NAPALM's models.
"""

from __future__ import annotations

import json
import re
from typing import Any

from netwb.collect.drivers.shim import NetmikoShim

_VERSION = re.compile(r"FRRouting (\S+)(?: \((\S+?)\))?")
_NO_SPEED = (None, 0, 2**32 - 1)  # what the kernel gives where there is none
_UNKNOWN = -1.0  # NAPALM's word for a time that a device does not give


class FrrGetters:
    """The getters; mixed into NAPALM's NetworkDriver with the session below it."""

    platform = "frr"
    device: NetmikoShim | None
    _netmiko_open: Any
    _netmiko_close: Any

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        self.hostname = hostname
        self.username = username
        self.password = password
        self.timeout = timeout
        self.force_no_enable = False
        self.use_canonical_interface = False
        self.optional_args = dict(optional_args or {})
        self.device = None

    def open(self) -> None:
        """Log in."""
        self.device = self._netmiko_open("cisco_ios")

    def close(self) -> None:
        """Log out."""
        self._netmiko_close()

    def is_alive(self) -> dict[str, bool]:
        """Whether commands can be sent."""
        return {"is_alive": self.device is not None and self.device.is_alive()}

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, Any]:
        """Each command's answer; `json` asks vtysh for JSON."""
        if encoding == "json":
            return {command: self._json(command) for command in commands}
        return {command: self._text(command) for command in commands}

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,  # noqa: FBT001, FBT002 - NAPALM's signature
        sanitized: bool = False,  # noqa: FBT001, FBT002
        format: str = "text",  # noqa: A002
    ) -> dict[str, str]:
        """Running configuration as text; vtysh answers nothing of the saved one, and has no candidate.

        sanitized   leaves the lines out that hold a password, as NAPALM's drivers do with a mark
        """
        del full, format
        texts = {"running": "", "startup": "", "candidate": ""}
        for kind in ("running", "startup"):
            if retrieve in {kind, "all"}:
                text = _after_header(self._text(f"show {kind}-config"))
                texts[kind] = _sanitized(text) if sanitized else text
        return texts

    def get_facts(self) -> dict[str, Any]:
        """What there is: FRR knows no model and no serial number."""
        interfaces = sorted(self._interfaces())
        found = _VERSION.search(self._text("show version"))
        version, hostname = found.groups() if found else ("", None)
        return {
            "vendor": "FRRouting",
            "model": "",
            "serial_number": "",
            "os_version": version or "",
            "hostname": hostname or "",
            "fqdn": hostname or "",
            "uptime": _UNKNOWN,
            "interface_list": interfaces,
        }

    def get_interfaces(self) -> dict[str, dict[str, Any]]:
        """Interfaces by name; speed in Mbit/s."""
        return {name: _interface(data) for name, data in self._interfaces().items()}

    def get_bgp_neighbors(self) -> dict[str, dict[str, Any]]:
        """Peers by VRF; NAPALM calls the default one `global`."""
        vrfs = self._json("show bgp vrf all neighbors")
        return {
            "global" if name == "default" else name: {
                "router_id": _router_id(vrf),
                "peers": {
                    address: _peer(data) for address, data in vrf.items() if isinstance(data, dict)
                },
            }
            for name, vrf in vrfs.items()
            if isinstance(vrf, dict)
        }

    def _interfaces(self) -> dict[str, dict[str, Any]]:
        return self._json("show interface")

    def _text(self, command: str) -> str:
        assert self.device is not None, "open the driver first"
        return str(self.device.send_command(command))

    def _json(self, command: str) -> dict[str, Any]:
        data = json.loads(self._text(f"{command} json") or "{}")
        return data if isinstance(data, dict) else {}


def _after_header(text: str) -> str:
    """Without `Building configuration...` and `Current configuration:`, which are no configuration."""
    lines = text.split("\n")
    while lines and (not lines[0] or lines[0].startswith(("Building", "Current"))):
        del lines[0]
    return "\n".join(lines)


_SECRET_LINE = re.compile(
    r"^(?P<kept>\s*(?:enable )?password |\s*neighbor \S+ password |.*(?:key-string|message-digest-key"
    r"|authentication-key|auth-type|ip ospf authentication-key) ).+$",
    re.MULTILINE,
)


def _sanitized(text: str) -> str:
    return _SECRET_LINE.sub(lambda found: f"{found['kept']}<removed>", text)


def _interface(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "is_enabled": data.get("administrativeStatus") == "up",
        "is_up": data.get("operationalStatus") == "up",
        "description": str(data.get("description", "")),
        "last_flapped": _UNKNOWN,
        "speed": _UNKNOWN if data.get("speed") in _NO_SPEED else float(data["speed"]),
        "mtu": int(data.get("mtu", -1)),
        "mac_address": str(data.get("hardwareAddress", "")).upper(),
    }


def _router_id(vrf: dict[str, Any]) -> str:
    ids = [data["localRouterId"] for data in vrf.values() if _has(data, "localRouterId")]
    return str(ids[0]) if ids else str(vrf.get("routerId", ""))


def _has(data: Any, key: str) -> bool:
    return isinstance(data, dict) and key in data


def _peer(data: dict[str, Any]) -> dict[str, Any]:
    up = data.get("bgpState") == "Established"
    return {
        "local_as": int(data.get("localAs", -1)),
        "remote_as": int(data.get("remoteAs", -1)),
        "remote_id": str(data.get("remoteRouterId", "")),
        "is_up": up,
        "is_enabled": "adminShutDown" not in data,
        "description": str(data.get("nbrDesc", "")),
        "uptime": int(data.get("bgpTimerUpMsec", -1000)) // 1000 if up else -1,
        "address_family": {
            _family(name): _prefixes(family)
            for name, family in data.get("addressFamilyInfo", {}).items()
        },
    }


def _family(name: str) -> str:
    """`ipv4Unicast` is NAPALM's `ipv4`, `l2VpnEvpn` its `l2vpn evpn`."""
    known = {"ipv4Unicast": "ipv4", "ipv6Unicast": "ipv6", "l2VpnEvpn": "l2vpn evpn"}
    return known.get(name, name)


def _prefixes(family: dict[str, Any]) -> dict[str, int]:
    accepted = int(family.get("acceptedPrefixCounter", -1))
    return {
        "received_prefixes": int(family.get("receivedPrefixCounter", accepted)),
        "accepted_prefixes": accepted,
        "sent_prefixes": int(family.get("sentPrefixCounter", -1)),
    }

"""What other tools call the platforms that netwb knows by netutils' normal form. Pure."""

from __future__ import annotations

import re

ALIASES = {  # after folding; NAPALM drivers, NetBox's usual slugs, netmiko's variants
    "ios": "cisco_ios",
    "iosxe": "cisco_xe",
    "ios_xe": "cisco_xe",
    "cisco_iosxe": "cisco_xe",
    "cisco_ios_xe": "cisco_xe",
    "iosxr": "cisco_xr",
    "ios_xr": "cisco_xr",
    "cisco_iosxr": "cisco_xr",
    "cisco_ios_xr": "cisco_xr",
    "nxos": "cisco_nxos",
    "nxos_ssh": "cisco_nxos",
    "nx_os": "cisco_nxos",
    "cisco_nx_os": "cisco_nxos",
    "eos": "arista_eos",
    "junos": "juniper_junos",
    "juniper": "juniper_junos",
    "routeros": "mikrotik_routeros",
    "ros": "mikrotik_routeros",
    "frrouting": "frr",
}


def known_as(name: str) -> str:
    """Our name of a platform as NAPALM, Netmiko or NetBox write it; folded where we have none."""
    folded = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    return ALIASES.get(folded, folded)

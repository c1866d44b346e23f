"""What other tools call the platforms that netwb knows by netutils' normal form. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from netwb.inventory.fields import AUTO

ALIASES = {  # after folding; NAPALM drivers, NetBox's usual slugs, netmiko's variants
    "ios": "cisco_ios",
    "iosxe": "cisco_ios",
    "ios_xe": "cisco_ios",
    "cisco_iosxe": "cisco_ios",
    "cisco_ios_xe": "cisco_ios",
    "cisco_xe": "cisco_ios",
    "iosxr": "cisco_xr",
    "ios_xr": "cisco_xr",
    "cisco_iosxr": "cisco_xr",
    "cisco_ios_xr": "cisco_xr",
    "nxos": "cisco_nxos",
    "nxos_ssh": "cisco_nxos",
    "nx_os": "cisco_nxos",
    "cisco_nx_os": "cisco_nxos",
    "eos": "arista_eos",
    "arista": "arista_eos",
    "junos": "juniper_junos",
    "juniper": "juniper_junos",
    "routeros": "mikrotik_routeros",
    "ros": "mikrotik_routeros",
    "frrouting": "frr",
}


def known_as(name: str, platforms: Collection[str]) -> str:
    """Our name of a platform as people, NAPALM, Netmiko or NetBox write it.

    platforms   names that there is a record of; a home's own come before the table's
    Unknown words stay as they were written, so that a message shows them so.
    """
    folded = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    candidates = (name, folded, ALIASES.get(folded, name))
    return next((ours for ours in candidates if ours in {*platforms, AUTO}), name)

"""Where the find box of the header leads: to a device, to a list of devices, or to the search. Pure.

What is no name, address, serial number or place of a device is taken for a line of configurations.
Only what the person may see of a device is looked at: an address that is hidden finds nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence

from netwb.inventory.records import Device
from netwb.views.html import page_url


def leads(text: str, devices: Sequence[Device], kept: Mapping[str, str]) -> str:
    """The URL for a text; `kept` is what of the page goes along.

    The first kind of meaning that any device has counts: its address, its names, where it stands,
    and last a part of its hostname. One device is opened, several are listed.
    """
    if " " in text:
        return page_url("configs", find=text, **kept)
    wanted = _plain(text).casefold()
    for means, query in _MEANINGS:
        found = [device for device in devices if wanted in means(device)]
        if found:
            return _to(found, {query: wanted}, kept)
    found = [device for device in devices if wanted in device.hostname.casefold()]
    return _to(found, {"q": text}, kept) if found else page_url("configs", find=text, **kept)


def _to(found: Sequence[Device], query: Mapping[str, str], kept: Mapping[str, str]) -> str:
    if len(found) == 1:
        return page_url("inventory", device=found[0].id, **kept)
    return page_url("inventory", **query, **kept)


def _addresses(device: Device) -> frozenset[str]:
    return _folded((device.address, _plain(device.address)))


def _names(device: Device) -> frozenset[str]:
    return _folded((device.hostname, device.sysname, device.serial))


def _places(device: Device) -> frozenset[str]:
    return _folded((f"{device.tenant}/{device.site}",))


def _sites(device: Device) -> frozenset[str]:
    return _folded((device.site,))


def _tenants(device: Device) -> frozenset[str]:
    return _folded((device.tenant,))


_MEANINGS: tuple[tuple[Callable[[Device], frozenset[str]], str], ...] = (
    (_addresses, "q"),
    (_names, "q"),
    (_places, "site"),
    (_sites, "q"),
    (_tenants, "tenants"),
)


def _plain(address: str) -> str:
    """An IPv6 address as it is written shortest; a name as it stands."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


def _folded(texts: Iterable[str | None]) -> frozenset[str]:
    return frozenset(text.casefold() for text in texts if text)

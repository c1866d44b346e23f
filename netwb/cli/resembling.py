"""`did you mean ...?`: names that resemble one that is not known.

Only what the actor may list is looked through, so that another tenant's name is told by nothing: a
foreign name and a missing one that are written alike are answered alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from netwb.errors import NetwbError, UnknownDeviceError, UnknownNameError
from netwb.workbench import Workbench

MOST = 2  # names that are told
Error = UnknownDeviceError | UnknownNameError


def with_names(error: Error, opened: Callable[[], Workbench]) -> Error:
    """The same error with what resembles the name behind its first words; itself where nothing does."""
    try:
        near = _near(error, opened)
    except NetwbError:  # whoever may not list them is told none
        near = []
    if not near:
        return error
    thing, _, cure = str(error).partition("; ")
    return type(error)(f"{thing}; did you mean {' or '.join(near)}? {cure}".rstrip())


def _near(error: Error, opened: Callable[[], Workbench]) -> list[str]:
    thing = "device" if isinstance(error, UnknownDeviceError) else error.thing
    if not (thing and error.wanted):
        return []
    among = None if isinstance(error, UnknownDeviceError) else error.among
    names = _names(thing, opened(), full="/" in error.wanted) if among is None else among
    called = {name.lower(): name for name in names}
    if (
        among is None and error.wanted.lower() in called
    ):  # it is there, of another tenant than meant
        same = f"/{error.wanted.lower()}"
        return [one for one in _names(thing, opened(), full=True) if one.lower().endswith(same)][
            :MOST
        ]
    near = get_close_matches(error.wanted.lower(), called, n=MOST)
    return [called[name] for name in near]


def _names(thing: str, bench: Workbench, *, full: bool) -> Iterable[str]:
    """As they were asked for: TENANT/NAME, or the name alone."""
    if thing == "tenant":
        return (tenant.slug for tenant in bench.tenants())
    if thing == "site":
        found = ((site.tenant, site.slug) for site in bench.sites())
    elif thing == "device":
        found = ((device.tenant, device.hostname) for device in bench.devices())
    else:
        found = ((one.tenant, one.name) for one in bench.credentials())
    return (f"{tenant}/{name}" if full else name for tenant, name in found)

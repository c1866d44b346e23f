"""NAPALM's own drivers with our session in the place of netmiko's connection.

Nothing of their parsing is touched: the getters are NAPALM's, and their tests compare the two.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from netwb.collect.drivers.frr import FrrGetters
from netwb.collect.drivers.link import Link
from netwb.collect.drivers.napalm_fixes import mend_regex_or
from netwb.collect.drivers.shim import NetmikoShim
from netwb.errors import UnknownPlatformError
from netwb.inventory.records import Target
from netwb.loading import lazy

if TYPE_CHECKING:
    import napalm
    import napalm.base.base as napalm_base
    import napalm.base.helpers as napalm_helpers
else:
    napalm = lazy("napalm")
    napalm_base = lazy("napalm.base.base")
    napalm_helpers = lazy("napalm.base.helpers")

# Drivers that run over a command line; nxos and eos by default speak HTTP.
ON_OUR_SESSION = frozenset({"ios", "eos", "nxos_ssh"})
_OPTIONS = {"eos": {"transport": "ssh"}}  # NAPALM's default there is eAPI


class OnOurSession:
    """Mixed into a NAPALM driver before its own class; `netwb_link` and `netwb_target` are set."""

    netwb_link: Link
    netwb_target: Target
    hostname: str

    def _netmiko_open(self, device_type: str, netmiko_optional_args: Any = None) -> NetmikoShim:
        del device_type, netmiko_optional_args
        self._netmiko_device: NetmikoShim | None = NetmikoShim(
            self.netwb_link.hold(self.netwb_target)
        )
        return self._netmiko_device

    def __del__(self) -> None:
        """NAPALM closes here; a garbage collector on the loop's own thread would wait for itself.

        The connection is closed by whoever opened it, at the end of each task.
        """


def fast_driver(target: Target, link: Link, optional_args: dict[str, Any]) -> Any:
    """A driver for the target, not opened yet. The dict is copied, never kept and never changed."""
    platform = link.platform(target)
    name = platform.napalm_driver
    options = {**optional_args, **_OPTIONS.get(name or "", {})}
    if name in ON_OUR_SESSION:
        driver = _class(name)(target.address, "", "", optional_args=options)
    elif platform.name == "frr":
        driver = _frr_class()(target.address, "", "", optional_args=options)
    else:
        msg = (
            f"{target.hostname}: {platform.title} has no NAPALM driver over its command line; use "
            f"transport stock, or netmiko tasks"
        )
        raise UnknownPlatformError(msg)
    driver.netwb_link, driver.netwb_target = link, target
    return driver


@cache
def _class(name: str) -> Any:
    stock = napalm.get_network_driver(name)
    mend_regex_or(
        sys.modules[napalm_helpers.__name__],
        *(sys.modules[kind.__module__] for kind in stock.__mro__ if "napalm" in kind.__module__),
    )
    return type(f"Fast{stock.__name__}", (OnOurSession, stock), {})


@cache
def _frr_class() -> Any:
    return type("FrrDriver", (OnOurSession, FrrGetters, napalm_base.NetworkDriver), {})

"""What Nornir's `host.get_connection("napalm")` and `("netmiko")` give on our runner.

Nornir looks plugins up in one registry of the process, which a user's `InitNornir` fills with the
stock ones and which refuses a second plugin of a name. So nothing is registered: the runner puts
connections into the host before a task, and they open when they are first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from nornir.core.inventory import Host

from netwb.collect.drivers.fast import fast_driver
from netwb.collect.drivers.link import Link
from netwb.collect.drivers.shim import NetmikoShim
from netwb.collect.drivers.stock import stock_napalm, stock_netmiko
from netwb.inventory.records import Target


class LazyConnection:
    """A nornir ConnectionPlugin that is open once its `connection` was asked for."""

    def __init__(self, open_it: Callable[[], Any], close_it: Callable[[Any], None]) -> None:
        self._open_it = open_it
        self._close_it = close_it
        self._made: Any = None

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Nornir opens by parameters; these are known already."""
        del args, kwargs

    @property
    def connection(self) -> Any:
        """The driver or connection, opened."""
        if self._made is None:
            self._made = self._open_it()
        return self._made

    def close(self) -> None:
        """Close what was opened."""
        made, self._made = self._made, None
        if made is not None:
            self._close_it(made)


def offer(host: Host, link: Link) -> None:
    """Put this host's connections in place; those that are there stay."""
    target = host.data["target"]
    host.connections.setdefault("napalm", LazyConnection(lambda: _napalm(host, link), _close))
    host.connections.setdefault(
        "netmiko", LazyConnection(lambda: _netmiko(target, link), lambda made: made.disconnect())
    )


def close_all(host: Host) -> None:
    """Close and forget this host's connections, each of them; raises the last one's fault."""
    with ExitStack() as closing:
        while host.connections:
            closing.callback(host.connections.popitem()[1].close)


def _napalm(host: Host, link: Link) -> Any:
    target: Target = host.data["target"]
    options = host.get_connection_parameters("napalm").extras or {}
    # A copy for each driver: nornir_napalm writes a port into the dict, and EOS pops from it, so that
    # hosts of one group answered as another (facts-ssh).
    optional_args = dict(options.get("optional_args", {}))
    if target.transport == "fast":
        driver = fast_driver(target, link, optional_args)
        driver.open()
        return driver
    return stock_napalm(target, link, optional_args)


def _netmiko(target: Target, link: Link) -> Any:
    if target.transport == "fast":
        return NetmikoShim(link.hold(target))
    return stock_netmiko(target, link)


def _close(driver: Any) -> None:
    driver.close()

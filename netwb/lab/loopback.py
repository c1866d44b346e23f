"""Where simulated devices listen: one loopback address each, and files enough for their sockets."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from ipaddress import IPv4Address

from netwb.errors import NetwbError


def addresses_from(first: str) -> Iterator[str]:
    """Count addresses up from `first`, leaving .0 and .255 out, and never off the loopback."""
    number = int(IPv4Address(first))
    while (address := IPv4Address(number)).is_loopback:
        if number & 255 not in (0, 255):
            yield str(address)
        number += 1
    msg = f"{address} is no loopback address; start the lab at one in 127.0.0.0/8"
    raise NetwbError(msg)


def allow_files(wanted: int) -> None:
    """Raise the soft limit of open files as far as the hard one lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))

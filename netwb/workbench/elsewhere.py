"""Where who does not see all tenants may let netwb connect to: never to the machine that it runs on.

The answers would tell which ports are open there. Private addresses stay allowed, as a Git server and
a NetBox usually are at one.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

from netwb.errors import InputError
from netwb.loading import lazy
from netwb.roles import Scope
from netwb.settings import Settings

if TYPE_CHECKING:
    from netwb.health.syslog import sources as _sources
    from netwb.notify.webhooks import Resolve
else:
    _sources = lazy("netwb.health.syslog.sources")


def require_elsewhere(
    host: str, scope: Scope, settings: Settings, *, resolve: Resolve = socket.getaddrinfo
) -> None:
    """Raise InputError where a host is loopback, link-local, or an address that netwb listens at.

    A name that DNS does not know yet is let through.
    """
    if scope.tenants is None or not host:
        return
    try:
        found = resolve(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    own = {_sources.plain_address(one) for one in (settings.web.address, settings.syslog.address)}
    if any(_is_here(str(place[4][0]), own) for place in found):
        msg = f"{host} is at an address of netwb's own machine; name a host elsewhere"
        raise InputError(msg)


def _is_here(text: str, own: set[str]) -> bool:
    plain = _sources.plain_address(text)
    if not plain:
        return True
    address = ip_address(plain)
    local = address.is_loopback or address.is_link_local or address.is_unspecified
    return local or "%" in text or plain in own

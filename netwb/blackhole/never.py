"""The never-list: addresses that no request, alarm or approval blackholes.

It follows the inventory of all tenants: how every device is reached and where its messages come
from, jump hosts, the first address of each registered network, which by custom is its gateway, who
reports attacks, what netwb itself stands on, and what a person put into `blackhole.never`. A name
that would have to be looked up is none of it: nothing here asks DNS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Network, ip_address, ip_network
from urllib.parse import urlsplit

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from netwb.blackhole.records import IPNetwork, Never, OwnPrefix
from netwb.errors import SettingsError
from netwb.roles import ALL_TENANTS
from netwb.settings import Settings
from netwb.store.database import Database
from netwb.store.models import AttackSenderRow, DeviceRow, SiteRow, TenantRow
from netwb.store.prepared import Prepared

DISCARD = ("192.0.2.1", "100::1")  # next hops of blackholes (RFC 6666 has the second)
_HOST = re.compile(r"(?:.*@)?(?:\[(?P<v6>[^\]]+)\]|(?P<other>.+?))(?::\d+)?", re.ASCII)
_POINT_TO_POINT = 2  # bits of host part at most: both addresses are somebody's
_MARKS = (
    Prepared(
        select(
            func.count(DeviceRow.id),
            func.count(case((DeviceRow.status != "retired", 1))),
            func.max(DeviceRow.updated_at),
        )
    ),
    Prepared(select(SiteRow.id, SiteRow.jump)),
    Prepared(select(AttackSenderRow.id, AttackSenderRow.status, AttackSenderRow.networks)),
)


class NeverList:
    """The list as it is now; read anew only where something of it has changed.

    prefixes    all own prefixes
    """

    def __init__(
        self, database: Database, settings: Settings, prefixes: Callable[[], tuple[OwnPrefix, ...]]
    ) -> None:
        self._database = database
        self._prefixes = prefixes
        self._own = (*own_addresses(settings), *parse_never(settings.blackhole.never))
        self._known: tuple[object, tuple[Never, ...]] = (None, ())

    def all(self) -> tuple[Never, ...]:
        """Every entry, by address; what stands there twice keeps both reasons."""
        prefixes = self._prefixes()
        mark = (prefixes, *(tuple(self._asked(one)) for one in _MARKS))
        known = self._known
        if known[0] != mark:
            known = self._known = (mark, self._read(prefixes))
        return known[1]

    def _asked(self, prepared: Prepared) -> Iterator[tuple[object, ...]]:
        return (tuple(map(str, row)) for row in self._database.rows(ALL_TENANTS, prepared))

    def _read(self, prefixes: Iterable[OwnPrefix]) -> tuple[Never, ...]:
        with self._database.reading(ALL_TENANTS) as session:
            found = {
                *self._own,
                *gateways(prefixes),
                *_devices(session),
                *_jumps(session),
                *_detectors(session),
            }
        return tuple(sorted(found, key=_order))


def parse_never(text: str) -> tuple[Never, ...]:
    """The setting `192.0.2.53=our name server; 2001:db8:53::/48`; SettingsError names what is wrong."""
    return tuple(_set(word) for word in text.split(";") if word.strip())


def own_addresses(settings: Settings) -> Iterator[Never]:
    """What netwb stands on, where the settings have a literal address."""
    yield from (_never(one, "the next hop of blackholes") for one in DISCARD)
    places = (
        (settings.web.address, "netwb itself"),
        (_of_url(settings.web.public_url), "netwb itself"),
        (settings.syslog.address, "netwb itself"),
        (_of_url(settings.store.url), "netwb's database"),
        (_of_url(settings.metrics.url), "netwb's counters"),
        (_of_url(settings.grafana.url), "Grafana"),
        *((one, "a proxy before netwb") for one in settings.web.trusted_proxies.split(",")),
        *(
            (one.partition("=")[0], "a relay of syslog")
            for one in settings.syslog.relays.split(",")
        ),
    )
    for address, why in places:
        network = _network(address.strip())
        if network is not None and _is_somewhere(network):
            yield Never(network=network, why=why)


def gateways(prefixes: Iterable[OwnPrefix]) -> Iterator[Never]:
    """The first address of each network, and of IPv6 the router's anycast address before it."""
    for one in prefixes:
        network = one.network
        if network.max_prefixlen - network.prefixlen < _POINT_TO_POINT:
            continue
        first = network.network_address + 1
        why = f"the first address of {network}, by custom its gateway"
        yield Never(network=ip_network(first), why=why, tenant_id=one.tenant_id)
        if not isinstance(network, IPv4Network):
            whole = ip_network(network.network_address)
            yield Never(network=whole, why=why, tenant_id=one.tenant_id)


def _devices(session: Session) -> Iterator[Never]:
    statement = (
        select(
            DeviceRow.tenant_id,
            DeviceRow.address,
            DeviceRow.syslog_source,
            DeviceRow.jump,
            DeviceRow.hostname,
            TenantRow.slug,
        )
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(DeviceRow.status != "retired")
    )
    for tenant_id, address, sources, jump, hostname, slug in session.execute(statement):
        device = f"{slug}/{hostname}"
        yield from _entries([address], f"the address of {device}", tenant_id)
        yield from _entries((sources or "").split(","), f"an address of {device}", tenant_id)
        yield from _entries([_host(jump)], f"the jump host of {device}", tenant_id)


def _jumps(session: Session) -> Iterator[Never]:
    sites = select(SiteRow.tenant_id, SiteRow.jump).where(SiteRow.jump.is_not(None))
    tenants = select(TenantRow.id, TenantRow.jump).where(TenantRow.jump.is_not(None))
    for statement in (sites, tenants):
        for tenant_id, jump in session.execute(statement):
            yield from _entries([_host(jump)], "a jump host", tenant_id)


def _detectors(session: Session) -> Iterator[Never]:
    """Hosts that report; a wider list is of a whole network, in which there are others."""
    active = select(AttackSenderRow).where(AttackSenderRow.status == "active")
    for row in session.scalars(active):
        for text in row.networks:
            network = _network(text)
            if network is not None and _is_host(network):
                yield Never(network=network, why="a detector of attacks")


def _entries(texts: Iterable[str], why: str, tenant_id: str) -> Iterator[Never]:
    for text in texts:
        network = _network(text.strip())
        if network is not None:
            yield Never(network=network, why=why, tenant_id=tenant_id)


def _set(word: str) -> Never:
    text, _, why = word.partition("=")
    network = _network(text.strip())
    if network is None:
        msg = (
            f"setting blackhole.never: {text.strip()[:60]!r} is no address or network; write"
            " `192.0.2.53=our name server; 2001:db8:53::/48`"
        )
        raise SettingsError(msg)
    return Never(network=network, why=why.strip() or "set by your operator")


def _never(text: str, why: str) -> Never:
    return Never(network=ip_network(text), why=why)


@lru_cache(maxsize=65_536)  # the same addresses again, each time that one device changes
def _network(text: str) -> IPNetwork | None:
    try:
        return ip_network(text)
    except ValueError:
        return None  # a name, or nothing


def _is_somewhere(network: IPNetwork) -> bool:
    """Whether it is one host that others reach: in a whole network there are others beside it."""
    first = network.network_address
    return _is_host(network) and not (first.is_loopback or first.is_unspecified)


def _is_host(network: IPNetwork) -> bool:
    return network.prefixlen == network.max_prefixlen


def _of_url(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _host(jump: str | None) -> str:
    """The host of `user@host:port`, `user@[2001:db8::7]:22` or `user@2001:db8::7`."""
    if not jump:
        return ""
    bare = jump.rpartition("@")[2]
    try:
        return str(ip_address(bare))
    except ValueError:
        found = _HOST.fullmatch(bare)
        return (found["v6"] or found["other"]) if found else ""


def _order(one: Never) -> tuple[int, int, int, str, str]:
    network = one.network
    return (
        network.version,
        int(network.network_address),
        network.prefixlen,
        one.why,
        one.tenant_id or "",
    )

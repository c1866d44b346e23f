"""Own space: networks of tenants, and what may be done about attacks on them.

A network has one owner in all of netwb. A longer one inside of another's decides for its hosts, which
is how a provider gives a part of its space to a customer. So only who sees all tenants registers
new space; who sees some divides what these have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from typing import TypedDict

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.blackhole.guard.prefixes import parse_prefix
from netwb.blackhole.guard.space import longest
from netwb.blackhole.records import IPAddress, IPNetwork, Mode, OwnPrefix, Reach, RoutedPort
from netwb.errors import InputError, InventoryError, NotPermittedError, UnknownNameError
from netwb.inventory.ports.records import Port
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import OwnPrefixRow, PortRow, SiteRow, TenantRow
from netwb.store.prepared import Prepared

WIDEST = {4: 8, 6: 16}  # length: nobody has more than that
_NOBODYS = tuple(
    (ip_network(text), what)
    for text, what in (
        ("0.0.0.0/8", "addresses of no host"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local addresses"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved addresses"),
        ("::/127", "the unspecified address and loopback"),
        ("::ffff:0:0/96", "IPv4 addresses written as IPv6; write them as IPv4"),
        ("100::/64", "addresses that are discarded anyway"),
        ("fe80::/10", "link-local addresses"),
        ("ff00::/8", "multicast"),
    )
)
_ROWS = Prepared(
    select(
        OwnPrefixRow.id,
        OwnPrefixRow.tenant_id,
        OwnPrefixRow.network,
        OwnPrefixRow.mode,
        OwnPrefixRow.reach,
        OwnPrefixRow.by_customer,
        OwnPrefixRow.site_id,
        OwnPrefixRow.port_id,
    )
)
_PORTS = Prepared(  # by which a change of what ports are for is noticed
    select(PortRow.id, PortRow.tenant_id, PortRow.name).where(
        PortRow.id.in_(bindparam("ids", expanding=True))
    )
)


class PrefixChanges(TypedDict, total=False):
    """What `set` may change. `site_id`, `port_id`: None clears it."""

    mode: Mode
    reach: Reach
    by_customer: bool
    site_id: str | None
    port_id: str | None


FindPorts = Callable[[Scope, Sequence[str]], Iterable[Port]]


class Space:
    """Reads and writes of own prefixes.

    ports   finds ports by their ids, those that the scope holds
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], ports: FindPorts) -> None:
        self._database = database
        self._clock = clock
        self._ports = ports
        self._known: tuple[object, tuple[OwnPrefix, ...]] = (None, ())

    def list(self, scope: Scope) -> tuple[OwnPrefix, ...]:
        """Those in scope, by tenant and address."""
        with self._database.reading(scope) as session:
            found = _load(session)
        return self._with_ports(scope, found)

    def all(self) -> tuple[OwnPrefix, ...]:
        """Those of all tenants, for the guard; read anew only where one or its port has changed."""
        mark = self._mark()
        known = self._known
        if known[0] != mark:
            known = self._known = (mark, self.list(ALL_TENANTS))
        return known[1]

    def owner(self, address: IPAddress) -> OwnPrefix | None:
        """The longest that holds it, whosever it is."""
        found = longest(self.all(), ip_network(address))
        return found[0] if found else None

    def get(self, scope: Scope, network: IPNetwork) -> OwnPrefix:
        """One by exactly its network; UnknownNameError, also for another tenant's."""
        for one in self.list(scope):
            if one.network == network:
                return one
        raise _unknown(network)

    def add(  # noqa: PLR0913 - each by its name
        self,
        scope: Scope,
        network: IPNetwork,
        *,
        tenant_id: str,
        mode: Mode,
        reach: Reach,
        by_customer: bool,
        site_id: str | None,
        port_id: str | None = None,
        by: str,
    ) -> OwnPrefix:
        """Register one. Raises InputError for what nobody can own, InventoryError where it is taken.

        NotPermittedError: who sees some tenants gives one that is in none of theirs.
        """
        check_network(network)
        now = self._clock()
        row = OwnPrefixRow(
            id=new_id(),
            tenant_id=tenant_id,
            network=str(network),
            mode=mode,
            reach=reach,
            by_customer=by_customer,
            site_id=site_id,
            port_id=port_id,
            created_at=now,
            created_by=by,
            updated_at=now,
        )
        with self._database.writing(ALL_TENANTS) as session:
            _require_room(_load(session), network, scope)
            session.add(row)
            try:
                session.flush()
            except IntegrityError as error:
                raise _taken(network) from error
            added = _one(session, network)
        return self._with_ports(scope, [added])[0]

    def set(self, scope: Scope, network: IPNetwork, changes: PrefixChanges) -> OwnPrefix:
        """Change one; what is not given stays."""
        with self._database.writing(scope) as session:
            row = _row(session, network)
            for name, value in changes.items():
                setattr(row, name, value)
            row.updated_at = self._clock()
            session.flush()
            changed = _one(session, network)
        return self._with_ports(scope, [changed])[0]

    def retire(self, scope: Scope, network: IPNetwork) -> OwnPrefix:
        """Forget one: nothing in it is blackholed any more. What stands there ends by its time."""
        with self._database.writing(scope) as session:
            gone = _row(session, network)
            record = _one(session, network)
            session.delete(gone)
        return self._with_ports(scope, [record])[0]

    def _mark(self) -> object:
        rows = self._database.rows(ALL_TENANTS, _ROWS)
        ids = sorted({row.port_id for row in rows if row.port_id is not None})
        ports = self._database.rows(ALL_TENANTS, _PORTS, ids=ids) if ids else ()
        return sorted(map(tuple, rows)), sorted(map(tuple, ports))

    def _with_ports(self, scope: Scope, prefixes: Sequence[OwnPrefix]) -> tuple[OwnPrefix, ...]:
        """With what the scope may know of their ports: the customer's own, on whosever device."""
        ids = sorted({one.port.id for one in prefixes if one.port is not None})
        known = {port.id: _routed(port) for port in self._ports(scope, ids)} if ids else {}
        return tuple(
            one if one.port is None else replace(one, port=known.get(one.port.id, one.port))
            for one in prefixes
        )


def parse_network(text: str) -> IPNetwork:
    """A network that somebody may own, as people write it; InputError."""
    network = parse_prefix(text)
    check_network(network)
    return network


def check_network(network: IPNetwork) -> None:
    """Raise InputError for a network that nobody owns."""
    if network.prefixlen == 0:
        msg = f"{network} is every address there is; register your own networks, each by itself"
        raise InputError(msg)
    for special, what in _NOBODYS:
        if network.overlaps(special):
            msg = f"{network} holds {what}; register a network without them"
            raise InputError(msg)
    least = WIDEST[network.version]
    if network.prefixlen < least:
        msg = f"{network} is more than anybody has; register networks of /{least} and longer"
        raise InputError(msg)


def _require_room(there: Iterable[OwnPrefix], network: IPNetwork, scope: Scope) -> None:
    prefixes = tuple(there)
    if any(one.network == network for one in prefixes):
        raise _taken(network)
    around = longest(prefixes, network)
    if scope.tenants is not None and not (around and scope.holds(around[0].tenant_id)):
        msg = (
            f"{network} is in no prefix of yours that could be divided; ask an admin of all tenants"
            " to register it"
        )
        raise NotPermittedError(msg)


def _taken(network: IPNetwork) -> InventoryError:
    """Not by whom: that is read by who sees both."""
    return InventoryError(
        f"{network} is registered already, and a network has one owner; change it with"
        f" `netwb prefix set {network}`, or retire it first"
    )


def _unknown(network: IPNetwork) -> UnknownNameError:
    msg = f"prefix {network} is not registered; `netwb prefix list` shows those that are"
    return UnknownNameError(msg, wanted=str(network))


def _row(session: Session, network: IPNetwork) -> OwnPrefixRow:
    found = session.scalars(
        select(OwnPrefixRow).where(OwnPrefixRow.network == str(network))
    ).first()
    if found is None:
        raise _unknown(network)
    return found


def _one(session: Session, network: IPNetwork) -> OwnPrefix:
    return next(one for one in _load(session) if one.network == network)


def _load(session: Session) -> tuple[OwnPrefix, ...]:
    statement = (
        select(OwnPrefixRow, TenantRow.slug, SiteRow.slug)
        .join(TenantRow, TenantRow.id == OwnPrefixRow.tenant_id)
        .outerjoin(SiteRow, SiteRow.id == OwnPrefixRow.site_id)
    )
    found = [_record(*row) for row in session.execute(statement)]
    return tuple(sorted(found, key=_order))


def _record(row: OwnPrefixRow, tenant: str, site: str | None) -> OwnPrefix:
    return OwnPrefix(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant=tenant,
        network=ip_network(row.network),
        mode=row.mode,  # type: ignore[arg-type]  # written by `add` and `set` alone
        reach=row.reach,  # type: ignore[arg-type]
        by_customer=row.by_customer,
        site_id=row.site_id,
        site=site,
        port=None if row.port_id is None else RoutedPort(id=row.port_id),
    )


def _routed(port: Port) -> RoutedPort:
    return RoutedPort(id=port.id, label=port.label, tenant_id=port.tenant_id, tenant=port.tenant)


def _order(one: OwnPrefix) -> tuple[str, int, int, int]:
    network = one.network
    return (one.tenant, network.version, int(network.network_address), network.prefixlen)

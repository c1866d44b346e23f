"""Whether the devices can be logged in to, as far as that is seen without a login."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select

from netwb.health.backups import LIVING
from netwb.health.counts import CONFIG
from netwb.health.diagnosis import Diagnosis, advice, ok, wrong
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import CurrentRow, DeviceRow, HostKeyRow, SiteRow, TenantRow

REACH_S = 3.0  # a device of the same network answers in milliseconds
AT_ONCE = 32
NAMED = 5
_LIVES = DeviceRow.status.in_(LIVING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one device is connected to."""

    name: str  # tenant/hostname
    address: str
    port: int


def check_devices(database: Database) -> Diagnosis:
    """That there are some."""
    with database.reading(ALL_TENANTS) as session:
        living = session.scalar(select(func.count()).select_from(DeviceRow).where(_LIVES)) or 0
    if living:
        return ok("devices", f"{living:,} to be backed up")
    return advice(
        "devices",
        "there is no active device",
        "import some with `netwb device import FILE`, or add one with `netwb device add`",
    )


def check_credentials(database: Database) -> Diagnosis:
    """That each has a credential, from itself, its site or its tenant."""
    lacking = _names(
        database,
        DeviceRow.credential_id.is_(None),
        SiteRow.credential_id.is_(None),
        TenantRow.credential_id.is_(None),
    )
    if not lacking:
        return ok("credentials", "each device has one")
    return wrong(
        "credentials",
        f"{_listed(lacking)} no credential, so that no login is tried",
        "give one to their tenant: `netwb credential add`, then `netwb tenant set --credential`",
    )


def check_host_keys(database: Database) -> Diagnosis:
    """That those which were saved are known by their host key."""
    saved = exists().where(CurrentRow.device_id == DeviceRow.id, CurrentRow.kind == CONFIG)
    trusted = exists().where(HostKeyRow.device_id == DeviceRow.id, HostKeyRow.retired_at.is_(None))
    lacking = _names(database, saved, ~trusted)
    if not lacking:
        return ok("host keys", "each device that was saved is known by its own")
    return advice(
        "host keys",
        f"{_listed(lacking)} no trusted host key: the next login believes whichever it meets",
        "compare it on the device, then trust it with `netwb device trust`",
    )


def check_reach(database: Database, most: int) -> Diagnosis:
    """Whether some of them take a TCP connection; nobody logs in."""
    places = _places(database, most)
    if not places:
        return ok("reach", "no device is connected to directly")
    with ThreadPoolExecutor(min(AT_ONCE, len(places))) as threads:
        said = tuple(threads.map(_reached, places))
    silent = [f"{place.name} ({why})" for place, why in zip(places, said, strict=True) if why]
    if not silent:
        return ok("reach", f"{len(places)} of {len(places)} devices take a connection")
    return wrong(
        "reach",
        f"{len(silent)} of {len(places)} devices take no connection: {', '.join(silent[:NAMED])}",
        "look at the way there, and at the address with `netwb device show`",
    )


def _reached(place: Place) -> str:
    """Why it takes no connection; empty where it does."""
    try:
        socket.create_connection((place.address, place.port), timeout=REACH_S).close()
    except TimeoutError:
        return f"no answer in {REACH_S:.0f} s"
    except OSError as error:
        return error.strerror or "not found"
    return ""


def _places(database: Database, most: int) -> list[Place]:
    """Living devices without a jump host, by name."""
    query = (
        select(TenantRow.slug, DeviceRow.hostname, DeviceRow.address, DeviceRow.port)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .where(_LIVES, DeviceRow.jump.is_(None), SiteRow.jump.is_(None), TenantRow.jump.is_(None))
        .order_by(TenantRow.slug, DeviceRow.hostname)
        .limit(most)
    )
    with database.reading(ALL_TENANTS) as session:
        return [
            Place(name=f"{slug}/{hostname}", address=address, port=port)
            for slug, hostname, address, port in session.execute(query)
        ]


def _names(database: Database, *lacks: ColumnElement[bool]) -> list[str]:
    query = (
        select(TenantRow.slug, DeviceRow.hostname)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .where(_LIVES, *lacks)
        .order_by(TenantRow.slug, DeviceRow.hostname)
    )
    with database.reading(ALL_TENANTS) as session:
        return [f"{slug}/{hostname}" for slug, hostname in session.execute(query)]


def _listed(names: Sequence[str]) -> str:
    """`acme/edge1 has`, `7 devices (acme/edge1, ...) have`."""
    if len(names) == 1:
        return f"{names[0]} has"
    more = ", ..." if len(names) > NAMED else ""
    return f"{len(names):,} devices ({', '.join(names[:NAMED])}{more}) have"

"""What logins saw of devices: their facts, their host keys, the keys of jump hosts.

No person acts here and nothing is asked for by name: a run hands in what its own targets, which were
read within a scope, have shown. A first key is trusted (facts-ssh: trust on first use), a known one
is never replaced here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.inventory import host_keys
from netwb.inventory.events import Stamp, remember
from netwb.inventory.fields import parse_host_key
from netwb.inventory.records import Facts
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import DeviceRow, SiteRow, TenantRow

SEEN_BY = "system:login"  # how these events are signed
FACT_FIELDS = ("model", "serial", "os_version")  # a change of these is an event; uptime always is
ASKED_AT_ONCE = 10_000  # ids in one statement; SQLite takes 32,766 values


class Sightings:
    """Writes of what was seen."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def observe(self, facts: Mapping[str, Facts]) -> None:
        """Store what devices said about themselves; what they left out stays as it was.

        facts   by device id
        A changed model, serial or OS version is an event of the device.
        """
        stamp = self._seen()
        with self._database.writing(ALL_TENANTS) as session:
            for row in _rows(session, facts):
                changed = _take_facts(row, facts[row.id], stamp.at)
                if changed:
                    remember(session, row, stamp, "facts", changed)

    def first_keys(self, keys: Mapping[str, str]) -> None:
        """Trust each device's key at first sight; a device that has one keeps it.

        keys    device id -> OpenSSH public key line
        """
        stamp = self._seen()
        with self._database.writing(ALL_TENANTS) as session:
            keyed = host_keys.keyed_devices(session, keys)
            for row in _rows(session, set(keys) - keyed):
                new = host_keys.add_key(session, row, keys[row.id], stamp=stamp)
                remember(session, row, stamp, "trusted", {"fingerprint": new, "first": True})

    def refused_key(self, device_id: str, host_key: str) -> None:
        """Remember a key that was refused, so that `trust` can be given its fingerprint."""
        with self._database.writing(ALL_TENANTS) as session:
            for row in _rows(session, [device_id]):
                detail = host_keys.described(host_key)
                remember(session, row, self._seen(), "key_refused", detail)

    def first_jump_key(self, named_by: str, host_key: str) -> None:
        """Trust a jump host's key at first sight.

        named_by    `Jump.named_by`: id of the device, site or tenant that names the jump host
        """
        key = parse_host_key(host_key)
        with self._database.writing(ALL_TENANTS) as session:
            row = _level(session, named_by)
            if row is not None and row.jump_host_key is None:
                row.jump_host_key = key

    def _seen(self) -> Stamp:
        return Stamp(actor=SEEN_BY, at=self._clock())


def _level(session: Session, row_id: str) -> DeviceRow | SiteRow | TenantRow | None:
    return (
        session.get(DeviceRow, row_id)
        or session.get(SiteRow, row_id)
        or session.get(TenantRow, row_id)
    )


def _take_facts(row: DeviceRow, facts: Facts, at: datetime) -> dict[str, Any]:
    """Write facts into the row; gives what changed as field: [old, new]."""
    changed = {}
    for field in FACT_FIELDS:
        old, new = getattr(row, field), getattr(facts, field)
        if new is not None and new != old:
            setattr(row, field, new)
            changed[field] = [old, new]
    row.uptime_s = row.uptime_s if facts.uptime_s is None else facts.uptime_s
    row.facts_at = at
    return changed


def _rows(session: Session, device_ids: Iterable[str]) -> Iterable[DeviceRow]:
    ids = sorted(device_ids)
    for start in range(0, len(ids), ASKED_AT_ONCE):
        asked = ids[start : start + ASKED_AT_ONCE]
        yield from session.scalars(select(DeviceRow).where(DeviceRow.id.in_(asked))).all()

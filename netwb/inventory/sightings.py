"""What logins saw of devices: their facts and their host keys.

A first key is trusted (facts-ssh: trust on first use); a known one is never replaced here. What is
seen is signed by the actor whose run saw it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from netwb.inventory import host_keys
from netwb.inventory.events import Stamp, remember, remember_all
from netwb.inventory.fields import LONGEST_TEXT
from netwb.inventory.records import Facts
from netwb.roles import Actor, Scope
from netwb.store.database import Database
from netwb.store.models import DeviceRow

FACT_FIELDS = ("model", "serial", "os_version")  # a change of these is an event; uptime always is
_LOOKED_AT = (DeviceRow.tenant_id, DeviceRow.model, DeviceRow.serial, DeviceRow.os_version)
LONGEST_UPTIME_S = 10**11  # three thousand years; what is longer was read from a broken text
ASKED_AT_ONCE = 10_000  # ids in one statement; SQLite takes 32,766 values


class Sightings:
    """Writes of what was seen."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def record(
        self, scope: Scope, *, keys: Mapping[str, str], facts: Mapping[str, Facts], actor: Actor
    ) -> None:
        """What logins showed, in one transaction: first keys and facts, each by device id.

        keys    OpenSSH public key lines; a device that has one keeps it
        facts   what a device left out stays as it was
        A key that is trusted now is an event of the device, as a changed model, serial or OS version is.
        """
        stamp = self._stamp(actor)
        with self._database.writing(scope) as session, session.no_autoflush:  # one UPDATE a device
            known = host_keys.keyed_devices(session, keys) if keys else set()
            new = keys.keys() - known
            rows = _rows(session, new | facts.keys())
            taken = [
                (row, _take_facts(row, facts[row.id], stamp.at)) for row in rows if row.id in facts
            ]
            _trust(session, [(row, keys[row.id]) for row in rows if row.id in new], stamp)
            remember_all(
                session, [(row, changed) for row, changed in taken if changed], stamp, "facts"
            )

    def record_facts(self, scope: Scope, facts: Mapping[str, Facts], *, actor: Actor) -> None:
        """Store what devices said about themselves."""
        self.record(scope, keys={}, facts=facts, actor=actor)

    def first_keys(self, scope: Scope, keys: Mapping[str, str], *, actor: Actor) -> None:
        """Trust each device's key at first sight."""
        self.record(scope, keys=keys, facts={}, actor=actor)

    def refused_key(self, scope: Scope, device_id: str, host_key: str, *, actor: Actor) -> None:
        """Remember a key that was refused, so that `trust` can be given its fingerprint."""
        with self._database.writing(scope) as session:
            for row in _rows(session, [device_id]):
                detail = host_keys.described(host_key)
                remember(session, row, self._stamp(actor), "key_refused", detail)

    def _stamp(self, actor: Actor) -> Stamp:
        return Stamp(actor=actor.name, at=self._clock())


def _take_facts(row: DeviceRow, facts: Facts, at: datetime) -> dict[str, Any]:
    """Write facts into the row; gives what changed as field: [old, new]."""
    changed = {}
    for field in FACT_FIELDS:
        old, new = getattr(row, field), _shown(getattr(facts, field))
        if new is not None and new != old:
            setattr(row, field, new)
            changed[field] = [old, new]
    if facts.uptime_s is not None and facts.uptime_s <= LONGEST_UPTIME_S:
        row.uptime_s = facts.uptime_s
    row.facts_at = at
    return changed


def _shown(text: str | None) -> str | None:
    """What a device says is hostile: one line of visible characters is kept of it."""
    if text is None:
        return None
    return "".join(c if c.isprintable() else "?" for c in text)[:LONGEST_TEXT].strip() or None


def _trust(session: Session, shown: Sequence[tuple[DeviceRow, str]], stamp: Stamp) -> None:
    fingerprints = host_keys.add_keys(session, shown, stamp=stamp)
    details = [{"fingerprint": fingerprint, "first": True} for fingerprint in fingerprints]
    remember_all(
        session, list(zip((row for row, _ in shown), details, strict=True)), stamp, "trusted"
    )


def _rows(session: Session, device_ids: Iterable[str]) -> list[DeviceRow]:
    """The devices, with no more of them than is looked at here."""
    ids = sorted(device_ids)
    devices = select(DeviceRow).options(load_only(*_LOOKED_AT))
    return [
        row
        for start in range(0, len(ids), ASKED_AT_ONCE)
        for row in session.scalars(
            devices.where(DeviceRow.id.in_(ids[start : start + ASKED_AT_ONCE]))
        )
    ]

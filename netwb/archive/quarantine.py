"""Texts that were not believed: kept encrypted until a person accepts or discards them.

A text is a file, sealed under the tenant's key with its id as context and written whole before its
row; only the newest of a device and kind is held. It was never redacted, so it leaves this module
only through `text` and `clean`, which the facade audits.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from netwb.archive.chunks import LIMIT, chunks
from netwb.archive.faults import file_error
from netwb.archive.packing import pack, unpack
from netwb.archive.records import NETWB, ConfigKey, QuarantineItem
from netwb.configs.records import CleanConfig, Rejected
from netwb.errors import (
    IncompleteConfigError,
    ShrunkConfigError,
    UnknownRevisionError,
)
from netwb.inventory.records import ConfigKind, Device, Target
from netwb.roles import ALL_TENANTS, Actor, Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import DeviceRow, QuarantineRow, TenantRow
from netwb.store.retention import Act, swept

PURPOSE = "quarantine"  # of the key that seals the files
_YOUNG_S = 3600  # far longer than the row takes after its file
Settled = Literal["accepted", "discarded", "superseded"]
_OWN_COLUMNS = (
    "id",
    "tenant_id",
    "device_id",
    "kind",
    "at",
    "run_id",
    "cause_kind",
    "cause_message",
    "digest",
    "size",
    "lines",
    "acceptable",
    "status",
    "settled_at",
    "settled_by",
)
Statement = Select[*tuple[Any, ...]]


class Quarantine:
    """Holds, lists, opens and settles. `folder` is the home's `quarantine/`."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        keyring: Keyring,
        clock: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def hold(self, target: Target, rejected: Rejected, run_id: str) -> str:
        """Keep the text; give its id.

        The same text again keeps its id, with the newer cause; but for one that a person may accept
        now and could not before, or the other way round: that is a new item.
        """
        held = self._held(target, rejected.kind)
        same = (rejected.digest, rejected.clean is not None)
        for id_, known in held.items():
            if known == same:
                self._seen_again(id_, rejected, run_id)
                return id_
        id_ = new_id()
        packed = pack(rejected)
        self._write(id_, self._keyring.seal(PURPOSE, target.tenant_id, id_, packed))
        row = self._row(id_, target, rejected, run_id)
        with self._database.writing(ALL_TENANTS) as session:
            _settle(session, list(held), "superseded", NETWB, self._clock())
            session.execute(insert(QuarantineRow), [row])
        for old in held:
            self._remove(old)
        return id_

    def list(self, scope: Scope) -> tuple[QuarantineItem, ...]:
        """Texts that wait for a person, newest first."""
        return self._items(scope, _items().where(QuarantineRow.status == "held"))

    def find(
        self, scope: Scope, device: Device, *, kind: ConfigKind = "running"
    ) -> QuarantineItem | None:
        """The held text of one device."""
        statement = _items().where(
            QuarantineRow.device_id == device.id,
            QuarantineRow.kind == kind,
            QuarantineRow.status == "held",
        )
        return next(iter(self._items(scope, statement)), None)

    def get(self, scope: Scope, device: Device, *, kind: ConfigKind = "running") -> QuarantineItem:
        """The held text of one device. Raises UnknownRevisionError when there is none."""
        found = self.find(scope, device, kind=kind)
        if found is None:
            msg = (
                f"nothing waits: no {kind} text of {device.tenant}/{device.hostname} is held;"
                " `netwb quarantine list` shows what is"
            )
            raise UnknownRevisionError(msg)
        return found

    def text(self, scope: Scope, id_: str) -> bytes:
        """The held text, with its secrets."""
        return self._opened(scope, id_)[0]

    def clean(self, scope: Scope, id_: str) -> CleanConfig:
        """The held text in the form that can be stored.

        Raises IncompleteConfigError when no person can accept it.
        """
        _, clean = self._opened(scope, id_)
        if clean is None:
            msg = (
                "the held text is no whole configuration of this device and cannot be accepted;"
                " back the device up again, or discard it"
            )
            raise IncompleteConfigError(msg)
        return clean

    def settle(self, scope: Scope, id_: str, status: Settled, actor: Actor) -> None:
        """A person decided: the text is removed, its row stays."""
        with self._database.writing(scope) as session:
            if _settle(session, [id_], status, actor.name, self._clock()) == 0:
                raise _not_there(id_)
        self._remove(id_)

    def suspects(self, scope: Scope, device_ids: Iterable[str]) -> Mapping[ConfigKey, str]:
        """Digest of the text that is held for each device and kind because it lost many lines.

        Texts held for another cause are none: seeing them again proves nothing. Nor is one that a
        person discarded before, which is held anew and waits for a person's word.
        """
        found: dict[ConfigKey, str] = {}
        columns = (QuarantineRow.device_id, QuarantineRow.kind, QuarantineRow.digest)
        before = aliased(QuarantineRow)
        discarded = exists().where(
            before.device_id == QuarantineRow.device_id,
            before.kind == QuarantineRow.kind,
            before.digest == QuarantineRow.digest,
            before.status == "discarded",
            before.settled_by != NETWB,
        )
        with self._database.reading(scope) as session:
            for piece in chunks(device_ids):
                statement = select(*columns).where(
                    QuarantineRow.device_id.in_(piece),
                    QuarantineRow.status == "held",
                    QuarantineRow.cause_kind == ShrunkConfigError.__name__,
                    ~discarded,
                )
                for device_id, kind, digest in session.execute(statement):
                    found[device_id, kind] = digest  # type: ignore[index]
        return found

    def discarded(
        self, scope: Scope, device_ids: Iterable[str]
    ) -> Mapping[ConfigKey, frozenset[str]]:
        """Digests of texts of each device and kind that a person discarded."""
        found: dict[ConfigKey, frozenset[str]] = {}
        columns = (QuarantineRow.device_id, QuarantineRow.kind, QuarantineRow.digest)
        with self._database.reading(scope) as session:
            for piece in chunks(device_ids):
                statement = select(*columns).where(
                    QuarantineRow.device_id.in_(piece),
                    QuarantineRow.status == "discarded",
                    QuarantineRow.settled_by != NETWB,
                )
                for device_id, kind, digest in session.execute(statement):
                    key: ConfigKey = (device_id, kind)  # type: ignore[assignment]  # any text to SQL
                    found[key] = found.get(key, frozenset()) | {digest}
        return found

    def supersede(self, keys: Sequence[ConfigKey]) -> None:
        """Good texts came from these devices: what was held of them waits for nobody."""
        waiting = self._waiting(keys)
        if not waiting:
            return
        with self._database.writing(ALL_TENANTS) as session:
            for piece in chunks(waiting):
                _settle(session, piece, "superseded", NETWB, self._clock())
        for id_ in waiting:
            self._remove(id_)

    def expire(self, before: datetime, act: Act) -> Mapping[str, int]:
        """Discard what is held since before that; gives how many texts of each tenant.

        Rows of what was settled before that go too. A text's row stays as long again as the text.
        """
        held = (QuarantineRow.status == "held") & (QuarantineRow.at < before)
        counts = select(QuarantineRow.tenant_id, func.count()).where(held)
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.execute(counts.group_by(QuarantineRow.tenant_id))
            found = {tenant_id: int(count) for tenant_id, count in rows}
        if act == "remove":
            settled = (QuarantineRow.status != "held") & (QuarantineRow.settled_at < before)
            swept(self._database, QuarantineRow.id, settled, act)
            while ids := self._some(held):
                with self._database.writing(ALL_TENANTS) as session:
                    _settle(session, ids, "discarded", NETWB, self._clock())
                for id_ in ids:
                    self._remove(id_)
        return found

    def _some(self, which: ColumnElement[bool]) -> Sequence[str]:
        with self._database.reading(ALL_TENANTS) as session:
            return session.scalars(select(QuarantineRow.id).where(which).limit(LIMIT)).all()

    def recover(self) -> None:
        """Remove files that no held row names: a crash between file and row left them.

        Young ones are left alone: another process may be about to write their row.
        """
        young = time.time() - _YOUNG_S
        with self._database.reading(ALL_TENANTS) as session:
            statement = select(QuarantineRow.file).where(QuarantineRow.status == "held")
            held = set(session.scalars(statement))
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            if path.name not in held and path.stat().st_mtime < young:
                path.unlink(missing_ok=True)

    def _waiting(self, keys: Sequence[ConfigKey]) -> Sequence[str]:
        """Ids of what is held of these devices and kinds."""
        columns = (QuarantineRow.id, QuarantineRow.device_id, QuarantineRow.kind)
        wanted, found = set(keys), []
        with self._database.reading(ALL_TENANTS) as session:
            for piece in chunks({device_id for device_id, _ in keys}):
                statement = select(*columns).where(
                    QuarantineRow.device_id.in_(piece), QuarantineRow.status == "held"
                )
                rows = session.execute(statement)
                found += [id_ for id_, device_id, kind in rows if (device_id, kind) in wanted]
        return found

    def _held(self, target: Target, kind: ConfigKind) -> dict[str, tuple[str, bool]]:
        """Digest, and whether a person may accept it, by id."""
        columns = (QuarantineRow.id, QuarantineRow.digest, QuarantineRow.acceptable)
        statement = select(*columns).where(
            QuarantineRow.tenant_id == target.tenant_id,
            QuarantineRow.device_id == target.device_id,
            QuarantineRow.kind == kind,
            QuarantineRow.status == "held",
        )
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.execute(statement)
            return {id_: (digest, acceptable) for id_, digest, acceptable in rows}

    def _seen_again(self, id_: str, rejected: Rejected, run_id: str) -> None:
        with self._database.writing(ALL_TENANTS) as session:
            session.execute(
                update(QuarantineRow)
                .where(QuarantineRow.id == id_)
                .values(run_id=run_id, **_cause(rejected))
            )

    def _row(self, id_: str, target: Target, rejected: Rejected, run_id: str) -> dict[str, object]:
        return {
            "id": id_,
            "tenant_id": target.tenant_id,
            "device_id": target.device_id,
            "kind": rejected.kind,
            "at": self._clock(),
            "run_id": run_id,
            "digest": rejected.digest,
            "file": id_,
            "size": len(rejected.text),
            "lines": rejected.text.count(b"\n"),
            "acceptable": rejected.clean is not None,
            "status": "held",
            "settled_at": None,
            "settled_by": None,
            **_cause(rejected),
        }

    def _items(self, scope: Scope, statement: Statement) -> tuple[QuarantineItem, ...]:
        names = (*_OWN_COLUMNS, "tenant", "hostname")
        with self._database.reading(scope) as session:
            rows = session.execute(statement).all()
        return tuple(QuarantineItem(**dict(zip(names, row, strict=True))) for row in rows)

    def _opened(self, scope: Scope, id_: str) -> tuple[bytes, CleanConfig | None]:
        statement = _items().where(QuarantineRow.id == id_, QuarantineRow.status == "held")
        found = self._items(scope, statement)
        if not found:
            raise _not_there(id_)
        path = self._folder / id_
        try:
            sealed = path.read_bytes()
        except OSError as error:
            raise file_error(path, error) from error
        return unpack(self._keyring.open(PURPOSE, found[0].tenant_id, id_, sealed))

    def _write(self, name: str, content: bytes) -> None:
        """Whole or not at all, on disk before this returns."""
        path = self._folder / name
        fresh = path.with_suffix(".new")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
        except OSError as error:
            raise file_error(path, error) from error

    def _remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)


def _items() -> Statement:
    own = (getattr(QuarantineRow, name) for name in _OWN_COLUMNS)
    return (
        select(*own, TenantRow.slug, DeviceRow.hostname)
        .join(DeviceRow, DeviceRow.id == QuarantineRow.device_id)
        .join(TenantRow, TenantRow.id == QuarantineRow.tenant_id)
        .order_by(QuarantineRow.at.desc(), QuarantineRow.id)
    )


def _not_there(id_: str) -> UnknownRevisionError:
    return UnknownRevisionError(
        f"no text {id_} is in quarantine; `netwb quarantine list` shows what is"
    )


def _cause(rejected: Rejected) -> dict[str, str]:
    return {"cause_kind": type(rejected.cause).__name__, "cause_message": str(rejected.cause)}


def _settle(session: Session, ids: Sequence[str], status: Settled, by: str, at: datetime) -> int:
    """How many of them were held until now."""
    settled = session.execute(
        update(QuarantineRow)
        .where(QuarantineRow.id.in_(ids), QuarantineRow.status == "held")
        .values(status=status, settled_by=by, settled_at=at)
    )
    return int(settled.rowcount)  # type: ignore[attr-defined]

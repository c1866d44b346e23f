"""Detectors that report attacks: what they sign with, from where they report, when they were heard.

They are the operator's, as each sees the traffic of all tenants. A signing key is sealed; the secret
of a callback's path is kept as a digest, so that the database opens no door.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.blackhole.attack_records import AddedSender, Sender, SenderKind
from netwb.errors import InputError, InventoryError, UnknownNameError
from netwb.inventory.fields import check_slug, quoted
from netwb.notify.signing import KEY_BYTES, key_text, parse_key
from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import AttackSenderRow

PURPOSE = "attacks"  # of the key that seals
CALLBACK_BYTES = 32
HEARD_EVERY = timedelta(seconds=10)  # so seldom it is written down, however much a sender says


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSender:
    """A sender with its keys, newest first; two while they are rotated."""

    sender: Sender
    keys: tuple[bytes, ...] = field(repr=False)

    def reports_from(self, address: str) -> bool:
        """Whether it may report from there."""
        return _is_among(self.sender.networks, address)


class Senders:
    """Reads and writes of senders. Who asks has the scope of all tenants."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def list(self) -> tuple[Sender, ...]:
        """Active ones by name."""
        with self._database.reading(NO_TENANT) as session:
            return tuple(_record(row) for row in _active(session))

    def get(self, name: str) -> Sender:
        """One by its name; UnknownNameError."""
        with self._database.reading(NO_TENANT) as session:
            return _record(_find(session, name))

    def open(self) -> tuple[OpenSender, ...]:
        """Those that sign, with their keys."""
        with self._database.reading(NO_TENANT) as session:
            return tuple(
                OpenSender(sender=_record(row), keys=self._keys(row)) for row in _active(session)
            )

    def of_callback(self, secret: str) -> Sender | None:
        """The one whose callback that is; None: nobody's."""
        statement = select(AttackSenderRow).where(
            AttackSenderRow.callback == _digest(secret), AttackSenderRow.status == "active"
        )
        with self._database.reading(NO_TENANT) as session:
            row = session.scalars(statement).first()
            return None if row is None else _record(row)

    def add(  # noqa: PLR0913 - each by its name
        self,
        name: str,
        *,
        kind: SenderKind,
        networks: Sequence[str],
        callback: bool,
        by: str,
        key: bytes | None = None,
    ) -> AddedSender:
        """A new one. Its key and its callback's secret are in the answer, this once.

        key   that its script has already; None: a new one
        """
        check_slug("sender", name)
        self._keyring.key(PURPOSE)  # a new one is made before the transaction
        key = key or secrets.token_bytes(KEY_BYTES)
        row = AttackSenderRow(
            id=new_id(),
            name=name,
            kind=kind,
            networks=check_networks(networks),
            rotating=False,
            status="active",
            created_at=self._clock(),
            created_by=by,
        )
        row.keys_sealed = self._sealed(row, [key])
        secret = _give_callback(row) if callback else ""
        with self._database.writing(NO_TENANT) as session:
            session.add(row)
            try:
                session.flush()
            except IntegrityError as error:
                msg = f"sender {name} is there already; take another name, or rotate its key"
                raise InventoryError(msg) from error
            return AddedSender(sender=_record(row), key=key_text(key), callback=secret)

    def set_networks(self, name: str, networks: Sequence[str]) -> Sender:
        """Let it report from there alone; none: from anywhere, and then by no callback."""
        checked = check_networks(networks)
        with self._database.writing(NO_TENANT) as session:
            row = _find(session, name)
            if row.callback and not checked:
                raise _needs_networks(name)
            row.networks = checked
            session.flush()
            return _record(row)

    def rotate(self, name: str) -> AddedSender:
        """Give it another key, shown this once; both are taken until the rotation is settled."""
        key = secrets.token_bytes(KEY_BYTES)
        with self._database.writing(NO_TENANT) as session:
            row = _find(session, name)
            if row.rotating:
                msg = (
                    f"the key of {name} is rotated already, and both are taken; when its script has"
                    f" the new one, `netwb sender settle {name}`, then again"
                )
                raise InventoryError(msg)
            row.keys_sealed = self._sealed(row, [key, *self._keys(row)[:1]])
            row.rotating = True
            session.flush()
            return AddedSender(sender=_record(row), key=key_text(key))

    def settle(self, name: str) -> Sender:
        """End a rotation: the key before is taken no more."""
        with self._database.writing(NO_TENANT) as session:
            row = _find(session, name)
            if not row.rotating:
                msg = f"{name} has one key; `netwb sender rotate {name}` gives it another"
                raise InventoryError(msg)
            row.keys_sealed = self._sealed(row, self._keys(row)[:1])
            row.rotating = False
            session.flush()
            return _record(row)

    def give_callback(self, name: str) -> AddedSender:
        """A secret path that it may call, shown this once; the one before opens nothing any more."""
        with self._database.writing(NO_TENANT) as session:
            row = _find(session, name)
            secret = _give_callback(row)
            session.flush()
            return AddedSender(sender=_record(row), callback=secret)

    def take_callback(self, name: str) -> Sender:
        """Its secret path opens nothing any more."""
        with self._database.writing(NO_TENANT) as session:
            row = _find(session, name)
            row.callback = None
            session.flush()
            return _record(row)

    def retire(self, name: str) -> Sender:
        """It is believed no more; its keys are deleted, and what it said stays."""
        with self._database.writing(NO_TENANT) as session:
            row = _find(session, name)
            row.status, row.keys_sealed, row.callback, row.rotating = "retired", None, None, False
            session.flush()
            return _record(row)

    def heard(self, sender_id: str) -> None:
        """It reported something now; written down at most every 10 seconds."""
        now = self._clock()
        due = or_(AttackSenderRow.heard_at.is_(None), AttackSenderRow.heard_at < now - HEARD_EVERY)
        statement = select(AttackSenderRow.id).where(AttackSenderRow.id == sender_id, due)
        with self._database.reading(NO_TENANT) as session:
            if session.scalar(statement) is None:
                return
        with self._database.writing(NO_TENANT) as session:
            session.execute(
                update(AttackSenderRow)
                .where(AttackSenderRow.id == sender_id, due)
                .values(heard_at=now)
            )

    def _sealed(self, row: AttackSenderRow, keys: Sequence[bytes]) -> bytes:
        plain = json.dumps([key_text(key) for key in keys]).encode()
        return self._keyring.seal(PURPOSE, "", f"{row.id}/keys", plain)

    def _keys(self, row: AttackSenderRow) -> tuple[bytes, ...]:
        if row.keys_sealed is None:
            return ()
        plain = self._keyring.open(PURPOSE, "", f"{row.id}/keys", row.keys_sealed)
        return tuple(parse_key(text) for text in json.loads(plain))


def check_networks(networks: Sequence[str]) -> list[str]:
    """Each as CIDR in its canonical text; InputError."""
    checked: list[str] = []
    for text in networks:
        try:
            checked.append(str(ip_network(text.strip())))
        except ValueError as error:
            msg = f"{text[:60]!r} is no network; write it like 192.0.2.7 or 192.0.2.0/24"
            raise InputError(msg) from error
    return sorted(set(checked))


def reports_from(sender: Sender, address: str) -> bool:
    """Whether a sender may report from that address."""
    return _is_among(sender.networks, address)


def _is_among(networks: Sequence[str], address: str) -> bool:
    if not networks:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False  # a socket without an address
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ip_network(one) for one in networks)


def _give_callback(row: AttackSenderRow) -> str:
    if not row.networks:
        raise _needs_networks(row.name)
    secret = secrets.token_urlsafe(CALLBACK_BYTES)
    row.callback = _digest(secret)
    return secret


def _needs_networks(name: str) -> InputError:
    return InputError(
        f"a callback is not signed, so {name} may have one only where it reports from some networks;"
        " give --networks"
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _active(session: Session) -> Sequence[AttackSenderRow]:
    statement = select(AttackSenderRow).where(AttackSenderRow.status == "active")
    return session.scalars(statement.order_by(AttackSenderRow.name)).all()


def _find(session: Session, name: str) -> AttackSenderRow:
    for row in _active(session):
        if row.name == name:
            return row
    msg = f"sender {quoted(name)} is not known; `netwb sender list` shows those that are"
    raise UnknownNameError(msg, wanted=name)


def _record(row: AttackSenderRow) -> Sender:
    return Sender(
        id=row.id,
        name=row.name,
        kind=row.kind,  # type: ignore[arg-type]  # written by `add` alone
        networks=tuple(row.networks),
        rotating=row.rotating,
        callback=row.callback is not None,
        status=row.status,  # type: ignore[arg-type]
        created_at=row.created_at,
        created_by=row.created_by,
        heard_at=row.heard_at,
    )

"""People of a rig: added quickly, logged in, and with the codes of their apps."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from netwb.access.records import Admission, NewUser, Origin, User
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benches import Rig

HOME = Origin(address="192.0.2.10", browser="Firefox")
ELSEWHERE = Origin(address="198.51.100.7", browser="curl")
PASSWORD = "a long enough sentence"


def add(made: Rig, name: str, role: Role = Role.ENGINEER, *tenants: str) -> User:
    """A person of these tenants, or of all where none is named."""
    new = NewUser(name=name, role=role, tenants=tenants or None, password=PASSWORD)
    return made.bench.add_user(new)


def admitted(made: Rig, name: str, *, origin: Origin = HOME) -> Admission:
    return made.bench.log_in(name, PASSWORD, origin=origin)


def logged_in(made: Rig, name: str) -> Workbench:
    """A Workbench of that person's own login."""
    return made.bench.at_session(admitted(made, name).secret, origin=HOME)


def code(made: Rig, secret: str) -> str:
    """What the app shows now."""
    padded = secret + "=" * (-len(secret) % 8)
    totp = TOTP(base64.b32decode(padded), 6, SHA1(), 30)
    return totp.generate(int(made.clock().timestamp())).decode()

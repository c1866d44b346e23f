"""Construct the parts of access, in order; `workbench.compose` calls it once a process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from netwb.access.denials import Denials
from netwb.access.devices import DeviceCookies
from netwb.access.flows import Flows
from netwb.access.login import Login, LoginParts
from netwb.access.own import OwnAccount
from netwb.access.parts import AccessParts
from netwb.access.passwords import Passwords
from netwb.access.sessions import Sessions
from netwb.access.standing import Standings
from netwb.access.throttle import Throttle
from netwb.access.tokens import Tokens
from netwb.access.totp import Totp
from netwb.access.users import Users
from netwb.settings import AccessSettings
from netwb.store.audit import Audit
from netwb.store.database import Database
from netwb.store.keyring import Keyring


def compose_access(  # noqa: PLR0913 - what access stands on, a keyword each
    *,
    database: Database,
    keyring: Keyring,
    audit: Audit,
    settings: AccessSettings,
    clock: Callable[[], datetime],
    passwords: Passwords | None = None,
) -> AccessParts:
    """Everything that decides who somebody is; `passwords` by other parameters where given."""
    passwords, throttle = passwords or Passwords(), Throttle(database, clock)
    standings = Standings(database, settings, clock)
    totp = Totp(database, keyring, clock)
    users = Users(database, passwords, settings, clock)
    login = LoginParts(
        database=database,
        audit=audit,
        denials=Denials(database, audit, keyring, clock),
        devices=DeviceCookies(keyring),
        flows=Flows(database, keyring, clock),
        passwords=passwords,
        sessions=Sessions(database, standings, settings, clock),
        throttle=throttle,
        totp=totp,
        settings=settings,
        clock=clock,
    )
    return AccessParts(
        denials=login.denials,
        login=Login(login),
        own=OwnAccount(
            database=database,
            passwords=passwords,
            users=users,
            throttle=throttle,
            totp=totp,
            clock=clock,
        ),
        sessions=login.sessions,
        standings=standings,
        tokens=Tokens(database, keyring, standings, clock),
        totp=totp,
        users=users,
    )

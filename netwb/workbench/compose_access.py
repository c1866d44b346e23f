"""Construct the parts of access, in order; `workbench.parts` calls it once a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from netwb.access.arrivals import Arrivals
from netwb.access.cleaning import AccessCleaning
from netwb.access.denials import Denials
from netwb.access.devices import DeviceCookies
from netwb.access.flows import Flows
from netwb.access.group_rights import parse_group_rights
from netwb.access.login import Login, LoginParts
from netwb.access.oidc import Provider
from netwb.access.own import OwnAccount
from netwb.access.parts import AccessParts
from netwb.access.passwords import Passwords
from netwb.access.provider_login import ProviderDoor
from netwb.access.rights import check_totp_word
from netwb.access.sessions import Sessions
from netwb.access.standing import Standings
from netwb.access.throttle import Throttle
from netwb.access.tokens import Tokens
from netwb.access.totp import Totp
from netwb.access.users import Users
from netwb.access.walls import Walls
from netwb.inventory.secret_sources import Secrets
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
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    passwords: Passwords | None = None,
) -> AccessParts:
    """Everything that decides who somebody is; `passwords` by other parameters where given."""
    standings = Standings(database, settings, clock)
    parts = _login_parts(
        database, keyring, audit, passwords or Passwords(), standings, settings, clock
    )
    users = Users(database, parts.passwords, settings, clock)
    check_totp_word(settings.totp_for)
    arrivals = Arrivals(database, users, parse_group_rights(settings.oidc_rights), clock)
    login = Login(parts)
    return AccessParts(
        arrivals=arrivals,
        cleaning=AccessCleaning(database=database, denials=parts.denials, clock=clock),
        denials=parts.denials,
        login=login,
        own=OwnAccount(
            database=database,
            passwords=parts.passwords,
            users=users,
            throttle=parts.throttle,
            totp=parts.totp,
            clock=clock,
        ),
        provider=ProviderDoor(
            database=database,
            keyring=keyring,
            provider=_provider(settings, environment, clock),
            arrivals=arrivals,
            flows=parts.flows,
            login=login,
            clock=clock,
        ),
        sessions=parts.sessions,
        standings=standings,
        tokens=Tokens(database, keyring, standings, clock),
        totp=parts.totp,
        users=users,
        walls=Walls(database, keyring, parts.throttle, parts.denials, clock),
    )


def _login_parts(  # noqa: PLR0913, PLR0917 - what `compose_access` was given, in its order
    database: Database,
    keyring: Keyring,
    audit: Audit,
    passwords: Passwords,
    standings: Standings,
    settings: AccessSettings,
    clock: Callable[[], datetime],
) -> LoginParts:
    return LoginParts(
        database=database,
        audit=audit,
        denials=Denials(database, audit, keyring, clock),
        devices=DeviceCookies(keyring),
        flows=Flows(database, keyring, clock),
        passwords=passwords,
        sessions=Sessions(database, keyring, standings, settings, clock),
        throttle=Throttle(database, clock),
        totp=Totp(database, keyring, clock),
        settings=settings,
        clock=clock,
    )


def _provider(
    settings: AccessSettings, environment: Mapping[str, str], clock: Callable[[], datetime]
) -> Provider:
    """Its secret is read at each use, so that a new one needs no restart."""
    reference, secrets = settings.oidc_client_secret, Secrets(environment)
    return Provider(
        settings, lambda: secrets.resolve("password", reference) if reference else "", clock
    )

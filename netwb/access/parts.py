"""Everything of access that one process needs, as the facade holds it."""

from __future__ import annotations

from dataclasses import dataclass

from netwb.access.arrivals import Arrivals
from netwb.access.cleaning import AccessCleaning
from netwb.access.denials import Denials
from netwb.access.login import Login
from netwb.access.own import OwnAccount
from netwb.access.provider_login import ProviderDoor
from netwb.access.sessions import Sessions
from netwb.access.standing import Standings
from netwb.access.tokens import Tokens
from netwb.access.totp import Totp
from netwb.access.users import Users
from netwb.access.walls import Walls


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessParts:
    """Made by `workbench.compose`, once a process."""

    arrivals: Arrivals
    cleaning: AccessCleaning
    denials: Denials
    login: Login
    own: OwnAccount
    provider: ProviderDoor
    sessions: Sessions
    standings: Standings
    tokens: Tokens
    totp: Totp
    users: Users
    walls: Walls

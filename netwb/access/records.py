"""Words of access: people, tokens and login sessions as frozen records. No I/O, no database.

A secret stands only in `Admission.secret` and `IssuedToken.secret`, and never in a repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from netwb.roles import Permission, Rights, Role

LOGIN_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"  # a user's name: shell, URL and log safe
UserSource = Literal["local", "oidc", "proxy"]
UserStatus = Literal["active", "disabled", "retired"]  # retired: for good
TotpState = Literal["off", "required", "on"]  # required: the next login sets it up
TotpKept = Literal["off", "required", "on", "held"]  # as stored; held: on, as an admin asks for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request comes from, as far as a trusted proxy or the socket says.

    device    cookie of `Admission.device`, where the browser has one: a browser that logged in
              before is not delayed by what others try from elsewhere
    """

    address: str
    browser: str = ""  # User-Agent, shortened
    device: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who may log in. `tenants` are slugs; None: all tenants."""

    id: str
    name: str
    full_name: str
    role: Role
    tenants: tuple[str, ...] | None
    source: UserSource
    status: UserStatus
    totp: TotpState
    time_zone: str  # IANA name; empty: the server's
    created_at: datetime
    password_at: datetime | None  # last change; None: no password of netwb's own
    seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A person to be added. `password` None: cannot log in by password yet."""

    name: str
    role: Role
    tenants: tuple[str, ...] | None = ()
    full_name: str = ""
    password: str | None = field(default=None, repr=False)
    totp: TotpState = "off"
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanges:
    """What `set` changes of a user; None leaves it. `scope` holds the new tenants as a 1-tuple."""

    role: Role | None = None
    scope: tuple[tuple[str, ...] | None] | None = None
    full_name: str | None = None
    password: str | None = field(default=None, repr=False)
    status: UserStatus | None = None
    totp: TotpState | None = None  # "off" also forgets the secret: the cure for a lost phone
    time_zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token without its secret. Its rights are those of role, `allow` and owner together.

    role, tenants    None: the owner's
    allow            None: all of the role's rights
    networks         CIDR; empty: from anywhere
    used_from        address of the use at `used_at`
    replaces         id of the token that this one took over from; replaced_by: of its successor
    """

    id: str
    user: str
    note: str
    role: Role | None
    tenants: tuple[str, ...] | None
    allow: tuple[Permission, ...] | None
    networks: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    used_from: str | None = None
    replaces: str | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to be issued for `user`; it always expires."""

    user: str
    days: int
    note: str = ""
    role: Role | None = None
    tenants: tuple[str, ...] | None = None
    allow: tuple[Permission, ...] | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A new token; `secret` is the whole `nwb_<id>.<secret>` and is shown this once."""

    token: Token
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotatedToken:
    """A successor, whose text is shown this once, and the token that it takes over from."""

    issued: IssuedToken
    old: Token


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingToken:
    """A token that ends soon, with the id of the one tenant that it is for; "": of several, or all."""

    token: Token
    tenant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """A screen that shows one page to whoever stands before it; its secrets are never here.

    page            the one that it opens
    tenants         slugs of those that it shows; None: all
    networks        CIDR; empty: from anywhere
    code_until_at   until when its code can be typed, where nobody did
    enrolled_at     since when it is one; None: its code was not typed yet
    """

    id: str
    name: str
    page: str
    tenants: tuple[str, ...] | None
    networks: tuple[str, ...]
    time_zone: str
    code_until_at: datetime
    created_at: datetime
    created_by: str
    enrolled_at: datetime | None
    seen_at: datetime | None
    address: str
    browser: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWall:
    """A wall to be enrolled; `tenants` None: all."""

    name: str
    tenants: tuple[str, ...] | None = None
    networks: tuple[str, ...] = ()
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedWall:
    """A wall with what opens it, shown this once: its code, or its cookie's secret."""

    wall: Wall
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    """One login of one person. `id` is public: it ends the session, and opens nothing."""

    id: str
    user: str
    means: Literal["password", "oidc", "proxy"]
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A login that succeeded: the cookie's value, and the session that it opens.

    device    for a cookie that outlives the login; it opens nothing
    next      the page that was asked for before a login at the provider
    """

    session: LoginSession
    secret: str = field(repr=False)
    device: str = field(default="", repr=False)
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLogin:
    """A login that goes on at the provider: where the browser is sent, and what it holds meanwhile.

    binding    for a cookie of some minutes, given back with the provider's answer: a link that
               somebody else began ends in no login
    """

    url: str
    binding: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpSecret:
    """What an authenticator app is given, once; in force when a first code confirmed it."""

    secret: str = field(repr=False)  # base32
    uri: str = field(repr=False)  # otpauth://totp/...


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who acts on this Workbench, for pages and `/account`: name, rights and scope in force.

    rights      role, permissions and scope as one value: what a page of this person is drawn by
    tenants     (slug, name) of each tenant in scope, by slug
    wide        the scope is all tenants, those to come too
    viewing_as  slug of the tenant whose staff's view this is; "" for one's own
    session     public id of the login session; "" where there is none (token, local)
    contact     whom to ask for more rights, as the settings say; "": an admin
    """

    name: str
    full_name: str
    role: Role | None
    permissions: frozenset[Permission]
    rights: Rights
    tenants: tuple[tuple[str, str], ...]
    wide: bool
    time_zone: str
    totp: TotpState
    source: UserSource | Literal["none"]
    viewing_as: str = ""
    session: str = ""
    contact: str = ""

"""Words of the inventory: frozen records that travel between floors. No I/O, no database.

Secrets stand only in `Login`, and never in its repr.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

HOSTNAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"  # design D6; also a safe file stem
SLUG_PATTERN = r"[a-z0-9][a-z0-9-]{0,39}"  # tenants and sites: file and URL safe
DeviceStatus = Literal["planned", "active", "maintenance", "retired"]
DEVICE_STATUSES: tuple[DeviceStatus, ...] = ("planned", "active", "maintenance", "retired")
Transport = str  # "fast", "stock" or "netmiko:<device_type>"
ConfigKind = Literal["running", "startup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One customer, or the provider itself."""

    id: str
    slug: str
    name: str
    status: Literal["active", "retired"]
    created_at: datetime
    credential: str | None = None  # names, inherited by its sites and devices
    snmp_credential: str | None = None
    jump: str | None = None  # user@host[:port], inherited too
    jump_credential: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One place of a tenant; `slug` is unique in it."""

    id: str
    tenant: str  # slug
    slug: str
    name: str
    status: Literal["active", "retired"]
    credential: str | None = None
    snmp_credential: str | None = None
    jump: str | None = None  # user@host[:port]
    jump_credential: str | None = None
    max_sessions: int | None = None  # None: collect.per_site
    shadow: bool = False  # blackholes of its prefixes are only written down


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """A value and the level that gave it."""

    value: str | None
    source: Literal["tenant", "site", "device", "nowhere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device as the inventory knows it. `id` is opaque, stable and never reused."""

    id: str
    tenant_id: str
    tenant: str  # slug
    site: str  # slug
    hostname: str  # the device's own name, unique in its tenant
    address: str  # where to connect; empty in answers to those who may not see it
    port: int
    platform: str
    status: DeviceStatus
    role: str | None
    transport: Transport
    credential: Inherited
    snmp_credential: Inherited
    jump: Inherited
    sysname: str | None  # what the device calls itself, where that differs
    syslog_source: str | None = None  # where its messages come from, where that is not its address
    model: str | None
    serial: str | None
    os_version: str | None
    uptime_s: int | None
    facts_at: datetime | None
    contract_ref: str | None
    labels: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    host_key: str | None  # SHA256 fingerprint of the trusted key
    snmp_port: int = 161  # UDP


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDevice:
    """What lists about devices say of each: a light one, for there are thousands."""

    id: str
    tenant: str  # slug
    site: str  # slug
    hostname: str
    platform: str
    status: DeviceStatus


AnyDevice = Device | NamedDevice


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What opens one device. Lives in memory for a run, never in a log, a repr or an answer."""

    credential: str  # "tenant/name", for messages and the lockout breaker
    username: str
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    enable: str | None = field(default=None, repr=False)

    def setting(self, options: str = "") -> str:
        """The command that gives it another secret, as a person can type it."""
        by_key = self.private_key is not None and self.password is None
        default = "--key file:PATH" if by_key else "--password prompt"
        name = self.credential.partition(" ")[0]  # of a rotation: "acme/lab (previous)"
        return f"netwb credential set {name} {options or default}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A host that is logged in to first; connections to one jump host are shared."""

    address: str
    port: int
    login: Login
    host_key: str | None = None  # OpenSSH public key line; None: trust on first use
    named_by: str = field(default="", compare=False)  # id of the device, site or tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """All that collection needs to know about one device, resolved and inherited.

    logins      in the order to try: during a rotation the new one, then the old one
    host_key    OpenSSH public key line ("ssh-ed25519 AAAA..."); None: trust on first use
    legacy      also offer SHA-1 key exchange, ssh-rsa host keys and CBC ciphers
    trigger     netwb announces blackholes there
    """

    device_id: str
    tenant_id: str
    tenant: str
    site: str
    hostname: str
    address: str
    port: int
    platform: str
    transport: Transport = "fast"
    logins: tuple[Login, ...] = ()
    host_key: str | None = None
    jump: Jump | None = None
    legacy: bool = True
    sysname: str | None = None
    serial: str | None = None
    max_sessions: int | None = None
    no_login: str = ""  # why `logins` is empty, with the cure
    trigger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a device says about itself; None where it did not say."""

    model: str | None = None
    serial: str | None = None
    os_version: str | None = None
    uptime_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which devices are meant; None asks nothing. Narrowing a Where only ever takes devices away.

    tenant, site     slugs, the site also as tenant/site          hostname   exact
    label            "key=value", or "key" for any value
    status           None: all but the retired ones; "any": those too
    """

    tenant: str | None = None
    site: str | None = None
    role: str | None = None
    platform: str | None = None
    label: str | None = None
    status: DeviceStatus | Literal["any"] | None = None
    hostname: str | None = None


EVERYWHERE = Where()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A device as its messages show it.

    source    addresses and names that a person gave, by comma; None: its address and its names
    username  whom netwb logs in as
    """

    device_id: str
    tenant_id: str
    tenant: str  # slug
    site_id: str
    hostname: str
    sysname: str | None
    address: str
    platform: str
    source: str | None
    username: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """A device to be added; names of tenant, site and credentials as people write them."""

    tenant: str
    site: str
    hostname: str
    address: str
    platform: str
    port: int = 22
    snmp_port: int = 161
    status: DeviceStatus = "active"
    role: str | None = None
    transport: Transport = "fast"
    credential: str | None = None
    snmp_credential: str | None = None
    jump: str | None = None
    jump_credential: str | None = None
    jump_host_key: str | None = None
    sysname: str | None = None
    syslog_source: str | None = None
    model: str | None = None
    serial: str | None = None
    contract_ref: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvent:
    """Something that happened to a device."""

    device_id: str
    at: datetime
    actor: str
    kind: str  # added changed renamed replaced retired activated trusted facts key_refused
    detail: Mapping[str, object]


SecretKind = Literal[
    "password",
    "private_key",
    "passphrase",
    "enable",
    "snmp_community",
    "snmp_auth",
    "snmp_priv",
    "token",
    "url",
    "sender_key",
    "store_url",
]
SECRET_KINDS: tuple[SecretKind, ...] = (  # of credentials; a token or a URL opens no device
    "password",
    "private_key",
    "passphrase",
    "enable",
    "snmp_community",
    "snmp_auth",
    "snmp_priv",
)
SNMP_AUTH_PROTOCOLS = ("md5", "sha", "sha224", "sha256", "sha384", "sha512")
SNMP_PRIV_PROTOCOLS = ("des", "aes", "aes192", "aes256", "aes192c", "aes256c")  # c: Cisco's


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSource:
    """Where a secret comes from; never the argument of a command itself.

    origin   `env:NAME`, `file:PATH`, or "prompt" with the answer in `answer`
    keep     "sealed": read once and stored encrypted; "reference": read at each use
    """

    origin: str
    keep: Literal["sealed", "reference"] = "sealed"
    answer: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snmp:
    """SNMP words of a credential beside its secrets."""

    user: str | None = None
    auth_protocol: str | None = None
    priv_protocol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """A credential to be added."""

    tenant: str
    name: str
    username: str | None = None
    secrets: Mapping[SecretKind, SecretSource] = field(default_factory=dict)
    snmp: Snmp = Snmp()


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialChanges:
    """What `set` changes of a credential; None and absent kinds leave what is there.

    without     kinds to take away
    previous    "keep" begins a rotation: what was in force until now is tried second
    """

    username: str | None = None
    secrets: Mapping[SecretKind, SecretSource] = field(default_factory=dict)
    without: frozenset[SecretKind] = frozenset()
    snmp: Snmp = Snmp()
    previous: Literal["keep", "drop"] = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A credential without its secrets.

    secrets     kinds that it holds, each with "sealed" or its reference (`env:NAME`)
    rotating    the one before is still held, and tried second
    """

    id: str
    tenant_id: str
    tenant: str
    name: str
    username: str | None
    secrets: Mapping[str, str]
    snmp: Snmp
    rotating: bool
    status: Literal["active", "retired"]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialUse:
    """One place that names a credential, or one device that inherits it."""

    level: Literal["tenant", "site", "device"]
    name: str  # acme, acme/fra1, acme/edge1
    purpose: Literal["login", "snmp", "jump"]
    source: Literal["named", "inherited"]

"""One frozen record of every setting: name, default, unit, help. Pure: it reads no file.

`Workbench.open` reads `netwb.toml` and the environment and hands both in; a later layer wins.
An unknown name is an error, because a mistyped limit that is silently ignored is no limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any, get_type_hints

from netwb.errors import SettingsError

ENVIRONMENT_PREFIX = "NETWB_"


def _setting(
    default: Any, unit: str, text: str, *, least: float | None = None, most: float | None = None
) -> Any:
    """Declare one setting; `least` and `most` are the ends of what makes sense."""
    return field(
        default=default, metadata={"unit": unit, "help": text, "least": least, "most": most}
    )


def _secret_setting(default: str, unit: str, text: str) -> Any:
    """Declare one setting that may hold a password: reprs leave it out."""
    return field(
        default=default,
        repr=False,
        metadata={"unit": unit, "help": text, "least": None, "most": None},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where netwb's own state lives."""

    url: str = _secret_setting(
        "", "SQLAlchemy URL", "Database; empty means netwb.db in the home (SQLite)."
    )
    busy_timeout_s: float = _setting(
        10.0, "s", "How long a SQLite writer waits for another one.", least=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysSettings:
    """Where the master key lives."""

    master_file: str = _setting(
        "", "path", "Master key file, newest key first; empty means master.key in the home."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectSettings:
    """How devices are logged in to."""

    total_deadline_s: float = _setting(
        120.0, "s", "Total time for one device; then its connection is closed.", least=0.1
    )
    idle_timeout_s: float = _setting(
        30.0, "s", "Longest silence of a device before it is given up.", least=0.1
    )
    connect_timeout_s: float = _setting(
        15.0, "s", "Longest wait for the TCP connection and for the SSH banner.", least=0.1
    )
    sessions: int = _setting(100, "sessions", "Most sessions open at once.", least=1)
    per_site: int = _setting(10, "sessions", "Most sessions open at once in one site.", least=1)
    logins_per_s: float = _setting(20.0, "logins/s", "Most new logins a second.", least=0.01)
    retries: int = _setting(
        1, "tries", "Further tries after a connection fault; a refused login has none.", least=0
    )
    refusals: int = _setting(
        5,
        "refusals",
        "Refusals of one credential in one run after which its other devices are left alone.",
        least=1,
    )
    max_bytes: int = _setting(
        64 * 1024 * 1024, "bytes", "Longest answer of one command that is kept.", least=1024
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigsSettings:
    """When a configuration is not believed."""

    shrink_percent: float = _setting(
        30.0, "%", "A text that lost more than this share of its lines is quarantined.", least=0
    )
    shrink_lines: int = _setting(20, "lines", "... and at least this many lines.", least=0)
    fresh_h: float = _setting(
        26.0,
        "h",
        "How old a good backup may be and be fresh; more where the schedule is rarer.",
        least=0.1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """How revisions are written."""

    batch_devices: int = _setting(50, "devices", "Most devices in one written batch.", least=1)
    batch_s: float = _setting(
        2.0, "s", "Longest time that a finished device waits for its batch.", least=0
    )
    lock_timeout_s: float = _setting(
        30.0, "s", "How long to wait for another writer of the same repository.", least=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSettings:
    """How archives are pushed elsewhere."""

    answer_timeout_s: float = _setting(
        30.0, "s", "Longest silence of a remote before it is given up.", least=0.1
    )
    timeout_s: float = _setting(
        1800.0, "s", "Longest time for one push or fetch; a first push is the longest.", least=1
    )
    retry_s: float = _setting(
        60.0, "s", "Wait after a push in vain; doubled with each further one.", least=1
    )
    retry_most_s: float = _setting(3600.0, "s", "Longest wait between two tries.", least=1)
    ca_file: str = _setting(
        "", "path", "PEM certificates that https remotes are trusted by, in place of the system's."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetboxSettings:
    """How devices are taken over from NetBox."""

    answer_s: float = _setting(60.0, "s", "Longest time for one page of devices.", least=0.1)
    retire_percent: float = _setting(
        10.0,
        "%",
        "A plan that retires more than this share of the known devices waits for a person.",
        least=0,
        most=100,
    )
    ca_file: str = _setting(
        "", "path", "PEM certificates that NetBox is trusted by, in place of the system's."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """What is kept for how long; revisions and the audit are kept for ever."""

    quarantine_days: int = _setting(
        180, "days", "Held texts that nobody accepted go after this; 0: never.", least=0
    )
    jobs_days: int = _setting(
        90, "days", "Ended jobs that people filed go after this; 0: never.", least=0
    )
    runs_days: int = _setting(
        400, "days", "Backup runs go after this, but for each device's last; 0: never.", least=0
    )
    access_days: int = _setting(
        30, "days", "Logins and tokens go so long after their end; 0: never.", least=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfBackupSettings:
    """Where the daemon exports all of netwb to."""

    folder: str = _setting(
        "", "path", "Where netwb's own backup goes, on another disk than its home; empty: nowhere."
    )
    keep: int = _setting(7, "exports", "Newest own backups that are kept.", least=1)
    passphrase: str = _secret_setting(
        "", "reference", "`env:NAME` or `file:PATH` of what opens own backups."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerSettings:
    """When the daemon's jobs are due."""

    time_zone: str = _setting(
        "", "IANA zone", "In which times of jobs are meant; empty: that of `web.time_zone`."
    )
    jitter_s: int = _setting(
        300,
        "s",
        "Tenants and sites with a time of their own begin spread over so long behind it.",
        least=0,
        most=21600,
    )
    lease_s: float = _setting(
        30.0, "s", "A daemon that is silent for so long leads no more.", least=1, most=50
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where pages and REST are served, and to whom."""

    address: str = _setting(
        "127.0.0.1", "address", "Where to listen; another than loopback needs TLS or a proxy."
    )
    port: int = _setting(5006, "port", "TCP port of pages and REST.", least=0, most=65535)
    time_zone: str = _setting("UTC", "IANA zone", "Of people who chose none of their own.")
    contact: str = _setting(
        "", "words", "Whom people ask for rights, as pages say it; empty: an admin."
    )
    public_url: str = _setting(
        "", "URL", "How browsers reach this server, where a proxy stands before it."
    )
    trusted_proxies: str = _setting(
        "", "CIDR list", "Whose X-Forwarded-For, -Proto and login header are believed; comma."
    )
    tls_certificate: str = _setting("", "path", "PEM certificate chain; with `web.tls_key`.")
    tls_key: str = _setting("", "path", "PEM private key of the certificate.")
    max_body_bytes: int = _setting(
        16 * 1024 * 1024, "bytes", "Largest request body that is read.", least=1024
    )
    threads: int = _setting(
        16, "threads", "Database and Git reads at once; none of them holds the event loop.", least=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """Who may log in, and for how long."""

    session_idle_s: float = _setting(
        8 * 3600.0, "s", "A login that did nothing for so long ends.", least=1
    )
    session_total_s: float = _setting(7 * 86400.0, "s", "A login ends after so long.", least=1)
    totp_for: str = _setting(
        "nobody",
        "role",
        "Local users who need a one-time code: nobody, admin, engineer, everybody.",
    )
    oidc_issuer: str = _setting("", "URL", "OpenID provider; empty: no login by OIDC.")
    oidc_client_id: str = _setting("", "name", "Name of netwb at the provider.")
    oidc_client_secret: str = _secret_setting(
        "", "reference", "`env:NAME` or `file:PATH` of the secret at the provider."
    )
    oidc_groups_claim: str = _setting(
        "groups", "claim", "Where the provider tells a person's groups."
    )
    oidc_rights: str = _setting(
        "",
        "map",
        "Group to role and tenants: `noc=operator:*; acme-staff=customer:acme`; first match wins.",
    )
    proxy_user_header: str = _setting(
        "", "header", "Name that a trusted proxy logged in; empty: none is believed."
    )
    proxy_groups_header: str = _setting(
        "", "header", "Groups of that person, comma separated, mapped as by `oidc_rights`."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogSettings:
    """Where devices' messages are heard, and how long a change is waited for."""

    address: str = _setting("", "address", "Where to listen, as 0.0.0.0 or ::; empty: nowhere.")
    udp_port: int = _setting(5514, "port", "UDP port; 0: none.", least=0, most=65535)
    tcp_port: int = _setting(5514, "port", "TCP port; 0: none.", least=0, most=65535)
    relays: str = _setting(
        "",
        "CIDR list",
        "Relays whose messages' own names are believed; comma; `192.0.2.7=TENANT`: for its devices.",
    )
    wait_s: float = _setting(
        90.0, "s", "A device is backed up so long after its last message of a change.", least=0
    )
    most_s: float = _setting(
        600.0, "s", "... and at the latest so long after the first one.", least=0
    )
    connections: int = _setting(200, "connections", "Most TCP connections at once.", least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, a section each. Build it with `build_settings`."""

    store: StoreSettings = field(default_factory=StoreSettings)
    keys: KeysSettings = field(default_factory=KeysSettings)
    collect: CollectSettings = field(default_factory=CollectSettings)
    configs: ConfigsSettings = field(default_factory=ConfigsSettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    remote: RemoteSettings = field(default_factory=RemoteSettings)
    netbox: NetboxSettings = field(default_factory=NetboxSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    self_backup: SelfBackupSettings = field(default_factory=SelfBackupSettings)
    scheduler: SchedulerSettings = field(default_factory=SchedulerSettings)
    web: WebSettings = field(default_factory=WebSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    syslog: SyslogSettings = field(default_factory=SyslogSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInfo:
    """What a person needs to know about one setting."""

    name: str
    default: Any
    unit: str
    help: str


def _sections() -> dict[str, type]:
    return dict(get_type_hints(Settings))


def describe_settings() -> Iterator[SettingInfo]:
    """Every setting in file order, named `section.name`."""
    for section, kind in _sections().items():
        for item in fields(kind):
            yield SettingInfo(
                name=f"{section}.{item.name}",
                default=item.default,
                unit=item.metadata["unit"],
                help=item.metadata["help"],
            )


def from_environment(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """`NETWB_COLLECT__SESSIONS=50` as `{"collect": {"sessions": "50"}}`.

    A variable with the prefix but without `__` is not a setting (`NETWB_HOME`) and is left out.
    """
    layer: dict[str, dict[str, str]] = {}
    for name, value in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
            section, _, item = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
            layer.setdefault(section, {})[item] = value
    return layer


def build_settings(*layers: Mapping[str, Any]) -> Settings:
    """Merge layers of `{section: {name: value}}`, later ones winning.

    Raises SettingsError for an unknown section or name, a wrong type, or a value out of range.
    """
    merged: dict[str, dict[str, Any]] = {}
    known = _sections()
    for layer in layers:
        for section, values in layer.items():
            if section not in known or not isinstance(values, Mapping):
                raise SettingsError(_unknown(section, known))
            for name, value in values.items():
                merged.setdefault(section, {})[name] = _value(section, known[section], name, value)
    return Settings(**{section: known[section](**values) for section, values in merged.items()})


def _unknown(section: str, known: Mapping[str, type]) -> str:
    return f"settings section {section!r} is unknown; sections are {', '.join(sorted(known))}"


def _value(section: str, kind: type, name: str, value: Any) -> Any:
    items = {item.name: item for item in fields(kind)}
    if name not in items:
        msg = f"setting {section}.{name} is unknown; {section} has {', '.join(sorted(items))}"
        raise SettingsError(msg)
    item = items[name]
    converted = _converted(f"{section}.{name}", type(item.default), value)
    least = item.metadata["least"]
    if least is not None and converted < least:
        msg = f"setting {section}.{name} is {converted}; it must be at least {least}"
        raise SettingsError(msg)
    most = item.metadata["most"]
    if most is not None and converted > most:
        msg = f"setting {section}.{name} is {converted}; it must be at most {most}"
        raise SettingsError(msg)
    return converted


def _converted(name: str, kind: type, value: Any) -> Any:
    try:
        return _as(kind, value)
    except (TypeError, ValueError, OverflowError) as error:
        # What stands where words belong may be a secret: store.url holds a password.
        said = f"of type {type(value).__name__}" if kind is str else repr(value)
        msg = f"setting {name} is {said}; it must be of type {kind.__name__}"
        raise SettingsError(msg) from error


def _as(kind: type, value: Any) -> Any:
    """The value as that type; raises where the change would lose or hide something."""
    if isinstance(value, bool) or (kind is str and not isinstance(value, str)):
        raise TypeError
    found = kind(value)
    whole = kind is not int or not isinstance(value, float) or found == value
    # No comparison with NaN is true, so a NaN limit would never hold.
    if not whole or (kind is float and not isfinite(found)):
        raise ValueError
    return found

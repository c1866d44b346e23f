"""One frozen record of every setting: name, default, unit, help. Pure: it reads no file.

`netwb.setting_layers` builds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


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
    startup: str = _setting(
        "",
        "platforms",
        "Whose startup configuration backups take as well, as `cisco_ios, cisco_nxos`; EOS's always.",
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

    batch_devices: int = _setting(250, "devices", "Most devices in one written batch.", least=1)
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
    attacks_days: int = _setting(
        400, "days", "What detectors said goes after this; blackholes are kept; 0: never.", least=0
    )
    snapshots_days: int = _setting(
        400, "days", "Snapshots of change windows go after this; 0: never.", least=0
    )
    events_days: int = _setting(
        90, "days", "What a tenant's ERP is told once goes after this; 0: never.", least=0
    )
    compliance_days: int = _setting(
        1100,
        "days",
        "What devices were by rules goes after this, and old waivers; 0: never.",
        least=0,
    )
    access_days: int = _setting(
        30, "days", "Logins, tokens and walls go so long after their end; 0: never.", least=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfBackupSettings:
    """Where the daemon exports all of netwb to, but samples of traffic."""

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
    rate_per_token: int = _setting(
        20_000, "requests/min", "Of REST by one token or login, in each process; 0: any.", least=0
    )
    rate_per_tenant: int = _setting(
        40_000, "requests/min", "... and on one tenant's routes, by whom ever it admits.", least=0
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
class MetricsSettings:
    """Where counters are kept, and how often they are read."""

    url: str = _setting(
        "", "URL", "InfluxDB's http(s)://host:port; empty means metrics.db in the home (SQLite)."
    )
    database: str = _setting(
        "netwb", "name", "InfluxDB's database, which has to be made there; of 2.x the bucket."
    )
    organization: str = _setting(
        "",
        "name",
        "InfluxDB 2.x: the bucket's; needed for Flux, and for Telegraf to write by 2.x's own door.",
    )
    language: str = _setting(
        "influxql", "name", "How an InfluxDB is asked: influxql (1.x, 2.x, 3) or flux (2.x)."
    )
    username: str = _setting("", "name", "InfluxDB 1.x: who reads and writes; empty: nobody named.")
    secret: str = _secret_setting(
        "", "reference", "`env:NAME` or `file:PATH` of its password, or of a token of 2.x and 3."
    )
    ca_file: str = _setting(
        "", "path", "PEM certificates that https is trusted by, in place of the system's."
    )
    names_file: str = _setting(
        "",
        "path",
        "TOML of what things are called in an InfluxDB that others fill; empty: as here.",
    )
    answer_s: float = _setting(30.0, "s", "Longest time for one answer of InfluxDB.", least=0.1)
    interval_s: int = _setting(
        60, "s", "How often counters are read, by Telegraf and by netwb itself.", least=5, most=3600
    )
    snmp_timeout_s: float = _setting(2.0, "s", "Longest wait for one answer to SNMP.", least=0.1)
    snmp_retries: int = _setting(
        1, "tries", "How often a question that was not answered is asked again.", least=0
    )
    poll_deadline_s: float = _setting(
        20.0, "s", "`netwb poll`: longest time for all of one device.", least=1
    )
    poll_devices: int = _setting(
        100, "devices", "`netwb poll`: most devices that are asked at once.", least=1
    )
    pings: int = _setting(
        3,
        "pings",
        "Echo requests to each device at a poll, one after the other; 0: none.",
        least=0,
        most=10,
    )
    raw_days: int = _setting(35, "days", "SQLite: how long each sample is kept.", least=1)
    rollup_days: int = _setting(
        400, "days", "SQLite: how long one sample of five minutes is kept after that.", least=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegrafSettings:
    """How Telegraf is told of its files; a shard may have commands of its own."""

    program: str = _setting(
        "telegraf", "path", "Telegraf's program, which checks new files; empty: it is not asked."
    )
    reload: str = _setting(
        "", "command", "What tells Telegraf of changed files: systemctl reload telegraf; no shell."
    )
    restart: str = _setting(
        "", "command", "What starts it anew after a changed secret: systemctl restart telegraf."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaSettings:
    """Whose panels stand in `/traffic`; Grafana itself is behind a proxy that asks netwb."""

    url: str = _setting(
        "", "URL", "How browsers reach Grafana, on the host name of netwb's own pages; empty: none."
    )
    organizations: str = _setting(
        "",
        "map",
        "Tenant to Grafana's number of its organization: `acme=2; umbra=3`; `*`: all tenants.",
    )
    dashboard: str = _setting("netwb-tenant", "uid", "Dashboard whose panel shows a port.")
    panel: int = _setting(1, "number", "The panel of that dashboard.", least=1)
    answer_s: float = _setting(5.0, "s", "Longest time for one answer of Grafana.", least=0.1)
    ca_file: str = _setting(
        "", "path", "PEM certificates that Grafana is trusted by, in place of the system's."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackholeSettings:
    """How much is blackholed before a person is asked, and for how long."""

    active: int = _setting(
        30, "blackholes", "Most that stand at once; what is more waits for a person.", least=0
    )
    active_per_tenant: int = _setting(
        10, "blackholes", "... and of one tenant's addresses.", least=0
    )
    per_minute: int = _setting(
        10, "blackholes", "Most new ones in a minute; what is more waits for a person.", least=0
    )
    minutes: int = _setting(
        10,
        "min",
        "How long one stands that an alarm asked for; doubled with each repeat.",
        least=1,
        most=10_080,
    )
    max_minutes: int = _setting(
        1440, "min", "Longest that anybody may ask for.", least=1, most=10_080
    )
    repeat_within_minutes: int = _setting(
        120, "min", "An attack on the same address within so long is a repeat.", least=1
    )
    late_minutes: int = _setting(
        10, "min", "An alarm that is older waits for a person.", least=1, most=1440
    )
    hold_minutes: int = _setting(
        30, "min", "One that waits so long without an answer is denied.", least=1, most=1440
    )
    approval_minutes: int = _setting(
        30, "min", "A person's approval counts for so long.", least=1, most=1440
    )
    break_glass_minutes: int = _setting(
        30, "min", "Longest that an engineer may ask for without a second person.", least=1
    )
    reconcile_s: int = _setting(
        60, "s", "How often triggers and edges are compared with the ledger.", least=5, most=3600
    )
    verify_s: float = _setting(
        10.0, "s", "How long an edge may take to drop before it is said not to.", least=0.1
    )
    never: str = _setting(
        "",
        "map",
        "Never blackholed, and why: `192.0.2.53=our name server; 2001:db8:53::/48`; devices are not,"
        " by themselves.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceSettings:
    """By which rules configurations are judged."""

    starter: str = _setting(
        "on", "on or off", "Whether the rules that come with netwb hold, the starter pack."
    )
    repository: str = _setting(
        "",
        "path or URL",
        "Git repository of the provider's rules (https, ssh, or a folder); empty: none.",
    )
    ref: str = _setting("HEAD", "ref", "Branch, tag or commit of that repository that holds.")
    username: str = _setting(
        "", "name", "Who reads that repository over https; empty: anybody may."
    )
    password: str = _secret_setting(
        "", "reference", "`env:NAME` or `file:PATH` of the password or token for https."
    )
    key: str = _secret_setting(
        "",
        "reference",
        "`env:NAME` or `file:PATH` of a private key for ssh without a passphrase; empty: what the"
        " login's own ssh has.",
    )
    fetch_timeout_s: float = _setting(
        60.0, "s", "Longest time that the repository may take to answer.", least=1
    )
    stale_hours: float = _setting(
        48.0, "h", "A device whose good copy is older is stale by every rule.", least=1
    )
    waiver_days: int = _setting(
        180, "days", "Longest time that a rule may be waived for a device.", least=1
    )
    warn_days: int = _setting(7, "days", "So long before a waiver ends its end is told.", least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, a section each. Build it with `netwb.setting_layers.build_settings`."""

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
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    telegraf: TelegrafSettings = field(default_factory=TelegrafSettings)
    grafana: GrafanaSettings = field(default_factory=GrafanaSettings)
    blackhole: BlackholeSettings = field(default_factory=BlackholeSettings)
    compliance: ComplianceSettings = field(default_factory=ComplianceSettings)

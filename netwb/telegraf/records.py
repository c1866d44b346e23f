"""Words of Telegraf's configuration: shards, what was rendered for one, what differs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

MAIN = "main"  # the shard of every site, where none is defined
DEVICES_FOLDER = "telegraf.d"  # of a shard: one file a site, beside them operators' own
OWN_FILES = "netwb-"  # what files there begin with that netwb writes; all others are operators'
AGENT_FILE = "telegraf.conf"
ENVIRONMENT_FILE = "environment"
NO_PROGRAM = (
    "Telegraf's program is not on this machine: its own check was left out, and no device was asked"
)
Change = Literal["added", "changed", "removed"]
Place = Literal["here", "elsewhere"]
PLACES: tuple[Place, ...] = get_args(Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One Telegraf. It serves the sites that it names; shards of one site share its devices.

    sites      `tenant/site`, sorted; None: every site, as `main` does where no shard is defined
    weight     its share of a site's devices, against that of the site's other shards
    place      `here`: its files are written beside the home's others; `elsewhere`: it fetches them
    reload     what tells it of changed files, as a list of arguments; none: the setting's
    restart    what starts it anew, which changed secrets need
    """

    name: str
    sites: tuple[str, ...] | None = None
    weight: int = 1
    place: Place = "here"
    reload: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()

    def serves(self, site: str) -> bool:
        """Whether `tenant/site` is one of its sites."""
        return self.sites is None or site in self.sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A device that another shard would serve; "" stands for none."""

    device_id: str
    tenant: str
    site: str
    hostname: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The texts of `telegraf/*.conf`; `<<word>>` is filled in."""

    agent: str
    influxdb: str
    influxdb_v2: str
    no_output: str
    snmp: str
    v2c: str
    v3: str
    ping: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where a shard writes to. `secret` is a password of 1.x, or a token of 2.x and 3.

    kind   by which of Telegraf's outputs
    """

    kind: Literal["influxdb", "influxdb_v2", "none"]
    url: str = ""
    database: str = ""  # of 2.x the bucket
    organization: str = ""
    username: str = ""
    secret: str = field(default="", repr=False)
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How devices are asked; the worst case of one device must be shorter than the interval.

    pings   packets a poll; 0: none
    """

    interval_s: int = 60
    timeout_s: float = 2.0
    retries: int = 1
    pings: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """A device that is not asked by SNMP, and why, with the cure.

    unread   it should be asked: a secret of its credential cannot be read now
    """

    tenant: str
    hostname: str
    reason: str
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One device of a profile (a credential and its protocols), with its block, to be tried."""

    name: str  # tenant/hostname
    profile: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardFiles:
    """All that one shard is to have.

    texts         path within the shard's folder -> text, sorted; no secret is in them
    environment   variable -> secret, sorted: what the file of that name holds, 0600
    asked         devices that are asked by SNMP, as (slug of the tenant, id)
    samples       one device a profile
    """

    shard: Shard
    texts: Mapping[str, str]
    environment: Mapping[str, str] = field(repr=False)
    device_ids: tuple[str, ...]
    asked: tuple[tuple[str, str], ...] = ()
    unasked: tuple[Unasked, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong with a configuration, that Telegraf would take or stumble over."""

    path: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file that an apply would write or delete; `lines` of a changed one as in a patch."""

    path: str
    change: Change
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardText:
    """A shard as one text; `changed_at` in whole seconds, when it became so for who sees it."""

    text: str
    digest: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretChange:
    """One variable that would change, by fingerprints of its secrets; "" is none."""

    variable: str
    old: str
    new: str


Told = Literal["reload", "restart", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardDiff:
    """What differs between a shard's folder and the inventory.

    needs     what Telegraf has to do to take it: a process keeps its environment, so that changed
              secrets need a restart
    unasked   devices that are not asked by SNMP, and why
    """

    shard: str
    folder: str
    files: tuple[FileChange, ...]
    secrets: tuple[SecretChange, ...]
    needs: Literal["nothing", "reload", "restart"]
    unasked: tuple[Unasked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardOutcome:
    """What an apply did to one shard.

    status     unchanged; planned, by a dry run; applied
    told       how Telegraf was told; nobody: no command is set, and a person has to
    warnings   for a person to read
    until      until when samples are waited for, before the former files are put back
    """

    shard: str
    status: Literal["unchanged", "planned", "applied"]
    files: int = 0
    told: Told = "nobody"
    warnings: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardVerdict:
    """What became of new files that were on trial.

    status   proven: samples came; waiting; silent: none came, as none had before; rolled_back: none
             came although they did before, and the former files are in force; unknown: the metrics
             store does not answer
    """

    shard: str
    status: Literal["proven", "waiting", "silent", "rolled_back", "unknown"]
    until: datetime
    message: str = ""

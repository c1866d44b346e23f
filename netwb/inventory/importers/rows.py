"""Words of an import: what a source says, how it is read, and what is going to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from netwb.inventory.changes import DeviceChanges, FieldChange
from netwb.inventory.records import NewDevice

REQUIRED = ("tenant", "site", "hostname", "address", "platform")
OPTIONAL = (
    "port",
    "snmp_port",
    "credential",
    "snmp_credential",
    "role",
    "model",
    "serial",
    "contract_ref",
    "labels",
    "status",
    "sysname",
    "syslog_source",
)
COLUMNS = (*REQUIRED, *OPTIONAL)
AUTO: Mapping[str, str] = {"platform": "auto"}  # of sources that need not know the platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How a person wants the columns of a source read.

    mapping     source column -> ours; column names are compared without case
    ignored     source columns to leave out
    defaults    our column -> value, where a row has none
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How an import is meant.

    missing     what becomes of unknown tenants and sites
    bad_rows    "refuse": one bad row and nothing is written; "skip": the good ones are
    """

    columns: Columns = field(default_factory=Columns)
    missing: Literal["create", "refuse"] = "refuse"
    bad_rows: Literal["refuse", "skip"] = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The texts of one import.

    texts   "table" and "router_db" one text; "netbox" one JSON text; "nornir" hosts, groups,
            defaults by name
    """

    kind: Literal["table", "router_db", "netbox", "nornir"]
    texts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One device as a source says it: our columns, blank ones left out.

    at         "line 3", for messages
    problem    why the row could not even be read
    """

    at: str
    values: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One column of a table: its own name, ours for it (None: none is known), its first cell."""

    name: str
    ours: str | None
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """All rows of a source, and words for the person about what was left out."""

    rows: tuple[SourceRow, ...]
    notes: tuple[str, ...] = ()
    fallbacks: Mapping[str, str] = field(
        default_factory=dict
    )  # where a row and `defaults` say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDevice:
    """What one good row does.

    action    "same" changes nothing; "left_out": retired at the source and not here
    new       add only
    changes   update only: field -> value; `fields` tells the same to people, with the old values
    """

    at: str
    action: Literal["add", "update", "retire", "same", "left_out"]
    tenant: str
    site: str
    hostname: str
    device_id: str | None = None
    new: NewDevice | None = None
    changes: DeviceChanges = field(default_factory=DeviceChanges)
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A tenant, or a site of one, that the import makes."""

    tenant: str
    site: str | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a row: the column at fault ("" where it is the row), why and the cure.

    kind   "unknown place": a tenant or site that an import may be asked to make
    """

    column: str
    message: str
    kind: Literal["value", "unknown place"] = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A bad row: what it says, defaults filled in, and everything that is wrong with it."""

    at: str
    values: Mapping[str, str]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import does, or did.

    problems  one sentence a bad row          refused  the same, cell by cell, in the same order
    """

    devices: tuple[PlannedDevice, ...]
    places: tuple[NewPlace, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    refused: tuple[RefusedRow, ...] = ()

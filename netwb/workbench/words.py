"""The records that the facade's methods give, named for edges, which import nothing below it."""

from netwb.access.records import (
    Admission,
    IssuedToken,
    IssuedWall,
    LoginSession,
    NewToken,
    NewUser,
    NewWall,
    Origin,
    Person,
    ProviderLogin,
    Token,
    TotpSecret,
    User,
    UserChanges,
    Wall,
)
from netwb.archive.records import Change, Hit, QuarantineItem, Revision
from netwb.archive.remote.records import Foreign, Pushed, Remote, Restored, Stranger
from netwb.archive.scanning import SecretHit
from netwb.collect.coverage import Copy, DeviceCoverage, DeviceRun, Night
from netwb.collect.nights import LastNight
from netwb.collect.outcome import BackupOutcome, BackupReport
from netwb.collect.probe import ProbeRow
from netwb.collect.unsaved import Unsaved
from netwb.health.counts import TenantCounts
from netwb.health.purging import TenantPurge
from netwb.inventory.records import Device, NamedDevice, Site, Tenant
from netwb.store.audit import AuditEvent, AuditReport
from netwb.store.daemons import Daemon
from netwb.store.firing_records import Firing
from netwb.store.jobs import Job
from netwb.workbench.blackouts import BlackoutState
from netwb.workbench.from_remote import RemoteSource
from netwb.workbench.scheduling import DaemonState, JobState

__all__ = [
    "Admission",
    "AuditEvent",
    "AuditReport",
    "BackupOutcome",
    "BackupReport",
    "BlackoutState",
    "Change",
    "Copy",
    "Daemon",
    "DaemonState",
    "Device",
    "DeviceCoverage",
    "DeviceRun",
    "Firing",
    "Foreign",
    "Hit",
    "IssuedToken",
    "IssuedWall",
    "Job",
    "JobState",
    "LastNight",
    "LoginSession",
    "NamedDevice",
    "NewToken",
    "NewUser",
    "NewWall",
    "Night",
    "Origin",
    "Person",
    "ProbeRow",
    "ProviderLogin",
    "Pushed",
    "QuarantineItem",
    "Remote",
    "RemoteSource",
    "Restored",
    "Revision",
    "SecretHit",
    "Site",
    "Stranger",
    "Tenant",
    "TenantCounts",
    "TenantPurge",
    "Token",
    "TotpSecret",
    "Unsaved",
    "User",
    "UserChanges",
    "Wall",
]

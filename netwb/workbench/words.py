"""The records that the facade's methods give, named for edges, which import nothing below it."""

from netwb.access.records import (
    Admission,
    IssuedToken,
    LoginSession,
    NewToken,
    NewUser,
    Origin,
    Person,
    ProviderLogin,
    Token,
    TotpSecret,
    User,
    UserChanges,
)
from netwb.archive.records import Change, Hit, QuarantineItem, Revision
from netwb.archive.remote.records import Pushed, Remote, Restored, Stranger
from netwb.archive.scanning import SecretHit
from netwb.collect.nights import LastNight
from netwb.collect.outcome import BackupOutcome, BackupReport
from netwb.inventory.records import Device, NamedDevice, Site, Tenant
from netwb.store.daemons import Daemon
from netwb.store.firings import Firing
from netwb.store.jobs import Job
from netwb.workbench.blackouts import BlackoutState
from netwb.workbench.scheduling import DaemonState, JobState

__all__ = [
    "Admission",
    "BackupOutcome",
    "BackupReport",
    "BlackoutState",
    "Change",
    "Daemon",
    "DaemonState",
    "Device",
    "Firing",
    "Hit",
    "IssuedToken",
    "Job",
    "JobState",
    "LastNight",
    "LoginSession",
    "NamedDevice",
    "NewToken",
    "NewUser",
    "Origin",
    "Person",
    "ProviderLogin",
    "Pushed",
    "QuarantineItem",
    "Remote",
    "Restored",
    "Revision",
    "SecretHit",
    "Site",
    "Stranger",
    "Tenant",
    "Token",
    "TotpSecret",
    "User",
    "UserChanges",
]

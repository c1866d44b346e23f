"""The records that the facade's methods give, named for edges, which import nothing below it."""

from netwb.archive.records import Change, Hit, QuarantineItem, Revision
from netwb.collect.nights import LastNight
from netwb.collect.outcome import BackupOutcome, BackupReport
from netwb.inventory.records import Device, Site, Tenant
from netwb.store.jobs import Job

__all__ = [
    "BackupOutcome",
    "BackupReport",
    "Change",
    "Device",
    "Hit",
    "Job",
    "LastNight",
    "QuarantineItem",
    "Revision",
    "Site",
    "Tenant",
]

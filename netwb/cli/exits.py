"""The table error class -> exit status, and the one door where an error becomes a sentence.

0 done; 1 done, but some devices or rules failed, or the answer is no; 2 wrong usage or bad input;
3 not permitted; 4 not found; 5 something needed is not available.
"""

from __future__ import annotations

from netwb.errors import (
    AccessError,
    ArchiveError,
    DeliveryError,
    DeviceError,
    ExportError,
    ExportRefusedError,
    GrafanaError,
    HomeError,
    InputError,
    InventoryError,
    ListenError,
    MetricsError,
    NetboxError,
    NetwbError,
    RuleError,
    RunUnderWayError,
    SettingsError,
    StoreError,
    TelegrafError,
    TelegrafFailedError,
    UnknownDeviceError,
    UnknownNameError,
    UnknownRevisionError,
)

DONE, SOME_FAILED, BAD_INPUT, NOT_PERMITTED, NOT_FOUND, NOT_AVAILABLE = range(6)

EXITS: dict[type[NetwbError], int] = {
    SettingsError: BAD_INPUT,
    InputError: BAD_INPUT,
    InventoryError: BAD_INPUT,
    UnknownDeviceError: NOT_FOUND,
    UnknownNameError: NOT_FOUND,
    NetboxError: NOT_AVAILABLE,
    DeviceError: SOME_FAILED,
    ArchiveError: NOT_AVAILABLE,
    UnknownRevisionError: NOT_FOUND,
    StoreError: NOT_AVAILABLE,
    RuleError: BAD_INPUT,
    MetricsError: NOT_AVAILABLE,
    TelegrafError: BAD_INPUT,
    TelegrafFailedError: NOT_AVAILABLE,
    GrafanaError: NOT_AVAILABLE,
    RunUnderWayError: NOT_AVAILABLE,
    ListenError: NOT_AVAILABLE,
    HomeError: NOT_AVAILABLE,
    DeliveryError: SOME_FAILED,
    ExportError: NOT_AVAILABLE,
    ExportRefusedError: BAD_INPUT,
    AccessError: NOT_PERMITTED,
}


def exit_status(kind: type[NetwbError]) -> int:
    """The status of the nearest class in the table; a test proves that each class has one."""
    return next(EXITS[parent] for parent in kind.__mro__ if parent in EXITS)

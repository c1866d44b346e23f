"""The one error tree of netwb: the class is the code, the message names the thing and the cure.

    NetwbError
    ├─ SettingsError            a setting, an environment variable or netwb.toml is wrong
    ├─ InputError               what was asked cannot be understood
    │  ├─ KeyReusedError           a key of a request came before with another one
    │  └─ NumberGoneError          a copy is older than what can be told; read it anew
    ├─ InventoryError           a tenant, site, device or credential cannot be as asked
    │  ├─ UnknownDeviceError       ├─ DuplicateDeviceError    ├─ UnknownPlatformError
    │  ├─ UnknownNameError         (tenant, site, credential, user)
    │  ├─ FieldsRefusedError       (several at once)          ├─ ImportRefusedError (rows)
    │  ├─ StalePlanError           (another plan by now)      └─ NetboxError        (NetBox)
    │  └─ ChangedSinceError        (not as it was seen)
    ├─ DeviceError              one device gave no good configuration; the run goes on
    │  ├─ UnreachableError         ├─ AlgorithmError          ├─ LoginRefusedError
    │  ├─ LoginNotTriedError       ├─ HostKeyChangedError     ├─ DeadlineError
    │  ├─ ConnectionLostError      ├─ CommandRejectedError    ├─ RestrictedLoginError
    │  ├─ IncompleteConfigError    ├─ WrongDeviceError        ├─ ShrunkConfigError
    │  ├─ RunInterruptedError      └─ PollError               (no good counters)
    ├─ ArchiveError             a repository cannot be read or written
    │  ├─ UnknownRevisionError     ├─ ArchiveBusyError        ├─ ArchiveDamagedError
    │  ├─ SecretMissingError       └─ RemoteError
    │  │                              ├─ RemoteAheadError    └─ SecretsUnpushedError
    ├─ StoreError               the database or a key is not usable
    │  ├─ StoreUnavailableError    ├─ MigrationNeededError    ├─ KeyringError
    │  ├─ AuditBrokenError         └─ LeaseLostError
    ├─ RuleError                a file of rules has faults; what is right in it can be used all the same
    ├─ MetricsError             samples cannot be read or written
    │  ├─ MetricsUnavailableError  └─ MetricsRefusedError  └─ MetricsTooMuchError
    ├─ TelegrafError            Telegraf's configuration cannot be as asked
    │  └─ TelegrafFailedError      Telegraf, or what reloads it, did not do what it was asked
    ├─ GrafanaError             Grafana's panels are not shown, or it asks what netwb does not answer
    ├─ RunUnderWayError         another run holds these devices
    ├─ ListenError              the server cannot have its address and port
    ├─ HomeError                the home folder cannot be used
    ├─ DeliveryError            a notification did not arrive
    ├─ ExportError              an export cannot be written
    │  └─ ExportRefusedError       it is not whole, not ours, or of another passphrase
    └─ AccessError              the actor may not
       ├─ NotPermittedError        └─ NotAuthenticatedError      nobody known asks
          ├─ CodeNeededError          ├─ LoginThrottledError     └─ LoginProviderError

`cli.exits` owns the table class -> exit status, `web.problems` the table class -> HTTP status; tests
prove that both cover this tree.
A message never holds a secret, and never more of a device's text than one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal


class NetwbError(Exception):
    """Root of the tree. `str()` is one sentence: the thing, what is wrong; then its cures.

    Cures follow semicolons. What would be typed stands in them as a command in backticks, or as an
    option; an edge without a command line puts what it has itself in its place (`netwb.cures`).

    `faults` holds a sentence by field, where fields that were given are at fault.
    """

    faults: Mapping[str, str] = MappingProxyType({})

    def _render_traceback_(self) -> list[str]:
        """IPython's own question: what a cell shows in place of a stack of netwb's own lines."""
        return [f"{type(self).__name__}: {self}"]


class SettingsError(NetwbError):
    """A setting has an unknown name or an impossible value."""


class InputError(NetwbError):
    """A time, a revision or a text to search for is not written as one."""


class KeyReusedError(InputError):
    """The key by which a repeat is known came before with another request."""


class NumberGoneError(InputError):
    """What came after that number cannot be told any more; whoever keeps a copy reads it anew."""


class InventoryError(NetwbError):
    """The inventory refuses what was asked of it."""


class UnknownDeviceError(InventoryError):
    """No device of that name or id in the actor's scope; a foreign one reads the same.

    `wanted` is the name as it was given.
    """

    def __init__(self, message: str, *, wanted: str = "") -> None:
        super().__init__(message)
        self.wanted = wanted


class UnknownNameError(InventoryError):
    """No tenant, site or credential of that name in the actor's scope.

    wanted   the name as it was given
    thing    `tenant`, `site` or `credential`; empty where names do not resemble each other
    among    names that could have been meant, where not all of the scope could
    """

    def __init__(
        self,
        message: str,
        *,
        thing: str = "",
        wanted: str = "",
        among: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(message)
        self.thing = thing
        self.wanted = wanted
        self.among = among


class DuplicateDeviceError(InventoryError):
    """The hostname is taken in its tenant."""


class UnknownPlatformError(InventoryError):
    """No platform record of that name; never a silent `show run`."""


class FieldsRefusedError(InventoryError):
    """Several fields are at fault; each is in `faults`, and the message says all of them."""


class ImportRefusedError(InventoryError):
    """An import has bad rows, and nothing was written.

    `problems` holds one sentence a row, each beginning with its line number.
    """

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class StalePlanError(InventoryError):
    """The plan that a person accepted is not the one that would be done now."""


class ChangedSinceError(InventoryError):
    """What somebody acts on is not any more what was seen; nothing was done."""


class NetboxError(InventoryError):
    """NetBox does not answer, or not to be believed; nothing of it was taken over."""


class DeviceError(NetwbError):
    """One device gave no good configuration. The class name is the `kind` of a cause."""


class UnreachableError(DeviceError):
    """No TCP connection or no SSH banner."""


class AlgorithmError(DeviceError):
    """The device offers only algorithms that its record does not allow."""


class LoginRefusedError(DeviceError):
    """The device refused the credential. Never retried: repeats lock the account."""


class LoginNotTriedError(DeviceError):
    """The credential was refused too often in this run; this device was left alone."""


class HostKeyChangedError(DeviceError):
    """The host key is not the trusted one.

    shown      OpenSSH public key line that was refused
    device_id  whose it is; empty for a jump host's
    """

    def __init__(self, message: str, *, shown: str = "", device_id: str = "") -> None:
        super().__init__(message)
        self.shown = shown
        self.device_id = device_id


class DeadlineError(DeviceError):
    """The device was silent for too long, or the total deadline passed."""


class ConnectionLostError(DeviceError):
    """The connection ended in the middle."""


class CommandRejectedError(DeviceError):
    """The device answered a command with an error."""


class RestrictedLoginError(DeviceError):
    """The login may not see the whole configuration."""


class IncompleteConfigError(DeviceError):
    """The text is not a whole configuration."""


class WrongDeviceError(DeviceError):
    """The text belongs to another device.

    calls     what it calls its device by, a name or a serial number, where the message shows it
    unnamed   the message without that: the other device may be another tenant's
    """

    def __init__(self, message: str, *, calls: str = "", unnamed: str = "") -> None:
        super().__init__(message)
        self.calls = calls
        self.unnamed = unnamed


class ShrunkConfigError(DeviceError):
    """The text is much shorter than the last good one; a person decides."""


class RunInterruptedError(DeviceError):
    """The run that had this device ended without a word; the next one does it again."""


class PollError(DeviceError):
    """A device's answer to SNMP cannot be used."""


class ArchiveError(NetwbError):
    """A repository or its index cannot be read or written."""


class UnknownRevisionError(ArchiveError):
    """No such revision of that device."""


class ArchiveBusyError(ArchiveError):
    """Another live process holds the repository's writer lock."""


class ArchiveDamagedError(ArchiveError):
    """The repository is not what Git can read."""

    reason = ""  # what was found, where that is known


class SecretMissingError(ArchiveError):
    """A vault row that the revision needs is gone; nothing is restored."""


class RemoteError(ArchiveError):
    """A remote cannot be reached, refuses what is pushed, or cannot be restored from."""


class RemoteAheadError(RemoteError):
    """The remote has commits that netwb did not push there; nothing is forced, a person decides.

    behind      how many; `strangers`: the newest of them, each as commit, author, subject
    """

    def __init__(
        self,
        message: str,
        *,
        behind: int = 0,
        strangers: tuple[tuple[str, str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.behind = behind
        self.strangers = strangers


class SecretsUnpushedError(RemoteError):
    """Texts that are to be pushed show what the newest rules call a secret; a person decides."""


class StoreError(NetwbError):
    """The database or a key is not usable."""


class StoreUnavailableError(StoreError):
    """The database does not answer, is locked or has no room."""


class MigrationNeededError(StoreError):
    """The database is older or newer than this netwb."""


class KeyringError(StoreError):
    """The master key is missing, unreadable or the wrong one."""


class AuditBrokenError(StoreError):
    """The audit chain does not verify."""


class LeaseLostError(StoreError):
    """Another process took over; what this one was about to do is left undone."""


class RuleError(NetwbError):
    """A file of compliance rules has faults; the rules of other files still run.

    `problems` holds one sentence a fault, each beginning with file and line.
    """

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class MetricsError(NetwbError):
    """What was measured cannot be read or written."""


class MetricsUnavailableError(MetricsError):
    """The metrics store does not answer; never an empty chart in its place."""


class MetricsRefusedError(MetricsError):
    """The metrics store answers that it will not: no right, no such database, too much asked."""


class MetricsTooMuchError(MetricsRefusedError):
    """More samples were asked for than one answer may hold."""


class TelegrafError(NetwbError):
    """A shard or a file of Telegraf's configuration cannot be as it was asked for."""


class TelegrafFailedError(TelegrafError):
    """Telegraf does not take its new files, or what reloads it fails; the former ones are in force."""


class GrafanaError(NetwbError):
    """A panel of Grafana is not to be shown: it is down, open to anybody, or a tenant has no place there."""


class RunUnderWayError(NetwbError):
    """Another run has one of these devices, or many wait already; wait for it."""


class ListenError(NetwbError):
    """The server cannot listen where it was told to."""


class HomeError(NetwbError):
    """The home folder is missing, not writable or not ours."""


class ExportError(NetwbError):
    """An export cannot be written, for want of room or right."""


class ExportRefusedError(ExportError):
    """An export is cut short, was changed, is newer, or opens by another passphrase."""


class DeliveryError(NetwbError):
    """A notification did not arrive; it is tried again.

    fault           "message" where the receiver says that this one is wrong, and others may not be
    retry_after_s   how long the receiver asks to be left alone
    """

    def __init__(
        self,
        message: str,
        *,
        fault: Literal["target", "message"] = "target",
        retry_after_s: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.retry_after_s = retry_after_s


class AccessError(NetwbError):
    """The actor is not allowed."""


class NotPermittedError(AccessError):
    """The role lacks the permission; the message names both.

    permission  that is lacking; role: the least one that holds it. Empty where another role is no cure
    """

    def __init__(self, message: str, *, permission: str = "", role: str = "") -> None:
        super().__init__(message)
        self.permission = permission
        self.role = role


class NotAuthenticatedError(AccessError):
    """Nobody that netwb knows asks: no login, a wrong password, a token or session that ended."""


class CodeNeededError(NotAuthenticatedError):
    """The password is right; a one-time code is asked for as well.

    `ticket` stands for the password in the next step, for a few minutes.
    """

    def __init__(self, message: str, *, ticket: str = "") -> None:
        super().__init__(message)
        self.ticket = ticket


class LoginProviderError(NotAuthenticatedError):
    """The login provider does not answer, or answers what cannot be believed."""


class LoginThrottledError(NotAuthenticatedError):
    """Too many wrong tries. `retry_after_s` is how long the next one has to wait."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

"""Turn what asyncssh and the system raise into the DeviceError that names the true cause.

The class is the cause; the sentence names the device, what it did, and what a person can do.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from netwb.errors import (
    AlgorithmError,
    ConnectionLostError,
    DeadlineError,
    DeviceError,
    LoginRefusedError,
    UnreachableError,
)
from netwb.inventory.records import Jump, Login, Target
from netwb.loading import lazy

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = lazy("asyncssh")

_RECEIVED = re.compile(r"No matching (.+) algorithm found, .* and received (.+)")

_MARKS = re.compile(r"ext-info-|kex-strict-")  # announced as key exchanges, and none


class Stage(Enum):
    """How far a connection came."""

    TCP = "TCP"
    BANNER = "the SSH banner"
    KEYS = "key exchange"
    LOGIN = "login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a message calls a device or a jump host."""

    name: str
    address: str
    port: int

    @classmethod
    def of(cls, end: Target | Jump) -> Place:
        """The name for messages."""
        name = end.hostname if isinstance(end, Target) else "jump host"
        return cls(name=name, address=end.address, port=end.port)

    def __str__(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.name} ({address}:{self.port})"


def timed_out(place: Place, stage: Stage, seconds: float) -> DeviceError:
    """No step forward within the time of this stage."""
    match stage:
        case Stage.TCP:
            return UnreachableError(
                f"{place}: no TCP connection within {seconds:g} s; check address, route and filters"
            )
        case Stage.BANNER:
            return UnreachableError(
                f"{place}: no SSH banner within {seconds:g} s of connecting; check that SSH "
                f"listens on that port"
            )
        case Stage.KEYS | Stage.LOGIN:
            return DeadlineError(
                f"{place}: {stage.value} did not end within {seconds:g} s; check the device's load "
                f"and its AAA servers"
            )


def translated(error: Exception, place: Place, stage: Stage, login: Login) -> DeviceError:
    """The DeviceError for what a connection attempt raised."""
    if isinstance(error, asyncssh.PermissionDenied):
        return LoginRefusedError(
            f"{place}: login of {login.credential} (user {login.username}) is refused; set the "
            f"right secret with `{login.setting()}`"
        )
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return AlgorithmError(f"{place}: {_mismatch(error)}")
    if isinstance(error, asyncssh.ChannelOpenError):
        return UnreachableError(
            f"{place}: the jump host did not connect to it ({error.reason}); check that the jump "
            f"host reaches it and allows forwarding"
        )
    if isinstance(error, asyncssh.DisconnectError):
        return _ended(error, place, stage)
    if isinstance(error, OSError):
        return _unreachable(error, place, stage)
    return ConnectionLostError(f"{place}: {stage.value} failed ({type(error).__name__}: {error})")


def _mismatch(error: asyncssh.KeyExchangeFailed) -> str:
    found = _RECEIVED.match(error.reason)
    if found is None:
        return f"key exchange failed ({error.reason}); renew the device's host key"
    kind, received = found.groups()
    names = ", ".join(name for name in received.split(",") if not _MARKS.match(name))
    return (
        f"the device offers only {names} for {kind}; allow legacy algorithms for it, or renew its "
        f"SSH keys and software"
    )


def _ended(error: asyncssh.DisconnectError, place: Place, stage: Stage) -> DeviceError:
    if stage is Stage.BANNER:
        return _no_banner(place, error.reason)
    hint = "; it may know none of the algorithms that are offered" if stage is Stage.KEYS else ""
    return ConnectionLostError(
        f"{place}: the connection ended during {stage.value} ({error.reason}){hint}; look at the "
        f"device's log"
    )


def _no_banner(place: Place, why: str) -> DeviceError:
    return UnreachableError(
        f"{place}: what listens there gave no SSH 2 banner ({why}); check that SSH listens on that "
        f"port and that the device has a free line"
    )


def _unreachable(error: OSError, place: Place, stage: Stage) -> DeviceError:
    if stage is Stage.BANNER:
        return _no_banner(place, error.strerror or str(error))
    if stage is not Stage.TCP:
        return ConnectionLostError(
            f"{place}: the connection broke during {stage.value} ({error.strerror or error}); look "
            f"at the device's log"
        )
    if isinstance(error, ConnectionRefusedError):
        why = "the port is closed"
    elif isinstance(error, socket.gaierror):
        why = "the name is not known"
    else:
        why = error.strerror or type(error).__name__
    return UnreachableError(f"{place}: {why}; check address, port and that SSH is on")

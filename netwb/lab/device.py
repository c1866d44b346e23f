"""The records of one simulated device and of one jump host. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

LabPlatform = Literal["cisco_ios", "arista_eos", "frr", "cisco_nxos"]
Authentication = Literal["password", "keyboard-interactive", "publickey"]
Algorithms = Literal["modern", "old"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabDevice:
    """One simulated device.

    key             unique in the fleet; `hostname` need not be
    lines           about how long its configuration is, from 100 up
    enable          password of `enable`; None: the login lands in privileged mode
    public_key      OpenSSH line that is let in where authentication is `publickey`
    algorithms      `old`: SHA-1 key exchange, ssh-rsa, CBC, as gear of 2010 has them
    """

    key: str
    hostname: str
    platform: LabPlatform
    username: str
    password: str = field(repr=False)
    lines: int = 300
    enable: str | None = field(default=None, repr=False)
    authentication: Authentication = "password"
    public_key: str = ""
    algorithms: Algorithms = "modern"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabJump:
    """One jump host and its account; `key` is unique among the fleet's devices too."""

    key: str
    username: str
    password: str = field(repr=False)

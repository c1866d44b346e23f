"""What the facade holds of remotes."""

from __future__ import annotations

from dataclasses import dataclass

from netwb.archive.remote.carry import Carrier
from netwb.archive.remote.installing import Installer
from netwb.archive.remote.push import Pusher
from netwb.archive.remote.standing import Remotes
from netwb.archive.scanning import SecretScan


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteParts:
    """Constructed once a process, by `workbench.compose_remotes`."""

    remotes: Remotes
    carrier: Carrier
    pusher: Pusher
    installer: Installer
    scan: SecretScan

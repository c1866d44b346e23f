"""Construct what pushes archives elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from netwb.archive.remote.carry import Carrier
from netwb.archive.remote.installing import Installer
from netwb.archive.remote.parts import RemoteParts
from netwb.archive.remote.push import Pusher
from netwb.archive.remote.standing import Remotes
from netwb.archive.scanning import SecretScan
from netwb.archive.writer import Archive
from netwb.inventory.secret_sources import Secrets
from netwb.notify.webhooks import Resolve
from netwb.platforms.record import Platform
from netwb.roles import NO_TENANT
from netwb.settings import Settings
from netwb.store.database import Database
from netwb.store.holders import holder_name
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.leases import Leases
from netwb.store.notices import Notices
from netwb.workbench.elsewhere import require_elsewhere


def compose_remotes(  # noqa: PLR0913 - what they stand on, each by its name
    *,
    folder: Path,
    archive: Archive,
    platforms: Mapping[str, Platform],
    database: Database,
    keyring: Keyring,
    notices: Notices,
    settings: Settings,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    resolve: Resolve = socket.getaddrinfo,
) -> RemoteParts:
    """`folder` holds the repositories; `resolve` gives a host's addresses."""
    remotes = Remotes(database, keyring, Secrets(environment).resolve, clock, settings.remote)
    carrier = Carrier(folder, database, keyring, clock, settings.archive)
    scan = SecretScan(folder, database, keyring, platforms, clock)
    pusher = Pusher(
        folder=folder,
        remotes=remotes,
        carrier=carrier,
        scan=scan,
        leases=Leases(database, holder_name(new_id()), clock),
        notices=notices,
        clock=clock,
        settings=settings.remote,
        elsewhere=partial(require_elsewhere, scope=NO_TENANT, settings=settings, resolve=resolve),
    )
    return RemoteParts(
        remotes=remotes,
        carrier=carrier,
        pusher=pusher,
        installer=Installer(folder, database, keyring, archive),
        scan=scan,
    )

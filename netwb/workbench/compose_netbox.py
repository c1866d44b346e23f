"""Construct what takes devices over from NetBox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from netwb.inventory.devices import Devices
from netwb.inventory.intake import Intake
from netwb.inventory.netbox_sources import NetboxSources
from netwb.inventory.netbox_sync import NetboxSync
from netwb.inventory.secret_sources import Secrets
from netwb.platforms.record import Platform
from netwb.settings import NetboxSettings
from netwb.store.database import Database
from netwb.store.keyring import Keyring


def compose_netbox_sources(
    database: Database,
    keyring: Keyring,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
) -> NetboxSources:
    """Tokens that are references are looked up in the environment at each use."""
    resolve = partial(Secrets(environment).resolve, "token")
    return NetboxSources(database, keyring, resolve, clock)


def compose_netbox_sync(
    database: Database,
    devices: Devices,
    platforms: Mapping[str, Platform],
    settings: NetboxSettings,
    clock: Callable[[], datetime],
) -> NetboxSync:
    """What plans, and does what was planned."""
    intake = Intake(database, devices, clock, platforms)
    return NetboxSync(database, devices, intake, settings.retire_percent)

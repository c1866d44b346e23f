"""Construct what puts Telegraf's files in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from netwb.metrics.store import MetricsStore
from netwb.settings import Settings
from netwb.store.keyring import Keyring
from netwb.store.leases import Leases
from netwb.telegraf.apply import Applier
from netwb.telegraf.compare import fingerprint
from netwb.telegraf.parts import ApplyParts
from netwb.telegraf.program import Telegraf
from netwb.telegraf.proof import Proof


def compose_telegraf(  # noqa: PLR0913 - what it stands on, each by its name
    *,
    folder: Path,
    store: Callable[[], MetricsStore],
    leases: Leases,
    keyring: Keyring,
    settings: Settings,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
) -> Applier:
    """`folder` is `telegraf.d` of the home; `store` is opened once a change is to be proved."""
    return Applier(
        ApplyParts(
            folder=folder,
            telegraf=Telegraf(settings.telegraf.program, environment),
            leases=leases,
            proof=Proof(store=store, clock=clock, interval_s=settings.metrics.interval_s),
            fingerprint=lambda secret: fingerprint(keyring.key("telegraf"), secret),
            clock=clock,
            environment=environment,
        )
    )

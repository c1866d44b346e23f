"""What an applier of shards is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from netwb.store.leases import Leases
from netwb.telegraf.compare import Fingerprint
from netwb.telegraf.program import Telegraf
from netwb.telegraf.proof import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyParts:
    """What an applier is made of.

    folder        `telegraf.d` of the home
    environment   of netwb's own process, for programs and commands
    """

    folder: Path
    telegraf: Telegraf
    leases: Leases
    proof: Proof
    fingerprint: Fingerprint
    clock: Callable[[], datetime]
    environment: Mapping[str, str] = field(repr=False)

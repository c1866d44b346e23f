"""Construct what judges configurations by rules, and keeps what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.compliance.keeping import Keeping, KeepingParts
from netwb.compliance.rule_repository import RuleRepository
from netwb.compliance.rule_store import RuleStore
from netwb.compliance.sources import RuleSources
from netwb.compliance.waivers import Waivers
from netwb.platforms.record import Platform
from netwb.settings import Settings
from netwb.store.database import Database
from netwb.store.leases import Leases
from netwb.workbench.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceParts:
    """Rules, what judges by them, and what is waived, of one home."""

    sources: RuleSources
    keeping: Keeping
    waivers: Waivers
    own: RuleStore
    stale_after: timedelta


def compose_compliance(  # noqa: PLR0913 - each is one collaborator
    *,
    home: Home,
    database: Database,
    platforms: Mapping[str, Platform],
    leases: Callable[[], Leases],
    settings: Settings,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
) -> ComplianceParts:
    """Everything of one home."""
    stale_after = timedelta(hours=settings.compliance.stale_hours)
    sources = RuleSources(
        database=database,
        folder=home.folder("rules"),
        repository=RuleRepository(
            folder=home.path,
            settings=settings.compliance,
            remote=settings.remote,
            environment=environment,
        ),
        settings=settings.compliance,
        platforms=platforms,
        clock=clock,
    )
    return ComplianceParts(
        sources=sources,
        keeping=Keeping(
            KeepingParts(
                database=database,
                archive=home.folder("archive"),
                platforms=platforms,
                leases=leases,
                python=sources.python,
                clock=clock,
                stale_after=stale_after,
            )
        ),
        own=RuleStore(database, clock),
        waivers=Waivers(database, clock, most=timedelta(days=settings.compliance.waiver_days)),
        stale_after=stale_after,
    )

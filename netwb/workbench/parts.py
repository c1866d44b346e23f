"""Everything that a Workbench is made of. The only place where anything is constructed.

What opening a home needs is given; every other part is made when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from netwb.inventory.records import Device
from netwb.loading import lazy, part
from netwb.settings import Settings
from netwb.workbench.alike import Alike
from netwb.workbench.home import Home
from netwb.workbench.lately import Lately
from netwb.workbench.shared import Shared

if TYPE_CHECKING:
    from netwb.access.parts import AccessParts
    from netwb.archive import history as _history
    from netwb.archive import index_check as _index_check
    from netwb.archive import quarantine as _quarantine
    from netwb.archive import touched as _touched
    from netwb.archive import upkeep as _upkeep
    from netwb.archive import writer as _writer
    from netwb.archive.remote.parts import RemoteParts
    from netwb.billing import bills as _bills
    from netwb.billing import counting as _counting
    from netwb.billing import groups as _groups
    from netwb.blackhole.engine.parts import EngineParts
    from netwb.collect import acceptance as _acceptance
    from netwb.collect import batch as _batch
    from netwb.collect import flow as _flow
    from netwb.collect import gatherer as _gatherer
    from netwb.collect import runs as _runs
    from netwb.collect.coverage import DeviceCoverage
    from netwb.configs import records as _configs
    from netwb.erp.status_records import KeptStatus, StatusHead
    from netwb.grafana import door as _door
    from netwb.health.syslog import sources as _sources
    from netwb.inventory import credentials as _credentials
    from netwb.inventory import devices as _devices
    from netwb.inventory import places as _places
    from netwb.inventory import served as _served
    from netwb.inventory import shards as _shards
    from netwb.inventory.netbox_sources import NetboxSources
    from netwb.inventory.netbox_sync import NetboxSync
    from netwb.inventory.ports import ports as _ports
    from netwb.metrics.store import MetricsStore
    from netwb.platforms.messages import MessageRule
    from netwb.platforms.record import Platform
    from netwb.store import audit as _audit
    from netwb.store import bursts as _bursts
    from netwb.store import claims as _claims
    from netwb.store import holders as _holders
    from netwb.store import ids as _ids
    from netwb.store import jobs as _jobs
    from netwb.store import leases as _leases
    from netwb.store import notices as _notices
    from netwb.store import servers as _servers
    from netwb.store.database import Database
    from netwb.store.keyring import Keyring
    from netwb.telegraf.apply import Applier
    from netwb.workbench import (
        compose_access,
        compose_attacks,
        compose_compliance,
        compose_engine,
        compose_metrics,
        compose_netbox,
        compose_notify,
        compose_remotes,
        compose_scheduling,
        compose_telegraf,
        platform_files,
    )
    from netwb.workbench.wall_records import WallNews
else:
    _history = lazy("netwb.archive.history")
    _index_check = lazy("netwb.archive.index_check")
    _quarantine = lazy("netwb.archive.quarantine")
    _touched = lazy("netwb.archive.touched")
    _upkeep = lazy("netwb.archive.upkeep")
    _writer = lazy("netwb.archive.writer")
    _bills = lazy("netwb.billing.bills")
    _counting = lazy("netwb.billing.counting")
    _groups = lazy("netwb.billing.groups")
    _acceptance = lazy("netwb.collect.acceptance")
    _batch = lazy("netwb.collect.batch")
    _flow = lazy("netwb.collect.flow")
    _gatherer = lazy("netwb.collect.gatherer")
    _runs = lazy("netwb.collect.runs")
    _configs = lazy("netwb.configs.records")
    _door = lazy("netwb.grafana.door")
    _credentials = lazy("netwb.inventory.credentials")
    _sources = lazy("netwb.health.syslog.sources")
    _devices = lazy("netwb.inventory.devices")
    _places = lazy("netwb.inventory.places")
    _ports = lazy("netwb.inventory.ports.ports")
    _served = lazy("netwb.inventory.served")
    _shards = lazy("netwb.inventory.shards")
    _audit = lazy("netwb.store.audit")
    _bursts = lazy("netwb.store.bursts")
    _claims = lazy("netwb.store.claims")
    _holders = lazy("netwb.store.holders")
    _ids = lazy("netwb.store.ids")
    _jobs = lazy("netwb.store.jobs")
    _leases = lazy("netwb.store.leases")
    _notices = lazy("netwb.store.notices")
    _servers = lazy("netwb.store.servers")
    compose_access = lazy("netwb.workbench.compose_access")
    compose_attacks = lazy("netwb.workbench.compose_attacks")
    compose_compliance = lazy("netwb.workbench.compose_compliance")
    compose_engine = lazy("netwb.workbench.compose_engine")
    compose_metrics = lazy("netwb.workbench.compose_metrics")
    compose_netbox = lazy("netwb.workbench.compose_netbox")
    compose_notify = lazy("netwb.workbench.compose_notify")
    compose_remotes = lazy("netwb.workbench.compose_remotes")
    compose_scheduling = lazy("netwb.workbench.compose_scheduling")
    compose_telegraf = lazy("netwb.workbench.compose_telegraf")
    platform_files = lazy("netwb.workbench.platform_files")


@dataclass(frozen=True, kw_only=True, eq=False)  # without slots: made parts stay in it
class Parts:
    """One home's, once a process; narrowed copies of a Workbench share it."""

    home: Home
    settings: Settings
    environment: Mapping[str, str] = field(repr=False)  # holds what `env:NAME` names
    clock: Callable[[], datetime]
    platforms: Mapping[str, Platform]
    database: Database
    master_file: Path
    keyring: Keyring
    database_is_new: bool = False  # its tables were made as this process opened the home
    read_devices: Alike[Device] = field(default_factory=Alike)
    read_coverage: Alike[DeviceCoverage] = field(default_factory=Alike)
    wall_news: Shared[WallNews] = field(default_factory=Shared)
    erp_statuses: Shared[KeptStatus] = field(default_factory=Shared)
    erp_heads: Lately[StatusHead] = field(default_factory=Lately)

    def make_all(self) -> None:
        """Each part now."""
        for name, found in vars(type(self)).items():
            if isinstance(found, part):
                getattr(self, name)

    def close(self) -> None:
        """Close what holds files or connections open."""
        self.database.close()
        if "metrics" in vars(self):
            self.metrics.close()
        if "engine" in vars(self):
            self.engine.triggers.close()

    @part
    def audit(self) -> _audit.Audit:
        """Who did what."""
        return _audit.Audit(self.database, lambda: self.keyring.key("audit"), self.clock)

    @part
    def jobs(self) -> _jobs.Jobs:
        """Work that was filed."""
        return _jobs.Jobs(self.database, _new_holder(), self.clock)

    @part
    def notices(self) -> _notices.Notices:
        """What people are to be told."""
        return _notices.Notices(self.database, self.clock)

    @part
    def metrics(self) -> MetricsStore:
        """Where counters are."""
        return compose_metrics.compose_metrics(
            self.home.path, self.settings.metrics, self.environment, self.database
        )

    @part
    def notify(self) -> compose_notify.NotifyParts:
        """Who tells them."""
        return compose_notify.compose_notify(
            self.database,
            self.keyring,
            self.environment,
            self.clock,
            ZoneInfo(compose_scheduling.own_zone(self.settings)),
        )

    @part
    def access(self) -> AccessParts:
        """Who somebody is, and what they may."""
        return compose_access.compose_access(
            database=self.database,
            keyring=self.keyring,
            audit=self.audit,
            settings=self.settings.access,
            environment=self.environment,
            clock=self.clock,
        )

    @part
    def servers(self) -> _servers.Servers:
        """Server processes on this home."""
        return _servers.Servers(self.database, self._new_leases(), self.clock)

    @part
    def scheduling(self) -> compose_scheduling.SchedulingParts:
        """What the daemon is made of."""
        return compose_scheduling.compose_scheduling(
            self.database, self.notices, self.settings, self.clock
        )

    @part
    def places(self) -> _places.Places:
        """Tenants and sites."""
        return _places.Places(self.database, self.clock)

    @part
    def devices(self) -> _devices.Devices:
        """The inventory."""
        is_relay = _sources.relay_test(self.settings.syslog.relays)
        return _devices.Devices(self.database, self.clock, self.platforms, is_relay)

    @part
    def ports(self) -> _ports.Ports:
        """Interfaces of devices, and whom they are for."""
        return _ports.Ports(self.database, self.clock)

    @part
    def port_groups(self) -> _groups.PortGroups:
        """Ports that are billed as one, and what is not billed."""
        return _groups.PortGroups(self.database, self.clock)

    @part
    def bills(self) -> _bills.Bills:
        """Frozen bills."""
        return _bills.Bills(self.database, self.clock)

    @part
    def counting(self) -> _counting.Counting:
        """What counts a bill's windows."""
        return _counting.Counting(
            ports=self.ports, store=self.metrics, interval_s=self.settings.metrics.interval_s
        )

    @part
    def served(self) -> _served.Served:
        """Since when texts of shards are as they are."""
        return _served.Served(self.database, self.clock)

    @part
    def shards(self) -> _shards.Shards:
        """Telegrafs that share the devices out between them."""
        return _shards.Shards(self.database, self.clock)

    @part
    def attacks(self) -> compose_attacks.AttackParts:
        """What is known of attacks, and what may be done about them."""
        return compose_attacks.compose_attacks(
            self.database,
            self.keyring,
            self.settings,
            self.clock,
            ports=lambda scope, ids: self.ports.by_id(scope, ids),  # noqa: PLW0108 - loaded only where a prefix names one
        )

    @part
    def engine(self) -> EngineParts:
        """What announces blackholes and takes them back."""
        return compose_engine.compose_engine(
            attacks=self.attacks,
            database=self.database,
            devices=self.devices,
            credentials=self.credentials,
            platforms=self.platforms,
            audit=self.audit,
            notices=self.notices,
            settings=self.settings,
            clock=self.clock,
        )

    @part
    def telegraf(self) -> Applier:
        """What puts their files in place."""
        return compose_telegraf.compose_telegraf(
            folder=self.home.folder("telegraf.d"),
            store=lambda: self.metrics,
            leases=self._new_leases(),
            keyring=self.keyring,
            settings=self.settings,
            environment=self.environment,
            clock=self.clock,
        )

    @part
    def grafana(self) -> _door.Door:
        """Whose panels stand in pages."""
        return _door.Door(self.settings.grafana, self.clock)

    @part
    def credentials(self) -> _credentials.Credentials:
        """What logs in to devices."""
        return _credentials.Credentials(self.database, self.keyring, self.environment, self.clock)

    @part
    def netbox_sources(self) -> NetboxSources:
        """Where each tenant's NetBox is, and its token."""
        return compose_netbox.compose_netbox_sources(
            self.database, self.keyring, self.environment, self.clock
        )

    @part
    def netbox_sync(self) -> NetboxSync:
        """What makes the inventory follow it."""
        return compose_netbox.compose_netbox_sync(
            self.database, self.devices, self.platforms, self.settings.netbox, self.clock
        )

    @part
    def archive(self) -> _writer.Archive:
        """What writes revisions."""
        return _writer.Archive(
            folder=self.home.folder("archive"),
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            settings=self.settings.archive,
            audit_head=self.audit.head,
            platforms=self.platforms,
        )

    @part
    def history(self) -> _history.History:
        """What reads them."""
        return _history.History(self.home.folder("archive"), self.database, self.keyring)

    @part
    def touched(self) -> _touched.Touched:
        """Names of the sections that changes touched."""
        return _touched.Touched()

    @part
    def quarantine(self) -> _quarantine.Quarantine:
        """Texts that are not believed."""
        folder = self.home.folder("quarantine")
        return _quarantine.Quarantine(folder, self.database, self.keyring, self.clock)

    @part
    def compliance(self) -> compose_compliance.ComplianceParts:
        """What judges configurations by rules."""
        return compose_compliance.compose_compliance(
            home=self.home,
            database=self.database,
            platforms=self.platforms,
            leases=self._new_leases,
            settings=self.settings,
            environment=self.environment,
            clock=self.clock,
        )

    @part
    def upkeep(self) -> _upkeep.Upkeep:
        """What keeps repositories small."""
        return _upkeep.Upkeep(self.home.folder("archive"))

    @part
    def index_check(self) -> _index_check.IndexCheck:
        """What holds rows against repositories."""
        return _index_check.IndexCheck(
            folder=self.home.folder("archive"),
            database=self.database,
            archive=self.archive,
            today=lambda: self.clock().date(),
        )

    @part
    def remote(self) -> RemoteParts:
        """What pushes archives elsewhere."""
        return compose_remotes.compose_remotes(
            folder=self.home.folder("archive"),
            archive=self.archive,
            platforms=self.platforms,
            database=self.database,
            keyring=self.keyring,
            notices=self.notices,
            settings=self.settings,
            environment=self.environment,
            clock=self.clock,
        )

    @part
    def runs(self) -> _runs.Runs:
        """Backup runs, those under way and those that were."""
        return _runs.Runs(self.database, self._new_leases(), self.notices, self.clock)

    @part
    def bursts(self) -> _bursts.KeptBursts:
        """What devices' messages asked for."""
        return _bursts.KeptBursts(self.database, self.jobs, self.clock)

    @part
    def messages(self) -> Mapping[str, tuple[MessageRule, ...]]:
        """What each platform's syslog says of changes."""
        return platform_files.load_messages(self.platforms)

    @part
    def acceptance(self) -> _acceptance.Acceptance:
        """What accepts a held text."""
        return _acceptance.Acceptance(parts=self.batch)

    @part
    def backup(self) -> _flow.BackupFlow:
        """Backups by the login that owns the SSH agent."""
        return self._backup_with(self.environment.get("SSH_AUTH_SOCK"))

    @part
    def backup_without_agent(self) -> _flow.BackupFlow:
        """Everybody else's."""
        return self._backup_with(None)

    def _backup_with(self, agent_path: str | None) -> _flow.BackupFlow:
        gatherer = _gatherer.NornirGatherer(
            settings=self.settings.collect, platforms=self.platforms, agent_path=agent_path
        )
        return _flow.BackupFlow(parts=self.batch, gatherer=gatherer, settings=self.settings.archive)

    @part
    def batch(self) -> _batch.BatchParts:
        """What batches are written with."""
        configs = self.settings.configs
        return _batch.BatchParts(
            archive=self.archive,
            quarantine=self.quarantine,
            places=self.places,
            devices=self.devices,
            runs=self.runs,
            bursts=self.bursts,
            keyring=self.keyring,
            platforms=self.platforms,
            limit=_configs.ShrinkLimit(percent=configs.shrink_percent, lines=configs.shrink_lines),
            clock=self.clock,
        )

    def new_claims(self, kind: str, ttl_s: float) -> _claims.Claims:
        """Claims of a holder of their own, on things of that kind."""
        return _claims.Claims(
            database=self.database, holder=_new_holder(), clock=self.clock, kind=kind, ttl_s=ttl_s
        )

    def _new_leases(self) -> _leases.Leases:
        return _leases.Leases(self.database, _new_holder(), self.clock)


def _new_holder() -> str:
    return _holders.holder_name(_ids.new_id())

"""Judge what changed since the last time, and keep it: cells, their changes, counts of the day.

A device is judged again where its texts, its rules, or what selectors look at are others. Texts come
from SQL by pieces; each piece is one transaction, so that a check that is killed leaves whole devices
behind, and the next one goes on there. A tenant is checked by one at a time, under a lease.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwb._version import __version__
from netwb.archive.chunks import chunks
from netwb.archive.repository import Repository
from netwb.compliance.following import Follower, Found, reigns
from netwb.compliance.judging import Stating, stating, text_found, text_of
from netwb.compliance.meaning import Meaning
from netwb.compliance.records import Rule
from netwb.compliance.rows import (
    NO_TEXTS,
    Condition,
    Judgement,
    Kept,
    Standing,
    Step,
    Texts,
    list_standings,
    list_tenants,
    put_judgements,
    read_cells,
    read_kept,
    read_steps,
    read_texts,
)
from netwb.compliance.states import Showing, summed
from netwb.compliance.text import ConfigText
from netwb.compliance.waivers import in_force
from netwb.errors import ArchiveError, RunUnderWayError
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.inserting import upsert
from netwb.store.models import (
    ComplianceDayRow,
    ComplianceHeadRow,
    DeviceRow,
)

if TYPE_CHECKING:
    from netwb.compliance.python_rules import PythonRules
    from netwb.compliance.sources import Loaded
    from netwb.platforms.record import Platform
    from netwb.store.database import Database
    from netwb.store.leases import Lease, Leases

logger = logging.getLogger(__name__)
AT_ONCE = 50  # devices of one transaction: some megabytes of texts
LEASE_S = 300.0
_RENEW = 0.5  # of a lease's length
_MOST_STEPS = 200  # of one device between two checks; older ones are passed over
Chain = Sequence[tuple[Step, Step | None]]  # running revisions, each with its startup text
Note = Callable[[str, int, int], None]  # hostname, devices done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check did; `busy`: slugs of tenants that somebody else was checking.

    judged_by   devices that were judged anew, by their tenant's slug
    """

    devices: int
    judged: int
    changes: int
    judged_by: Mapping[str, int]
    busy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingParts:
    """What keeping is made of. `leases` makes those of a new holder: each check is one."""

    database: Database
    archive: Path
    platforms: Mapping[str, Platform]
    leases: Callable[[], Leases]
    python: Callable[[], PythonRules]
    clock: Callable[[], datetime]
    stale_after: timedelta
    at_once: int = AT_ONCE


@dataclass(kw_only=True)
class _Tenant:
    """One tenant while it is checked."""

    id: str
    slug: str
    rules: str  # digest
    meaning: Meaning
    judge_states: Stating
    leases: Leases
    lease: Lease
    platforms: dict[str, str] = field(default_factory=dict)  # digest of what a text is cut by


class Keeping:
    """Checks tenants, one after another."""

    def __init__(self, parts: KeepingParts) -> None:
        self.parts = parts

    def check(
        self,
        scope: Scope,
        loaded: Loaded,
        *conditions: Condition,
        whole: bool,
        note: Note = lambda _host, _done, _total: None,
    ) -> Checked:
        """Judge the devices that the conditions mean, where something of them is new.

        whole   they are all devices of their tenants: then the day is counted as well
        Raises RunUnderWayError where somebody else was checking all that is meant.
        """
        tenants = self._tenants(scope, conditions)
        with stating(loaded, self.parts.python) as judge:
            return self._check(loaded, conditions, tenants, judge, whole, note)

    def _check(  # noqa: PLR0913, PLR0917 - as `check`, with what judges
        self,
        loaded: Loaded,
        conditions: Sequence[Condition],
        tenants: Sequence[tuple[str, str]],
        judge: Stating,
        whole: bool,  # noqa: FBT001 - of `check`, where it is named
        note: Note,
    ) -> Checked:
        devices = judged = changes = 0
        done: dict[str, int] = {}
        busy = []
        for tenant_id, slug in tenants:
            leases = self.parts.leases()
            lease = leases.acquire(f"compliance/{tenant_id}", LEASE_S)
            if lease is None:
                busy.append(slug)
                continue
            tenant = _Tenant(
                id=tenant_id,
                slug=slug,
                rules=loaded.digest(tenant_id),
                meaning=Meaning(loaded.of(tenant_id), tenant_id),
                judge_states=judge,
                leases=leases,
                lease=lease,
            )
            try:
                one = self._check_tenant(tenant, conditions, whole=whole, note=note)
            finally:
                leases.release(tenant.lease)
            devices, judged, changes = devices + one[0], judged + one[1], changes + one[2]
            done[slug] = one[1]
        if busy and not done:
            msg = f"another check of {', '.join(busy)} is under way; wait for it to end"
            raise RunUnderWayError(msg)
        return Checked(
            devices=devices,
            judged=judged,
            changes=changes,
            judged_by=done,
            busy=tuple(busy),
        )

    def _tenants(self, scope: Scope, conditions: Sequence[Condition]) -> list[tuple[str, str]]:
        with self.parts.database.reading(scope) as session:
            found = list_tenants(session, *conditions)
        return sorted(found.items(), key=lambda pair: pair[1])

    def _check_tenant(
        self, tenant: _Tenant, conditions: Sequence[Condition], *, whole: bool, note: Note
    ) -> tuple[int, int, int]:
        """Devices, those that were judged, changes."""
        own = DeviceRow.tenant_id == tenant.id
        with self.parts.database.reading(ALL_TENANTS) as session:
            standings = list_standings(session, own, *conditions)
        due = [one for one in standings if self._inputs(tenant, one) != one.inputs]
        changes = judged = 0
        for piece in chunks(due, self.parts.at_once):
            found = self._judge_piece(tenant, piece)
            self._keep(tenant, found)
            judged += len(found)
            changes += sum(len(one.changes) for one in found)
            note(piece[-1].hostname, judged, len(due))
        if whole:
            self._close(tenant)
        return len(standings), judged, changes

    def _keep(self, tenant: _Tenant, found: Sequence[Judgement]) -> None:
        now = self.parts.clock()
        with self.parts.database.writing(ALL_TENANTS) as session:
            tenant.leases.check_in(session, tenant.lease)
            put_judgements(session, found, now)

    def _hold(self, tenant: _Tenant) -> None:
        """Prolong the lease before what may take long: its rules have seconds of work, on a busy machine more."""
        left = tenant.lease.until - self.parts.clock()
        if left.total_seconds() < LEASE_S * _RENEW:
            tenant.lease = tenant.leases.renew(tenant.lease)

    # ---- judging

    def _judge_piece(self, tenant: _Tenant, piece: Sequence[Standing]) -> list[Judgement]:
        ids = [one.device_id for one in piece]
        with self.parts.database.reading(ALL_TENANTS) as session:
            texts, kept = read_texts(session, ids), read_kept(session, ids)
            wanted = [
                one.device_id
                for one in piece
                if _is_longer(
                    kept.get(one.device_id),
                    texts.get(one.device_id, NO_TEXTS),
                    tenant.rules,
                )
            ]
            steps = read_steps(session, wanted)
        chains = {
            device_id: _chain(kept[device_id], listed, tenant.rules)
            for device_id, listed in steps.items()
        }
        try:
            stored = self._stored(tenant, chains)
        except ArchiveError as error:  # what is now is known all the same
            logger.warning(
                "revisions of %s between two checks are not read: %s", tenant.slug, error
            )
            chains, stored = {}, {}
        return [
            self._judge(
                tenant,
                one,
                texts.get(one.device_id, NO_TEXTS),
                kept.get(one.device_id),
                chains.get(one.device_id, ()),
                stored,
            )
            for one in piece
        ]

    def _stored(self, tenant: _Tenant, chains: Mapping[str, Chain]) -> Mapping[str, bytes]:
        """Texts of the revisions between, by blob, through one process of Git."""
        wanted = {
            one.blob
            for chain in chains.values()
            for pair in chain
            for one in pair
            if one is not None
        }
        if not wanted:
            return {}
        return Repository(self.parts.archive / f"{tenant.slug}.git").texts(sorted(wanted))

    def _judge(  # noqa: PLR0913, PLR0917 - a device with all that is known of it
        self,
        tenant: _Tenant,
        standing: Standing,
        texts: Texts,
        kept: Kept | None,
        chain: Chain,
        stored: Mapping[str, bytes],
    ) -> Judgement:
        rules = tenant.meaning.of(standing)
        follower = Follower(
            cells=kept.cells if kept else {},
            now=self.parts.clock(),
            device={"tenant_id": standing.tenant_id, "device_id": standing.device_id},
        )
        for step, startup in chain:
            self._hold(tenant)
            text, beside = stored[step.blob], stored[startup.blob] if startup else None
            found = self.found(tenant.judge_states, rules, standing.platform, text, beside)
            is_base = kept is not None and step.blob == kept.blob and step.number == kept.number
            follower.take(found, source=None if is_base else step, first=step)
        self._hold(tenant)
        newest = self.found(
            tenant.judge_states, rules, standing.platform, texts.running, texts.startup
        )
        follower.take(newest, source=_source(kept, texts, tenant.rules), first=texts.step)
        return Judgement(
            standing=standing,
            inputs=self._digest(tenant, standing, texts.blobs),
            rules=tenant.rules,
            texts=texts,
            cells=follower.cells,
            changes=tuple(follower.changes),
        )

    def found(
        self,
        judge: Stating,
        rules: Sequence[Rule],
        platform: str,
        running: bytes | None,
        startup: bytes | None,
    ) -> Found:
        """What each rule finds in a text; without one nothing is evaluated."""
        return text_found(self.parts.platforms, judge, rules, platform, running, startup)

    def text(self, data: bytes, platform: str) -> ConfigText:
        """As that platform nests it."""
        return text_of(self.parts.platforms, data, platform)

    def startup(self, texts: Texts, platform: str) -> ConfigText | None:
        """What the device would boot, or why that is not known; None: it was never asked."""
        if texts.startup is not None:
            return self.text(texts.startup, platform)
        return ConfigText(data=b"", missing=texts.missing) if texts.missing else None

    def _inputs(self, tenant: _Tenant, standing: Standing) -> str:
        return self._digest(tenant, standing, (standing.blob, standing.startup))

    def _digest(self, tenant: _Tenant, standing: Standing, blobs: tuple[str, str]) -> str:
        subject = standing.subject
        said = (
            __version__,
            tenant.rules,
            self._cut(tenant, subject.platform),
            subject.platform,
            subject.tenant,
            subject.site,
            subject.hostname,
            subject.role,
            subject.labels,
            *blobs,
        )
        return sha256(repr(said).encode()).hexdigest()[:32]

    def _cut(self, tenant: _Tenant, platform: str) -> str:
        """Digest of how that platform's texts are cut into sections."""
        if platform not in tenant.platforms:
            record = self.parts.platforms.get(platform)
            said = repr((record.sections, record.blocks)) if record else ""
            tenant.platforms[platform] = sha256(said.encode()).hexdigest()[:16]
        return tenant.platforms[platform]

    # ---- the end of a tenant's check

    def _close(self, tenant: _Tenant) -> None:
        """When it was checked, and how many cells of each state it has today."""
        now = self.parts.clock()
        scope = Scope(frozenset({tenant.id}))
        with self.parts.database.reading(scope) as session:
            standings = list_standings(session)
            cells, waived = read_cells(session), in_force(session, now)
        showing = Showing(now, self.parts.stale_after)
        counts = summed(
            showing.count(
                one,
                cells.get(one.device_id, {}),
                tenant.meaning.ids(one),
                waived.get(one.device_id, frozenset()),
            )
            for one in standings
        )
        with self.parts.database.writing(ALL_TENANTS) as session:
            tenant.leases.check_in(session, tenant.lease)
            _put(
                session,
                ComplianceHeadRow,
                {"tenant_id": tenant.id, "checked_at": now, "rules": tenant.rules},
                key=("tenant_id",),
            )
            _put(
                session,
                ComplianceDayRow,
                {
                    "tenant_id": tenant.id,
                    "day": f"{now:%Y-%m-%d}",
                    "counts": counts,
                    "source": "check",
                },
                key=("tenant_id", "day"),
            )


def _is_longer(kept: Kept | None, texts: Texts, rules: str) -> bool:
    """Whether more than its newest revision is to be looked at: to say which one did what."""
    if kept is None or kept.number is None or texts.step is None:
        return False
    more = texts.step.number - kept.number
    return more > 1 or (more == 1 and rules != kept.rules and texts.step.blob != kept.blob)


def _chain(kept: Kept, steps: Sequence[Step], rules: str) -> Chain:
    """Revisions between what was judged last and the newest; where rules are others, that one first."""
    first = (kept.number or 0) + (1 if rules == kept.rules else 0)
    found = [pair for pair in reigns(steps) if pair[0].number >= first]
    return found[:-1][-_MOST_STEPS:]


def _source(kept: Kept | None, texts: Texts, rules: str) -> Step | None:
    """The revision that did what differs now; None: the texts are as they were, so a rule did."""
    if kept is None or texts.step is None or texts.step.blob != kept.blob:
        return texts.step
    startup = texts.startup_step
    is_new = startup is not None and startup.stored_at > kept.judged_at
    return startup if is_new and rules == kept.rules else None


def _put(session: Any, table: Any, row: Mapping[str, Any], *, key: tuple[str, ...]) -> None:
    statement = upsert(session, table).values(**row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(key),
            set_={name: statement.excluded[name] for name in row if name not in key},
        )
    )

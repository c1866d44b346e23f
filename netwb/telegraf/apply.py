"""Put a shard's files in place: judged first, staged beside, renamed in, and put back if they fail.

    judged       by netwb's own checks, by `telegraf config check` and a `--test` of one device a profile
    written      only what changed; each file is the old one or the new one at any moment
    told         by the operator's command: a reload, or a restart where a secret changed
    on trial     until samples come; where some came before and none do now for two intervals, the
                 former files are put back and Telegraf is told again

One applier has a shard at a time, by a lease that is asked for before each rename. What a crash leaves
is mended by the next apply: the files of before are kept until the new ones are proven.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from netwb.errors import (
    MetricsError,
    RunUnderWayError,
    TelegrafError,
    TelegrafFailedError,
)
from netwb.metrics.records import SeriesKey
from netwb.store.leases import Lease, Leases
from netwb.telegraf.checks import check_texts, has_output, refuse_findings
from netwb.telegraf.compare import (
    Fingerprint,
    file_changes,
    needed,
    secret_changes,
    shown_changes,
)
from netwb.telegraf.folder import ShardFolder, on_disk, whole
from netwb.telegraf.program import Telegraf, tell
from netwb.telegraf.records import (
    AGENT_FILE,
    DEVICES_FOLDER,
    Change,
    Finding,
    Shard,
    ShardDiff,
    ShardFiles,
    ShardOutcome,
    ShardVerdict,
    Told,
)
from netwb.telegraf.trial import State, StateFolder, Trial, state_folder

if TYPE_CHECKING:
    from netwb.metrics.store import MetricsStore

logger = logging.getLogger(__name__)

LEASE_S = 300.0  # longer than a check, a test and a command together may take
WATCHED = 200  # devices whose samples prove a shard: one that answers is enough
LOOKED_AT = 1000  # devices that are looked for, spread over all of the shard's
LOOKED_BACK = 5  # intervals in which a device must have given a sample to be one that did
SETTLING_S = 30  # flush and jitter of Telegraf, beside two intervals
NO_PROGRAM = "Telegraf's program is not on this machine: its own check was left out"
NO_OUTPUT = (
    "no file has an output: Telegraf does not start; set metrics.url, or add a snippet of yours"
)
Needs = Literal["reload", "restart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyParts:
    """What an applier is made of.

    folder        `telegraf.d` of the home
    store         gives the metrics store: it is opened where it is asked alone
    environment   of netwb's own process, for programs and commands
    """

    folder: Path
    telegraf: Telegraf
    leases: Leases
    store: Callable[[], MetricsStore]
    fingerprint: Fingerprint
    clock: Callable[[], datetime]
    interval_s: int
    environment: Mapping[str, str] = field(repr=False)


class Applier:
    """Applies shards of one home, and judges afterwards."""

    def __init__(self, parts: ApplyParts) -> None:
        self._parts = parts

    def diff(self, files: ShardFiles) -> ShardDiff:
        """What an apply would change; nothing is written."""
        live = ShardFolder(self._parts.folder / files.shard.name)
        texts, secrets = live.texts(), live.environment()
        return ShardDiff(
            shard=files.shard.name,
            folder=str(live.path),
            files=tuple(shown_changes(texts, files.texts)),
            secrets=tuple(secret_changes(secrets, files.environment, self._parts.fingerprint)),
            needs=needed(file_changes(texts, files.texts), secrets, files.environment),
            unasked=files.unasked,
        )

    def is_begun(self, shard: str) -> bool:
        """Whether it was applied at all: the daemon goes on with what a person began."""
        return (self._parts.folder / shard / AGENT_FILE).is_file()

    def is_due(self, shard: str, mark: str) -> bool:
        """Whether the inventory is another than at its last apply, or that one did not end."""
        state = self._state(shard).load()
        return state.mark != mark or (state.trial is not None and state.trial.phase == "writing")

    def apply(
        self, files: ShardFiles, *, mark: str = "", refused: Literal["again", "leave"] = "again"
    ) -> ShardOutcome:
        """Make the shard's folder what it is to be, and tell its Telegraf.

        refused   what becomes of files that were rolled back before: tried again, or left
        Raises TelegrafError where they are not fit for use (nothing was changed), TelegrafFailedError
        where Telegraf could not be told (the former are back), RunUnderWayError, LeaseLostError.
        """
        with self._holding(files.shard.name) as lease:
            return _Apply(self._parts, files, lease, mark).run(refused)

    def judge(self, files: ShardFiles) -> tuple[str, ...]:
        """What a person should read of files that are fit for use; TelegrafError for others."""
        with self._holding(files.shard.name) as lease:
            return _Apply(self._parts, files, lease, "").judged()

    def findings(self, files: ShardFiles) -> tuple[Finding, ...]:
        """Everything that netwb's own checks find, in all files and in operators' own."""
        live = ShardFolder(self._parts.folder / files.shard.name)
        return check_texts({**files.texts, **live.snippets()})

    def settle(self, shard: Shard) -> ShardVerdict | None:
        """What became of files on trial; None where none are."""
        trial = self._state(shard.name).load().trial
        if trial is None or trial.phase == "writing":
            return None
        until = trial_until(trial, self._parts.interval_s)
        try:
            proven = self._is_proven(trial)
        except MetricsError as error:
            return ShardVerdict(shard=shard.name, status="unknown", until=until, message=str(error))
        if not proven and self._parts.clock() < until:
            return ShardVerdict(shard=shard.name, status="waiting", until=until)
        try:
            with self._holding(shard.name):
                return self._end(shard, trial, until, "proven" if proven else "none")
        except RunUnderWayError:  # it ends the trial itself, or begins another one
            return ShardVerdict(shard=shard.name, status="waiting", until=until)

    def ended(self, shard: str) -> Literal["", "proven", "silent", "rolled_back"]:
        """How its last trial ended, whichever process ended it."""
        return self._state(shard).load().ended

    def _end(
        self, shard: Shard, trial: Trial, until: datetime, came: Literal["proven", "none"]
    ) -> ShardVerdict:
        folder = self._state(shard.name)
        state = folder.load()
        if state.trial != trial:  # another process was quicker
            return ShardVerdict(shard=shard.name, status="waiting", until=until)
        if came == "proven":
            folder.forget(replace(state, ended="proven"))
            return ShardVerdict(shard=shard.name, status="proven", until=until)
        if trial.wrote == "no":
            folder.forget(replace(state, ended="silent"))
            msg = (
                f"shard {shard.name} has written nothing since it was told of its files, and had not"
                " before; look at the log of its Telegraf"
            )
            return ShardVerdict(shard=shard.name, status="silent", until=until, message=msg)
        return self._roll_back(shard, folder, state, until)

    def _roll_back(
        self, shard: Shard, folder: StateFolder, state: State, until: datetime
    ) -> ShardVerdict:
        trial = state.trial
        assert trial is not None
        folder.put_back(trial)
        msg = (
            f"shard {shard.name} wrote nothing for two intervals after its files had changed; the"
            " former ones are in force again"
        )
        try:
            _told(shard, trial.needs, self._parts.environment)
        except TelegrafFailedError as error:
            msg += f", but Telegraf could not be told: {error}"
        folder.forget(replace(state, refused=trial.digest, ended="rolled_back"))
        logger.warning("shard %s is rolled back", shard.name)
        return ShardVerdict(shard=shard.name, status="rolled_back", until=until, message=msg)

    def _is_proven(self, trial: Trial) -> bool:
        keys = [SeriesKey(tenant=tenant, device_id=device) for tenant, device in trial.watched]
        found = self._parts.store().newest(keys, "device", ("sysUpTime",), trial.at)
        return any(len(one) and int(one.at[-1]) > trial.at for one in found.values())

    def _state(self, shard: str) -> StateFolder:
        return state_folder(self._parts.folder, shard)

    @contextmanager
    def _holding(self, shard: str) -> Iterator[Lease]:
        name = f"telegraf:{shard}"
        lease = self._parts.leases.acquire(name, LEASE_S)
        if lease is None:
            holder = self._parts.leases.holder_of(name) or "another process"
            msg = f"{holder} applies shard {shard}; wait for it, then try again"
            raise RunUnderWayError(msg)
        try:
            yield lease
        finally:
            self._parts.leases.release(lease)


class _Apply:
    """One apply of one shard, under its lease."""

    def __init__(self, parts: ApplyParts, files: ShardFiles, lease: Lease, mark: str) -> None:
        self._parts = parts
        self._files = files
        self._shard = files.shard
        self._lease = lease
        self._mark = mark
        self._folder = state_folder(parts.folder, self._shard.name)
        self._live = ShardFolder(self._folder.live)
        self._wanted = whole(files.texts, files.environment)

    def run(self, refused: Literal["again", "leave"]) -> ShardOutcome:
        """As `Applier.apply` says."""
        self._live.prepare()
        self._live.clear_unfinished()
        state = self._folder.load()
        secrets = self._live.environment()
        changes = file_changes(whole(self._live.texts(), secrets), self._wanted)
        left = state.trial if state.trial and state.trial.phase == "writing" else None
        if not changes and left is None:
            self._folder.save(self._marked(state))
            return self._outcome("unchanged")
        digest = _digest(self._wanted)
        if refused == "leave" and state.refused == digest:
            self._folder.save(self._marked(state))
            return self._outcome("unchanged", warnings=("these files were rolled back before",))
        try:
            warnings = self.judged()
        except TelegrafError:
            self._folder.save(self._marked(state))  # the daemon waits for another inventory
            raise
        found = needed(changes, secrets, self._files.environment)
        needs: Needs = "restart" if found == "restart" else "reload"
        trial = self._begun(state, changes, needs, digest)
        self._put_in_place(replace(state, trial=trial), changes)
        untold = trial.needs if left else needs  # what a crash left was never told
        return self._tell(trial, untold, len(changes), warnings)

    def _marked(self, state: State) -> State:
        return replace(state, mark=self._mark or state.mark)

    def judged(self) -> tuple[str, ...]:
        """Warnings; raises TelegrafError where the files are not fit for use."""
        snippets = self._live.snippets()
        samples = {f"{one.name} ({one.profile})": one.text for one in self._files.samples}
        agent = {AGENT_FILE: self._files.texts[AGENT_FILE]}
        refuse_findings(check_texts({**agent, **snippets, **samples}))
        said = () if has_output({**agent, **snippets}) else (NO_OUTPUT,)
        telegraf = self._parts.telegraf
        if not telegraf.is_there:
            return (*said, NO_PROGRAM)
        view = self._viewed(snippets)
        try:
            telegraf.check(view, self._files.environment)
            return (*said, *self._tried(view))
        finally:
            shutil.rmtree(view, ignore_errors=True)

    def _tried(self, view: Path) -> tuple[str, ...]:
        if not self._files.samples:
            return ()
        file = view / "test.conf"
        agent = '[agent]\n  omit_hostname = true\n  snmp_translator = "gosmi"\n\n'
        file.write_text(agent + "\n".join(one.text for one in self._files.samples), "utf-8")
        tried = self._parts.telegraf.test(file, self._files.environment)
        if tried.wrong:
            msg = f"Telegraf would stumble over the new files: {tried.wrong[0]}"
            raise TelegrafError(msg)
        return tuple(f"a device that was tried did not answer: {one}" for one in tried.silent)

    def _viewed(self, snippets: Mapping[str, str]) -> Path:
        """A folder of all files as they would be, for Telegraf's own check alone."""
        view = self._folder.path / "viewed"
        shutil.rmtree(view, ignore_errors=True)
        with on_disk(view):
            (view / DEVICES_FOLDER).mkdir(mode=0o700, parents=True)
            for name, text in self._files.texts.items():
                (view / name).write_text(text, "utf-8")
            for name in snippets:
                (view / name).symlink_to(self._live.path / name)
        return view

    def _begun(
        self, state: State, changes: Mapping[str, Change], needs: Needs, digest: str
    ) -> Trial:
        """A trial against the files that were proven last, which an unfinished one has kept already."""
        before = state.trial
        if before is None:
            shutil.rmtree(self._folder.before, ignore_errors=True)
        known = before.files if before else {}
        for name, change in changes.items():
            if change != "added" and name not in known:
                self._folder.keep(name)
        watched, wrote = self._watched()
        if before is not None and before.wrote == "yes":  # when proven files were in force
            watched, wrote = before.watched, "yes"
        both = {needs, before.needs if before else needs}
        return Trial(
            phase="writing",
            files={**changes, **known},
            needs="restart" if "restart" in both else "reload",
            digest=digest,
            watched=watched,
            wrote=wrote,
        )

    def _watched(self) -> tuple[tuple[tuple[str, str], ...], Literal["yes", "no"]]:
        """Devices that gave samples lately; where none did, or nobody knows, some that should."""
        asked = self._files.asked
        asked = asked[:: 1 + len(asked) // LOOKED_AT]
        keys = [SeriesKey(tenant=tenant, device_id=device) for tenant, device in asked]
        since = int(self._parts.clock().timestamp()) - LOOKED_BACK * self._parts.interval_s
        try:
            found = self._parts.store().newest(keys, "device", ("sysUpTime",), since)
        except MetricsError as error:
            logger.warning("shard %s is applied without a look back: %s", self._shard.name, error)
            found = {}
        heard = [(key.tenant, key.device_id) for key in keys if len(found.get(key) or ())]
        return tuple((heard or list(asked))[:WATCHED]), "yes" if heard else "no"

    def _put_in_place(self, state: State, changes: Mapping[str, Change]) -> None:
        staged = ShardFolder(self._folder.staged)
        staged.prepare()
        for name, change in changes.items():
            if change != "removed":
                staged.put(name, self._wanted[name])
        self._folder.save(state)
        for name, change in changes.items():
            self._parts.leases.check(self._lease)
            if change == "removed":
                self._live.take_away(name)
            else:
                self._live.take_in(staged.path / name, name)

    def _tell(
        self, trial: Trial, needs: Needs, files: int, warnings: tuple[str, ...]
    ) -> ShardOutcome:
        self._parts.leases.check(self._lease)
        state = self._marked(self._folder.load())
        try:
            told = _told(self._shard, needs, self._parts.environment)
        except TelegrafFailedError as error:
            raise self._undone(state, trial, error) from error
        if told == "nobody" or not trial.watched:
            self._folder.forget(replace(state, refused=""))
            said = () if told != "nobody" else (_untold(self._shard, needs),)
            return self._outcome("applied", files=files, told=told, warnings=(*warnings, *said))
        at = int(self._parts.clock().timestamp())
        on_trial = replace(trial, phase="told", at=at, told=told)
        self._folder.save(replace(state, trial=on_trial))
        return self._outcome(
            "applied",
            files=files,
            told=told,
            warnings=warnings,
            until=trial_until(on_trial, self._parts.interval_s),
        )

    def _undone(
        self, state: State, trial: Trial, error: TelegrafFailedError
    ) -> TelegrafFailedError:
        """Put the former files back, and tell Telegraf of them, who may have heard half of it."""
        self._folder.put_back(trial)
        self._folder.forget(state)  # not refused: what a command cannot do now it may at night
        msg = f"shard {self._shard.name}: {error}; the former files are in force again"
        try:
            _told(self._shard, trial.needs, self._parts.environment)
        except TelegrafFailedError:
            msg = f"{msg}, but its Telegraf does not know it: look at it by hand"
        return TelegrafFailedError(msg)

    def _outcome(
        self,
        status: Literal["unchanged", "applied"],
        *,
        files: int = 0,
        told: Told = "nobody",
        warnings: tuple[str, ...] = (),
        until: datetime | None = None,
    ) -> ShardOutcome:
        return ShardOutcome(
            shard=self._shard.name,
            status=status,
            files=files,
            told=told,
            warnings=warnings,
            until=until,
        )


def trial_until(trial: Trial, interval_s: int) -> datetime:
    """Two intervals after Telegraf was told, and what it may take to send."""
    return datetime.fromtimestamp(trial.at + 2 * interval_s + SETTLING_S, UTC)


def _told(shard: Shard, needs: Needs, environment: Mapping[str, str]) -> Told:
    """Run the command for it; a restart does for a reload, and never the other way round.

    A reload onto variables that the process does not have would end it (facts-telegraf section 6).
    """
    command = shard.restart if needs == "restart" else shard.reload or shard.restart
    if not command:
        return "nobody"
    tell(command, environment)
    return "restart" if command == shard.restart else "reload"


def _untold(shard: Shard, needs: Needs) -> str:
    why = "secrets changed, and a reload would end it" if needs == "restart" else "files changed"
    return (
        f"no command {needs}s the Telegraf of shard {shard.name}: {why}; {needs} it yourself, or set"
        f" telegraf.{needs}"
    )


def _digest(wanted: Mapping[str, str]) -> str:
    found = sha256()
    for name, text in sorted(wanted.items()):
        found.update(f"{name}\0{len(text)}\0{text}".encode())
    return found.hexdigest()

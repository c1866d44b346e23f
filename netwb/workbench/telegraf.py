"""Telegraf on the facade: its shards, and its configuration as the inventory gives it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal, Unpack

from netwb.errors import (
    HomeError,
    NetwbError,
    RunUnderWayError,
    SettingsError,
    TelegrafError,
    TelegrafFailedError,
)
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.telegraf.records import (
    MAIN,
    Asking,
    Move,
    Output,
    Shard,
    ShardDiff,
    ShardFiles,
    ShardOutcome,
    ShardVerdict,
)
from netwb.workbench.face import Face
from netwb.workbench.polling import POLLED
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.inventory import shards as _defined
    from netwb.inventory import snmp as _snmp
    from netwb.inventory.ports.records import SnmpTarget
    from netwb.inventory.shards import ShardChanges
    from netwb.telegraf import apply as _apply
    from netwb.telegraf import checks as _checks
    from netwb.telegraf import compare as _compare
    from netwb.telegraf import folder as _folder
    from netwb.telegraf import render as _render
    from netwb.telegraf import shards as _shards
    from netwb.telegraf import shelf as _shelf
else:
    _secret_sources = lazy("netwb.inventory.secret_sources")
    _defined = lazy("netwb.inventory.shards")
    _snmp = lazy("netwb.inventory.snmp")
    _apply = lazy("netwb.telegraf.apply")
    _checks = lazy("netwb.telegraf.checks")
    _compare = lazy("netwb.telegraf.compare")
    _folder = lazy("netwb.telegraf.folder")
    _render = lazy("netwb.telegraf.render")
    _shards = lazy("netwb.telegraf.shards")
    _shelf = lazy("netwb.telegraf.shelf")


_FILES = "Telegraf's files"
_LOOK_S = 5.0  # between two looks for samples


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardFinding:
    """One thing about a shard's files; a note alone makes nothing wrong."""

    shard: str
    path: str
    message: str
    grade: Literal["wrong", "note"] = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegrafFollowed:
    """What the daemon did: shards that it follows, those it wrote anew, those it put back."""

    shards: int = 0
    applied: int = 0
    rolled_back: int = 0


class TelegrafFace(Face):
    """`shards`, `add_shard`, ...; `write_`, `diff_`, `check_`, `apply_`, `settle_telegraf`, ..."""

    def shards(self) -> Records[Shard]:
        """Shards in force that serve a site in scope: those that are defined, else `main`."""
        self._require(Permission.TELEGRAF_FETCH)
        return records_of(self._shards_in_force(), Shard)

    def add_shard(self, name: str, **changes: Unpack[ShardChanges]) -> Shard:
        """Define a shard; from then on `main` serves nothing, and each site needs one."""
        self._require_shard_editor(changes)
        added = self._parts.shards.add(self._scope, name, changes)
        self._audit("shard.add", name, detail=_told(changes))
        return added

    def set_shard(self, name: str, **changes: Unpack[ShardChanges]) -> Shard:
        """Change a shard; `sites` takes the place of all that it had. UnknownNameError."""
        self._require_shard_editor(changes)
        changed = self._parts.shards.set(self._scope, name, changes)
        self._audit("shard.set", name, detail=_told(changes))
        return changed

    def retire_shard(self, name: str) -> None:
        """Forget a shard; its files stay, and its Telegraf runs until it is stopped."""
        self._require_shard_editor({})
        self._parts.shards.retire(self._scope, name)
        self._audit("shard.retire", name)

    def preview_shard(self, name: str, **changes: Unpack[ShardChanges]) -> Records[Move]:
        """Devices that would move if that shard were so, or were added so; nothing is written."""
        self._require(Permission.TELEGRAF_FETCH)
        targets = self._snmp_targets()
        defined = self._parts.shards.list(self._scope)
        there = next((shard for shard in defined if shard.name == name), Shard(name=name, sites=()))
        if "sites" in changes:
            there = replace(there, sites=tuple(self._site_names(changes["sites"])))
        there = replace(there, weight=changes.get("weight", there.weight))
        others = [shard for shard in defined if shard.name != name]
        old = _shards.spread(self._shards_in_force(), targets)
        return records_of(_shards.moves(old, _shards.spread([*others, there], targets)), Move)

    def _site_names(self, refs: Sequence[str]) -> Iterator[str]:
        for ref in refs:
            site = self._parts.places.site(self._scope, ref)
            yield f"{site.tenant}/{site.slug}"

    def telegraf_text(self, name: str) -> str:
        """A shard's whole configuration as one text, for a Telegraf that fetches it; no secret.

        Raises UnknownNameError for one that serves no site in scope.
        """
        self._require(Permission.TELEGRAF_FETCH)
        return _render.single_text(self._shard_files(name))

    def write_telegraf(self, folder: Path) -> Records[ShardFiles]:
        """Write every shard into a folder of its own below that one, with its secrets beside it."""
        self._require(Permission.TELEGRAF_FETCH)
        self._require_local("secrets of devices, and folders")
        found = self._all_shard_files()
        for files in found:
            _folder.write_shard(folder / files.shard.name, files)
        return records_of(found, ShardFiles)

    def diff_telegraf(self) -> Records[ShardDiff]:
        """What an apply would change, shard by shard; those elsewhere are left out."""
        self._require(Permission.TELEGRAF_FETCH)
        self._require_everywhere(_FILES)
        found = [self._parts.telegraf.diff(files) for files in self._files_here()]
        return records_of(found, ShardDiff)

    def check_telegraf(self) -> Records[ShardFinding]:
        """All that is wrong with the files as they would be, operators' own among them.

        By netwb's own checks, by Telegraf where its program is there, and by trying a device a
        profile; nothing is changed. Of a shard elsewhere by netwb's own checks alone.
        """
        self._require(Permission.TELEGRAF_FETCH)
        self._require_everywhere(_FILES)
        self._require_local("Telegraf's program")
        found = [one for files in self._all_shard_files() for one in self._checked(files)]
        return records_of(found, ShardFinding)

    def apply_telegraf(self) -> Records[ShardOutcome]:
        """Put the files of every shard here in place, and tell its Telegraf.

        Raises the error of a shard whose files are not fit for use, or whose Telegraf could not be
        told, after the others were done.
        """
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere(_FILES)
        self._require_local("commands")
        return records_of(self._applied(self._files_here(), refused="again"), ShardOutcome)

    def settle_telegraf(self) -> Records[ShardVerdict]:
        """What became of files on trial; those of a shard that fell silent are put back."""
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere(_FILES)
        self._require_local("commands")
        verdicts = [
            verdict
            for shard in self._shards_here()
            if (verdict := self._parts.telegraf.settle(shard)) is not None
        ]
        for verdict in verdicts:
            self._tell_verdict(verdict)
        return records_of(verdicts, ShardVerdict)

    def await_telegraf(
        self,
        *,
        stopped: Event,
        on_verdicts: Callable[[Sequence[ShardVerdict]], None] = lambda _: None,
    ) -> Records[ShardVerdict]:
        """Settle trials again and again until none is left, or no metrics store tells of one.

        on_verdicts   called after each look
        """
        last: dict[str, ShardVerdict] = {}
        while True:
            verdicts = self.settle_telegraf()
            on_verdicts(verdicts)
            last |= {verdict.shard: verdict for verdict in verdicts}
            now = self._parts.clock()
            open_ = [
                one
                for one in verdicts
                if one.status == "waiting" or (one.status == "unknown" and now < one.until)
            ]
            if not open_ or stopped.wait(_LOOK_S):
                return records_of(map(self._as_ended, last.values()), ShardVerdict)

    def _as_ended(self, verdict: ShardVerdict) -> ShardVerdict:
        """A trial that another process ended while it was waited for here."""
        if verdict.status != "waiting":
            return verdict
        ended = self._parts.telegraf.ended(verdict.shard)
        said = "another process has put its former files back" if ended == "rolled_back" else ""
        message = f"shard {verdict.shard} wrote nothing: {said}" if said else ""
        return replace(verdict, status=ended or "waiting", message=message)

    def follow_telegraf(self) -> TelegrafFollowed:
        """Settle trials, and apply shards where devices, credentials, places or shards changed.

        A shard is followed once a person has applied it.
        """
        verdicts = self.settle_telegraf()
        if not (begun := self._begun()):
            return TelegrafFollowed()
        mark, is_due = self._mark(), self._parts.telegraf.is_due
        outcomes = self._applied_of({one.name for one in begun if is_due(one.name, mark)})
        return TelegrafFollowed(
            shards=len(begun),
            applied=sum(one.status == "applied" for one in outcomes),
            rolled_back=sum(one.status == "rolled_back" for one in verdicts),
        )

    def renew_telegraf(self) -> TelegrafFollowed:
        """Compare every shard that is followed with the inventory, whatever its mark says.

        It finds what no mark tells of: a file or a variable that a secret is a reference to.
        """
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere(_FILES)
        self._require_local("commands")
        begun = self._begun()
        outcomes = self._applied_of({shard.name for shard in begun})
        return TelegrafFollowed(
            shards=len(begun), applied=sum(one.status == "applied" for one in outcomes)
        )

    def _mark(self) -> str:
        """Another text than before, once the inventory, a setting or a template has changed."""
        output = self._output()
        secret = _compare.fingerprint(self._parts.keyring.key("telegraf"), output.secret)
        made_of = (self._parts.shards.mark(), self._asking(), output, secret)
        templates = _shelf.load_templates()
        return sha256(repr((*made_of, templates)).encode()).hexdigest()[:32]

    def _begun(self) -> Sequence[Shard]:
        is_begun = self._parts.telegraf.is_begun
        return [shard for shard in self._shards_here() if is_begun(shard.name)]

    def _applied_of(self, names: AbstractSet[str]) -> Sequence[ShardOutcome]:
        if not names:
            return ()
        wanted = [files for files in self._files_here() if files.shard.name in names]
        return self._applied(wanted, refused="leave")

    def _applied(
        self, wanted: Sequence[ShardFiles], *, refused: Literal["again", "leave"]
    ) -> Sequence[ShardOutcome]:
        mark = self._mark()
        outcomes: list[ShardOutcome] = []
        failed: list[NetwbError] = []
        for files in wanted:
            try:
                outcome = self._parts.telegraf.apply(files, mark=mark, refused=refused)
            except (TelegrafError, RunUnderWayError, HomeError) as error:
                failed.append(error)
                continue
            outcomes.append(outcome)
            if outcome.status == "applied":
                detail = {"files": outcome.files, "told": outcome.told}
                self._audit("telegraf.apply", outcome.shard, detail=detail)
        if failed:
            raise failed[0] if len(failed) == 1 else _together(failed)
        return outcomes

    def _checked(self, files: ShardFiles) -> Iterator[ShardFinding]:
        name = files.shard.name
        found = self._parts.telegraf.findings(files)
        for one in found:
            yield ShardFinding(shard=name, path=one.path, message=one.message)
        warnings = () if found or files.shard.place != "here" else self._warnings_of(files)
        for warning in warnings:
            known = warning in {_apply.NO_PROGRAM, _apply.NO_OUTPUT}
            grade: Literal["wrong", "note"] = "note" if known else "wrong"
            yield ShardFinding(shard=name, path="", message=warning, grade=grade)
        for device in files.unasked:
            message = f"{device.tenant}/{device.hostname} is not asked by SNMP: {device.reason}"
            yield ShardFinding(shard=name, path="", message=message, grade="note")

    def _warnings_of(self, files: ShardFiles) -> tuple[str, ...]:
        try:
            return self._parts.telegraf.judge(files)
        except TelegrafError as error:
            return (str(error),)

    def _tell_verdict(self, verdict: ShardVerdict) -> None:
        """Told once while a shard is silent, and when samples come again."""
        if verdict.status in {"waiting", "unknown"}:
            return
        self._parts.notices.stands(
            "telegraf.shard",
            subject=verdict.shard,
            label=verdict.shard,
            is_wrong=verdict.status != "proven",
            message=verdict.message or f"samples of shard {verdict.shard} come",
        )
        self._audit(f"telegraf.{verdict.status}", verdict.shard)

    def _files_here(self) -> Sequence[ShardFiles]:
        return [files for files in self._all_shard_files() if files.shard.place == "here"]

    def _shards_here(self) -> Sequence[Shard]:
        return [
            self._with_commands(shard) for shard in self._shards_in_force() if shard.place == "here"
        ]

    def _with_commands(self, shard: Shard) -> Shard:
        """With the settings' commands where it has none of its own."""
        settings = self._parts.settings.telegraf
        return replace(
            shard,
            reload=shard.reload or _arguments("reload", settings.reload),
            restart=shard.restart or _arguments("restart", settings.restart),
        )

    def _require_shard_editor(self, changes: ShardChanges) -> None:
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("a shard")
        if "reload" in changes or "restart" in changes:
            self._require_local("commands")

    def _main_shard(self) -> Shard:
        return Shard(name=MAIN)

    def _shards_in_force(self) -> Sequence[Shard]:
        """A shard that serves others alone is none here, and does not bring `main` back."""
        defined = self._parts.shards.list(self._scope)
        if defined or self._parts.shards.are_defined():
            return defined
        return _shards.in_force((), self._main_shard())

    def _snmp_targets(self) -> Sequence[SnmpTarget]:
        parts = self._parts
        found = parts.devices.list(self._scope, EVERYWHERE)  # a file is of all devices or wrong
        devices = [one for one in found if one.status in POLLED]
        return _snmp.SnmpTargets(parts.database, parts.keyring, parts.environment).of(
            self._scope, devices
        )

    def _shard_files(self, name: str) -> ShardFiles:
        found = [shard for shard in self._shards_in_force() if shard.name == name]
        if not found:
            raise _defined.unknown_shard(name)
        return next(one for one in self._all_shard_files() if one.shard.name == name)

    def _all_shard_files(self) -> Sequence[ShardFiles]:
        shards, asking, output = self._shards_in_force(), self._asking(), self._output()
        _checks.refuse_slow(asking)
        planned = _shards.plan(shards, self._snmp_targets())
        templates = _shelf.load_templates()
        return [
            _render.render(
                self._with_commands(shard),
                planned[shard.name],
                templates=templates,
                output=output,
                asking=asking,
            )
            for shard in shards
        ]

    def _asking(self) -> Asking:
        metrics = self._parts.settings.metrics
        return Asking(
            interval_s=metrics.interval_s,
            timeout_s=metrics.snmp_timeout_s,
            retries=metrics.snmp_retries,
            pings=metrics.pings,
        )

    def _output(self) -> Output:
        metrics = self._parts.settings.metrics
        if not metrics.url:
            return Output(kind="none")
        secrets = _secret_sources.Secrets(self._parts.environment)
        return Output(
            kind="influxdb_v2" if metrics.organization else "influxdb",
            url=metrics.url,
            database=metrics.database,
            organization=metrics.organization,
            username=metrics.username,
            secret=secrets.resolve("token", metrics.secret) if metrics.secret else "",
            ca_file=metrics.ca_file,
        )


def _told(changes: ShardChanges) -> dict[str, object]:
    return {name: list(v) if isinstance(v, list | tuple) else v for name, v in changes.items()}


def _arguments(name: str, command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        msg = f"telegraf.{name} {command!r} is no command: {error}; quote it as for a shell"
        raise SettingsError(msg) from error


def _together(failed: Sequence[NetwbError]) -> TelegrafError:
    """One error of several shards, of the graver class."""
    kind = TelegrafError
    if any(isinstance(error, TelegrafFailedError) for error in failed):
        kind = TelegrafFailedError
    return kind(f"{len(failed)} shards were not applied: {'; '.join(map(str, failed))}")

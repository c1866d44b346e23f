"""Telegraf on the facade: its configuration as the inventory gives it, put in place and followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from netwb.errors import (
    HomeError,
    NetwbError,
    RunUnderWayError,
    TelegrafError,
    TelegrafFailedError,
)
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.telegraf.records import (
    NO_PROGRAM,
    Asking,
    Output,
    Shard,
    ShardDiff,
    ShardFiles,
    ShardOutcome,
    ShardText,
    ShardVerdict,
)
from netwb.workbench.records import Records, records_of
from netwb.workbench.shards import ShardsFace

if TYPE_CHECKING:
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.inventory import shards as _defined
    from netwb.telegraf import checks as _checks
    from netwb.telegraf import compare as _compare
    from netwb.telegraf import folder as _folder
    from netwb.telegraf import judging as _judging
    from netwb.telegraf import render as _render
    from netwb.telegraf import shards as _shards
    from netwb.telegraf import shelf as _shelf
else:
    _secret_sources = lazy("netwb.inventory.secret_sources")
    _defined = lazy("netwb.inventory.shards")
    _checks = lazy("netwb.telegraf.checks")
    _compare = lazy("netwb.telegraf.compare")
    _folder = lazy("netwb.telegraf.folder")
    _judging = lazy("netwb.telegraf.judging")
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


class TelegrafFace(ShardsFace):
    """`telegraf_text`; `write_`, `diff_`, `check_`, `apply_`, `settle_`, `await_telegraf`, ..."""

    def telegraf_text(self, name: str) -> ShardText:
        """A shard's whole configuration as one text, for a Telegraf that fetches it; no secret.

        Raises UnknownNameError for one that serves no site in scope.
        """
        self._require(Permission.TELEGRAF_FETCH)
        text = _render.single_text(self._shard_files(name))
        digest = sha256(text.encode()).hexdigest()[:32]
        changed_at = self._parts.served.changed_at(name, self._scope, digest)
        return ShardText(text=text, digest=digest, changed_at=changed_at)

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
            known = warning in {NO_PROGRAM, _judging.NO_OUTPUT}
            grade: Literal["wrong", "note"] = "note" if known else "wrong"
            yield ShardFinding(shard=name, path="", message=warning, grade=grade)
        for device in files.unasked:
            message = f"{device.tenant}/{device.hostname} is not asked by SNMP: {device.reason}"
            unread: Literal["wrong", "note"] = "wrong" if device.unread else "note"
            yield ShardFinding(shard=name, path="", message=message, grade=unread)

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
        if metrics.names_file:
            msg = (
                "others fill the InfluxDB, by metrics.names_file, and netwb has nothing written into it; leave "
                "Telegraf to them, or take metrics.names_file away and give netwb a database of its own"
            )
            raise TelegrafError(msg)
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


def _together(failed: Sequence[NetwbError]) -> TelegrafError:
    """One error of several shards, of the graver class."""
    kind = TelegrafError
    if any(isinstance(error, TelegrafFailedError) for error in failed):
        kind = TelegrafFailedError
    return kind(f"{len(failed)} shards were not applied: {'; '.join(map(str, failed))}")

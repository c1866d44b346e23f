"""Comparisons with both of their sides on the facade, and what changes touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from netwb.errors import InputError, UnknownNameError
from netwb.inventory.fields import quoted
from netwb.inventory.records import ConfigKind, Device
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.reading import LATEST, ReadingFace
from netwb.workbench.snapshots import Snapshot, SnapshotsFace, WindowComparison

if TYPE_CHECKING:
    from netwb.archive import authors as _authors
    from netwb.archive import history as _history
    from netwb.archive.records import Change, Revision
    from netwb.configs import diff as _diffs
    from netwb.configs.diff import ConfigDiff
else:
    _diffs = lazy("netwb.configs.diff")
    _authors = lazy("netwb.archive.authors")
    _history = lazy("netwb.archive.history")

MOST_TOUCHED = 100  # changes whose sections one call finds: half a second where none is known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSide:
    """One of two revisions that were compared, and the device it belongs to."""

    device_id: str
    tenant: str
    site: str
    hostname: str
    platform: str
    revision: Revision

    @property
    def reference(self) -> str:
        """DEVICE@REV, as every command and `compare` takes it."""
        return f"{self.tenant}/{self.hostname}@{self.revision.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two revisions and what differs; `old` is None where `new` is a device's first one."""

    old: ComparedSide | None
    new: ComparedSide
    diff: ConfigDiff

    def patch(self) -> bytes:
        """As `git apply` takes it in a clone of the tenant's archive, forwards and with -R.

        Between two devices it is one for the old one's file. Empty where nothing differs.
        """
        new = self.new.revision.path
        if self.old is None:
            return _diffs.render_patch(self.diff, old=None, new=new)
        old = self.old.revision.path
        same = self.old.device_id == self.new.device_id
        return _diffs.render_patch(self.diff, old=old, new=new if same else old)


class ComparingFace(SnapshotsFace, ReadingFace):
    """`compare`, `touched`, `require_author`."""

    @overload
    def compare(
        self, new: str, *, old: str | None = None, kind: ConfigKind = "running"
    ) -> Comparison: ...
    @overload
    def compare(self, new: Snapshot) -> WindowComparison: ...
    def compare(
        self, new: str | Snapshot, *, old: str | None = None, kind: ConfigKind = "running"
    ) -> Comparison | WindowComparison:
        """What differs from `old` to `new`, each DEVICE@REV of any device; or since a snapshot.

        A snapshot's devices are asked for their state now, as `compare_snapshots` does.
        Without `old` it is the revision before; before a device's first one there was nothing, and
        all of its lines are added. Words within lines are not compared: who shows some of the lines
        marks those.
        """
        if isinstance(new, Snapshot):
            return self.compare_snapshots(new)
        self._require(Permission.CONFIG_VIEW)
        newer = self._revision(new if "@" in new else f"{new}@{LATEST}", kind)
        if old is not None:
            older = self._revision(old if "@" in old else f"{old}@{LATEST}", kind)
        else:
            device, revision = newer
            before = self._parts.history.revisions(
                self._scope, device, kind=kind, limit=1, before=revision.number
            )
            if not before:
                return self._first(device, revision)
            older = (device, before[0])
        diff = self._diff(older, newer, "lines")
        return Comparison(old=_compared(*older), new=_compared(*newer), diff=diff)

    def touched(self, changes: Sequence[Change]) -> Mapping[str, tuple[str, ...]]:
        """Revision id -> names of the sections that the change touched; none for a first revision.

        Raises InputError for more than MOST_TOUCHED at once.
        """
        self._require(Permission.CONFIG_VIEW)
        if len(changes) > MOST_TOUCHED:
            msg = f"{len(changes)} changes at once; ask for {MOST_TOUCHED} at most"
            raise InputError(msg)
        platforms = self._parts.platforms
        return self._parts.touched.of(
            self._scope,
            changes,
            database=self._parts.database,
            folder=self._parts.home.folder("archive"),
            platforms={d.id: platforms.get(d.platform) for d in self._narrowed()},
        )

    def touched_by(
        self, reference: str, revisions: Sequence[Revision]
    ) -> Mapping[str, tuple[str, ...]]:
        """The same of revisions of one device."""
        self._require(Permission.CONFIG_VIEW)
        device = self._device(reference)
        return self.touched([_history.change_of(revision, device) for revision in revisions])

    def require_author(self, name: str) -> None:
        """Raise UnknownNameError where nothing in scope is by a person of that name."""
        self._require(Permission.CONFIG_VIEW)
        known = _authors.authors(self._parts.database, self._scope)
        if name not in known:
            msg = f"nothing that is stored is by {quoted(name)}; a change shows whose it is"
            raise UnknownNameError(msg, thing="author", wanted=name, among=known)

    def _first(self, device: Device, revision: Revision) -> Comparison:
        text = self._parts.history.text(self._scope, device, revision)
        side = _compared(device, revision)
        label = f"{device.tenant}/{device.hostname}@{revision.id[:12]}"
        return Comparison(old=None, new=side, diff=_diffs.whole_text(text, new=label))


def _compared(device: Device, revision: Revision) -> ComparedSide:
    return ComparedSide(
        device_id=device.id,
        tenant=device.tenant,
        site=device.site,
        hostname=device.hostname,
        platform=device.platform,
        revision=revision,
    )

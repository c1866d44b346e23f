"""Change windows on the facade: take a snapshot of devices' state, compare it with what they say now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netwb.errors import InputError
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.snapshots.records import (
    DEFAULT_GETTERS,
    GETTERS,
    DeviceState,
    Difference,
    NotCompared,
    SnapshotHead,
)
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of
from netwb.workbench.tables import html_table

if TYPE_CHECKING:
    import pandas as pd

    from netwb.inventory.records import Device
    from netwb.snapshots import asking as _asking
    from netwb.snapshots import comparing as _comparing
    from netwb.snapshots import keeping as _keeping
    from netwb.store import ids as _ids
    from netwb.workbench import progress as bars
else:
    _asking = lazy("netwb.snapshots.asking")
    _comparing = lazy("netwb.snapshots.comparing")
    _keeping = lazy("netwb.snapshots.keeping")
    _ids = lazy("netwb.store.ids")
    bars = lazy("netwb.workbench.progress")

LONGEST_NAME = 80
OnState = Callable[[DeviceState], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What devices said of their state at one time. A device that gave nothing is there, with its cause."""

    head: SnapshotHead
    states: tuple[DeviceState, ...]

    @property
    def name(self) -> str:
        """As it was taken: the number of a change, as a rule."""
        return self.head.name

    @property
    def failed(self) -> Records[DeviceState]:
        """Devices that gave no answer at all."""
        return records_of([one for one in self.states if one.cause], DeviceState)

    def frame(self) -> pd.DataFrame:
        """A row a device and getter: how many values it has, or why there are none."""
        return self._told().frame()

    def _told(self) -> Records[Answered]:
        return records_of([one for state in self.states for one in _answered(state)], Answered)

    def __repr__(self) -> str:
        head = self.head
        failed = f", {head.failed} gave nothing" if head.failed else ""
        return (
            f"<snapshot {head.name} of {head.devices} devices{failed},"
            f" {head.taken_at:%Y-%m-%d %H:%M} UTC by {head.taken_by}>"
        )

    def _repr_html_(self) -> str:
        return html_table(["snapshot"], [[repr(self)[1:-1]]]) + self._told()._repr_html_()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One getter of one device: how many values it gave, or why none."""

    tenant: str
    hostname: str
    getter: str
    values: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowComparison:
    """What differs between two snapshots, and what could not be compared.

    left_out   by getter: fields that move by themselves, which are never compared
    """

    before: SnapshotHead
    after: SnapshotHead
    differences: Records[Difference]
    not_compared: Records[NotCompared]
    left_out: Mapping[str, frozenset[str]]

    def frame(self) -> pd.DataFrame:
        """A row a value that differs."""
        return self.differences.frame()

    def __repr__(self) -> str:
        untold = f", {len(self.not_compared)} not compared" if self.not_compared else ""
        return f"<{self.before.name}: {len(self.differences)} differences{untold}>"

    def _repr_html_(self) -> str:
        head, parts = repr(self)[1:-1], [self.differences._repr_html_()]
        if self.not_compared:
            parts += ["<p>not compared:</p>", self.not_compared._repr_html_()]
        return html_table(["change window"], [[head]]) + "".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWindow:
    """One snapshot of one device, and what differs in it from the one before. None: it is the first."""

    head: SnapshotHead
    state: DeviceState
    since: WindowComparison | None


class SnapshotsFace(Face):
    """`snapshot`, `snapshots`, `snapshot_of`, `compare_snapshots`, `device_windows`."""

    def snapshot(
        self,
        name: str,
        *,
        getters: Sequence[str] = DEFAULT_GETTERS,
        on_state: OnState | None = None,
    ) -> Snapshot:
        """Ask the devices that are meant for their state by NAPALM's getters, and keep what they say.

        name       of the change: "CHG123"
        on_state   instead of the bar: called as each device ends, from another thread
        A device that gives nothing has its cause in it. Raises InputError for a getter that is none,
        or whose answers hold secrets.
        """
        self._require(Permission.BACKUP_RUN)
        _refuse_name(name)
        _refuse_getters(getters)
        devices = self._parts.devices.list(self._scope, self._where)
        living = [device for device in devices if device.status != "retired"]
        return self._snapshot_taken(name, living, tuple(getters), on_state, keep=True)

    def snapshots(self, *, device: str | None = None) -> Records[SnapshotHead]:
        """Those that are kept, newest first: counted over the devices that are meant."""
        self._require(Permission.CONFIG_VIEW)
        meant = {self._device(device).id} if device is not None else self._meant_ids()
        return records_of(self._kept_snapshots.heads(self._scope, devices=meant), SnapshotHead)

    def snapshot_of(self, reference: str) -> Snapshot:
        """One that is kept, by its name or id; of several of one name the newest."""
        self._require(Permission.CONFIG_VIEW)
        meant = self._meant_ids()
        head = self._kept_snapshots.get(self._scope, reference, devices=meant)
        return Snapshot(
            head=head, states=self._kept_snapshots.states(self._scope, head.id, devices=meant)
        )

    def compare_snapshots(
        self,
        before: Snapshot | str,
        after: Snapshot | str | None = None,
        *,
        on_state: OnState | None = None,
    ) -> WindowComparison:
        """What differs since `before`; without `after` the devices are asked now, and that is not kept."""
        first = self._snapshot_read(before)
        if after is None:
            self._require(Permission.BACKUP_RUN)
            ids = {one.device_id for one in first.states}
            every = self._parts.devices.list(self._scope, self._where)
            asked = [one for one in every if one.id in ids and one.status != "retired"]
            second = self._snapshot_taken(
                first.name, asked, first.head.getters, on_state, keep=False
            )
        else:
            second = self._snapshot_read(after)
        return _compared(first, second)

    def device_windows(self, device: str, *, most: int = 5) -> tuple[DeviceWindow, ...]:
        """A device's snapshots, newest first, each held against the one before it."""
        self._require(Permission.CONFIG_VIEW)
        found = self._kept_snapshots.of_device(self._scope, self._device(device).id, most=most + 1)
        own = [Snapshot(head=head, states=(state,)) for head, state in found]
        before: list[Snapshot | None] = [*own, None][1:]
        return tuple(
            DeviceWindow(
                head=one.head,
                state=one.states[0],
                since=None if earlier is None else _compared(earlier, one),
            )
            for one, earlier in list(zip(own, before, strict=True))[:most]
        )

    def _snapshot_read(self, one: Snapshot | str) -> Snapshot:
        """Read again by its id, so that nothing is told of what the actor may not see by now."""
        return self.snapshot_of(one if isinstance(one, str) else one.head.id)

    @property
    def _kept_snapshots(self) -> _keeping.KeptSnapshots:
        return _keeping.KeptSnapshots(self._parts.database)

    def _snapshot_taken(
        self,
        name: str,
        devices: Sequence[Device],
        getters: tuple[str, ...],
        on_state: OnState | None,
        *,
        keep: bool,
    ) -> Snapshot:
        if not devices:
            msg = "no device is meant; `netwb device list` shows those that are"
            raise InputError(msg)
        states = self._states_asked(devices, getters, on_state)
        head = SnapshotHead(
            id=_ids.new_id(),
            name=name,
            taken_at=self._parts.clock(),
            taken_by=self._actor.name,
            getters=getters,
            devices=len(states),
            failed=sum(bool(one.cause) for one in states),
        )
        if keep:
            self._kept_snapshots.keep(self._scope, head, states)
        self._audit_window("snapshot.take" if keep else "snapshot.compare", head, states)
        return Snapshot(head=head, states=states)

    def _states_asked(
        self, devices: Sequence[Device], getters: tuple[str, ...], on_state: OnState | None
    ) -> tuple[DeviceState, ...]:
        parts = self._parts
        targets = parts.credentials.targets(self._scope, devices)

        def ask(told: OnState) -> tuple[DeviceState, ...]:
            found: tuple[DeviceState, ...] = _asking.ask(
                targets,
                getters,
                platforms=parts.platforms,
                settings=parts.settings.collect,
                agent_path=self._agent_path,
                on_state=told,
            )
            return tuple(sorted(found, key=lambda one: (one.tenant, one.hostname)))

        if on_state is not None:
            return ask(on_state)
        with bars.DeviceProgress("snapshot", len(targets)) as progress:
            return ask(lambda one: progress.note_word("failed" if one.cause else "read"))

    def _audit_window(self, action: str, head: SnapshotHead, states: Sequence[DeviceState]) -> None:
        """One event a tenant, so that each sees its own in its audit."""
        for tenant_id in sorted({one.tenant_id for one in states}):
            own = [one for one in states if one.tenant_id == tenant_id]
            detail: dict[str, Any] = {
                "devices": len(own),
                "failed": sum(bool(one.cause) for one in own),
                "getters": list(head.getters),
            }
            self._audit(action, head.name, tenant_id=tenant_id, detail=detail)


def _compared(first: Snapshot, second: Snapshot) -> WindowComparison:
    now = {one.device_id: one for one in second.states}
    pairs = [(one, now.get(one.device_id, _gone(one))) for one in first.states]
    return WindowComparison(
        before=first.head,
        after=second.head,
        differences=records_of(
            [one for pair in pairs for one in _comparing.differences(*pair)], Difference
        ),
        not_compared=records_of(
            [one for pair in pairs for one in _comparing.not_compared(*pair)], NotCompared
        ),
        left_out={
            getter: _comparing.VOLATILE[getter]
            for getter in first.head.getters
            if getter in _comparing.VOLATILE
        },
    )


def _gone(one: DeviceState) -> DeviceState:
    return DeviceState(
        device_id=one.device_id,
        tenant_id=one.tenant_id,
        tenant=one.tenant,
        hostname=one.hostname,
        cause_kind="UnknownDeviceError",
        cause="it is not among the devices that were asked",
    )


def _answered(state: DeviceState) -> list[Answered]:
    place = {"tenant": state.tenant, "hostname": state.hostname}
    if state.cause:
        return [Answered(**place, getter="all", values=None, reason=state.cause)]
    given = [
        Answered(**place, getter=name, values=len(_comparing.flat(name, answer)), reason="")
        for name, answer in state.state.items()
    ]
    return given + [
        Answered(**place, getter=name, values=None, reason=reason)
        for name, reason in state.missing.items()
    ]


def _refuse_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        msg = f"a snapshot has a name of at most {LONGEST_NAME} printable characters, as CHG123"
        raise InputError(msg)


def _refuse_getters(getters: Sequence[str]) -> None:
    unknown = sorted(set(getters) - set(GETTERS))
    if unknown or not getters:
        said = f"{unknown[0]!r} is not kept in a snapshot: it is no getter, or its answer holds secrets"
        msg = f"{said if unknown else 'no getter is named'}; choose of {', '.join(GETTERS)}"
        raise InputError(msg)

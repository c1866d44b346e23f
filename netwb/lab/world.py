"""The simulated network's truth: which devices there are, who changed what when, what each prints.

Pure: every text follows from (seed, device, edits, night). Tests and the demo check netwb against
`edits()` and `changed()`; the fleet serves `running()` and its sisters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from netwb.errors import DuplicateDeviceError, UnknownDeviceError
from netwb.inventory.records import ConfigKind
from netwb.lab.build import build_model
from netwb.lab.device import LabDevice
from netwb.lab.dialects import DIALECTS
from netwb.lab.dialects.dialect import Dialect, Moment
from netwb.lab.draw import Draw
from netwb.lab.edits import Edit, apply_edit
from netwb.lab.model import Interface, Model, StaticRoute
from netwb.lab.states import switched

BUILT_BY = "admin"  # who a device names before anybody edited it


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What clients typed since: routes, and ports by their numbers that they switched."""

    routes: Sequence[StaticRoute] = ()
    ports: Mapping[int, bool] = field(default_factory=dict)


NOTHING = Typed()


class World:
    """Devices and edits by (seed, first_night); nights are whole days after `first_night`."""

    def __init__(
        self,
        devices: Sequence[LabDevice],
        edits: Iterable[Edit] = (),
        *,
        seed: str,
        first_night: datetime,
    ) -> None:
        self.devices = tuple(devices)
        self._by_key = {device.key: device for device in devices}
        if len(self._by_key) < len(self.devices):
            msg = "two devices of the lab have one key; give each its own"
            raise DuplicateDeviceError(msg)
        self._edits = tuple(sorted(edits, key=lambda edit: (edit.night, edit.at)))
        self._edits_of: dict[str, list[Edit]] = {key: [] for key in self._by_key}
        for edit in self._edits:
            self._edits_of[self.device(edit.key).key].append(edit)
        self._seed = seed
        self._first_night = first_night
        self._models: dict[tuple[str, int], Model] = {}

    def device(self, key: str) -> LabDevice:
        """Give one device's record."""
        if key not in self._by_key:
            msg = f"the lab has no device {key!r}; its devices are in World.devices"
            raise UnknownDeviceError(msg)
        return self._by_key[key]

    def at(self, night: int) -> datetime:
        """Give the instant at which that night's backup runs."""
        return self._first_night + timedelta(days=night)

    def edits(self, *, key: str | None = None, night: int | None = None) -> tuple[Edit, ...]:
        """List edits, oldest first: of one device, of one night, or all."""
        found = self._edits if key is None else self._edits_of[self.device(key).key]
        return tuple(edit for edit in found if night in (None, edit.night))

    def changed(self, night: int) -> frozenset[str]:
        """Keys of the devices whose configuration somebody changed since the night before."""
        done = self.edits(night=night)
        return frozenset(edit.key for edit in done if edit.kind != "change_nothing")

    def running(self, key: str, night: int, typed: Typed = NOTHING) -> str:
        """Give what `show running-config` prints that night; `typed`: what clients typed."""
        model = _with_typed(self.model(key, night), typed)
        return self._dialect(key).running(model, self.moment(key, night))

    def startup(self, key: str, night: int, typed: Typed = NOTHING) -> str:
        """Give what `show startup-config` prints that night; `typed`: what of that was saved."""
        saved = _with_typed(self._saved(key, night), typed)
        return self._dialect(key).startup(saved, self.moment(key, night))

    def version(self, key: str, night: int) -> str:
        """Give what `show version` prints that night."""
        return self._dialect(key).version(self.model(key, night), self.moment(key, night))

    def version_json(self, key: str, night: int) -> str | None:
        """Give what `show version | json` prints; None where there is no such pipe."""
        return self._dialect(key).version_json(self.model(key, night), self.moment(key, night))

    def restricted(self, key: str, night: int) -> str:
        """Give what a login sees that may see little."""
        return self._dialect(key).restricted(self.model(key, night), self.moment(key, night))

    def ports(self, key: str, night: int) -> tuple[tuple[str, Interface], ...]:
        """Give that night's interfaces, each with its name."""
        dialect = self._dialect(key)
        return tuple((dialect.port_name(p), p) for p in self.model(key, night).interfaces)

    def another(self, kind: ConfigKind, key: str, night: int) -> str:
        """Give the text of another device of the same platform, of the same tenant if it can."""
        device = self.device(key)
        others = [
            one.key
            for one in self.devices
            if one.platform == device.platform and one.hostname != device.hostname
        ]
        if others:
            tenant = key.partition("/")[0]
            near = [other for other in others if other.partition("/")[0] == tenant]
            return self.text(kind, (near or others)[0], night)
        stranger = replace(self.model(key, night), hostname="stranger1")
        return self._dialect(key).running(stranger, self.moment(key, night))

    def text(self, kind: ConfigKind, key: str, night: int, typed: Typed = NOTHING) -> str:
        """Give what the command for that kind of configuration prints that night."""
        show = self.running if kind == "running" else self.startup
        return show(key, night, typed)

    def model(self, key: str, night: int) -> Model:
        """Give the configuration of that night, apart from how the platform writes it."""
        return self._after(key, sum(1 for edit in self.edits(key=key) if edit.night <= night))

    def moment(self, key: str, night: int) -> Moment:
        """Say when the text is printed, and who changed and saved last."""
        done = [edit for edit in self.edits(key=key) if edit.night <= night]
        saved = [edit for edit in done if edit.saved]
        draw = Draw(self._seed, key, "hardware")
        built = self._first_night - timedelta(days=30, minutes=draw.number(0, 600))
        return Moment(
            now=self.at(night),
            night=night,
            changed_at=done[-1].at if done else built,
            changed_by=done[-1].by if done else BUILT_BY,
            saved_at=(saved[-1].at if saved else built) + timedelta(seconds=21),
            saved_by=saved[-1].by if saved else BUILT_BY,
            serial=f"{draw.digits(4)}{draw.word(4, 'ABCDEFGHJKLMNPQRSTUVWXYZ')}",
            uptime_s=draw.number(2, 400) * 86400 + draw.number(0, 86399) + night * 86400,
            drift=Draw(self._seed, key, "drift", str(night)).number(1, 900),
        )

    def _saved(self, key: str, night: int) -> Model:
        """Give the configuration at the last edit that was saved."""
        done = [edit for edit in self.edits(key=key) if edit.night <= night]
        count = max((place for place, edit in enumerate(done, 1) if edit.saved), default=0)
        return self._after(key, count)

    def _after(self, key: str, count: int) -> Model:
        """Give the configuration after the first `count` edits; each is worked out once."""
        known = self._models.get((key, count))
        if known is not None:
            return known
        model = self._models.get((key, 0)) or self._built(key)
        self._models[key, 0] = model
        for done, edit in enumerate(self.edits(key=key)[:count], 1):
            model = self._models.get((key, done)) or apply_edit(model, edit)
            self._models[key, done] = model
        return model

    def _built(self, key: str) -> Model:
        device, dialect = self.device(key), self._dialect(key)
        moment = self.moment(key, 0)
        return build_model(
            self._seed,
            key,
            hostname=device.hostname,
            lines=device.lines,
            count_lines=lambda model: dialect.running(model, moment).count("\n"),
        )

    def _dialect(self, key: str) -> Dialect:
        return DIALECTS[self.device(key).platform]


def _with_typed(model: Model, typed: Typed) -> Model:
    found = switched(model, typed.ports)
    return replace(found, routes=(*found.routes, *typed.routes)) if typed.routes else found

"""The night on the facade: back every device up that is due, and try again what gave nothing.

What a place is left out of is not forgotten: a place with a time of its own has its own night, and
one in a black-out has its night when that ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netwb.inventory.records import Device
from netwb.schedules.blackouts import held_until
from netwb.schedules.records import EVERYTHING, Later, Place
from netwb.workbench.at_places import PlacesAskedFace
from netwb.workbench.backup import BACKED_UP

NIGHTLY = "nightly"

# A second try changes nothing about these, or is a person's to decide: a refused login counts
# towards a locked account, and a text that shrank must not come in by being asked for twice.
LEFT_ALONE = frozenset(
    {
        "AlgorithmError",
        "HostKeyChangedError",
        "LoginNotTriedError",
        "LoginRefusedError",
        "RestrictedLoginError",
        "ShrunkConfigError",
        "UnknownPlatformError",
        "WrongDeviceError",
    }
)
LEAVE = "LoginRefusedError"  # stands for a device that did not fail


@dataclass(frozen=True, slots=True, kw_only=True)
class NightCounts:
    """What a night, or a retry in it, gave: devices by outcome.

    again  failed and rejected ones that a further try may mend
    later  places in a black-out, which have their night when it ends
    """

    run_id: str = ""
    devices: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    failed: int = 0
    again: int = 0
    later: tuple[Later, ...] = ()


class NightFace(PlacesAskedFace):
    """`back_up_night`, `retry_failed`."""

    def back_up_night(self) -> NightCounts:
        """Back up what this Workbench means, without places that have another time.

        Begun anew after it was interrupted or handed back, it leaves out what it had done.
        """
        devices, later = self._of_the_night()
        return self._night(self._not_done(devices), later)

    def retry_failed(self) -> NightCounts:
        """The same devices, of which the newest attempt failed, where another one may help."""
        devices, _ = self._of_the_night()
        causes = self._parts.runs.causes_last_time(self._scope)
        again = [one for one in devices if causes.get(one.id, LEAVE) not in LEFT_ALONE]
        return self._night(again, ())

    def _night(self, devices: Sequence[Device], later: tuple[Later, ...]) -> NightCounts:
        if not devices:
            return NightCounts(later=later)
        report = self._back_up(devices, "", None)
        counts = report.counts()
        bad = report.with_status("failed", "rejected")
        return NightCounts(
            run_id=report.run_id,
            devices=len(report.outcomes),
            changed=counts.get("changed", 0),
            unchanged=counts.get("unchanged", 0),
            rejected=counts.get("rejected", 0),
            failed=counts.get("failed", 0),
            later=later,
            again=sum(type(one.cause).__name__ not in LEFT_ALONE for one in bad),
        )

    def _of_the_night(self) -> tuple[list[Device], tuple[Later, ...]]:
        """The devices, and the places within that a black-out holds back now."""
        parts = self._parts.scheduling
        own = self._place_meant()
        places = self._place_ids()
        others = [
            one.place
            for one in parts.schedules.list(self._scope)
            if one.job == NIGHTLY and one.place != own and own.holds(one.place)
        ]
        held = self._held_within(own)
        chosen: list[Device] = []
        later: set[Later] = set()
        for device in self._parts.devices.list(self._scope, self._where):
            place = places.get((device.tenant, device.site), EVERYTHING)
            if device.status not in BACKED_UP or any(one.holds(place) for one in others):
                continue
            hindrance = next((one for one in held if one.place.holds(place)), None)
            if hindrance is None:
                chosen.append(device)
            else:
                later.add(hindrance)
        return chosen, tuple(sorted(later))

    def _held_within(self, own: Place) -> list[Later]:
        """Places within, the widest first, that a black-out of theirs holds back now."""
        parts, now = self._parts.scheduling, self._parts.clock()
        known = parts.blackouts.list(self._scope)
        within = {one.place for one in known if one.place != own and own.holds(one.place)}
        held = []
        for place in sorted(within):
            around = [one for one in known if one.place.holds(place)]
            until = held_until(around, parts.zone, now)
            if until is not None:
                held.append(Later(place=place, at=until))
        return held

    def _not_done(self, devices: Sequence[Device]) -> Sequence[Device]:
        """Without those that this very night had already, where it was begun before."""
        firing = self._parts.scheduling.firings.running(NIGHTLY, self._place_meant())
        if firing is None or firing.first_at is None or firing.tries < 2:
            return devices
        good = self._parts.runs.good_since(self._scope, firing.first_at)
        return [device for device in devices if device.id not in good]

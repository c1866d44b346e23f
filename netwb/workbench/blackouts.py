"""Black-outs on the facade: times in which the daemon logs in to no device of a place.

What a night leaves out for one is done when it ends. A person's own `back_up` is not held back: who
types it knows. Whatever cannot come true, or leaves a job no time at all, is refused, and nothing is
written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from netwb.errors import InputError
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.schedules.blackouts import YEAR, find_clash, leaves_none, require_ends, spans
from netwb.schedules.records import EVERYTHING, Blackout, Place
from netwb.schedules.triggers import parse_span_s, parse_trigger, render_span
from netwb.workbench.at_places import place_label
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of
from netwb.workbench.scheduling import SchedulingFace

if TYPE_CHECKING:
    from netwb.store import ids as _ids
else:
    _ids = lazy("netwb.store.ids")

MOST_REASON = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackoutState:
    """One black-out as it stands.

    place    "" is all, `acme` a tenant, `acme/fra1` a site
    when     in words: from until, or when it begins and how long it lasts
    state    `holds` now; `comes`; `over`
    from_at, until_at   of the span that holds now, or else of the next one
    holds_back          names of the jobs of the daemon that do not begin while it holds
    """

    id: str
    place: str
    when: str
    time_zone: str
    state: str
    from_at: datetime | None
    until_at: datetime | None
    reason: str
    set_by: str
    holds_back: tuple[str, ...]


class BlackoutFace(SchedulingFace):
    """`blackouts`, `add_blackout`, `end_blackout`, `remove_blackout`."""

    def blackouts(self) -> Records[BlackoutState]:
        """Those of the places that this Workbench means and of what they lie in; some are over."""
        self._require(Permission.HEALTH_VIEW)
        meant, names = self._place_meant(), self._place_names()
        found = self._parts.scheduling.blackouts.list(self._meant_scope)
        near = [one for one in found if one.place.holds(meant) or meant.holds(one.place)]
        return records_of(
            (self._blackout_state(one) for one in near if one.place in names), BlackoutState
        )

    def add_blackout(  # noqa: PLR0913 - what a person may give
        self,
        *,
        reason: str,
        start: str | datetime = "",
        end: str | datetime = "",
        each: str = "",
        lasts: str = "",
        time_zone: str = "",
    ) -> BlackoutState:
        """Hold the daemon's logins back at the place that this Workbench is narrowed to.

        start, end   of one that comes once; without a zone of their own they are meant in `time_zone`;
                     an end of `3h` is 3 hours after the start
        each, lasts  of one that comes again: `sat 22:00`, `6h`
        time_zone    "" is the configured one
        """
        place = self._place_meant()
        self._require_over_blackouts(place)
        zone, now = self._parts.scheduling.zone(time_zone), self._parts.clock()
        from_at, until_at, starts, lasts_s = _times(start, end, each, lasts, zone, now)
        new = Blackout(
            id=_ids.new_id(),
            place=place,
            from_at=from_at,
            until_at=until_at,
            starts=starts,
            lasts_s=lasts_s,
            time_zone=time_zone,
            reason=_reason(reason),
            set_by=self._actor.name,
            set_at=now,
            ended_at=None,
        )
        known = self._parts.scheduling.blackouts.list(self._scope)
        self._require_alone(new, known, now)
        self._require_some_left(new, known, now)
        self._parts.scheduling.blackouts.add(new)
        state = self._blackout_state(new)
        self._audit_blackout("blackout.add", new, {"when": state.when, "reason": new.reason})
        return state

    def end_blackout(self, blackout_id: str) -> BlackoutState:
        """What holds of it holds nothing back from now on; one that comes again does so.

        Raises UnknownNameError, and InputError where it only comes.
        """
        found = self._mine(blackout_id)
        self._require_begun(found)
        ended = self._parts.scheduling.blackouts.end(found.id)
        self._audit_blackout("blackout.end", found, {})
        return self._blackout_state(ended)

    def remove_blackout(self, blackout_id: str) -> BlackoutState:
        """Take it away, as if it had never been. UnknownNameError."""
        found = self._mine(blackout_id)
        self._parts.scheduling.blackouts.remove(found.id)
        self._audit_blackout("blackout.remove", found, {})
        return self._blackout_state(found)

    def _mine(self, blackout_id: str) -> Blackout:
        found = self._parts.scheduling.blackouts.get(self._scope, blackout_id)
        self._require_over_blackouts(found.place)
        return found

    def _require_begun(self, one: Blackout) -> None:
        state = self._blackout_state(one)
        if state.state == "comes":
            msg = (
                f"black-out {one.id} ({state.when}) does not hold now, so there is nothing to end;"
                f" to keep it from coming, `netwb blackout remove {one.id}`"
            )
            raise InputError(msg)

    def _require_over_blackouts(self, place: Place) -> None:
        self._require(Permission.INVENTORY_EDIT if place.tenant_id else Permission.SYSTEM_MANAGE)
        if place == EVERYTHING:
            self._require_everywhere("a black-out of all")

    def _require_alone(self, new: Blackout, known: Sequence[Blackout], now: datetime) -> None:
        same = [one for one in known if one.place == new.place]
        clash = find_clash(new, same, self._parts.scheduling.zone, now)
        if clash is not None:
            when = self._blackout_state(clash).when
            msg = (
                f"black-out {clash.id} ({when}) holds there at some of that time already; take"
                f" another time, or remove it first with `netwb blackout remove {clash.id}`"
            )
            raise InputError(msg)

    def _require_some_left(self, new: Blackout, known: Sequence[Blackout], now: datetime) -> None:
        """No job may be left without any time that it can begin at."""
        table, zones = self._timetable(), self._parts.scheduling.zone
        for spec, place in table.pairs():
            if spec.touches != "devices" or not new.place.holds(place):
                continue
            around = [one for one in (*known, new) if one.place.holds(place)]
            timing = table.timing(spec, place)
            if leaves_none(timing.trigger, timing.zone, around, zones, now):
                name = self._place_name(place)
                msg = (
                    f"{spec.name}{f' of {name}' if name else ''} ({timing.trigger.text}) would never"
                    " begin: each of its times would lie in a black-out; make this one shorter, or"
                    f" give the job another time with `netwb schedule set {spec.name}`"
                )
                raise InputError(msg)

    def _blackout_state(self, one: Blackout) -> BlackoutState:
        zones, now = self._parts.scheduling.zone, self._parts.clock()
        span = next(spans(one, zones, after=now, until=now + YEAR), None)
        holds = span is not None and span.start <= now
        zone_name = one.time_zone or self._parts.scheduling.zone_name
        return BlackoutState(
            id=one.id,
            place=place_label(self._place_names()[one.place]),
            when=_words(one, zones(one.time_zone)),
            time_zone=zone_name,
            state="holds" if holds else "comes" if span else "over",
            from_at=span.start if span else one.from_at,
            until_at=span.end if span else one.ended_at or one.until_at,
            reason=one.reason,
            set_by=one.set_by,
            holds_back=tuple(
                spec.name
                for spec in self._parts.scheduling.table().values()
                if spec.touches == "devices"
            ),
        )

    def _audit_blackout(self, action: str, one: Blackout, detail: dict[str, str]) -> None:
        name = place_label(self._place_names()[one.place])
        detail = {"place": name or "all", **detail}
        self._audit(action, one.id, tenant_id=one.place.tenant_id, detail=detail)


def _times(  # noqa: PLR0913, PLR0917 - what a person may give
    start: str | datetime,
    end: str | datetime,
    each: str,
    lasts: str,
    zone: tzinfo,
    now: datetime,
) -> tuple[datetime | None, datetime | None, str, int]:
    """From, until, trigger, length: one pair of them is set."""
    if each and not lasts:
        msg = f"a black-out that comes again ({each[:60]}) has a length: add `--for 6h`"
        raise InputError(msg)
    if each and not start and not end:
        trigger, lasts_s = parse_trigger(each), parse_span_s(lasts)
        require_ends(trigger, lasts_s, zone, now)
        return None, None, trigger.text, lasts_s
    if each or not end or lasts:
        msg = "a black-out has an end, or a time that comes again and a length; give one of both"
        raise InputError(msg)
    from_at = _moment(start, zone, now) if start else now
    until_at = _moment(end, zone, now, spans_from=from_at)
    if until_at <= from_at or until_at <= now:
        msg = f"a black-out until {until_at:%Y-%m-%d %H:%M} UTC is over before it begins; give a later end"
        raise InputError(msg)
    if until_at - from_at > YEAR:
        msg = "a black-out of more than a year is none; set the schedule to `off` instead"
        raise InputError(msg)
    return from_at, until_at, "", 0


def _moment(
    value: str | datetime, zone: tzinfo, now: datetime, *, spans_from: datetime | None = None
) -> datetime:
    """As elsewhere, but what has no zone is meant in the zone of the black-out; `2h` is in 2 hours.

    spans_from   from which `2h` counts instead: the end of a black-out from its beginning
    """
    if isinstance(value, str):
        try:
            return (spans_from or now) + timedelta(seconds=parse_span_s(value))
        except InputError:
            value = _written(value, now)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _written(value: str, now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return parse_moment(value, now)


def _reason(text: str) -> str:
    if not text.strip() or len(text) > MOST_REASON or not text.isprintable():
        msg = f"a black-out wants a reason, as one line of {MOST_REASON} characters at most"
        raise InputError(msg)
    return text.strip()


def _words(one: Blackout, zone: tzinfo) -> str:
    if one.from_at is None or one.until_at is None:
        return f"{one.starts} for {render_span(one.lasts_s)}"
    shown = "%Y-%m-%d %H:%M"
    return f"{one.from_at.astimezone(zone):{shown}} to {one.until_at.astimezone(zone):{shown}}"

"""What the reports say, as tables and sentences: for the command, the CSV and the paper alike. Pure.

Times are those of the month's zone. What is not known is said in words and never as 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from netwb.reports.coverage import sums_by_tenant
from netwb.reports.records import (
    NOT_SAVED,
    SAVED,
    AccessReport,
    Bounds,
    CoverageReport,
    Denied,
    DeviceMonth,
    Entry,
    Gap,
    HeldText,
    MachineLogin,
    Night,
    PersonNow,
    Sums,
    TokenNow,
)

NOT_KNOWN = "not known"
_MANY_H = 72  # hours that are told as days
_WHY = {"untried": "not tried", "failed": "failed", "rejected": "rejected"}
_BECAME = {
    "held": "waits for a person",
    "accepted": "accepted",
    "discarded": "discarded",
    "superseded": "a good text came",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table: `empty` stands for it where there is no row; `wide` share the paper's room by these."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    wide: tuple[int, ...]


def heading_of(report: CoverageReport | AccessReport) -> str:
    """What the report is about.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 11, 1, tzinfo=UTC)
    >>> month = Bounds(name="2026-11", time_zone="UTC", since=at, until=at, now=at)
    >>> heading_of(CoverageReport(month=month, of="acme", devices=(), sums=None, notes=()))
    'Backups of acme in 2026-11'
    """
    about = "Backups" if isinstance(report, CoverageReport) else "Access"
    who = f"of {report.of}" if report.of else "of all tenants"
    return f"{about} {who} in {report.month.name}"


def sentence_of(report: CoverageReport) -> str:
    """The sum line in words."""
    sums = report.sums
    if not sums.devices:
        return "No device was in service in this month."
    how = f"{sums.changed:,} changed, {sums.unchanged:,} unchanged, {sums.accepted:,} accepted by a person"
    why = f"{sums.failed:,} failed, {sums.rejected:,} rejected, {sums.untried:,} not tried"
    parts = [
        f"{_many(sums.devices, 'device')}: {_many(sums.due, 'night')} due",
        f"{sums.saved:,} saved ({how})",
        f"{sums.not_saved:,} not saved ({why})",
    ]
    if sums.no_record:
        parts.append(f"{sums.no_record:,} of which netwb has no record any more")
    if sums.blackout:
        parts.append(f"besides, {sums.blackout:,} that a black-out held back")
    without = NOT_KNOWN if sums.days_without is None else f"{sums.days_without:,}"
    copies = (
        "each device had a good copy at the end"
        if not sums.without_copy
        else f"{_many(sums.without_copy, 'device')} had no good copy at the end"
    )
    return (
        f"{', '.join(parts)}. {_many(sums.days, 'whole day')} in service, without a good copy:"
        f" {without}; {copies}; {_many(sums.revisions, 'revision')};"
        f" {_many(sums.held, 'text')} quarantined, {sums.held_accepted:,} of them accepted."
    )


def coverage_sections(report: CoverageReport) -> tuple[Section, ...]:
    """Tenants, devices, nights that were not saved, texts that were quarantined."""
    month = report.month
    return (
        Section(
            title="Tenants",
            columns=(
                *("tenant", "devices", "due", "saved", "not saved", "no record", "days", "without"),
                *("no copy at the end", "revisions", "held", "accepted"),
            ),
            rows=tuple(
                _tenant(tenant, sums) for tenant, sums in sums_by_tenant(report.devices).items()
            ),
            empty="none has a device that was in service",
            wide=(24, 8, 8, 8, 9, 9, 8, 9, 18, 9, 6, 8),
        ),
        Section(
            title="Devices",
            columns=(
                *("device", "in service", "due", "saved", "changed", "not saved", "no record"),
                *("days", "without", "longest gap", "copy at the end", "revisions", "held"),
            ),
            rows=tuple(_device(one, month) for one in report.devices),
            empty="no device was in service in this month",
            wide=(24, 11, 3, 5, 7, 9, 9, 4, 7, 11, 16, 9, 4),
        ),
        Section(
            title="Nights that were not saved",
            columns=("device", "nights", "from", "to", "what", "cause"),
            rows=tuple(row for one in report.devices for row in _not_saved(one, month)),
            empty="none of which netwb knows",
            wide=(26, 6, 16, 16, 9, 24),
        ),
        Section(
            title="Texts that were quarantined",
            columns=("device", "at", "cause", "what became of it", "when", "by"),
            rows=tuple(
                (one.name, _at(text.at, month), text.cause, *_became(text, month))
                for one in report.devices
                for text in one.held
            ),
            empty="none",
            wide=(26, 16, 24, 18, 16, 16),
        ),
    )


def access_sections(report: AccessReport) -> tuple[Section, ...]:
    """People, tokens, what changed, what was denied, what was done that matters."""
    month = report.month
    return (
        Section(
            title=f"People, as of {_at(month.now, month)}",
            columns=("name", "role", "tenants", "status", "second factor", "logins", "last seen"),
            rows=tuple(_person(one, month) for one in report.people),
            empty="nobody but the logins of the machine",
            wide=(24, 9, 26, 20, 13, 6, 16),
        ),
        Section(
            title=f"Tokens that were in force, as of {_at(month.now, month)}",
            columns=("token", "owner", "rights", "tenants", "networks", "ends", "last use"),
            rows=tuple(_token(one, month) for one in report.tokens),
            empty="none",
            wide=(12, 14, 30, 14, 18, 24, 16),
        ),
        _events("Changes of rights in the month", report.changes, month),
        _events(
            "Changes of rights since then, which today's words have in them", report.later, month
        ),
        _events("Secrets put back or looked at", report.reveals, month),
        Section(
            title="Logins of the machine itself, which may do all",
            columns=("who", "events", "first", "last"),
            rows=tuple(_machine(one, month) for one in report.machine),
            empty="none did anything that is audited",
            wide=(40, 10, 16, 16),
        ),
        Section(
            title="Denied",
            columns=("who", "what", "on", "times", "first", "last", "reason"),
            rows=tuple(_denied(one, month) for one in report.denied),
            empty="nothing",
            wide=(16, 22, 18, 6, 16, 16, 30),
        ),
        _events("Quarantine: accepted and discarded by a person", report.quarantine, month),
        _events("Blackholes: approved and denied by a person", report.blackholes, month),
    )


def sections_of(report: CoverageReport | AccessReport) -> tuple[Section, ...]:
    """All tables of a report."""
    if isinstance(report, CoverageReport):
        return coverage_sections(report)
    return access_sections(report)


def preface_of(report: CoverageReport | AccessReport) -> tuple[str, ...]:
    """What stands above the tables: the sum or the trail's state, and what has to be known."""
    first = sentence_of(report) if isinstance(report, CoverageReport) else report.chain.says
    return (first, *report.notes)


def age_of(one: DeviceMonth, month: Bounds) -> str:
    """How old the last good copy was at the end."""
    if one.copy_at is None:
        return "none" if one.copy_known == "none" else NOT_KNOWN
    hours = (month.end - one.copy_at).total_seconds() / 3600
    words = _hours(hours)
    return f"at most {words}" if one.copy_known == "revision" else words


def gap_of(gap: Gap | None) -> str:
    """The longest gap in words."""
    if gap is None:
        return NOT_KNOWN
    return f"at least {_hours(gap.hours)}" if gap.at_least else _hours(gap.hours)


def _hours(hours: float) -> str:
    """Two figures of it.

    >>> _hours(25.4), _hours(48.2), _hours(96)
    ('25 h', '48 h', '4.0 d')
    """
    return f"{hours:.0f} h" if hours < _MANY_H else f"{hours / 24:.1f} d"


def _tenant(tenant: str, sums: Sums) -> tuple[str, ...]:
    without = NOT_KNOWN if sums.days_without is None else f"{sums.days_without:,}"
    counts = (sums.devices, sums.due, sums.saved, sums.not_saved, sums.no_record, sums.days)
    rest = (sums.without_copy, sums.revisions, sums.held, sums.held_accepted)
    return (tenant, *(f"{one:,}" for one in counts), without, *(f"{one:,}" for one in rest))


def _device(one: DeviceMonth, month: Bounds) -> tuple[str, ...]:
    return (
        one.name,
        _service(one),
        str(one.due),
        str(one.count(*SAVED)),
        str(one.count("changed")),
        str(one.count(*NOT_SAVED)),
        str(one.count("unknown")),
        str(one.days),
        NOT_KNOWN if one.days_without is None else str(one.days_without),
        gap_of(one.gap),
        age_of(one, month),
        str(one.revisions),
        str(len(one.held)),
    )


def _service(one: DeviceMonth) -> str:
    parts = [
        f"{word} {on:%d}"
        for word, on in (("from", one.added_on), ("to", one.retired_on))
        if on is not None
    ]
    return " ".join(parts) or "all of it"


def _not_saved(one: DeviceMonth, month: Bounds) -> Iterator[tuple[str, ...]]:
    """Nights in a row that were not saved for the same cause are one row."""

    def alike(night: Night) -> tuple[str, str]:
        return (night.state, night.cause) if night.state in NOT_SAVED else ("", "")

    for (state, cause), group in groupby(one.nights, key=alike):
        nights = list(group)
        if state:
            first, last = _at(nights[0].at, month), _at(nights[-1].at, month)
            yield one.name, str(len(nights)), first, last, _WHY[state], cause


def _became(text: HeldText, month: Bounds) -> tuple[str, str, str]:
    when = "" if text.settled_at is None else _at(text.settled_at, month)
    return _BECAME.get(text.status, text.status), when, text.settled_by


def _person(one: PersonNow, month: Bounds) -> tuple[str, ...]:
    full = f" ({one.full_name})" if one.full_name else ""
    status = one.status if one.source == "local" else f"{one.status}, by {one.source}"
    if one.created_at >= month.since:
        status += f", added {_day(one.created_at, month)}"
    if one.changed_since:
        status += f", changed since: {one.changed_since}"
    return (
        f"{one.name}{full}",
        one.role,
        _tenants(one.tenants),
        status,
        one.totp,
        str(one.logins),
        "never" if one.seen_at is None else _at(one.seen_at, month),
    )


def _token(one: TokenNow, month: Bounds) -> tuple[str, ...]:
    role = one.role or "its owner's role"
    ends = _day(one.expires_at, month)
    if one.revoked_at is not None:
        ends += f", revoked {_day(one.revoked_at, month)}"
    return (
        f"{one.id} {one.note}".strip(),
        one.user,
        role if one.rights is None else f"{', '.join(one.rights)} ({role})",
        "its owner's" if one.tenants is None else _tenants(one.tenants),
        ", ".join(one.networks) or "anywhere",
        ends,
        "never" if one.used_at is None else _at(one.used_at, month),
    )


def _machine(one: MachineLogin, month: Bounds) -> tuple[str, ...]:
    return one.actor, f"{one.events:,}", _at(one.first_at, month), _at(one.last_at, month)


def _denied(one: Denied, month: Bounds) -> tuple[str, ...]:
    return (
        one.actor or "nobody",
        one.action,
        one.target,
        f"{one.times:,}",
        _at(one.first_at, month),
        _at(one.last_at, month),
        one.reason,
    )


def _events(title: str, entries: Sequence[Entry], month: Bounds) -> Section:
    return Section(
        title=title,
        columns=("at", "who", "what", "on", "detail"),
        rows=tuple(_event(one, month) for one in entries),
        empty="none",
        wide=(16, 18, 18, 24, 38),
    )


def _event(one: Entry, month: Bounds) -> tuple[str, ...]:
    return _at(one.at, month), one.actor, one.action, one.target, detail_of(one)


def detail_of(one: Entry) -> str:
    """An event's detail in a line: a reason by itself, all else by its name."""
    reason = str(one.detail.get("reason", "") or "")
    others = [
        f"{name} {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in sorted(one.detail.items())
        if name != "reason" and value not in (None, "", [])
    ]
    return "; ".join([*([reason] if reason else []), *others])


def _tenants(slugs: Sequence[str] | None) -> str:
    if slugs is None:
        return "all"
    return ", ".join(slugs) or "none"


def _at(at: datetime, month: Bounds) -> str:
    return f"{at.astimezone(ZoneInfo(month.time_zone)):%Y-%m-%d %H:%M}"


def _day(at: datetime, month: Bounds) -> str:
    return f"{at.astimezone(ZoneInfo(month.time_zone)):%Y-%m-%d}"


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"

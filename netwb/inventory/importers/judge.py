"""Judge every row of an import against the inventory as it stands, before anything is written. Pure.

A row is good or bad as a whole; a bad one is reported with its place and every cause. A blank cell
says nothing and so changes nothing. Importing the same rows a second time changes nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from netwb.errors import InventoryError
from netwb.inventory.changes import DeviceChanges, FieldChange
from netwb.inventory.checks import Check, device_checks
from netwb.inventory.credential_shape import unfit_for
from netwb.inventory.fields import (
    AUTO,
    check_hostname,
    check_slug,
    check_status,
    check_text,
    parse_labels,
    parse_sources,
    quoted,
    render_labels,
)
from netwb.inventory.importers.platforms import known_as
from netwb.inventory.importers.rows import (
    COLUMNS,
    REQUIRED,
    Fault,
    ImportPlan,
    NewPlace,
    Parsed,
    PlannedDevice,
    RefusedRow,
    SourceRow,
)
from netwb.inventory.records import Device, NewDevice


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The inventory as the actor sees it.

    tenants        slug -> name, living ones           sites     (tenant, slug) -> name, living ones
    credentials    (tenant, name)                      devices   living ones
    retired        "tenant" and "tenant/site" that are there but retired
    missing        "create" makes unknown tenants and sites, "refuse" does not
    may_add_tenants  whether the actor's scope holds all tenants
    unfit          (field, tenant, name) of credentials that cannot be named there
    """

    tenants: Mapping[str, str]
    sites: Mapping[tuple[str, str], str]
    credentials: Collection[tuple[str, str]]
    devices: Collection[Device]
    platforms: Collection[str]
    retired: Collection[str] = ()
    missing: Literal["create", "refuse"] = "refuse"
    may_add_tenants: bool = False
    unfit: Collection[tuple[str, str, str]] = ()


def judge(parsed: Parsed, defaults: Mapping[str, str], world: World) -> ImportPlan:
    """What the rows do, in their order; `defaults` fill what a row does not say."""
    judge_ = _Judge(world, defaults)
    refused = []
    for row in parsed.rows:
        values = {**parsed.fallbacks, **defaults, **row.values}
        faults = judge_.take(row, values)
        if faults:
            refused.append(RefusedRow(at=row.at, values=values, faults=tuple(faults)))
    return ImportPlan(
        devices=tuple(judge_.devices),
        places=tuple(judge_.places.values()),
        problems=tuple(_problem(row) for row in refused),
        notes=parsed.notes,
        refused=tuple(refused),
    )


def _problem(row: RefusedRow) -> str:
    return f"{row.at}: {'; '.join(fault.message for fault in row.faults)}"


class _UnknownPlaceError(InventoryError):
    """A tenant or site that the import was not asked to make; never leaves this module."""


@dataclass(slots=True)
class _Row:
    """One row while it is judged: checked values, and what is wrong.

    placed   its tenant is settled, so that what depends on it can be judged
    """

    at: str
    placed: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    places: list[NewPlace] = field(default_factory=list)


class _Judge:
    """Holds what the good rows have come to so far."""

    def __init__(self, world: World, defaults: Collection[str]) -> None:
        self._world = world
        self._defaults = defaults
        self._checks = _column_checks(world.platforms)
        self._held = {(d.tenant, d.hostname.casefold()): d for d in world.devices}
        self._tenant_names = {name.casefold(): slug for slug, name in world.tenants.items()}
        self._site_names = {(t, name.casefold()): s for (t, s), name in world.sites.items()}
        self._met: dict[tuple[str, str], str] = {}
        self._sources = {
            (d.tenant, source): d.hostname
            for d in world.devices
            for source in parse_sources(d.syslog_source)
        }
        self.devices: list[PlannedDevice] = []
        self.places: dict[tuple[str, str | None], NewPlace] = {}

    def take(self, source: SourceRow, values: Mapping[str, str]) -> list[Fault]:
        """Judge one row; gives its faults, none when it is good and taken."""
        if source.problem:
            return [Fault(column="", message=source.problem)]
        row = _Row(at=source.at)
        self._check(row, values)
        self._place(row)
        if row.placed:
            self._credentials(row)
            self._once(row)
            self._unshared(row)
        if not row.faults:
            self._accept(row, said={*source.values, *self._defaults})
        return row.faults

    def _check(self, row: _Row, values: Mapping[str, str]) -> None:
        absent = [name for name in REQUIRED if not values.get(name)]
        if absent:
            message = f"{', '.join(absent)} missing; fill in, or give --defaults"
            row.faults.append(Fault(column=absent[0], message=message))
        for name in COLUMNS:
            if values.get(name):
                try:
                    row.values[name] = self._checks[name](values[name])
                except InventoryError as error:
                    row.faults.append(Fault(column=name, message=str(error)))

    def _place(self, row: _Row) -> None:
        """Tenant, then site within it; a site of no known tenant cannot be judged."""
        if "tenant" in row.values:
            row.placed = self._settled(row, "tenant", lambda said: self._tenant(row, said))
        if row.placed and "site" in row.values:
            tenant = row.values["tenant"]
            self._settled(row, "site", lambda said: self._site(row, tenant, said))

    def _settled(self, row: _Row, column: str, find: Callable[[str], str]) -> bool:
        """Put the slug in the place of what was said; False where it is no usable place."""
        try:
            row.values[column] = find(row.values[column])
        except _UnknownPlaceError as error:
            row.faults.append(Fault(column=column, message=str(error), kind="unknown place"))
        except InventoryError as error:
            row.faults.append(Fault(column=column, message=str(error)))
        else:
            return True
        return False

    def _tenant(self, row: _Row, said: str) -> str:
        known = said if said in self._world.tenants else self._tenant_names.get(said.casefold())
        if known is not None:
            return known
        if self._world.missing != "create" or not self._world.may_add_tenants:
            cure = "--create" if self._world.may_add_tenants else "ask one who sees all tenants"
            msg = f"tenant {quoted(said)} is not known; add it with `netwb tenant add`, or {cure}"
            raise _UnknownPlaceError(msg)
        slug = check_slug("tenant", slug_of(said))
        self._refuse_retired("tenant", slug)
        row.places.append(NewPlace(tenant=slug, site=None, name=said))
        return slug

    def _site(self, row: _Row, tenant: str, said: str) -> str:
        slug = said if (tenant, said) in self._world.sites else None
        known = slug or self._site_names.get((tenant, said.casefold()))
        if known is not None:
            return known
        if self._world.missing != "create":
            msg = (
                f"site {quoted(f'{tenant}/{said}')} is not known; add it with `netwb site add`, "
                "or --create"
            )
            raise _UnknownPlaceError(msg)
        slug = check_slug("site", slug_of(said))
        self._refuse_retired("site", f"{tenant}/{slug}")
        row.places.append(NewPlace(tenant=tenant, site=slug, name=said))
        return slug

    def _refuse_retired(self, thing: str, name: str) -> None:
        if name in self._world.retired:
            msg = f"{thing} {name} is retired; bring it back with `netwb {thing} activate {name}`"
            raise InventoryError(msg)

    def _credentials(self, row: _Row) -> None:
        for name in ("credential", "snmp_credential"):
            said = row.values.get(name)
            if said is not None and (row.values["tenant"], said) not in self._world.credentials:
                message = (
                    f"credential {quoted(said)} is not known in tenant {row.values['tenant']}; "
                    "add it with `netwb credential add`"
                )
                row.faults.append(Fault(column=name, message=message))
            elif said is not None and (name, row.values["tenant"], said) in self._world.unfit:
                row.faults.append(Fault(column=name, message=unfit_for(name, said)))

    def _once(self, row: _Row) -> None:
        if "hostname" not in row.values:
            return
        key = (row.values["tenant"], row.values["hostname"].casefold())
        if key in self._met:
            message = (
                f"device {key[0]}/{row.values['hostname']} stands already in {self._met[key]}; "
                "keep one"
            )
            row.faults.append(Fault(column="hostname", message=message))
        elif not row.faults:
            self._met[key] = row.at

    def _unshared(self, row: _Row) -> None:
        """Messages of one address are one device's."""
        hostname = row.values.get("hostname", "")
        for source in parse_sources(row.values.get("syslog_source")):
            holder = self._sources.setdefault((row.values["tenant"], source), hostname)
            if holder.casefold() != hostname.casefold():
                message = (
                    f"syslog source {source} is that of device {holder}; take it from there, or "
                    "give another"
                )
                row.faults.append(Fault(column="syslog_source", message=message))

    def _accept(self, row: _Row, said: Collection[str]) -> None:
        held = self._held.get((row.values["tenant"], row.values["hostname"].casefold()))
        if held is None:
            planned = _addition(row)
        else:
            planned = _update(row, held, {k: v for k, v in row.values.items() if k in said})
        self.devices.append(planned)
        if planned.action != "left_out":
            for place in row.places:
                self.places.setdefault((place.tenant, place.site), place)


def _column_checks(platforms: Collection[str]) -> dict[str, Check]:
    checks = device_checks(platforms)
    return {
        **checks,
        "platform": lambda value: checks["platform"](known_as(value, platforms)),
        "tenant": lambda value: check_text("tenant", value),
        "hostname": check_hostname,
        "labels": parse_labels,
        "status": check_status,
    }


def _addition(row: _Row) -> PlannedDevice:
    if row.values.get("status") == "retired":
        return _planned(row, "left_out")
    return _planned(row, "add", new=NewDevice(**row.values))


def _update(row: _Row, held: Device, said: Mapping[str, Any]) -> PlannedDevice:
    if said.get("status") == "retired":
        return _planned(row, "retire", device_id=held.id)
    changes = {}
    for name, value in said.items():
        settled = name == "platform" and value == AUTO  # what a probe found out stays
        if name not in {"tenant", "hostname"} and not settled and _stored(held, name) != value:
            changes[name] = value
    if not changes:
        return _planned(row, "same", device_id=held.id)
    return _planned(
        row,
        "update",
        device_id=held.id,
        hostname=held.hostname,
        changes=cast("DeviceChanges", changes),
        fields=tuple(
            FieldChange(field=name, old=_shown(_stored(held, name)), new=_shown(value))
            for name, value in changes.items()
        ),
    )


def _planned(row: _Row, action: Any, **rest: Any) -> PlannedDevice:
    place = {name: row.values[name] for name in ("tenant", "site", "hostname")}
    return PlannedDevice(at=row.at, action=action, **{**place, **rest})


def _stored(held: Device, name: str) -> Any:
    """A device's own value: what it inherits is not its own."""
    value = getattr(held, name)
    if name in {"credential", "snmp_credential"}:
        return value.value if value.source == "device" else None
    return dict(value) if name == "labels" else value


def _shown(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return render_labels(value)
    return None if value is None else str(value)


def slug_of(name: str) -> str:
    """A slug for a name: `Acme Ltd` is acme-ltd."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40]

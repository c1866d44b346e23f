"""What things are called in a database: netwb's own names, or those of whoever fills it. Pure.

Own names are the contract's: measurement `interface` with tags `tenant device_id ifName` and fields
named as in the MIB. A database that others filled is described by a TOML file:

    [tags]
    device = "hostname"            # the tag that tells devices apart ...
    device_holds = "hostname"      # ... and what of the device stands in it: id, hostname or address
    port = "ifName"                # the tag that tells its ports apart
    tenant = ""                    # empty: there is no such tag; the inventory alone tells tenants apart

    [interface]
    measurement = "snmp_interfaces"
    fields = {ifHCInOctets = "in_octets", ifHCOutOctets = "out_octets"}

    [device]
    measurement = "system"

    [ping]
    measurement = "ping"

What is not named is called as netwb calls it. netwb writes to no database whose names are not its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from netwb.errors import SettingsError
from netwb.metrics.records import FIELDS, Measurement

DeviceHolds = Literal["id", "hostname", "address"]
Labels = Callable[[DeviceHolds, Collection[str]], Mapping[str, str]]  # by device id
_TAGS = ("tenant", "device", "port")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementNames:
    """A measurement there, and its field for each of ours."""

    measurement: str
    fields: Mapping[str, str]


def _own(measurement: Measurement) -> MeasurementNames:
    fields = {name: name for name in FIELDS[measurement]}
    return MeasurementNames(measurement=measurement, fields=fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaMap:
    """Names of tags and measurements; by default netwb's own.

    tenant, device, port   tags; an empty `tenant` means that there is none
    device_holds           what of a device stands in its tag
    """

    tenant: str = "tenant"
    device: str = "device_id"
    port: str = "ifName"
    device_holds: DeviceHolds = "id"
    measurements: Mapping[Measurement, MeasurementNames] = field(
        default_factory=lambda: {measurement: _own(measurement) for measurement in FIELDS}
    )

    def of(self, measurement: Measurement) -> MeasurementNames:
        """Names of one measurement."""
        return self.measurements[measurement]


OWN = SchemaMap()


def by_id(holds: DeviceHolds, device_ids: Collection[str]) -> Mapping[str, str]:
    """The labels of a database with our own names: SettingsError for those of another one."""
    if holds != "id":
        raise _wrong("names", f"nobody says what {holds} a device has", "write device_holds = 'id'")
    return {device_id: device_id for device_id in device_ids}


def parse_schema_map(document: Mapping[str, Any], source: str) -> SchemaMap:
    """From the TOML of that file; SettingsError names what is wrong in it.

    >>> parse_schema_map({"ping": {"measurement": "icmp"}}, "names.toml").of("ping")
    ... # doctest: +ELLIPSIS
    MeasurementNames(measurement='icmp', fields={'percent_packet_loss': ...})
    """
    given = document.get("tags", {})
    if not isinstance(given, Mapping):
        raise _wrong(source, "tags is no table", "write [tags]")
    tags = {name: _text(given.get(name, getattr(OWN, name)), name, source) for name in _TAGS}
    if not tags["device"] or not tags["port"]:
        raise _wrong(source, "device and port name no tag", "name the tags that tell them apart")
    holds = given.get("device_holds", OWN.device_holds)
    if holds not in get_args(DeviceHolds):
        raise _wrong(source, f"device_holds is {holds!r}", "write id, hostname or address")
    strange = {*(given.keys() - {*_TAGS, "device_holds"}), *(document.keys() - {"tags", *FIELDS})}
    if strange:
        raise _wrong(source, f"{min(strange)!r} is unknown", "leave it out")
    measurements = {m: _measurement(m, document, source) for m in FIELDS}
    return SchemaMap(**tags, device_holds=holds, measurements=measurements)


def _measurement(
    measurement: Measurement, document: Mapping[str, Any], source: str
) -> MeasurementNames:
    own = document.get(measurement, {})
    if not isinstance(own, Mapping) or not own.keys() <= {"measurement", "fields"}:
        raise _wrong(source, f"[{measurement}] is wrong", "write a measurement, and fields = {..}")
    fields = own.get("fields", {})
    if not isinstance(fields, Mapping):
        raise _wrong(source, f"[{measurement}] fields is no table", "write fields = {..}")
    if strange := sorted(fields.keys() - set(FIELDS[measurement])):
        raise _wrong(source, f"[{measurement}] knows no field {strange[0]!r}", "leave it out")
    names = {
        name: _text(fields.get(name, name), f"{measurement}.{name}", source)
        for name in FIELDS[measurement]
    }
    if len(set(names.values())) < len(names) or "" in names.values():
        raise _wrong(source, f"[{measurement}] two fields share a name", "give each its own")
    called = _text(own.get("measurement", measurement), f"{measurement}.measurement", source)
    if not called:
        raise _wrong(source, f"[{measurement}] has no name", "write a measurement")
    return MeasurementNames(measurement=called, fields=names)


def _text(value: Any, name: str, source: str) -> str:
    if not isinstance(value, str) or not (value.isprintable() and len(value) <= _LONGEST):
        raise _wrong(source, f"{name} is no name", "write a short text")
    return value


def _wrong(source: str, why: str, cure: str) -> SettingsError:
    return SettingsError(f"{source}: {why}; {cure}")

"""Which series one question means, as a condition with bound values; either language has its words. Pure.

It filters one tenant, named devices and named ports: no word of a person or of a device is part of
its text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from netwb.metrics.influx.keys import Group
from netwb.metrics.schema_map import SchemaMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Of a language. `equals` compares what bears a name with a parameter."""

    equals: Callable[[str, str], str]
    both: str
    either: str


def condition(
    tenant: str, groups: Sequence[Group], names: SchemaMap, words: Words
) -> tuple[str, dict[str, str]]:
    """What the series of one batch meet and no other one, and the values of its parameters."""
    values: dict[str, str] = {}

    def bound(name: str, value: str) -> str:
        """A comparison with a value of its own."""
        parameter = f"v{len(values)}"
        values[parameter] = value
        return words.equals(name, parameter)

    def any_of(name: str, these: Sequence[str]) -> str:
        """That it is one of these."""
        return f"({f' {words.either} '.join(bound(name, value) for value in these)})"

    each = [
        any_of(names.device, devices)
        if list(ports) == [""]
        else f"({any_of(names.device, devices)} {words.both} {any_of(names.port, ports)})"
        for devices, ports in groups
    ]
    whole = f"({f' {words.either} '.join(each)})"
    if names.tenant:
        whole = f"{bound(names.tenant, tenant)} {words.both} {whole}"
    return whole, values

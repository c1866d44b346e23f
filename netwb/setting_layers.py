"""From layers of values to the one Settings record. Pure: it reads no file.

`Workbench.open` reads `netwb.toml` and the environment and hands both in; a later layer wins.
An unknown name is an error, because a mistyped limit that is silently ignored is no limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, get_type_hints

from netwb.errors import SettingsError
from netwb.settings import Settings

ENVIRONMENT_PREFIX = "NETWB_"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInfo:
    """What a person needs to know about one setting."""

    name: str
    default: Any
    unit: str
    help: str


def _sections() -> dict[str, type]:
    return dict(get_type_hints(Settings))


def describe_settings() -> Iterator[SettingInfo]:
    """Every setting in file order, named `section.name`."""
    for section, kind in _sections().items():
        for item in fields(kind):
            yield SettingInfo(
                name=f"{section}.{item.name}",
                default=item.default,
                unit=item.metadata["unit"],
                help=item.metadata["help"],
            )


def from_environment(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """`NETWB_COLLECT__SESSIONS=50` as `{"collect": {"sessions": "50"}}`.

    A variable with the prefix but without `__` is not a setting (`NETWB_HOME`) and is left out.
    """
    layer: dict[str, dict[str, str]] = {}
    for name, value in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
            section, _, item = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
            layer.setdefault(section, {})[item] = value
    return layer


def build_settings(*layers: Mapping[str, Any]) -> Settings:
    """Merge layers of `{section: {name: value}}`, later ones winning.

    Raises SettingsError for an unknown section or name, a wrong type, or a value out of range.
    """
    merged: dict[str, dict[str, Any]] = {}
    known = _sections()
    for layer in layers:
        for section, values in layer.items():
            if section not in known or not isinstance(values, Mapping):
                raise SettingsError(_unknown(section, known))
            for name, value in values.items():
                merged.setdefault(section, {})[name] = _value(section, known[section], name, value)
    return Settings(**{section: known[section](**values) for section, values in merged.items()})


def _unknown(section: str, known: Mapping[str, type]) -> str:
    return f"settings section {section!r} is unknown; sections are {', '.join(sorted(known))}"


def _value(section: str, kind: type, name: str, value: Any) -> Any:
    items = {item.name: item for item in fields(kind)}
    if name not in items:
        msg = f"setting {section}.{name} is unknown; {section} has {', '.join(sorted(items))}"
        raise SettingsError(msg)
    item = items[name]
    converted = _converted(f"{section}.{name}", type(item.default), value)
    least = item.metadata["least"]
    if least is not None and converted < least:
        msg = f"setting {section}.{name} is {converted}; it must be at least {least}"
        raise SettingsError(msg)
    most = item.metadata["most"]
    if most is not None and converted > most:
        msg = f"setting {section}.{name} is {converted}; it must be at most {most}"
        raise SettingsError(msg)
    return converted


def _converted(name: str, kind: type, value: Any) -> Any:
    try:
        return _as(kind, value)
    except (TypeError, ValueError, OverflowError) as error:
        # What stands where words belong may be a secret: store.url holds a password.
        said = f"of type {type(value).__name__}" if kind is str else repr(value)
        msg = f"setting {name} is {said}; it must be of type {kind.__name__}"
        raise SettingsError(msg) from error


def _as(kind: type, value: Any) -> Any:
    """The value as that type; raises where the change would lose or hide something."""
    if isinstance(value, bool) or (kind is str and not isinstance(value, str)):
        raise TypeError
    found = kind(value)
    whole = kind is not int or not isinstance(value, float) or found == value
    # No comparison with NaN is true, so a NaN limit would never hold.
    if not whole or (kind is float and not isfinite(found)):
        raise ValueError
    return found

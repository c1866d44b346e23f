"""Read a platform's TOML text into its record, strictly: an unknown key or a bad pattern is an error.

The version of a rule set is a digest of its `secret` and `volatile` tables, so that no person can
forget to raise it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from netwb.errors import SettingsError
from netwb.platforms.record import (
    BlockRule,
    BytesPattern,
    FactsWords,
    Platform,
    SecretRule,
    SessionWords,
    VolatileRule,
    WholeWords,
)

Record = TypeVar("Record")
RULES = ("block", "secret", "volatile")  # the tables that repeat


def parse_platform(source: str, *, origin: str) -> Platform:
    """Turn the text of one TOML file into a Platform. `origin` names the file in errors."""
    try:
        data = tomllib.loads(source)
        return _platform(data)
    except (tomllib.TOMLDecodeError, re.error, KeyError, TypeError, ValueError) as error:
        msg = f"platform file {origin} is not usable: {error}; compare it with cisco_ios.toml"
        raise SettingsError(msg) from error


def _platform(data: Mapping[str, Any]) -> Platform:
    tables = {"session": SessionWords, "facts": FactsWords, "whole": WholeWords}
    plain = {k: v for k, v in data.items() if k not in {*tables, *RULES}}
    built: dict[str, Any] = {name: _record(kind, data[name]) for name, kind in tables.items()}
    return _record(
        Platform,
        {
            **plain,
            **built,
            "blocks": tuple(_record(BlockRule, row) for row in data.get("block", ())),
            "volatile": tuple(_record(VolatileRule, row) for row in data.get("volatile", ())),
            "secrets": tuple(_secret(row) for row in data.get("secret", ())),
            "rule_set": _version(data),
        },
    )


def _version(data: Mapping[str, Any]) -> str:
    rules = json.dumps([data.get("secret", []), data.get("volatile", [])], sort_keys=True)
    return hashlib.sha256(rules.encode()).hexdigest()[:12]


def _secret(row: Mapping[str, Any]) -> SecretRule:
    flags = re.DOTALL if row.get("block") else 0
    pattern = re.compile(row["pattern"].encode(), re.MULTILINE | flags)
    if "secret" not in pattern.groupindex:
        msg = f"secret rule {row.get('name')!r} has no group `secret`"
        raise ValueError(msg)
    return _record(SecretRule, {**row, "pattern": pattern})


def _record(kind: type[Record], row: Mapping[str, Any]) -> Record:
    """Build a frozen record, compiling what its type says is a pattern."""
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(row) - set(known))
    if unknown:
        msg = f"unknown key {unknown[0]!r} in {kind.__name__}; it has {', '.join(known)}"
        raise ValueError(msg)
    values = {
        name: _field(str(item.type), row.get(name), required=item.default is MISSING)
        for name, item in known.items()
        if name in row or item.default is MISSING
    }
    return kind(**values)


def _field(type_name: str, value: Any, *, required: bool) -> Any:
    """One value by the name of its type: patterns are compiled, lists become tuples."""
    if value is None or value == "":
        if "None" in type_name or type_name.startswith("tuple"):
            return () if type_name.startswith("tuple") else None
        if required and type_name != "str":
            msg = "a required key is missing"
            raise ValueError(msg)
    if isinstance(value, (list, tuple)):
        return tuple(
            _field(type_name.removeprefix("tuple["), item, required=True) for item in value
        )
    if "BytesPattern" in type_name and isinstance(value, str):
        return _compiled(value)
    return value


def _compiled(value: str) -> BytesPattern:
    return re.compile(value.encode())

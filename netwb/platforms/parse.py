"""Read a platform's TOML text into its record, strictly: an unknown key or a bad pattern is an error.

The version of a rule set is a digest of all that shapes a stored text, so that no person can forget
to raise it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Any, TypeVar

from netwb.errors import SettingsError
from netwb.platforms.blackhole import BlackholeWords, FamilyWords, check_words
from netwb.platforms.messages import message_rules
from netwb.platforms.record import (
    BlockRule,
    FactsWords,
    Platform,
    SecretRule,
    SessionWords,
    VolatileRule,
    WholeWords,
)

Record = TypeVar("Record")
Rule = TypeVar("Rule", SecretRule, BlockRule)
TELLING = ("byte_count", "hostname", "model", "serial", "os_version", "uptime")  # by group 1
RULES = ("block", "secret", "volatile")  # the tables that repeat and shape a stored text
MESSAGES = "message"  # repeats too, and shapes none
BLACKHOLE = "blackhole"  # shapes none either, and may be absent


@lru_cache(maxsize=64)  # each opening of a home reads the same; what is made from them is kept, too
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
    if not isinstance(data.get("startup_unasked", True), bool):
        msg = "`startup_unasked` is true or false"
        raise TypeError(msg)
    plain = {k: v for k, v in data.items() if k not in {*tables, *RULES, MESSAGES, BLACKHOLE}}
    built: dict[str, Any] = {name: _record(kind, data[name]) for name, kind in tables.items()}
    return _record(
        Platform,
        {
            **plain,
            **built,
            "blocks": tuple(_block(row) for row in data.get("block", ())),
            "volatile": tuple(_record(VolatileRule, row) for row in data.get("volatile", ())),
            "secrets": tuple(_secret(row) for row in data.get("secret", ())),
            "messages": message_rules(data.get(MESSAGES, ())),
            "blackhole": _blackhole(data[BLACKHOLE]) if BLACKHOLE in data else None,
            "rule_set": _version(data),
        },
    )


def _blackhole(row: Mapping[str, Any]) -> BlackholeWords:
    families = {name: _record(FamilyWords, row[name]) for name in ("ipv4", "ipv6")}
    if not isinstance(row.get("verified"), bool) or type(row.get("typed_ahead", 1)) is not int:
        msg = "blackhole: `verified` is true or false, `typed_ahead` a whole number"
        raise TypeError(msg)
    words = _record(BlackholeWords, {**row, **families})
    check_words(words)
    return words


def _version(data: Mapping[str, Any]) -> str:
    """Digest of all that shapes a stored text."""
    whole = data["whole"]
    shaping = [data.get(name, []) for name in RULES]
    lines = [whole.get("header"), whole.get("terminal"), data.get("own_words")]
    rules = json.dumps([shaping, *lines], sort_keys=True)
    return hashlib.sha256(rules.encode()).hexdigest()[:12]


def _secret(row: Mapping[str, Any]) -> SecretRule:
    flags = re.DOTALL if row.get("block") else 0
    pattern = re.compile(row["pattern"].encode(), re.MULTILINE | flags)
    if "secret" not in pattern.groupindex:
        msg = f"secret rule {row.get('name')!r} has no group `secret`"
        raise ValueError(msg)
    return _found(_record(SecretRule, {**row, "pattern": pattern}))


def _block(row: Mapping[str, Any]) -> BlockRule:
    rule = _record(BlockRule, row)
    if rule.closes is None and "mark" not in rule.opens.groupindex:
        msg = f"block rule {rule.name!r} has neither `closes` nor a group `mark`"
        raise ValueError(msg)
    return _found(rule)


def _found(rule: Rule) -> Rule:
    """A rule is found by its word, which must be one on a line."""
    if not rule.word or "\n" in rule.word:
        msg = f"rule {rule.name!r} needs a word that is not empty and stands on one line"
        raise ValueError(msg)
    return rule


def _record(kind: type[Record], row: Mapping[str, Any]) -> Record:
    """Build a frozen record, compiling what its type says is a pattern."""
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(row) - set(known))
    if unknown:
        msg = f"unknown key {unknown[0]!r} in {kind.__name__}; it has {', '.join(known)}"
        raise ValueError(msg)
    return kind(
        **{
            name: _value(name, str(item.type), row.get(name))
            for name, item in known.items()
            if name in row or item.default is MISSING
        }
    )


def _value(name: str, type_name: str, value: Any) -> Any:
    """One value by the name of its type. What may be absent may also be empty."""
    if type_name.startswith("tuple["):
        return _values(name, type_name, value)
    if value in (None, "") and "None" in type_name:
        return None
    if value is None:
        msg = f"key {name!r} is missing"
        raise ValueError(msg)
    if "BytesPattern" in type_name and not isinstance(value, re.Pattern):
        return _pattern(name, _text(name, value))
    return _text(name, value) if "str" in type_name else value


def _pattern(name: str, value: str) -> re.Pattern[bytes]:
    pattern = re.compile(value.encode())
    if name in TELLING and not pattern.groups:
        msg = f"pattern {name!r} has no group for what it tells"
        raise ValueError(msg)
    return pattern


def _values(name: str, type_name: str, value: Any) -> tuple[Any, ...]:
    if value in (None, ""):
        return ()
    if not isinstance(value, (list, tuple)):
        msg = f"key {name!r} must be a list"
        raise TypeError(msg)
    inner = type_name.removeprefix("tuple[").removesuffix(", ...]")
    made = inner.endswith("Rule")  # records, built already
    return tuple(item if made else _value(name, inner, item) for item in value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        msg = f"key {name!r} must be a text"
        raise TypeError(msg)
    return value

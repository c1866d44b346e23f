"""Rows of Nornir's SimpleInventory: hosts.yaml, groups.yaml, defaults.yaml. Pure.

A host's own value comes first, then its groups' in order and depth first, then the defaults', as
nornir 3 resolves them. `data` may hold our columns (tenant, site, role, ...). User names and passwords
are never taken from such files: they belong into credentials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from netwb.errors import ImportRefusedError, InventoryError
from netwb.inventory.fields import quoted, render_labels
from netwb.inventory.importers.rows import AUTO, COLUMNS, Parsed, SourceRow

SECRETS_NOTE = (
    "user names and passwords of the folder are left out; add them with `netwb credential add`"
)


def parse_simple_inventory(hosts: str, groups: str = "", defaults: str = "") -> Parsed:
    """Rows of the three texts; an absent file is an empty text."""
    known = _mapping("hosts.yaml", hosts)
    grouped = _mapping("groups.yaml", groups)
    fallback = _mapping("defaults.yaml", defaults)
    lines = _lines(hosts)
    rows = [
        _row(str(name), at, _entry(known[name]), grouped, fallback)
        for name, at in lines
    ]  # fmt: skip
    levels = [*known.values(), *grouped.values(), fallback]
    secret = any(isinstance(level, Mapping) and level.get("password") for level in levels)
    return Parsed(rows=tuple(rows), notes=(SECRETS_NOTE,) if secret else (), fallbacks=AUTO)


def _mapping(file: str, text: str) -> Mapping[Any, Any]:
    """One text as YAML. PyYAML's own words quote the text, which may be a password: `from None`."""
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}, line {mark.line + 1}, column {mark.column + 1}" if mark else file
        msg = f"{where} is no YAML; quote the value there, or correct it, and import again"
        raise ImportRefusedError(msg) from None
    except ValueError:
        msg = f"{file} holds a value that is none, as 2026-13-45 is no date; quote it"
        raise ImportRefusedError(msg) from None
    except RecursionError:
        msg = f"{file} is nested too deeply; is it a SimpleInventory folder?"
        raise ImportRefusedError(msg) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, Mapping):
        msg = f"{file} holds no mapping of names; is it a SimpleInventory folder?"
        raise ImportRefusedError(msg)
    return loaded


def _lines(text: str) -> Sequence[tuple[Any, str]]:
    """Each host's name as YAML loads it, with the line it stands on; a second one is refused."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return ()
    constructor = yaml.constructor.SafeConstructor()
    named: dict[Any, str] = {}
    for key, _ in root.value:
        name = constructor.construct_object(key, deep=True)
        at = f"line {key.start_mark.line + 1}"
        if name in named:
            msg = f"{at}: host {quoted(str(name))} stands already in {named[name]}; keep one"
            raise ImportRefusedError(msg)
        named[name] = at
    return tuple(named.items())


def _entry(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _row(
    name: str,
    at: str,
    host: Mapping[str, Any],
    groups: Mapping[Any, Any],
    defaults: Mapping[Any, Any],
) -> SourceRow:
    try:
        levels = [host, *_groups(host, groups), defaults]
    except InventoryError as error:
        return SourceRow(at=at, values={"hostname": name}, problem=str(error))
    values: dict[str, Any] = {
        **_data(levels),
        "hostname": name,
        "address": _first(levels, "hostname") or name,
        "port": _first(levels, "port"),
        "platform": _first(levels, "platform"),
    }
    written = {key: str(value).strip() for key, value in values.items() if value is not None}
    return SourceRow(at=at, values={key: value for key, value in written.items() if value})


def _groups(entry: Mapping[str, Any], groups: Mapping[Any, Any]) -> Iterator[Mapping[str, Any]]:
    """Each group once, depth first; without recursion, for chains may be longer than Python's stack."""
    seen: set[str | int] = set()
    waiting = _named(entry)[::-1]
    while waiting:
        name = waiting.pop()
        if not isinstance(name, str | int) or name not in groups:
            msg = f"names the group {quoted(str(name))}, which groups.yaml does not have"
            raise InventoryError(msg)
        if name not in seen:
            seen.add(name)
            group = _entry(groups[name])
            yield group
            waiting.extend(_named(group)[::-1])


def _named(entry: Mapping[str, Any]) -> list[Any]:
    named = entry.get("groups") or ()
    return list(named) if isinstance(named, list | tuple) else [named]


def _first(levels: Sequence[Mapping[str, Any]], key: str) -> Any:
    return next((level[key] for level in levels if level.get(key) is not None), None)


def _data(levels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for level in reversed(levels):
        merged.update(_entry(level.get("data")))
    ours = {key: value for key, value in merged.items() if key in COLUMNS}
    labels = ours.get("labels")
    if isinstance(labels, Mapping):
        ours["labels"] = render_labels({str(k): str(v) for k, v in labels.items()})
    elif isinstance(labels, list):
        ours["labels"] = ",".join(str(label) for label in labels)
    return ours

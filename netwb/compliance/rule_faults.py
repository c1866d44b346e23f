"""What pydantic refuses of a rule, in sentences for whoever wrote it: the thing and its cure. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from netwb.compliance.records import JUDGED, SEVERITIES
from netwb.compliance.shapes import (
    CheckShape,
    CountShape,
    ExampleShape,
    RuleShape,
    SelectorShape,
    ValueShape,
    WordsShape,
)
from netwb.compliance.yaml_nodes import Path

# The key that each of these stands under.
_SHAPES: Mapping[str, type[BaseModel]] = {
    "rule": RuleShape,
    "checks": CheckShape,
    "count": CountShape,
    "value": ValueShape,
    "applies_to": SelectorShape,
    "not": WordsShape,
    "examples": ExampleShape,
}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "severity": SEVERITIES,
    "without_section": JUDGED,
    "running_is_startup": ("true",),
}
_CURES: Mapping[str, str] = {
    "model_type": "must have keys of its own; write them indented below it",
    "tuple_type": "must be a list; write each item as `- ...` or all in [ ]",
    "string_type": "must be a text; write it on one line, or after `|`",
    "int_type": "must be a whole number; write it in digits",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number; write it in digits",
    "int_parsing_size": "must be a whole number; write a smaller one",
    "int_from_float": "must be a whole number; write it without a point",
    "bool_parsing": "must be true or false",
    "string_too_short": "is empty; write something, or take the key out",
}


def shape_faults(error: ValidationError, data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Path and sentence of each fault."""
    faults = error.errors(include_url=False, include_input=False)
    slips = [fault["loc"] for fault in faults if fault["type"] == "extra_forbidden"]
    for fault in faults:
        path = fault["loc"]
        if fault["type"] == "too_short" and _told_below(path, faults):
            continue
        if fault["type"] == "missing" and any(_is_meant(path, slip) for slip in slips):
            continue
        given = _at(data, path)
        if given is not None or fault["type"] == "missing":  # what is empty was told before
            yield path, _sentence(fault["type"], path, fault.get("ctx", {}), given)


def near(word: str, known: Collection[str], *, cutoff: float = 0.6) -> str:
    """The known word that is meant, or all of them; nothing where a high cutoff finds none."""
    found = get_close_matches(word.lower(), sorted(known), n=1, cutoff=cutoff)
    if found:
        return f"; did you mean `{found[0]}`?"
    return "" if cutoff > 0.6 else f"; write one of {', '.join(known)}"


def _told_below(path: Path, faults: Collection[Any]) -> bool:
    """Items that are at fault are missing from their list, and that is no second fault."""
    return any(
        len(other["loc"]) > len(path) and other["loc"][: len(path)] == path for other in faults
    )


def _is_meant(missing: Path, unknown: Path) -> bool:
    """Whether the unknown key beside it is the missing one, misspelled: one slip is one fault."""
    key = str(missing[-1])
    return missing[:-1] == unknown[:-1] and bool(get_close_matches(str(unknown[-1]), [key], n=1))


def _sentence(kind: str, path: Path, told: Mapping[str, Any], given: Any) -> str:
    if kind == "value_error":
        return str(told["error"])
    if kind == "missing":
        return _missing(path)
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "literal_error":
        known = _CHOICES[str(path[-1])]
        return f"{named(path)} is {given!r}{near(str(given), known)}"
    if kind in _CURES:
        return f"{named(path)} {_CURES[kind]}"
    return f"{named(path)} {_bound(kind, told)}"


def _bound(kind: str, told: Mapping[str, Any]) -> str:
    """The limits that the shapes give."""
    if kind == "too_short":
        return f"needs at least {told['min_length']}; add what is missing"
    if kind == "too_long":
        return f"has more than {told['max_length']} items; split it"
    if kind == "string_too_long":
        return f"is longer than {told['max_length']} characters; shorten it"
    if kind == "greater_than_equal":
        return f"must be at least {told['ge']}; write a greater number"
    if kind == "less_than_equal":
        return f"must be at most {told['le']}; write a smaller number"
    return f"cannot be read ({kind}); see the section Rules of netwb's reference"


def _missing(path: Path) -> str:
    key = str(path[-1])
    if key in _CHOICES:
        return f"`{key}` is missing; write one of {', '.join(_CHOICES[key])}"
    return f"`{key}` is missing{_inside(path)}; write it"


def _unknown(path: Path) -> str:
    key, own = str(path[-1]), _parent(path)
    known = _keys(_SHAPES[own])
    if get_close_matches(key.lower(), known, n=1):
        return f"unknown key `{key[:40]}`{near(key, known)}"
    elsewhere = [f"`{name}`" for name, shape in _SHAPES.items() if key in _keys(shape)]
    if elsewhere:
        return f"the key `{key}` has no place here; it belongs into {' or '.join(elsewhere)}"
    return f"unknown key `{key[:40]}`; write one of {', '.join(known)}"


def _inside(path: Path) -> str:
    own = _parent(path)
    return "" if own == "rule" else f" in `{own}`"


def _parent(path: Path) -> str:
    """The nearest key above that has a shape."""
    return next((str(key) for key in reversed(path[:-1]) if key in _SHAPES), "rule")


def _keys(shape: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in shape.model_fields.items()]


def named(path: Path) -> str:
    """The nearest key as it stands in a sentence, with the number of the item below it."""
    keys = [key for key in path if isinstance(key, str)]
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of `{keys[-1]}`"
    return f"`{keys[-1]}`"


def _at(data: Any, path: Path) -> Any:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return ""
    return data

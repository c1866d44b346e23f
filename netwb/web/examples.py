"""A whole example of a body or an answer, put together from the examples of its fields. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PLAIN = {"string": "text", "integer": 1, "number": 1.0, "boolean": True, "null": None}
Schema = Mapping[str, Any]


def example_of(schema: Schema, schemas: Mapping[str, Schema]) -> Any:
    """What stands in the schema as its example; else one made of its parts.

    >>> example_of({"type": "array", "items": {"type": "string", "examples": ["fra1"]}}, {})
    ['fra1']
    """
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "const" in schema:
        return schema["const"]
    for name in ("enum", "anyOf", "allOf"):
        if name in schema:
            first = schema[name][0]
            return first if name == "enum" else example_of(first, schemas)
    return _of_type(schema, schemas)


def _of_type(schema: Schema, schemas: Mapping[str, Schema]) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return [example_of(schema["items"], schemas)] if "items" in schema else []
    if kind == "object":
        named = schema.get("properties", {})
        made = {name: example_of(one, schemas) for name, one in named.items()}
        more = schema.get("additionalProperties")
        if isinstance(more, Mapping) and not named:
            keys = schema.get("propertyNames", {}).get("enum", ["name"])
            made = dict.fromkeys(keys, example_of(more, schemas))
        return made
    return _PLAIN.get(kind or "", {})

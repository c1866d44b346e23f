"""The published JSON Schema is what the reader reads."""

from __future__ import annotations

import json
from importlib import import_module
from importlib.resources import files
from typing import Any

import pytest
import yaml

from netwb.compliance.shapes import VERBS, CheckShape, json_schema
from tests.compliance.broken_files import GOOD
from tests.compliance.test_rule_files import ALL

FOLDER = files("netwb.compliance")
SCHEMA: dict[str, Any] = json.loads((FOLDER / "rule.schema.json").read_text())
STARTER = sorted(file.name for file in (FOLDER / "starter").iterdir())


def validator() -> Any:
    """Of check-jsonschema, whose grammars take a second and a half: not of whoever only collects."""
    return import_module("jsonschema").Draft202012Validator(SCHEMA)


def faults(text: str) -> list[str]:
    data = json.loads(json.dumps(yaml.load(text, Loader=yaml.BaseLoader)))
    return [fault.message for fault in validator().iter_errors(with_numbers(data))]


def with_numbers(data: Any) -> Any:
    """As YAML 1.2 reads it: numbers and truth values, and `off` a word."""
    if isinstance(data, dict):
        return {key: with_numbers(value) for key, value in data.items()}
    if isinstance(data, list):
        return [with_numbers(item) for item in data]
    return True if data == "true" else int(data) if data.isdigit() else data


def test_the_published_schema_is_made_from_the_models() -> None:
    made = json.dumps(json_schema(), indent=2) + "\n"

    assert (FOLDER / "rule.schema.json").read_text() == made, "write what `json_schema()` gives"


def test_the_schema_is_one() -> None:
    validator().check_schema(SCHEMA)


@pytest.mark.parametrize("name", STARTER)
def test_the_starter_pack_is_as_the_schema_says(name: str) -> None:
    assert faults((FOLDER / "starter" / name).read_text()) == []


def test_every_key_is_in_the_schema() -> None:
    assert faults(GOOD) == []
    assert faults(ALL.replace("title: no", "title: x").replace("must_contain: 10", "must_contain: x")) == []  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity: medium", "severity: urgent"),
        ("title:", "titel:"),
        ("count:", "must_match: x\n        count:"),
        ("count: {match: '^ntp server ', at_least: 2}", "needed: x"),
        ("ntp-two-sources", "NTP"),
    ],
    ids=["choice", "unknown key", "two verbs", "no verb", "id"],
)
def test_an_editor_is_told_what_the_reader_would_refuse(old: str, new: str) -> None:
    assert old in GOOD
    assert faults(GOOD.replace(old, new)) != []


def test_every_verb_is_a_key_of_a_check() -> None:
    assert set(VERBS) < set(CheckShape.model_fields)

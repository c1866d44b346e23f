"""The starter pack as it is shipped, and texts as its rules read them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from netwb.compliance.records import Rule
from netwb.compliance.rule_files import parse_rules
from netwb.compliance.text import ConfigText
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform


@cache
def platforms() -> dict[str, Platform]:
    """Those that are shipped."""
    found = [item for item in files("netwb.platforms").iterdir() if item.name.endswith(".toml")]
    parsed = [parse_platform(item.read_text(encoding="utf-8"), origin=item.name) for item in found]
    return {platform.name: platform for platform in parsed}


@cache
def starter() -> tuple[Rule, ...]:
    """Every rule of the pack."""
    found = sorted((files("netwb.compliance") / "starter").iterdir(), key=lambda item: item.name)
    return tuple(
        rule
        for item in found
        for rule in parse_rules(
            item.read_text(encoding="utf-8"), name=f"starter/{item.name}", origin="starter"
        ).rules
    )


def config_text(text: str, platform: str) -> ConfigText:
    """The text as a rule reads it."""
    record = platforms()[platform]
    return ConfigText.of(text.encode(), record.sections, record.blocks)

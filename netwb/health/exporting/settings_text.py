"""Change one setting in the text of `netwb.toml`; comments of their own lines and everything else stay. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from netwb.errors import SettingsError

_SECTION = re.compile(r"\s*\[\s*([\w.-]+)\s*\]\s*(#.*)?")


def with_setting(text: str, section: str, name: str, value: str | None) -> str:
    """The text with that setting; None takes its line out. The old one, maybe a secret, is gone.

    Raises SettingsError where the text writes it in a way that cannot be changed line by line.
    """
    lines, at, found = text.splitlines(), 0, None
    inside = ""
    for number, line in enumerate(lines):
        head = _SECTION.fullmatch(line)
        inside = head[1] if head else inside
        if head and inside == section:
            at = number + 1
        if inside == section and re.match(rf"\s*{re.escape(name)}\s*=", line):
            found = number
    new = [] if value is None else [f"{name} = {json.dumps(value, ensure_ascii=False)}"]
    if found is not None:
        lines[found : found + 1] = new
    elif new:
        head_too = [] if at else ["", f"[{section}]"]
        at = at or len(lines)
        lines[at:at] = [*head_too, *new]
    changed = "\n".join([*lines, ""])
    _refuse_other_change(text, changed, section, name, value)
    return changed


def _refuse_other_change(old: str, new: str, section: str, name: str, value: str | None) -> None:
    wanted: dict[str, Any] = tomllib.loads(old)
    wanted.setdefault(section, {}).pop(name, None)
    if value is not None:
        wanted[section][name] = value
    try:
        found: dict[str, Any] = tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        found = {}
    if {**found, section: found.get(section, {})} != wanted:
        msg = (
            f"settings file of the export writes {section}.{name} so that it cannot be changed;"
            f" write it as a line of its own under [{section}], and export again"
        )
        raise SettingsError(msg)

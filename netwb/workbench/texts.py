"""Judge and redact texts from anywhere, with or without a home; nothing is stored."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from netwb.configs.judge import Judgement, judge_text, redact_text
from netwb.errors import UnknownPlatformError
from netwb.platforms.record import Platform
from netwb.workbench.compose import load_platforms
from netwb.workbench.home import find_home


def judge(
    text: bytes, *, platform: str, home: str | Path | None, environment: Mapping[str, str]
) -> Judgement:
    """Whether the text is one whole configuration of that platform, with reasons."""
    return judge_text(text, _platform(platform, home, environment))


def redact(
    text: bytes, *, platform: str, home: str | Path | None, environment: Mapping[str, str]
) -> bytes:
    """The text without its secrets; its tokens mean nothing elsewhere, for their key is new."""
    record = _platform(platform, home, environment)
    return redact_text(text, record, key=secrets.token_bytes(32))


def _platform(name: str, home: str | Path | None, environment: Mapping[str, str]) -> Platform:
    """A built-in record, or one of the home's own where there is a home."""
    known = load_platforms(find_home(home, environment).folder("platforms.d"))
    if name not in known:
        msg = f"platform {name} is unknown; known are {', '.join(sorted(known))}"
        raise UnknownPlatformError(msg)
    return known[name]

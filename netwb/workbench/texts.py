"""Judge and redact texts from anywhere, with or without a home; nothing is stored."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from netwb.errors import UnknownPlatformError
from netwb.loading import lazy
from netwb.platforms.record import Platform
from netwb.workbench.home import find_home

if TYPE_CHECKING:
    from netwb.configs import judge as _judge
    from netwb.configs.judge import Judgement
    from netwb.workbench import platform_files as _platform_files
else:
    _judge = lazy("netwb.configs.judge")
    _platform_files = lazy("netwb.workbench.platform_files")


def judge(
    text: bytes, *, platform: str, home: str | Path | None, environment: Mapping[str, str]
) -> Judgement:
    """Whether the text is one whole configuration of that platform, with reasons."""
    return _judge.judge_text(text, _platform(platform, home, environment))


def redact(
    text: bytes, *, platform: str, home: str | Path | None, environment: Mapping[str, str]
) -> bytes:
    """The text without its secrets; its tokens mean nothing elsewhere, for their key is new."""
    record = _platform(platform, home, environment)
    return _judge.redact_text(text, record, key=secrets.token_bytes(32))


def _platform(name: str, home: str | Path | None, environment: Mapping[str, str]) -> Platform:
    """A built-in record, or one of the home's own where there is a home."""
    known = _platform_files.load_platforms(find_home(home, environment).folder("platforms.d"))
    if name not in known:
        msg = f"platform {name} is unknown; known are {', '.join(sorted(known))}"
        raise UnknownPlatformError(msg)
    return known[name]

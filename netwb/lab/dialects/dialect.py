"""What one platform's simulation must know, and the records that it is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from netwb.lab.edits import EditKind
from netwb.lab.model import Interface, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a text is printed, and who changed and saved the configuration last.

    `night` counts from 0; `serial` is the hardware's, without the maker's letters.
    """

    now: datetime
    night: int
    changed_at: datetime
    changed_by: str
    saved_at: datetime
    saved_by: str
    serial: str
    uptime_s: int
    drift: int  # a small number that differs every night: clock periods


@dataclass(frozen=True, slots=True, kw_only=True)
class CliWords:
    """How the command line of a platform speaks. `{hostname}` stands for the device's own name."""

    ssh_version: str  # what stands after "SSH-2.0-" in the first line
    user_prompt: str
    privileged_prompt: str
    greeting: str  # after login, before the first prompt
    pager: bytes  # shown when a page is full
    pager_erase: bytes  # written over it when a person asks for more
    width_set: str  # answer to `terminal width`
    length_set: str  # answer to `terminal length 0`
    enable_refused: str
    not_privileged: str  # a command that needs `enable` first
    authorization_failed: str
    level_shows: bool  # `show privilege` is known
    always_privileged: bool  # there is no `enable`: every login may see everything


class Dialect(Protocol):
    """One platform. Every text has LF line ends and is all that is printed up to the prompt."""

    words: CliWords
    edit_kinds: tuple[EditKind, ...]  # those that show in its text

    def running(self, model: Model, moment: Moment) -> str:
        """Answer `show running-config`."""

    def startup(self, model: Model, moment: Moment) -> str:
        """Answer `show startup-config`; `model` is what was saved. Empty: it does not tell."""

    def restricted(self, model: Model, moment: Moment) -> str:
        """Answer `show running-config` to a login that may see little: well-formed, short."""

    def version(self, model: Model, moment: Moment) -> str:
        """Answer `show version`."""

    def version_json(self, model: Model, moment: Moment) -> str | None:
        """Answer `show version | json`; None where the platform has no such pipe."""

    def port_name(self, port: Interface) -> str:
        """Give the name of an interface, as the configuration has it."""

    def unknown(self, line: str, prompt_width: int) -> str:
        """Complain about a command that is not known."""


def join_lines(lines: list[str]) -> str:
    """Join lines, each ended."""
    return "\n".join(lines) + "\n"


def ago(seconds: int) -> tuple[int, int, int, int]:
    """Split an uptime into weeks, days, hours and minutes."""
    minutes = seconds // 60
    weeks, minutes = divmod(minutes, 7 * 24 * 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    return weeks, days, hours, minutes


def mask(length: int) -> str:
    """Write a prefix length as a dotted mask."""
    bits = (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
    return ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))

"""Routers with a candidate configuration, played over real SSH as far as triggers need it.

Written after the command references of IOS XR and Junos; nobody has tried them on a device.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.collect.scripted import Screen, Script


@dataclass
class Committing:
    """What one router holds. `refuse`: how a commit is answered; None: it is done."""

    running: dict[str, str] = field(default_factory=dict)  # lines by themselves, in order
    candidate: dict[str, str] | None = None
    refuse: str | None = None
    typed: list[str] = field(default_factory=list)

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.running)

    def commit(self) -> str | None:
        """Let the candidate run; gives the refusal."""
        if self.refuse is None and self.candidate is not None:
            self.running = dict(self.candidate)
        return self.refuse


async def serve(screen: Screen, prompt: Callable[[], str], answer: Callable[[str], str]) -> None:
    """A terminal that echoes."""
    screen.show(f"\r\n{prompt()}".encode())
    while True:
        line = (await screen.typed()).decode().strip()
        screen.show(f"{line}\r\n".encode())
        said = answer(line) if line else ""
        screen.show(f"{said}{prompt()}".encode())


def iosxr(state: Committing) -> Script:
    """IOS XR: a commit without words, `abort`, and a date before each answer of `show`."""
    name = "RP/0/RP0/CPU0:trg1"

    def prompt() -> str:
        return f"{name}#" if state.candidate is None else f"{name}(config)#"

    def answer(line: str) -> str:
        state.typed.append(line)
        if state.candidate is None:
            return _xr_command(state, line)
        return _xr_line(state, line)

    return lambda screen: serve(screen, prompt, answer)


def _xr_command(state: Committing, line: str) -> str:
    if line.startswith("terminal "):
        return ""
    if line == "configure terminal":
        state.candidate = dict(state.running)
        return ""
    if line == "show running-config formal router static":
        return "Sun Nov 29 07:00:12.345 UTC\r\n" + "".join(f"{one}\r\n" for one in state.running)
    return "                ^\r\n% Invalid input detected at '^' marker.\r\n"


def _xr_line(state: Committing, line: str) -> str:
    assert state.candidate is not None
    if line == "commit":
        return "\r\n" + (state.commit() or "")
    if line in {"end", "abort"}:
        state.candidate = None
        return ""
    host = re.match(r"(no )?(router static address-family ipv[46] unicast \S+) Null0", line)
    if host is None:
        return "                ^\r\n% Invalid input detected at '^' marker.\r\n"
    gone = [one for one in state.candidate if one.startswith(f"{host[2]} ")]
    for one in gone:
        del state.candidate[one]
    if not host[1]:
        state.candidate[line] = ""
    return ""


def junos(state: Committing) -> Script:
    """Junos: a private candidate, `[edit]` above each prompt, and words at a commit."""

    def prompt() -> str:
        return "\r\nnetwb@trg1> " if state.candidate is None else "\r\n[edit]\r\nnetwb@trg1# "

    def answer(line: str) -> str:
        state.typed.append(line)
        if state.candidate is None:
            return _junos_command(state, line)
        return _junos_line(state, line)

    return lambda screen: serve(screen, prompt, answer)


def _junos_command(state: Committing, line: str) -> str:
    if line.startswith("set cli "):
        return ""
    if line == "configure private":
        state.candidate = dict(state.running)
        return (
            "warning: uncommitted changes will be discarded on exit\r\n"
            "Entering configuration mode\r\n"
        )
    if line == "show configuration routing-options | display set | no-more":
        return "".join(f"{one}\r\n" for one in state.running)
    return "                  ^\r\nunknown command.\r\n"


def _junos_line(state: Committing, line: str) -> str:
    assert state.candidate is not None
    if line == "commit":
        refused = state.commit()
        return f"{refused}\r\n" if refused else "commit complete\r\n"
    if line == "rollback 0":
        state.candidate = dict(state.running)
        return "load complete\r\n"
    if line == "exit configuration-mode":
        state.candidate = None
        return "Exiting configuration mode\r\n"
    verb, _, path = line.partition(" ")
    if verb == "delete":
        gone = [one for one in state.candidate if one.startswith(f"set {path} ")]
        for one in gone:
            del state.candidate[one]
        return "" if gone else "warning: statement not found\r\n"
    if verb == "set" and "static route" in path:
        state.candidate = {one: "" for one in state.candidate if not _same_leaf(one, line)}
        state.candidate[line] = ""
        return ""
    return "                  ^\r\nsyntax error.\r\n"


def _same_leaf(one: str, line: str) -> bool:
    return " tag " in line and one.startswith(f"{line.rpartition(' ')[0]} ")

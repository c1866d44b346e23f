"""What one login brings home: running, startup where the platform keeps one apart, and facts.

Floor 3. The bytes are those of the wire; whether they are a whole configuration is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from netwb.collect.facts import parse_facts
from netwb.collect.ssh import Session
from netwb.configs.records import RawConfig
from netwb.errors import DeviceError, RestrictedLoginError
from netwb.inventory.records import ConfigKind, Facts
from netwb.platforms.record import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """One device's texts and facts."""

    running: RawConfig
    startup: RawConfig | None
    facts: Facts


Note = Callable[[Gathered], None]


async def gather_configs(
    session: Session, platform: Platform, note: Note = lambda _: None
) -> Gathered:
    """Facts first, because they are short, then the texts.

    A command that is refused is no error here: its answer is a text that the gate refuses, with the
    device's own words as the cause.

    note   is given what there is before the startup configuration is asked for, where it is
    """
    if not session.privileged:
        msg = (
            f"{session.target.hostname}: the login {session.who.login.credential} is not privileged "
            f"and may not see the whole configuration; give it an enable password with "
            f"`{session.who.login.setting('--enable prompt')}`, or the right privilege on the device"
        )
        raise RestrictedLoginError(msg)
    facts = await session.ask(platform.facts.command)
    running = await _config(session, "running", platform.running)
    gathered = Gathered(
        running=running, startup=None, facts=parse_facts(facts.transcript, platform.facts)
    )
    if platform.startup_asked is None:
        return gathered
    note(gathered)
    return replace(gathered, startup=await _config(session, "startup", platform.startup_asked))


def with_broken_startup(gathered: Gathered, platform: Platform, cause: DeviceError) -> Gathered:
    """The login ended while the startup configuration came: what is there already stays good."""
    command = platform.startup_asked or ""
    broken = RawConfig(kind="startup", command=command, transcript=b"", prompt=b"", broken=cause)
    return replace(gathered, startup=broken)


async def _config(session: Session, kind: ConfigKind, command: str) -> RawConfig:
    output = await session.send(command)
    return RawConfig(kind=kind, command=command, transcript=output.transcript, prompt=output.prompt)

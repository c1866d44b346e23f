"""What one login brings home: running, startup where the platform keeps one apart, and facts.

Floor 3. The bytes are those of the wire; whether they are a whole configuration is judged elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from netwb.collect.facts import parse_facts
from netwb.collect.ssh import Session
from netwb.configs.records import RawConfig
from netwb.errors import RestrictedLoginError
from netwb.inventory.records import ConfigKind, Facts
from netwb.platforms.record import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """One device's texts and facts."""

    running: RawConfig
    startup: RawConfig | None
    facts: Facts


async def gather_configs(session: Session, platform: Platform) -> Gathered:
    """Facts first, because they are short, then the texts.

    A command that is refused is no error here: its answer is a text that the gate refuses, with the
    device's own words as the cause.
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
    startup = await _config(session, "startup", platform.startup) if platform.startup else None
    return Gathered(
        running=running, startup=startup, facts=parse_facts(facts.transcript, platform.facts)
    )


async def _config(session: Session, kind: ConfigKind, command: str) -> RawConfig:
    output = await session.send(command)
    return RawConfig(kind=kind, command=command, transcript=output.transcript, prompt=output.prompt)

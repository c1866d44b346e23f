"""Tell a shard's Telegraf of new files, by the operator's command, or say why nobody did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from netwb.telegraf.program import tell
from netwb.telegraf.records import Shard, Told

Needs = Literal["reload", "restart"]


def tell_shard(shard: Shard, needs: Needs, environment: Mapping[str, str]) -> Told:
    """Run the command for it; a restart does for a reload, and never the other way round.

    A reload onto variables that the process does not have would end it (facts-telegraf section 6).
    """
    command = shard.restart if needs == "restart" else shard.reload or shard.restart
    if not command:
        return "nobody"
    tell(command, environment)
    return "restart" if command == shard.restart else "reload"


def untold(shard: Shard, needs: Needs) -> str:
    """What a person has to do where no command is set."""
    why = "secrets changed, and a reload would end it" if needs == "restart" else "files changed"
    return (
        f"no command {needs}s the Telegraf of shard {shard.name}: {why}; {needs} it yourself, or set"
        f" telegraf.{needs}"
    )

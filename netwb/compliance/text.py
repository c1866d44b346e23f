"""One configuration as rules read it: its lines, its commands, its sections, each worked out once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netwb.configs.sections import Style
from netwb.platforms.record import BlockRule


@dataclass(frozen=True, kw_only=True)
class ConfigText:
    """The text of one revision, and how its platform nests."""

    data: bytes
    style: Style = "indent"
    blocks: tuple[BlockRule, ...] = ()

    @classmethod
    def of(cls, data: bytes, style: Style, blocks: Sequence[BlockRule] = ()) -> ConfigText:
        """`style` and `blocks` are those of the platform's record."""
        return cls(data=data, style=style, blocks=tuple(blocks))

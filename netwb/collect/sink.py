"""Between gathering and writing: what a gatherer does, and what takes the things it brings.

Two protocols, so that a run can be tested with recorded answers (`collect.replay`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from netwb.collect.gather import Gathered
from netwb.errors import NetwbError
from netwb.inventory.records import Target


class Sink(Protocol):
    """Takes what a gatherer brings, from any thread, without making it wait."""

    def done(self, target: Target, result: Gathered | NetwbError) -> None:
        """The device ended; once for each target. What this raises ends the gathering."""

    def first_key(self, target: Target, host_key: str) -> None:
        """The device showed a host key (OpenSSH line), and none was trusted before."""

    def first_jump_key(self, target: Target, host_key: str) -> None:
        """The jump host before that device did."""


class Gatherer(Protocol):
    """Logs in to every target and brings what it gave."""

    def gather(self, targets: Sequence[Target], sink: Sink) -> None:
        """Give each target's result to the sink once, and return when all ended.

        An error of the sink ends what runs, and is raised.
        """

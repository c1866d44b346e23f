"""What the facade says of blackholes beyond the ledger's own records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from netwb.blackhole.addresses import written
from netwb.blackhole.records import (
    Answer,
    Blackhole,
    IPNetwork,
    Pause,
    Reach,
    Reason,
    Router,
    State,
    StrayRoute,
)

DRY: Mapping[Answer, str] = {"allow": "allowed", "hold": "held", "deny": "denied"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackholeAnswer:
    """What came of asking for one; of a dry run what would come.

    id        empty in a dry run
    state     `allowed`, `held` or `denied` in a dry run; else the ledger's word
    commands  by the trigger's label: what is typed, or would be
    repeat    one for the very same network was there already, and this is it
    """

    id: str
    network: IPNetwork
    state: State | Literal["allowed"]
    answer: Answer
    reasons: tuple[Reason, ...]
    commands: Mapping[str, tuple[str, ...]]
    reach: Reach
    tenant: str | None
    expires_at: datetime | None
    shadow: bool = False
    repeat: bool = False
    blackhole: Blackhole | None = None

    @property
    def prefix(self) -> str:
        """The network as people write it."""
        return written(self.network)

    @property
    def why(self) -> tuple[str, ...]:
        """The sentences that led to it."""
        return tuple(one.text for one in self.reasons if one.answer == self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedStep:
    """One step of the chain that a blackhole goes, tried without changing anything."""

    __test__ = False  # a record; pytest takes it for a class of tests

    step: str
    is_good: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The whole of it, for one prefix."""

    answer: BlackholeAnswer
    steps: tuple[TestedStep, ...]

    @property
    def is_good(self) -> bool:
        """Whether a blackhole of it would stand on every router."""
        return all(one.is_good for one in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """Routers as they were just read, and what stands there that is not ours."""

    routers: tuple[Router, ...]
    strays: tuple[StrayRoute, ...]
    waiting: int  # routes that a router lacks, and is given again


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Whether blackholes are announced now, and by whom they are ended.

    paused      None: it is not
    expirer_at  when the process that ends them was last alive; None: never
    """

    paused: Pause | None
    expirer_at: datetime | None
    is_alive: bool
    counts: Mapping[State, int] = field(default_factory=dict)


class BlackholeWorker(Protocol):
    """Takes alarms in, announces and ends blackholes, in a thread of its own."""

    def start(self) -> None:
        """Begin."""

    def wake(self) -> None:
        """Something is there to be done; from any thread."""

    def stop(self, timeout_s: float = 10.0) -> None:
        """End, and let another process go on."""

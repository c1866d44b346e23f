"""What one simulated device saw since its fleet started, for tests and measurements."""

from __future__ import annotations

from dataclasses import dataclass, field

import asyncssh


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A copy of the counts at one moment."""

    connections: int
    logins: int
    refusals: int
    sessions: int  # open now
    most_sessions: int  # open at once, ever
    commands: tuple[str, ...]  # in the order typed, as typed


@dataclass(slots=True)
class Tally:
    """The counts themselves; only the fleet's own loop writes them."""

    connections: int = 0
    logins: int = 0
    refusals: int = 0
    sessions: int = 0
    most_sessions: int = 0
    commands: list[str] = field(default_factory=list)
    alive: set[asyncssh.SSHServerConnection] = field(default_factory=set)

    def opened(self, connection: asyncssh.SSHServerConnection) -> None:
        """Count a connection."""
        self.alive.add(connection)
        self.connections += 1

    def closed(self, connection: asyncssh.SSHServerConnection) -> None:
        """Forget a connection."""
        self.alive.discard(connection)

    def judged(self, *, right: bool) -> None:
        """Count a login or a refusal."""
        self.logins += right
        self.refusals += not right

    def session_opened(self) -> None:
        """Count a session."""
        self.sessions += 1
        self.most_sessions = max(self.most_sessions, self.sessions)

    def session_closed(self) -> None:
        """Count a session as over."""
        self.sessions -= 1

    def seen(self) -> Seen:
        """Copy the counts."""
        return Seen(
            connections=self.connections,
            logins=self.logins,
            refusals=self.refusals,
            sessions=self.sessions,
            most_sessions=self.most_sessions,
            commands=tuple(self.commands),
        )

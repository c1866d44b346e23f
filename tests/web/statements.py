"""What a rig's database is asked while a test looks on."""

from __future__ import annotations

from sqlalchemy import event

from tests.benches import Rig


def statements(made: Rig) -> list[str]:
    """Every statement from now on, as it is sent."""
    found: list[str] = []

    @event.listens_for(made.bench._parts.database._engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    return found

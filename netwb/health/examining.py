"""Ask one check, and take what it cannot find out for an answer. A trace helps nobody here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from netwb.errors import NetwbError
from netwb.health.diagnosis import Diagnosis, of_error, unknown

Check = Callable[[], Diagnosis | Iterable[Diagnosis]]


def examined(name: str, check: Check) -> tuple[Diagnosis, ...]:
    """Its findings; an error of netwb's is one, with its cure; what the system refuses is unknown."""
    try:
        found = check()
        return (found,) if isinstance(found, Diagnosis) else tuple(found)
    except NetwbError as error:
        return (of_error(name, error),)
    except OSError as error:
        said = f"it could not be looked at: {error.strerror or type(error).__name__}"
        return (unknown(name, f"{said} ({error.filename})" if error.filename else said),)

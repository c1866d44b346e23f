"""`Seat`: whom a page is for, found before the page is drawn, so that drawing it asks nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from netwb.access.records import Person
from netwb.errors import NetwbError

Bench = TypeVar("Bench")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat(Generic[Bench]):
    """A person, and the Workbench that acts for it in the view that was asked for.

    refused   why that view is not given; `bench` is the person's own then
    """

    bench: Bench
    person: Person
    refused: NetwbError | None = None

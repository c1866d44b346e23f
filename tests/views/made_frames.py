"""A frame over a real bench without a browser: what it says and saves is kept for the test."""

from __future__ import annotations

import re
from typing import Any

from netwb.access.principals import Fixed
from netwb.roles import Actor, Role, Scope
from netwb.views.address import Address
from netwb.views.frame import Frame
from netwb.workbench import Workbench
from tests.benches import Rig


class KeptFrame(Frame):
    """Keeps what would go to the browser."""

    def __init__(self, bench: Workbench, address: Address, made: Rig) -> None:
        super().__init__(bench, address=address, clock=made.clock)
        self.saved: list[tuple[str, bytes]] = []
        self.went: list[str] = []

    def save(self, name: str, content: bytes, mime: str = "application/octet-stream") -> None:
        del mime
        self.saved.append((name, content))

    def go(self, url: str) -> None:
        self.went.append(url)


def frame_of(
    made: Rig, search: str, *, role: Role | None = None, tenant: str = "acme"
) -> KeptFrame:
    """The page `/configs` with that query, for the local login or for somebody of one tenant."""
    bench = made.bench
    if role is not None:
        ids = frozenset(item.id for item in bench.tenants() if item.slug == tenant)
        actor = Actor(name="someone", role=role, scope=Scope(ids))
        bench = Workbench(bench._parts, Fixed(actor), bench._where)
    return KeptFrame(bench, Address(search, page="configs"), made)


def words(html: str) -> str:
    """Markup as a person reads it."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def act(name: str, **values: Any) -> dict[str, Any]:
    """What the browser sends."""
    return {"act": name, **values}

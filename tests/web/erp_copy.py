"""What an ERP's developer writes: a copy of one tenant's inventory that follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.web.rest import Client, Reply


@dataclass
class Copy:
    """Devices and ports of others' devices by id, as they were told last.

    told    how often a thing was told in all
    stale   status of the last call where it was no 200
    """

    client: Client
    tenant_id: str
    limit: int = 50
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    ports: dict[str, dict[str, Any]] = field(default_factory=dict)
    sequence: str = ""
    told: int = 0

    def follow(self) -> None:
        """Everything at the first time; then what changed."""
        asked = {"limit": str(self.limit)}
        if self.sequence:
            asked["updated_since"] = self.sequence
        page = self.page(**asked)
        while page["next"]:
            self.take(page)
            page = self.page(**asked, cursor=page["next"])
        self.take(page)
        self.sequence = page["sequence"]

    def page(self, **asked: str) -> dict[str, Any]:
        reply = self.ask(**asked)
        assert reply.status == 200, reply.body
        found: dict[str, Any] = reply.json
        return found

    def ask(self, **asked: str) -> Reply:
        return self.client.get(f"/erp/inventory/{self.tenant_id}?{urlencode(asked)}")

    def take(self, page: dict[str, Any]) -> None:
        self.told += len(page["items"]) + len(page["ports"]) + len(page["removed"])
        self.devices |= {one["id"]: one for one in page["items"]}
        self.ports |= {one["id"]: one for one in page["ports"]}
        for gone in page["removed"]:
            kept = self.devices if gone["kind"] == "device" else self.ports
            kept.pop(gone["id"], None)

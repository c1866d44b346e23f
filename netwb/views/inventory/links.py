"""Addresses that the inventory's pages lead to, with what of the view goes along. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netwb.views.address import KEPT
from netwb.views.html import page_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Links from a page; `kept` is the tenant chosen there, or the tenant seen as."""

    kept: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Links:
        """Those of a page at that address."""
        return cls(kept={name: address[name] for name in KEPT if address.get(name)})

    def inventory(self, **query: object) -> str:
        """A view of this page."""
        return page_url("inventory", **self.kept, **query)

    def device(self, device_id: str) -> str:
        """A device's page."""
        return self.inventory(device=device_id)

    def compliance(self, **query: object) -> str:
        """A view of how devices keep to the rules."""
        return page_url("compliance", **self.kept, **query)

    def configs(self, **query: object) -> str:
        """A view of the configurations."""
        return page_url("configs", **self.kept, **query)

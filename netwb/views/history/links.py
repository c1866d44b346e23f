"""Where a device's history leads, and what its address says of it. Asks the address each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from netwb.inventory.records import ConfigKind
from netwb.views.address import Address

Side = Literal["old", "new"]


@dataclass(frozen=True, slots=True)
class Links:
    """Links from a history at that address."""

    address: Address

    @property
    def kind(self) -> ConfigKind:
        """Which of a device's texts is open."""
        return "startup" if self.address.get("kind") == "startup" else "running"

    def here(self, **query: object) -> str:
        """The same history with some keys changed."""
        return self.address.url(**query)

    def away(self, **query: object) -> str:
        """Another sub-view: of what is open only the tenant and whose view it is go along."""
        return self.address.url(
            **{**dict.fromkeys(self.address, None), **self.address.kept(), **query}
        )

    def change(self, device_id: str, rev: str) -> str:
        """What that revision changed."""
        return self.away(change=f"{device_id}@{rev}", kind=self._kind())

    def compare(self, old: str, new: str) -> str:
        """Two texts side by side, each as `<device id>@<commit>`."""
        return self.away(old=old, new=new, kind=self._kind())

    def find(self, text: str, *, when: Literal["now", "ever"]) -> str:
        """That text in all configurations."""
        return self.away(find=text, when=when)

    def marked(self, side: Side) -> str:
        """What is marked for a comparison; "" for nothing."""
        return self.address.get(side, "")

    def marked_of(self, device_id: str, side: Side) -> str:
        """The commit marked there, where it is one of that device's."""
        found, _, rev = self.marked(side).partition("@")
        return rev if found == device_id else ""

    def _kind(self) -> str | None:
        return None if self.kind == "running" else self.kind

"""Words of Grafana: whose organization, which curve, which names. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Of = Literal["mean", "highest"]
Kind = Literal["bits", "packets", "errors", "discards"]  # as the facade calls them
Side = Literal["in", "out"]
EVERYTHING = "*"  # of those who see all tenants

VALUES: Mapping[str, tuple[Kind, Side, Of]] = {  # name -> kind, direction, which of a bucket
    "in_bps": ("bits", "in", "mean"),
    "out_bps": ("bits", "out", "mean"),
    "in_bps_highest": ("bits", "in", "highest"),
    "out_bps_highest": ("bits", "out", "highest"),
    "in_pps": ("packets", "in", "mean"),
    "out_pps": ("packets", "out", "mean"),
    "in_errors": ("errors", "in", "mean"),
    "out_errors": ("errors", "out", "mean"),
    "in_discards": ("discards", "in", "mean"),
    "out_discards": ("discards", "out", "mean"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One curve of one port."""

    tenant: str  # of the device
    hostname: str
    name: str  # ifName
    value: str  # of VALUES

    @property
    def label(self) -> str:
        """What stands beside the curve."""
        return f"{self.hostname} {self.name} {self.value.replace('_', ' ')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a drop-down asks for; what is not given is empty."""

    of: Literal["tenants", "devices", "ports"]
    tenant: str = ""
    hostname: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """One tenant's in Grafana; `tenant` is a slug, or `*`: all tenants are seen there."""

    tenant: str
    number: int  # Grafana's id of it

    @property
    def account(self) -> str:
        """Login name of the account of Grafana that is a member there, and nowhere else.

        >>> Organization(tenant="acme", number=2).account
        'netwb-acme'
        """
        return "netwb" if self.tenant == EVERYTHING else f"netwb-{self.tenant}"

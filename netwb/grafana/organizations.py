"""Which organization of Grafana a tenant has, and by which of Grafana's accounts it is seen. Pure.

An account is a member of one organization alone, and netwb names it at each request: whatever else a
browser asks for (`orgId`, `X-Grafana-Org-Id`), Grafana gives what that account may see. An account a
person would be a member of several organizations, and stay so after its rights were taken.
Source: Grafana, "Configure auth proxy authentication"; Grafana's `pkg/services/authn`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from netwb.errors import SettingsError
from netwb.grafana.records import Organization
from netwb.inventory.records import SLUG_PATTERN

_ENTRY = re.compile(rf"(\*|{SLUG_PATTERN})\s*=\s*([1-9][0-9]{{0,8}})")


def parse_organizations(text: str) -> Mapping[str, Organization]:
    """By tenant, from `acme=2; umbra=3; *=1`. SettingsError names what cannot be.

    >>> [one.number for one in parse_organizations("acme = 2; *=1").values()]
    [2, 1]
    """
    found: dict[str, Organization] = {}
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise _wrong(f"{entry[:60]!r} is not understood; write tenant=number, or *=number")
        tenant, number = match[1], int(match[2])
        if tenant in found:
            raise _wrong(f"{tenant} stands twice; leave one of them")
        if number in {one.number for one in found.values()}:
            raise _wrong(f"two share organization {number}; give each tenant one of its own")
        found[tenant] = Organization(tenant=tenant, number=number)
    return found


def _wrong(why: str) -> SettingsError:
    return SettingsError(f"setting grafana.organizations: {why}")

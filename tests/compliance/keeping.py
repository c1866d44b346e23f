"""What tests of kept compliance begin with: two tenants, a night, two rules of the provider."""

from __future__ import annotations

from datetime import timedelta

from netwb.notify.records import Notice
from netwb.roles import ALL_TENANTS
from tests.benches import Rig, ios

HOSTS = {"acme": ("edge1", "edge2"), "umbra": ("core1",)}
ONLY_OURS = {"NETWB_COMPLIANCE__STARTER": "off"}
GOOD, BAD = "192.0.2.53", "192.0.2.99"
NTP = """\
rules:
  - id: ntp-ours
    title: Our NTP server
    severity: high
    why: One clock for all logs.
    checks:
      - must_contain: ntp server 192.0.2.53
  - id: no-http
    title: No HTTP server
    severity: low
    why: Nobody uses it.
    checks:
      - must_not_match: '^ip http server$'
"""


def put_rules(made: Rig, text: str = NTP, name: str = "ours.yaml") -> None:
    """Into the provider's own folder."""
    (made.bench.home / "rules" / name).write_text(text)


def change(made: Rig, device: str, *, ntp: str, by: str = "ben", hours: float = 1) -> None:
    """Somebody sets another NTP server, and the device is backed up an hour later."""
    hostname = device.partition("/")[2]
    made.clock.advance(hours=hours / 2)
    made.answer(device, ios(hostname, ntp=ntp, by=by, at=made.clock()))
    made.clock.advance(hours=hours / 2)
    made.back_up(device)


def state(made: Rig, device: str, rule: str) -> str:
    (found,) = made.bench.compliance(device).devices
    return found.cells[rule].state


def told(made: Rig, *kinds: str) -> list[Notice]:
    """Notices of compliance, in their order."""
    since = made.clock() - timedelta(days=400)
    found = made.bench._parts.notices.list(ALL_TENANTS, since=since)
    return [
        one
        for one in found
        if one.kind.startswith("compliance.") and (not kinds or one.kind in kinds)
    ]

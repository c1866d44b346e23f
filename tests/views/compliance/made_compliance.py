"""Reports and stories of compliance, made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from netwb.compliance.records import Finding, Severity
from netwb.compliance.report import (
    Cell,
    CellChange,
    ComplianceReport,
    DeviceCompliance,
    Elsewhere,
    FindingStory,
    RuleHead,
    ShownLine,
)
from netwb.views.address import Address
from netwb.views.compliance.eye import Eye
from netwb.views.navigation import Moment

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 1, 9, tzinfo=UTC)
AT = Moment(now=NOW, zone=ZoneInfo("Europe/Berlin"))
OLD = NOW - timedelta(days=20)
WORDS = {
    ".": "compliant",
    "x": "non_compliant",
    "n": "non_compliant",
    "?": "not_evaluated",
    "s": "stale",
    "w": "waived",
}


def rule(rule_id: str, severity: Severity = "medium", **more: Any) -> RuleHead:
    told: dict[str, Any] = {
        "title": f"Title of {rule_id}",
        "why": "One clock cannot be checked",
        "reference": "CIS 2.3.1",
        "locked": False,
        "source": "starter",
        "tenant": None,
        "origin": f"starter/{rule_id}.yaml:3",
        "applies_to": "every device",
        "platforms": ("cisco_ios",),
    }
    return RuleHead(id=rule_id, severity=severity, **{**told, **more})


def cell(letter: str) -> Cell:
    """`n` is broken since the last night, all else long since."""
    state: Any = WORDS[letter]
    judged: Any = "non_compliant" if state in {"waived", "stale"} else state
    return Cell(state=state, judged=judged, since=NIGHT if letter == "n" else OLD, number=3)


def device(
    hostname: str, letters: str, rules: Sequence[RuleHead], *, tenant: str = "acme", **more: Any
) -> DeviceCompliance:
    """A letter a rule, as the matrix has them; `-`: the rule does not mean it."""
    told: dict[str, Any] = {
        "device_id": f"id-{hostname}",
        "site": "fra1",
        "platform": "cisco_ios",
        "role": None,
        "copy_at": NIGHT,
        "checked_at": NIGHT,
        "revision": "8be04d7" + "0" * 33,
        "number": 3,
    }
    cells = {
        one.id: cell(letter) for one, letter in zip(rules, letters, strict=True) if letter != "-"
    }
    return DeviceCompliance(hostname=hostname, tenant=tenant, cells=cells, **{**told, **more})


RULES = (rule("ssh-v2", "high"), rule("ntp-two"), rule("banner", "low"))


def report(
    rows: Mapping[str, str], *, rules: Sequence[RuleHead] = RULES, **more: Any
) -> ComplianceReport:
    """Devices by `tenant/hostname`, each with its letters."""
    devices = []
    for name, letters in rows.items():
        tenant, _, hostname = name.partition("/")
        devices.append(device(hostname, letters, rules, tenant=tenant))
    told: dict[str, Any] = {"checked_at": NIGHT, **more}
    return ComplianceReport(at=NOW, rules=tuple(rules), devices=tuple(devices), **told)


def eye(search: str = "", **more: Any) -> Eye:
    return Eye(at=AT, address=Address(search, page="compliance"), **more)


def story(letters: str = "n..", **more: Any) -> FindingStory:
    """edge1 by ssh-v2."""
    one = device("edge1", letters, RULES)
    change = CellChange(
        at=NIGHT,
        device_id=one.device_id,
        tenant="acme",
        hostname="edge1",
        rule_id="ssh-v2",
        old="compliant",
        new="non_compliant",
        number=3,
        revision="8be04d7" + "0" * 33,
        author="asantos",
    )
    told: dict[str, Any] = {
        "rule": RULES[0],
        "cell": one.cells["ssh-v2"],
        "finding": Finding(
            rule_id="ssh-v2", state="non_compliant", reason="Found 1 of two; two are needed."
        ),
        "lines": (
            ShownLine(number=96, text="snmp-server location hall 2", section="", mark=""),
            ShownLine(number=97, text="ntp server 192.0.2.123", section="", mark="evidence"),
            ShownLine(number=98, text="ntp server 192.0.2.125", section="", mark="fault"),
        ),
        "revision_at": NIGHT,
        "by": "asantos",
        "waiver": None,
        "timeline": (change,),
        "elsewhere": (
            Elsewhere(
                device_id="id-edge2", tenant="acme", site="fra1", hostname="edge2", cell=cell("x")
            ),
            Elsewhere(
                device_id="id-core1", tenant="acme", site="fra1", hostname="core1", cell=cell(".")
            ),
        ),
        "remediation": "no ntp server 192.0.2.125\nntp server 192.0.2.124",
        "rollback": "no ntp server 192.0.2.124\nntp server 192.0.2.125",
    }
    return FindingStory(device=one, **{**told, **more})

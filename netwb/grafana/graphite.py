"""What Grafana's Graphite data source asks, as words of netwb. Pure.

Grafana asks netwb itself, by a token of one tenant, and not the database: a viewer of Grafana may send
a data source any question, InfluxDB's login reads every tenant's series, and a customer's port on a
provider's device bears the provider's tag there. Graphite's is the smallest of the protocols that
Grafana speaks without a plugin; its answers are numbers with times, and its events are annotations.

A target is `traffic('TENANT', 'HOSTNAME', 'IFNAME', 'VALUE')`: paths with dots would need device's own
words to be escaped. A drop-down asks `tenants()`, `devices('TENANT')`, `ports('TENANT', 'HOSTNAME')`.
Source: Graphite 1.1, "The Render URL API", "The Metrics API", "Graphite Events"; Grafana 13, its data
source `graphite`.
"""

from __future__ import annotations

import re

from netwb.errors import InputError
from netwb.grafana.records import VALUES, Choice, Target

HEALTH = "constantLine(100)"  # what "Save & test" asks
_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
_BETWEEN = re.compile(r"'\s*,\s*'")
_AGO = re.compile(r"-(\d{1,6})(s|sec|min|h|d|w|mon|y)\w*")
_AGO_S = {"s": 1, "sec": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_AGO_S |= {"mon": 30 * 86400, "y": 365 * 86400}
_LONGEST_S = 5_000_000_000  # epoch seconds: far behind what is ever asked for


def parse_target(text: str) -> Target:
    """InputError where it is no curve that netwb has.

    >>> parse_target("traffic('acme', 'edge1', 'Gi0/0.100', 'in_bps')").name
    'Gi0/0.100'
    """
    word, given = _call(text)
    if word == "traffic" and len(given) == 4 and given[3] in VALUES:
        return Target(tenant=given[0], hostname=given[1], name=given[2], value=given[3])
    msg = (
        f"target {text[:80]!r} is none; write traffic('TENANT', 'HOSTNAME', 'IFNAME', 'VALUE'), with"
        f" a value of {', '.join(VALUES)}"
    )
    raise InputError(msg)


def parse_choice(text: str) -> Choice:
    """InputError for another question. `*` is what a test of the data source asks.

    >>> parse_choice("ports('acme', 'edge1')").hostname
    'edge1'
    """
    word, given = _call("tenants()" if text.strip() == "*" else text)
    if word == "tenants" and not given:
        return Choice(of="tenants")
    if word == "devices" and len(given) == 1:
        return Choice(of="devices", tenant=given[0])
    if word == "ports" and len(given) == 2:
        return Choice(of="ports", tenant=given[0], hostname=given[1])
    msg = (
        f"query {text[:80]!r} is none; write tenants(), devices('TENANT') or"
        " ports('TENANT', 'HOSTNAME')"
    )
    raise InputError(msg)


def parse_time(text: str, now: int) -> int:
    """Epoch seconds: as such, `now`, or back from now.

    >>> parse_time("-6h", 1_000_000)
    978400
    """
    if text.isdecimal() and text.isascii() and len(text) <= 10:
        return min(int(text), _LONGEST_S)
    if text == "now":
        return now
    ago = _AGO.fullmatch(text)
    if ago is None:
        msg = f"time {text[:40]!r} is none; write epoch seconds, now, or -6h"
        raise InputError(msg)
    return max(0, now - int(ago[1]) * _AGO_S[ago[2]])


def _call(text: str) -> tuple[str, list[str]]:
    """The word before the parentheses, and what stands quoted in them."""
    found = _CALL.fullmatch(text.strip())
    if found is None:
        return "", []
    inner = found[2].strip()
    if not inner:
        return found[1], []
    if len(inner) < 2 or inner[0] != "'" or inner[-1] != "'":
        return "", []
    return found[1], _BETWEEN.split(inner[1:-1])

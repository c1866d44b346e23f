"""A demo's bills: port groups of a provider and its customer, and what their ports counted before.

Simulated devices count by curves that any moment can be asked for: what the poller reads from now on
goes on from what is kept here of the past. Last month is frozen, with an hour in which nothing was
read and one that is left out; this month's bill says how much of it is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from netwb.lab.snmp.device import Agent
from netwb.lab.snmp.past import counted, up_ports
from netwb.workbench import Workbench
from netwb.workbench.ports import CountedPorts

PROVIDER = "nordwind/pe1"
CUSTOMER = "acme"
CIRCUIT = "NW-2001"  # the customer's port on its provider's device
OWN = 2  # ports that the provider is billed for as one
ZONE = "Europe/Vienna"  # of the contracts; its last month is over wherever that of UTC is
COMMITTED = 0.4  # of the ports' speed
EVERY_S = 300  # as bills count: what is read more often gives no other figure
LOST = timedelta(days=11, hours=3)  # into last month: an hour in which nothing was read
WORKS = timedelta(days=17, hours=1)  # and one that is left out
REASON = "maintenance CHG-4711"
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def bill_ports(bench: Workbench, agents: Mapping[str, Agent], now: datetime) -> None:
    """Give a port to the customer, group it and the provider's own, count them, freeze last month.

    Nothing where the demo is too small to have a provider.
    """
    agent = agents.get(PROVIDER)
    names = up_ports(agent)[: 1 + OWN] if agent is not None else ()
    if agent is None or not names:
        return
    this_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last_month = (this_month - _DAY).replace(day=1)
    given, own = names[:1], names[1:]
    bench.set_port(
        PROVIDER,
        *given,
        tenant=CUSTOMER,
        circuit_ref=CIRCUIT,
        watched=True,
        since=last_month - _DAY,
    )
    bench.keep_counters(PROVIDER, _past(agent, names, last_month, now))
    _group(bench, CUSTOMER, "transit", given)
    works = last_month + WORKS
    bench.exclude_from_bill(CUSTOMER, since=works, until=works + _HOUR, reason=REASON)
    tenants = [CUSTOMER]
    if own:
        tenants.append(PROVIDER.partition("/")[0])
        _group(bench, tenants[-1], "uplinks", own)
    for tenant in tenants:
        bench.freeze_bill(tenant, f"{last_month:%Y-%m}")


def _past(
    agent: Agent, names: Sequence[str], since: datetime, until: datetime
) -> Iterator[CountedPorts]:
    """All but an hour in which nothing was read."""
    begin, end = (int(at.timestamp()) // EVERY_S * EVERY_S for at in (since - _DAY, until))
    lost = int((since + LOST).timestamp())
    moments = (
        at for at in range(begin, end + 1, EVERY_S) if not 0 < at - lost < _HOUR.total_seconds()
    )
    for at, counters in counted(agent, names, moments):
        yield CountedPorts(at=datetime.fromtimestamp(at, UTC), counters=counters)


def _group(bench: Workbench, tenant: str, name: str, ports: Sequence[str]) -> None:
    speeds = (bench.port(PROVIDER, port).limit_bps or 0 for port in ports)
    bench.add_port_group(
        tenant,
        name,
        commit_bps=int(COMMITTED * sum(speeds)),
        time_zone=ZONE,
        add_ports=[(PROVIDER, port) for port in ports],
    )

"""Targets of simulated and real agents, and polls of them."""

from __future__ import annotations

from netwb.inventory.ports.records import SnmpLogin, SnmpTarget
from netwb.lab.snmp.fleet import AgentFleet
from netwb.metrics.poller.records import DevicePoll, PollRules
from netwb.metrics.poller.run import Poll

LOGIN = SnmpLogin(credential="acme/snmp", community="public")
QUICK = PollRules(timeout_s=0.4, retries=1, deadline_s=10, pings=0)
PATIENT = PollRules(timeout_s=10, pings=0)  # of agents that answer


def target_at(
    address: str, port: int, *, hostname: str = "edge1", login: SnmpLogin | None = LOGIN
) -> SnmpTarget:
    return SnmpTarget(
        device_id=f"id-{hostname}",
        tenant_id="id-acme",
        tenant="acme",
        site="fra1",
        hostname=hostname,
        address=address,
        port=port,
        login=login,
        no_login="" if login else "device acme/edge1 has no SNMP credential; give it one",
    )


def target(fleet: AgentFleet, key: str, login: SnmpLogin | None = LOGIN) -> SnmpTarget:
    return target_at(fleet.address(key), fleet.port, hostname=key, login=login)


def polled(one: SnmpTarget, rules: PollRules = PATIENT) -> DevicePoll:
    """What one device gives."""
    (found,) = Poll([one], rules)
    return found


def interfaces(poll: DevicePoll) -> dict[str, dict[str, int | float]]:
    """Values of each port by its name."""
    return {p.key.name: dict(p.values) for p in poll.points if p.measurement == "interface"}

"""A home whose devices are simulated agents, for commands that poll."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from netwb.inventory.records import NewCredential, NewDevice, SecretKind, SecretSource
from netwb.lab.snmp.device import Agent
from netwb.lab.snmp.fleet import AgentFleet
from netwb.workbench import Workbench

COMMUNITY = {"LAB_COMMUNITY": "public"}


@contextmanager
def polled_home(
    home: Path, agents: Mapping[str, Agent], **environment: str
) -> Iterator[AgentFleet]:
    """Agents by `tenant/hostname`, each a device of a new home, while the context lasts."""
    with AgentFleet(tuple(agents.values())) as fleet:
        made = Workbench.create(home, environment={**COMMUNITY, **environment})
        with closing(made) as bench:
            for slug in sorted({name.partition("/")[0] for name in agents}):
                _add_tenant(bench, slug)
            for name, agent in agents.items():
                tenant, _, hostname = name.partition("/")
                device = NewDevice(
                    tenant=tenant,
                    site="fra1",
                    hostname=hostname,
                    address=fleet.address(agent.key),
                    platform="auto",
                    snmp_port=fleet.port,
                )
                bench.add_device(device)
        yield fleet


def _add_tenant(bench: Workbench, slug: str) -> None:
    bench.add_tenant(slug, name=slug.title())
    bench.add_site(f"{slug}/fra1")
    secrets: dict[SecretKind, SecretSource] = {
        "snmp_community": SecretSource(origin="env:LAB_COMMUNITY")
    }
    bench.add_credential(NewCredential(tenant=slug, name="snmp", secrets=secrets))
    bench.set_tenant(slug, snmp_credential="snmp")

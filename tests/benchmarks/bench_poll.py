"""Measure polls of many simulated devices on one core. By hand.

`python -m tests.benchmarks.bench_poll [DEVICES] [PORTS] [POLLS]`: agents in a process of their own on
the other core; polled by `Workbench.poll` into a home's SQLite files, in a process that holds nothing
else. Prints for each poll how long it took, the processor time of that process, and its memory (PSS
now, and the highest RSS).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from netwb.inventory.records import NewCredential, NewDevice, SecretKind, SecretSource
from netwb.lab.snmp.device import usual_agent
from netwb.lab.snmp.fleet import AgentFleet
from netwb.workbench import Workbench
from tests.benchmarks import poller

DEVICES, PORTS, POLLS = 1000, 48, 3
AGENTS = "agents"  # the first word of the process that plays them


def play(devices: int, ports: int) -> None:
    """Be the agents: print where each is, and end with stdin."""
    agents = [usual_agent(f"edge{number}", ports) for number in range(1, devices + 1)]
    with AgentFleet(agents) as fleet:
        print(fleet.port, *(fleet.address(agent.key) for agent in agents), flush=True)
        sys.stdin.read()


@contextmanager
def played(devices: int, ports: int) -> Iterator[tuple[int, list[str]]]:
    """The port of agents in another process, and their addresses."""
    command = [sys.executable, "-m", __spec__.name, AGENTS, str(devices), str(ports)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        port, *addresses = process.stdout.readline().split()
        yield int(port), addresses
        process.communicate()


def fill(bench: Workbench, port: int, addresses: list[str]) -> None:
    """A tenant with these devices."""
    bench.add_tenant("acme", name="Acme")
    bench.add_site("acme/fra1")
    secrets: dict[SecretKind, SecretSource] = {
        "snmp_community": SecretSource(origin="env:COMMUNITY")
    }
    bench.add_credential(NewCredential(tenant="acme", name="snmp", secrets=secrets))
    bench.set_tenant("acme", snmp_credential="snmp")
    for number, address in enumerate(addresses, 1):
        bench.add_device(
            NewDevice(
                tenant="acme",
                site="fra1",
                hostname=f"edge{number}",
                address=address,
                platform="auto",
                snmp_port=port,
            )
        )


def main(devices: int, ports: int, polls: int) -> None:
    environment = {"COMMUNITY": "public"}
    with played(devices, ports) as (port, addresses), tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with closing(Workbench.create(home, environment=environment)) as bench:
            fill(bench, port, addresses)
        command = [sys.executable, "-m", poller.__name__, str(home), str(polls)]
        subprocess.run(command, check=True, env={**os.environ, **environment})


if __name__ == "__main__":
    if sys.argv[1:2] == [AGENTS]:
        play(*map(int, sys.argv[2:4]))
    else:
        given = [int(word) for word in sys.argv[1:4]]
        main(*given, *(DEVICES, PORTS, POLLS)[len(given) :])

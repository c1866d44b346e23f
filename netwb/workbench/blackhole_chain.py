"""The whole chain of a blackhole, tried without announcing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from datetime import timedelta

from netwb.blackhole.records import IPNetwork, Router, RouteThere
from netwb.errors import NetwbError
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.blackhole_ending import BlackholeEndingFace
from netwb.workbench.blackhole_records import Chain, TestedStep

SILENT = timedelta(days=7)  # of a detector: there may have been no attack


class BlackholeChainFace(BlackholeEndingFace):
    """`test_blackhole`."""

    def test_blackhole(self, prefix: str) -> Chain:
        """What would come of an attack on a host: guard, detectors, who ends it, each router.

        Triggers and edges are logged in to and read, and nothing is changed on them.
        """
        self._require(Permission.BLACKHOLE_REQUEST)
        self._require_everywhere("triggers, edges and detectors")
        answer = self.blackhole(prefix, reason="a test of the chain", dry_run=True)
        steps = (
            TestedStep(
                step="guard",
                is_good=answer.answer == "allow",
                said=f"{answer.state}: {'; '.join(answer.why)}",
            ),
            self._tested_expirer(),
            self._tested_senders(),
            *self._tested_routers(answer.network),
        )
        return Chain(answer=answer, steps=steps)

    def _tested_expirer(self) -> TestedStep:
        running = self.blackholes_running()
        if running.is_alive:
            said = "a process is alive that takes back what is announced"
        else:
            said = "nobody would take it back, so all is held; start `netwb scheduler`"
        return TestedStep(step="expiry", is_good=running.is_alive, said=said)

    def _tested_senders(self) -> TestedStep:
        senders = [one for one in self._parts.attacks.senders.list() if one.status == "active"]
        heard = [one.heard_at for one in senders if one.heard_at is not None]
        if not senders:
            said = "nobody reports attacks; `netwb sender add NAME` makes a detector's key"
        elif not heard:
            said = "no detector was ever heard; try its script with --test"
        else:
            said = f"a detector was heard {max(heard):%Y-%m-%d %H:%M} UTC"
        return TestedStep(step="detectors", is_good=bool(heard), said=said)

    def _tested_routers(self, network: IPNetwork) -> Iterator[TestedStep]:
        parts = self._parts.engine
        triggers = parts.routers.list(ALL_TENANTS, "trigger")
        edges = parts.routers.list(ALL_TENANTS, "edge")
        if not triggers:
            said = "there is none, so nothing is announced; `netwb trigger add DEVICE`"
            yield TestedStep(step="trigger", is_good=False, said=said)
        if not edges:
            said = "there is none, so nobody looks whether it is dropped; `netwb edge add DEVICE`"
            yield TestedStep(step="edge", is_good=False, said=said)
        reading = [(one, parts.triggers.start_list(one)) for one in triggers]
        looking = [(one, parts.triggers.start_verify(one, [network])) for one in edges]
        for router, work in (*reading, *looking):
            yield _tested(router, network, work)


def _tested(
    router: Router, network: IPNetwork, work: Future[Mapping[IPNetwork, RouteThere]]
) -> TestedStep:
    try:
        found = work.result()
    except NetwbError as error:
        return TestedStep(step=f"{router.role} {router.label}", is_good=False, said=str(error))
    if router.role == "trigger":
        ours = sum(one.ours for one in found.values())
        said = f"it answers; {ours} of at most {router.max_routes} routes stand there"
    else:
        route = found.get(network)
        dropped = route is not None and route.kind == "blackhole"
        said = f"it answers; {network} is {'dropped' if dropped else 'not dropped'} there now"
    return TestedStep(step=f"{router.role} {router.label}", is_good=True, said=said)

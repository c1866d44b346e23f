"""Work at routers is Nornir's: its tasks over routers as hosts, each with a result."""

from __future__ import annotations

from contextlib import closing

from nornir.core import Nornir

from netwb.blackhole.records import Router
from netwb.blackhole.trigger.nornir_tasks import LoopRunner, inventory_of, list_static
from netwb.collect.loop import LoopThread
from netwb.collect.runner import KeptHosts
from netwb.errors import UnreachableError

ROUTERS = [
    Router(
        device_id=name, tenant_id="t", tenant="acme", hostname=name, platform="frr", role="trigger"
    )
    for name in ("trg1", "trg2")
]


class Half:
    """Stands in for the announcer: one of the two routers is away."""

    async def list_static(self, router: Router) -> dict[str, str]:
        if router.hostname == "trg2":
            raise UnreachableError("acme/trg2 does not answer")
        return {"203.0.113.10/32": router.hostname}


def test_a_run_over_routers_has_a_result_of_each_and_leaves_out_none_afterwards() -> None:
    with closing(LoopThread("nornir-tasks")) as loop:
        nornir = Nornir(inventory=inventory_of(ROUTERS), runner=LoopRunner(loop), data=KeptHosts())
        first = nornir.run(task=list_static, announcer=Half())
        second = nornir.run(task=list_static, announcer=Half())

    assert first["trg1"][0].result == {"203.0.113.10/32": "trg1"}
    assert isinstance(first["trg2"][0].exception, UnreachableError)
    assert first["trg2"].failed
    assert set(second) == {"trg1", "trg2"}

"""The lab itself, without netwb: what the tests of blackholes may rely on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import asyncssh
import pytest

from tests.real.blackhole.addresses import (
    BLACKHOLE,
    BYSTANDER,
    MANAGEMENT,
    NO_EXPORT,
    PASSWORD,
    TRANSIT_BLACKHOLE,
    VICTIM,
    VICTIM6,
    Router,
    Trigger,
)
from tests.real.blackhole.lab import RtbhLab, StaticRoute
from tests.real.frr_router import LOGIN
from tests.real.waiting import until

pytestmark = pytest.mark.real

BUSY = """
import sys
from pathlib import Path
from tests.real.blackhole.lab import RtbhLab
lab = RtbhLab(Path(sys.argv[1]))
lab.traffic()
lab.fastnetmon.start()
lab.fastnetmon.flood()
nodes = [lab.office, lab.customer, lab.fastnetmon.node]
nodes += [router.namespaces for router in lab.routers.values()]
print(*(Path(f"/proc/{node.first}/ns/net").readlink() for node in nodes), flush=True)
sys.stdin.read()
"""


def typed(lab: RtbhLab, router: Router, *lines: str) -> str:
    """Log in from the office with the key and type at the prompt, as an engineer does."""

    async def session() -> str:
        async with asyncssh.connect(
            MANAGEMENT[router],
            username=LOGIN,
            client_keys=[str(lab.routers[router].key)],
            known_hosts=asyncssh.import_known_hosts(f"* {lab.routers[router].host_key()}\n"),
            config=None,
        ) as connection:
            text = "\n".join([*lines, "exit", ""])
            return str((await connection.run(input=text, check=True)).stdout)

    with lab.entered():
        return asyncio.run(session())


def announced(lab: RtbhLab, trigger: Trigger, *routes: str) -> None:
    said = typed(lab, trigger, "configure terminal", *routes, "end")
    assert "%" not in said, said


def host(address: str) -> str:
    return f"{address}/{128 if ':' in address else 32}"


def static(address: str, tag: int) -> str:
    return f"{'ipv6' if ':' in address else 'ip'} route {host(address)} Null0 tag {tag}"


def test_all_is_well_at_first(rtbh_lab: RtbhLab) -> None:
    traffic = rtbh_lab.traffic()

    for address in (VICTIM, VICTIM6):
        assert rtbh_lab.edge_route(address).kind == "via"
        assert rtbh_lab.upstream_hears(host(address)) is None
        until(partial(traffic.delivered, address), within_s=10, what="traffic")
    assert rtbh_lab.edge_route("8.8.8.8").kind == "absent"
    assert rtbh_lab.trigger_routes("trg1") == rtbh_lab.trigger_routes("trg2") == []


@pytest.mark.parametrize("victim", [VICTIM, VICTIM6])
def test_a_route_typed_at_a_trigger_stops_the_victims_packets_alone(
    rtbh_lab: RtbhLab, victim: str
) -> None:
    traffic = rtbh_lab.traffic()
    until(lambda: traffic.delivered(victim), within_s=10, what="traffic")
    began_at = time.monotonic()

    announced(rtbh_lab, "trg1", static(victim, 666))
    route = rtbh_lab.await_edge(victim, "blackhole", within_s=10)
    stopped_at = time.monotonic()
    until(lambda: traffic.delivered(BYSTANDER, since=stopped_at + 1), within_s=10, what="traffic")
    typed(rtbh_lab, "trg1", "configure terminal", f"no {static(victim, 666)}", "end")
    rtbh_lab.await_edge(victim, "via", within_s=10)
    until(lambda: traffic.delivered(victim, since=stopped_at + 1), within_s=10, what="traffic")

    assert (route.prefix, route.protocol) == (host(victim), "bgp")
    last, first = traffic.last_before(victim, stopped_at), traffic.first_after(victim, stopped_at)
    assert last is not None
    assert first is not None
    assert began_at < last < stopped_at + 1 < first
    assert len(traffic.lost(victim, since=stopped_at, until=stopped_at + 1)) > 40
    assert traffic.lost(BYSTANDER, since=began_at) == []


@pytest.mark.parametrize("victim", [VICTIM, VICTIM6])
def test_the_upstream_hears_667_by_its_own_community_and_666_never(
    rtbh_lab: RtbhLab, victim: str
) -> None:
    announced(rtbh_lab, "trg1", static(victim, 666))
    rtbh_lab.await_edge(victim, "blackhole", within_s=10)
    heard = rtbh_lab.edge_hears(host(victim))
    assert heard is not None
    assert heard.communities == {BLACKHOLE, NO_EXPORT}

    announced(rtbh_lab, "trg1", f"no {static(victim, 666)}", static(victim, 667))
    upstream = until(
        lambda: rtbh_lab.upstream_hears(host(victim)), within_s=10, what="the upstream hears"
    )

    assert upstream is not None
    assert upstream.communities == {TRANSIT_BLACKHOLE}
    assert rtbh_lab.edge_route(victim).kind == "blackhole"
    assert rtbh_lab.trigger_routes("trg1") == [StaticRoute(prefix=host(victim), tag=667)]


def test_666_has_not_reached_the_upstream_when_a_later_667_has(rtbh_lab: RtbhLab) -> None:
    announced(rtbh_lab, "trg1", static(VICTIM, 666))
    rtbh_lab.await_edge(VICTIM, "blackhole", within_s=10)

    announced(rtbh_lab, "trg1", static(BYSTANDER, 667))
    until(lambda: rtbh_lab.upstream_hears(host(BYSTANDER)), within_s=10, what="the upstream hears")

    assert rtbh_lab.upstream_hears(host(VICTIM)) is None


def test_a_trigger_announces_no_foreign_host_no_network_and_nothing_untagged(
    rtbh_lab: RtbhLab,
) -> None:
    refused = ("198.18.0.9/32", "203.0.113.64/27")
    announced(rtbh_lab, "trg1", *(f"ip route {one} Null0 tag 666" for one in refused))
    announced(rtbh_lab, "trg1", f"ip route {host(BYSTANDER)} Null0", static(VICTIM, 666))
    rtbh_lab.await_edge(VICTIM, "blackhole", within_s=10)

    assert len(rtbh_lab.trigger_routes("trg1")) == 4
    assert rtbh_lab.edge_has_of("trg1") == 1


def test_a_reboot_loses_what_was_not_saved_and_the_edge_forgets_it(rtbh_lab: RtbhLab) -> None:
    trigger = rtbh_lab.routers["trg1"]
    announced(rtbh_lab, "trg1", static(VICTIM, 666))
    trigger.save()
    announced(rtbh_lab, "trg1", static(BYSTANDER, 666))
    rtbh_lab.await_edge(BYSTANDER, "blackhole", within_s=10)

    trigger.stop()
    rtbh_lab.await_edge(VICTIM, "via", within_s=12)
    trigger.boot()
    rtbh_lab.await_edge(VICTIM, "blackhole", within_s=20)

    assert rtbh_lab.edge_route(BYSTANDER).kind == "via"
    assert rtbh_lab.trigger_routes("trg1") == [StaticRoute(prefix=host(VICTIM), tag=666)]


def test_a_login_saves_only_where_it_may(rtbh_lab: RtbhLab) -> None:
    trigger = rtbh_lab.routers["trg1"]
    saved = trigger.folder / "etc/frr/frr.conf"
    announced(rtbh_lab, "trg1", static(VICTIM, 666))

    refused = typed(rtbh_lab, "trg1", "write memory")
    assert "% Error: failed to open configuration file" in refused
    assert VICTIM not in saved.read_text()
    trigger.let_login_save()
    done = typed(rtbh_lab, "trg1", "write memory")

    assert "% Warning: can't chown configuration file" in done
    assert "Integrated configuration saved to /etc/frr/frr.conf" in done
    assert static(VICTIM, 666) in saved.read_text()


def test_a_trigger_without_bgpd_keeps_its_routes_and_the_edge_has_none(rtbh_lab: RtbhLab) -> None:
    announced(rtbh_lab, "trg1", static(VICTIM, 666))
    rtbh_lab.await_edge(VICTIM, "blackhole", within_s=10)

    rtbh_lab.routers["trg1"].kill("bgpd")
    rtbh_lab.await_edge(VICTIM, "via", within_s=10)
    kept = rtbh_lab.trigger_routes("trg1")
    rtbh_lab.routers["trg1"].start("bgpd")
    rtbh_lab.await_edge(VICTIM, "blackhole", within_s=20)

    assert kept == [StaticRoute(prefix=host(VICTIM), tag=666)]


def test_the_second_trigger_holds_what_the_first_lost_in_silence(rtbh_lab: RtbhLab) -> None:
    for trigger in ("trg1", "trg2"):
        rtbh_lab.routers[trigger].configure(static(VICTIM, 666))
    until(
        lambda: (heard := rtbh_lab.edge_hears(host(VICTIM))) and heard.peers == {"trg1", "trg2"},
        within_s=10,
        what="both announce it",
    )

    rtbh_lab.cut("trg1", "edge")
    until(lambda: not rtbh_lab.edge_has_of("trg1"), within_s=15, what="the hold time is over")

    assert rtbh_lab.edge_route(VICTIM).kind == "blackhole"
    heard = rtbh_lab.edge_hears(host(VICTIM))
    assert heard is not None
    assert heard.peers == {"trg2"}


def test_a_trigger_cut_off_from_the_office_still_announces(rtbh_lab: RtbhLab) -> None:
    rtbh_lab.routers["trg1"].configure(static(VICTIM, 666))
    rtbh_lab.await_edge(VICTIM, "blackhole", within_s=10)

    rtbh_lab.cut("trg1", "office")
    with rtbh_lab.entered(), pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(asyncio.open_connection(MANAGEMENT["trg1"], 22), 0.5))
    rtbh_lab.mend("trg1", "office")

    assert "Null0" not in typed(rtbh_lab, "trg1", "show ip route 203.0.113.20")
    assert rtbh_lab.edge_route(VICTIM).kind == "blackhole"


def test_a_password_logs_in_too(rtbh_lab: RtbhLab) -> None:
    async def hello() -> str:
        async with asyncssh.connect(
            MANAGEMENT["edge"],
            username=LOGIN,
            password=PASSWORD,
            client_keys=None,
            known_hosts=None,
            config=None,
        ) as connection:
            return str((await connection.run("show version", check=True)).stdout)

    with rtbh_lab.entered():
        assert "FRRouting 8" in asyncio.run(hello())


def test_a_lab_at_work_whose_test_is_killed_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUSY, str(tmp_path / "lab")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as test:
        assert test.stdout
        networks = set(test.stdout.readline().split())
        before = processes_in(networks)
        test.kill()
    until(lambda: not processes_in(networks), within_s=10, what="every process has ended")

    assert len(networks) == 7
    assert len(before) > 25


def processes_in(networks: set[str]) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended by now
            if str((process / "ns/net").readlink()) in networks:
                found.append(process.name)
    return found

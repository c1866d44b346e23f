"""Everything that a page shows is a call with a frame: which call serves which page.

A page that comes along has to be added here; its calls are tried on a home with a bit of everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from netwb.loading import share
from netwb.workbench import Workbench
from netwb.workbench.asked import NOT_ASKED
from netwb.workbench.records import IN_A_CELL, UNITS, Records
from tests.benches import Rig, rig
from tests.schema_samples import TENANTS, fill

Call = Callable[[Workbench], Any]
DAY = timedelta(days=1)
EDGE = "acme/edge1"
PORT = ("acme/edge1", "GigabitEthernet0/0")


def span(bench: Workbench) -> dict[str, Any]:
    now = bench._parts.clock()
    return {"since": now - DAY, "until": now}


PAGES: Mapping[str, Mapping[str, Call]] = {
    "configs": {
        "overview": lambda wb: wb.overview(since="30d"),
        "changes": lambda wb: wb.changes(since="30d"),
        "diff": lambda wb: wb.diff(EDGE),
        "quarantine": lambda wb: wb.quarantine(),
        "history": lambda wb: wb.history(EDGE),
        "text_since": lambda wb: wb.text_since(EDGE),
        "search": lambda wb: wb.search("ntp", when="ever"),
    },
    "traffic": {
        "traffic": lambda wb: wb.traffic(*PORT),
        "traffic_overview": lambda wb: wb.traffic_overview(**span(wb)),
        "busiest": lambda wb: wb.busiest(**span(wb)),
        "port_trends": lambda wb: wb.port_trends(),
        "ports": lambda wb: wb.ports(),
    },
    "billing": {
        "shown_bill": lambda wb: wb.shown_bill("acme"),
        "port_groups": lambda wb: wb.port_groups(),
        "bill_exclusions": lambda wb: wb.bill_exclusions("acme"),
    },
    "wall": {"wall": lambda wb: wb.wall(), "monitoring": lambda wb: wb.monitoring()},
    "security": {
        "blackholes": lambda wb: wb.blackholes(),
        "attack_events": lambda wb: wb.attack_events(),
        "prefixes": lambda wb: wb.prefixes(),
        "triggers": lambda wb: wb.triggers(),
        "edges": lambda wb: wb.edges(),
        "stray_routes": lambda wb: wb.stray_routes(),
        "senders": lambda wb: wb.senders(),
    },
    "inventory": {
        "devices": lambda wb: wb.devices(),
        "device_backups": lambda wb: wb.device_backups(),
        "device_runs": lambda wb: wb.device_runs(EDGE),
        "device_events": lambda wb: wb.device_events(EDGE),
        "snapshots": lambda wb: wb.snapshots(),
        "tenants": lambda wb: wb.tenants(),
        "sites": lambda wb: wb.sites(),
        "credentials": lambda wb: wb.credentials(),
    },
    "compliance": {
        "compliance": lambda wb: wb.compliance(),
        "rules": lambda wb: wb.rules(),
        "waivers": lambda wb: wb.waivers(),
        "compliance_trend": lambda wb: wb.compliance_trend(),
    },
    "admin": {
        "users": lambda wb: wb.users(),
        "tokens": lambda wb: wb.tokens(),
        "login_sessions": lambda wb: wb.login_sessions(),
        "walls": lambda wb: wb.walls(),
        "audit_events": lambda wb: wb.audit_events(),
        "jobs": lambda wb: wb.jobs(),
        "timetable": lambda wb: wb.timetable(),
        "blackouts": lambda wb: wb.blackouts(),
        "shards": lambda wb: wb.shards(),
        "notify_targets": lambda wb: wb.notify_targets(),
        "notify_routes": lambda wb: wb.notify_routes(),
        "deliveries": lambda wb: wb.deliveries(),
        "standing": lambda wb: wb.standing(),
        "remotes": lambda wb: wb.remotes(),
        "netboxes": lambda wb: wb.netboxes(),
        "status": lambda wb: wb.status(),
        "readiness": lambda wb: wb.readiness(),
    },
}
CALLS = [(page, name, call) for page, calls in PAGES.items() for name, call in calls.items()]
UNITLESS = re.compile(r"^(p95|rate|speed|size|bits|age|uptime|duration)(_in|_out)?$")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("frames"), TENANTS) as made:
        fill(made)
        yield made


def test_each_page_has_its_calls() -> None:
    pages = {one.stem for one in (share() / "dashboards").glob("*.py")} - {"account"}

    assert pages <= PAGES.keys()


@pytest.mark.parametrize(("page", "name", "call"), CALLS, ids=[f"{p}-{n}" for p, n, _ in CALLS])
def test_what_a_page_shows_is_a_call_with_a_frame_and_a_table(
    filled: Rig, page: str, name: str, call: Call
) -> None:
    del page
    found = call(filled.bench)

    frame = found.frame()
    assert len(frame.columns) > 0
    assert [str(one) for one in frame.columns if UNITLESS.match(str(one))] == []
    data = found._repr_html_() if hasattr(found, "_repr_html_") else ""
    assert "<script" not in data
    assert name in dir(filled.bench)


def test_columns_that_a_cell_chooses_are_those_of_its_records(filled: Rig) -> None:
    found = [call(filled.bench) for _, _, call in CALLS]
    known = {one._kind: set(one._columns) for one in found if isinstance(one, Records)}

    for kind in known.keys() & (IN_A_CELL.keys() | UNITS.keys()):
        assert {*IN_A_CELL.get(kind, "").split(), *UNITS.get(kind, {})} <= known[kind], kind
    assert {"Device", "Change", "Hit", "Port", "BusyPort"} <= known.keys()


def test_the_tab_key_leaves_out_what_nobody_asks_and_nothing_that_is_not_there() -> None:
    assert set(dir(Workbench)) >= NOT_ASKED


def test_the_tab_key_shows_what_a_notebook_is_made_of(filled: Rig) -> None:
    shown = [name for name in dir(filled.bench) if not name.startswith("_")]

    assert {"devices", "where", "diff", "snapshot", "compare", "nornir", "back_up"} <= set(shown)
    assert not {"run_jobs", "at_token", "keep_polling"} & set(shown)
    assert callable(filled.bench.run_jobs)

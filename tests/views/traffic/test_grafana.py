"""A port drawn by Grafana in /traffic: the frame, whose organization it is, and why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.inventory.ports.records import Port
from netwb.roles import Role
from netwb.views.traffic.page import TrafficView
from netwb.workbench import Workbench
from tests.benches import Rig
from tests.grafana.rigs import grafana_rig
from tests.grafana.stand_in import Grafana, running_grafana
from tests.views.people import log_in
from tests.views.visits import Visit, run


@pytest.fixture(scope="module")
def grafana() -> Iterator[Grafana]:
    with running_grafana() as found:
        yield found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, grafana: Grafana) -> Iterator[Rig]:
    with grafana_rig(tmp_path_factory.mktemp("grafana"), grafana.url) as one:
        yield one


@pytest.fixture(scope="module")
def people(made: Rig) -> dict[str, Workbench]:
    return {
        "cora": log_in(made, "cora", Role.CUSTOMER, ("acme",)),
        "uma": log_in(made, "uma", Role.CUSTOMER, ("umbra",)),
        "ada": log_in(made, "ada", Role.ADMIN),
    }


def port(made: Rig, tenant: str) -> Port:
    return next(one for one in made.bench.ports() if one.tenant == tenant)


def opened(made: Rig, bench: Workbench, search: str) -> Visit:
    visit = Visit(TrafficView, bench, made, search)
    return run(visit.load())


def frame_in(visit: Visit) -> str:
    html: str = visit.view.grafana.sheet.html
    return html


def test_grafana_draws_the_port_in_a_frame_that_leads_nowhere(
    made: Rig, people: dict[str, Workbench], grafana: Grafana
) -> None:
    visit = opened(made, people["cora"], f"?port={port(made, 'acme').id}&grafana=1")

    html = frame_in(visit)
    assert html.startswith(f'<iframe src="{grafana.url}/d-solo/netwb-tenant/netwb?panelId=1&amp;')
    assert "&amp;orgId=2&amp;" in html
    assert 'sandbox="allow-scripts allow-same-origin"' in html
    assert 'aria-current="true"' in visit.view.tools.html.partition(">Grafana<")[0][-200:]
    assert 'data-act="csv"' not in visit.view.tools.html


def test_a_person_goes_there_and_back_and_the_time_goes_along(
    made: Rig, people: dict[str, Workbench]
) -> None:
    visit = opened(made, people["cora"], f"?port={port(made, 'acme').id}&range=6h")
    assert "Grafana" in visit.view.tools.html

    run(visit.act("grafana", drawer="1"))
    at_six_hours = frame_in(visit)
    run(visit.act("range", range="7d"))

    assert visit.frame.address["grafana"] == "1"
    assert "iframe" in at_six_hours
    assert frame_in(visit) != at_six_hours
    run(visit.act("grafana"))
    assert "grafana" not in visit.frame.address


def test_a_port_of_any_name_stays_within_the_attribute(
    made: Rig, people: dict[str, Workbench]
) -> None:
    html = frame_in(opened(made, people["ada"], f"?port={port(made, 'umbra').id}&grafana=1"))

    assert "orgId=1&amp;" in html
    assert "var-port=a%27b%2C+%27c&amp;" in html
    assert html.count("<") == 2


def test_without_an_organization_the_reason_is_for_who_runs_netwb(
    made: Rig, people: dict[str, Workbench]
) -> None:
    html = frame_in(opened(made, people["uma"], f"?port={port(made, 'umbra').id}&grafana=1"))

    assert "iframe" not in html
    assert "panel cannot be shown" in html
    assert "grafana.organizations" not in html


def test_an_open_grafana_is_in_no_page(tmp_path: Path) -> None:
    with running_grafana(anonymous=True) as anonymous, grafana_rig(tmp_path, anonymous.url) as made:
        bench = log_in(made, "ada", Role.ADMIN)

        html = frame_in(opened(made, bench, f"?port={port(made, 'acme').id}&grafana=1"))

    assert "iframe" not in html
    assert "answers anybody; switch auth.anonymous off" in html


def test_where_grafana_is_not_set_nobody_is_led_there(tmp_path: Path) -> None:
    with grafana_rig(tmp_path) as made:
        bench = log_in(made, "ada", Role.ADMIN)

        visit = opened(made, bench, f"?port={port(made, 'acme').id}")

        assert "Grafana" not in visit.view.tools.html


def test_a_foreign_port_is_not_found(made: Rig, people: dict[str, Workbench]) -> None:
    foreign = frame_in(opened(made, people["uma"], f"?port={port(made, 'acme').id}&grafana=1"))

    assert "Not found" in foreign
    assert "edge1" not in foreign

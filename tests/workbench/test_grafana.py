"""Grafana on the facade: whose organization, which panel, and what its data source is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from netwb.errors import (
    GrafanaError,
    NotPermittedError,
    SettingsError,
    UnknownDeviceError,
    UnknownNameError,
)
from netwb.grafana.records import Choice, Target
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benches import Rig, rig
from tests.grafana.rigs import BPS, PORTS, grafana_rig
from tests.grafana.stand_in import Grafana, running_grafana
from tests.workbench.people import add, logged_in


@pytest.fixture(scope="module")
def grafana() -> Iterator[Grafana]:
    with running_grafana() as found:
        yield found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, grafana: Grafana) -> Iterator[Rig]:
    with grafana_rig(tmp_path_factory.mktemp("made"), grafana.url) as one:
        add(one, "cust", Role.CUSTOMER, "acme")
        add(one, "other", Role.CUSTOMER, "umbra")
        add(one, "vera", Role.VIEWER)
        yield one


def port_id(bench: Workbench, device: str) -> str:
    return bench.port(device, PORTS[device]).id


def panel(made: Rig, name: str, device: str) -> dict[str, list[str]]:
    """The query of the address that this person's page shows."""
    bench, now = logged_in(made, name), made.clock()
    port = port_id(made.bench, device)
    found = bench.grafana_panel(port, since=now - timedelta(hours=1), until=now, theme="dark")
    assert found.url.startswith(f"{found.origin}/d-solo/netwb-tenant/")
    return parse_qs(urlsplit(found.url).query)


def test_a_panel_is_of_the_tenants_organization_and_of_that_port(made: Rig) -> None:
    shown = panel(made, "cust", "acme/edge1")

    assert (shown["orgId"], shown["theme"]) == (["2"], ["dark"])
    assert shown["var-tenant"] + shown["var-device"] == ["acme", "edge1"]
    assert shown["var-port"] == [PORTS["acme/edge1"]]
    assert int(shown["to"][0]) - int(shown["from"][0]) == 3_600_000


def test_who_sees_all_tenants_sees_one_without_an_organization_in_that_of_all(made: Rig) -> None:
    assert panel(made, "vera", "umbra/edge1")["orgId"] == ["1"]
    assert panel(made, "vera", "acme/edge1")["orgId"] == ["2"]


def test_a_tenant_without_an_organization_has_no_panel(made: Rig) -> None:
    with pytest.raises(GrafanaError, match=r"umbra has no organization of Grafana; .*umbra=NUMBER"):
        panel(made, "other", "umbra/edge1")
    with pytest.raises(UnknownNameError):
        panel(made, "other", "acme/edge1")


def test_an_open_grafana_is_refused_and_an_unset_one_too(made: Rig, tmp_path: Path) -> None:
    with (
        running_grafana(anonymous=True) as anonymous,
        grafana_rig(tmp_path / "open", anonymous.url) as opened,
    ):
        add(opened, "cust", Role.CUSTOMER, "acme")
        with pytest.raises(GrafanaError, match="answers anybody"):
            panel(opened, "cust", "acme/edge1")
        assert opened.bench.grafana_origin == anonymous.url
    with rig(tmp_path / "unset", {"acme": ("edge1",)}) as unset:
        assert unset.bench.grafana_origin == ""
        with pytest.raises(GrafanaError, match="Grafana is not set"):
            unset.bench.grafana_panel("x", since=made.clock(), until=made.clock())


def test_a_home_with_settings_that_cannot_be_does_not_open(tmp_path: Path) -> None:
    with (
        pytest.raises(SettingsError, match=r"grafana\.url"),
        grafana_rig(tmp_path / "a", url="grafana"),
    ):
        pass
    with (
        pytest.raises(SettingsError, match=r"grafana\.organizations"),
        grafana_rig(tmp_path / "b", organizations="acme=x"),
    ):
        pass


def test_a_person_is_the_account_of_an_organization_that_is_its_own(made: Rig) -> None:
    cust, other, vera = (logged_in(made, name) for name in ("cust", "other", "vera"))

    assert cust.grafana_seat().account == cust.grafana_seat(2).account == "netwb-acme"
    assert vera.grafana_seat(1).account == "netwb"
    assert vera.grafana_seat(2).account == "netwb-acme"
    said = set()
    for bench, number in ((cust, 1), (cust, 3), (cust, 99), (other, None), (other, 2)):
        with pytest.raises(NotPermittedError) as refused:
            bench.grafana_seat(number)
        said.add(str(refused.value).replace("other", "cust"))
    assert len(said) == 1, "a foreign organization reads like one that is not"


def test_curves_are_netwbs_own_rates_and_of_ones_own_tenants(made: Rig) -> None:
    bench, now = logged_in(made, "cust"), made.clock()
    asked = [
        Target(tenant="acme", hostname="edge1", name=PORTS["acme/edge1"], value=value)
        for value in ("in_bps", "out_bps_highest")
    ]
    foreign = Target(tenant="umbra", hostname="edge1", name=PORTS["umbra/edge1"], value="in_bps")

    found = bench.curves(asked, since=now - timedelta(hours=2), until=now, points=120)

    assert [one.label for one in found] == [
        "edge1 Gi0/0.100 in bps",
        "edge1 Gi0/0.100 out bps highest",
    ]
    drawn = [value for _, value in found[0].points if value is not None]
    assert 59 <= len(drawn) <= 60
    assert drawn == pytest.approx([BPS] * len(drawn))
    assert None in {value for _, value in found[0].points}, "before the first sample there is none"
    with pytest.raises(UnknownDeviceError):
        bench.curves([foreign], since=now - timedelta(hours=1), until=now)


def test_a_drop_down_names_what_one_may_see(made: Rig) -> None:
    cust, vera = logged_in(made, "cust"), logged_in(made, "vera")

    assert cust.choices(Choice(of="tenants")) == ("acme",)
    assert vera.choices(Choice(of="tenants")) == ("acme", "umbra")
    assert vera.choices(Choice(of="devices", tenant="umbra")) == ("edge1",)
    assert cust.choices(Choice(of="devices", tenant="umbra")) == ()
    found = cust.choices(Choice(of="ports", tenant="acme", hostname="edge1"))
    assert found == (PORTS["acme/edge1"],)


def test_annotations_are_changes_of_ones_own_devices(made: Rig) -> None:
    since, until = made.clock() - timedelta(days=1), made.clock()
    cust, vera = logged_in(made, "cust"), logged_in(made, "vera")

    assert [one.change.tenant for one in cust.annotations(since=since, until=until)] == ["acme"]
    assert len(vera.annotations(since=since, until=until)) == 2
    assert len(vera.annotations(since=since, until=until, words=["umbra", "edge1"])) == 1
    assert vera.annotations(since=since, until=until, words=["edge9"]) == ()

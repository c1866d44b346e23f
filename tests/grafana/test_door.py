"""A panel is shown only of a Grafana that lets nobody in whom netwb did not name."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from netwb.errors import GrafanaError, SettingsError
from netwb.grafana.door import Door, parse_url
from netwb.settings import GrafanaSettings
from tests.benches import TestClock
from tests.grafana.stand_in import Grafana, running_grafana

ACCOUNT = "netwb-acme"


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with running_grafana() as found:
        yield found


def door(url: str, clock: TestClock | None = None, answer_s: float = 5) -> Door:
    return Door(GrafanaSettings(url=url, answer_s=answer_s), clock or TestClock())


def test_one_that_refuses_strangers_is_shown_and_asked_once_a_minute(grafana: Grafana) -> None:
    clock = TestClock(datetime(2026, 11, 29, tzinfo=UTC))
    found = door(f"{grafana.url}/graphs/", clock)

    found.refuse_open(ACCOUNT)
    found.refuse_open(ACCOUNT)

    assert [path for path, _ in grafana.asked] == ["/graphs/api/org"] * 2
    assert [headers.get("x-webauth-user") for _, headers in grafana.asked] == [None, ACCOUNT]
    clock.now += timedelta(minutes=1)
    found.refuse_open(ACCOUNT)
    assert len(grafana.asked) == 4


def test_one_that_answers_anybody_is_not(grafana: Grafana) -> None:
    grafana.anonymous = True

    with pytest.raises(GrafanaError, match=r"answers anybody; switch auth\.anonymous off"):
        door(grafana.url).refuse_open(ACCOUNT)


def test_one_that_takes_anybodys_word_for_a_name_is_not(grafana: Grafana) -> None:
    grafana.trusts = True

    with pytest.raises(GrafanaError, match="takes anybody's word for who it is"):
        door(grafana.url).refuse_open(ACCOUNT)


def test_what_was_mended_is_shown_at_once(grafana: Grafana) -> None:
    found = door(grafana.url)
    grafana.anonymous = True
    with pytest.raises(GrafanaError):
        found.refuse_open(ACCOUNT)

    grafana.anonymous = False

    found.refuse_open(ACCOUNT)


def test_one_that_is_ill_gone_or_silent_is_said_to_be(grafana: Grafana) -> None:
    grafana.status = 502
    with pytest.raises(GrafanaError, match="answers 502; look at its log"):
        door(grafana.url).refuse_open(ACCOUNT)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(GrafanaError, match="does not answer within 0 s"):
            door(f"http://127.0.0.1:{port}", answer_s=0.2).refuse_open(ACCOUNT)
    with pytest.raises(GrafanaError, match="cannot be reached"):
        door(f"http://127.0.0.1:{port}").refuse_open(ACCOUNT)


def test_a_panels_address_escapes_each_word() -> None:
    found = door("https://netwb.example.net:3000/g").panel_url(
        orgId="2", **{"var-port": "Gi0/0&orgId=3 <x>"}
    )

    assert found.startswith("https://netwb.example.net:3000/g/d-solo/netwb-tenant/netwb?panelId=1&")
    assert found.endswith("orgId=2&var-port=Gi0%2F0%26orgId%3D3+%3Cx%3E")


@pytest.mark.parametrize(
    "text",
    [
        "grafana:3000",
        "ftp://grafana",
        "https://",
        "https://u:p@grafana",
        "https://grafana;script-src *",
        "https://grafana 'unsafe-inline'",
        "https://grafana:99999",
        "https://grafana/?kiosk",
        "https://gräfin",
    ],
)
def test_what_is_no_address_or_would_widen_a_policy_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"setting grafana\.url"):
        parse_url(text)
